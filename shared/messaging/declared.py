"""Clients that never make a topic: topics are declared in one place, with their partitions and replicas.

The client library asks for metadata in a way that lets a broker make what is missing, as most brokers do by default:
with one partition and one replica, so that an acknowledged fact would live on a single disk. It has no option against
that.
"""

from aiokafka import client
from aiokafka.protocol.metadata import MetadataRequest


class _OnlyAsking(MetadataRequest):  # type: ignore[misc]
    def __init__(self, topics: list[str] | None = None) -> None:
        super().__init__(topics, allow_auto_topic_creation=False)


def never_make_topics() -> None:
    """Let every Kafka client of this process only ask which topics there are."""
    client.MetadataRequest = _OnlyAsking
