"""The inbox: records in, effects once, in the order of each stream (README.md, consumer side).

One transaction per batch: lock the positions, apply the unbroken runs, park what cannot be applied yet or at all.
The caller commits Kafka offsets only after this transaction.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import asyncpg

from shared.contracts.envelope import GENESIS, Event, Unreadable, service_actor
from shared.db import Driver
from shared.failpoints import failpoint
from shared.journal.unit_of_work import Ledger, UnitOfWork
from shared.telemetry import OFFSETS

log = logging.getLogger(__name__)

Stream = tuple[str, UUID, int]
"""Producer, case (or institution), epoch."""

TRANSIENT = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
)
"""Trouble that passes by itself: nothing is parked, no offset moves, the batch is tried again."""


class Outcome(StrEnum):
    """What became of a record; every offset passed has exactly one."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a record lies in `parked_event`."""

    GAP = "gap"
    """An earlier fact of its stream is missing: waits, and is repaired from the producer's feed."""
    BROKEN_CHAIN = "broken-chain"
    """Its prev_hash is not the hash of the fact before: somebody changed something."""
    POISON = "poison"
    """It could not be applied; its case waits, the others go on."""
    EQUIVOCATION = "equivocation"
    """The same number was seen before with another hash: an incident."""
    UNREADABLE = "unreadable"
    """Not an envelope of ours; it belongs to no stream."""
    FOREIGN = "foreign"
    """Producer, key or topic do not belong together."""


_REJECTING = frozenset({Reason.EQUIVOCATION, Reason.UNREADABLE, Reason.FOREIGN})


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the broker gave it; `topic` is None when it came from a producer's feed or from parking instead."""

    value: bytes | None
    key: bytes | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None


class Effects(Protocol):
    """What a consumer does with facts, inside the inbox's transaction."""

    async def apply(self, events: Sequence[Event], uow: UnitOfWork) -> None:
        """Apply facts, in order within each stream. An exception parks the fact that raised it."""

    async def hashes(self, events: Sequence[Event], uow: UnitOfWork) -> Mapping[tuple[Stream, int], bytes]:
        """Return the hashes under which these facts' numbers were applied before, as far as they are kept."""


@dataclass(slots=True)
class Position:
    """Number and hash of the last applied fact of a stream."""

    last: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Parked:
    """A record that waits or is refused, and why."""

    record: Record
    event: Event | None
    reason: Reason
    detail: str | None = None


@dataclass(slots=True)
class _Batch:
    """One batch on its way: what is ready to be applied, what waits, and what became of each record."""

    ready: list[Event] = field(default_factory=list)
    ahead: dict[Stream, dict[int, tuple[Record, Event]]] = field(default_factory=lambda: defaultdict(dict))
    parked: list[Parked] = field(default_factory=list)
    outcome: dict[int, tuple[Record, Outcome]] = field(default_factory=dict)
    record_of: dict[int, Record] = field(default_factory=dict)

    def settle(self, record: Record, outcome: Outcome) -> None:
        self.outcome[id(record)] = (record, outcome)

    def park(self, record: Record, event: Event | None, reason: Reason, detail: str | None = None) -> None:
        self.parked.append(Parked(record, event, reason, detail))
        self.settle(record, Outcome.REJECTED if reason in _REJECTING else Outcome.PARKED)

    def accept(self, record: Record, event: Event, position: Position) -> None:
        self.ready.append(event)
        self.record_of[id(event)] = record
        self.settle(record, Outcome.APPLIED)
        position.last, position.head = event.seq, event.hash


class _CannotApply(Exception):  # noqa: N818 - leaves the first attempt
    """Some fact of the batch could not be applied; which one is found one by one."""


