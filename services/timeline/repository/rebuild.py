"""Emptying the projections, and one rebuild at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.timeline.errors import RebuildRunning
from shared.db import Database, Driver

_ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtext('tongkang.timeline.rebuild'))"
_FREE = "SELECT pg_advisory_unlock(hashtext('tongkang.timeline.rebuild'))"
# The application role owns no table, so it may not truncate; the function does, as its owner, and only these.
_EMPTY = "SELECT empty_projections()"


@asynccontextmanager
async def only_rebuild(database: Database) -> AsyncIterator[Driver]:
    """Hold the one permission to rebuild, across all processes. Raises RebuildRunning."""
    async with database.session() as session:
        if not await session.driver.fetchval(_ONE_AT_A_TIME):
            raise RebuildRunning
        try:
            yield session.driver
        finally:
            await session.driver.execute(_FREE)


async def empty(driver: Driver) -> None:
    """Empty all projections and the positions of all streams."""
    await driver.execute(_EMPTY)
