"""Enrolments of children with institutions."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, insert, select

from services.rehab import tables as t
from services.rehab.domain.enrolment import Enrolment
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.events.rehab import AssistanceItem, EnrolmentEnded, EnrolmentStarted
from shared.errors import CaseNotFound, NotFound

# Enrolments with the actor's own centre, while it still sees the child (`readable_by` says the same of reading).
OWN = """
SELECT id, case_id, approval_id, institution, item, started_on, expected_until, ended_on
FROM enrolment WHERE id = ANY ($1::uuid[]) AND institution = $2 AND over_on > $3
"""


class Enrolments(Records):
    """Enrolments."""

    async def of_item(self, case: UUID, item: AssistanceItem) -> list[Enrolment]:
        """Return a child's enrolments under an item, with whatever institution."""
        e = t.enrolment
        return [_enrolment(row) for row in await self.all(select(e).where(e.c.case_id == case, e.c.item == item))]

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

    async def end(self, fact: EnrolmentEnded) -> None:
        """Keep the end of an enrolment."""
        await self.set(t.enrolment, fact.enrolment, ended_on=fact.ended_on, end_reason=fact.reason)

    async def listed(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List enrolments: a centre's own, a federation's region."""
        e = t.enrolment
        wanted = select(e).where(self.own(actor, e), self.readable_by(actor, e))
        return await self.page(wanted, (e.c.id,), after, limit)

    async def of_case(self, case: UUID, actor: Actor) -> Rows:
        """List a readable child's enrolments, the newest first."""
        e = t.enrolment
        return await self.all(select(e).where(e.c.case_id == case, self.own(actor, e)).order_by(e.c.id.desc()))


def _enrolment(row: Row[Any]) -> Enrolment:
    return Enrolment(
        row.id, row.case_id, row.approval_id, row.institution, AssistanceItem(row.item), row.started_on,
        row.expected_until, row.ended_on,
    )  # fmt: skip


def read_enrolment(row: Iterable[Any]) -> Enrolment:
    """Read an enrolment as the hot statements select it."""
    identifier, case, approval, institution, item, started_on, expected_until, ended_on = row
    return Enrolment(
        identifier, case, approval, institution, AssistanceItem(item), started_on, expected_until, ended_on
    )
