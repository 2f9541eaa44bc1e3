"""Tracing of families that did not come, and the case that counts as lost (孤独症规范; handbook §1.4 duties, §1.5)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from services.screening.domain.figures import Tracing
from services.screening.domain.protocol import Protocol
from services.screening.domain.states import machine
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import GuardianSignatureNeeded, NotOwner, TooFewTraces
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import CaseLost, SuspicionState, TracingAttempted, TracingOutcome
from shared.rulebook.registry import rule

TRACEABLE = frozenset(
    state for state, row in machine().states.items() if SuspicionState.LOST_TO_FOLLOW_UP.value in row.next
)
"""States in which a child may fail to come: those that may be followed by `lost_to_follow_up`."""

AWAITED = frozenset(
    {
        SuspicionState.RESCREEN_REFERRED,
        SuspicionState.RECHECK_DUE,
        SuspicionState.DIAGNOSIS_REFERRED,
        SuspicionState.DIAGNOSIS_PENDING,
    }
)
"""States in which a child is awaited by a day, so that tracing has a clock."""


class TraceReason(StrEnum):
    """Why a family is to be traced."""

    NO_RESCREENING = "no_rescreening"
    NO_RECHECK = "no_recheck"
    NO_DIAGNOSIS = "no_diagnosis"
    NO_SECOND_DIAGNOSIS = "no_second_diagnosis"
    OFFER_AGAIN = "offer_again"
    """The family refused; the next round has come."""


MISSED_STEP = {
    SuspicionState.RESCREEN_REFERRED: TraceReason.NO_RESCREENING,
    SuspicionState.RECHECK_DUE: TraceReason.NO_RECHECK,
    SuspicionState.DIAGNOSIS_REFERRED: TraceReason.NO_DIAGNOSIS,
    SuspicionState.DIAGNOSIS_PENDING: TraceReason.NO_SECOND_DIAGNOSIS,
}


@rule("screening.tracing-clock", "assumed", zh="未到复筛者14天后首次追访；未到复查或诊断者30天后追访")
def trace_day(state: SuspicionState, since: date, tracing: Tracing) -> date | None:
    """Say on which day a child that did not come is first traced; none where nothing is awaited.

    孤独症规范; handbook §1.4.

    `since` is the day of the slip, or the day on which a recheck is due. No day count is official.
    """
    if state not in AWAITED:
        return None
    first = state is SuspicionState.RESCREEN_REFERRED
    figure = tracing.rescreening_first_days if first else tracing.later_steps_days
    return since + timedelta(days=figure.value)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to reach a family; a refusal bears the date of the guardian's signature."""

    on: date
    outcome: TracingOutcome
    signed_on: date | None = None

    @property
    def refused(self) -> bool:
        return self.outcome is TracingOutcome.REFUSED


@rule(
    "screening.tracing-attempt",
    "assumed",
    zh="追访：仅连续未联系上计入失访；拒绝须签字日期，并于下一次健康检查再次提供",
)
def attempt_tracing(suspicion: Suspicion, attempt: Attempt, by: ActorRef, protocol: Protocol) -> Decision:
    """Record an attempt to reach the family: only failures in a row count towards loss; a refusal is offered again.

    A refusal bears the date of the guardian's signature; the step is offered again at the next round (handbook §1.4).
    """
    _must_be_traced_by(suspicion, by)
    suspicion.must_be_in(TRACEABLE, "tracing")
    suspicion.must_have_begun_by(attempt.on)
    if not _signature_fits(suspicion, attempt):
        raise GuardianSignatureNeeded
    again = protocol.next_round(suspicion.child.born, attempt.on) if attempt.refused else None
    failed = suspicion.failed_traces + 1 if attempt.outcome is TracingOutcome.NOT_REACHED else 0
    next_on = again if attempt.refused else _next_day(suspicion, attempt.on, protocol.tracing)
    traced = replace(suspicion, failed_traces=failed, trace_on=next_on, offer_again_on=again)
    return Decision(traced, (_attempted(traced, attempt, protocol),))


@rule("screening.reason-to-trace", "assumed", zh="追访原因：未到复筛、未到复查、未到诊断或拒绝后再次提供")
def reason_to_trace(state: SuspicionState, offer_again_on: date | None) -> TraceReason:
    """Say why a family is on the list of those to be traced (孤独症规范; handbook §1.4)."""
    return TraceReason.OFFER_AGAIN if offer_again_on else MISSED_STEP[state]


@rule("screening.lost-to-follow-up", "assumed", zh="连续3次追访失败方可由人判定失访")
def give_up(suspicion: Suspicion, on: date, by: ActorRef, protocol: Protocol) -> Decision:
    """Declare a case lost: a person decides it, and not before three failures in a row (handbook §1.5)."""
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(TRACEABLE, "lost")
    suspicion.must_have_begun_by(on)
    needed = protocol.tracing.failures_before_lost.value
    if suspicion.failed_traces < needed:
        raise TooFewTraces(needed=needed, made=suspicion.failed_traces)
    lost = suspicion.moved(SuspicionState.LOST_TO_FOLLOW_UP, on, origin=suspicion.state, trace_on=None)
    fact = CaseLost(
        category=suspicion.category,
        lost_on=on,
        state_before=suspicion.state,
        state=lost.state,
        policy=protocol.policy,
    )
    return Decision(lost, (fact,))


def _next_day(suspicion: Suspicion, on: date, tracing: Tracing) -> date | None:
    if suspicion.state not in AWAITED:
        return None
    first_step = suspicion.state is SuspicionState.RESCREEN_REFERRED
    figure = tracing.rescreening_next_days if first_step else tracing.later_steps_days
    return on + timedelta(days=figure.value)


def _attempted(traced: Suspicion, attempt: Attempt, protocol: Protocol) -> TracingAttempted:
    return TracingAttempted(
        category=traced.category,
        attempted_on=attempt.on,
        outcome=attempt.outcome,
        failed_in_a_row=traced.failed_traces,
        guardian_signed_on=attempt.signed_on,
        offer_again_on=traced.offer_again_on,
        trace_on=None if attempt.refused else traced.trace_on,
        state=traced.state,
        policy=protocol.policy,
    )


def _signature_fits(suspicion: Suspicion, attempt: Attempt) -> bool:
    if not attempt.refused:
        return attempt.signed_on is None
    return attempt.signed_on is not None and suspicion.opened_on <= attempt.signed_on <= attempt.on


def _must_be_traced_by(suspicion: Suspicion, by: ActorRef) -> None:
    """Tracing is the owner's duty, helped by the first screener (孤独症规范)."""
    if by.organisation not in {suspicion.owner, suspicion.first_screener}:
        raise NotOwner
