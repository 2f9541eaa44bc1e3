"""The rules of education (handbook §4): pure, no framework, no I/O beyond reading their own tables."""
