"""Reading the completeness of each producer."""

import asyncpg

from shared.db import Driver

_READ = "SELECT producer, complete_to, checkpoint_at, behind FROM completeness"


async def completeness(driver: Driver) -> list[asyncpg.Record]:
    """Return one row per producer from which a checkpoint was compared."""
    rows: list[asyncpg.Record] = await driver.fetch(_READ)
    return rows
