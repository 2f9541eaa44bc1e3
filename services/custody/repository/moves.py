"""The way out of the house and back in, and leave."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from services.custody import tables as t
from services.custody.domain.going_out import Confirmation
from services.custody.domain.leave import Leave
from services.custody.repository.stays import Held
from shared.contracts.events.custody import LeaveEnded, LeaveStarted, SignedIn, SignedOut
from shared.db import Session
from shared.errors import NotFound
from shared.ids import new_record


@dataclass(frozen=True, slots=True)
class Moves:
    """The way out of the house and back, and leave."""

    session: Session

    async def out(self, held: Held, fact: SignedOut, confirmation: Confirmation | None, person: UUID) -> None:
        """Keep that a child left, with whom, and how the house made sure."""
        said = {"kind": fact.kind, "collector": fact.collector, "confirmation": confirmation}
        await self._add(held, fact.at, person, inside=False, **said)

    async def back(self, held: Held, fact: SignedIn, person: UUID) -> None:
        """Keep that a child came back."""
        await self._add(held, fact.at, person, inside=True)

    async def start_leave(self, case: UUID, fact: LeaveStarted, collector: UUID | None) -> None:
        """Keep a leave; the child is out of the house from then on."""
        values = fact.model_dump(include={"institution", "kind", "starts_at", "expected_back_at", "overdue_at"})
        row = {"id": fact.leave, "stay_id": fact.stay, "case_id": case, "collector": collector}
        await self.session.execute(insert(t.leave).values(row | values))
        await self._moved(fact.stay, fact.starts_at, inside=False)

    async def own_leave(self, institution: UUID, leave: UUID) -> tuple[UUID, Leave]:
        """Return the case and the leave of an institution's own child, and hold its row. Raises NotFound."""
        own = select(t.leave).where(t.leave.c.id == leave, t.leave.c.institution == institution)
        row = (await self.session.execute(own.with_for_update())).one_or_none()
        if row is None:
            raise NotFound(kind="leave")
        return row.case_id, Leave(row.id, row.stay_id, row.institution, row.starts_at, row.ended_at)

    async def end_leave(self, fact: LeaveEnded) -> None:
        """Keep the end of a leave; the child is in the house again."""
        await self.session.execute(update(t.leave).where(t.leave.c.id == fact.leave).values(ended_at=fact.ended_at))
        await self._moved(fact.stay, fact.ended_at, inside=True)

    async def _add(self, held: Held, at: datetime, person: UUID, *, inside: bool, **said: object) -> None:
        row = {"id": new_record(), "stay_id": held.stay.id, "case_id": held.case, "at": at, "inside": inside}
        await self.session.execute(insert(t.movement).values(row | {"person": person} | said))
        await self._moved(held.stay.id, at, inside=inside)

    async def _moved(self, stay: UUID, at: datetime, *, inside: bool) -> None:
        moved = update(t.stay).where(t.stay.c.id == stay)
        await self.session.execute(moved.values(inside=inside, moved_at=at))
