"""The way out of the house and back in, and leave."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from services.custody import tables as t
from services.custody.domain.going_out import WayIn, WayOut
from services.custody.domain.leave import Leave
from services.custody.repository.stays import Held
from shared.contracts.events.custody import LeaveEnded, LeaveStarted
from shared.db import Session
from shared.errors import NotFound
from shared.ids import new_record

_MEETS = """
SELECT min(at) FROM (
    SELECT at FROM movement WHERE stay_id = $1 AND at > $2 AND at < $3
    UNION ALL
    SELECT starts_at FROM leave WHERE stay_id = $1 AND starts_at < $3 AND coalesce(ended_at, 'infinity') > $2
) AS said
"""


@dataclass(frozen=True, slots=True)
class Moves:
    """The way out of the house and back, and leave."""

    session: Session

    async def out(self, held: Held, way: WayOut, person: UUID) -> None:
        """Keep that a child left, with whom, and how the house made sure."""
        said = {"kind": way.kind, "collector": way.collector, "confirmation": way.confirmation}
        await self._add(held, way.at, person, inside=False, **said)

    async def back(self, held: Held, way: WayIn, person: UUID) -> None:
        """Keep that a child came back, who brought it, and how the house made sure."""
        await self._add(held, way.at, person, inside=True, collector=way.brought_by, confirmation=way.confirmation)

    async def start_leave(self, case: UUID, fact: LeaveStarted, collector: UUID | None) -> None:
        """Keep a leave; the child is out of the house from then on."""
        values = fact.model_dump(include={"institution", "kind", "starts_at", "expected_back_at", "overdue_at"})
        row = {"id": fact.leave, "stay_id": fact.stay, "case_id": case, "collector": collector}
        await self.session.execute(insert(t.leave).values(row | values))
        await self._moved(fact.stay, fact.starts_at, inside=False)

    async def meets(self, stay: UUID, since: datetime, until: datetime) -> datetime | None:
        """Return when something else is recorded of a stay inside a time: a move, or another leave."""
        found: datetime | None = await self.session.driver.fetchval(_MEETS, stay, since, until)
        return found

    async def add_past_leave(self, case: UUID, fact: LeaveStarted, ended: LeaveEnded, collector: UUID | None) -> None:
        """Keep a leave that is over; where the child is now it changes only when nothing was recorded since."""
        values = fact.model_dump(include={"institution", "kind", "starts_at", "expected_back_at", "overdue_at"})
        row = {"id": fact.leave, "stay_id": fact.stay, "case_id": case, "collector": collector}
        await self.session.execute(insert(t.leave).values(row | values | {"ended_at": ended.ended_at}))
        moved = update(t.stay).where(t.stay.c.id == fact.stay, t.stay.c.moved_at <= fact.starts_at)
        still_there = moved.where(t.stay.c.ended_on.is_(None))
        await self.session.execute(still_there.values(inside=True, moved_at=ended.ended_at))

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
