"""The unit of work: state, event_log and outbox in one transaction (README.md, producer side).

Business code loads, decides, saves and calls `record`; it never commits and never publishes. When the unit of work
ends, all its facts are numbered, chained and written with one statement a step, whether one fact or a day of sessions.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar, overload
from uuid import UUID

import asyncpg
from pydantic import BaseModel, Field
from sqlalchemy import CursorResult, Executable

from shared import clock, ids
from shared.contracts.envelope import GENESIS, ActorRef, Context, Event, Fact, Recorded, Sealed, seal
from shared.db import Database, Driver, Parameters, Session
from shared.errors import KeyReused, Refusal
from shared.failpoints import failpoint
from shared.rulebook.explanation import Explanation

Answer = TypeVar("Answer", bound=BaseModel)

# The time of recording is the database's, taken with the lock: it rises along each stream, and it never lies before the
# beginning of its transaction, on which the checkpoints' `as_of` relies whatever the clocks of the processes say.
# Outside the brackets, because the database would read the clock before it waits for the lock.
_LOCK_STREAMS = """
SELECT s.*, clock_timestamp() FROM (
  SELECT case_id, epoch, last_seq, head_hash FROM case_stream
  WHERE case_id = ANY($1::uuid[]) ORDER BY case_id FOR UPDATE
) s
"""
_LOCK_STREAM = """
SELECT s.*, clock_timestamp() FROM (
  SELECT case_id, epoch, last_seq, head_hash FROM case_stream WHERE case_id = $1 FOR UPDATE
) s
"""
"""Of one case: planned once, where the planner looks at each array anew."""
_OPEN_STREAMS = """
INSERT INTO case_stream (case_id, last_seq, head_hash)
SELECT case_id, 0, $2 FROM unnest($1::uuid[]) AS t (case_id) ORDER BY case_id ON CONFLICT DO NOTHING
"""
_LOG = ("case_id", "epoch", "seq", "event_id", "prev_hash", "hash", "envelope", "recorded_at")
_BOX = ("case_id", "epoch", "seq", "shard", "topic")
_ADVANCE_MANY = """
WITH answered AS (
    INSERT INTO idempotency (person, key, request_hash, status, answer)
    SELECT $4, $5, $6, $7, $8 WHERE $5::text IS NOT NULL
)
UPDATE case_stream s SET last_seq = h.last_seq, head_hash = h.hash
FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS h (case_id, last_seq, hash) WHERE s.case_id = h.case_id
"""

# The one fact of most requests, in one round trip; several go by COPY, which costs both sides half of what arrays do.
_WRITE_ONE = """
WITH log AS (
    INSERT INTO event_log (case_id, epoch, seq, event_id, prev_hash, hash, envelope, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $10)
), box AS (
    INSERT INTO outbox (shard, case_id, epoch, seq, topic) VALUES ($8, $1, $2, $3, $9)
), answered AS (
    INSERT INTO idempotency (person, key, request_hash, status, answer)
    SELECT $11, $12, $13, $14, $15 WHERE $12::text IS NOT NULL
)
UPDATE case_stream SET last_seq = $3, head_hash = $6 WHERE case_id = $1
"""

_KEEP_ANSWER = "INSERT INTO idempotency (person, key, request_hash, status, answer) VALUES ($1, $2, $3, $4, $5)"
_FIND_ANSWER = "SELECT request_hash, status, answer FROM idempotency WHERE person = $1 AND key = $2"


class FactReceipt(BaseModel):
    """Where one fact stands in the record. Whoever keeps the hash can later prove that nothing before it changed."""

    id: UUID
    type: str
    sequence: int = Field(description="Number in the stream of this producer and case, gapless from 1.")
    hash: str = Field(description="Hash of the fact chained to all before it, hex.")


class Receipt(BaseModel):
    """What a write answers: the case and the facts that it recorded."""

    case: UUID | None = Field(description="The case (or institution) of the first fact.")
    record: UUID | None = Field(
        default=None, description="Id of the record that was made: an application, an enrolment, a session."
    )
    facts: list[FactReceipt]
    explanation: Explanation | None = Field(
        default=None, description="How the decision came about, where it judges people or money."
    )


@dataclass(frozen=True, slots=True)
class Request:
    """The write that a unit of work answers, for idempotency: caller, key and hash of what was asked."""

    person: UUID
    key: str
    hash: bytes
    status: int


class AnsweredBefore(Exception):  # noqa: N818 - a way out, not an error
    """The same request was answered before: give that answer again."""

    def __init__(self, status: int, answer: bytes) -> None:
        super().__init__(status)
        self.status, self.answer = status, answer


@dataclass(slots=True)
class UnitOfWork:
    """One transaction of a service. Services subclass it and hang their repositories on it."""

    session: Session
    producer: str
    actor: ActorRef
    shards: int = 16
    request: Request | None = None
    correlation: UUID = field(default_factory=ids.new_record)
    traceparent: str | None = None
    recorded: list[Recorded] = field(default_factory=list)
    recorded_at: datetime = field(default_factory=clock.now)
    committed: bool = False
    flushed: bool = False
    held: dict[UUID, asyncpg.Record] = field(default_factory=dict)

    def record(
        self,
        case: UUID,
        fact: Fact,
        *,
        occurred_at: date | datetime,
        caused_by: Event | None = None,
        fact_id: UUID | None = None,
    ) -> UUID:
        """Collect a fact about a case (or institution) and return its id; it is written when the unit of work ends."""
        self._refuse_after_commit()
        fact_id = fact_id or ids.new_fact()
        cause, correlation = (caused_by.id, caused_by.correlation) if caused_by else (None, self.correlation)
        self.recorded.append(Recorded(fact_id, case, fact, clock.moment_of(occurred_at), correlation, cause))
        return fact_id

    async def hold(self, cases: Collection[UUID]) -> None:
        """Lock these cases now instead of at the end: what is read from here on includes all that was recorded of them.

        Only a case that has facts can be held. Hold all that this unit of work will record about in one call, so that
        two of them never wait for each other.
        """
        self.held |= {row[0]: row for row in await self._locked(list(cases))}

    @property
    def driver(self) -> Driver:
        """The connection itself, for hot statements."""
        return self.session.driver

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run a Core statement inside this transaction."""
        return await self.session.execute(statement, parameters)

    @overload
    async def commit(
        self, answer: None = None, *, record: UUID | None = None, explanation: Explanation | None = None
    ) -> Receipt: ...

    @overload
    async def commit(self, answer: Answer) -> Answer: ...

    async def commit(
        self, answer: BaseModel | None = None, *, record: UUID | None = None, explanation: Explanation | None = None
    ) -> BaseModel:
        """Write the journal, keep the answer for a repeat of the request, and return it.

        By default that is a Receipt, which names the `record` that was made, where one was, and how it was decided.
        """
        self._refuse_after_commit()
        sealed = await self._number_and_seal()
        reply = answer if answer is not None else self._receipt(sealed, record, explanation)
        await self._write(sealed, reply)
        self.committed = True
        return reply

    async def write_journal(self) -> None:
        """Write what was recorded where no answer is owed: a reaction, a task by the clock."""
        self._refuse_after_commit()
        if self.recorded:
            await self._write(await self._number_and_seal(), None)
        self.committed = True

    async def flush(self) -> None:
        """Write what was recorded so far, so that whatever is wrong with it shows here; more may follow."""
        if self.recorded:
            await self._write(await self._number_and_seal(), None)
            self.recorded.clear()
            self.flushed = True

    def _refuse_after_commit(self) -> None:
        if self.committed:
            raise RuntimeError("this unit of work is committed: what comes now would be lost, or written twice")

    async def _number_and_seal(self) -> list[tuple[Recorded, int, Sealed]]:
        """Take the next numbers of all cases, in case order so that two units of work never wait for each other."""
        if not self.recorded:
            return []
        ordered = sorted(self.recorded, key=attrgetter("subject"))
        groups = [(case, list(facts)) for case, facts in groupby(ordered, key=attrgetter("subject"))]
        heads = self.held | await self._lock_streams([case for case, _ in groups if case not in self.held])
        self.held = {}
        self.recorded_at = max(heads[case][4] for case, _ in groups)
        context = Context(self.producer, self.actor, self.recorded_at, self.traceparent)
        sealed: list[tuple[Recorded, int, Sealed]] = []
        for case, facts in groups:
            _, epoch, last, head, _ = heads[case]
            for seq, recorded in enumerate(facts, start=last + 1):
                one = seal(recorded, context, epoch=epoch, seq=seq, prev_hash=head)
                sealed.append((recorded, epoch, one))
                head = one.hash
        return sealed

    async def _lock_streams(self, cases: list[UUID]) -> dict[UUID, asyncpg.Record]:
        """Lock the rows of these cases to the end of the transaction; a case without facts gets its row first.

        Of several cases all rows are there before the first is locked. Otherwise one unit of work could hold a row that
        it found and wait for one that it did not, and another the other way round.
        """
        if not cases:
            return {}
        if len(cases) > 1:
            await self.driver.execute(_OPEN_STREAMS, cases, GENESIS)
        rows = await self._locked(cases)
        if not rows:
            await self.driver.execute(_OPEN_STREAMS, cases, GENESIS)
            rows = await self._locked(cases)
        return {row[0]: row for row in rows}

    async def _locked(self, cases: list[UUID]) -> list[asyncpg.Record]:
        if len(cases) == 1:
            return await self.driver.fetch(_LOCK_STREAM, cases[0])
        return await self.driver.fetch(_LOCK_STREAMS, cases)

    async def _write(self, sealed: list[tuple[Recorded, int, Sealed]], reply: BaseModel | None) -> None:
        kept = self._kept(reply)
        if len(sealed) == 1:
            await self._write_one(*sealed[0], kept)
        elif sealed:
            await self._write_many(sealed, kept)
        elif kept[1] is not None:
            await self.driver.execute(_KEEP_ANSWER, *kept)
        failpoint("producer.after-outbox")

    async def _write_one(self, recorded: Recorded, epoch: int, one: Sealed, kept: tuple[Any, ...]) -> None:
        case, topic = recorded.subject, recorded.fact.topic
        shard = shard_of(case, self.shards)
        log = (case, epoch, one.seq, one.id, one.prev_hash, one.hash, one.envelope)
        await self.driver.execute(_WRITE_ONE, *log, shard, topic, self.recorded_at, *kept)

    async def _write_many(self, sealed: list[tuple[Recorded, int, Sealed]], kept: tuple[Any, ...]) -> None:
        at, shards, copy = self.recorded_at, self.shards, self.driver.copy_records_to_table
        log = [
            (recorded.subject, epoch, one.seq, one.id, one.prev_hash, one.hash, one.envelope, at)
            for recorded, epoch, one in sealed
        ]
        box = [
            (recorded.subject, epoch, one.seq, shard_of(recorded.subject, shards), recorded.fact.topic)
            for recorded, epoch, one in sealed
        ]
        await copy("event_log", records=log, columns=_LOG)
        await copy("outbox", records=box, columns=_BOX)
        heads = {recorded.subject: (recorded.subject, one.seq, one.hash) for recorded, _, one in sealed}
        await self.driver.execute(_ADVANCE_MANY, *zip(*heads.values(), strict=True), *kept)

    def _kept(self, reply: BaseModel | None) -> tuple[UUID | None, str | None, bytes | None, int | None, bytes | None]:
        if self.request is None or reply is None:
            return (None, None, None, None, None)
        asked = self.request
        return (asked.person, asked.key, asked.hash, asked.status, reply.model_dump_json().encode())

    @staticmethod
    def _receipt(
        sealed: list[tuple[Recorded, int, Sealed]], record: UUID | None, explanation: Explanation | None
    ) -> Receipt:
        facts = [
            FactReceipt(id=one.id, type=recorded.fact.type, sequence=one.seq, hash=one.hash.hex())
            for recorded, _, one in sealed
        ]
        case = sealed[0][0].subject if sealed else None
        return Receipt(case=case, record=record, facts=facts, explanation=explanation)


