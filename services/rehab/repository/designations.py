"""Agreements with institutions and their yearly grades; they are public."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, or_, select

from services.rehab import tables as t
from services.rehab.domain.designation import Designation
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    DesignationGraded,
    DesignationGranted,
    DesignationReinstated,
    DesignationRemoved,
    DesignationSuspended,
)
from shared.errors import NotFound


class Designations(Records):
    """Agreements with institutions."""

    async def of(self, institution: UUID) -> list[Designation]:
        """Return all agreements of an institution."""
        return [_designation(row) for row in await self.all(_of(institution))]

    async def held_of(self, institution: UUID) -> list[Designation]:
        """Return all agreements of an institution, and keep others from granting one or enrolling there meanwhile."""
        # There may be no row yet to lock, so the lock is on the institution's id.
        await self.run(select(func.pg_advisory_xact_lock(func.hashtextextended(str(institution), 0))))
        return await self.of(institution)

    async def held(self, designation: UUID) -> Designation:
        """Return an agreement and hold its row. Raises NotFound."""
        row = await self.one(select(t.designation).where(t.designation.c.id == designation).with_for_update())
        if row is None:
            raise NotFound(kind="designation")
        return _designation(row)

    async def grant(self, institution: UUID, fact: DesignationGranted) -> None:
        """Keep an agreement."""
        row = columns(fact, "county", "valid_from", "valid_until", "capacity")
        row |= {"id": fact.designation, "institution": institution, "categories": list(fact.categories)}
        await self.run(insert(t.designation).values(row | {"hours": [day.model_dump() for day in fact.hours]}))

    async def suspend(self, fact: DesignationSuspended) -> None:
        """Keep that an agreement is suspended."""
        suspended = {"suspended_on": fact.suspended_on, "suspension_reason": fact.reason, "rectify_by": fact.rectify_by}
        await self.set(t.designation, fact.designation, **suspended)

    async def reinstate(self, held: Designation, fact: DesignationReinstated) -> None:
        """Keep that a suspension was lifted, and when it had been."""
        since = held.suspended_on or fact.reinstated_on
        lifted = [[day.isoformat() for day in pair] for pair in (*held.before, (since, fact.reinstated_on))]
        none = {"suspended_on": None, "suspension_reason": None, "rectify_by": None}
        await self.set(t.designation, held.id, lifted=lifted, **none)

    async def remove(self, fact: DesignationRemoved) -> None:
        """Keep that an agreement ended before its time."""
        await self.set(t.designation, fact.designation, removed_on=fact.removed_on, removal_reason=fact.reason)

    async def graded_years(self, designation: UUID) -> frozenset[int]:
        """Return the years that were graded under an agreement."""
        g = t.grading.c
        return frozenset(row.year for row in await self.all(select(g.year).where(g.designation_id == designation)))

    async def grade(self, fact: DesignationGraded) -> None:
        """Keep the grade of a year."""
        row = columns(fact, "year", "score", "grade", "graded_on", "policy")
        await self.run(insert(t.grading).values(row | {"designation_id": fact.designation}))

    async def grades(self, designation: UUID) -> Rows:
        """List the grades under an agreement, the newest first."""
        g = t.grading
        return await self.all(select(g).where(g.c.designation_id == designation).order_by(g.c.year.desc()))

    async def sitting(self, designation: Designation, on: date) -> int:
        """Count the children with an institution on a day in the categories of an agreement."""
        e = t.enrolment.c
        there = (e.institution == designation.institution, e.category.in_(designation.categories))
        count = select(func.count()).where(*there, e.started_on <= on, e.over_on > on)
        found: int = (await self.run(count)).scalar_one()
        return found

    async def listed(self, institution: UUID | None, on: date | None, after: Cursor, limit: int) -> Rows:
        """List agreements: all, those of one institution, those under which one may enrol on a day."""
        d = t.designation.c
        wanted: Select[Any] = select(t.designation) if institution is None else _of(institution)
        if on is not None:
            running = (d.valid_from <= on, d.valid_until >= on)
            not_suspended = or_(d.suspended_on.is_(None), d.suspended_on > on)
            not_removed = or_(d.removed_on.is_(None), d.removed_on > on)
            wanted = wanted.where(*running, not_suspended, not_removed)
        return await self.page(wanted, (d.id,), after, limit)


def _of(institution: UUID) -> Select[Any]:
    return select(t.designation).where(t.designation.c.institution == institution)


def _designation(row: Row[Any]) -> Designation:
    lifted = tuple((date.fromisoformat(since), date.fromisoformat(until)) for since, until in row.lifted)
    return Designation(
        row.id, row.institution, row.county, frozenset(map(RehabCategory, row.categories)), row.valid_from,
        row.valid_until, row.suspended_on, row.capacity, lifted, row.removed_on, row.rectify_by,
    )  # fmt: skip
