"""Duties with clocks: who owes a child what, by when, and what came of it; computed from facts only. Pure."""
