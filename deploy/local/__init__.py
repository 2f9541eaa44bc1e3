"""The embedded run: data folder, PostgreSQL, broker, service processes. Nothing here is part of a production image."""
