"""Lent connections: dead, cut short or silent ones harm nobody else."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from shared.db import Database
from tests.integration.journal.conftest import DATABASE
from tests.support.probe import database_of


@pytest.fixture
async def pool(bench, probe):
    database = database_of(probe.postgres, DATABASE, size=2)
    yield database
    await database.close()


async def _server_pid(database: Database) -> int:
    async with database.session() as session:
        return session.driver.get_server_pid()


async def test_connections_that_the_server_closed_are_not_lent_again(pool, bench):
    pids = set()
    async with pool.session() as one, pool.session() as other:
        pids |= {one.driver.get_server_pid(), other.driver.get_server_pid()}
    admin = await asyncpg.connect(bench.superuser)
    await admin.fetch("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS p (pid)", list(pids))
    await admin.close()
    await asyncio.sleep(0.05)
    for _ in range(4):
        assert await _server_pid(pool) not in pids


async def test_a_connection_left_in_a_transaction_is_not_lent_again(pool):
    """A second cancellation can cut a rollback short; the next borrower's writes would belong to that transaction."""
    async with pool.session() as session:
        pid = session.driver.get_server_pid()
        await session.driver.execute("BEGIN")
    async with pool.session() as session:
        assert session.driver.get_server_pid() != pid
        await session.driver.execute("INSERT INTO kept (case_id, seq) VALUES ($1, 1)", uuid4())
    async with pool.session() as session:
        assert await session.driver.fetchval("SELECT count(*) FROM kept") == 1


async def test_a_unit_of_work_that_is_cancelled_leaves_nothing_and_gives_its_connection_back(pool, bench):
    started = asyncio.Event()

    async def hang() -> None:
        async with pool.transaction() as session:
            await session.driver.execute("INSERT INTO kept (case_id, seq) VALUES ($1, 1)", uuid4())
            started.set()
            await session.driver.execute("SELECT pg_sleep(30)")

    for _ in range(5):  # more often than the pool has connections
        started.clear()
        task = asyncio.create_task(hang())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await bench.kept() == []


async def test_a_silent_transaction_loses_its_locks_and_not_the_others_their_case(probe, bench):
    """A process stopped in mid-transaction (SIGSTOP, a dead machine) would hold its rows for ever."""
    silent = database_of(probe.postgres, DATABASE, size=1, idle_ms=200)
    await bench.note(1, case=(case := uuid4()))

    async def fall_silent() -> None:
        async with silent.transaction() as session:
            await session.driver.fetch("SELECT * FROM case_stream FOR UPDATE")
            await asyncio.wait_for(bench.note(2, case=case), 10)
            await session.driver.fetch("SELECT 1")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await fall_silent()
    assert [event.seq for event in await bench.log()] == [1, 2]
    await silent.close()
