"""Finding a child that is known: by its numbers' blind index, and by opening the names of those who come into question.

No index of names is kept: equal names would show in it. So names are opened, of children whom the actor may know of
and of no others, the newest first.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select

from services.screening import tables as t
from services.screening.domain.searching import Sought
from services.screening.repository.visibility import raise_second_wall, readable_by
from services.screening.vault import SealedIdentity, Vault
from shared.access.policy import Actor
from shared.db import Session

LARGEST_SEARCH = 3000
"""Children whose names are opened at most for one search."""
COMPARED = ("name", "resident_number")


@dataclass(frozen=True, slots=True)
class Hits:
    """Under which cases the children that are meant are shown, best first, and whether all were compared."""

    cases: list[UUID]
    all_compared: bool


@dataclass(frozen=True, slots=True)
class Searches:
    """Searches for children, in the transaction of one session."""

    session: Session
    vault: Vault

    async def hits(self, sought: Sought, actor: Actor) -> Hits:
        """Return the children that are meant, of those whom the actor may know of; erased ones are nobody's."""
        await raise_second_wall(self.session, actor)
        c, i = t.child.c, t.child_identity.c
        shown = func.coalesce(c.merged_into, c.case_id).label("shown")
        columns = select(c.case_id, shown, i.wrapped_key, i.wrapped_with, *(i[name] for name in COMPARED))
        known = columns.join(t.child_identity, i.case_id == c.case_id).where(
            i.wrapped_key.is_not(None), readable_by(actor, c.case_id), *self._narrowing(sought)
        )
        newest = known.order_by(c.recorded_at.desc(), c.case_id).limit(LARGEST_SEARCH + 1)
        rows = (await self.session.execute(newest)).all()
        compared = rows[:LARGEST_SEARCH]
        meant = await asyncio.to_thread(self._meant, compared, sought) if sought.opens else compared
        return Hits(list(dict.fromkeys(row.shown for row in meant)), len(rows) <= LARGEST_SEARCH)

    async def children(self, cases: Sequence[UUID], actor: Actor) -> dict[UUID, Row[Any]]:
        """Return what tells children apart beside their names."""
        c = t.child.c
        columns = c.case_id, c.sex, c.birth_date, c.region, c.died_on, c.organisation
        wanted = select(*columns).where(c.case_id.in_(cases), c.erased_at.is_(None), readable_by(actor, c.case_id))
        return {row.case_id: row for row in await self.session.execute(wanted)}

    def _narrowing(self, sought: Sought) -> Iterator[ColumnElement[bool]]:
        c, n = t.child.c, t.child_number.c
        if sought.number is not None:
            kind, number = sought.number
            bearing = select(n.case_id).where(n.kind == kind.value, n.blind == self.vault.blind(kind, number))
            yield c.case_id.in_(bearing)
        if sought.born is not None:
            yield c.birth_date == sought.born
        if sought.case:
            yield c.case_id.between(*sought.cases)

    def _meant(self, rows: Sequence[Row[Any]], sought: Sought) -> list[Row[Any]]:
        """Return the rows that are meant, those with the whole name first. Runs beside the event loop."""
        opened = [(row, self._opened(row)) for row in rows]
        meant = [(row, sought.names(identity)) for row, identity in opened if sought.means(identity)]
        return [row for row, _ in sorted(meant, key=lambda one: not one[1])]

    def _opened(self, row: Row[Any]) -> dict[str, str | None]:
        fields = {name: getattr(row, name) for name in COMPARED}
        return self.vault.open(row.case_id, SealedIdentity(row.wrapped_key, row.wrapped_with, fields))
