"""Gaps of attendance and of home teaching: who may have one, what was noticed, until when was looked."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.education.domain.calendar import SchoolYear
from services.education.domain.gaps import Silence
from services.education.domain.school_age import Births
from services.education.repository.readable import in_full
from services.education.tables import gap, placement
from shared.access.policy import Actor
from shared.contracts.events.education import AttendanceGapDetected
from shared.db import Session

_OF_SCHOOL_AGE = """
    p.school IS NOT NULL AND p.end_reason IS DISTINCT FROM 'entered_in_error' AND c.erased_on IS NULL
    AND c.birth_date > $4 AND c.birth_date <= $5 AND coalesce(p.last_day, $1) > $3
    AND ($6::uuid[] IS NULL OR p.id = ANY ($6::uuid[])) AND p.id > $7
"""
# $1 day, $2 first day that may be missed, $3 looked at until, $4 and $5 births, $6 placements, $7 the last one before.
_SILENT = f"""
SELECT p.case_id, p.id, p.school, c.birth_date, p.starts_on, seen.day, least($1, p.last_day)
FROM placement p JOIN child c ON c.case_id = p.case_id
CROSS JOIN LATERAL (SELECT greatest(
    (SELECT max(a.day) FROM attendance a WHERE a.placement_id = p.id AND a.status = 'present' AND a.day <= $1),
    (SELECT max(v.day) FROM home_visit v WHERE v.placement_id = p.id AND v.day <= $1)
) AS day) seen
WHERE {_OF_SCHOOL_AGE} AND p.starts_on <= $2 AND (seen.day IS NULL OR seen.day < $2) AND NOT EXISTS (
    SELECT FROM attendance_gap g
    WHERE g.placement_id = p.id AND g.kind = 'no_attendance' AND g.since >= coalesce(seen.day, p.starts_on)
)
ORDER BY p.id LIMIT 500
"""
# Here $2 is the first day of the school year.
_TAUGHT_AT_HOME = f"""
SELECT p.case_id, p.id, p.school, c.birth_date, p.starts_on, NULL::date, least($1, p.last_day), (
    SELECT coalesce(sum(v.class_hours), 0)::int FROM child m JOIN home_visit v ON v.case_id = m.case_id
    WHERE m.person = c.person AND v.day BETWEEN greatest($2, p.starts_on) AND $1
)
FROM placement p JOIN child c ON c.case_id = p.case_id
WHERE {_OF_SCHOOL_AGE} AND p.mode = 'home_teaching' AND p.starts_on <= $1 AND NOT EXISTS (
    SELECT FROM attendance_gap g WHERE g.placement_id = p.id AND g.kind = 'hours_behind' AND g.since >= $2
)
ORDER BY p.id LIMIT 500
"""
# A gap that the records themselves make certain: so many days of absence in a row, each recorded.
_ABSENT = """
SELECT p.case_id, p.id, p.school, c.birth_date, p.starts_on, seen.day, max(d.day)
FROM unnest($1::uuid[], $2::date[]) AS d (placement_id, day)
JOIN placement p ON p.id = d.placement_id JOIN child c ON c.case_id = p.case_id
CROSS JOIN LATERAL (
    SELECT max(a.day) AS day FROM attendance a
    WHERE a.placement_id = p.id AND a.status = 'present' AND a.day < d.day
) seen
WHERE p.school IS NOT NULL AND $3 <= (
    SELECT count(*) FROM attendance a WHERE a.placement_id = p.id AND a.status = 'absent' AND a.day <= d.day
    AND a.day > coalesce(seen.day, p.starts_on - 1)
) AND NOT EXISTS (
    SELECT FROM attendance_gap g
    WHERE g.placement_id = p.id AND g.kind = 'no_attendance' AND g.since >= coalesce(seen.day, p.starts_on)
)
GROUP BY p.id, c.case_id, seen.day
"""
_ON_LEAVE = "SELECT placement_id, day FROM attendance WHERE placement_id = ANY ($1::uuid[]) AND status = 'leave'"
_HOLD = "SELECT case_id FROM child WHERE case_id = ANY ($1::uuid[]) ORDER BY case_id FOR NO KEY UPDATE"
_ADD = """
INSERT INTO attendance_gap (id, placement_id, case_id, kind, since, detected_on, missing)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::date[], $7::int[])
ON CONFLICT (placement_id, kind, since) DO NOTHING RETURNING id
"""
_CLOSE = """
UPDATE attendance_gap g SET closed_on = least(
    (SELECT min(a.day) FROM attendance a
     WHERE a.placement_id = g.placement_id AND a.status = 'present' AND a.day > g.since),
    (SELECT min(v.day) FROM home_visit v WHERE v.placement_id = g.placement_id AND v.day > g.since)
) WHERE g.placement_id = ANY ($1::uuid[]) AND g.kind = 'no_attendance'
"""
_CAUGHT_UP = """
UPDATE attendance_gap SET closed_on = CASE WHEN $4 THEN NULL ELSE coalesce(closed_on, $5) END
WHERE placement_id = $1 AND kind = 'hours_behind' AND since BETWEEN $2 AND $3
"""
_BEGIN = "INSERT INTO watched_until (clock, day) VALUES ('gaps', $1) ON CONFLICT DO NOTHING"
_TAKE_TURN = "SELECT day FROM watched_until WHERE clock = 'gaps' AND day < $1 FOR UPDATE SKIP LOCKED"
_LOOKED = "UPDATE watched_until SET day = greatest(day, $1) WHERE clock = 'gaps'"

FIRST = UUID(int=0)


def readable_gaps(actor: Actor, visible_after_days: int, *, still_open: bool) -> Select[Any]:
    """Return the statement that reads the gaps of an actor's children, those of its own placements only."""
    wanted = select(gap, placement.c.school).join(placement, placement.c.id == gap.c.placement_id)
    wanted = wanted.where(in_full(actor, visible_after_days))
    return wanted.where(gap.c.closed_on.is_(None)) if still_open else wanted


