"""Broker and database killed in mid-flow, Kafka wiped, a consumer that was thought dead."""

import asyncio
from dataclasses import replace

import pytest

from tests.faults.processes import Running, consume


@pytest.fixture
async def wiped_again(machine):
    """Empty Kafka once more at the end: what a consumer commits of the lost one would be its place in the new one."""
    yield
    await emptied(machine)


async def emptied(machine):
    await asyncio.to_thread(machine.broker.wipe)
    await machine.declare()


async def test_kafka_is_lost_in_mid_flow(wiped_again, flow, machine):
    """All that it held is gone, records and offsets; what nobody had consumed comes from the producer's own feed."""
    flow.consumer.place.repairs = True
    await flow.producer.start()
    await flow.consumer.start()
    async with flow.sending():
        await flow.more_kept()
        flow.consumer.pause()
        await published(flow)
        await emptied(machine)
        flow.consumer.go_on()
        await flow.more_kept()
    await flow.settles(within=60)
    await flow.check(kafka_lost=True)


async def published(flow):
    """Wait until the producer has published something that the consumer does not have."""
    log, kept = len(await flow.bench.log()), len(await flow.bench.kept())
    while len(await flow.bench.log()) < log + 20 or await flow.bench.waiting():  # noqa: ASYNC110 - other processes write
        await asyncio.sleep(0.02)
    assert len(await flow.bench.kept()) <= kept + 20


async def test_the_database_is_killed_in_mid_flow(flow, machine):
    await flow.producer.start()
    await flow.consumer.start()
    async with flow.sending():
        for _ in range(2):
            await flow.more_kept()
            await asyncio.to_thread(machine.postgres.kill)
            await asyncio.to_thread(machine.postgres.start)
        await flow.more_kept()
    await flow.settles()
    await flow.check()


IDLE_SECONDS = 60
"""After these the database ends the transaction in which a stopped process holds its locks (shared/db.py)."""


@pytest.fixture
async def heir(flow, machine):
    """A second consumer, not yet started."""
    heir = Running(consume, replace(flow.consumer.place, port=machine.home.port("heir")))
    yield heir
    await heir.stop()


@pytest.mark.long
async def test_a_consumer_that_was_thought_dead_comes_back(flow, heir):
    """It is stopped past its session, in mid-batch or not; another takes its partitions; then it goes on."""
    await flow.producer.start()
    await flow.consumer.start()
    async with flow.sending():
        await flow.more_kept(20)
        flow.consumer.pause()
        await heir.start()
        await flow.more_kept(50, within=IDLE_SECONDS + 40)
        flow.consumer.go_on()
        await flow.more_kept(50)
    await flow.settles()
    await flow.check()
