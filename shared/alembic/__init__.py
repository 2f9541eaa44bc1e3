"""Where Alembic finds its environment and its template: one for all services. Versions lie with each service."""
