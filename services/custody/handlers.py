"""Commands of custody: load, decide, save, record; and its reactions to rehabilitation."""

from datetime import date
from uuid import UUID

from services.custody import domain
from services.custody.repository import CustodyUnitOfWork
from shared import clock
from shared.contracts.events.custody import CustodyEndReason
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted
from shared.journal.reactions import Incoming
from shared.stage import locked_child


async def admit(case: UUID, admission: domain.Admission, policy: domain.Policy, uow: CustodyUnitOfWork) -> UUID:
    """Take a child into care and return the stay's id.

    An institution cannot see a child before it is there: the case id, which is random, is what the guardian brings.
    """
    child = await locked_child(uow, case)
    fact = domain.admit(child.born, admission, await uow.stays_of(case), policy, today=clock.today())
    await uow.add(case, child.county, fact)
    uow.record(case, fact, occurred_at=fact.admitted_on)
    return fact.stay


async def end_stay(
    institution: UUID, stay: UUID, ended_on: date, reason: CustodyEndReason, uow: CustodyUnitOfWork
) -> None:
    """End a stay of the institution's own."""
    case, held = await uow.own_stay(institution, stay)
    fact = domain.end_stay(held, ended_on, reason, today=clock.today())
    await uow.end(fact)
    uow.record(case, fact, occurred_at=fact.ended_on)


async def show_to_carers(incoming: Incoming[EnrolmentStarted], uow: CustodyUnitOfWork) -> None:
    """A child is in rehabilitation: institutions that offer care may want to admit it."""
    await uow.add_enrolment(incoming.event.case, incoming.data)


async def hide_from_carers(incoming: Incoming[EnrolmentEnded], uow: CustodyUnitOfWork) -> None:
    """The rehabilitation ended, and with it the reason to show the child."""
    await uow.drop_enrolment(incoming.data.enrolment)
