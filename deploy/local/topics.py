"""Topics are declared here by the caller's list, and nowhere else: brokers never create them by themselves."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.errors import NotReady, TopicDiffers

ALREADY_THERE = 36
"""Kafka's error code TOPIC_ALREADY_EXISTS."""

POLL_S = 0.05
Found = list[dict[str, Any]]


@dataclass(frozen=True)
class Topic:
    """A topic as it should be. `retention_ms`: -1 keeps records for ever, None leaves it to the broker."""

    name: str
    partitions: int = 12
    replicas: int = 3
    retention_ms: int | None = -1


async def declare(bootstrap: str, topics: Sequence[Topic], within_s: float = 30.0) -> list[str]:
    """Create what is missing and return its names, once every partition of every topic has a leader.

    A cluster with fewer brokers than replicas gets as many replicas as it has brokers. Raises TopicDiffers where a
    topic is there with another number of partitions or is refused, NotReady when leaders are not found in time.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        missing = await _create_missing(admin, topics)
        _compare(topics, await _settled(admin, [topic.name for topic in topics], within_s))
    finally:
        await admin.close()
    return missing


async def _create_missing(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[str]:
    there = set(await admin.list_topics())
    missing = [topic for topic in topics if topic.name not in there]
    if missing:
        await _create(admin, missing)
    return [topic.name for topic in missing]


async def _settled(admin: AIOKafkaAdminClient, names: list[str], within_s: float) -> Found:
    """Return the topics as the cluster describes them; a new one takes a moment until every partition has a leader."""
    deadline = time.monotonic() + within_s
    while not _led(found := await _describe(admin, names)):
        if time.monotonic() > deadline:
            raise NotReady(f"Not every topic has its leaders after {within_s:g} seconds.")
        await asyncio.sleep(POLL_S)
    return found


async def _describe(admin: AIOKafkaAdminClient, names: list[str]) -> Found:
    found: Found = await admin.describe_topics(names)
    return found


def _led(found: Found) -> bool:
    return all(row["partitions"] and all(one["leader"] >= 0 for one in row["partitions"]) for row in found)


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    brokers = len((await admin.describe_cluster())["brokers"])
    answer = await admin.create_topics([_request(topic, brokers) for topic in topics])
    refused = [
        f"{name}: {words or code}" for name, code, words in answer.topic_errors if code not in {0, ALREADY_THERE}
    ]
    if refused:
        raise TopicDiffers(f"The broker did not create these topics: {'; '.join(refused)}.")


def _request(topic: Topic, brokers: int) -> NewTopic:
    return NewTopic(
        name=topic.name,
        num_partitions=topic.partitions,
        replication_factor=min(topic.replicas, brokers),
        topic_configs={} if topic.retention_ms is None else {"retention.ms": str(topic.retention_ms)},
    )


def _compare(topics: Sequence[Topic], found: Found) -> None:
    """Partitions are never added to a topic in use: a key would move to another partition and lose its order."""
    counts = {row["topic"]: len(row["partitions"]) for row in found}
    other = [f"{t.name} has {counts[t.name]}, not {t.partitions}" for t in topics if counts[t.name] != t.partitions]
    if other:
        raise TopicDiffers(
            f"Topics with another number of partitions: {'; '.join(other)}. Use another cluster or remove them."
        )
