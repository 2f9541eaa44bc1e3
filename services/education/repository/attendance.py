"""Days at school: kept in batches, with what they are checked against."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select

from services.education.domain.licences import Licence
from services.education.domain.placement import Placement
from services.education.repository.placements import Licences, Placements
from services.education.repository.readable import family_of, in_full, own_records
from services.education.tables import attendance, placement
from shared.access.policy import Actor
from shared.contracts.events.education import AttendanceRecorded
from shared.db import Session

# Children of whom the institution knows: it has, or had, a placement of theirs. The lock is the child's, all its cases.
_OWN_CHILDREN = """
SELECT c.case_id, c.person FROM child c
WHERE c.person IN (SELECT person FROM child WHERE case_id = ANY ($1::uuid[])) AND EXISTS (
    SELECT FROM child o JOIN placement p ON p.case_id = o.case_id WHERE o.person = c.person AND p.place = $2
)
ORDER BY c.case_id FOR NO KEY UPDATE OF c
"""
_HELD = """
SELECT m.person, a.day, a.said_by FROM unnest($2::uuid[], $3::date[]) AS d (person, day)
JOIN child m ON m.person = d.person
JOIN attendance a ON a.case_id = m.case_id AND a.day = d.day AND a.institution = $1
"""
_KEEP_DAYS = """
INSERT INTO attendance (case_id, institution, day, placement_id, mode, status, starts_at, ends_at, said_by)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[],
    $8::timestamptz[], $9::uuid[])
ON CONFLICT (case_id, institution, day) DO UPDATE SET placement_id = excluded.placement_id, mode = excluded.mode,
    status = excluded.status, starts_at = excluded.starts_at, ends_at = excluded.ends_at, said_by = excluded.said_by
"""
_EXPECTED = """
SELECT DISTINCT p.case_id FROM placement p JOIN child c ON c.case_id = p.case_id
WHERE p.place = $1 AND p.starts_on <= $2 AND (p.last_day IS NULL OR p.last_day >= $2) AND p.mode <> 'home_teaching'
ORDER BY p.case_id
"""
_STATUSES = """
SELECT case_id, status, said_by FROM attendance WHERE institution = $1 AND day = $2 AND case_id = ANY ($3::uuid[])
"""

Day = tuple[UUID, date]
Kept = tuple[UUID, AttendanceRecorded, UUID]


@dataclass(frozen=True, slots=True)
class Register:
    """What an institution's attendance is checked against; the rows of its children are held."""

    persons: Mapping[UUID, UUID]
    """Cases of its children, each with the case under which the child is shown."""
    placements: Mapping[UUID, Sequence[Placement]]
    held: dict[Day, UUID]
    licences: Sequence[Licence]


def readable_attendance(actor: Actor, visible_after_days: int, case: UUID, since: date, until: date) -> Select[Any]:
    """Return the statement that reads a child's days from a day to before another: an institution its own only."""
    days = attendance.c
    readable = exists().where(placement.c.case_id == days.case_id, in_full(actor, visible_after_days))
    period = (days.case_id.in_(family_of(case)), days.day >= since, days.day < until)
    own = own_records(actor, days.institution)
    return select(attendance).where(*period, own, readable).order_by(days.day, days.institution)


class Attendance:
    """Days at school."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = session.driver

    async def register_of(self, institution: UUID, days: Collection[Day]) -> Register:
        """Return what an institution's days are checked against, and hold the rows of its children among them."""
        own = await self._driver.fetch(_OWN_CHILDREN, [case for case, _ in days], institution)
        persons: dict[UUID, UUID] = {case: shown_as for case, shown_as in own}  # noqa: C416 - a record is no pair to mypy
        asked = [(persons[case], day) for case, day in days if case in persons]
        held = await self._driver.fetch(_HELD, institution, [one for one, _ in asked], [day for _, day in asked])
        return Register(
            persons,
            await Placements(self._session).of_persons(set(persons.values())),
            {(person, day): said_by for person, day, said_by in held},
            await Licences(self._session).of(institution),
        )

    async def keep(self, days: Sequence[Kept]) -> None:
        """Keep days (case, fact and fact id each) with one statement; a correction replaces what it corrects."""
        rows = [
            (case, f.institution, f.on, f.placement, f.mode.value, f.status.value, f.starts_at, f.ends_at, said_by)
            for case, f, said_by in days
        ]
        if rows:
            await self._driver.execute(_KEEP_DAYS, *map(list, zip(*rows, strict=True)))

    async def expected(self, institution: UUID, on: date) -> list[UUID]:
        """Return the children who are to come to an institution on a day."""
        return [row[0] for row in await self._driver.fetch(_EXPECTED, institution, on)]

    async def statuses(self, institution: UUID, on: date, cases: Collection[UUID]) -> dict[UUID, tuple[str, UUID]]:
        """Return what was recorded of children on a day, and the fact that says so."""
        rows = await self._driver.fetch(_STATUSES, institution, on, list(cases))
        return {case: (status, said_by) for case, status, said_by in rows}
