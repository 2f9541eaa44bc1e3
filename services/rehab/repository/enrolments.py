"""Enrolments of children with institutions, and their rests."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, any_, exists, func, insert, or_, select, update

from services.rehab import tables as t
from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.resting import Rest
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.events.rehab import (
    AssistanceItem,
    EnrolmentEnded,
    EnrolmentEndReason,
    EnrolmentResumed,
    EnrolmentStarted,
    EnrolmentSuspended,
    InterruptionKind,
)
from shared.errors import CaseNotFound, NotFound
from shared.ids import new_record

# Enrolments with the actor's own centre, while it still sees the child (`readable_by` says the same of reading).
OWN = """
SELECT id, case_id, approval_id, institution, item, started_on, expected_until, ended_on
FROM enrolment WHERE id = ANY ($1::uuid[]) AND institution = $2 AND over_on > $3
"""


class Enrolments(Records):
    """Enrolments."""

    async def of_item(self, cases: Sequence[UUID], item: AssistanceItem) -> list[Enrolment]:
        """Return a child's enrolments under an item, with whatever institution."""
        e = t.enrolment
        return [enrolment_of(row) for row in await self.all(select(e).where(e.c.case_id.in_(cases), e.c.item == item))]

    async def running(self, cases: Sequence[UUID]) -> list[Enrolment]:
        """Return a child's enrolments that nobody ended."""
        e = t.enrolment
        rows = await self.all(select(e).where(e.c.case_id.in_(cases), e.c.ended_on.is_(None)).order_by(e.c.id))
        return [enrolment_of(row) for row in rows]

    async def held(self, enrolment: UUID, actor: Actor) -> Enrolment:
        """Return an enrolment that the actor may see and hold its row. Raises NotFound."""
        e = t.enrolment
        wanted = select(e).where(e.c.id == enrolment, self.own(actor, e), self.readable_by(actor, e))
        row = await self.one(wanted.with_for_update(of=e))
        if row is None:
            raise NotFound(kind="enrolment")
        return enrolment_of(row)

    async def rests(self, enrolment: UUID) -> tuple[Rest, ...]:
        """Return the rests of an enrolment, the first one first."""
        r = t.rest
        rows = await self.all(select(r).where(r.c.enrolment_id == enrolment).order_by(r.c.suspended_on))
        return tuple(Rest(InterruptionKind(row.kind), row.suspended_on, row.resumed_on) for row in rows)

    async def rest(self, case: UUID, fact: EnrolmentSuspended) -> None:
        """Keep that an enrolment rests."""
        row = columns(fact, "kind", "suspended_on", "expected_back")
        await self.run(
            insert(t.rest).values(row | {"id": new_record(), "case_id": case, "enrolment_id": fact.enrolment})
        )

    async def resume(self, fact: EnrolmentResumed) -> None:
        """Keep that an enrolment goes on."""
        r = t.rest
        resting = (r.c.enrolment_id == fact.enrolment, r.c.resumed_on.is_(None))
        await self.run(update(r).where(*resting).values(resumed_on=fact.resumed_on))

    async def aged_out(self, today: date, entered_before: datetime, age: int, limit: int) -> Rows:
        """Return enrolments that stopped at the birthday on which a child is too old, each with its birth date."""
        e, c = t.enrolment, t.child
        # The birthday itself is the rule's to tell: here stand all whose period stopped in that year of life.
        grown = func.date_part("year", func.age(e.c.over_on, c.c.birth_date)) >= age
        stopped = (e.c.ended_on.is_(None), e.c.over_on <= today, e.c.recorded_at < entered_before)
        wanted = select(e, c.c.birth_date).join(c, c.c.case_id == e.c.case_id).where(*stopped, grown)
        return await self.all(wanted.order_by(e.c.id).limit(limit).with_for_update(of=e, skip_locked=True))

    async def add(self, case: UUID, county: str, fact: EnrolmentStarted) -> None:
        """Keep an enrolment."""
        row = columns(fact, "institution", "item", "category", "mode", "started_on", "expected_until")
        row |= {"id": fact.enrolment, "case_id": case, "approval_id": fact.approval, "county": county}
        await self.run(insert(t.enrolment).values(row))

    async def at_own(self, case: UUID, enrolment: UUID, actor: Actor) -> Enrolment:
        """Return an enrolment with the actor's own centre. Raises CaseNotFound."""
        found = (await self.at_own_of_many([enrolment], actor)).get(enrolment)
        if found is None or found.case != case:
            raise CaseNotFound
        return found

    async def at_own_of_many(self, enrolments: Collection[UUID], actor: Actor) -> dict[UUID, Enrolment]:
        """Return those enrolments that are with the actor's own centre."""
        rows = await self.session.driver.fetch(OWN, list(enrolments), actor.organisation, self.gone_by)
        return {row["id"]: read_enrolment(row) for row in rows}

    async def case_of(self, enrolment: UUID, actor: Actor) -> UUID:
        """Return the case of an enrolment with the actor's own centre. Raises NotFound."""
        e = t.enrolment
        own = and_(e.c.id == enrolment, e.c.institution == actor.organisation, e.c.over_on > self.gone_by)
        row = await self.one(select(e.c.case_id).where(own))
        if row is None:
            raise NotFound(kind="enrolment")
        case: UUID = row.case_id
        return case

    async def case_seen(self, enrolment: UUID, actor: Actor) -> UUID:
        """Return the case of an enrolment that the actor may see. Raises NotFound."""
        e = t.enrolment
        wanted = select(e.c.case_id).where(e.c.id == enrolment, self.own(actor, e), self.readable_by(actor, e))
        row = await self.one(wanted)
        if row is None:
            raise NotFound(kind="enrolment")
        case: UUID = row.case_id
        return case

    async def end(self, fact: EnrolmentEnded) -> None:
        """Keep the end of an enrolment."""
        await self.set(t.enrolment, fact.enrolment, ended_on=fact.ended_on, end_reason=fact.reason)

    async def listed(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List enrolments: a centre's own, a federation's region."""
        e = t.enrolment
        wanted = self._told().where(self.own(actor, e), self.readable_by(actor, e))
        return await self.page(wanted, (e.c.id,), after, limit)

    async def to_transfer(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List children who sit where the designation is suspended, removed or over, and so must be transferred."""
        e, d = t.enrolment, t.designation.alias("in_force")
        today = self.today
        in_force = exists().where(
            d.c.institution == e.c.institution,
            e.c.category == any_(d.c.categories),
            d.c.valid_from <= today,
            d.c.valid_until >= today,
            or_(d.c.suspended_on.is_(None), d.c.suspended_on > today),
            or_(d.c.removed_on.is_(None), d.c.removed_on > today),
        )
        sitting = (e.c.ended_on.is_(None), e.c.over_on > today, e.c.started_on <= today)
        wanted = self._told().where(*sitting, ~in_force, self.alive(e.c.case_id))
        wanted = wanted.where(self.own(actor, e), self.readable_by(actor, e))
        return await self.page(wanted, (e.c.id,), after, limit)

    async def of_cases(self, cases: Sequence[UUID], actor: Actor) -> Rows:
        """List a readable child's enrolments, the newest first."""
        e = t.enrolment
        wanted = self._told().where(e.c.case_id.in_(cases), self.own(actor, e))
        return await self.all(wanted.order_by(e.c.id.desc()))

    def _told(self) -> Select[Any]:
        """Return enrolments as they are shown, each with the rest that nobody ended yet."""
        e, r = t.enrolment, t.rest
        open_rest = and_(r.c.enrolment_id == e.c.id, r.c.resumed_on.is_(None))
        rest = (r.c.kind.label("rests_as"), r.c.suspended_on.label("rests_since"), r.c.expected_back)
        return select(e, self.shown_as(e.c.case_id), *rest).select_from(e.outerjoin(r, open_rest))


def enrolment_of(row: Row[Any]) -> Enrolment:
    """Read an enrolment."""
    return Enrolment(
        row.id, row.case_id, row.approval_id, row.institution, AssistanceItem(row.item), row.started_on,
        row.expected_until, row.ended_on, row.end_reason == EnrolmentEndReason.TRANSFERRED,
    )  # fmt: skip


def read_enrolment(row: Iterable[Any]) -> Enrolment:
    """Read an enrolment as the hot statements select it."""
    identifier, case, approval, institution, item, started_on, expected_until, ended_on = row
    return Enrolment(
        identifier, case, approval, institution, AssistanceItem(item), started_on, expected_until, ended_on
    )
