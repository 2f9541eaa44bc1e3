"""What reaches the inbox, and when offsets are committed, with FastStream's own dispatch and no server."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, TestKafkaBroker

from shared.contracts.catalogue import FACTS
from shared.contracts.specimen import specimen
from shared.journal.inbox import Record
from shared.messaging import consumer
from shared.messaging.consumer import listen, new_broker, watch
from shared.testing.streams import Stream

TOPIC = "tongkang.education"


@dataclass
class Tape:
    """What happened, in order: an inbox took a batch (or could not), offsets were committed."""

    troubles: list[Exception] = field(default_factory=list)
    commit_trouble: Exception | None = None
    events: list[tuple[str, Any]] = field(default_factory=list)

    async def take(self, records: Sequence[Record]) -> None:
        if self.troubles:
            trouble = self.troubles.pop(0)
            self.events.append(("failed", type(trouble)))
            raise trouble
        self.events.append(("taken", list(records)))

    def forget_offsets(self) -> None:
        self.events.append(("forgot", None))

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.events.append(("committed", dict(offsets)))
        if self.commit_trouble is not None:
            raise self.commit_trouble

    def highwater(self, place: TopicPartition) -> int | None:
        return None if place.partition else 100

    async def note(self, values: Any) -> None:
        self.events.append(("noted", list(values)))

    @property
    def taken(self) -> list[Record]:
        return [record for kind, records in self.events if kind == "taken" for record in records]

    @property
    def steps(self) -> list[str]:
        return [kind for kind, _ in self.events]


@pytest.fixture
def tape(monkeypatch: pytest.MonkeyPatch) -> Tape:
    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr(consumer.asyncio, "sleep", at_once)
    return Tape()


@pytest.fixture
async def subscriber(tape: Tape) -> AsyncIterator[Any]:
    broker = new_broker("nowhere:9092", "timeline")
    listen(broker, {TOPIC}, tape, group="tongkang.timeline")  # type: ignore[arg-type]
    async with TestKafkaBroker(broker):
        (found,) = broker.subscribers
        found.consumer = tape
        yield found


def a_record(
    offset: int, value: bytes | None = b"{}", *, partition: int = 0, headers: Any = ()
) -> ConsumerRecord[Any, Any]:
    return ConsumerRecord(
        topic=TOPIC,
        partition=partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=b"k",
        value=value,
        checksum=None,
        serialized_key_size=1,
        serialized_value_size=len(value or b""),
        headers=headers,
    )


ODD: dict[str, ConsumerRecord[Any, Any]] = {
    "a header that is null": a_record(7, headers=(("content-type", None),)),
    "a header that is not UTF-8": a_record(7, headers=(("content-type", b"\xff\xfe"),)),
    "a value that is null": a_record(7, None),
    "a value that is not JSON": a_record(7, b"\x00\xff not JSON"),
    "an empty value": a_record(7, b""),
    "a content type that promises JSON over none": a_record(7, b"{", headers=(("content-type", b"application/json"),)),
}


@pytest.mark.parametrize("what", ODD)
async def test_an_odd_record_reaches_the_inbox_among_good_ones(what: str, tape: Tape, subscriber: Any):
    good, odd = Stream("education"), ODD[what]
    first = good.append(specimen(FACTS["tongkang.education.attendance_recorded.v1"]))
    await subscriber.consume((a_record(6, first.value), odd, a_record(8, first.value)))
    assert [(record.offset, record.value) for record in tape.taken] == [
        (6, first.value),
        (7, odd.value),
        (8, first.value),
    ]
    assert tape.events[-1] == ("committed", {TopicPartition(TOPIC, 0): 9})


LOST_BY_THE_STOCK_PARSER = [name for name in ODD if name.startswith("a header")]


@pytest.mark.parametrize("what", LOST_BY_THE_STOCK_PARSER)
async def test_the_stock_parser_would_lose_it_and_its_whole_batch_without_a_word(what: str):
    """Why `listen` has a parser of its own. When FastStream mends this the test says so, and the parser may go."""
    seen: list[Any] = []
    broker = KafkaBroker("nowhere:9092", logger=None, apply_types=False)

    async def take(batch: Any) -> None:
        seen.append(batch)

    stock = broker.subscriber(TOPIC, batch=True, group_id="stock", ack_policy=AckPolicy.MANUAL)
    stock(take)
    async with TestKafkaBroker(broker):
        await stock.consume((a_record(6), ODD[what], a_record(8)))
        assert seen == []
        await stock.consume((a_record(9),))
        assert len(seen) == 1


async def test_the_inbox_gets_topic_partition_offset_key_and_bytes_as_they_came(tape: Tape, subscriber: Any):
    await subscriber.consume((a_record(3, b"one", partition=2), a_record(9, b"two")))
    assert tape.taken == [Record(b"one", b"k", TOPIC, 2, 3), Record(b"two", b"k", TOPIC, 0, 9)]


async def test_offsets_are_committed_after_the_inbox_and_exactly_behind_the_batch(tape: Tape, subscriber: Any):
    await subscriber.consume((a_record(3), a_record(4), a_record(40, partition=1)))
    assert tape.steps == ["taken", "committed"]
    assert tape.events[-1][1] == {TopicPartition(TOPIC, 0): 5, TopicPartition(TOPIC, 1): 41}


TRANSIENT = [
    asyncpg.ConnectionDoesNotExistError("gone"),
    asyncpg.DeadlockDetectedError("again"),
    asyncpg.AdminShutdownError("bye"),
    asyncpg.TooManyConnectionsError("full"),
    ConnectionRefusedError("no server"),
    TimeoutError("slow"),
]


@pytest.mark.parametrize("trouble", TRANSIENT, ids=lambda trouble: type(trouble).__name__)
async def test_trouble_that_passes_is_waited_out_with_the_offset_where_it_was(
    trouble: Exception, tape: Tape, subscriber: Any
):
    tape.troubles = [trouble, trouble]
    await subscriber.consume((a_record(3),))
    assert tape.steps == ["failed", "failed", "taken", "committed"]


async def test_trouble_of_an_unknown_kind_never_passes_a_batch_over(tape: Tape, subscriber: Any):
    tape.troubles = [RuntimeError("a defect"), KeyError("another")]
    await subscriber.consume((a_record(3),))
    assert tape.steps == ["failed", "failed", "taken", "committed"]


async def test_pauses_grow_to_a_limit(tape: Tape, subscriber: Any, monkeypatch: pytest.MonkeyPatch):
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(consumer.asyncio, "sleep", noted)
    tape.troubles = [TimeoutError() for _ in range(10)]
    await subscriber.consume((a_record(3),))
    assert pauses[0] == pytest.approx(0.1)
    assert pauses == sorted(pauses)
    assert pauses[-1] == consumer.LONGEST_PAUSE_SECONDS


async def test_a_commit_that_fails_loses_nothing_and_stops_nothing(tape: Tape, subscriber: Any):
    tape.commit_trouble = CommitFailedError("rebalanced")
    await subscriber.consume((a_record(3),))
    tape.commit_trouble = None
    await subscriber.consume((a_record(3), a_record(4)))
    assert tape.steps == ["taken", "committed", "taken", "committed"]
    assert [record.offset for record in tape.taken] == [3, 3, 4]


async def test_a_new_assignment_begins_the_account_of_offsets_anew(tape: Tape, subscriber: Any):
    subscriber._listener.on_partitions_revoked([TopicPartition(TOPIC, 0)])
    assert tape.steps == []
    subscriber._listener.on_partitions_assigned([TopicPartition(TOPIC, 1)])
    assert tape.steps == ["forgot"]


async def test_checkpoints_are_noted_raw_and_their_offsets_committed(tape: Tape):
    broker = new_broker("nowhere:9092", "timeline")
    watch(broker, TOPIC, tape, group="tongkang.timeline.checkpoints")  # type: ignore[arg-type]
    async with TestKafkaBroker(broker):
        (found,) = broker.subscribers
        found.consumer = tape
        await found.consume((a_record(1, b"one"), a_record(2, None), a_record(3, b"\xff", headers=(("x", None),))))
    assert tape.events == [("noted", [b"one", b"", b"\xff"]), ("committed", {TopicPartition(TOPIC, 0): 4})]
