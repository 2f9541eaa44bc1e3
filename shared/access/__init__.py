"""Who may do what: one decision point of pure functions (`policy`), tokens, the log of reading."""
