"""How Tongkang runs: on one machine (`local`), Apache Kafka without a container (`kafka`), the command (`cli`)."""
