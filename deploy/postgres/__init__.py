"""PostgreSQL of an installation: databases and roles."""
