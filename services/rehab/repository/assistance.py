"""Applications for assistance and what was approved."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.rehab import tables as t
from services.rehab.domain.assistance import Application, ApplicationState, Approval, History
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    ApplicationReturned,
    ApplicationSubmitted,
    AssistanceApproved,
    AssistanceItem,
    AssistanceRefused,
    EligibilityBasis,
    Material,
    TrainingMode,
)
from shared.errors import CaseNotFound, NotFound

OPEN = (ApplicationState.SUBMITTED, ApplicationState.RETURNED)


class Assistance(Records):
    """Applications and approvals."""

    async def history(self, case: UUID, item: AssistanceItem) -> History:
        """Return what a child already has under an item."""
        a, p = t.application.c, t.approval.c
        open_ones = select(func.count()).where(a.case_id == case, a.item == item, a.state.in_(OPEN))
        approvals = await self.all(select(t.approval).where(p.case_id == case, p.item == item))
        return History((await self.run(open_ones)).scalar_one(), [_approval(row) for row in approvals])

    async def submit(self, case: UUID, fact: ApplicationSubmitted, materials: Collection[Material]) -> None:
        """Keep an application, new or completed."""
        row = columns(
            fact, "item", "category", "mode", "basis", "county", "submitted_on", "reply_due_on", "review_due_on"
        )
        row |= {"id": fact.application, "case_id": case}
        row |= {"state": ApplicationState.SUBMITTED, "materials": sorted(materials)}
        await self.run(upsert(t.application).values(row).on_conflict_do_update(index_elements=["id"], set_=row))

    async def case_of(self, application: UUID, actor: Actor) -> UUID:
        """Return the case of an application that the actor may see. Raises NotFound."""
        case: UUID = (await self.seen_by(actor, application)).case_id
        return case

    async def application(self, application: UUID) -> Application:
        """Return an application as it stands, for the decision; the caller holds the child."""
        return _application((await self.run(select(t.application).where(t.application.c.id == application))).one())

    async def seen_by(self, actor: Actor, application: UUID) -> Row[Any]:
        """Return an application that the actor may see. Raises NotFound."""
        a = t.application
        row = await self.one(select(a).where(a.c.id == application, self.readable_by(actor, a)))
        if row is None:
            raise NotFound(kind="application")
        return row

    async def queue(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List open applications, the most urgent first."""
        a = t.application
        wanted = select(a).where(a.c.state.in_(OPEN), self.readable_by(actor, a))
        return await self.page(wanted, (a.c.review_due_on, a.c.id), after, limit)

    async def of_case(self, case: UUID) -> Rows:
        """List a child's applications, the newest first; the caller has seen to it that the child may be seen."""
        return await self.all(
            select(t.application).where(t.application.c.case_id == case).order_by(t.application.c.id.desc())
        )

    async def give_back(self, fact: ApplicationReturned) -> None:
        """Keep that an application was given back for completion."""
        await self.set(t.application, fact.application, state=ApplicationState.RETURNED)

    async def approve(self, case: UUID, fact: AssistanceApproved, approver: UUID) -> None:
        """Keep an approval."""
        row = columns(fact, "item", "category", "mode", "age_band", "county", "other_counties", "valid_from")
        row |= columns(fact, "valid_until", "ceiling", "monthly_cap", "enrol_by", "policy")
        row |= {"id": fact.approval, "case_id": case, "application_id": fact.application, "approved_by": approver}
        await self.run(insert(t.approval).values(row))
        await self.set(t.application, fact.application, state=ApplicationState.APPROVED, decided_on=fact.approved_on)

    async def refuse(self, fact: AssistanceRefused) -> None:
        """Keep a refusal."""
        await self.set(t.application, fact.application, state=ApplicationState.REFUSED, decided_on=fact.refused_on)

    async def approvals_of(self, case: UUID) -> Rows:
        """List a child's approvals, the newest first; the caller has seen to it that the child may be seen."""
        return await self.all(select(t.approval).where(t.approval.c.case_id == case).order_by(t.approval.c.id.desc()))

    async def chosen(self, case: UUID, approval: UUID) -> Approval:
        """Return an approval by the two ids that the guardian brings, and hold the child. Raises CaseNotFound.

        A centre cannot see a child before it enrols it: both ids, of which one is random, are the guardian's choice.
        """
        p = t.approval
        wanted = (
            select(p).join(t.child, t.child.c.case_id == p.c.case_id).where(p.c.id == approval, p.c.case_id == case)
        )
        row = await self.one(wanted.with_for_update(key_share=True, of=t.child))
        if row is None:
            raise CaseNotFound
        return _approval(row)


def _application(row: Row[Any]) -> Application:
    return Application(
        row.id, ApplicationState(row.state), RehabCategory(row.category), TrainingMode(row.mode),
        EligibilityBasis(row.basis), frozenset(map(Material, row.materials)), row.county, row.submitted_on,
    )  # fmt: skip


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        row.id, AssistanceItem(row.item), RehabCategory(row.category), TrainingMode(row.mode), row.county,
        row.other_counties, row.valid_from, row.valid_until, row.enrol_by,
    )  # fmt: skip
