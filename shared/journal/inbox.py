"""The inbox: records in, effects once, in the order of each stream (README.md, consumer side).

One transaction per batch (or per part of a large one): lock the positions, apply the unbroken runs, park what cannot be
applied yet or at all. The caller commits Kafka offsets only after all of it.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID
from zlib import crc32

import asyncpg
import httpx

from shared.contracts.envelope import GENESIS, Event, Unreadable, service_actor
from shared.db import Driver
from shared.errors import TemporarilyUnavailable
from shared.failpoints import failpoint
from shared.journal.reason import Reason
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
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
)
"""Trouble that passes by itself: nothing is parked, no offset moves, the batch is tried again."""

NOT_THE_FACTS_FAULT = (
    *TRANSIENT,
    TemporarilyUnavailable,
    httpx.TransportError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.InsufficientPrivilegeError,
)
"""What a handler can run into whatever the fact: another service away, a migration not yet run. Parking every fact that
comes along meanwhile would help nobody; the batch waits."""


class Outcome(StrEnum):
    """What became of a record; every offset passed has exactly one."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    REJECTED = "rejected"


WORTH_DIVIDING = 200
"""Records of a batch below which dividing it costs more than it gains."""
SUBJECT = b'"subject":"'

_REJECTING = frozenset({Reason.EQUIVOCATION, Reason.UNREADABLE, Reason.FOREIGN})


class Record(NamedTuple):
    """A record as the broker gave it; `topic` is None when it came from a producer's feed or from parking instead."""

    value: bytes | None
    key: bytes | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    feed: str | None = None
    """The producer whose feed it came from."""

    @property
    def place(self) -> tuple[str, int] | None:
        """Topic and partition of what came by Kafka."""
        return None if self.topic is None or self.partition is None else (self.topic, self.partition)


News = Callable[[Sequence[Event]], None]


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


@dataclass(slots=True)
class Item:
    """A record on its way through the inbox: the fact in it, and what became of it."""

    record: Record
    event: Event | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    detail: str | None = None

    def settle(self, outcome: Outcome) -> None:
        """Say what became of the record."""
        self.outcome, self.reason = outcome, None

    def park(self, reason: Reason, detail: str | None = None) -> None:
        """Send the record to `parked_event`."""
        self.outcome = Outcome.REJECTED if reason in _REJECTING else Outcome.PARKED
        self.reason, self.detail = reason, detail

    @property
    def fact(self) -> Event:
        """The fact of an item that was read."""
        assert self.event is not None  # noqa: S101 - only items that were read come here
        return self.event


def outcomes(items: Sequence[Item]) -> Counter[Outcome]:
    """Count what became of items; nearly all are applied, and a code hashes slowly."""
    others = Counter(item.outcome for item in items if item.outcome is not Outcome.APPLIED and item.outcome is not None)
    applied = sum(item.outcome is Outcome.APPLIED for item in items)
    return others + Counter({Outcome.APPLIED: applied})


New = dict[int, list[Item]]
"""New facts of one stream by number; where a number has several, at most one will connect."""


