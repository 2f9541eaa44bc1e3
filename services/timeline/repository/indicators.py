"""How the figures are counted: one query per figure over what was known at a time (handbook §8).

Every query gives rows of an id and a county, from ($1) to ($2, itself included), inside a region ($3), as known at $4.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import asyncpg

from services.timeline.repository.entries import Reader
from services.timeline.repository.readable import of_region
from shared.db import Driver


class Measure(StrEnum):
    """What can be counted: the five figures, and the second reading of the first one."""

    NEWLY_FOUND = "newly_found_suspected_children"
    NEWLY_CONFIRMED = "newly_confirmed_children"
    REHABILITATED = "children_given_free_rehabilitation"
    EDUCATED = "children_educated_in_rehabilitation_institutions"
    LICENSED = "rehabilitation_institutions_with_education_licence"
    INTEGRATED = "children_in_integrated_rehabilitation_education_custody"


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures: a period with both its days, a region prefix, and the time as known at which."""

    since: date
    until: date
    region: str
    as_of: datetime

    @property
    def arguments(self) -> tuple[date, date, str, datetime]:
        """The first four arguments of every query."""
        return (self.since, self.until, self.region, self.as_of)


def stands(row: str) -> str:
    """Say that a row's fact was known and not corrected."""
    return f"""{row}.recorded_at <= $4 AND NOT EXISTS (
      SELECT 1 FROM correction x
      WHERE x.case_id = {row}.case_id AND x.corrected = {row}.event_id AND x.recorded_at <= $4)"""


def lasts(row: str, day: str) -> str:
    """Say that an enrolment or a stay was known and held on a day; it ends before its last day is over."""
    return f"""{row}.known_at <= $4 AND {day} >= {row}.since AND {day} < coalesce(
      CASE WHEN {row}.end_known_at IS NULL OR {row}.end_known_at <= $4 THEN {row}.until END, 'infinity')"""


NOT_VOID = """NOT EXISTS (
  SELECT 1 FROM suspicion_step v
  WHERE v.case_id = s.case_id AND v.category = s.category AND v.void AND v.recorded_at <= $4 AND NOT EXISTS (
    SELECT 1 FROM suspicion_step later
    WHERE later.case_id = v.case_id AND later.category = v.category AND later.recorded_at <= $4
      AND (later.epoch, later.seq) > (v.epoch, v.seq)))"""
"""The suspicion of step `s` was not closed as an error or a duplicate, or was taken up again."""

ONE_CHILD = """
SELECT DISTINCT ON (1) coalesce(m.case_id, q.id) AS id, q.county{columns}
FROM ({query}) q LEFT JOIN same_child m ON m.other = q.id AND m.survives AND m.recorded_at <= $4
ORDER BY 1, m.case_id IS NOT NULL
"""
"""Cases that are one child count once, under the case that is shown."""

_ENTERED = """
SELECT f.case_id AS id, f.county FROM case_file f JOIN suspicion_step s USING (case_id)
WHERE starts_with(f.county, $3) AND s.recorded_at <= $4 AND {entered} AND {not_void}
GROUP BY f.case_id, f.county HAVING min(s.day) BETWEEN $1 AND $2
"""
_PAYABLE = f"""
SELECT s.enrolment FROM attended_session s
JOIN case_participant e ON e.case_id = s.case_id AND e.basis = 'enrolled' AND e.reference = s.enrolment
JOIN approval a ON a.approval = e.under
WHERE s.case_id = f.case_id AND s.day BETWEEN $1 AND $2 AND s.day BETWEEN a.valid_from AND a.valid_until
  AND e.known_at <= $4 AND a.recorded_at <= $4 AND {stands("s")}
"""
_GIVEN = f"""
SELECT k.reference FROM counted_fact k
WHERE k.case_id = f.case_id AND k.kind IN ('device', 'surgery') AND k.amount > 0 AND k.day BETWEEN $1 AND $2
  AND {stands("k")}
"""
"""Devices and surgery that assistance paid a part of."""
_SCHOOLED = f"""
school_day d JOIN licence l ON l.institution = d.institution AND d.day BETWEEN l.valid_from AND l.valid_until
WHERE d.case_id = f.case_id AND d.mode = 'teaching_site' AND d.day BETWEEN $1 AND $2
  AND l.recorded_at <= $4 AND {stands("d")}
"""
_CHILDREN = "SELECT f.case_id AS id, f.county FROM case_file f WHERE starts_with(f.county, $3) AND EXISTS ({exists})"

