"""Surgery and devices that were given once (山东办法2026; handbook §3.2)."""

from uuid import UUID

from services.rehab.domain import once
from services.rehab.domain.assessing import check_kind
from services.rehab.domain.once import Bill
from services.rehab.handlers.checks import has_come, lives
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor
from shared.contracts.events.rehab import AssistanceItem
from shared.rulebook.explanation import Explanation


async def complete_surgery(
    case: UUID, approval: UUID, bill: Bill, actor: Actor, uow: RehabUnitOfWork
) -> tuple[UUID, Explanation]:
    """Record a surgery that the actor's own hospital did; return its id and how the amount came about."""
    has_come(operated_on=bill.on)
    check_kind(AssistanceItem.SURGERY, actor.org_type)
    case = await uow.records.children.where_approved(case, approval)
    lives(await uow.records.children.held(case), bill.on)
    chosen = await uow.records.approvals.chosen(case, approval)
    fact, explanation = once.complete_surgery(chosen, bill, uow.policies.in_force(bill.on))
    await uow.records.approvals.give(case, chosen.county, fact)
    uow.record(case, fact, occurred_at=bill.on)
    return bill.id, explanation


async def fit_device(case: UUID, approval: UUID, bill: Bill, uow: RehabUnitOfWork) -> tuple[UUID, Explanation]:
    """Record a device that the actor's own institution fitted; return its id and how the amount came about."""
    has_come(fitted_on=bill.on)
    case = await uow.records.children.where_approved(case, approval)
    lives(await uow.records.children.held(case), bill.on)
    chosen = await uow.records.approvals.chosen(case, approval)
    fact, explanation = once.fit_device(chosen, bill, uow.policies.in_force(bill.on))
    await uow.records.approvals.give(case, chosen.county, fact)
    uow.record(case, fact, occurred_at=bill.on)
    return bill.id, explanation
