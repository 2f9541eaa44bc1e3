"""The inbox: whatever comes, in whatever order and number, each fact has its effect once and in its order."""

import asyncio
import random
from collections import Counter
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared import clock
from shared.contracts.envelope import Event
from shared.errors import TemporarilyUnavailable
from shared.journal.inbox import Inbox, Outcome, Record
from shared.journal.unit_of_work import Ledger
from shared.testing.streams import Stream
from tests.support.probe import CONSUMER, PRODUCER, TOPIC, Keeping, Noted, check_kept

APPLIED, DUPLICATE, PARKED, REJECTED = Outcome


def a_stream(facts: int = 0, **options) -> Stream:
    stream = Stream(PRODUCER, **options)
    stream.extend(Noted(number=number) for number in range(facts))
    return stream


def moved(record: Record, offset: int, partition: int = 0) -> Record:
    return Record(record.value, record.key, record.topic, partition, offset)


def changed(record: Record, **attributes) -> Record:
    """Return the record with other attributes in its envelope."""
    document = orjson.loads(record.value) | attributes
    value = orjson.dumps(
        {key: given for key, given in document.items() if given is not ...}, option=orjson.OPT_SORT_KEYS
    )
    return Record(value, record.key, record.topic, record.partition, record.offset)


async def test_facts_in_order_are_applied(bench):
    stream = a_stream(5)
    assert await bench.inbox().take(stream.records) == {APPLIED: 5}
    check_kept(stream.events, await bench.kept())
    assert await bench.parked() == []


async def test_a_fact_that_comes_again_is_a_duplicate_in_the_same_batch_and_in_a_later_one(bench):
    stream, inbox = a_stream(3), bench.inbox()
    assert await inbox.take([*stream.records, *stream.records]) == {APPLIED: 3, DUPLICATE: 3}
    assert await inbox.take(stream.records) == {DUPLICATE: 3}
    assert await inbox.take([stream.records[1]] * 2) == {DUPLICATE: 2}
    check_kept(stream.events, await bench.kept())


async def test_facts_in_the_wrong_order_within_a_batch_are_applied_in_the_right_one(bench):
    stream = a_stream(6)
    assert await bench.inbox().take(stream.records[::-1]) == {APPLIED: 6}
    check_kept(stream.events, await bench.kept())


async def test_what_lies_behind_a_gap_waits_and_follows_when_it_is_filled(bench):
    stream, inbox = a_stream(6), bench.inbox()
    assert await inbox.take(stream.records[4:]) == {PARKED: 2}
    assert await inbox.take(stream.records[2:3]) == {PARKED: 1}
    assert await bench.kept() == []
    assert await bench.parked() == [(3, "gap"), (5, "gap"), (6, "gap")]
    assert await inbox.take(stream.records[:2]) == {APPLIED: 2}
    assert await bench.parked() == [(5, "gap"), (6, "gap")]
    assert await inbox.take(stream.records[3:4]) == {APPLIED: 1}
    assert await bench.parked() == []
    check_kept(stream.events, await bench.kept())


async def test_a_parked_fact_that_comes_again_is_parked_once(bench):
    stream, inbox = a_stream(3), bench.inbox()
    assert await inbox.take(stream.records[2:]) == {PARKED: 1}
    assert await inbox.take([*stream.records[2:], *stream.records[2:]]) == {DUPLICATE: 2}
    assert await bench.parked() == [(3, "gap")]


async def test_a_gap_of_one_case_does_not_hold_up_another(bench):
    late, other = a_stream(3), a_stream(3)
    assert await bench.inbox().take([*late.records[1:], *other.records]) == {PARKED: 2, APPLIED: 3}
    check_kept(other.events, await bench.kept())


async def test_a_fact_of_a_new_epoch_begins_a_stream_of_its_own(bench):
    old = a_stream(2)
    new = a_stream(1, subject=old.subject, epoch=2)
    inbox = bench.inbox()
    await inbox.take(old.records)
    await bench.fetch("DELETE FROM kept")
    assert await inbox.take(new.records) == {APPLIED: 1}


async def test_a_fact_whose_chain_is_broken_is_parked_and_its_case_waits(bench):
    stream, other, inbox = a_stream(4), a_stream(1), bench.inbox()
    forged = changed(stream.records[1], prevhash="A" * 43)
    assert await inbox.take([stream.records[0], forged, stream.records[2], *other.records]) == {APPLIED: 2, PARKED: 2}
    assert await bench.parked() == [(2, "broken-chain"), (3, "gap")]


