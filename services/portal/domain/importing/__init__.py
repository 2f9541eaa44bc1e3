"""Files that are taken over line by line: how they are read, what a line says, where an upload stands."""
