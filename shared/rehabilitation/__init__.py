"""Exact tables by which rehabilitation gives and the timeline checks: one file of each, read by one module."""
