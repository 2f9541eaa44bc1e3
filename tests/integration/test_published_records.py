"""What really lies on the topics is what the contracts promise, to the byte, for the stock CloudEvents SDK too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event

from deploy.local.topics import Topic, declare
from shared.contracts.catalogue import FACTS
from shared.contracts.envelope import Event, Fact
from shared.contracts.specimen import example_of
from shared.journal.relay import Producer
from tests.support.stack import Servers

EXAMPLES = {fact: example_of(fact).envelope for fact in FACTS.values()}


TOPICS = {fact.topic: f"examples.{fact.topic}" for fact in EXAMPLES}
"""Topics of this test's own: services that run in the same session must not hear invented facts."""


def message_of(fact: type[Fact]) -> tuple[str, bytes, bytes]:
    return TOPICS[fact.topic], str(Event.read(EXAMPLES[fact]).subject).encode(), EXAMPLES[fact]


@asynccontextmanager
async def reader(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(*TOPICS.values(), bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


@pytest.fixture(scope="module")
async def published(servers: Servers) -> list[ConsumerRecord[bytes, bytes]]:
    """Every example, sent by the relay's producer and read back from the broker."""
    await declare(servers.broker.bootstrap, [Topic(name, 3, 1, -1) for name in TOPICS.values()])
    producer = Producer(servers.broker.bootstrap, idempotent=servers.broker.idempotent)
    assert all(await producer.send_all([message_of(fact) for fact in EXAMPLES]))
    await producer.close()
    found: dict[bytes, ConsumerRecord[bytes, bytes]] = {}
    async with reader(servers.broker.bootstrap) as consumer:
        while len(found) < len(EXAMPLES):
            record = await consumer.getone()
            found[record.value or b""] = record
    return list(found.values())


def test_every_kind_of_fact_comes_back_to_the_byte(published: list[ConsumerRecord[bytes, bytes]]):
    assert {record.value for record in published} == set(EXAMPLES.values())


def test_a_record_says_by_its_header_that_it_is_structured(published: list[ConsumerRecord[bytes, bytes]]):
    assert {record.headers for record in published} == {(("content-type", b"application/cloudevents+json"),)}


def test_the_stock_sdk_reads_every_published_record(published: list[ConsumerRecord[bytes, bytes]]):
    for record in published:
        assert record.value is not None
        event = from_kafka_event(KafkaMessage(dict(record.headers), record.key, record.value))
        assert event.get_type() in FACTS
        assert event.get_extension("partitionkey") == event.get_subject() == str(UUID(event.get_subject() or ""))


def test_all_facts_of_a_case_lie_in_one_partition_of_their_topic(published: list[ConsumerRecord[bytes, bytes]]):
    places = {(record.topic, record.key): set[int]() for record in published}
    for record in published:
        places[record.topic, record.key].add(record.partition)
    assert {len(partitions) for partitions in places.values()} == {1}
