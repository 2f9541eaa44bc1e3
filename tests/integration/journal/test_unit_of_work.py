"""The producer's side: gapless, chained, together with the state, and never changed afterwards."""

import asyncio
import random
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import asyncpg
import orjson
import pytest
from sqlalchemy import text

from shared import clock
from shared.contracts.envelope import GENESIS
from shared.errors import Conflict, KeyReused
from shared.journal.unit_of_work import AnsweredBefore, Receipt, Request
from tests.integration.journal.conftest import DATABASE
from tests.support.probe import ACTOR, Bench, Noted, check_log, database_of


async def test_facts_of_a_case_are_numbered_without_gaps_and_chained(bench):
    case = uuid4()
    await bench.note(1, 2, case=case)
    await bench.note(3, case=case)
    rows = await bench.fetch("SELECT seq, prev_hash, hash, envelope FROM event_log ORDER BY seq")
    head = GENESIS
    for number, row in enumerate(rows, start=1):
        assert (row["seq"], row["prev_hash"]) == (number, head)
        assert row["hash"] == sha256(head + row["envelope"]).digest()
        assert orjson.loads(row["envelope"])["sequence"] == str(number)
        head = row["hash"]
    assert (await bench.fetch("SELECT last_seq, head_hash FROM case_stream WHERE case_id = $1", case))[0] == (3, head)


async def test_two_hundred_writers_at_once_leave_no_gap_in_any_case(bench):
    cases = [uuid4() for _ in range(5)]

    async def both(number: int) -> None:
        async with bench.ledger.open(ACTOR) as uow:
            for case in (cases[number % 5], cases[(number * 3 + 1) % 5]):
                uow.record(case, Noted(number=number), occurred_at=clock.now())
            await uow.commit()

    await asyncio.gather(*(both(number) for number in range(200)))
    rows = await bench.fetch("SELECT case_id, array_agg(seq ORDER BY seq) AS seqs FROM event_log GROUP BY case_id")
    assert sum(len(row["seqs"]) for row in rows) == 400
    assert all(row["seqs"] == list(range(1, len(row["seqs"]) + 1)) for row in rows)


async def test_a_refusal_leaves_no_trace(bench):
    async def record_and_fail() -> None:
        async with bench.ledger.open(ACTOR) as uow:
            uow.record(uuid4(), Noted(number=1), occurred_at=clock.now())
            await uow.commit()
            raise Conflict(reason="after everything was written")

    with pytest.raises(Conflict):
        await record_and_fail()
    assert await bench.fetch("SELECT 1 FROM event_log") == []
    assert await bench.fetch("SELECT 1 FROM outbox") == []


async def test_what_nobody_commits_is_rolled_back(bench):
    async with bench.ledger.open(ACTOR) as uow:
        await uow.driver.execute("INSERT INTO kept (case_id, seq) VALUES ($1, 1)", uuid4())
    assert await bench.kept() == []


async def test_the_same_request_gets_the_same_answer_and_writes_once(bench):
    request = Request(uuid4(), "key-0001", b"a" * 32, 201)
    first = await bench.note(1, request=request)
    with pytest.raises(AnsweredBefore) as again:
        await bench.note(1, request=request)
    assert Receipt.model_validate_json(again.value.answer) == first
    assert again.value.status == 201
    assert len(await bench.fetch("SELECT 1 FROM event_log")) == 1


async def test_a_key_used_for_another_request_is_refused(bench):
    person = uuid4()
    await bench.note(1, request=Request(person, "key-0001", b"a" * 32, 201))
    with pytest.raises(KeyReused):
        await bench.note(2, request=Request(person, "key-0001", b"b" * 32, 201))
    assert len(await bench.fetch("SELECT 1 FROM event_log")) == 1


async def test_a_repeat_that_a_rule_would_now_refuse_still_gets_its_answer(bench):
    request = Request(uuid4(), "key-0001", b"a" * 32, 201)
    first = await bench.note(1, request=request)
    with pytest.raises(AnsweredBefore) as again:
        async with bench.ledger.open(ACTOR, request=request):
            raise Conflict(reason="the first one changed the state")
    assert Receipt.model_validate_json(again.value.answer) == first


