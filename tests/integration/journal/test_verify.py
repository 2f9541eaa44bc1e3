"""Verification finds whatever was changed in the log, even by a superuser."""

from uuid import UUID

import asyncpg
import pytest

from shared.journal.verify import Fault, verify

CASES = [UUID(int=n) for n in (1, 2, 3)]


@pytest.fixture
async def recorded(bench):
    for number in range(30):
        await bench.note(number, case=CASES[number % 3])
    return bench


async def tamper(bench, *statements: str) -> None:
    connection = await asyncpg.connect(bench.superuser)
    for statement in statements:
        assert not (await connection.execute(statement)).endswith(" 0"), statement
    await connection.close()


async def test_an_untouched_log_is_sound(recorded):
    verdict = await verify(recorded.database)
    assert (verdict.sound, verdict.streams, verdict.facts, verdict.first) == (True, 3, 30, None)


async def test_an_empty_log_is_sound(bench):
    assert (await verify(bench.database)).sound


SECOND = f"case_id = '{CASES[1]}'"
REPLACED = "convert_to(replace(convert_from(envelope, 'UTF8'), '\"number\":13', '\"number\":99'), 'UTF8')"
TAMPERING = {
    "content changed": (
        [f"UPDATE event_log SET envelope = {REPLACED} WHERE {SECOND} AND seq = 5"],
        (5, Fault.HASH),
    ),
    "content and hash changed": (
        [
            f"UPDATE event_log SET envelope = {REPLACED} WHERE {SECOND} AND seq = 5",
            f"UPDATE event_log SET hash = sha256(prev_hash || envelope) WHERE {SECOND} AND seq = 5",
        ],
        (6, Fault.CHAIN),
    ),
    "last fact changed with its hash": (
        [f"UPDATE event_log SET hash = sha256(prev_hash), envelope = '' WHERE {SECOND} AND seq = 10"],
        (10, Fault.ENVELOPE),
    ),
    "fact removed": ([f"DELETE FROM event_log WHERE {SECOND} AND seq = 5"], (6, Fault.NUMBER)),
    "first fact removed": ([f"DELETE FROM event_log WHERE {SECOND} AND seq = 1"], (2, Fault.NUMBER)),
    "last fact removed": ([f"DELETE FROM event_log WHERE {SECOND} AND seq = 10"], (9, Fault.HEAD)),
    "whole case removed": ([f"DELETE FROM event_log WHERE {SECOND}"], (10, Fault.HEAD)),
    "head moved back": ([f"UPDATE case_stream SET last_seq = 9 WHERE {SECOND}"], (10, Fault.HEAD)),
    "row under another id": (
        [f"UPDATE event_log SET event_id = gen_random_uuid() WHERE {SECOND} AND seq = 5"],
        (5, Fault.ENVELOPE),
    ),
}


@pytest.mark.parametrize(("statements", "place"), TAMPERING.values(), ids=TAMPERING)
async def test_what_was_done_to_the_log_is_found_at_its_place(recorded, statements, place):
    await tamper(recorded, *statements)
    verdict = await verify(recorded.database)
    assert not verdict.sound
    assert (verdict.first.case, verdict.first.seq, verdict.first.fault) == (CASES[1], *place)


async def test_facts_swapped_between_cases_are_found(recorded):
    swap = f"UPDATE event_log SET case_id = '{UUID(int=9)}' WHERE {SECOND} AND seq = 10"
    await tamper(recorded, swap)
    verdict = await verify(recorded.database)
    assert verdict.faults == 2
    assert verdict.first.fault is Fault.HEAD


async def test_every_fault_is_counted_and_the_first_one_told(recorded):
    await tamper(recorded, "UPDATE event_log SET envelope = envelope || ' ' WHERE seq = 3")
    verdict = await verify(recorded.database)
    assert (verdict.faults, verdict.first.case, verdict.first.seq) == (3, CASES[0], 3)


async def test_a_log_longer_than_a_page(recorded, monkeypatch):
    monkeypatch.setattr("shared.journal.verify.PAGE", 7)
    verdict = await verify(recorded.database)
    assert (verdict.sound, verdict.streams, verdict.facts) == (True, 3, 30)
