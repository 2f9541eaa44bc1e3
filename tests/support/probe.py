"""A service that has nothing but the journal: what tests of the engine record, keep, read and check."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.postgres import Postgres
from deploy.local.topics import Topic, declare
from deploy.postgres.databases import MIGRATOR, provision, role_of
from shared import clock
from shared.contracts.envelope import FACTS, GENESIS, Event, Fact, chain, service_actor
from shared.db import Database
from shared.journal.inbox import Inbox, Record, Stream
from shared.journal.relay import Relay, Send
from shared.journal.tables import new_metadata
from shared.journal.unit_of_work import Ledger, Receipt, Request, UnitOfWork
from shared.migrations import grant
from tests.support.stack import PASSWORD

PRODUCER, CONSUMER = "probe", "consumer"
TOPIC = f"tongkang.{PRODUCER}"
ACTOR = service_actor(PRODUCER)

READ_WITHIN_SECONDS = 20

KEPT = """
CREATE TABLE kept (
  place bigserial, case_id uuid, seq bigint, event_id uuid, number int CHECK (number >= 0), hash bytea,
  PRIMARY KEY (case_id, seq)
)
"""


class Noted(Fact, type=f"{TOPIC}.noted.v1"):
    """A fact for tests of the engine; no service produces it."""

    number: int


class Bulky(Fact, type=f"{TOPIC}.bulked.v1"):
    """A fact of any size."""

    filling: str


for invented in (Noted, Bulky):  # no part of the catalogue, whose own tests ask who produces what
    del FACTS[invented.type]


@dataclass
class Keeping:
    """Effects that keep what they are given, in a table of the same transaction; `refuses` are numbers that fail."""

    refuses: set[int] = field(default_factory=set)
    trouble: Exception | None = None

    async def apply(self, events: Sequence[Event], uow: UnitOfWork) -> None:
        if self.trouble is not None:
            raise self.trouble
        if refused := self.refuses & {event.data["number"] for event in events}:
            raise ValueError(refused)
        rows = [(event.subject, event.seq, event.id, event.data["number"], event.hash) for event in events]
        await uow.driver.executemany(
            "INSERT INTO kept (case_id, seq, event_id, number, hash) VALUES ($1, $2, $3, $4, $5)", rows
        )

    async def hashes(self, events: Sequence[Event], uow: UnitOfWork) -> Mapping[tuple[Stream, int], bytes]:
        sql = "SELECT case_id, seq, hash FROM kept WHERE case_id = ANY($1::uuid[])"
        rows = await uow.driver.fetch(sql, [event.subject for event in events])
        return {((PRODUCER, row[0], 1), row[1]): row[2] for row in rows}


@dataclass
class Bench:
    """One database with the journal's tables, as producer and as consumer."""

    database: Database
    superuser: str
    effects: Keeping = field(default_factory=Keeping)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database, PRODUCER)

    def inbox(self, kind: type[Inbox] = Inbox) -> Inbox:
        return kind(Ledger(self.database, CONSUMER), self.effects)

    def relay(self, send_all: Send, **options: object) -> Relay:
        return Relay(self.database, send_all, **options)

    async def note(self, *numbers: int, case: UUID | None = None, request: Request | None = None) -> Receipt:
        """Record one fact for each number, about one case."""
        case = case or uuid4()
        async with self.ledger.open(ACTOR, request=request) as uow:
            for number in numbers:
                uow.record(case, Noted(number=number), occurred_at=clock.now())
            return await uow.commit()

    async def log(self) -> list[Event]:
        rows = await self.fetch("SELECT envelope FROM event_log ORDER BY case_id, epoch, seq")
        return [Event.read(row[0]) for row in rows]

    async def published(self) -> list[Record]:
        """Return the whole log as records, as if it had travelled."""
        return as_records(await self.log())

    async def kept(self) -> list[tuple[UUID, int, int]]:
        return [tuple(row) for row in await self.fetch("SELECT case_id, seq, number FROM kept ORDER BY place")]

    async def parked(self) -> list[tuple[int, str]]:
        return [tuple(row) for row in await self.fetch("SELECT seq, reason FROM parked_event ORDER BY seq, reason, id")]

    async def waiting(self) -> dict[UUID, list[int]]:
        """Return what lies in the outbox, by case, in order."""
        boxes: dict[UUID, list[int]] = defaultdict(list)
        for case, seq in await self.fetch("SELECT case_id, seq FROM outbox ORDER BY id"):
            boxes[case].append(seq)
        return boxes

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        async with self.database.session() as session:
            return list(await session.driver.fetch(sql, *arguments))


