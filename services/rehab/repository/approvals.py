"""What was approved, taken up, given once, or left to lapse."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from services.rehab import tables as t
from services.rehab.domain.assistance import ApplicationState, Approval, Asked
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssistanceApproved,
    AssistanceItem,
    AssistanceLapsed,
    DeviceFitted,
    DeviceKind,
    SurgeryCompleted,
    SurgeryKind,
    TrainingMode,
)
from shared.errors import CaseNotFound


class Approvals(Records):
    """Approvals."""

    async def under(self, cases: Sequence[UUID], asked: Asked) -> list[Approval]:
        """Return a child's approvals of an item."""
        p = t.approval
        rows = await self.all(select(p).where(p.c.case_id.in_(cases), p.c.item == asked.item))
        return [_approval(row) for row in rows]

    async def again_from(self, cases: Sequence[UUID], device: DeviceKind | None) -> date | None:
        """Return the end of the cycle of the last device of a kind."""
        g = t.given_once.c
        ends = select(func.max(g.again_from)).where(g.case_id.in_(cases), g.device == device)
        found: date | None = (await self.run(ends)).scalar()
        return found

    async def approve(self, case: UUID, fact: AssistanceApproved, approver: UUID) -> None:
        """Keep an approval."""
        row = columns(fact, "item", "category", "mode", "surgery", "device", "age_band", "county", "other_counties")
        row |= columns(fact, "valid_from", "valid_until", "ceiling", "monthly_cap", "enrol_by", "policy")
        row |= {"id": fact.approval, "case_id": case, "application_id": fact.application, "approved_by": approver}
        await self.run(insert(t.approval).values(row))
        await self.set(t.application, fact.application, state=ApplicationState.APPROVED, decided_on=fact.approved_on)

    async def of_cases(self, cases: Sequence[UUID]) -> Rows:
        """List a child's approvals, the newest first; the caller has seen to it that the child may be seen."""
        return await self.all(
            select(t.approval).where(t.approval.c.case_id.in_(cases)).order_by(t.approval.c.id.desc())
        )

    async def chosen(self, case: UUID, approval: UUID) -> Approval:
        """Return an approval by the two ids that the guardian brings; the caller holds the child. Raises CaseNotFound.

        A centre cannot see a child before it enrols it: both ids, of which one is random, are the guardian's choice.
        """
        p = t.approval
        row = await self.one(select(p).where(p.c.id == approval, p.c.case_id == case))
        if row is None:
            raise CaseNotFound
        return _approval(row)

    async def take_up(self, approval: UUID, on: date) -> None:
        """Keep that a child enrolled under an approval; a transfer changes nothing, and a lapse is no more."""
        p = t.approval
        first = func.coalesce(p.c.taken_up_on, on)
        await self.set(p, approval, taken_up_on=first, lapsed_on=None)

    async def give(self, case: UUID, county: str, fact: SurgeryCompleted | DeviceFitted) -> None:
        """Keep a surgery or device, and that its approval is used."""
        row = columns(fact, "institution", "cost", "insurance_paid", "assistance_paid", "policy")
        row |= {"case_id": case, "county": county, "approval_id": fact.approval}
        if isinstance(fact, SurgeryCompleted):
            row |= {"id": fact.operation, "surgery": fact.surgery, "given_on": fact.operated_on}
        else:
            row |= {"id": fact.fitting, "device": fact.device, "given_on": fact.fitted_on}
            row |= {"again_from": fact.replace_after}
        await self.run(insert(t.given_once).values(row))
        await self.take_up(fact.approval, row["given_on"])

    async def given_to(self, cases: Sequence[UUID]) -> Rows:
        """List what a child was given once; the caller has seen to it that the child may be seen."""
        g = t.given_once
        return await self.all(select(g).where(g.c.case_id.in_(cases)).order_by(g.c.given_on, g.c.id))

    async def overdue(self, today: date, entered_before: datetime, limit: int) -> Rows:
        """Return approvals that nobody took up in time, and hold them; what was entered just now is left alone."""
        p = t.approval
        waiting = (p.c.taken_up_on.is_(None), p.c.lapsed_on.is_(None), p.c.enrol_by < today)
        wanted = select(p.c.id, p.c.case_id, p.c.enrol_by).where(*waiting, p.c.recorded_at < entered_before)
        wanted = wanted.where(self.alive(p.c.case_id)).order_by(p.c.enrol_by).limit(limit)
        return await self.all(wanted.with_for_update(skip_locked=True))

    async def lapse(self, fact: AssistanceLapsed) -> None:
        """Keep that an approval lapsed."""
        p = t.approval
        await self.run(update(p).where(p.c.id == fact.approval).values(lapsed_on=fact.lapsed_on))

    async def listed(self, actor: Actor, *, lapsed: bool, after: Cursor, limit: int) -> Rows:
        """List approvals that lapsed, or that nobody has taken up yet, by the last day to enrol."""
        p = t.approval
        of_kind = p.c.lapsed_on.is_not(None) if lapsed else p.c.lapsed_on.is_(None)
        wanted = select(p, self.shown_as(p.c.case_id)).where(
            of_kind, p.c.taken_up_on.is_(None), self.alive(p.c.case_id), self.readable_by(actor, p)
        )
        return await self.page(wanted, (p.c.enrol_by, p.c.id), after, limit)


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        row.id, AssistanceItem(row.item), RehabCategory(row.category), TrainingMode(row.mode), row.county,
        row.other_counties, row.valid_from, row.valid_until, row.enrol_by,
        SurgeryKind(row.surgery) if row.surgery else None, DeviceKind(row.device) if row.device else None,
        row.lapsed_on, row.taken_up_on,
    )  # fmt: skip
