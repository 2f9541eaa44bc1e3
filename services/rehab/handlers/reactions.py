"""Answers of rehab to what screening says about a child. Each may come late or twice, and finds what it finds."""

from services.rehab.domain import applying
from services.rehab.handlers.enrolling import end_if_dead
from services.rehab.repository import RehabUnitOfWork
from shared.contracts.envelope import Event
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    ChildErased,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    DeathRetracted,
    DiagnosisOutcome,
    DiagnosisRecorded,
    IdentityMerged,
    IdentityUnmerged,
    ResidenceMoved,
)
from shared.journal.reactions import Incoming


async def open_intake(incoming: Incoming[DiagnosisRecorded], uow: RehabUnitOfWork) -> None:
    """Open an intake for a confirmed diagnosis; the same category confirmed again opens no second one."""
    diagnosis = incoming.data
    if diagnosis.outcome is not DiagnosisOutcome.CONFIRMED or diagnosis.rehab_category is None:
        return
    child = await uow.records.children.held(incoming.event.case)
    if child.died_on is not None or child.erased_on is not None:
        return
    fact = applying.open_intake(child, diagnosis.rehab_category, diagnosis.diagnosed_on, uow.rules)
    if await uow.records.intakes.add(child.case, fact, diagnosis.institution):
        uow.record(child.case, fact, occurred_at=incoming.event.occurred_at, caused_by=incoming.event)


async def end_on_death(incoming: Incoming[DeathRegistered], uow: RehabUnitOfWork) -> None:
    """End every enrolment of the child, under whichever case it runs; one that is entered later ends at once."""
    await uow.records.children.mark(incoming.event.case, died_on=incoming.data.died_on)
    await _end_what_runs(incoming.event, uow)


async def know_alive(incoming: Incoming[DeathRetracted], uow: RehabUnitOfWork) -> None:
    """The death was registered wrongly. What it ended has ended; the child can be enrolled anew."""
    await uow.records.children.mark(incoming.event.case, died_on=None)


async def move_responsibility(incoming: Incoming[ResidenceMoved], uow: RehabUnitOfWork) -> None:
    """Let the new county answer for what is open. A move that is told late changes nothing after the newest one."""
    child = await uow.records.children.held(incoming.event.case)
    if await uow.records.children.move(child.case, incoming.data):
        await uow.records.children.hand_over(child.case, incoming.data.region)


async def merge(incoming: Incoming[IdentityMerged], uow: RehabUnitOfWork) -> None:
    """Show two cases as one child. The fact stands in both streams: only that of the merged case counts."""
    if incoming.event.case == incoming.data.merged:
        await uow.records.children.merge(incoming.data.merged, incoming.data.survivor)
        await _end_what_runs(incoming.event, uow)


async def unmerge(incoming: Incoming[IdentityUnmerged], uow: RehabUnitOfWork) -> None:
    """Show two children again."""
    if incoming.event.case == incoming.data.merged:
        await uow.records.children.unmerge(incoming.data.merged, incoming.data.survivor)


async def stop_sharing(incoming: Incoming[ConsentWithdrawn], uow: RehabUnitOfWork) -> None:
    """Let nobody new receive the child; who has it goes on with what it owes."""
    await uow.records.children.mark(incoming.event.case, sharing_stopped_on=incoming.data.withdrawn_on)


async def share_again(incoming: Incoming[ConsentGiven], uow: RehabUnitOfWork) -> None:
    """Share as before."""
    await uow.records.children.mark(incoming.event.case, sharing_stopped_on=None)


async def forget_words(incoming: Incoming[ChildErased], uow: RehabUnitOfWork) -> None:
    """Delete every free text about the child, now and from now on; ids, codes and amounts stay."""
    await uow.records.children.mark(incoming.event.case, erased_on=incoming.data.erased_on)
    await uow.records.children.forget_words(incoming.event.case)


async def know_certificate(incoming: Incoming[CertificateIssued], uow: RehabUnitOfWork) -> None:
    """Keep a certificate for eligibility."""
    await uow.records.children.certify(incoming.event.case, incoming.data)


async def regrade_certificate(incoming: Incoming[CertificateRegraded], uow: RehabUnitOfWork) -> None:
    """Keep another category or grade of a certificate."""
    await uow.records.children.regrade(incoming.data)


async def cancel_certificate(incoming: Incoming[CertificateCancelled], uow: RehabUnitOfWork) -> None:
    """Keep that a certificate is no more."""
    await uow.records.children.cancel_certificate(incoming.data)


async def _end_what_runs(event: Event, uow: RehabUnitOfWork) -> None:
    """End what still runs of a child that died, under every case that is known to be it by now."""
    child = await uow.records.children.held(event.case)
    await end_if_dead(await uow.records.children.together(event.case), child.died_on, uow, caused_by=event)
