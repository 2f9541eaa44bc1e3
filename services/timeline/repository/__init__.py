"""Every SQL statement of the timeline. Whose case it is, is decided in `readable.readable_by` and nowhere else."""