async def test_the_genuine_fact_is_applied_and_the_forged_one_stays_as_evidence(bench):
    stream, inbox = a_stream(4), bench.inbox()
    forged = changed(stream.records[1], prevhash="A" * 43)
    await inbox.take([stream.records[0], forged, stream.records[2]])
    assert await inbox.take([stream.records[1], stream.records[3]]) == {APPLIED: 2}
    check_kept(stream.events, await bench.kept())
    assert await bench.parked() == [(2, "equivocation")]
    (value,) = (await bench.fetch("SELECT envelope FROM parked_event"))[0]
    assert value == forged.value


@pytest.mark.parametrize("genuine_first", [True, False])
async def test_of_two_early_facts_with_one_number_the_one_that_connects_is_applied(bench, genuine_first):
    stream, inbox = a_stream(3), bench.inbox()
    forged = changed(stream.records[2], prevhash="A" * 43)
    early = [stream.records[2], forged] if genuine_first else [forged, stream.records[2]]
    assert await inbox.take(early) == {PARKED: 2}
    assert await inbox.take(stream.records[:2]) == {APPLIED: 2}
    check_kept(stream.events, await bench.kept())
    assert await bench.parked() == [(3, "equivocation")]


async def test_another_fact_under_the_number_of_the_head_is_an_incident(bench):
    stream, inbox = a_stream(2), bench.inbox()
    await inbox.take(stream.records)
    other = changed(stream.records[1], data={"number": 77})
    assert await inbox.take([other]) == {REJECTED: 1}
    assert await bench.parked() == [(2, "equivocation")]
    check_kept(stream.events, await bench.kept())


async def test_another_fact_under_an_old_number_is_an_incident_where_hashes_are_kept(bench):
    stream, inbox = a_stream(5), bench.inbox()
    await inbox.take(stream.records)
    other = changed(stream.records[1], data={"number": 77})
    assert await inbox.take([other, stream.records[1]]) == {REJECTED: 1, DUPLICATE: 1}
    assert await bench.parked() == [(2, "equivocation")]


async def test_two_versions_of_a_fact_in_one_batch_are_an_incident(bench):
    stream = a_stream(2)
    other = changed(stream.records[1], data={"number": 77})
    assert await bench.inbox().take([*stream.records, other]) == {APPLIED: 2, REJECTED: 1}
    check_kept(stream.events, await bench.kept())


UNREADABLE = [
    {"specversion": "0.3"},
    {"id": "no uuid"},
    {"subject": 7},
    {"source": 7},
    {"source": "/tongkang/" + "x" * 3000},
    {"source": "/tongkang/pro\x00be"},
    {"type": None},
    {"type": ["tongkang.probe.noted.v1"]},
    {"type": "tongkang.probe.no\x00ted.v1"},
    {"epoch": "1"},
    {"epoch": 1.5},
    {"epoch": True},
    {"epoch": 0},
    {"epoch": 2**40},
    {"sequence": 1},
    {"sequence": "0"},
    {"sequence": "-1"},
    {"sequence": "1.0"},
    {"sequence": " 1"},
    {"sequence": "١"},
    {"sequence": "9" * 30},
    {"time": "yesterday"},
    {"time": "2026-03-01T00:00:00"},
    {"recordedtime": "2026-03-01T00:00:00"},
    {"prevhash": "AAAA"},
    {"prevhash": 5},
    {"data": "text"},
    {"data": ...},
    {"correlationid": None},
]


@pytest.mark.parametrize("attributes", UNREADABLE, ids=str)
async def test_a_record_that_is_no_envelope_of_ours_stops_nobody(bench, attributes):
    stream = a_stream(3)
    records = [stream.records[0], moved(changed(stream.records[0], **attributes), 9, 1), *stream.records[1:]]
    assert await bench.inbox().take(records) == {APPLIED: 3, REJECTED: 1}
    check_kept(stream.events, await bench.kept())
    (row,) = await bench.fetch('SELECT reason, envelope, topic, partition, "offset" FROM parked_event')
    assert tuple(row) == ("unreadable", records[1].value, TOPIC, 1, 9)


