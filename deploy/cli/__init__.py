"""The command `tongkang`: bring an installation up on one machine, show it, try it, prove it."""