class Gaps:
    """What dropout control looks at and what it noticed."""

    def __init__(self, session: Session) -> None:
        self._driver = session.driver

    async def silent(
        self, day: date, first: date, looked: date, births: Births, among: Collection[UUID] | None, after: UUID
    ) -> list[Silence]:
        """Return placements whose child was not seen since a day, 500 at a time, as things stood on another day."""
        period = (day, first, looked, births.after, births.until)
        rows = await self._driver.fetch(_SILENT, *period, None if among is None else list(among), after)
        return await self._with_leave([Silence(*row) for row in rows])

    async def taught_at_home(
        self, day: date, year: date, looked: date, births: Births, among: Collection[UUID] | None, after: UUID
    ) -> list[tuple[Silence, int]]:
        """Return placements of home teaching with the class hours of the school year, 500 at a time."""
        period = (day, year, looked, births.after, births.until)
        rows = await self._driver.fetch(_TAUGHT_AT_HOME, *period, None if among is None else list(among), after)
        return [(Silence(*row[:-1]), row[-1]) for row in rows]

    async def absent(self, days: Sequence[tuple[UUID, date]], least: int) -> list[Silence]:
        """Return placements that these days of absence (placement and day) make certain gaps of."""
        rows = await self._driver.fetch(_ABSENT, [key for key, _ in days], [day for _, day in days], least)
        return await self._with_leave([Silence(*row) for row in rows])

    async def _with_leave(self, silences: list[Silence]) -> list[Silence]:
        leave: dict[UUID, set[date]] = defaultdict(set)
        for key, day in await self._driver.fetch(_ON_LEAVE, [one.placement for one in silences]) if silences else ():
            leave[key].add(day)
        return [replace(one, on_leave=frozenset(leave[one.placement])) for one in silences]

    async def hold(self, cases: Collection[UUID]) -> None:
        """Hold the rows of children to the end: what is read of them from here on does not change."""
        await self._driver.execute(_HOLD, list(cases))

    async def add(self, found: Sequence[tuple[UUID, AttendanceGapDetected]]) -> set[UUID]:
        """Keep gaps (case and fact each); return the ids of those that nobody noticed before."""
        rows = [(f.gap, f.placement, case, f.kind.value, f.since, f.detected_on, f.missing) for case, f in found]
        return {row[0] for row in await self._driver.fetch(_ADD, *map(list, zip(*rows, strict=True)))}

    async def close(self, placements: Collection[UUID]) -> None:
        """Close the gaps of placements on the day on which the child came again; open them where it did not."""
        await self._driver.execute(_CLOSE, list(placements))

    async def caught_up(self, key: UUID, year: SchoolYear, on: date, *, behind: bool) -> None:
        """Close a gap of hours when they are on pace again; open it where a correction took them away."""
        await self._driver.execute(_CAUGHT_UP, key, year.first, year.last, behind, on)

    async def take_turn(self, until: date, begin: date) -> date | None:
        """Return until when was looked and hold the turn to the end; None when all is done, or another has the turn."""
        await self._driver.execute(_BEGIN, begin)
        looked: date | None = await self._driver.fetchval(_TAKE_TURN, until)
        return looked

    async def looked(self, until: date) -> None:
        """Keep until when was looked."""
        await self._driver.execute(_LOOKED, until)
