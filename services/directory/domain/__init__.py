"""The rules of the directory: who fits where, and how long somebody stays signed in."""
