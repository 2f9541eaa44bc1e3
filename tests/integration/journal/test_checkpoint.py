"""Checkpoints: what a producer says it has, and from when on that is all."""

import asyncio
import random
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clock
from shared.contracts.envelope import unb64
from shared.journal.checkpoint import (
    Checkpoint,
    CheckpointPublisher,
    Head,
    Signer,
    as_cloudevent,
    heads,
    merkle_root,
    read_cloudevent,
    take_checkpoint,
    verified,
)
from shared.journal.relay import BrokerAway
from shared.testing.eventually import eventually
from tests.support.probe import ACTOR, PRODUCER, Noted

ALL = 2**128 - 1


def recomputed(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word: the largest power of two below n divides the leaves."""
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + recomputed(leaves[:k]) + recomputed(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=70))
def test_the_tree_hash_is_that_of_rfc_6962(leaves):
    assert merkle_root(leaves) == recomputed(leaves)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257])
def test_the_tree_hash_at_the_edges_of_its_shape(size):
    leaves = [bytes([n % 256, n // 256]) for n in range(size)]
    assert merkle_root(leaves) == recomputed(leaves)


async def test_the_sums_are_those_of_the_log(bench):
    """Recomputed from the facts themselves, without the tables that the checkpoint reads."""
    luck = random.Random(5)
    cases = [uuid4() for _ in range(40)] + [UUID(int=n << 8 | 7) for n in range(1, 30)]  # 29 in one bucket
    for _ in range(15):
        async with bench.ledger.open(ACTOR) as uow:
            for case in luck.sample(cases, 20):
                uow.record(case, Noted(number=1), occurred_at=clock.now())
            await uow.commit()
    last = {event.subject: event for event in await bench.log()}
    buckets: dict[int, list[bytes]] = {}
    for case, event in last.items():
        leaf = case.bytes + (1).to_bytes(4, "big") + event.seq.to_bytes(8, "big") + event.hash
        buckets.setdefault(case.bytes[15], []).append(leaf)
    checkpoint = await take_checkpoint(bench.database, PRODUCER)
    assert {b: unb64(root) for b, root in checkpoint.roots.items()} == {
        bucket: recomputed(sorted(leaves)) for bucket, leaves in buckets.items()
    }


async def test_an_empty_producer_has_an_empty_checkpoint(bench):
    assert (await take_checkpoint(bench.database, PRODUCER)).roots == {}


async def test_an_open_transaction_holds_the_time_back(bench):
    """Its facts may have been recorded already; nobody sees them before it commits."""
    async with bench.ledger.open(ACTOR) as uow:
        uow.record(uuid4(), Noted(number=1), occurred_at=clock.now())
        await uow.commit()
        held = await take_checkpoint(bench.database, PRODUCER)
    (event,) = await bench.log()
    assert held.roots == {}
    assert held.as_of <= event.recorded_at
    free = await take_checkpoint(bench.database, PRODUCER)
    assert free.as_of > event.recorded_at
    assert len(free.roots) == 1


async def test_a_transaction_that_only_reads_does_not_hold_the_time_back(bench):
    async with bench.database.transaction() as session:
        (began,) = await session.driver.fetchrow("SELECT now()")
        assert (await take_checkpoint(bench.database, PRODUCER)).as_of > began


async def test_no_fact_older_than_its_time_is_missing_from_a_checkpoint_under_traffic(bench):
    """Many writers, many checkpoints: what was recorded before `as_of` is in every one of them."""
    taken: list[Checkpoint] = []
    cases, writing = [UUID(int=uuid4().int << 8 & ALL | n) for n in range(6)], True

    async def write(case: UUID) -> None:
        for number in range(40):
            await bench.note(number, case=case)

    async def watch() -> None:
        while writing:
            taken.append(await take_checkpoint(bench.database, PRODUCER))

    watching = asyncio.gather(watch(), watch())
    await asyncio.gather(*(write(case) for case in cases))
    writing = False
    await watching
    log = await bench.log()
    assert len(taken) > 5
    for checkpoint in taken:
        before = {event.subject for event in log if event.recorded_at < checkpoint.as_of}
        assert {case.bytes[15] for case in before} <= checkpoint.roots.keys()
        for case in before:
            await check_covered(checkpoint, [event for event in log if event.subject == case])


async def check_covered(checkpoint: Checkpoint, stream: list) -> None:
    """The root of the case's bucket, which it has to itself, is that of a head not older than `as_of`."""
    least = max(event.seq for event in stream if event.recorded_at < checkpoint.as_of)
    possible = {
        recomputed([event.subject.bytes + (1).to_bytes(4, "big") + event.seq.to_bytes(8, "big") + event.hash])
        for event in stream
        if event.seq >= least
    }
    assert unb64(checkpoint.roots[stream[0].subject.bytes[15]]) in possible


async def test_heads_are_those_of_the_moment_asked_for(bench):
    first, second = UUID(int=1 << 8 | 3), UUID(int=2 << 8 | 3)
    for case in (first, second, first):
        await bench.note(1, case=case)
    log = await bench.log()
    middle = sorted(event.recorded_at for event in log)[2]
    now = [head async for head in heads(bench.database, [3], datetime.now(UTC))]
    then = [head async for head in heads(bench.database, [3], middle)]
    assert [(head.case, head.last) for head in now] == [(first, 2), (second, 1)]
    assert [(head.case, head.last) for head in then] == [(first, 1), (second, 1)]
    assert now[0].hash == log[1].hash
    assert [head async for head in heads(bench.database, [4], datetime.now(UTC))] == []


def test_a_head_reads_back_from_its_line():
    head = Head(uuid4(), 1, 77, bytes(range(32)))
    assert Head.read(head.line().decode().rstrip()) == head


@pytest.fixture
def signer(probe):
    return Signer(probe.key_file("checkpoint"))


async def test_a_checkpoint_travels_signed_and_a_changed_one_is_not_believed(bench, signer, probe):
    await bench.note(1)
    checkpoint = signer.sign(await take_checkpoint(bench.database, PRODUCER))
    arrived = read_cloudevent(as_cloudevent(checkpoint))
    assert arrived == checkpoint
    assert verified(arrived, signer.public)
    for change in ({"as_of": clock.now()}, {"roots": {}}, {"producer": "rehab"}, {"signature": "A" * 86}):
        assert not verified(arrived.model_copy(update=change), signer.public)
    assert not verified(arrived, Signer(probe.key_file("another")).public)
    assert not verified(arrived, "no key")


async def test_a_checkpoint_that_the_broker_does_not_take_is_made_up_for_by_the_next(bench, signer):
    sent, away = [], True

    async def send_all(messages):
        if away:
            raise BrokerAway
        sent.extend(messages)
        return [True] * len(messages)

    publisher = CheckpointPublisher(bench.database, PRODUCER, signer, send_all, every=0.01)
    await publisher.publish()
    away = False
    checkpoint = await publisher.publish()
    ((topic, key, value),) = sent
    assert (topic, key) == ("tongkang.checkpoints", PRODUCER.encode())
    assert read_cloudevent(value) == checkpoint


async def test_the_time_of_recording_is_taken_with_the_lock_and_not_while_waiting_for_it(bench):
    """Otherwise a checkpoint that was taken meanwhile would count a fact among its own that it cannot have seen."""
    case = (await bench.note(1)).case
    async with bench.database.session() as holder:
        await holder.driver.execute("BEGIN")
        await holder.driver.execute("SELECT 1 FROM case_stream WHERE case_id = $1 FOR UPDATE", case)
        noting = asyncio.create_task(bench.note(2, case=case))
        await eventually(lambda: bench.fetch("SELECT 1 FROM pg_locks WHERE NOT granted"))
        released = await holder.driver.fetchval("SELECT clock_timestamp()")
        await holder.driver.execute("ROLLBACK")
    await noting
    assert (await bench.log())[-1].recorded_at >= released
