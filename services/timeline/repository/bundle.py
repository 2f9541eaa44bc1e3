"""All facts of a file in their published bytes, those too that two persons decided to step over."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.timeline.repository.entries import MEMBERS, SEEN_AND_LOGGED, Reader
from services.timeline.repository.readable import FAMILY
from shared.db import Driver

# Facts that are published cannot be veiled one by one: a file is given as openly as the most covered of its cases.
_HEAD = f"""
SELECT own.family, bool_or(coalesce(h.masked, false)) AS masked, bool_or(h.erased) AS erased
FROM (SELECT {FAMILY} AS family FROM case_file f WHERE f.case_id = $3 AND {{where}}) own
JOIN case_file h ON h.case_id = ANY(own.family) GROUP BY own.family
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
