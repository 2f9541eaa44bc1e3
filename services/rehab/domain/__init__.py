"""The rules of rehabilitation assistance (handbook §3): pure, no framework, no I/O beyond reading their own tables."""
