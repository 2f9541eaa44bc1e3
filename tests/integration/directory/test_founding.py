"""The first organisation and its administrator: made once, however many processes start and how often."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy.postgres.databases import MIGRATOR, provision, role_of
from services.directory.app import create_app
from services.directory.errors import PasswordTooShort
from services.directory.repository import Repository
from shared.migrations import migrate
from tests.support.directory import ADMINISTRATOR, PASSWORD, environment
from tests.support.stack import PASSWORD as DATABASE_PASSWORD


@pytest.fixture
async def empty(servers, monkeypatch) -> str:
    """The environment of a directory whose database holds nothing yet; its superuser's address."""
    name = f"founding_{uuid4().hex[:8]}"
    role = role_of(name)
    await provision(servers.postgres.dsn(), {MIGRATOR: DATABASE_PASSWORD, role: DATABASE_PASSWORD})
    owner = servers.postgres.dsn(role, MIGRATOR, DATABASE_PASSWORD)
    await asyncio.to_thread(migrate, "directory", owner, DATABASE_PASSWORD, app_role=role)
    for key, value in (servers.environment("directory") | environment(servers)).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("DIRECTORY_DATABASE_URL", servers.postgres.dsn(role, role, "-"))
    return servers.postgres.dsn(role)


@asynccontextmanager
async def started(count: int) -> AsyncIterator[list[FastAPI]]:
    """Start so many directories at once, each with its own pool, as processes would."""
    apps = [create_app() for _ in range(count)]
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(app.router.lifespan_context(app)) for app in apps))
        yield apps


async def rows(dsn: str, sql: str) -> list[tuple]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def log_in(app: FastAPI) -> httpx.Response:
    form = {"grant_type": "password", "username": ADMINISTRATOR, "password": PASSWORD}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://directory.test") as client:
        return await client.post("/v1/token", data=form)


async def test_the_first_start_makes_the_top_federation_and_an_administrator_who_gets_in(empty):
    async with started(1) as apps:
        answer = await log_in(apps[0])
    assert answer.status_code == 200
    assert answer.json()["password_change_due"] is False
    assert await rows(empty, "SELECT org_type, region FROM organisation") == [("federation", "37")]
    assert await rows(empty, "SELECT user_name, roles FROM account") == [(ADMINISTRATOR, ["administrator"])]
    assert await rows(empty, "SELECT deed, role FROM audit ORDER BY id") == [
        ("directory.found", "service"), ("directory.found", "service"), ("login.succeed", "administrator"),
    ]  # fmt: skip


async def test_six_processes_that_start_at_once_make_it_once(empty):
    async with started(6) as apps:
        assert {(await log_in(app)).status_code for app in apps} == {200}
    assert await rows(empty, "SELECT count(*) FROM organisation") == [(1,)]
    assert await rows(empty, "SELECT count(*) FROM account") == [(1,)]


async def test_a_later_start_changes_nothing_whatever_the_settings_say(empty, monkeypatch, servers):
    async with started(1):
        pass
    before = await rows(empty, "SELECT id, name FROM organisation")
    monkeypatch.setenv("DIRECTORY_HOME_REGION", "44")
    monkeypatch.setenv("DIRECTORY_ADMINISTRATOR_NAME", "another")
    other = servers.secret_file("administrator-2", "quite another password")
    monkeypatch.setenv("DIRECTORY_ADMINISTRATOR_PASSWORD_FILE", str(other))
    async with started(1) as apps:
        assert (await log_in(apps[0])).status_code == 200
    assert await rows(empty, "SELECT id, name FROM organisation") == before
    assert await rows(empty, "SELECT user_name FROM account") == [(ADMINISTRATOR,)]


async def test_without_an_administrator_in_the_settings_nothing_is_made(empty, monkeypatch):
    monkeypatch.delenv("DIRECTORY_ADMINISTRATOR_NAME")
    async with started(1):
        pass
    assert await rows(empty, "SELECT id FROM organisation") == []


async def test_a_short_password_stops_the_start_and_leaves_nothing(empty, monkeypatch, servers):
    short = servers.secret_file("administrator-3", "short")
    monkeypatch.setenv("DIRECTORY_ADMINISTRATOR_PASSWORD_FILE", str(short))
    with pytest.raises(PasswordTooShort):
        async with started(1):
            pass
    assert await rows(empty, "SELECT id FROM organisation") == []


@pytest.fixture
def slow_database(monkeypatch) -> Iterator[list[int]]:
    """The database is not reachable at the first two questions."""
    asked: list[int] = []
    may_found = Repository.may_found

    async def sometimes(self: Repository) -> bool:
        asked.append(len(asked))
        if len(asked) < 3:
            raise ConnectionRefusedError
        return await may_found(self)

    monkeypatch.setattr(Repository, "may_found", sometimes)
    monkeypatch.setattr("services.directory.app.RETRY_SECONDS", 0.01)
    return asked


async def test_a_database_that_comes_late_is_waited_for(empty, slow_database):
    async with started(1) as apps:
        assert (await log_in(apps[0])).status_code == 200
    assert len(slow_database) == 3
