"""Staff lists and closed days of institutions (handbook §3.4)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.rehab.domain import supervision
from services.rehab.domain.supervision import StaffMember
from services.rehab.errors import AlreadyClosed
from services.rehab.handlers.checks import has_authority, has_come
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor
from shared.contracts.events.rehab import ClosureDayDeclared, LapseReason


async def qualify_staff(member: StaffMember, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Put a person on the staff list of the actor's own institution."""
    has_come(since=member.since)
    known = await uow.records.supervision.member(actor.organisation, member.therapist)
    fact = supervision.qualify_staff(member, known)
    await uow.records.supervision.qualify(actor.organisation, fact)
    uow.record(actor.organisation, fact, occurred_at=member.since)


async def lapse_staff(institution: UUID, therapist: UUID, on: date, reason: LapseReason, uow: RehabUnitOfWork) -> None:
    """Take a person off the staff list of an institution."""
    has_come(lapsed_on=on)
    fact = supervision.lapse_staff(await uow.records.supervision.member(institution, therapist), on, reason)
    await uow.records.supervision.lapse(institution, fact)
    uow.record(institution, fact, occurred_at=on)


async def strike_off(
    institution: UUID, county: str, therapist: UUID, on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Strike a person off the staff list of an institution in the actor's region."""
    has_authority(actor, county)
    await lapse_staff(institution, therapist, on, LapseReason.STRUCK_OFF, uow)


async def declare_closure(days: Collection[date], actor: Actor, uow: RehabUnitOfWork) -> None:
    """Declare days on which the actor's own institution is closed; days known already say nothing new."""
    new = await uow.records.supervision.close(actor.organisation, days)
    if not new:
        raise AlreadyClosed
    for day in new:
        uow.record(actor.organisation, ClosureDayDeclared(closed_on=day), occurred_at=day)
