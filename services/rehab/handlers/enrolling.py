"""Enrolments (handbook §3.3 step 5)."""

from datetime import date
from uuid import UUID

from services.rehab.domain import enrolment
from services.rehab.domain.enrolment import EnrolmentOrder
from services.rehab.handlers.checks import has_come
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor
from shared.contracts.events.rehab import (
    EnrolmentEndReason,
)


async def start_enrolment(case: UUID, approval: UUID, order: EnrolmentOrder, uow: RehabUnitOfWork) -> UUID:
    """Take a child in at the actor's own institution and return the enrolment's id."""
    has_come(started_on=order.started_on)
    chosen = await uow.records.assistance.chosen(case, approval)
    held = await uow.records.designations.of(order.institution)
    earlier = await uow.records.enrolments.of_item(case, chosen.item)
    fact = enrolment.start_enrolment(chosen, order, held, earlier)
    await uow.records.enrolments.add(case, chosen.county, fact)
    uow.record(case, fact, occurred_at=order.started_on)
    return order.id


async def end_enrolment(
    enrolled: UUID, on: date, reason: EnrolmentEndReason, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """End an enrolment with the actor's own institution."""
    has_come(ended_on=on)
    case = await uow.records.enrolments.case_of(enrolled, actor)
    await uow.hold([case])
    held = await uow.records.enrolments.at_own(case, enrolled, actor)
    fact = enrolment.end_enrolment(held, on, reason, await uow.records.sessions.last_end(held))
    await uow.records.enrolments.end(fact)
    uow.record(case, fact, occurred_at=on)
