"""Closing with a reason, reopening with a reason, and handing over to rehabilitation (handbook §1.5)."""

from datetime import date
from uuid import UUID

from services.screening.domain.follow_up import is_followed_up
from services.screening.domain.newborn_hearing import awaiting, scheduled
from services.screening.domain.protocol import Protocol
from services.screening.domain.states import machine
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.domain.tracing import trace_day
from services.screening.errors import (
    AgeLimitNotReached,
    ClosingReasonNotNow,
    GuardianSignatureNeeded,
    NotOwner,
    ReopeningReasonNotNow,
    StateForbids,
)
from shared.ages import birthday
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    CaseClosed,
    CaseHandedOver,
    CaseReopened,
    ClosingReason,
    RecheckBasis,
    RecheckScheduled,
    ReopeningReason,
    SuspicionState,
)
from shared.rulebook.registry import rule

RETURNABLE = frozenset({SuspicionState.CLOSED, SuspicionState.LOST_TO_FOLLOW_UP})
SEEN_AGAIN = frozenset({SuspicionState.RECHECK_DUE, SuspicionState.DIAGNOSIS_PENDING})
BESIDE_THE_STATE = frozenset({RecheckBasis.FOLLOW_UP, RecheckBasis.NEWBORN_HEARING})
"""Clocks that run in states of which no recheck is part."""


