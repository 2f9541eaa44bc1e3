"""What the timeline listens to, with FastStream's own dispatch and no server."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest
from faststream.kafka import TestKafkaBroker

from services.timeline import consumers
from shared.contracts.catalogue import FACTS
from shared.contracts.topics import topics
from shared.journal.inbox import Record
from shared.messaging.consumer import listen, new_broker
from tests.support.children import Child, Institution


class Tape:
    """An inbox that keeps what it was given."""

    def __init__(self) -> None:
        self.taken: list[Record] = []

    async def take(self, records: Sequence[Record]) -> None:
        self.taken += records

    def forget_offsets(self) -> None:
        self.taken.clear()


def test_the_timeline_hears_every_fact_of_the_catalogue_and_nothing_else():
    assert {fact.topic for fact in FACTS.values()} == consumers.TOPICS
    assert {fact.producer for fact in FACTS.values()} <= set(consumers.PRODUCERS)
    declared = {topic.name for topic in topics() if "timeline" in topic.consumers}
    assert declared - {"tongkang.checkpoints"} == consumers.TOPICS


@pytest.mark.parametrize("topic", sorted(consumers.TOPICS))
async def test_a_record_of_every_topic_reaches_the_inbox_as_it_came(topic):
    tape, broker = Tape(), new_broker("nowhere:9092", "timeline")
    listen(broker, consumers.TOPICS, tape, group="tongkang.timeline")
    child = Child()
    child.trained(date(2024, 3, 4), uuid4(), uuid4())
    institution = Institution()
    record = institution.licensed(date(2024, 1, 1), date(2024, 12, 31))
    async with TestKafkaBroker(broker) as kafka:
        await kafka.publish(record.value, topic, key=record.key)
    assert [(one.value, one.key, one.topic) for one in tape.taken] == [(record.value, record.key, topic)]