def keep_new(new: New, item: Item) -> None:
    """Keep a new fact until its turn is known; the same one a second time is a duplicate."""
    fact = item.fact
    candidates = new.get(fact.seq)
    if candidates is None:
        new[fact.seq] = [item]
    elif any(other.fact.hash == fact.hash for other in candidates):
        item.settle(Outcome.DUPLICATE)
    else:
        candidates.append(item)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of `parked_event` that lies in a stream of this batch."""

    id: int
    stream: Stream
    seq: int
    hash: bytes
    reason: Reason


Passed = dict[tuple[str, int], int]
"""Offsets passed, by topic and partition."""


@dataclass(slots=True)
class Batch:
    """One batch on its way: its items, what of them is ready to be applied, and what lies in parking beside them."""

    items: list[Item]
    passed: Passed = field(default_factory=dict)
    ready: list[Item] = field(default_factory=list)
    new: dict[Stream, New] = field(default_factory=lambda: defaultdict(dict))
    waiting: list[Waiting] = field(default_factory=list)
    fetched: list[Item] = field(default_factory=list)
    """Items read back from parking because they connect now."""

    def accept(self, item: Item, position: Position) -> None:
        """Let a fact through to the effects: it is the next of its stream."""
        fact = item.fact
        self.ready.append(item)
        item.settle(Outcome.APPLIED)
        position.last, position.head = fact.seq, fact.hash

    def by_partition(self) -> dict[tuple[str, int], Counter[Outcome]]:
        """Count the outcomes of what came by Kafka, per topic and partition, in that order."""
        places: dict[tuple[str, int], list[Item]] = defaultdict(list)
        for item in self.items:
            if (place := item.record.place) is not None:
                places[place].append(item)
        return {place: outcomes(items) for place, items in sorted(places.items())}


def apart(records: Sequence[Record], parts: int) -> list[Sequence[Record]]:
    """Divide a large batch into parts, so that all records of a case stay together and in order."""
    if parts == 1 or len(records) < WORTH_DIVIDING:
        return [records]
    divided: list[list[Record]] = [[] for _ in range(parts)]
    for record in records:
        divided[crc32(record.key or subject_of(record.value or b"")) % parts].append(record)
    return [part for part in divided if part]


def subject_of(value: bytes) -> bytes:
    """Return the case's id out of the published bytes without parsing them; of other bytes, something of them."""
    begin = value.rfind(SUBJECT) + len(SUBJECT)
    return value[begin : begin + 36]


def shares(passed: Passed, parts: Sequence[Sequence[Record]]) -> list[Passed]:
    """Divide the offsets passed: to each part its own records, to the first also those that no record stands for."""
    of_others = [Counter(place for record in part if (place := record.place)) for part in parts[1:]]
    rest: Counter[tuple[str, int]] = Counter(passed)
    for share in of_others:
        rest.subtract(share)
    return [{place: number for place, number in share.items() if number} for share in (rest, *of_others)]


def _batch(records: Sequence[Record], passed: Passed | None) -> Batch:
    return Batch([Item(record) for record in records], passed or {})


T = TypeVar("T")


async def _all_of(work: Sequence[Awaitable[T]]) -> list[T]:
    """Wait for all, also when one fails: none goes on behind the back of whoever tries again."""
    if len(work) == 1:
        return [await work[0]]
    done = await asyncio.gather(*work, return_exceptions=True)
    failed = [one for one in done if isinstance(one, BaseException)]
    if failed:
        raise failed[0]
    return [one for one in done if not isinstance(one, BaseException)]


class _CannotApply(Exception):  # noqa: N818 - leaves the first attempt
    """Some fact of the batch could not be applied; which one is found one by one."""


class _Rehearsed(Exception):  # noqa: N818 - rolls back
    """The rehearsal is over."""


def _rehearsed(keep: bool) -> None:
    if not keep:
        raise _Rehearsed