def shard_of(case: UUID, shards: int) -> int:
    """Return the relay shard of a case, from its last byte: every kind of id in use is random there."""
    return case.bytes[-1] % shards


@dataclass(frozen=True, slots=True)
class Ledger:
    """Opens units of work of one service: knows its database, its name, its own kind of unit of work, its relay."""

    database: Database
    producer: str
    kind: Callable[..., UnitOfWork] = UnitOfWork
    shards: int = 16
    wake: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def open(
        self, actor: ActorRef, *, request: Request | None = None, traceparent: str | None = None
    ) -> AsyncIterator[UnitOfWork]:
        """Open one unit of work; whatever was not committed by its end is rolled back.

        Facts that were recorded and not committed are a defect of the handler, and raise: its caller would be told that
        all went well. Raises AnsweredBefore for a repeat of an answered request, and KeyReused when its key belongs to
        another.
        """
        try:
            async with self.database.transaction() as session:
                uow = self.kind(session, self.producer, actor, self.shards, request, traceparent=traceparent)
                yield uow
                if not uow.committed:
                    raise _forgotten(uow) if uow.recorded else _Abandoned
            failpoint("producer.after-commit")
        except _Abandoned:
            return
        except (Refusal, asyncpg.UniqueViolationError):
            # A repeat either breaks a rule (the first one changed the state) or the primary key of its answer. So the
            # look-up costs nothing on the way that succeeds; only who is refused asks whether it was answered before.
            await self._answer_again(request)
            raise
        if uow.recorded or uow.flushed:
            self.wake()

    async def _answer_again(self, request: Request | None) -> None:
        if request is None:
            return
        async with self.database.session() as session:
            row = await session.driver.fetchrow(_FIND_ANSWER, request.person, request.key)
        if row is None:
            return
        if row["request_hash"] != request.hash:
            raise KeyReused
        raise AnsweredBefore(row["status"], row["answer"])


class _Abandoned(Exception):  # noqa: N818 - rolls back what nobody committed
    pass


def _forgotten(uow: UnitOfWork) -> RuntimeError:
    return RuntimeError(f"{len(uow.recorded)} facts were recorded and nobody committed them")
