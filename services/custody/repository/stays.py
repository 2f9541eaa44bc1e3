"""Stays: who is in which house since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, insert, or_, select, update

from services.custody import tables as t
from services.custody.domain.admission import Stay
from services.custody.domain.going_out import Presence, inside_at_first
from shared import clock
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded, CustodyMode
from shared.db import Session
from shared.errors import NotFound

ON_LEAVE = exists().where(t.leave.c.stay_id == t.stay.c.id, t.leave.c.ended_at.is_(None)).label("on_leave")

_LAST_RECORDED = """
SELECT greatest(
    (SELECT max(at) FROM movement WHERE stay_id = $1), (SELECT max(at) FROM incident WHERE stay_id = $1),
    (SELECT max(greatest(starts_at, ended_at)) FROM leave WHERE stay_id = $1)
)
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A stay of an institution's own whose row is held."""

    case: UUID
    born: date
    stay: Stay
    presence: Presence


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays, in the transaction of one session."""

    session: Session

    async def of(self, cases: Sequence[UUID]) -> list[tuple[UUID, Stay]]:
        """Return all stays of a child, wherever, each with its case; the caller holds the child's rows."""
        rows = await self.session.execute(select(t.stay).where(t.stay.c.case_id.in_(cases)))
        return [(row.case_id, stay_of(row)) for row in rows]

    async def in_house(self, institution: UUID, since: date) -> list[tuple[UUID, Stay]]:
        """Return the stays in a house that reach a day or begin after it, each with its case."""
        s = t.stay.c
        wanted = select(t.stay).where(s.institution == institution, or_(s.ended_on.is_(None), s.ended_on > since))
        return [(row.case_id, stay_of(row)) for row in await self.session.execute(wanted)]

    async def own(self, institution: UUID, stay: UUID) -> Held:
        """Return a stay of an institution's own and hold its row. Raises NotFound."""
        own = _with_child().where(t.stay.c.id == stay, t.stay.c.institution == institution)
        row = (await self.session.execute(own.with_for_update(of=t.stay))).one_or_none()
        if row is None:
            raise NotFound(kind="stay")
        ended = row.ended_on is not None
        presence = Presence(row.id, row.institution, row.inside, row.moved_at, on_leave=row.on_leave, ended=ended)
        return Held(row.case_id, row.birth_date, stay_of(row), presence)

    async def last_recorded(self, stay: UUID) -> date | None:
        """Return the last day on which a move, a leave or an incident of a stay is recorded."""
        last: datetime | None = await self.session.driver.fetchval(_LAST_RECORDED, stay)
        return None if last is None else clock.local_date(last)

    async def add(self, case: UUID, county: str, fact: CustodyAdmitted) -> None:
        """Keep a stay."""
        values = fact.model_dump(include={"institution", "mode", "admitted_on", "until"})
        there = {"inside": inside_at_first(fact.mode), "moved_at": clock.moment_of(fact.admitted_on)}
        await self.session.execute(insert(t.stay).values(id=fact.stay, case_id=case, county=county, **values, **there))

    async def end(self, fact: CustodyEnded) -> None:
        """Keep the end of a stay."""
        ended = update(t.stay).where(t.stay.c.id == fact.stay)
        await self.session.execute(ended.values(ended_on=fact.ended_on, end_reason=fact.reason, inside=False))


def _with_child() -> Select[Any]:
    joined = t.stay.join(t.child, t.child.c.case_id == t.stay.c.case_id)
    return select(t.stay, t.child.c.birth_date, ON_LEAVE).select_from(joined)


def stay_of(row: Row[Any]) -> Stay:
    """Return a row of stays as the rules take it."""
    return Stay(row.id, row.institution, row.admitted_on, row.ended_on, CustodyMode(row.mode))