def as_records(events: Iterable[Event]) -> list[Record]:
    """Return facts as records of one partition."""
    return [Record(e.envelope, str(e.subject).encode(), TOPIC, 0, offset) for offset, e in enumerate(events)]


async def make_database(postgres: Postgres, name: str) -> None:
    """Create a database with the journal's tables and the table of kept facts."""
    await provision(postgres.dsn(), {MIGRATOR: PASSWORD, role_of(name): PASSWORD})
    owner = Database(postgres.dsn(role_of(name), MIGRATOR, "-"), PASSWORD, size=2)
    async with owner.engine.connect() as connection:
        await connection.run_sync(new_metadata().create_all)
        await connection.exec_driver_sql(KEPT)
        await connection.run_sync(grant, role_of(name))
    await owner.close()


async def empty_database(postgres: Postgres, name: str) -> None:
    connection = await asyncpg.connect(postgres.dsn(role_of(name)))
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.execute(f"TRUNCATE {', '.join(row[0] for row in tables)} RESTART IDENTITY")
    await connection.close()


def database_of(postgres: Postgres, name: str, size: int = 20, **options: int) -> Database:
    return Database(postgres.dsn(role_of(name), role_of(name), "-"), PASSWORD, size=size, **options)


@asynccontextmanager
async def a_bench(postgres: Postgres, name: str) -> AsyncIterator[Bench]:
    """Open a bench on an existing database."""
    database = database_of(postgres, name)
    yield Bench(database, postgres.dsn(role_of(name)))
    await database.close()


async def declare_topic(bootstrap: str, *names: str) -> None:
    await declare(bootstrap, [Topic(name, 3, 1, None) for name in names or (TOPIC,)])


async def read_topic(bootstrap: str, cases: Collection[UUID], topic: str = TOPIC) -> list[Event]:
    """Return what the topic holds about these cases, partition by partition, as it stands there."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, part) for part in await consumer._client._wait_on_metadata(topic)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        ends = await consumer.end_offsets(parts)
        found: list[Event] = []
        keys = {str(case).encode() for case in cases}
        until = time.monotonic() + READ_WITHIN_SECONDS
        while behind := [part for part in parts if await consumer.position(part) < ends[part]]:
            assert time.monotonic() < until, f"{behind} cannot be read to their ends {ends}"
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [Event.read(record.value) for record in records if record.key in keys]
    finally:
        await consumer.stop()
    return found


def by_stream(events: Iterable[Event]) -> dict[Stream, list[Event]]:
    streams: dict[Stream, list[Event]] = defaultdict(list)
    for event in events:
        streams[event.stream].append(event)
    return streams


def check_log(log: Iterable[Event]) -> None:
    """Every stream is gapless from 1 and chained."""
    for stream, events in by_stream(log).items():
        head = GENESIS
        for number, event in enumerate(events, start=1):
            assert (event.seq, event.prev_hash) == (number, head), (stream, number)
            head = chain(head, event.envelope)


def check_first_sight(topic: Iterable[Event]) -> None:
    """On the topic no fact of a case is seen before the one before it; repeats may follow."""
    for stream, events in by_stream(topic).items():
        seen = 0
        for event in events:
            assert event.seq <= seen + 1, f"{event.seq} of {stream} came right after {seen}"
            seen = max(seen, event.seq)


def check_on_topic(log: Iterable[Event], topic: Iterable[Event]) -> None:
    """Every fact of the log is on the topic, byte for byte, and nothing else is."""
    assert {event.envelope for event in log} == {event.envelope for event in topic}


def check_kept(log: Iterable[Event], kept: Sequence[tuple[UUID, int, int]]) -> None:
    """The consumer kept every fact of the log exactly once, in the order of its case."""
    expected = {stream[1]: [(e.seq, e.data["number"]) for e in events] for stream, events in by_stream(log).items()}
    found: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for case, seq, number in kept:
        found[case].append((seq, number))
    assert dict(found) == expected
