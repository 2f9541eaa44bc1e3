"""Staff lists and closed days of institutions; they are public among organisations."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.rehab import tables as t
from services.rehab.domain.supervision import StaffMember
from services.rehab.repository.records import Cursor, Records, Rows
from shared.contracts.events.rehab import Discipline, StaffLapsed, StaffQualified


class Supervision(Records):
    """Staff lists and closed days."""

    async def member(self, institution: UUID, therapist: UUID) -> StaffMember | None:
        """Return a person of a staff list and hold the row."""
        s = t.staff
        here = select(s).where(s.c.institution == institution, s.c.therapist == therapist)
        row = await self.one(here.with_for_update())
        return None if row is None else _member(row)

    async def qualify(self, institution: UUID, fact: StaffQualified) -> None:
        """Keep a person on the staff list, with what the licence says now."""
        row = {"since": fact.since, "licence_until": fact.licence_until, "disciplines": list(fact.disciplines)}
        row |= {"lapsed_on": None, "lapse_reason": None}
        key = {"institution": institution, "therapist": fact.therapist}
        put = upsert(t.staff).values(key | row).on_conflict_do_update(index_elements=list(key), set_=row)
        await self.run(put)

    async def lapse(self, institution: UUID, fact: StaffLapsed) -> None:
        """Keep that a person is off the list."""
        s = t.staff
        off = {"lapsed_on": fact.lapsed_on, "lapse_reason": fact.reason}
        await self.run(update(s).where(s.c.institution == institution, s.c.therapist == fact.therapist).values(off))

    async def expired(self, today: date, limit: int) -> Sequence[tuple[UUID, StaffMember]]:
        """Return persons on a list whose licence is over, each with the institution, and hold the rows."""
        s = t.staff
        over = select(s).where(s.c.lapsed_on.is_(None), s.c.licence_until < today).order_by(s.c.licence_until)
        rows = await self.all(over.limit(limit).with_for_update(skip_locked=True))
        return [(row.institution, _member(row)) for row in rows]

    async def staff(self, institution: UUID, after: Cursor, limit: int) -> Rows:
        """List the persons of an institution, on the list or off it."""
        s = t.staff
        return await self.page(select(s).where(s.c.institution == institution), (s.c.therapist,), after, limit)

    async def close(self, institution: UUID, days: Collection[date]) -> list[date]:
        """Keep closed days and return those that were not known yet, the first one first."""
        rows = [{"institution": institution, "closed_on": day} for day in sorted(days)]
        put = upsert(t.closure_day).values(rows).on_conflict_do_nothing().returning(t.closure_day.c.closed_on)
        return sorted(row.closed_on for row in await self.run(put))

    async def closures(self, institution: UUID, after: Cursor, limit: int) -> Rows:
        """List the closed days of an institution, the earliest first."""
        c = t.closure_day
        return await self.page(select(c).where(c.c.institution == institution), (c.c.closed_on,), after, limit)


def _member(row: Row[Any]) -> StaffMember:
    return StaffMember(
        row.therapist, frozenset(map(Discipline, row.disciplines)), row.since, row.licence_until, row.lapsed_on
    )