@pytest.mark.parametrize(
    "value", [None, b"", b"\xff\xfe", b"null", b"[]", b"7", b"{}", b"{" * 5000, b'"' + b"x" * 10**6]
)
async def test_bytes_of_any_kind_stop_nobody(bench, value):
    stream = a_stream(2)
    records = [Record(value, b"key", TOPIC, 0, 7), *stream.records]
    assert await bench.inbox().take(records) == {APPLIED: 2, REJECTED: 1}
    assert await bench.fetch("SELECT envelope FROM parked_event") == [(value,)]


async def test_a_record_on_the_wrong_topic_under_the_wrong_key_or_for_another_producer_is_foreign(bench):
    (record,) = a_stream(1).records
    wrong = [
        Record(record.value, record.key, "tongkang.rehab", 0, 1),
        Record(record.value, str(uuid4()).encode(), TOPIC, 0, 2),
        Record(record.value, None, TOPIC, 0, 3),
        moved(changed(record, source="/tongkang/rehab"), 4),
        Record(record.value, feed="rehab"),
    ]
    assert await bench.inbox().take(wrong) == {REJECTED: 5}
    assert await bench.kept() == []
    assert await bench.fetch("SELECT DISTINCT reason FROM parked_event") == [("foreign",)]


@pytest.mark.parametrize("poison", [ValueError, "CHECK"])
async def test_a_fact_that_cannot_be_applied_stops_only_its_own_case(bench, poison):
    sick, sound = a_stream(4), a_stream(4)
    if poison == "CHECK":
        sick = a_stream(1)
        sick.extend(Noted(number=number) for number in (-1, 1, 2))
    else:
        bench.effects.refuses.add(7)
        sick = a_stream(1)
        sick.extend(Noted(number=number) for number in (7, 1, 2))
    mixed = [record for pair in zip(sick.records, sound.records, strict=True) for record in pair]
    assert await bench.inbox().take(mixed) == {APPLIED: 5, PARKED: 3}
    assert await bench.parked() == [(2, "poison"), (3, "gap"), (4, "gap")]
    assert [row for row in await bench.kept() if row[0] == sound.subject] == [
        (sound.subject, e.seq, e.data["number"]) for e in sound.events
    ]
    (detail,) = (await bench.fetch("SELECT detail FROM parked_event WHERE reason = 'poison'"))[0]
    assert detail in {"ValueError", "CheckViolationError"}


async def test_later_facts_of_a_poisoned_case_park_without_trying_it_again(bench):
    bench.effects.refuses.add(0)
    stream, inbox = a_stream(3), bench.inbox()
    assert await inbox.take(stream.records[:1]) == {PARKED: 1}
    bench.effects.refuses.clear()
    assert await inbox.take(stream.records[1:]) == {PARKED: 2}
    assert await bench.kept() == []


async def test_a_poisoned_case_drains_when_the_fact_can_be_applied(bench):
    bench.effects.refuses.add(0)
    stream, inbox = a_stream(4), bench.inbox()
    await inbox.take(stream.records)
    bench.effects.refuses.clear()
    assert await inbox.take(stream.records[:1]) == {APPLIED: 1}
    assert await bench.parked() == []
    check_kept(stream.events, await bench.kept())


async def test_a_gap_behind_a_poisoned_fact_is_not_read_back_for_every_new_fact(bench):
    """Only what connects is fetched; a thousand waiting envelopes would otherwise be read for each fact that comes."""
    bench.effects.refuses.add(0)
    stream, inbox = a_stream(30), bench.inbox()
    await inbox.take(stream.records)
    await bench.fetch("UPDATE parked_event SET envelope = 'not to be read' WHERE reason = 'gap'")
    more = [stream.append(Noted(number=3))]
    assert await inbox.take(more) == {PARKED: 1}


class Recording(Keeping):
    """Effects that record a fact of their own for each that comes, as a stage's reaction does."""

    async def apply(self, events, uow):
        await super().apply(events, uow)
        for event in events:
            fact = Noted(number=2**80) if event.data["number"] == 99 else Noted(number=event.data["number"])
            uow.record(event.subject, fact, occurred_at=clock.now(), caused_by=event)