@dataclass(slots=True)
class Inbox:
    """The one engine of every consumer: the timeline and the stages that react."""

    ledger: Ledger
    effects: Effects
    next_offset: dict[tuple[str, int], int] = field(default_factory=dict)
    news: News | None = None
    """Told of the facts that a batch applied, once they are committed; for what only quickens, never for effects."""
    at_once: int = 1
    """Parts of a large batch on their way at a time: while the database writes one, another is read."""

    async def take(self, records: Sequence[Record]) -> Counter[Outcome]:
        """Take one batch, each part of it in one transaction, and return how many records came to what.

        Raises only trouble that is not the records' fault; then nothing is kept of the part that it met, and the whole
        batch is to be taken again: what was kept of the others comes as duplicates. When a fact cannot be applied, its
        part is taken again one by one, each fact under a savepoint, so that only the culprit is parked.
        """
        parts = apart(records, self.at_once)
        passed = shares(self._passed(records), parts)
        batches = await _all_of([self._taken(part, passed=share) for part, share in zip(parts, passed, strict=True)])
        self._remember_offsets(records)
        for batch in batches:
            self._tell(batch)
        return outcomes([item for batch in batches for item in batch.items])

    def _tell(self, batch: Batch) -> None:
        if self.news is not None:
            self.news([item.fact for item in batch.ready])
        for (topic, _), counts in batch.by_partition().items():
            for outcome, count in counts.items():
                OFFSETS.labels(topic, outcome.value).inc(count)

    async def rehearse(self, records: Sequence[Record]) -> list[Item]:
        """Return what `take` would make of each of these records now, and keep nothing of it."""
        return (await self._taken(records, keep=False)).items

    def forget_offsets(self) -> None:
        """Begin the account of offsets anew: the partitions were assigned again."""
        self.next_offset.clear()

    async def _taken(self, records: Sequence[Record], *, passed: Passed | None = None, keep: bool = True) -> Batch:
        try:
            return await self._attempt(_batch(records, passed), one_by_one=False, keep=keep)
        except _CannotApply:
            return await self._attempt(_batch(records, passed), one_by_one=True, keep=keep)

    async def _attempt(self, batch: Batch, *, one_by_one: bool, keep: bool) -> Batch:
        try:
            async with self.ledger.open(service_actor(self.ledger.producer)) as uow:
                await self._work_through(batch, uow, one_by_one=one_by_one)
                _rehearsed(keep)
        except _Rehearsed:
            return batch
        failpoint("consumer.after-commit")
        return batch

    async def _work_through(self, batch: Batch, uow: UnitOfWork, *, one_by_one: bool) -> None:
        incoming = _by_stream(_readable(batch.items))
        positions = await _lock(uow.driver, sorted(incoming))
        await self._sort(uow, incoming, positions, batch)
        await _drain(uow.driver, positions, batch)
        failpoint("consumer.after-read")
        await self._apply(uow, batch, positions, one_by_one=one_by_one)
        await _write_positions(uow.driver, positions)
        await _write_parked(uow.driver, [item for item in (*batch.items, *batch.fetched) if item.reason])
        await _clear_parked(uow.driver, batch, positions)
        await self._write_account(uow.driver, batch)
        await uow.write_journal()
        failpoint("consumer.after-insert")

    async def _sort(
        self,
        uow: UnitOfWork,
        incoming: Mapping[Stream, Sequence[Item]],
        positions: Mapping[Stream, Position],
        batch: Batch,
    ) -> None:
        """Tell what was applied before, by number and hash, from what is new; the new ones find their order later."""
        old = []
        for stream, items in incoming.items():
            last, new = positions[stream].last, batch.new[stream]
            for item in items:
                if item.fact.seq > last:
                    keep_new(new, item)
                else:
                    old.append(item)
        known = dict(await self.effects.hashes([item.fact for item in old], uow)) if old else {}
        known |= {(stream, position.last): position.head for stream, position in positions.items()}
        for item in old:
            if known.get((item.fact.stream, item.fact.seq), item.fact.hash) == item.fact.hash:
                item.settle(Outcome.DUPLICATE)
            else:
                item.park(Reason.EQUIVOCATION)

    async def _apply(
        self, uow: UnitOfWork, batch: Batch, positions: Mapping[Stream, Position], *, one_by_one: bool
    ) -> None:
        if not batch.ready:
            return
        if one_by_one:
            await self._apply_each(uow, batch, positions)
            return
        try:
            await self.effects.apply([item.fact for item in batch.ready], uow)
            await uow.flush()
        except Exception as error:
            if _at_fault(error, uow.driver):
                raise _CannotApply from error
            raise

    async def _apply_each(self, uow: UnitOfWork, batch: Batch, positions: Mapping[Stream, Position]) -> None:
        stuck: set[Stream] = set()
        for item in batch.ready:
            event = item.fact
            if event.stream in stuck:
                item.park(Reason.GAP)
                continue
            try:
                async with uow.driver.transaction():
                    await self.effects.apply([event], uow)
                    await uow.flush()
            except Exception as error:  # the edge: whatever it is, only this case stops
                if not _at_fault(error, uow.driver):
                    raise
                log.exception("fact cannot be applied", extra={"fact": str(event.id), "type": event.type})
                uow.recorded.clear()
                item.park(Reason.POISON, type(error).__name__)
                stuck.add(event.stream)
                positions[event.stream].last, positions[event.stream].head = event.seq - 1, event.prev_hash

    async def _write_account(self, driver: Driver, batch: Batch) -> None:
        """Add to the accounting identity: offsets passed = applied + duplicate + parked + rejected, per partition."""
        account = batch.by_partition()
        places = sorted(account.keys() | batch.passed.keys())
        if not places:
            return
        topics, partitions = zip(*places, strict=True)
        counts = [[account[place][outcome] if place in account else 0 for place in places] for outcome in Outcome]
        await driver.execute(_ACCOUNT, topics, partitions, [batch.passed.get(place, 0) for place in places], *counts)

    def _passed(self, records: Iterable[Record]) -> Passed:
        """Return how far this batch moves in each partition, counted from where the last one ended.

        A batch that begins before that place was fetched again (the partition was taken away and given back), so it
        counts from its own beginning.
        """
        offsets: dict[tuple[str, int], list[int]] = defaultdict(list)
        for record in records:
            if (place := record.place) is not None and record.offset is not None:
                offsets[place].append(record.offset)
        return {
            place: max(seen) + 1 - min(*seen, self.next_offset.get(place, seen[0])) for place, seen in offsets.items()
        }

    def _remember_offsets(self, records: Iterable[Record]) -> None:
        for record in records:
            if (place := record.place) is not None and record.offset is not None:
                self.next_offset[place] = record.offset + 1


