"""Each wrong way of doing it, tried: the scenario that the real one passes must be failed by the mutant.

"Offset before commit" needs a crash and stands in tests/faults.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared import clock
from shared.contracts.envelope import Event, service_actor
from shared.journal.inbox import Inbox, Record
from shared.journal.relay import Relay
from shared.journal.unit_of_work import Ledger, UnitOfWork
from shared.testing.streams import Stream
from tests.integration.journal.scenarios import fickle_line, late_commit, two_at_once
from tests.support.probe import ACTOR, CONSUMER, PRODUCER, Bench, Noted, check_kept


@dataclass(slots=True)
class IdCursor(Relay):
    """Reads from where it last was."""

    last: int = 0

    async def turn(self) -> int:
        sql = "SELECT o.id, o.case_id, o.topic, e.envelope FROM outbox o JOIN event_log e USING (case_id, epoch, seq)"
        async with self.database.session() as session:
            rows = await session.driver.fetch(f"{sql} WHERE o.id > $1 ORDER BY o.id", self.last)
            await self.send_all([(row[2], str(row[1]).encode(), row[3]) for row in rows])
            await session.driver.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [row[0] for row in rows])
        self.last = max([self.last, *(row[0] for row in rows)])
        return len(rows)


async def test_an_id_cursor_loses_what_commits_late(bench, topic, producer):
    with pytest.raises(AssertionError):
        await late_commit(bench, IdCursor(bench.database, producer.send_all), topic)
    await bench.fetch("DELETE FROM outbox")
    await bench.fetch("DELETE FROM relay_lease")


class SkipLocked(Relay):
    """Takes the rows that nobody else has locked, and keeps them locked while it sends."""

    __slots__ = ()

    async def turn(self) -> int:
        sql = "SELECT o.id, o.case_id, o.topic, e.envelope FROM outbox o JOIN event_log e USING (case_id, epoch, seq)"
        async with self.database.transaction() as session:
            rows = await session.driver.fetch(f"{sql} ORDER BY o.id LIMIT $1 FOR UPDATE OF o SKIP LOCKED", self.batch)
            await self.send_all([(row[2], str(row[1]).encode(), row[3]) for row in rows])
            await session.driver.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", [row[0] for row in rows])
        return len(rows)


async def test_skip_locked_lets_the_later_facts_of_a_case_overtake(bench, topic, producer):
    with pytest.raises(AssertionError, match="came right after"):
        await two_at_once(bench, SkipLocked, producer, topic)


class NoPrefixRule(Relay):
    """Deletes whatever was acknowledged, also behind a fact of the same case that was not."""

    __slots__ = ()

    async def turn(self) -> int:
        sql = "SELECT o.id, o.case_id, o.topic, e.envelope FROM outbox o JOIN event_log e USING (case_id, epoch, seq)"
        async with self.database.session() as session:
            rows = await session.driver.fetch(f"{sql} ORDER BY o.id LIMIT $1", self.batch)
            arrived = await self.send_all([(row[2], str(row[1]).encode(), row[3]) for row in rows])
            gone = [row[0] for row, ok in zip(rows, arrived, strict=True) if ok]
            await session.driver.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", gone)
        return len(gone)


async def test_without_the_prefix_rule_the_outbox_has_holes(bench, topic, producer):
    with pytest.raises(AssertionError):
        await fickle_line(bench, NoPrefixRule, producer, topic, seed=1)


class DedupByIdOnly(Inbox):
    """Applies every fact whose id it has not seen, as it comes."""

    __slots__ = ()

    async def take(self, records: Sequence[Record]) -> None:
        async with self.ledger.open(service_actor(CONSUMER)) as uow:
            for event in map(Event.read, (record.value for record in records)):
                if not await uow.driver.fetchval("SELECT 1 FROM kept WHERE event_id = $1", event.id):
                    await self.effects.apply([event], uow)
            await uow.write_journal()


async def shuffled(bench: Bench, kind: type[Inbox]) -> None:
    """Two streams, each fact twice, in any order and cut anywhere."""
    streams, luck = [Stream(PRODUCER) for _ in range(2)], random.Random(1)
    for stream in streams:
        stream.extend(Noted(number=number) for number in range(10))
    records = [record for stream in streams for record in stream.records] * 2
    luck.shuffle(records)
    inbox = kind(Ledger(bench.database, CONSUMER), bench.effects)
    for start in range(0, len(records), 7):
        await inbox.take(records[start : start + 7])
    check_kept([event for stream in streams for event in stream.events], await bench.kept())


async def test_dedup_by_event_id_only_applies_in_any_order(bench):
    with pytest.raises(AssertionError):
        await shuffled(bench, DedupByIdOnly)


async def test_the_real_inbox_passes_the_same(bench):
    await shuffled(bench, Inbox)


class NoCaseLock(UnitOfWork):
    """Reads the last number of a case without locking it."""

    __slots__ = ()

    async def _lock_streams(self, cases: list[UUID]) -> dict[UUID, asyncpg.Record]:
        sql = "SELECT case_id, epoch, last_seq, head_hash, clock_timestamp() FROM case_stream WHERE case_id = ANY($1)"
        return {row[0]: row for row in await self.driver.fetch(sql, cases)}


async def many_at_once(bench: Bench, kind: type[UnitOfWork]) -> None:
    """Forty commands about one child at once: each is acknowledged, and gets a number of its own."""
    ledger, case = Ledger(bench.database, PRODUCER, kind), uuid4()
    await bench.note(0, case=case)

    async def one(number: int) -> int:
        async with ledger.open(ACTOR) as uow:
            uow.record(case, Noted(number=number), occurred_at=clock.now())
            return (await uow.commit()).facts[0].sequence

    given = await asyncio.gather(*(one(number) for number in range(40)), return_exceptions=True)
    assert sorted(map(str, given)) == sorted(map(str, range(2, 42)))


async def test_without_the_lock_on_the_case_numbers_are_given_out_twice(bench):
    with pytest.raises(AssertionError):
        await many_at_once(bench, NoCaseLock)
    assert len(await bench.log()) < 41, "the primary key of the log is the second wall"


async def test_the_real_unit_of_work_passes_the_same(bench):
    await many_at_once(bench, UnitOfWork)
