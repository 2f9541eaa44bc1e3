"""Children as screening names them, and the intakes that their diagnoses opened."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.rehab import tables as t
from services.rehab.domain.assistance import Child
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import IntakeOpened
from shared.errors import CaseNotFound


class Children(Records):
    """Children and intakes."""

    async def seen_by(self, actor: Actor, case: UUID) -> Child:
        """Return a child that the actor may see. Raises CaseNotFound."""
        return await self._child(self._seen(actor, case))

    async def held(self, case: UUID) -> Child:
        """Return a child and hold its row to the end. Raises CaseNotFound."""
        return await self._child(_holding(select(t.child).where(t.child.c.case_id == case)))

    async def held_by(self, actor: Actor, case: UUID) -> Child:
        """Return a child that the actor may see and hold its row to the end. Raises CaseNotFound."""
        return await self._child(_holding(self._seen(actor, case)))

    async def add_intake(self, case: UUID, fact: IntakeOpened, hospital: UUID) -> bool:
        """Keep an intake; return False when the child has one of that category already."""
        row = columns(fact, "category", "county", "diagnosed_on", "contact_due_on")
        kept = upsert(t.intake).values(row | {"case_id": case, "hospital": hospital}).on_conflict_do_nothing()
        return bool((await self.run(kept)).rowcount)

    async def has_diagnosis(self, case: UUID, category: RehabCategory) -> bool:
        """Tell whether a confirmed diagnosis of the category reached this service."""
        return (
            await self.one(select(t.intake).where(t.intake.c.case_id == case, t.intake.c.category == category))
            is not None
        )

    async def intakes(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List intakes that no application followed yet, the most urgent first."""
        i = t.intake.c
        waiting = ~exists().where(t.application.c.case_id == i.case_id)
        wanted = select(t.intake).where(waiting, self.readable_by(actor, t.intake))
        return await self.page(wanted, (i.contact_due_on, i.case_id, i.category), after, limit)

    def _seen(self, actor: Actor, case: UUID) -> Select[Any]:
        return select(t.child).where(t.child.c.case_id == case, self.readable_by(actor, t.child))

    async def _child(self, wanted: Select[Any]) -> Child:
        row = await self.one(wanted)
        if row is None:
            raise CaseNotFound
        return Child(row.case_id, row.birth_date, row.county)


def _holding(wanted: Select[Any]) -> Select[Any]:
    return wanted.with_for_update(key_share=True, of=t.child)
