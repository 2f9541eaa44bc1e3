"""Commands, reactions and the daily watch of education: load, decide, save, record."""
