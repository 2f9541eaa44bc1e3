"""Redrive: what was parked goes through the inbox again, once it can."""

import logging

from shared.contracts.envelope import service_actor
from shared.journal.inbox import Outcome, Record
from shared.journal.redrive import redrive
from shared.testing.streams import Stream
from tests.support.probe import PRODUCER, TOPIC, Noted, check_kept

OPERATOR = service_actor("operator")


def a_stream(*numbers: int) -> Stream:
    stream = Stream(PRODUCER)
    stream.extend(Noted(number=number) for number in numbers)
    return stream


async def test_all_parked_facts_go_through_once_they_can_and_take_along_what_waits_behind(bench):
    inbox, streams = bench.inbox(), [a_stream(1, 7, 2, 3) for _ in range(3)]
    bench.effects.refuses.add(7)
    await inbox.take([record for stream in streams for record in stream.records])
    bench.effects.refuses.clear()
    redriven = await redrive(inbox, OPERATOR)
    assert [one.outcome for one in redriven] == [Outcome.APPLIED] * 3
    check_kept([event for stream in streams for event in stream.events], await bench.kept())
    assert await bench.parked() == []


async def test_named_facts_only(bench):
    inbox, first, second = bench.inbox(), a_stream(7), a_stream(7)
    bench.effects.refuses.add(7)
    await inbox.take([*first.records, *second.records])
    bench.effects.refuses.clear()
    (wanted,) = await bench.fetch("SELECT id FROM parked_event WHERE case_id = $1", first.subject)
    assert [one.id for one in await redrive(inbox, OPERATOR, [wanted[0], 99_999])] == [wanted[0]]
    check_kept(first.events, await bench.kept())
    assert await bench.parked() == [(1, "poison")]


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(bench):
    inbox, mended, sick = bench.inbox(), a_stream(7, 1), a_stream(8, 1)
    bench.effects.refuses |= {7, 8}
    await inbox.take([*mended.records, *sick.records])
    bench.effects.refuses.remove(7)
    before = await bench.fetch("SELECT * FROM parked_event ORDER BY id")
    redriven = await redrive(inbox, OPERATOR, dry_run=True)
    assert {(one.outcome, one.reason, one.detail) for one in redriven} == {
        (Outcome.APPLIED, None, None),
        (Outcome.PARKED, "poison", "ValueError"),
    }
    assert await bench.fetch("SELECT * FROM parked_event ORDER BY id") == before
    assert await bench.kept() == []


async def test_what_would_be_parked_again_is_left_as_it_is(bench):
    inbox, stream = bench.inbox(), a_stream(7)
    bench.effects.refuses.add(7)
    await inbox.take(stream.records)
    before = await bench.fetch("SELECT * FROM parked_event")
    (one,) = await redrive(inbox, OPERATOR)
    assert (one.outcome, one.reason) == (Outcome.PARKED, "poison")
    assert await bench.fetch("SELECT * FROM parked_event") == before


async def test_incidents_and_gaps_are_not_redriven(bench):
    inbox, stream = bench.inbox(), a_stream(1, 2, 3)
    await inbox.take([stream.records[0], stream.records[2]])
    await inbox.take([Record(a_stream(5).records[0].value, b"wrong key", TOPIC, 0, 5)])
    assert await redrive(inbox, OPERATOR) == []
    assert len(await bench.fetch("SELECT 1 FROM parked_event")) == 2


async def test_a_record_that_can_be_read_by_now_leaves_parking(bench):
    """A newer release reads what an older one could not."""
    inbox, stream = bench.inbox(), a_stream(1)
    await inbox.take([Record(b"?", stream.records[0].key, TOPIC, 0, 3)])
    await bench.fetch("UPDATE parked_event SET envelope = $1", stream.records[0].value)
    (one,) = await redrive(inbox, OPERATOR)
    assert one.outcome is Outcome.APPLIED
    check_kept(stream.events, await bench.kept())
    assert await bench.fetch("SELECT 1 FROM parked_event") == []
    assert [tuple(row) for row in await bench.fetch("SELECT passed, rejected FROM partition_account")] == [(1, 1)]


async def test_a_redrive_is_logged_with_who_asked_for_it(bench, caplog):
    inbox = bench.inbox()
    bench.effects.refuses.add(7)
    await inbox.take(a_stream(7).records)
    with caplog.at_level(logging.WARNING, logger="shared.journal.redrive"):
        await redrive(inbox, OPERATOR, dry_run=True)
    line = caplog.records[-1]
    assert (line.person, line.dry_run, line.outcomes) == (str(OPERATOR.person), True, {"parked": 1})
