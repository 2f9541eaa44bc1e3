"""Agreements with institutions: granted, graded, suspended, reinstated, removed (handbook §3.4)."""

from datetime import date
from uuid import UUID

from services.rehab.domain import designation, supervision
from services.rehab.domain.designation import Designation, DesignationOrder
from services.rehab.domain.supervision import Score
from services.rehab.handlers.checks import has_authority, has_come
from services.rehab.repository import RehabUnitOfWork
from shared import clock
from shared.access.policy import Actor
from shared.contracts.events.rehab import RemovalReason, SuspensionReason
from shared.rulebook.explanation import Explanation


async def grant_designation(institution: UUID, order: DesignationOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Designate an institution of the actor's region and return the agreement's id."""
    has_authority(actor, order.county)
    held = await uow.records.designations.held_of(institution)
    fact = designation.grant_designation(order, held, uow.rules)
    await uow.records.designations.grant(institution, fact)
    uow.record(institution, fact, occurred_at=fact.valid_from)
    return order.id


async def suspend_designation(
    agreement: UUID, on: date, reason: SuspensionReason, rectify_by: date | None, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Suspend an agreement in the actor's region; sitting children stay, nobody new comes."""
    has_come(suspended_on=on)
    held = await _own(agreement, actor, uow)
    fact = designation.suspend_designation(held, on, reason, uow.policies.in_force(clock.today()), rectify_by)
    await uow.records.designations.suspend(fact)
    uow.record(held.institution, fact, occurred_at=on)


async def reinstate_designation(agreement: UUID, on: date, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Lift the suspension of an agreement in the actor's region."""
    has_come(reinstated_on=on)
    held = await _own(agreement, actor, uow)
    fact = designation.reinstate_designation(held, on)
    await uow.records.designations.reinstate(held, fact)
    uow.record(held.institution, fact, occurred_at=on)


async def remove_designation(
    agreement: UUID, on: date, reason: RemovalReason, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """End an agreement in the actor's region before its time."""
    has_come(removed_on=on)
    held = await _own(agreement, actor, uow)
    await uow.records.designations.held_of(held.institution)
    fact = designation.remove_designation(held, on, reason, await uow.records.designations.sitting(held, on))
    await uow.records.designations.remove(fact)
    uow.record(held.institution, fact, occurred_at=on)


async def grade_designation(agreement: UUID, score: Score, actor: Actor, uow: RehabUnitOfWork) -> Explanation:
    """Grade an institution of the actor's region for a year; one that failed is suspended."""
    has_come(graded_on=score.on)
    held = await _own(agreement, actor, uow)
    graded = await uow.records.designations.graded_years(agreement)
    policy = uow.policies.in_force(clock.today())
    fact, suspended, explanation = supervision.grade_designation(held, score, graded, policy)
    await uow.records.designations.grade(fact)
    uow.record(held.institution, fact, occurred_at=score.on)
    if suspended is not None:
        await uow.records.designations.suspend(suspended)
        uow.record(held.institution, suspended, occurred_at=score.on)
    return explanation


async def _own(agreement: UUID, actor: Actor, uow: RehabUnitOfWork) -> Designation:
    """Return an agreement of the actor's region, held."""
    held = await uow.records.designations.held(agreement)
    has_authority(actor, held.county)
    return held
