"""Enrolments: choice, transfer, rest, end (handbook §3.3 steps 5, 6, 8)."""

from datetime import date
from uuid import UUID

from services.rehab.domain import enrolment, resting
from services.rehab.domain.approving import superseded
from services.rehab.domain.assistance import Approval, Asked, Child
from services.rehab.domain.designation import in_force
from services.rehab.domain.enrolment import Choice, Enrolment, EnrolmentOrder
from services.rehab.domain.resting import Rest
from services.rehab.handlers.checks import has_come, history
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor
from shared.contracts.envelope import Event
from shared.contracts.events.rehab import EnrolmentEndReason


async def start_enrolment(case: UUID, approval: UUID, order: EnrolmentOrder, uow: RehabUnitOfWork) -> UUID:
    """Take a child in at the actor's own institution and return the enrolment's id."""
    has_come(started_on=order.started_on)
    case = await uow.records.children.where_approved(case, approval)
    child = await uow.records.children.held(case)
    chosen = await uow.records.approvals.chosen(case, approval)
    await _start(child, chosen, order, uow)
    return order.id


async def transfer_enrolment(enrolled: UUID, order: EnrolmentOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Move a child of the actor's region to another institution, on one day; return the new enrolment's id."""
    has_come(transferred_on=order.started_on)
    case = await uow.records.enrolments.case_seen(enrolled, actor)
    child = await uow.records.children.held(case)
    await uow.hold([case])
    held = await uow.records.enrolments.held(enrolled, actor)
    enrolment.expect_another(held, order.institution)
    chosen = await uow.records.approvals.chosen(case, held.approval)
    await _end(held, order.started_on, EnrolmentEndReason.TRANSFERRED, uow)
    await _start(child, chosen, order, uow)
    return order.id


async def end_enrolment(
    enrolled: UUID, on: date, reason: EnrolmentEndReason, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """End an enrolment with the actor's own institution."""
    has_come(ended_on=on)
    case = await uow.records.enrolments.case_of(enrolled, actor)
    await uow.hold([case])
    await _end(await uow.records.enrolments.at_own(case, enrolled, actor), on, reason, uow)


async def suspend_enrolment(
    enrolled: UUID, rest: Rest, expected_back: date | None, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Let an enrolment rest: leave by its centre, suspension by the county."""
    has_come(suspended_on=rest.suspended_on)
    held = await uow.records.enrolments.held(enrolled, actor)
    earlier = await uow.records.enrolments.rests(enrolled)
    fact = resting.suspend_enrolment(held, rest, expected_back, earlier, actor.org_type)
    await uow.records.enrolments.rest(held.case, fact)
    uow.record(held.case, fact, occurred_at=rest.suspended_on)


async def resume_enrolment(enrolled: UUID, on: date, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Let a resting enrolment go on."""
    has_come(resumed_on=on)
    held = await uow.records.enrolments.held(enrolled, actor)
    rests = await uow.records.enrolments.rests(enrolled)
    resting_now = next((rest for rest in rests if rest.resumed_on is None), None)
    fact = resting.resume_enrolment(held, resting_now, on, actor.org_type)
    await uow.records.enrolments.resume(fact)
    uow.record(held.case, fact, occurred_at=on)


async def _start(child: Child, chosen: Approval, order: EnrolmentOrder, uow: RehabUnitOfWork) -> None:
    case = child.case
    cases = await uow.records.children.together(case)
    choice = await _choice(cases, chosen, order, uow)
    fact = enrolment.start_enrolment(child, chosen, order, choice)
    await uow.records.enrolments.add(case, child.county, fact)
    await uow.records.approvals.take_up(chosen.id, order.started_on)
    for moved in filter(None, (enrolment.transfer(left, fact) for left in choice.earlier)):
        uow.record(case, moved, occurred_at=order.started_on)
    uow.record(case, fact, occurred_at=order.started_on)
    await end_if_dead(cases, child.died_on, uow)


async def _choice(cases: list[UUID], chosen: Approval, order: EnrolmentOrder, uow: RehabUnitOfWork) -> Choice:
    held = await uow.records.designations.held_of(order.institution)
    earlier = await uow.records.enrolments.of_item(cases, chosen.item)
    known = await history(cases, Asked(chosen.category, chosen.mode, chosen.item), uow.records)
    agreement = in_force(chosen.category, order.started_on, held)
    sitting = await uow.records.designations.sitting(agreement, order.started_on) if agreement else 0
    replaced = chosen.lapsed_on is not None and superseded(chosen, known)
    return Choice(held, earlier, sitting, replaced)


async def _end(held: Enrolment, on: date, reason: EnrolmentEndReason, uow: RehabUnitOfWork) -> None:
    fact = enrolment.end_enrolment(held, on, reason, await uow.records.sessions.last_end(held))
    await uow.records.enrolments.end(fact)
    uow.record(held.case, fact, occurred_at=on)


async def end_if_dead(
    cases: list[UUID], died_on: date | None, uow: RehabUnitOfWork, *, caused_by: Event | None = None
) -> None:
    """End what still runs of a child that died, however late either was entered."""
    if died_on is None:
        return
    for running in await uow.records.enrolments.running(cases):
        if (fact := enrolment.end_on_death(running, died_on)) is not None:
            await uow.records.enrolments.end(fact)
            uow.record(running.case, fact, occurred_at=fact.ended_on, caused_by=caused_by)