@dataclass(slots=True)
class Inbox:
    """The one engine of every consumer: the timeline and the stages that react."""

    ledger: Ledger
    effects: Effects
    next_offset: dict[tuple[str, int], int] = field(default_factory=dict)

    async def take(self, records: Sequence[Record]) -> Counter[Outcome]:
        """Take one batch in one transaction and return the account. Raises only transient trouble; then nothing is kept.

        When something cannot be applied, the batch is taken again one by one, each fact under a savepoint, so that
        only the culprit is parked.
        """
        try:
            account = await self._attempt(records, one_by_one=False)
        except _CannotApply:
            account = await self._attempt(records, one_by_one=True)
        self._remember_offsets(records)
        total: Counter[Outcome] = Counter()
        for (topic, _), counts in account.items():
            for outcome, count in counts.items():
                OFFSETS.labels(topic, outcome.value).inc(count)
            total += counts
        return total

    def forget_offsets(self) -> None:
        """Begin the account of offsets anew: the partitions were assigned again."""
        self.next_offset.clear()

    async def _attempt(
        self, records: Sequence[Record], *, one_by_one: bool
    ) -> dict[tuple[str, int], Counter[Outcome]]:
        batch = _Batch()
        async with self.ledger.open(service_actor(self.ledger.producer)) as uow:
            incoming = _readable(records, batch)
            positions = await _lock(uow.driver, sorted({event.stream for _, event in incoming}))
            await self._sort(uow, incoming, positions, batch)
            await _drain(uow.driver, positions, batch)
            failpoint("consumer.after-read")
            await self._apply(uow, batch, positions, one_by_one=one_by_one)
            await _write_positions(uow.driver, positions)
            await _write_parked(uow.driver, batch.parked)
            account = await self._write_account(uow.driver, batch)
            await uow.write_journal()
            failpoint("consumer.after-insert")
        failpoint("consumer.after-commit")
        return account

    async def _sort(
        self,
        uow: UnitOfWork,
        incoming: Sequence[tuple[Record, Event]],
        positions: Mapping[Stream, Position],
        batch: _Batch,
    ) -> None:
        """Tell duplicates, next ones and early ones apart, by number and hash."""
        old = [event for _, event in incoming if event.seq <= positions[event.stream].last]
        known = dict(await self.effects.hashes(old, uow)) if old else {}
        known |= {(stream, position.last): position.head for stream, position in positions.items()}
        for record, event in incoming:
            position = positions[event.stream]
            if event.seq > position.last:
                _sort_new(record, event, position, batch)
            elif known.get((event.stream, event.seq), event.hash) == event.hash:
                batch.settle(record, Outcome.DUPLICATE)
            else:
                batch.park(record, event, Reason.EQUIVOCATION)
            known[event.stream, position.last] = position.head

    async def _apply(
        self, uow: UnitOfWork, batch: _Batch, positions: Mapping[Stream, Position], *, one_by_one: bool
    ) -> None:
        if not batch.ready:
            return
        if one_by_one:
            await self._apply_each(uow, batch, positions)
            return
        try:
            await self.effects.apply(batch.ready, uow)
        except TRANSIENT:
            raise
        except Exception as error:
            raise _CannotApply from error

    async def _apply_each(self, uow: UnitOfWork, batch: _Batch, positions: Mapping[Stream, Position]) -> None:
        stuck: set[Stream] = set()
        for event in batch.ready:
            record = batch.record_of[id(event)]
            if event.stream in stuck:
                batch.park(record, event, Reason.GAP)
                continue
            recorded = len(uow.recorded)
            try:
                async with uow.driver.transaction():
                    await self.effects.apply([event], uow)
            except TRANSIENT:
                raise
            except Exception as error:  # noqa: BLE001 - the edge: whatever it is, only this case stops
                log.exception("fact cannot be applied", extra={"fact": str(event.id), "type": event.type})
                del uow.recorded[recorded:]
                batch.park(record, event, Reason.POISON, type(error).__name__)
                stuck.add(event.stream)
                positions[event.stream].last, positions[event.stream].head = event.seq - 1, event.prev_hash

    async def _write_account(self, driver: Driver, batch: _Batch) -> dict[tuple[str, int], Counter[Outcome]]:
        """Add to the accounting identity: offsets passed = applied + duplicate + parked + rejected, per partition."""
        account: dict[tuple[str, int], Counter[Outcome]] = defaultdict(Counter)
        reach: dict[tuple[str, int], tuple[int, int]] = {}
        for record, outcome in batch.outcome.values():
            if record.topic is None or record.partition is None or record.offset is None:
                continue
            place = (record.topic, record.partition)
            account[place][outcome] += 1
            low, high = reach.get(place, (record.offset, record.offset))
            reach[place] = (min(low, record.offset), max(high, record.offset))
        if account:
            passed = [high + 1 - self.next_offset.get(place, low) for place, (low, high) in reach.items()]
            counts = [[counter[outcome] for counter in account.values()] for outcome in Outcome]
            places = list(account)
            await driver.execute(_ACCOUNT, [t for t, _ in places], [p for _, p in places], passed, *counts)
        return account

    def _remember_offsets(self, records: Iterable[Record]) -> None:
        for record in records:
            if record.topic is not None and record.partition is not None and record.offset is not None:
                self.next_offset[record.topic, record.partition] = record.offset + 1


