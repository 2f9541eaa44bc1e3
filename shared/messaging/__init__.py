"""Kafka: how services listen. Publishing is the relay's (`shared.journal.relay`)."""
