"""All facts of a file in their published bytes, those too that two persons decided to step over."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.timeline.repository.entries import MEMBERS, SEEN_AND_LOGGED, Reader
from services.timeline.repository.readable import FAMILY
from shared.db import Driver

_HEAD = f"""
SELECT {FAMILY} AS family, coalesce(f.masked, false) AS masked, f.erased FROM case_file f
WHERE f.case_id = $3 AND {{where}}
"""
_FACTS = f"""
{SEEN_AND_LOGGED.format(family="$10::uuid[]", where="{where}")}
SELECT e.producer, e.envelope FROM entry e
WHERE (SELECT case_id FROM seen) IS NOT NULL AND e.case_id = ANY({MEMBERS})
UNION ALL
SELECT w.producer, w.envelope FROM waiver w
WHERE (SELECT case_id FROM seen) IS NOT NULL AND w.case_id = ANY({MEMBERS}) AND w.agreed_at IS NOT NULL
"""


async def head(driver: Driver, reader: Reader, case: UUID) -> asyncpg.Record | None:
    """Return which cases a file is of, and whether it is covered; None when it is not for this reader."""
    return await driver.fetchrow(_HEAD.format(where=reader.readable.where), *reader.readable.arguments, case)


async def facts(driver: Driver, reader: Reader, case: UUID, family: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return producer and bytes of every fact of a file, and log the reading."""
    rows: list[asyncpg.Record] = await driver.fetch(
        _FACTS.format(where=reader.readable.where), *reader.readable.arguments, case, *reader.log, list(family)
    )
    return rows
