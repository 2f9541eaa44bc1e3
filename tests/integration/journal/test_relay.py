"""The relay on a real broker: nothing leaves the outbox unacknowledged, nothing of a case overtakes."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError

from shared import clock
from shared.contracts.envelope import Event
from shared.journal.relay import BrokerAway, Message, Producer, Relay, unbroken_prefix
from shared.testing.eventually import eventually
from tests.integration.journal.scenarios import drained, fickle_line, gone, hurry, late_commit, note_many, two_at_once
from tests.support.probe import (
    ACTOR,
    TOPIC,
    Bulky,
    Noted,
    check_first_sight,
    check_log,
    check_on_topic,
    read_topic,
)


async def test_every_fact_reaches_the_topic_byte_for_byte_and_in_the_order_of_its_case(bench, topic, producer):
    cases = await note_many(bench, 7, 11)
    await drained(bench, bench.relay(producer.send_all, batch=10))
    log, there = await bench.log(), await read_topic(topic, cases)
    check_log(log)
    check_on_topic(log, there)
    check_first_sight(there)
    assert len(there) == 77


async def test_a_fact_is_not_lost_because_a_later_one_committed_first(bench, topic, producer):
    """Ids of the outbox become visible out of order; the relay reads rows, not from where it last was."""
    await late_commit(bench, bench.relay(producer.send_all), topic)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_fails_only_an_unbroken_acknowledged_prefix_leaves_the_outbox(bench, topic, producer, seed):
    await fickle_line(bench, Relay, producer, topic, seed)


async def test_a_case_that_fails_waits_and_the_others_go_on(bench, topic, producer):
    failing, other = uuid4(), uuid4()

    async def send_all(messages: Sequence[Message]) -> list[bool]:
        sent = await producer.send_all([m for m in messages if m[1] != str(failing).encode()])
        return [m[1] != str(failing).encode() for m in messages] if all(sent) else [False] * len(messages)

    await bench.note(1, 2, case=failing)
    await bench.note(1, 2, case=other)
    relay = bench.relay(send_all)
    assert await relay.turn() == 2
    await bench.note(3, case=other)
    assert await relay.turn() == 1
    assert await bench.waiting() == {failing: [1, 2]}
    tries = await bench.fetch("SELECT tries, next_try > now() AS later FROM outbox ORDER BY seq")
    assert [tuple(row) for row in tries] == [(1, True), (0, False)]
    relay.send_all = producer.send_all
    await drained(bench, relay)
    check_first_sight(await read_topic(topic, {failing, other}))


async def test_the_back_off_grows_with_each_failure(bench):
    async def nothing_arrives(messages: Sequence[Message]) -> list[bool]:
        return [False] * len(messages)

    await bench.note(1)
    relay, waits = bench.relay(nothing_arrives), []
    for _ in range(4):
        await hurry(bench)
        await relay.turn()
        (wait,) = (await bench.fetch("SELECT extract(epoch FROM next_try - now())::float FROM outbox"))[0]
        waits.append(wait)
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]


async def test_a_fact_too_large_for_the_broker_stops_only_its_own_case(bench, topic, producer):
    large, other = uuid4(), uuid4()
    async with bench.ledger.open(ACTOR) as uow:
        uow.record(large, Bulky(filling="x" * 2_000_000), occurred_at=clock.now())
        uow.record(large, Noted(number=2), occurred_at=clock.now())
        uow.record(other, Noted(number=1), occurred_at=clock.now())
        await uow.commit()
    await bench.relay(producer.send_all).turn()
    assert await bench.waiting() == {large: [1, 2]}
    assert [event.subject for event in await read_topic(topic, {other})] == [other]


NOWHERE = "tongkang.nowhere"


@pytest.fixture
def nowhere(monkeypatch):
    """Let the client say of one topic what it says, after its time limit, of one that is not declared."""
    asked = []
    send = AIOKafkaProducer.send

    async def refuse(self, topic, *arguments, **options):
        if topic != NOWHERE:
            return await send(self, topic, *arguments, **options)
        asked.append(topic)
        raise UnknownTopicOrPartitionError

    monkeypatch.setattr(AIOKafkaProducer, "send", refuse)
    return asked


async def test_a_topic_that_is_missing_does_not_stop_the_others(bench, topic, producer, nowhere):
    case = uuid4()
    await bench.note(1, case=case)
    (event,) = await bench.log()
    lost = [(NOWHERE, b"key", b"value")] * 50
    answers = await producer.send_all([lost[0], (TOPIC, str(case).encode(), event.envelope), *lost])
    assert [n for n, ok in enumerate(answers) if ok] == [1]
    assert len(nowhere) == 1, "each attempt costs the whole time limit"
    assert await read_topic(topic, {case}) == [event]


@dataclass
class Acknowledged:
    """A producer that notes what the broker acknowledged: a broker that was killed has forgotten what it held."""

    producer: Producer
    seqs: list[int] = field(default_factory=list)

    @property
    def first_sight(self) -> list[int]:
        """Repeats are allowed, another order is not."""
        return list(dict.fromkeys(self.seqs))

    async def send_all(self, messages: Sequence[Message]) -> list[bool]:
        answers = await self.producer.send_all(messages)
        self.seqs += [Event.read(one[-1]).seq for one, done in zip(messages, answers, strict=True) if done]
        return answers


async def test_a_broker_that_is_away_blames_no_fact_and_gets_all_when_it_is_back(bench, own_broker):
    case = uuid4()
    await bench.note(1, 2, case=case)
    told = Acknowledged(Producer(own_broker.bootstrap, idempotent=False))
    relay = bench.relay(told.send_all)
    running = asyncio.create_task(relay.run())
    try:
        with pytest.raises(BrokerAway):
            await relay.turn()
        assert [tuple(row) for row in await bench.fetch("SELECT DISTINCT tries FROM outbox")] == [(0,)]
        await own_broker.up()
        await gone(bench)
        assert told.first_sight == [1, 2]
        await asyncio.to_thread(own_broker.server.kill)
        await bench.note(3, case=case)
        await own_broker.up()
        await gone(bench)
        assert told.first_sight == [1, 2, 3]
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await told.producer.close()


async def test_after_an_error_the_producer_is_opened_anew(topic, producer, nowhere):
    good = (TOPIC, b"key", b"value")
    assert await producer.send_all([good]) == [True]
    first = producer._producer
    assert await producer.send_all([good]) == [True]
    assert producer._producer is first
    assert await producer.send_all([(NOWHERE, b"key", b"value"), good]) == [False, True]
    assert await producer.send_all([good]) == [True]
    assert producer._producer is not first
    await producer.close()
    assert first._closed


async def test_relay_and_checkpoints_open_one_producer_between_them(topic):
    producer = Producer(topic, idempotent=False)
    started = []
    begin = producer._started

    async def counted():
        started.append(await begin())
        return started[-1]

    producer._started = counted
    await asyncio.gather(*(producer.send_all([(TOPIC, b"key", b"value")]) for _ in range(5)))
    assert len(started) == 1
    await producer.close()


async def test_a_lease_is_taken_over_when_its_owner_is_gone_and_not_before(bench, topic, producer):
    owner, heir = (bench.relay(producer.send_all, lease_seconds=1.0) for _ in range(2))
    await bench.note(1)
    assert await owner.turn() == 1
    await bench.note(2)
    assert await heir.turn() == 0

    async def takes_over() -> bool:
        return await heir.turn() == 1

    await eventually(takes_over, within=10)
    assert heir._leased == list(range(16))


async def test_a_relay_that_stops_leaves_its_leases_to_the_next_at_once(bench, topic, producer):
    first = bench.relay(producer.send_all, lease_seconds=60.0)
    running = asyncio.create_task(first.run())
    await bench.note(1)
    await gone(bench)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await bench.note(2)
    assert await bench.relay(producer.send_all).turn() == 1


async def test_two_relays_at_once_repeat_and_never_reorder(bench, topic, producer):
    """However it comes that both believe to hold the shards: the second sends from the first row, too."""
    await two_at_once(bench, Relay, producer, topic)


async def test_rows_written_under_more_shards_are_published_too(bench, topic, producer):
    cases = [UUID(int=n) for n in range(100, 164)]
    async with bench.ledger.open(ACTOR) as uow:
        uow.shards = 64
        for case in cases:
            uow.record(case, Noted(number=1), occurred_at=clock.now())
        await uow.commit()
    assert await bench.relay(producer.send_all, shards=4).turn() == 64


async def test_five_hundred_facts_of_one_case_in_batches_of_seven_stay_in_order(bench, topic, producer):
    case = uuid4()
    await bench.note(*([1] * 500), case=case)
    await drained(bench, bench.relay(producer.send_all, batch=7), within=60)
    there = await read_topic(topic, {case})
    assert [event.seq for event in there] == list(range(1, 501))


def test_the_unbroken_prefix_of_each_case():
    a, b, c = uuid4(), uuid4(), uuid4()
    rows = [(1, a), (2, b), (3, a), (4, b), (5, a), (6, c)]
    assert unbroken_prefix(rows, [True, False, False, True, True, True]) == ([1, 6], [2, 3])
    assert unbroken_prefix(rows, [True] * 6) == ([1, 2, 3, 4, 5, 6], [])
    assert unbroken_prefix(rows, [False] * 6) == ([], [1, 2, 6])
    assert unbroken_prefix([], []) == ([], [])


async def test_a_topic_is_never_made_by_asking_for_it(topic, monkeypatch):
    monkeypatch.setattr("shared.journal.relay.SEND_TIMEOUT_SECONDS", 1)
    producer = Producer(topic, idempotent=False)
    undeclared = f"tongkang.{uuid4()}"
    assert await producer.send_all([(undeclared, b"key", b"value")]) == [False]
    await producer.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=topic)
    await admin.start()
    assert undeclared not in await admin.list_topics()
    await admin.close()
