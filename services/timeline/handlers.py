"""Commands of the desk of parked events (redrive, waiver), and the review of findings."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.timeline.domain import parking
from services.timeline.domain.findings.review import check_other_person, reviewable
from services.timeline.domain.findings.standing import reviewed
from services.timeline.errors import NothingToStepOver
from services.timeline.repository import books, conclusions, findings
from services.timeline.repository import parked as repository
from services.timeline.repository.parked import ParkedEvent
from shared import clock
from shared.access.policy import Actor
from shared.contracts.envelope import Event
from shared.contracts.events.timeline import ReviewDecision, WaiverReason
from shared.errors import NotFound
from shared.journal import redrive as journal
from shared.journal.inbox import Inbox, Outcome, Record
from shared.journal.reason import Reason
from shared.journal.redrive import Redriven
from shared.journal.unit_of_work import UnitOfWork


class WaiverState(StrEnum):
    """How far a waiver is."""

    ASKED = "asked"
    AGREED = "agreed"


async def find(parked_id: int, uow: UnitOfWork) -> ParkedEvent:
    """Return a parked event. Raises NotFound."""
    parked = await repository.find(uow.driver, parked_id)
    if parked is None:
        raise NotFound(kind="parked event")
    return parked


async def redrive(parked_id: int, parked: ParkedEvent, inbox: Inbox, actor: Actor, *, dry_run: bool) -> Redriven:
    """Send a parked event through the inbox again; return what became of it, or would.

    What only waits for an earlier fact is not redriven: it follows by itself.
    """
    done = await journal.redrive(inbox, actor.ref, [parked_id], dry_run=dry_run)
    return done[0] if done else Redriven(parked_id, Outcome.PARKED, Reason(parked.reason), None)


async def waive(parked: ParkedEvent, reason: WaiverReason, actor: Actor, uow: UnitOfWork) -> WaiverState:
    """Ask to step over a fact that blocks its stream or, as a second person, agree to it; then it is stepped over."""
    if parked.case is None:
        raise NothingToStepOver(reason=parked.reason)
    event = Event.read(parked.envelope)
    parked_for = parking.blocking_reason(parked.reason, event.seq, await repository.hold_stream(uow.driver, event))
    asked = await repository.asked_waiver(uow.driver, event)
    if asked is None:
        await repository.ask_waiver(uow.driver, event, reason, actor.person)
        return WaiverState.ASKED
    asked_for, asked_by = asked
    parking.check_second_person(asked_by, actor.person, asked_for, reason)
    await repository.agree_waiver(uow.driver, event, actor.person)
    await repository.step_over(uow.driver, event)
    fact = parking.waived(event, parked_for, reason, asked_by, actor.person)
    uow.record(event.case, fact, occurred_at=clock.now())
    return WaiverState.AGREED


async def drain_behind(envelope: bytes, inbox: Inbox) -> None:
    """Apply what waits behind a fact that was stepped over: to the inbox it is a duplicate that opens its stream."""
    await inbox.take([Record(envelope)])


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decides about a finding, and why."""

    case: UUID
    finding: UUID
    decision: ReviewDecision
    reason: str


async def review(command: Review, actor: Actor, uow: UnitOfWork) -> list[Event]:
    """Record a decision about a finding, its words beside it, and return its facts.

    Nobody reviews what stands on assistance that they approved or a payment that they made.
    """
    deciders = await findings.deciders(uow.driver, command.case)
    own = await findings.held(uow.driver, command.case)
    standing = reviewable(own, command.finding)
    check_other_person(deciders, actor.person)
    facts = reviewed(standing.finding, standing.rule, command.decision)
    ids = [uow.record(command.case, fact, occurred_at=clock.now()) for fact in facts]
    words = command.decision.value, command.reason
    await findings.keep_words(uow.driver, standing, ids[0], *words, (actor.person, actor.organisation))
    await uow.flush()
    events = await books.recorded(uow.driver, {command.case}, ids)
    await conclusions.write(uow.driver, events)
    return events
