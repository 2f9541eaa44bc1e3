"""Commands of custody and its reactions: load, decide, save, record."""
