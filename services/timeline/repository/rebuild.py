"""Emptying the projections, and one rebuild at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from services.timeline.errors import RebuildRunning
from shared.db import Database, Driver

_ONE_AT_A_TIME = "SELECT pg_try_advisory_lock(hashtext('tongkang.timeline.rebuild'))"
_FREE = "SELECT pg_advisory_unlock(hashtext('tongkang.timeline.rebuild'))"
# While projections are half empty nothing is concluded from them: assessing is shared, a rebuild has it for itself.
_ALONE = "SELECT pg_advisory_lock(hashtext('tongkang.timeline.assessment'))"
_NO_LONGER_ALONE = "SELECT pg_advisory_unlock(hashtext('tongkang.timeline.assessment'))"
_NONE_RUNS = "SELECT pg_try_advisory_xact_lock_shared(hashtext('tongkang.timeline.assessment'))"
# The application role owns no table, so it may not truncate; the function does, as its owner, and only these.
_EMPTY = "SELECT empty_projections()"


@asynccontextmanager
async def only_rebuild(database: Database) -> AsyncIterator[Driver]:
    """Hold the one permission to rebuild, across all processes. Raises RebuildRunning."""
    async with database.session() as session:
        if not await session.driver.fetchval(_ONE_AT_A_TIME):
            raise RebuildRunning
        try:
            await session.driver.execute(_ALONE)
            yield session.driver
        finally:
            await session.driver.execute(_NO_LONGER_ALONE)
            await session.driver.execute(_FREE)


async def none_runs(driver: Driver) -> bool:
    """Tell whether no rebuild runs, and keep one from beginning to the end of the transaction."""
    return bool(await driver.fetchval(_NONE_RUNS))


async def empty(driver: Driver, tries: int = 10) -> None:
    """Empty all projections and the positions of all streams.

    A reader that holds them the other way round makes it wait or try again. Raises DeadlockDetectedError at last.
    """
    for left in reversed(range(tries)):
        try:
            await driver.execute(_EMPTY)
        except asyncpg.DeadlockDetectedError:
            if left == 0:
                raise
        else:
            return