def _readable(records: Iterable[Record], batch: _Batch) -> list[tuple[Record, Event]]:
    """Read what can be read; park the rest with its raw bytes."""
    incoming = []
    for record in records:
        try:
            event = Event.read(record.value or b"")
        except Unreadable as unreadable:
            batch.park(record, None, Reason(unreadable.reason))
            continue
        if _belongs(record, event):
            incoming.append((record, event))
        else:
            batch.park(record, None, Reason.FOREIGN)
    return incoming


def _belongs(record: Record, event: Event) -> bool:
    """Tell whether producer, type, key and topic fit: a producer writes its own topic, under the case's key."""
    if not event.type.startswith(f"tongkang.{event.producer}."):
        return False
    if record.topic is None:
        return True
    return record.key == str(event.subject).encode() and record.topic in {
        f"tongkang.{event.producer}",
        "tongkang.institutions",
    }


def _sort_new(record: Record, event: Event, position: Position, batch: _Batch) -> None:
    if event.seq == position.last + 1:
        if event.prev_hash == position.head:
            batch.accept(record, event, position)
        else:
            batch.park(record, event, Reason.BROKEN_CHAIN)
        return
    early = batch.ahead[event.stream].setdefault(event.seq, (record, event))
    if early[1] is event:
        return
    if early[1].hash == event.hash:
        batch.settle(record, Outcome.DUPLICATE)
    else:
        batch.park(record, event, Reason.EQUIVOCATION)


async def _drain(driver: Driver, positions: Mapping[Stream, Position], batch: _Batch) -> None:
    """Apply what now connects: early records of this batch, and those parked before; park the early rest."""
    stored = set()
    for row in await driver.fetch(_WAITING, *_columns(positions)):
        event = Event.read(row["envelope"])
        stored.add(event.hash)
        batch.ahead[event.stream].setdefault(event.seq, (Record(row["envelope"]), event))
    for stream, early in batch.ahead.items():
        position = positions[stream]
        while (following := early.get(position.last + 1)) and following[1].prev_hash == position.head:
            batch.accept(*early.pop(position.last + 1), position)
        for record, event in early.values():
            if event.hash in stored:
                batch.settle(record, Outcome.DUPLICATE)
            else:
                batch.park(record, event, Reason.GAP if event.seq > position.last + 1 else Reason.BROKEN_CHAIN)


