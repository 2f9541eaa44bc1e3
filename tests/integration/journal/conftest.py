"""A producer and a consumer with nothing but the journal's tables: the engine without a service around it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
import pytest

from deploy.postgres.databases import MIGRATOR, provision, role_of
from shared.contracts.envelope import Event, Fact
from shared.db import Database, grant
from shared.journal.inbox import Inbox, Stream
from shared.journal.tables import new_metadata
from shared.journal.unit_of_work import Ledger, UnitOfWork
from tests.support.stack import PASSWORD, Servers


class Noted(Fact, type="tongkang.probe.noted.v1"):
    """A fact for tests of the engine; no service produces it."""

    number: int


class Keeping:
    """Effects that keep what they were given, in a table of the same transaction."""

    async def apply(self, events: Sequence[Event], uow: UnitOfWork) -> None:
        rows = [(event.subject, event.seq, event.id, event.data["number"]) for event in events]
        await uow.driver.executemany("INSERT INTO kept (case_id, seq, event_id, number) VALUES ($1, $2, $3, $4)", rows)

    async def hashes(self, events: Sequence[Event], uow: UnitOfWork) -> Mapping[tuple[Stream, int], bytes]:
        del events, uow
        return {}


@dataclass
class Bench:
    """One database with the journal's tables, as producer and as consumer."""

    database: Database
    superuser: str
    effects: Keeping = field(default_factory=Keeping)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.database, "probe")

    def inbox(self) -> Inbox:
        return Inbox(Ledger(self.database, "consumer"), self.effects)

    async def kept(self) -> list[tuple[object, ...]]:
        async with self.database.session() as session:
            return [tuple(row) for row in await session.driver.fetch("SELECT case_id, seq, number FROM kept ORDER BY place")]

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        async with self.database.session() as session:
            return list(await session.driver.fetch(sql, *arguments))


@pytest.fixture
async def bench(servers: Servers) -> AsyncIterator[Bench]:
    name = f"probe_{uuid4().hex[:8]}"
    await provision(servers.postgres.dsn(), {MIGRATOR: PASSWORD, role_of(name): PASSWORD})
    owner = Database(servers.postgres.dsn(role_of(name), MIGRATOR, "-"), PASSWORD, size=2)
    async with owner.engine.connect() as connection:
        await connection.run_sync(new_metadata().create_all)
        await connection.exec_driver_sql(
            "CREATE TABLE kept (place bigserial, case_id uuid, seq bigint, event_id uuid, number int CHECK (number < 1000), "
            "PRIMARY KEY (case_id, seq))"
        )
        await connection.run_sync(grant, role_of(name))
    await owner.close()
    database = Database(servers.postgres.dsn(role_of(name), role_of(name), "-"), PASSWORD, size=20)
    yield Bench(database, servers.postgres.dsn(role_of(name)))
    await database.close()
    await asyncio.sleep(0)
