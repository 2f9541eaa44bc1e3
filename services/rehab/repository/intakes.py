"""Intakes: confirmed diagnoses that wait for the family to be informed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.rehab import tables as t
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import FamilyInformed, IntakeOpened
from shared.errors import CaseNotFound


class Intakes(Records):
    """Intakes."""

    async def add(self, case: UUID, fact: IntakeOpened, hospital: UUID) -> bool:
        """Keep an intake; return False when the child has one of that category already."""
        row = columns(fact, "category", "county", "diagnosed_on", "contact_due_on")
        kept = upsert(t.intake).values(row | {"case_id": case, "hospital": hospital}).on_conflict_do_nothing()
        return bool((await self.run(kept)).rowcount)

    async def where(self, cases: Sequence[UUID], category: RehabCategory) -> UUID:
        """Return under which case of a child the oldest intake of a category that waits, or any, stands.

        Raises CaseNotFound.
        """
        i = t.intake.c
        of_these = select(i.case_id).where(i.case_id.in_(cases), i.category == category)
        waiting_first = (i.informed_on.is_not(None), i.contact_due_on, i.case_id)
        found: UUID | None = (await self.run(of_these.order_by(*waiting_first).limit(1))).scalar()
        if found is None:
            raise CaseNotFound
        return found

    async def of(self, case: UUID, category: RehabCategory) -> Row[Any]:
        """Return an intake; the caller holds the child. Raises CaseNotFound."""
        i = t.intake
        row = await self.one(select(i).where(i.c.case_id == case, i.c.category == category))
        if row is None:
            raise CaseNotFound
        return row

    async def answer(self, case: UUID, fact: FamilyInformed, note: str | None) -> None:
        """Keep that the family was informed."""
        i = t.intake
        told = {"informed_on": fact.informed_on, "contact": fact.outcome, "note": note}
        await self.run(update(i).where(i.c.case_id == case, i.c.category == fact.category).values(told))

    async def waiting(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List intakes that nobody answered and no application followed yet, the most urgent first."""
        i = t.intake.c
        applied = exists().where(t.application.c.case_id == i.case_id)
        wanted = select(t.intake, self.shown_as(i.case_id)).where(
            ~applied, i.informed_on.is_(None), self.alive(i.case_id), self.readable_by(actor, t.intake)
        )
        return await self.page(wanted, (i.contact_due_on, i.case_id, i.category), after, limit)
