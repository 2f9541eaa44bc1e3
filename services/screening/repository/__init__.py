"""Every SQL statement of the service. Visibility is decided in `visibility.readable_by` and nowhere else."""
