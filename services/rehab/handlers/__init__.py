"""What rehab does: one function per command or incoming fact. Each loads, decides by a rule, saves and records."""
