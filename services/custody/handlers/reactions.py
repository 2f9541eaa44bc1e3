"""What other stages say of a child in care. All of it may come late, twice, or before what it is about."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.custody.domain.admission import end_by_death
from services.custody.repository import CustodyUnitOfWork
from shared.contracts.envelope import Event
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    ChildErased,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)
from shared.errors import CaseNotFound
from shared.journal.reactions import Incoming


async def show_to_carers(incoming: Incoming[EnrolmentStarted], uow: CustodyUnitOfWork) -> None:
    """A child is in rehabilitation: institutions that offer care may want to admit it."""
    await uow.children.add_enrolment(incoming.event.case, incoming.data)


async def hide_from_carers(incoming: Incoming[EnrolmentEnded], uow: CustodyUnitOfWork) -> None:
    """The rehabilitation ended, and with it the reason to show the child."""
    await uow.children.drop_enrolment(incoming.data.enrolment)


async def end_on_death(incoming: Incoming[DeathRegistered], uow: CustodyUnitOfWork) -> None:
    """The child died: its stay ends, whatever case it is under."""
    await uow.children.keep(incoming.event.case, died_on=incoming.data.died_on)
    await _end_if_dead(incoming.event, uow)


async def know_alive(incoming: Incoming[DeathRetracted], uow: CustodyUnitOfWork) -> None:
    """The death was registered wrongly: the stay it ended has ended, and the child can be admitted anew."""
    await uow.children.keep(incoming.event.case, died_on=None)


async def move(incoming: Incoming[ResidenceMoved], uow: CustodyUnitOfWork) -> None:
    """The child lives in another county: its federation is the one to know now; the stay goes on where it is."""
    await uow.children.move(incoming.event.case, incoming.data.region)


async def show_as_one(incoming: Incoming[IdentityMerged], uow: CustodyUnitOfWork) -> None:
    """Two cases are one child. Both streams say so; the merged child's own decides, so that its order is the order."""
    if incoming.event.case == incoming.data.merged:
        await uow.children.keep(incoming.data.merged, merged_into=incoming.data.survivor)
        await _end_if_dead(incoming.event, uow)


async def show_as_two(incoming: Incoming[IdentityUnmerged], uow: CustodyUnitOfWork) -> None:
    """Two cases are two children after all."""
    if incoming.event.case == incoming.data.merged:
        await uow.children.keep(incoming.data.merged, merged_into=None)


async def show_no_more(incoming: Incoming[ConsentWithdrawn], uow: CustodyUnitOfWork) -> None:
    """The guardian withdrew consent: nobody new is told of the child; who cares for it goes on (handbook §0 rule 6)."""
    await uow.children.keep(incoming.event.case, consent=False)


async def show_again(incoming: Incoming[ConsentGiven], uow: CustodyUnitOfWork) -> None:
    """The guardian agreed: institutions that offer care may be shown the child."""
    await uow.children.keep(incoming.event.case, consent=True)


async def forget(incoming: Incoming[ChildErased], uow: CustodyUnitOfWork) -> None:
    """The child's identity was destroyed: its key and every word about it go, the facts stay."""
    await uow.children.keep(incoming.event.case, erased=True)
    await uow.papers.forget(incoming.event.case)


async def grade(incoming: Incoming[CertificateIssued], uow: CustodyUnitOfWork) -> None:
    """A certificate says how much care the child needs."""
    fact = incoming.data
    await uow.children.grade(incoming.event.case, fact.grading, fact.issued_on, fact.grade)


async def regrade(incoming: Incoming[CertificateRegraded], uow: CustodyUnitOfWork) -> None:
    """The certificate says something else from a day on."""
    fact = incoming.data
    await uow.children.grade(incoming.event.case, fact.grading, fact.regraded_on, fact.grade)


async def drop_grade(incoming: Incoming[CertificateCancelled], uow: CustodyUnitOfWork) -> None:
    """The certificate says nothing any more from a day on."""
    fact = incoming.data
    await uow.children.grade(incoming.event.case, fact.grading, fact.cancelled_on, None)


async def _end_if_dead(event: Event, uow: CustodyUnitOfWork) -> None:
    try:
        child = await uow.children.held(event.case)
    except CaseNotFound:
        return
    if child.subject.died_on is not None:
        await _end_stays(child.cases, child.subject.died_on, event, uow)


async def _end_stays(cases: Sequence[UUID], died_on: date, event: Event, uow: CustodyUnitOfWork) -> None:
    for case, stay in await uow.stays.of(cases):
        if stay.ended_on is None:
            fact = end_by_death(stay, died_on)
            await uow.stays.end(fact)
            uow.record(case, fact, occurred_at=fact.ended_on, caused_by=event)
