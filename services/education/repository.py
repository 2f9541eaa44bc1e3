"""Every SQL statement of education. What an actor may see is decided in `readable_by` and nowhere else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, insert, or_, select, true, update

from services.education.domain import Licence, Placement
from services.education.tables import attendance, licence, placement
from shared import clock
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.education import (
    AttendanceRecorded,
    EducationLicenceGranted,
    LicenceStage,
    PlacementDecided,
    PlacementMode,
)
from shared.journal.unit_of_work import UnitOfWork
from shared.stage import within

AUTHORITIES = frozenset({OrgType.EDUCATION_AUTHORITY, OrgType.FEDERATION})
PLACES = frozenset({OrgType.SCHOOL, OrgType.REHAB_CENTRE})

# Children of whom the institution knows: it has, or had, a placement of theirs. The lock is the child's.
_OWN_CHILDREN = """
SELECT case_id FROM child c
WHERE case_id = ANY ($1::uuid[]) AND EXISTS (SELECT FROM placement p WHERE p.case_id = c.case_id AND p.place = $2)
ORDER BY case_id FOR NO KEY UPDATE
"""
_PLACEMENTS = "SELECT case_id, id, mode, place, starts_on, last_day FROM placement WHERE case_id = ANY ($1::uuid[])"
_HELD = """
SELECT a.case_id, a.day, a.said_by FROM attendance a
JOIN unnest($2::uuid[], $3::date[]) AS d (case_id, day) ON a.case_id = d.case_id AND a.day = d.day
WHERE a.institution = $1
"""
_KEEP_DAYS = """
INSERT INTO attendance (case_id, institution, day, placement_id, mode, status, said_by)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::uuid[], $5::text[], $6::text[], $7::uuid[])
ON CONFLICT (case_id, institution, day) DO UPDATE SET placement_id = excluded.placement_id, mode = excluded.mode,
    status = excluded.status, said_by = excluded.said_by
"""

Day = tuple[UUID, date]


@dataclass(frozen=True, slots=True)
class Register:
    """What an institution's attendance is checked against; the rows of its children are held."""

    placements: Mapping[UUID, Sequence[Placement]]
    held: dict[Day, UUID]
    licences: Sequence[Licence]


def readable_by(actor: Actor, visible_after_days: int) -> ColumnElement[bool]:
    """Return which placements an actor may see (docs/access.md).

    Authority and federation those of their region; a school or site its own, while the child is placed there and for
    some days after; nobody else any.
    """
    if actor.org_type in AUTHORITIES:
        return within(placement.c.county, actor.region)
    if actor.org_type in PLACES:
        in_sight = placement.c.last_day > clock.today() - timedelta(days=visible_after_days)
        return and_(placement.c.place == actor.organisation, or_(placement.c.last_day.is_(None), in_sight))
    return false()


def readable_placements(actor: Actor, visible_after_days: int, case: UUID | None = None) -> Select[Any]:
    """Return the statement that reads an actor's placements, of one child or of all."""
    wanted = select(placement).where(readable_by(actor, visible_after_days))
    return wanted if case is None else wanted.where(placement.c.case_id == case).order_by(placement.c.starts_on)


def readable_attendance(actor: Actor, visible_after_days: int, case: UUID, since: date, until: date) -> Select[Any]:
    """Return the statement that reads a child's days from a day to before another: an institution its own only."""
    days = attendance.c
    child_is_readable = exists().where(placement.c.case_id == days.case_id, readable_by(actor, visible_after_days))
    own = true() if actor.org_type in AUTHORITIES else days.institution == actor.organisation
    period = (days.case_id == case, days.day >= since, days.day < until)
    return select(attendance).where(*period, own, child_is_readable).order_by(days.day, days.institution)


def licences_of(institution: UUID) -> Select[Any]:
    """Return the statement that reads an institution's licences, which are public."""
    return select(licence).where(licence.c.institution == institution).order_by(licence.c.valid_from, licence.c.id)


class EducationUnitOfWork(UnitOfWork):
    """A unit of work with education's statements."""

    __slots__ = ()

    async def placements_of(self, cases: Collection[UUID]) -> dict[UUID, list[Placement]]:
        """Return all placements of children; the caller holds their rows."""
        found: dict[UUID, list[Placement]] = defaultdict(list)
        for case, key, mode, *rest in await self.driver.fetch(_PLACEMENTS, list(cases)):
            found[case].append(Placement(key, PlacementMode(mode), *rest))
        return found

    async def add_placement(self, case: UUID, county: str, fact: PlacementDecided) -> None:
        """Keep a placement; earlier ones end on the day before it at the latest."""
        before = fact.starts_on - timedelta(days=1)
        earlier = update(placement).where(placement.c.case_id == case)
        await self.execute(earlier.values(last_day=func.least(placement.c.last_day, before)))
        values = fact.model_dump(include={"mode", "school", "site", "decided_on", "starts_on", "ends_on"})
        skipped = [step.model_dump(mode="json") for step in fact.skipped]
        row = {"id": fact.placement, "case_id": case, "county": county, "last_day": fact.ends_on, "skipped": skipped}
        await self.execute(insert(placement).values(row | values))

    async def register_of(self, institution: UUID, days: Collection[Day]) -> Register:
        """Return what an institution's days are checked against, and hold the rows of its children among them."""
        rows = await self.driver.fetch(_OWN_CHILDREN, [case for case, _ in days], institution)
        own = [row[0] for row in rows]
        held = await self.driver.fetch(_HELD, institution, [case for case, _ in days], [day for _, day in days])
        return Register(
            await self.placements_of(own),
            {(case, day): said_by for case, day, said_by in held},
            await self.licences_of(institution),
        )

    async def keep_days(self, days: Sequence[tuple[UUID, AttendanceRecorded, UUID]]) -> None:
        """Keep days (case, fact and fact id each) with one statement; a correction replaces what it corrects."""
        rows = [
            (case, fact.institution, fact.on, fact.placement, fact.mode.value, fact.status.value, said_by)
            for case, fact, said_by in days
        ]
        if rows:
            await self.driver.execute(_KEEP_DAYS, *map(list, zip(*rows, strict=True)))

    async def licences_of(self, institution: UUID) -> list[Licence]:
        """Return all licences of an institution."""
        rows = await self.execute(licences_of(institution))
        return [Licence(LicenceStage(r.stage), r.valid_from, r.valid_until, r.partner_school) for r in rows]

    async def locked_licences_of(self, institution: UUID) -> list[Licence]:
        """Return all licences of an institution and keep others from granting it one until the end."""
        await self.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(institution))
        return await self.licences_of(institution)

    async def add_licence(self, institution: UUID, number: str, fact: EducationLicenceGranted) -> None:
        """Keep a licence."""
        values = fact.model_dump(include={"stage", "valid_from", "valid_until", "partner_school"})
        row = {"id": fact.licence, "institution": institution, "number": number, "county": fact.region}
        await self.execute(insert(licence).values(row | values))
