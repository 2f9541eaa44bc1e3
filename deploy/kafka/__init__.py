"""Apache Kafka from its published artifacts, one node, without Docker (README.md beside this file)."""
