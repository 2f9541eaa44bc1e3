"""Agreements with institutions (handbook §3.4)."""

from datetime import date
from uuid import UUID

from services.rehab.domain import designation
from services.rehab.domain.designation import DesignationOrder
from services.rehab.handlers.checks import has_authority, has_come
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor
from shared.contracts.events.rehab import (
    SuspensionReason,
)


async def grant_designation(institution: UUID, order: DesignationOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Designate an institution of the actor's region and return the agreement's id."""
    has_authority(actor, order.county)
    held = await uow.records.designations.held_of(institution)
    fact = designation.grant_designation(order, held, uow.rules)
    await uow.records.designations.grant(institution, fact)
    uow.record(institution, fact, occurred_at=fact.valid_from)
    return order.id


async def suspend_designation(
    agreement: UUID, on: date, reason: SuspensionReason, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Suspend an agreement in the actor's region; sitting children stay, nobody new comes."""
    has_come(suspended_on=on)
    held = await uow.records.designations.held(agreement)
    has_authority(actor, held.county)
    fact = designation.suspend_designation(held, on, reason)
    await uow.records.designations.suspend(fact)
    uow.record(held.institution, fact, occurred_at=on)