_LOCK = """
SELECT producer, case_id, epoch, last_seq, head_hash FROM stream_position
WHERE (producer, case_id, epoch) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[]))
ORDER BY producer, case_id, epoch FOR UPDATE
"""
_OPEN = """
INSERT INTO stream_position (producer, case_id, epoch, last_seq, head_hash)
SELECT producer, case_id, epoch, 0, $4 FROM unnest($1::text[], $2::uuid[], $3::int[]) AS s (producer, case_id, epoch)
ORDER BY producer, case_id, epoch ON CONFLICT DO NOTHING
"""
_ADVANCE = """
UPDATE stream_position p SET last_seq = n.last_seq, head_hash = n.head_hash
FROM unnest($1::text[], $2::uuid[], $3::int[], $4::bigint[], $5::bytea[])
  AS n (producer, case_id, epoch, last_seq, head_hash)
WHERE p.producer = n.producer AND p.case_id = n.case_id AND p.epoch = n.epoch AND p.last_seq <> n.last_seq
"""
_WAITING = """
SELECT envelope FROM parked_event
WHERE reason = 'gap' AND (producer, case_id, epoch) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[]))
ORDER BY seq
"""
_UNPARK = """
DELETE FROM parked_event p USING unnest($1::text[], $2::uuid[], $3::int[], $4::bigint[]) AS n (producer, case_id, epoch, last)
WHERE p.producer = n.producer AND p.case_id = n.case_id AND p.epoch = n.epoch AND p.seq <= n.last
  AND p.reason IN ('gap', 'poison', 'broken-chain')
"""
_PARK = """
INSERT INTO parked_event AS p (producer, case_id, epoch, seq, hash, reason, detail, envelope, key, topic, partition, "offset")
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (producer, case_id, epoch, seq, hash) WHERE producer IS NOT NULL
DO UPDATE SET reason = excluded.reason, detail = excluded.detail, tries = p.tries + 1
"""
_PARK_STRAY = """
INSERT INTO parked_event (reason, detail, envelope, key, topic, partition, "offset")
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_ACCOUNT = """
INSERT INTO partition_account AS a (topic, partition, passed, applied, duplicate, parked, rejected)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET passed = a.passed + excluded.passed,
  applied = a.applied + excluded.applied, duplicate = a.duplicate + excluded.duplicate,
  parked = a.parked + excluded.parked, rejected = a.rejected + excluded.rejected
"""


def _columns(streams: Iterable[Stream]) -> tuple[list[str], list[UUID], list[int]]:
    rows = list(streams)
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


async def _lock(driver: Driver, streams: Sequence[Stream]) -> dict[Stream, Position]:
    """Lock the positions of all streams of the batch in one sorted statement; a new stream begins at 0."""
    found = {row[:3]: Position(row[3], row[4]) for row in map(tuple, await driver.fetch(_LOCK, *_columns(streams)))}
    new = [stream for stream in streams if stream not in found]
    if new:
        await driver.execute(_OPEN, *_columns(new), GENESIS)
        rows = map(tuple, await driver.fetch(_LOCK, *_columns(new)))
        found |= {row[:3]: Position(row[3], row[4]) for row in rows}
    return found


async def _write_positions(driver: Driver, positions: Mapping[Stream, Position]) -> None:
    last = [position.last for position in positions.values()]
    await driver.execute(_ADVANCE, *_columns(positions), last, [position.head for position in positions.values()])
    await driver.execute(_UNPARK, *_columns(positions), last)


async def _write_parked(driver: Driver, parked: Sequence[Parked]) -> None:
    streamed = [p for p in parked if p.event is not None]
    stray = [p for p in parked if p.event is None and p.record.topic is not None]
    if streamed:
        await driver.executemany(_PARK, [_streamed_row(p) for p in streamed])
    if stray:
        await driver.executemany(_PARK_STRAY, [_stray_row(p) for p in stray])
    for p in parked:
        log.warning("fact parked", extra={"reason": p.reason.value, "fact": str(p.event.id) if p.event else None})


def _streamed_row(parked: Parked) -> tuple[object, ...]:
    event = parked.event
    assert event is not None  # noqa: S101 - only records with an event come here
    return (event.producer, event.subject, event.epoch, event.seq, event.hash, *_stray_row(parked))


def _stray_row(parked: Parked) -> tuple[object, ...]:
    record = parked.record
    return (
        parked.reason.value, parked.detail, record.value, record.key, record.topic, record.partition, record.offset,
    )
