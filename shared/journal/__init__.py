"""The journal: facts written with the state they describe, published in order, applied once. See README.md."""
