"""Facts by producing service; one module each."""
