"""Pure rules of screening (handbook §1): no framework, no I/O beyond the data files that lie beside them."""
