"""What screening does: one function per command or incoming fact. Each loads, decides by a rule, saves and records.

The child's row is locked first, so that acts on one child stand in line.
"""
