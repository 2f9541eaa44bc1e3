"""Tracing of families that did not come, and the case that counts as lost (孤独症规范; handbook §1.4 duties, §1.5)."""

from dataclasses import replace
from datetime import date, timedelta

from services.screening.domain.protocol import Protocol, Tracing
from services.screening.domain.states import machine
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import NotOwner, TooFewTraces
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import CaseLost, SuspicionState, TracingAttempted, TracingOutcome

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


def trace_day(state: SuspicionState, since: date, tracing: Tracing) -> date | None:
    """Return the day on which a child that did not come is first traced; none where nothing is awaited.

    `since` is the day of the slip, or the day on which a recheck is due. No day count is official ([assumed]).
    """
    if state not in AWAITED:
        return None
    first = state is SuspicionState.RESCREEN_REFERRED
    figure = tracing.rescreening_first_days if first else tracing.later_steps_days
    return since + timedelta(days=figure.value)


def attempt_tracing(
    suspicion: Suspicion, on: date, outcome: TracingOutcome, by: ActorRef, protocol: Protocol
) -> Decision:
    """Record an attempt to reach the family; only failures in a row count towards `lost_to_follow_up`."""
    _must_be_traced_by(suspicion, by)
    suspicion.must_be_in(TRACEABLE, "tracing")
    suspicion.must_have_begun_by(on)
    failed = 0 if outcome is TracingOutcome.REACHED else suspicion.failed_traces + 1
    traced = replace(suspicion, failed_traces=failed, trace_on=_next_day(suspicion, on, protocol.tracing))
    fact = TracingAttempted(
        category=suspicion.category,
        attempted_on=on,
        outcome=outcome,
        failed_in_a_row=failed,
        state=suspicion.state,
        policy=protocol.policy,
    )
    return Decision(traced, (fact,))


def give_up(suspicion: Suspicion, on: date, by: ActorRef, protocol: Protocol) -> Decision:
    """Declare a case lost; a person decides it, and not before the configured number of failures (handbook §1.5)."""
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(TRACEABLE, "lost")
    suspicion.must_have_begun_by(on)
    needed = protocol.tracing.failures_before_lost.value
    if suspicion.failed_traces < needed:
        raise TooFewTraces(needed=needed, made=suspicion.failed_traces)
    lost = suspicion.moved(SuspicionState.LOST_TO_FOLLOW_UP, origin=suspicion.state, trace_on=None)
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


def _must_be_traced_by(suspicion: Suspicion, by: ActorRef) -> None:
    """Tracing is the owner's duty, helped by the first screener (孤独症规范)."""
    if by.organisation not in {suspicion.owner, suspicion.first_screener}:
        raise NotOwner
