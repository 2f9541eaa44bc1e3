"""Verify a service's own record: walk the whole log, recompute every hash, compare the heads (README.md, evidence).

Shows that nothing in the middle was changed, left out or added. It cannot show it of the tail, nor of a log that was
rewritten as a whole together with its heads: against that stand the heads that others keep.
"""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import asyncpg

from shared.contracts.envelope import GENESIS, Event, Unreadable, chain
from shared.db import Database

PAGE = 2000

_LOG = """
SELECT e.case_id, e.epoch, e.seq, e.event_id, e.prev_hash, e.hash, e.envelope, s.last_seq, s.head_hash
FROM event_log e LEFT JOIN case_stream s ON s.case_id = e.case_id AND s.epoch = e.epoch
ORDER BY e.case_id, e.epoch, e.seq
"""
_WITHOUT_FACTS = """
SELECT case_id, epoch, last_seq FROM case_stream s WHERE last_seq > 0
AND NOT EXISTS (SELECT 1 FROM event_log e WHERE e.case_id = s.case_id AND e.epoch = s.epoch) ORDER BY case_id
"""


class Fault(StrEnum):
    """What is wrong at a place of the log."""

    NUMBER = "number"
    """A fact before it is missing, or the stream does not begin at 1."""
    CHAIN = "chain"
    """Its prev_hash is not the hash of the fact before it."""
    HASH = "hash"
    """Its hash is not that of its bytes."""
    ENVELOPE = "envelope"
    """Its bytes say something else than its row."""
    HEAD = "head"
    """The last fact is not the one that the head of its stream names."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong, and what."""

    case: UUID
    epoch: int
    seq: int
    fault: Fault


@dataclass(slots=True)
class Verdict:
    """What a walk through the log found."""

    streams: int = 0
    facts: int = 0
    faults: int = 0
    first: Place | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.faults == 0

    def note(self, place: Place) -> None:
        """Count a fault; the first one is told."""
        self.faults += 1
        self.first = self.first or place


@dataclass(slots=True)
class _Walk:
    """The state of the walk: the stream it is in, and where that stands. Memory does not grow with the log."""

    verdict: Verdict = field(default_factory=Verdict)
    stream: tuple[UUID, int] | None = None
    last: int = 0
    head: bytes = GENESIS
    expected: tuple[int, bytes] | None = None

    def take(self, rows: list[asyncpg.Record]) -> None:
        for case, epoch, seq, event_id, prev_hash, stored, envelope, last_seq, head_hash in rows:
            if self.stream != (case, epoch):
                self.leave()
                self.enter(case, epoch, None if last_seq is None else (last_seq, head_hash))
            fault = self.fault(seq, prev_hash, stored, envelope) or _misread(envelope, case, epoch, seq, event_id)
            if fault:
                self.verdict.note(Place(case, epoch, seq, fault))
            self.verdict.facts += 1
            self.last, self.head = seq, stored

    def enter(self, case: UUID, epoch: int, expected: tuple[int, bytes] | None) -> None:
        self.verdict.streams += 1
        self.stream, self.last, self.head, self.expected = (case, epoch), 0, GENESIS, expected

    def leave(self) -> None:
        if self.stream and self.expected and self.expected != (self.last, self.head):
            self.verdict.note(Place(*self.stream, self.last, Fault.HEAD))

    def fault(self, seq: int, prev_hash: bytes, stored: bytes, envelope: bytes) -> Fault | None:
        if seq != self.last + 1:
            return Fault.NUMBER
        if prev_hash != self.head:
            return Fault.CHAIN
        return Fault.HASH if chain(prev_hash, envelope) != stored else None


def _misread(envelope: bytes, case: UUID, epoch: int, seq: int, event_id: UUID) -> Fault | None:
    try:
        event = Event.read(envelope)
    except Unreadable:
        return Fault.ENVELOPE
    said = (event.subject, event.epoch, event.seq, event.id)
    return None if said == (case, epoch, seq, event_id) else Fault.ENVELOPE


async def verify(database: Database) -> Verdict:
    """Walk the whole log in one snapshot and return what was found."""
    walk = _Walk()
    async with database.transaction(isolation="repeatable_read", readonly=True) as session:
        cursor = await session.driver.cursor(_LOG)
        while rows := await cursor.fetch(PAGE):
            await asyncio.to_thread(walk.take, rows)
        walk.leave()
        async for case, epoch, last in session.driver.cursor(_WITHOUT_FACTS, prefetch=PAGE):
            walk.verdict.note(Place(case, epoch, last, Fault.HEAD))
    return walk.verdict