@rule("screening.closing", "assumed", zh="结案须有与状态、年龄和材料相符的原因：拒绝须签字日期，超龄须满7周岁")
def close(
    suspicion: Suspicion, reason: ClosingReason, on: date, signed_on: date | None, by: ActorRef, protocol: Protocol
) -> Decision:
    """Close a suspicion for a reason that its state, the child's age and the papers bear out (handbook §1.5).

    A guardian's refusal carries the date of a signature (§1.4); `age_limit` needs the 7th birthday.
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
    """Return the suspicion closed, whoever decided it; raises StateForbids or ClosingReasonNotNow."""
    _must_fit(suspicion, reason)
    lost = suspicion.state is SuspicionState.LOST_TO_FOLLOW_UP
    changes = {
        # A family found after closing is taken up again where it was lost, not in the loss itself.
        "origin": suspicion.origin if lost else suspicion.state,
        "recheck_due_on": suspicion.recheck_due_on if _is_followed_after(suspicion, reason, protocol) else None,
        "trace_on": None,
        "offer_again_on": _offered_again(suspicion, reason, on, protocol),
        "closing_reason": reason,
    }
    end = suspicion.moved(SuspicionState.CLOSED, on, because=reason, **changes)
    return Decision(end, (_fact(suspicion, end, reason, signed_on, protocol),))


@rule("screening.reopening", "assumed", zh="失访或结案的个案可注明原因重新开启，回到原状态并重新计时")
def reopen(suspicion: Suspicion, reason: ReopeningReason, on: date, by: ActorRef, protocol: Protocol) -> Decision:
    """Take a lost or closed suspicion up again, in the state it came from, its clocks running again (handbook §1.5)."""
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(RETURNABLE, "reopen")
    suspicion.must_have_begun_by(on)
    why = suspicion.closing_reason
    if why and machine().ends_any_state(why) and reason is not ReopeningReason.CLOSED_IN_ERROR:
        raise ReopeningReasonNotNow(closed_for=why.value, reason=reason.value)
    return reopened(suspicion, reason, on, protocol)


def reopened(suspicion: Suspicion, reason: ReopeningReason, on: date, protocol: Protocol) -> Decision:
    """Return the suspicion in the state it came from, whoever decided it; raises StateForbids."""
    if suspicion.origin is None:
        raise StateForbids(state=suspicion.state.value, act="reopen")
    back = _taken_up(suspicion, suspicion.origin, on, protocol)
    fact = CaseReopened(
        category=suspicion.category, reason=reason, reopened_on=on, trace_on=back.trace_on, state=back.state
    )
    return Decision(back, (fact, *_clock(back, protocol)))


@rule("screening.handing-over", "source", zh="康复开始即记为已转介康复，首筛机构可见结果")
def hand_over(suspicion: Suspicion, institution: UUID, enrolment: UUID, on: date) -> Decision:
    """Record that rehabilitation has begun, so that the first screener sees the outcome.

    孤独症规范; handbook §1.4, §1.5.
    """
    changes = {"recheck_due_on": None, "recheck_basis": None} if suspicion.newborn_hearing else {}
    moved = suspicion.moved(SuspicionState.HANDED_OVER, on, trace_on=None, failed_traces=0, **changes)
    fact = CaseHandedOver(
        category=suspicion.category,
        institution=institution,
        enrolment=enrolment,
        handed_over_on=on,
        state=moved.state,
    )
    return Decision(moved, (fact,))


@rule("screening.found-in-rehabilitation", "assumed", zh="确诊后失访的儿童开始康复，视为已找到并转介康复")
def begin_rehabilitation(
    suspicion: Suspicion, institution: UUID, enrolment: UUID, on: date, protocol: Protocol
) -> Decision:
    """Hand a confirmed child over; one that counted as lost is found again by its enrolment (handbook §1.5)."""
    if suspicion.state is not SuspicionState.LOST_TO_FOLLOW_UP:
        return hand_over(suspicion, institution, enrolment, on)
    found = reopened(suspicion, ReopeningReason.FAMILY_FOUND, max(on, suspicion.since), protocol)
    begun = hand_over(found.suspicion, institution, enrolment, on)
    return Decision(begun.suspicion, (found.facts[0], *begun.facts, *_clock(begun.suspicion, protocol)))


def _must_fit(suspicion: Suspicion, reason: ClosingReason) -> None:
    passed = reason is ClosingReason.NORMAL_ON_RECHECK
    # Only a newborn's hearing is passed at once; everything else is rechecked before it counts as normal.
    too_early = passed and suspicion.state is not SuspicionState.RECHECK_DUE and not suspicion.newborn_hearing
    if too_early or not machine().fits(reason, suspicion.state):
        raise ClosingReasonNotNow(state=suspicion.state.value, reason=reason.value)


def _is_followed_after(suspicion: Suspicion, reason: ClosingReason, protocol: Protocol) -> bool:
    """A case that is closed because rehabilitation took the child over is still followed up by the hospital."""
    return reason is ClosingReason.HANDED_OVER and is_followed_up(suspicion.rehab_category, protocol)


def _offered_again(suspicion: Suspicion, reason: ClosingReason, on: date, protocol: Protocol) -> date | None:
    refused = reason is ClosingReason.GUARDIAN_REFUSED
    return protocol.next_round(suspicion.child.born, on) if refused else None


def _taken_up(suspicion: Suspicion, origin: SuspicionState, on: date, protocol: Protocol) -> Suspicion:
    """Return the suspicion as it was: a recheck that was due is due at once, a child that was awaited is awaited."""
    due_on = on if _is_due_at_once(suspicion, origin, on, protocol) else suspicion.recheck_due_on
    trace_on = trace_day(origin, on, protocol.tracing)
    back = suspicion.moved(
        origin, on, origin=None, failed_traces=0, recheck_due_on=due_on, trace_on=trace_on, closing_reason=None
    )
    return awaiting(back, protocol)


def _is_due_at_once(suspicion: Suspicion, origin: SuspicionState, on: date, protocol: Protocol) -> bool:
    """A recheck is, and a follow-up whose clock the closing had stopped, up to the age limit of the norm."""
    stopped = suspicion.recheck_basis is RecheckBasis.FOLLOW_UP and suspicion.recheck_due_on is None
    limit = birthday(suspicion.child.born, protocol.age_limits.screening_years.value)
    return origin in SEEN_AGAIN or (stopped and on < limit)


def _clock(suspicion: Suspicion, protocol: Protocol) -> tuple[RecheckScheduled, ...]:
    basis, due_on = suspicion.recheck_basis, suspicion.recheck_due_on
    runs = suspicion.state in SEEN_AGAIN or basis in BESIDE_THE_STATE
    return (scheduled(suspicion, basis, due_on, protocol),) if basis and due_on and runs else ()


def _fact(
    before: Suspicion, end: Suspicion, reason: ClosingReason, signed_on: date | None, protocol: Protocol
) -> CaseClosed:
    return CaseClosed(
        category=before.category,
        reason=reason,
        closed_on=end.since,
        guardian_signed_on=signed_on,
        offer_again_on=end.offer_again_on,
        state_before=before.state,
        state=end.state,
        policy=protocol.policy,
    )


def _papers_fit(suspicion: Suspicion, reason: ClosingReason, on: date, signed_on: date | None) -> bool:
    if reason is not ClosingReason.GUARDIAN_REFUSED:
        return signed_on is None
    return signed_on is not None and suspicion.opened_on <= signed_on <= on


def _must_be_closed_by(suspicion: Suspicion, by: ActorRef) -> None:
    """The owner closes; once the child is handed over, the first screener may close the loop (handbook §1.4)."""
    handed_over = suspicion.state is SuspicionState.HANDED_OVER
    if by.organisation != suspicion.owner and not (handed_over and by.organisation == suspicion.first_screener):
        raise NotOwner
