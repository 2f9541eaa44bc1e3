"""Lists and heads of case files, and who has looked at one; each statement logs what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.timeline.domain.chain import PRODUCERS
from services.timeline.repository.entries import Reader
from services.timeline.repository.readable import FAMILY, Readable, asked_of
from shared.access.second_wall import Told, telling
from shared.db import Driver

_LOG = """
INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
"""
_LIST = f"""
WITH page AS MATERIALIZED (
  SELECT f.* FROM ({{cases}}) f ORDER BY f.last_at DESC, f.case_id DESC LIMIT $5
), logged AS (
  {_LOG} SELECT $6, $7, $8, $9, $10, 'shown', $11, case_id FROM page
)
SELECT case_id, county, birth_date, sex, states, stage, last_at, died_on, masked, erased
FROM page ORDER BY last_at DESC, case_id DESC
"""
_FIRST_WANTED = 12
_WANTED = {
    "stage": "f.stage = {at}::smallint",
    "category": "jsonb_exists(f.states, {at})",
    "region": asked_of("f.county", "{at}"),
    "cases": "f.case_id = ANY({at}::uuid[])",
    # A scalar subquery, asked case by case: of an EXISTS the planner would rather gather all duties first.
    "overdue_at": f"""(
      SELECT true FROM duty d WHERE d.case_id = ANY({FAMILY}) AND d.outcome IS NULL AND d.due_at <= {{at}} AND {{owed}}
      LIMIT 1)""",
}
_HEAD = f"""
WITH seen AS MATERIALIZED (
  SELECT f.*, {FAMILY} AS family FROM case_file f WHERE f.case_id = $3 AND {{where}}
), logged AS (
  {_LOG} SELECT $4, $5, $6, $7, $8, 'shown', $9, unnest(family) FROM seen
)
SELECT seen.*, (SELECT count(*) FROM parked_event k
                WHERE k.producer = ANY($10::text[]) AND k.case_id = ANY(seen.family)) AS parked,
       (SELECT s.other FROM same_child s WHERE s.case_id = $3 AND NOT s.survives LIMIT 1) AS shown_under
FROM seen
"""
_PARTICIPANTS = """
SELECT organisation, basis, since, until FROM case_participant
WHERE case_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR organisation = $2)
ORDER BY since, basis, reference, organisation
"""
# What is applied of a stream is on the timeline, but for what two persons stepped over.
_COUNTED = """
SELECT p.producer, sum(p.last_seq)::bigint - (
  SELECT count(*) FROM waiver w
  WHERE w.producer = p.producer AND w.case_id = ANY($2::uuid[]) AND w.agreed_at IS NOT NULL) AS entries
FROM stream_position p WHERE p.producer = ANY($1::text[]) AND p.case_id = ANY($2::uuid[]) GROUP BY p.producer
"""
# What the old county still sees of a child that moved away: that it did, when, and where to. Reading it is logged too.
_MOVED_AWAY = f"""
WITH page AS MATERIALIZED (
  SELECT case_id, moved_on, event_id, previous, region FROM residence_move
  WHERE {telling(Told.REGION, "$1")} AND starts_with(previous, $1) AND NOT starts_with(region, $1)
    AND (moved_on, event_id) < ($2, $3)
  ORDER BY moved_on DESC, event_id DESC LIMIT $4
), logged AS (
  {_LOG} SELECT $5, $6, $7, $8, $9, 'shown', $10, case_id FROM page
)
SELECT * FROM page ORDER BY moved_on DESC, event_id DESC
"""
_LOOKED = f"""
WITH seen AS MATERIALIZED (
  SELECT f.case_id FROM case_file f WHERE f.case_id = $3 AND {{where}}
), logged AS (
  {_LOG} SELECT $4, $5, $6, $7, $8, 'shown', $9, case_id FROM seen
)
SELECT l.id, l.at, l.person, l.organisation, l.role, l.purpose, l.act, l.outcome
FROM seen LEFT JOIN LATERAL (
  SELECT * FROM access_log l WHERE l.case_id = seen.case_id AND (l.at, l.id) < ($10, $11)
  ORDER BY l.at DESC, l.id DESC LIMIT $12
) l ON true ORDER BY l.at DESC, l.id DESC
"""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of the cases: of a stage, with a suspicion of a category, in a region, some, with a duty overdue then."""

    stage: int | None = None
    category: str | None = None
    region: str | None = None
    cases: tuple[UUID, ...] | None = None
    overdue_at: datetime | None = None

    def wanted(self, readable: Readable) -> tuple[str, list[object]]:
        """Return the conditions that are asked for, and their arguments; the plain list has none to weigh."""
        asked = [(getattr(self, name), condition) for name, condition in _WANTED.items()]
        there = [(value, condition) for value, condition in asked if value is not None]
        conditions = (
            f" AND {condition.format(at=f'${number}', owed=readable.owed)}"
            for number, (_, condition) in enumerate(there, start=_FIRST_WANTED)
        )
        return "".join(conditions), [value for value, _ in there]


EVERYTHING = Narrowed()


async def list_cases(
    driver: Driver, reader: Reader, before: tuple[datetime, UUID], limit: int, narrowed: Narrowed = EVERYTHING
) -> list[asyncpg.Record]:
    """Return case files, newest activity first, and log each of them."""
    readable = reader.readable
    wanted, asked = narrowed.wanted(readable)
    statement = _LIST.format(cases=readable.cases.format(wanted=wanted))
    rows: list[asyncpg.Record] = await driver.fetch(statement, *readable.arguments, *before, limit, *reader.log, *asked)
    return rows


async def head(driver: Driver, reader: Reader, case: UUID) -> asyncpg.Record | None:
    """Return a case file and log the reading; None when it is not for this reader."""
    statement = _HEAD.format(where=reader.readable.where)
    return await driver.fetchrow(statement, *reader.readable.arguments, case, *reader.log, list(PRODUCERS))


async def participants(driver: Driver, family: Sequence[UUID], organisation: UUID | None) -> list[asyncpg.Record]:
    """Return who takes part in a case, or in what an organisation itself takes part."""
    rows: list[asyncpg.Record] = await driver.fetch(_PARTICIPANTS, family, organisation)
    return rows


async def counted(driver: Driver, producers: Sequence[str], family: Sequence[UUID]) -> dict[str, int]:
    """Return how many entries of a case come from each of some producers."""
    found = {row["producer"]: row["entries"] for row in await driver.fetch(_COUNTED, producers, family)}
    return {producer: found.get(producer, 0) for producer in producers}


async def looked_at(
    driver: Driver, reader: Reader, case: UUID, before: tuple[datetime, int], limit: int
) -> list[asyncpg.Record]:
    """Return who has looked at a file, newest first, and log this look too; no row when it is not for this reader."""
    statement = _LOOKED.format(where=reader.readable.where)
    rows: list[asyncpg.Record] = await driver.fetch(
        statement, *reader.readable.arguments, case, *reader.log, *before, limit
    )
    return rows


async def moved_away(
    driver: Driver, reader: Reader, region: str, before: tuple[date, UUID], limit: int
) -> list[asyncpg.Record]:
    """Return the children that moved out of a region, latest move first, and log each of them."""
    rows: list[asyncpg.Record] = await driver.fetch(_MOVED_AWAY, region, *before, limit, *reader.log)
    return rows