def _at_fault(error: Exception, driver: Driver) -> bool:
    """Tell whether a fact cannot be applied, rather than nothing at the moment.

    The driver says InterfaceError both of a lost connection and of a statement that its caller got wrong.
    """
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        return not driver.is_closed()
    return not isinstance(error, NOT_THE_FACTS_FAULT)


def _readable(items: Iterable[Item]) -> list[Item]:
    """Read what can be read; park the rest with its raw bytes."""
    incoming = []
    for item in items:
        try:
            event = Event.read(item.record.value or b"")
        except Unreadable as unreadable:
            item.park(Reason(unreadable.reason))
            continue
        if _belongs(item.record, event):
            item.event = event
            incoming.append(item)
        else:
            item.park(Reason.FOREIGN)
    return incoming


def _by_stream(items: Iterable[Item]) -> dict[Stream, list[Item]]:
    """Group items by stream, once: an id hashes slowly, and a batch has many facts of few streams."""
    streams: dict[Stream, list[Item]] = defaultdict(list)
    for item in items:
        streams[item.fact.stream].append(item)
    return streams


def _belongs(record: Record, event: Event) -> bool:
    """Tell whether producer, type, key and topic fit: a producer writes its own topic, under the case's key.

    The same holds for a feed: it speaks for its own producer only.
    """
    if not event.type.startswith(f"tongkang.{event.producer}."):
        return False
    if record.topic is None:
        return record.feed in {None, event.producer}
    return record.key == str(event.subject).encode() and record.topic in {
        f"tongkang.{event.producer}",
        "tongkang.institutions",
    }


async def _drain(driver: Driver, positions: Mapping[Stream, Position], batch: Batch) -> None:
    """Let through what connects, of this batch and of what was parked before; park the rest."""
    batch.waiting = [_waiting(row) for row in await driver.fetch(_WAITING, *_columns(positions))]
    await _fetch_connecting(driver, positions, batch)
    stored = {row.hash for row in batch.waiting if row.reason is Reason.GAP}
    for stream, new in batch.new.items():
        _connect(new, positions[stream], batch)
        for item in (item for candidates in new.values() for item in candidates):
            if item.fact.hash in stored:
                item.settle(Outcome.DUPLICATE)
            else:
                item.park(Reason.GAP)