async def test_a_reaction_whose_own_fact_cannot_be_written_stops_only_its_own_case(bench):
    """A number beyond 64 bits cannot be sealed; that shows where the journal is written, not where it is applied."""
    sick, sound = a_stream(), a_stream(2)
    sick.extend([Noted(number=1), Noted(number=99)])
    inbox = Inbox(Ledger(bench.database, CONSUMER), Recording())
    assert await inbox.take([*sick.records, *sound.records]) == {APPLIED: 3, PARKED: 1}
    assert await bench.parked() == [(2, "poison")]
    recorded = Counter(event.subject for event in await bench.log())
    assert recorded == {sick.subject: 1, sound.subject: 2}


async def test_facts_of_reactions_are_written_once_however_often_their_cause_comes(bench):
    stream, inbox = a_stream(3), Inbox(Ledger(bench.database, CONSUMER), Recording())
    for _ in range(3):
        await inbox.take(stream.records)
    assert [event.seq for event in await bench.log()] == [1, 2, 3]


class Deadlocked(Keeping):
    """Effects that meet their trouble in a Core statement."""

    async def apply(self, events, uow):
        del events
        await uow.execute(text("DO $$ BEGIN RAISE deadlock_detected; END $$"))


async def test_a_deadlock_behind_core_passes_by_itself_and_is_not_the_facts_fault(bench):
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await Inbox(Ledger(bench.database, CONSUMER), Deadlocked()).take(a_stream(1).records)
    assert await bench.parked() == []


PASSING = [
    OSError(),
    TimeoutError(),
    TemporarilyUnavailable(what="directory"),
    httpx.ConnectError("away"),
    asyncpg.DeadlockDetectedError("deadlock"),
    asyncpg.QueryCanceledError("statement timeout"),
    asyncpg.TooManyConnectionsError("full"),
    asyncpg.DiskFullError("full"),
    asyncpg.ReadOnlySQLTransactionError("a standby"),
    asyncpg.UndefinedTableError("the migration has not run"),
    asyncpg.UndefinedColumnError("the migration has not run"),
    asyncpg.InsufficientPrivilegeError("no grant yet"),
]


@pytest.mark.parametrize("trouble", PASSING, ids=lambda error: type(error).__name__)
async def test_trouble_that_is_not_the_facts_fault_keeps_nothing_and_parks_nothing(bench, trouble):
    stream, inbox = a_stream(3), bench.inbox()
    bench.effects.trouble = trouble
    with pytest.raises(type(trouble)):
        await inbox.take(stream.records)
    assert await bench.parked() == []
    assert await bench.fetch("SELECT 1 FROM partition_account") == []
    bench.effects.trouble = None
    assert await inbox.take(stream.records) == {APPLIED: 3}
    assert await account(bench) == [(0, 3, 3, 0, 0, 0)]


class Wrong(Keeping):
    """Effects with a statement that lacks an argument: the driver calls this, too, an InterfaceError."""

    async def apply(self, events, uow):
        del events
        await uow.driver.fetch("SELECT $1::int")


async def test_a_statement_that_is_wrong_is_the_handlers_fault_and_does_not_stop_the_partition(bench):
    assert await Inbox(Ledger(bench.database, CONSUMER), Wrong()).take(a_stream(1).records) == {PARKED: 1}


async def test_a_connection_that_breaks_in_the_middle_keeps_nothing(bench):
    class Breaking(Keeping):
        async def apply(self, events, uow):
            await super().apply(events, uow)
            admin = await asyncpg.connect(bench.superuser)
            await admin.execute("SELECT pg_terminate_backend($1)", uow.driver.get_server_pid())
            await admin.close()
            await uow.driver.fetch("SELECT 1")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await Inbox(Ledger(bench.database, CONSUMER), Breaking()).take(a_stream(2).records)
    assert await bench.kept() == []
    assert await bench.parked() == []


async def account(bench) -> list[tuple[int, ...]]:
    sql = "SELECT partition, passed, applied, duplicate, parked, rejected FROM partition_account ORDER BY partition"
    return [tuple(row) for row in await bench.fetch(sql)]


def holds(accounts: list[tuple[int, ...]]) -> bool:
    return all(passed == sum(outcomes) for _, passed, *outcomes in accounts)


async def test_offsets_passed_are_all_accounted_for(bench):
    stream, inbox = a_stream(6), bench.inbox()
    bench.effects.refuses.add(3)
    await inbox.take([moved(record, n) for n, record in enumerate(stream.records[:2])])
    await inbox.take([Record(b"?", b"?", TOPIC, 0, 2), moved(stream.records[1], 3), moved(stream.records[4], 4)])
    await inbox.take([moved(stream.records[2], 5), moved(stream.records[3], 6), moved(stream.records[0], 0, 1)])
    assert await account(bench) == [(0, 7, 3, 1, 2, 1), (1, 1, 0, 1, 0, 0)]


