"""Holding a case: what is read afterwards includes all that was recorded of it, and the numbers go on unbroken."""

import asyncio
from uuid import uuid4

import pytest

from shared import clock
from tests.support.probe import ACTOR, Noted

COUNT = "SELECT count(*) FROM event_log WHERE case_id = $1"


async def seqs(bench, case):
    return [row[0] for row in await bench.fetch("SELECT seq FROM event_log WHERE case_id = $1 ORDER BY seq", case)]


async def test_who_holds_a_case_reads_all_that_was_recorded_before(bench):
    case = uuid4()
    await bench.note(0, case=case)
    seen = []

    async def count_then_note(number):
        async with bench.ledger.open(ACTOR) as uow:
            await uow.hold([case])
            seen.append(await uow.driver.fetchval(COUNT, case))
            uow.record(case, Noted(number=number), occurred_at=clock.now())
            await uow.commit()

    await asyncio.gather(*(count_then_note(number) for number in range(1, 21)))
    assert sorted(seen) == list(range(1, 21))
    assert await seqs(bench, case) == list(range(1, 22))


@pytest.mark.parametrize("held", [0, 1, 2])
async def test_facts_of_cases_held_and_not_held_are_numbered_alike(bench, held):
    cases = sorted(uuid4() for _ in range(2))
    await bench.note(1, 2, case=cases[0])
    async with bench.ledger.open(ACTOR) as uow:
        await uow.hold(cases[:held])
        for number in range(6):
            uow.record(cases[number % 2], Noted(number=number), occurred_at=clock.now())
        await uow.commit()
    assert [await seqs(bench, case) for case in cases] == [[1, 2, 3, 4, 5], [1, 2, 3]]


async def test_what_is_flushed_in_between_moves_the_head_on(bench):
    case = uuid4()
    await bench.note(1, case=case)
    async with bench.ledger.open(ACTOR) as uow:
        await uow.hold([case])
        for number in (2, 3):
            uow.record(case, Noted(number=number), occurred_at=clock.now())
            await uow.flush()
        await uow.write_journal()
    assert await seqs(bench, case) == [1, 2, 3]
    rows = await bench.fetch("SELECT prev_hash, hash FROM event_log WHERE case_id = $1 ORDER BY seq", case)
    assert [row["prev_hash"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]


async def test_holding_a_case_without_facts_leaves_no_trace(bench):
    case = uuid4()
    async with bench.ledger.open(ACTOR) as uow:
        await uow.hold([case])
        await uow.write_journal()
    assert await bench.fetch("SELECT 1 FROM case_stream WHERE case_id = $1", case) == []