async def _fetch_connecting(driver: Driver, positions: Mapping[Stream, Position], batch: Batch) -> None:
    """Read back from parking what stands, without a hole, right behind the positions; the rest stays where it is."""
    parked: dict[Stream, dict[int, list[Waiting]]] = defaultdict(lambda: defaultdict(list))
    for row in batch.waiting:
        if row.reason is Reason.GAP:
            parked[row.stream][row.seq].append(row)
    wanted = []
    for stream, rows in parked.items():
        following = positions[stream].last + 1
        while following in rows or following in batch.new.get(stream, ()):
            wanted += [row.id for row in rows.get(following, ())]
            following += 1
    for (envelope,) in await driver.fetch(_PARKED_ENVELOPES, wanted) if wanted else ():
        item = Item(Record(envelope), Event.read(envelope))
        batch.fetched.append(item)
        keep_new(batch.new[item.fact.stream], item)


def _connect(new: New, position: Position, batch: Batch) -> None:
    """Let through, one after the other, what connects to the position; at a number with several, the one that fits."""
    while candidates := new.pop(position.last + 1, None):
        fitting = [item for item in candidates if item.fact.prev_hash == position.head][:1]
        for item in candidates:
            if not fitting or item is not fitting[0]:
                item.park(Reason.EQUIVOCATION if fitting else Reason.BROKEN_CHAIN)
        if not fitting:
            return
        batch.accept(fitting[0], position)


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
# Without the envelopes: behind a poisoned fact thousands may wait that this batch does not move.
_WAITING = """
SELECT id, producer, case_id, epoch, seq, hash, reason FROM parked_event
WHERE reason IN ('gap', 'poison', 'broken-chain')
  AND (producer, case_id, epoch) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[]))
"""
_PARKED_ENVELOPES = "SELECT envelope FROM parked_event WHERE id = ANY($1::bigint[])"
_UNPARK = "DELETE FROM parked_event WHERE id = ANY($1::bigint[])"
_CONTRADICTED = "UPDATE parked_event SET reason = 'equivocation' WHERE id = ANY($1::bigint[])"
_PARK = """
INSERT INTO parked_event AS p
  (producer, case_id, epoch, seq, hash, reason, detail, envelope, key, topic, partition, "offset")
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


def _waiting(row: asyncpg.Record) -> Waiting:
    return Waiting(row[0], (row[1], row[2], row[3]), row[4], row[5], Reason(row[6]))


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


async def _write_parked(driver: Driver, parked: Sequence[Item]) -> None:
    streamed = [item for item in parked if item.event is not None]
    stray = [item for item in parked if item.event is None and item.record.topic is not None]
    if streamed:
        await driver.executemany(_PARK, [_streamed_row(item) for item in streamed])
    if stray:
        await driver.executemany(_PARK_STRAY, [_stray_row(item) for item in stray])
    for item in parked:
        fact = str(item.event.id) if item.event else None
        log.warning("fact parked", extra={"reason": item.reason, "fact": fact})


async def _clear_parked(driver: Driver, batch: Batch, positions: Mapping[Stream, Position]) -> None:
    """Remove from parking what is applied now. What has the number of an applied fact but not its hash is evidence."""
    passed = [row for row in batch.waiting if row.seq <= positions[row.stream].last]
    if not passed:
        return
    applied = {(item.fact.stream, item.fact.seq): item.fact.hash for item in batch.ready}
    same = [row.id for row in passed if applied.get((row.stream, row.seq)) == row.hash]
    await driver.execute(_UNPARK, same)
    await driver.execute(_CONTRADICTED, sorted({row.id for row in passed} - set(same)))


def _streamed_row(item: Item) -> tuple[object, ...]:
    event = item.fact
    return (event.producer, event.subject, event.epoch, event.seq, event.hash, *_stray_row(item))


def _stray_row(item: Item) -> tuple[object, ...]:
    record = item.record
    return (item.reason, item.detail, record.value, record.key, record.topic, record.partition, record.offset)
