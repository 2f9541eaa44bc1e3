"""Replay: Kafka is a cache that can be filled again from the log."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from shared import clock
from shared.contracts.envelope import service_actor
from shared.contracts.events.rehab import DesignationSuspended
from shared.journal.relay import Producer
from shared.journal.replay import replay
from shared.journal.unit_of_work import Ledger
from tests.integration.journal.scenarios import gone
from tests.support.probe import PRODUCER, as_records, check_first_sight, check_kept, check_on_topic, read_topic

OPERATOR = service_actor("operator")


async def published(bench):
    await bench.fetch("DELETE FROM outbox")


async def test_after_the_loss_of_kafka_everything_is_published_again_and_kept_once(bench, own_broker):
    cases = [uuid4() for _ in range(4)]
    for number in range(40):
        await bench.note(number, case=cases[number % 4])
    await own_broker.up()
    producer = Producer(own_broker.bootstrap, idempotent=False)
    relaying = asyncio.create_task(bench.relay(producer.send_all).run())
    await gone(bench)
    half = (await read_topic(own_broker.bootstrap, cases))[:17]
    await bench.inbox().take(as_records(half))
    await asyncio.to_thread(own_broker.server.kill)
    await own_broker.up()
    assert await replay(bench.ledger, OPERATOR) == 40
    await gone(bench)
    there = await read_topic(own_broker.bootstrap, cases)
    check_on_topic(await bench.log(), there)
    check_first_sight(there)
    await bench.inbox().take(as_records(there))
    check_kept(await bench.log(), await bench.kept())
    relaying.cancel()
    with suppress(asyncio.CancelledError):
        await relaying
    await producer.close()


async def test_one_case_or_what_was_recorded_since_a_time_can_be_chosen(bench):
    early, late = uuid4(), uuid4()
    await bench.note(1, 2, case=early)
    await asyncio.sleep(0.01)
    since = (await bench.fetch("SELECT clock_timestamp()"))[0][0]
    await bench.note(3, case=late)
    await bench.note(4, case=early)
    await published(bench)
    assert await replay(bench.ledger, OPERATOR, since=since) == 2
    assert await bench.waiting() == {early: [3], late: [1]}
    await published(bench)
    assert await replay(bench.ledger, OPERATOR, case=early) == 3
    assert await bench.waiting() == {early: [1, 2, 3]}
    assert await replay(bench.ledger, OPERATOR, since=since + timedelta(days=1)) == 0


async def test_a_fact_that_waits_already_is_not_doubled_however_often_and_at_once(bench):
    case = uuid4()
    await bench.note(*range(10), case=case)
    await bench.fetch("DELETE FROM outbox WHERE seq <= 4")
    counts = await asyncio.gather(*(replay(bench.ledger, OPERATOR) for _ in range(5)))
    assert sorted(counts) == [0, 0, 0, 0, 4]
    assert sorted((await bench.waiting())[case]) == list(range(1, 11))


async def test_facts_go_back_to_the_topic_and_shard_they_came_from(bench):
    ledger = Ledger(bench.database, "rehab", shards=16)
    fact = DesignationSuspended.model_construct(**sample(DesignationSuspended))
    async with ledger.open(OPERATOR) as uow:
        uow.record(uuid4(), fact, occurred_at=clock.now())
        await uow.commit()
    sql = "SELECT shard, case_id, epoch, seq, topic FROM outbox"
    before = [tuple(row) for row in await bench.fetch(sql)]
    await published(bench)
    await replay(ledger, OPERATOR)
    assert [tuple(row) for row in await bench.fetch(sql)] == before
    assert before[0][4] == "tongkang.institutions"


def sample(fact):
    """Just enough of an institution's fact to be sealed; its content is not the matter here."""
    return dict.fromkeys(fact.model_fields)


async def test_a_replay_is_logged_with_who_asked_for_it(bench, caplog):
    await bench.note(1)
    await published(bench)
    with caplog.at_level(logging.WARNING, logger="shared.journal.replay"):
        await replay(bench.ledger, OPERATOR)
    (line,) = caplog.records
    assert (line.person, line.facts) == (str(OPERATOR.person), 1)


async def test_a_replay_wakes_the_relay(bench):
    woken = []
    await replay(Ledger(bench.database, PRODUCER, wake=lambda: woken.append(1)), OPERATOR)
    assert woken == [1]
