"""What all records of children share: who may see them, and how a list is paged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Row,
    Select,
    Table,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)

from services.rehab import tables as t
from shared import clock
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import Fact
from shared.db import Session
from shared.stage import within

OneRow = Row[Any]
Rows = Sequence[OneRow]
Cursor = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Records:
    """Some of the rehab records, in the transaction of one session."""

    session: Session
    visible_after_days: int

    def readable_by(self, actor: Actor, row: Table) -> ColumnElement[bool]:
        """Return which rows about a child an actor may see; `row` has `case_id` and `county` (docs/access.md).

        A federation sees its region; a centre the children enrolled with it, while enrolled plus 90 days; a hospital
        the children whose diagnosis it made; nobody else sees anything here. Where consent was withdrawn, a centre sees
        the child while it is enrolled and no longer, and a hospital not at all. A claim has no `case_id`: the
        institution that made it sees it, also when it no longer sees the children, and the region that pays.
        """
        if actor.org_type is OrgType.FEDERATION:
            return within(row.c.county, actor.region)
        if row is t.claim:
            return row.c.institution == actor.organisation
        if actor.org_type is OrgType.REHAB_CENTRE:
            e = t.enrolment.alias("of_actor")
            seen = or_(e.c.over_on > self.today, and_(e.c.over_on > self.gone_by, self._shared(row.c.case_id)))
            mine = (e.c.institution == actor.organisation, seen)
            return exists().where(e.c.case_id == row.c.case_id, *mine)
        if actor.org_type is OrgType.HOSPITAL:
            i = t.intake.alias("of_actor")
            made = exists().where(i.c.case_id == row.c.case_id, i.c.hospital == actor.organisation)
            return and_(made, self._shared(row.c.case_id))
        return false()

    @staticmethod
    def own(actor: Actor, row: Table) -> ColumnElement[bool]:
        """Return which records of a readable child are shown in full: to a centre its own, to a federation all."""
        return true() if actor.org_type is OrgType.FEDERATION else row.c.institution == actor.organisation

    @property
    def gone_by(self) -> date:
        """A child whose enrolment was over by this day is out of its centre's sight."""
        return self.today - timedelta(days=self.visible_after_days)

    @property
    def today(self) -> date:
        """The civil day on which this is asked."""
        return clock.today()

    @staticmethod
    def alive(case: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Return the condition that a child lives and is not erased: only then is anything owed to it."""
        c = t.child.alias("alive")
        return exists().where(c.c.case_id == case, c.c.died_on.is_(None), c.c.erased_on.is_(None))

    @staticmethod
    def shown_as(case: ColumnElement[UUID]) -> ColumnElement[UUID]:
        """Return the case under which a row's child is shown, as a column `shown_as`."""
        c = t.child.alias("shown")
        top = select(func.coalesce(c.c.shown_as, c.c.case_id)).where(c.c.case_id == case)
        return top.scalar_subquery().label("shown_as")

    @staticmethod
    def _shared(case: ColumnElement[UUID]) -> ColumnElement[bool]:
        c = t.child.alias("shared")
        return exists().where(c.c.case_id == case, c.c.sharing_stopped_on.is_(None))

    async def run(self, statement: Executable) -> CursorResult[Any]:
        """Run a Core statement in this transaction."""
        return await self.session.execute(statement)

    async def one(self, wanted: Select[Any]) -> Row[Any] | None:
        """Return the one row of a statement, or None."""
        return (await self.run(wanted)).one_or_none()

    async def all(self, wanted: Select[Any]) -> Rows:
        """Return all rows of a statement."""
        return (await self.run(wanted)).all()

    async def set(self, table: Table, key: UUID, **values: Any) -> None:
        """Change the row with this id."""
        await self.run(update(table).where(table.c.id == key).values(values))

    async def page(self, wanted: Select[Any], keys: tuple[Any, ...], after: Cursor, limit: int) -> Rows:
        """Return one row more than the limit, so that the caller knows whether there is a next page."""
        if after is not None:
            wanted = wanted.where(tuple_(*keys) > tuple_(*after))
        return await self.all(wanted.order_by(*keys).limit(limit + 1))


def columns(fact: Fact, *names: str) -> dict[str, Any]:
    """Return fields of a fact as a row takes them."""
    return {name: getattr(fact, name) for name in names}
