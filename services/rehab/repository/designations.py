"""Agreements with institutions; they are public."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, or_, select

from services.rehab import tables as t
from services.rehab.domain.designation import Designation
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import DesignationGranted, DesignationSuspended
from shared.errors import NotFound


class Designations(Records):
    """Agreements with institutions."""

    async def of(self, institution: UUID) -> list[Designation]:
        """Return all agreements of an institution."""
        return [_designation(row) for row in await self.all(_of(institution))]

    async def held_of(self, institution: UUID) -> list[Designation]:
        """Return all agreements of an institution, and keep others from granting it one meanwhile."""
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
        await self.run(insert(t.designation).values(row))

    async def suspend(self, fact: DesignationSuspended) -> None:
        """Keep that an agreement is suspended."""
        await self.set(t.designation, fact.designation, suspended_on=fact.suspended_on)

    async def listed(self, institution: UUID | None, on: date | None, after: Cursor, limit: int) -> Rows:
        """List agreements: all, those of one institution, those under which one may enrol on a day."""
        d = t.designation.c
        wanted: Select[Any] = select(t.designation) if institution is None else _of(institution)
        if on is not None:
            not_suspended = or_(d.suspended_on.is_(None), d.suspended_on > on)
            wanted = wanted.where(d.valid_from <= on, d.valid_until >= on, not_suspended)
        return await self.page(wanted, (d.id,), after, limit)


def _of(institution: UUID) -> Select[Any]:
    return select(t.designation).where(t.designation.c.institution == institution)


def _designation(row: Row[Any]) -> Designation:
    return Designation(
        row.id, row.institution, row.county, frozenset(map(RehabCategory, row.categories)), row.valid_from,
        row.valid_until, row.suspended_on,
    )  # fmt: skip
