"""The way out of the house and back in, and leave."""

from datetime import datetime
from uuid import UUID

from services.custody import errors
from services.custody.domain import going_out
from services.custody.domain import leave as leave_rules
from services.custody.domain.going_out import WayIn, WayOut
from services.custody.domain.leave import LeavePlan, PastLeave
from services.custody.repository import CustodyUnitOfWork
from shared import clock


async def sign_out(institution: UUID, stay: UUID, way: WayOut, uow: CustodyUnitOfWork) -> None:
    """Let a child out with a person of its list."""
    held = await uow.stays.own(institution, stay)
    fact = going_out.sign_out(held.presence, way, await uow.papers.may_collect(stay), uow.rules, now=clock.now())
    await uow.moves.out(held, way, uow.actor.person)
    uow.record(held.case, fact, occurred_at=fact.at)


async def sign_in(institution: UUID, stay: UUID, way: WayIn, uow: CustodyUnitOfWork) -> None:
    """Take a child back into the house."""
    held = await uow.stays.own(institution, stay)
    fact = going_out.sign_in(held.presence, way, await uow.papers.people(stay), now=clock.now())
    await uow.moves.back(held, way, uow.actor.person)
    uow.record(held.case, fact, occurred_at=fact.at)


async def start_leave(institution: UUID, stay: UUID, plan: LeavePlan, uow: CustodyUnitOfWork) -> UUID:
    """Let a child go on leave and return the leave's id."""
    held, listed = await uow.stays.own(institution, stay), await uow.papers.may_collect(stay)
    fact = leave_rules.start_leave(held.presence, plan, listed, uow.rules, now=clock.now())
    await uow.moves.start_leave(held.case, fact, plan.collector)
    uow.record(held.case, fact, occurred_at=fact.starts_at)
    return fact.leave


async def enter_past_leave(
    institution: UUID, stay: UUID, plan: LeavePlan, ended_at: datetime, uow: CustodyUnitOfWork
) -> UUID:
    """Enter a leave from which the child is back already, and return the leave's id."""
    held = await uow.stays.own(institution, stay)
    people, meets = await uow.papers.people(stay), await uow.moves.meets(stay, plan.starts_at, ended_at)
    past = PastLeave(held.stay, plan, ended_at, meets)
    fact, ended = leave_rules.enter_past_leave(past, people, uow.rules, now=clock.now())
    await uow.moves.add_past_leave(held.case, fact, ended, plan.collector)
    uow.record(held.case, fact, occurred_at=fact.starts_at)
    uow.record(held.case, ended, occurred_at=ended.ended_at)
    return fact.leave


async def end_leave(institution: UUID, leave: UUID, at: datetime, uow: CustodyUnitOfWork) -> None:
    """Take a child back from leave."""
    case, taken = await uow.moves.own_leave(institution, leave)
    if (await uow.stays.own(institution, taken.stay)).presence.ended:
        raise errors.StayIsOver
    fact = leave_rules.end_leave(taken, at, now=clock.now())
    await uow.moves.end_leave(fact)
    uow.record(case, fact, occurred_at=fact.ended_at)
