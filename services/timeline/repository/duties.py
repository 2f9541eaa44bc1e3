"""Working lists of duties, each statement logging whose duties it shows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from services.timeline.repository.entries import BEGINNING, END, Reader
from services.timeline.repository.readable import FAMILY, asked_of
from shared.db import Driver

CountedBy = Literal["rule", "county", "owner"]
"""By what open duties are counted."""
FIRST = (BEGINNING, UUID(int=0))
_LOG = "INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)"
_LIST = f"""
WITH page AS MATERIALIZED (
  SELECT d.* FROM ({{duties}}) d ORDER BY d.due_at, d.duty LIMIT $5
), logged AS (
  {_LOG} SELECT DISTINCT $6::uuid, $7::uuid, $8, $9, $10, 'shown', $11::uuid, case_id FROM page
)
SELECT * FROM page ORDER BY due_at, duty
"""
# A child's file is read by its head; its duties by whoever may open it, an institution's own ones by itself.
_OF_CASE = f"""
WITH seen AS MATERIALIZED (
  SELECT f.case_id, {FAMILY} AS family FROM case_file f
  WHERE f.case_id = $3 AND {{where}}
), logged AS (
  {_LOG} SELECT $4, $5, $6, $7, $8, 'shown', $9, case_id FROM seen
)
SELECT d.* FROM seen LEFT JOIN LATERAL (
  SELECT * FROM duty d
  WHERE d.case_id = ANY(seen.family) AND ($10 OR d.owner = $5) AND (d.due_at, d.duty) > ($11, $12)
  ORDER BY d.due_at, d.duty LIMIT $13
) d ON true ORDER BY d.due_at, d.duty
"""
_COUNTS = f"""
SELECT {{of}}, count(*) AS open, count(*) FILTER (WHERE d.due_at > $3 AND d.due_at <= $4) AS due_soon,
       count(*) FILTER (WHERE d.due_at <= $3) AS overdue,
       count(*) FILTER (WHERE d.level IN ('city', 'province')) AS city,
       count(*) FILTER (WHERE d.level = 'province') AS province
FROM {{owes}} AND d.outcome IS NULL AND {asked_of("d.county", "$5")}
GROUP BY {{of}} ORDER BY {{first}} LIMIT $6
"""
_GROUPS: Mapping[CountedBy, tuple[str, str]] = {
    "rule": ("d.rule", "d.rule"),
    "county": ("d.county", "d.county"),
    "owner": ("d.owner, d.owner_kind", "overdue DESC, open DESC, d.owner, d.owner_kind"),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of the open duties: due after and up to a moment, of a rule, shown to some levels, owed by whom, where."""

    due_after: datetime = BEGINNING
    due_until: datetime = END
    rule: str | None = None
    levels: tuple[str, ...] | None = None
    owner_kind: str | None = None
    county: str | None = None
    owner: UUID | None = None

    @property
    def arguments(self) -> tuple[object, ...]:
        """Its values, in the order of the statement."""
        return tuple(getattr(self, one.name) for one in fields(self))


async def listed(
    driver: Driver, reader: Reader, narrowed: Narrowed, after: tuple[datetime, UUID], limit: int
) -> list[asyncpg.Record]:
    """Return the open duties of a reader's list, first due first, and log whose they are."""
    statement = _LIST.format(duties=reader.readable.duties)
    rows: list[asyncpg.Record] = await driver.fetch(
        statement, *reader.readable.arguments, *after, limit, *reader.log, *narrowed.arguments
    )
    return rows


async def of_case(
    driver: Driver, reader: Reader, case: UUID, after: tuple[datetime, UUID], limit: int
) -> list[asyncpg.Record]:
    """Return the duties of a child, first due first, and log the reading; no row when it is not for this reader.

    A child without any gives one row whose `duty` is empty.
    """
    statement = _OF_CASE.format(where=reader.readable.where)
    rows: list[asyncpg.Record] = await driver.fetch(
        statement, *reader.readable.arguments, case, *reader.log, reader.sight.everyone, *after, limit
    )
    return rows


async def counts(
    driver: Driver, reader: Reader, by: CountedBy, times: tuple[datetime, datetime], county: str | None, limit: int
) -> list[asyncpg.Record]:
    """Return the numbers of open duties in a reader's list, by rule, county or owner; `times` are now and soon."""
    of, first = _GROUPS[by]
    statement = _COUNTS.format(owes=reader.readable.owes, of=of, first=first)
    rows: list[asyncpg.Record] = await driver.fetch(statement, *reader.readable.arguments, *times, county, limit)
    return rows