async def test_ten_equal_requests_at_once_write_once(bench):
    request = Request(uuid4(), "key-0001", b"a" * 32, 201)
    answers = await asyncio.gather(*(bench.note(1, request=request) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(answer, Receipt) for answer in answers) == 1
    assert sum(isinstance(answer, AnsweredBefore) for answer in answers) == 9
    assert len(await bench.fetch("SELECT 1 FROM event_log")) == 1


CHANGES = ("UPDATE event_log SET hash = hash", "DELETE FROM event_log", "TRUNCATE event_log")


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_application_role_cannot_change_the_log(bench, statement):
    await bench.note(1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await bench.fetch(statement)


async def test_a_thousand_facts_over_new_cases_at_once_do_not_wait_for_each_other_for_ever(bench):
    cases = [uuid4() for _ in range(6)]

    async def some(number: int) -> None:
        async with bench.ledger.open(ACTOR) as uow:
            for case in random.Random(number).sample(cases, 4):
                uow.record(case, Noted(number=number), occurred_at=clock.now())
            await uow.commit()

    await asyncio.gather(*(some(number) for number in range(250)))
    log = await bench.log()
    assert len(log) == 1000
    check_log(log)


async def test_facts_that_nobody_commits_are_a_defect_and_not_an_answer(bench):
    async def forget() -> None:
        async with bench.ledger.open(ACTOR) as uow:
            uow.record(uuid4(), Noted(number=1), occurred_at=clock.now())

    with pytest.raises(RuntimeError, match="nobody committed"):
        await forget()
    assert await bench.log() == []


@pytest.mark.parametrize("afterwards", ["record", "commit", "write_journal"])
async def test_nothing_can_be_added_after_the_commit(bench, afterwards):
    async def add() -> None:
        async with bench.ledger.open(ACTOR) as uow:
            uow.record(uuid4(), Noted(number=1), occurred_at=clock.now())
            await uow.commit()
            if afterwards == "record":
                uow.record(uuid4(), Noted(number=2), occurred_at=clock.now())
            else:
                await getattr(uow, afterwards)()

    with pytest.raises(RuntimeError, match="committed"):
        await add()
    assert await bench.log() == []


async def test_the_time_of_recording_is_the_databases_and_rises_along_a_stream(bench, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    case = uuid4()
    for number in range(5):
        await bench.note(number, case=case)
    times = [event.recorded_at for event in await bench.log()]
    (began,) = (await bench.fetch("SELECT now() - interval '1 minute'"))[0]
    assert times == sorted(times)
    assert times[0] > began


async def test_a_repeat_whose_state_breaks_a_constraint_behind_core_still_gets_its_answer(bench):
    request, case = Request(uuid4(), "key-0001", b"a" * 32, 201), uuid4()

    async def place() -> Receipt:
        async with bench.ledger.open(ACTOR, request=request) as uow:
            await uow.execute(text("INSERT INTO kept (case_id, seq) VALUES (:case, 1)"), {"case": case})
            uow.record(case, Noted(number=1), occurred_at=clock.now())
            return await uow.commit()

    first = await place()
    with pytest.raises(AnsweredBefore) as again:
        await place()
    assert Receipt.model_validate_json(again.value.answer) == first


async def test_a_lost_answer_does_not_cost_a_second_connection_while_the_first_is_held(bench, probe):
    """With a pool of one, a repeat that is refused still finds its answer: the first connection was given back."""
    database = database_of(probe.postgres, DATABASE, size=1)
    request = Request(uuid4(), "key-0001", b"a" * 32, 201)
    try:
        alone = Bench(database, bench.superuser)
        await alone.note(1, request=request)
        with pytest.raises(AnsweredBefore):
            await alone.note(1, request=request)
    finally:
        await database.close()
