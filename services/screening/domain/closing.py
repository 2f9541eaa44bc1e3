"""Closing with a reason, reopening with a reason, and handing over to rehabilitation (handbook §1.5)."""

from datetime import date
from uuid import UUID

from services.screening.domain.protocol import Protocol
from services.screening.domain.states import machine
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import (
    AgeLimitNotReached,
    ClosingReasonNotNow,
    GuardianSignatureNeeded,
    NotOwner,
    StateForbids,
)
from shared.ages import birthday
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    CaseClosed,
    CaseHandedOver,
    CaseReopened,
    ClosingReason,
    ReopeningReason,
    SuspicionState,
)

RETURNABLE = frozenset({SuspicionState.CLOSED, SuspicionState.LOST_TO_FOLLOW_UP})


def close(
    suspicion: Suspicion, reason: ClosingReason, on: date, signed_on: date | None, by: ActorRef, protocol: Protocol
) -> Decision:
    """Close a suspicion for a reason that its state, the child's age and the papers bear out.

    A guardian's refusal carries the date of a signature (handbook §1.4); `age_limit` needs the 7th birthday.
    """
    _must_be_closed_by(suspicion, by)
    suspicion.must_have_begun_by(on)
    limit = protocol.age_limits.screening_years.value
    if reason is ClosingReason.AGE_LIMIT and on < birthday(suspicion.child.born, limit):
        raise AgeLimitNotReached(limit=limit)
    if not _papers_fit(suspicion, reason, on, signed_on):
        raise GuardianSignatureNeeded
    return closed(suspicion, reason, on, protocol, signed_on=signed_on)


def closed(
    suspicion: Suspicion, reason: ClosingReason, on: date, protocol: Protocol, signed_on: date | None = None
) -> Decision:
    """Return the suspicion closed; raises StateForbids or ClosingReasonNotNow (handbook §1.5)."""
    if not machine().fits(reason, suspicion.state):
        raise ClosingReasonNotNow(state=suspicion.state.value, reason=reason.value)
    lost = suspicion.state is SuspicionState.LOST_TO_FOLLOW_UP
    end = suspicion.moved(
        SuspicionState.CLOSED,
        because=reason,
        # A family found after closing is taken up again where it was lost, not in the loss itself.
        origin=suspicion.origin if lost else suspicion.state,
        recheck_due_on=None,
        trace_on=None,
    )
    fact = CaseClosed(
        category=suspicion.category,
        reason=reason,
        closed_on=on,
        guardian_signed_on=signed_on,
        state_before=suspicion.state,
        state=end.state,
        policy=protocol.policy,
    )
    return Decision(end, (fact,))


def reopen(suspicion: Suspicion, reason: ReopeningReason, on: date, by: ActorRef) -> Decision:
    """Take a lost or closed suspicion up again, in the state it came from (handbook §1.5)."""
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(RETURNABLE, "reopen")
    suspicion.must_have_begun_by(on)
    return reopened(suspicion, reason, on)


def reopened(suspicion: Suspicion, reason: ReopeningReason, on: date) -> Decision:
    """Return the suspicion in the state it came from; raises StateForbids."""
    if suspicion.origin is None:
        raise StateForbids(state=suspicion.state.value, act="reopen")
    back = suspicion.moved(suspicion.origin, origin=None, failed_traces=0)
    fact = CaseReopened(category=suspicion.category, reason=reason, reopened_on=on, state=back.state)
    return Decision(back, (fact,))


def hand_over(suspicion: Suspicion, institution: UUID, enrolment: UUID, on: date) -> Decision:
    """Record that rehabilitation has begun, so that the first screener sees the outcome (handbook §1.5)."""
    moved = suspicion.moved(SuspicionState.HANDED_OVER, trace_on=None, failed_traces=0)
    fact = CaseHandedOver(
        category=suspicion.category,
        institution=institution,
        enrolment=enrolment,
        handed_over_on=on,
        state=moved.state,
    )
    return Decision(moved, (fact,))


def _papers_fit(suspicion: Suspicion, reason: ClosingReason, on: date, signed_on: date | None) -> bool:
    if reason is not ClosingReason.GUARDIAN_REFUSED:
        return signed_on is None
    return signed_on is not None and suspicion.opened_on <= signed_on <= on


def _must_be_closed_by(suspicion: Suspicion, by: ActorRef) -> None:
    """The owner closes; once the child is handed over, the first screener may close the loop (handbook §1.4)."""
    handed_over = suspicion.state is SuspicionState.HANDED_OVER
    if by.organisation != suspicion.owner and not (handed_over and by.organisation == suspicion.first_screener):
        raise NotOwner