_QUERIES = {
    Measure.NEWLY_FOUND: _ENTERED.format(entered="true", not_void=NOT_VOID),
    Measure.NEWLY_CONFIRMED: _ENTERED.format(entered="s.state = 'confirmed'", not_void=NOT_VOID),
    Measure.REHABILITATED: _CHILDREN.format(exists=f"{_PAYABLE} UNION ALL {_GIVEN}"),
    Measure.EDUCATED: _CHILDREN.format(exists=f"SELECT 1 FROM {_SCHOOLED}"),
    Measure.LICENSED: """
SELECT DISTINCT institution AS id, county FROM licence
WHERE starts_with(county, $3) AND $2 BETWEEN valid_from AND valid_until AND $1 <= $2 AND recorded_at <= $4
""",
    Measure.INTEGRATED: _CHILDREN.format(
        exists=f"""
SELECT 1 FROM {_SCHOOLED} AND EXISTS (
  SELECT 1 FROM case_participant c WHERE c.case_id = f.case_id AND c.basis = 'admitted' AND {lasts("c", "d.day")}
) AND EXISTS (
  SELECT 1 FROM case_participant r JOIN approval g ON g.approval = r.under
  WHERE r.case_id = f.case_id AND r.basis = 'enrolled' AND {lasts("r", "d.day")}
    AND d.day BETWEEN g.valid_from AND g.valid_until AND g.recorded_at <= $4 AND r.reference IN ({_PAYABLE}))
"""
    ),
}
_COUNT = "SELECT county, count(*) AS number FROM ({query}) q GROUP BY county ORDER BY county"
_INSTITUTIONS = "SELECT id, county FROM ({query}) q WHERE id > $5 ORDER BY id LIMIT $6"
_CASES = """
WITH page AS MATERIALIZED (SELECT id, county FROM ({query}) q WHERE id > $5 ORDER BY id LIMIT $6), logged AS (
  INSERT INTO access_log (person, organisation, role, purpose, act, outcome, request_id, case_id)
  SELECT $7, $8, $9, $10, $11, 'shown', $12, id FROM page
)
SELECT id, county FROM page ORDER BY id
"""
_PARKED = "SELECT count(*) FROM parked_event"


async def tell(driver: Driver, question: Question) -> None:
    """Tell the second wall that the children of the question's region are counted, by the transaction that counts."""
    await of_region(question.region).wall.tell(driver)


async def count(driver: Driver, measure: Measure, question: Question) -> dict[str, int]:
    """Return the number by county; a county with none is absent."""
    rows = await driver.fetch(_COUNT.format(query=_query(measure)), *question.arguments)
    return {row["county"]: row["number"] for row in rows}


async def cases_behind(
    driver: Driver, measure: Measure, question: Question, reader: Reader, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """Return the children behind a number and log each of them."""
    statement = _CASES.format(query=_query(measure))
    rows: list[asyncpg.Record] = await driver.fetch(statement, *question.arguments, after, limit, *reader.log)
    return rows


async def institutions_behind(
    driver: Driver, measure: Measure, question: Question, after: UUID, limit: int
) -> list[asyncpg.Record]:
    """Return the institutions behind a number."""
    statement = _INSTITUTIONS.format(query=_QUERIES[measure])
    rows: list[asyncpg.Record] = await driver.fetch(statement, *question.arguments, after, limit)
    return rows


async def parked_events(driver: Driver) -> int:
    """Return how many events wait or cannot be applied: they may yet change the figures."""
    number: int = await driver.fetchval(_PARKED)
    return number


def _query(measure: Measure) -> str:
    """Return the query of a measure; what counts children counts each of them once."""
    if measure is Measure.LICENSED:
        return _QUERIES[measure]
    return ONE_CHILD.format(query=_QUERIES[measure], columns="")
