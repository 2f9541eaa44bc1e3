"""The stages and what stands beside them; each service is an island."""