async def test_a_record_that_vanished_on_the_way_shows_in_the_account(bench):
    stream, inbox = a_stream(4), bench.inbox()
    await inbox.take([moved(stream.records[0], 0)])
    await inbox.take([moved(stream.records[1], 1), moved(stream.records[3], 3)])
    assert not holds(await account(bench))


async def test_facts_from_a_feed_pass_no_offset(bench):
    assert await bench.inbox().take([Record(record.value) for record in a_stream(3).records]) == {APPLIED: 3}
    assert await account(bench) == []


async def test_records_fetched_again_after_a_rebalance_are_accounted_for(bench):
    """The partition was taken away in mid-batch and given back: the same offsets come again, from the committed one."""
    stream, inbox = a_stream(6), bench.inbox()
    await inbox.take([moved(record, n) for n, record in enumerate(stream.records[:4])])
    inbox.forget_offsets()
    inbox.next_offset[TOPIC, 0] = 4  # the batch that was under way remembers its end after the assignment
    await inbox.take([moved(record, n) for n, record in enumerate(stream.records[2:], start=2)])
    assert await account(bench) == [(0, 8, 6, 2, 0, 0)]


async def test_two_consumers_at_once_on_the_same_streams_apply_everything_once(bench):
    """A zombie that was thought dead goes on with its batch while another has its partitions."""
    streams = [a_stream(20) for _ in range(5)]
    records = [moved(stream.records[n], 5 * n + m) for n in range(20) for m, stream in enumerate(streams)]
    inboxes = [bench.inbox() for _ in range(3)]

    async def consume(inbox: Inbox, size: int) -> None:
        for start in range(0, len(records), size):
            while True:
                try:
                    await inbox.take(records[start : start + size])
                    break
                except asyncpg.DeadlockDetectedError:
                    continue

    await asyncio.gather(*(consume(inbox, size) for inbox, size in zip(inboxes, (7, 11, 100), strict=True)))
    check_kept([event for stream in streams for event in stream.events], await bench.kept())
    assert await bench.parked() == []
    assert holds(await account(bench))


@settings(settings.get_profile("on-servers"), max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=5),
    seed=st.integers(0, 2**32),
    batch=st.integers(1, 9),
    repeats=st.integers(0, 10),
)
async def test_any_order_and_repetition_in_any_batches_gives_each_fact_once_and_in_order(
    bench, sizes, seed, batch, repeats
):
    await bench.fetch("DELETE FROM parked_event")
    streams, luck = [a_stream(size) for size in sizes], random.Random(seed)
    records = [record for stream in streams for record in stream.records]
    records += luck.choices(records, k=repeats)
    luck.shuffle(records)
    arrived, inbox = [moved(record, n) for n, record in enumerate(records)], bench.inbox()
    outcomes: Counter[Outcome] = Counter()
    for start in range(0, len(arrived), batch):
        outcomes += await inbox.take(arrived[start : start + batch])
    cases = {stream.subject for stream in streams}
    events = [event for stream in streams for event in stream.events]
    check_kept(events, [row for row in await bench.kept() if row[0] in cases])
    assert await bench.parked() == []
    assert sum(outcomes.values()) == len(records)
    assert holds(await account(bench))


async def test_a_rehearsal_says_what_would_happen_and_keeps_nothing(bench):
    stream, inbox = a_stream(4), bench.inbox()
    bench.effects.refuses.add(1)
    items = await inbox.rehearse([*stream.records[:3], Record(b"?", b"?", TOPIC, 0, 9)])
    assert [(item.outcome, item.reason) for item in items] == [
        (APPLIED, None),
        (PARKED, "poison"),
        (PARKED, "gap"),
        (REJECTED, "unreadable"),
    ]
    assert await bench.kept() == []
    assert await bench.parked() == []
    assert await account(bench) == []
    assert await bench.fetch("SELECT 1 FROM stream_position") == []


def test_a_fact_reads_back_as_it_was_sealed():
    stream = a_stream(2)
    first, second = stream.events
    assert (first.seq, second.seq, second.prev_hash) == (1, 2, first.hash)
    assert isinstance(first.subject, UUID)
    assert Event.read(second.envelope) == second
