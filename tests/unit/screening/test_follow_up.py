"""Tracing, loss, closing, reopening and handing over (handbook §1.4, §1.5)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.closing import close, hand_over, reopen
from services.screening.domain.states import machine
from services.screening.domain.tracing import Attempt, attempt_tracing, give_up
from services.screening.errors import (
    AgeLimitNotReached,
    BeforeSuspicion,
    ClosingReasonNotNow,
    GuardianSignatureNeeded,
    NotOwner,
    StateForbids,
    TooFewTraces,
)
from shared.contracts.events.screening import ClosingReason, ReopeningReason, SuspicionState, TracingOutcome
from tests.unit.screening.invented import BORN, CLINIC, HOSPITAL, MCH, STRANGER

ON = date(2024, 4, 4)
REACHED, NOT_REACHED = TracingOutcome.REACHED, TracingOutcome.NOT_REACHED
TRACEABLE = {"rescreen_referred", "recheck_due", "diagnosis_referred", "diagnosis_pending", "confirmed"}


@pytest.fixture
def referred(in_state):
    return in_state(SuspicionState.RESCREEN_REFERRED, trace_on=ON)


def test_failures_in_a_row_are_counted_and_a_contact_forgives_them(referred, protocol):
    counted = []
    for outcome in (NOT_REACHED, NOT_REACHED, REACHED, NOT_REACHED):
        decision = attempt_tracing(referred, Attempt(ON, outcome), CLINIC, protocol)
        referred = decision.suspicion
        counted.append(decision.facts[0].failed_in_a_row)
    assert counted == [1, 2, 0, 1]
    assert referred.trace_on == decision.facts[0].trace_on == date(2024, 5, 4)


@pytest.mark.parametrize("by", [MCH, CLINIC])
def test_the_owner_traces_helped_by_the_first_screener(in_state, protocol, by):
    suspicion = in_state(SuspicionState.RECHECK_DUE, owner=MCH)
    assert attempt_tracing(suspicion, Attempt(ON, NOT_REACHED), by, protocol).suspicion.failed_traces == 1


def test_nobody_else_traces(in_state, protocol):
    with pytest.raises(NotOwner):
        attempt_tracing(in_state(SuspicionState.RECHECK_DUE, owner=MCH), Attempt(ON, NOT_REACHED), STRANGER, protocol)


@pytest.mark.parametrize("state", SuspicionState)
def test_only_a_child_that_may_be_lost_is_traced(in_state, protocol, state):
    if state in TRACEABLE:
        assert attempt_tracing(in_state(state), Attempt(ON, REACHED), CLINIC, protocol).facts[0].state is state
    else:
        with pytest.raises(StateForbids):
            attempt_tracing(in_state(state), Attempt(ON, REACHED), CLINIC, protocol)


@pytest.mark.parametrize("made", [0, 1, 2])
def test_a_case_is_not_lost_before_three_failed_traces(referred, protocol, made):
    with pytest.raises(TooFewTraces) as refusal:
        give_up(replace(referred, failed_traces=made), ON, CLINIC, protocol)
    assert refusal.value.details == {"needed": 3, "made": made}


@pytest.mark.parametrize("state", sorted(TRACEABLE))
def test_a_lost_case_remembers_where_it_came_from(in_state, protocol, state):
    state = SuspicionState(state)
    lost = give_up(in_state(state, failed_traces=3), ON, CLINIC, protocol)
    assert lost.suspicion.state is SuspicionState.LOST_TO_FOLLOW_UP
    assert lost.facts[0].state_before is state
    found = reopen(lost.suspicion, ReopeningReason.FAMILY_FOUND, ON, CLINIC, protocol)
    assert (found.suspicion.state, found.suspicion.failed_traces, found.suspicion.origin) == (state, 0, None)


REASONS_ANYWHERE = set(ClosingReason) - {
    ClosingReason.NORMAL_ON_RECHECK,
    ClosingReason.EXCLUDED_BY_DIAGNOSIS,
    ClosingReason.HANDED_OVER,
    ClosingReason.LOST_TO_FOLLOW_UP,
    ClosingReason.GUARDIAN_REFUSED,
    ClosingReason.AGE_LIMIT,
}
CLOSABLE = [state for state in SuspicionState if "closed" in machine().states[state].next]


@pytest.mark.parametrize("state", CLOSABLE)
@pytest.mark.parametrize("reason", sorted(REASONS_ANYWHERE))
def test_a_suspicion_is_closed_with_a_reason_and_reopened_where_it_was(in_state, protocol, state, reason):
    origin = SuspicionState.RECHECK_DUE if state is SuspicionState.LOST_TO_FOLLOW_UP else None
    decision = close(in_state(state, origin=origin), reason, ON, None, CLINIC, protocol)
    fact = decision.facts[0]
    assert (fact.reason, fact.state_before, fact.state) == (reason, state, SuspicionState.CLOSED)
    again = reopen(decision.suspicion, ReopeningReason.CLOSED_IN_ERROR, ON, CLINIC, protocol)
    assert again.suspicion.state is (origin or state)
    assert again.facts[0].trace_on == again.suspicion.trace_on


@pytest.mark.parametrize("state", sorted(set(SuspicionState) - set(CLOSABLE)))
def test_a_child_on_the_way_to_a_diagnosis_is_not_closed(in_state, protocol, state):
    with pytest.raises(StateForbids):
        close(in_state(state), ClosingReason.MOVED_OUT, ON, None, CLINIC, protocol)


@pytest.mark.parametrize(
    ("reason", "only"),
    [
        (ClosingReason.NORMAL_ON_RECHECK, SuspicionState.RECHECK_DUE),
        (ClosingReason.EXCLUDED_BY_DIAGNOSIS, SuspicionState.EXCLUDED),
        (ClosingReason.HANDED_OVER, SuspicionState.HANDED_OVER),
        (ClosingReason.LOST_TO_FOLLOW_UP, SuspicionState.LOST_TO_FOLLOW_UP),
    ],
)
def test_some_reasons_belong_to_one_state(in_state, protocol, reason, only):
    for state in SuspicionState:
        if state is only:
            assert close(in_state(state), reason, ON, None, CLINIC, protocol).facts[0].reason is reason
        else:
            with pytest.raises(ClosingReasonNotNow):
                close(in_state(state), reason, ON, None, CLINIC, protocol)


@pytest.mark.parametrize(
    ("reason", "signed_on"),
    [
        (ClosingReason.GUARDIAN_REFUSED, None),
        (ClosingReason.GUARDIAN_REFUSED, date(2024, 4, 5)),
        (ClosingReason.GUARDIAN_REFUSED, date(2024, 3, 19)),
        (ClosingReason.MOVED_OUT, date(2024, 4, 1)),
    ],
)
def test_a_guardians_refusal_and_nothing_else_carries_a_signature(suspicion, protocol, reason, signed_on):
    with pytest.raises(GuardianSignatureNeeded):
        close(suspicion, reason, ON, signed_on, CLINIC, protocol)


@pytest.mark.parametrize("signed_on", [date(2024, 3, 20), date(2024, 4, 1), ON])
def test_a_signed_refusal_closes(suspicion, protocol, signed_on):
    fact = close(suspicion, ClosingReason.GUARDIAN_REFUSED, ON, signed_on, CLINIC, protocol).facts[0]
    assert fact.guardian_signed_on == signed_on
    assert fact.offer_again_on == protocol.next_round(BORN, ON)


def test_the_age_limit_closes_from_the_seventh_birthday(suspicion, protocol):
    birthday = BORN.replace(year=BORN.year + 7)
    with pytest.raises(AgeLimitNotReached):
        close(suspicion, ClosingReason.AGE_LIMIT, date(2029, 3, 14), None, CLINIC, protocol)
    assert close(suspicion, ClosingReason.AGE_LIMIT, birthday, None, CLINIC, protocol).suspicion.active is False


def test_only_the_owner_closes(in_state, protocol):
    suspicion = in_state(SuspicionState.CONFIRMED, owner=HOSPITAL)
    for other in (CLINIC, STRANGER):
        with pytest.raises(NotOwner):
            close(suspicion, ClosingReason.MOVED_OUT, ON, None, other, protocol)


def test_the_first_screener_closes_the_loop_of_a_child_handed_over(in_state, protocol):
    suspicion = in_state(SuspicionState.HANDED_OVER, owner=HOSPITAL)
    assert close(suspicion, ClosingReason.HANDED_OVER, ON, None, CLINIC, protocol).suspicion.active is False
    with pytest.raises(NotOwner):
        close(suspicion, ClosingReason.HANDED_OVER, ON, None, STRANGER, protocol)


def test_nothing_is_closed_lost_or_reopened_before_it_was_suspected(in_state, protocol):
    early = date(2024, 3, 19)
    with pytest.raises(BeforeSuspicion):
        close(in_state(SuspicionState.EXCLUDED), ClosingReason.MOVED_OUT, early, None, CLINIC, protocol)
    with pytest.raises(BeforeSuspicion):
        give_up(in_state(SuspicionState.CONFIRMED, failed_traces=3), early, CLINIC, protocol)
    with pytest.raises(BeforeSuspicion):
        attempt_tracing(in_state(SuspicionState.CONFIRMED), Attempt(early, REACHED), CLINIC, protocol)
    ended = in_state(SuspicionState.CLOSED, origin=SuspicionState.EXCLUDED)
    with pytest.raises(BeforeSuspicion):
        reopen(ended, ReopeningReason.NEW_CONCERN, early, CLINIC, protocol)


@pytest.mark.parametrize(
    "state", sorted(set(SuspicionState) - {SuspicionState.CLOSED, SuspicionState.LOST_TO_FOLLOW_UP})
)
def test_what_was_never_ended_is_not_reopened(in_state, protocol, state):
    with pytest.raises(StateForbids):
        reopen(in_state(state), ReopeningReason.NEW_CONCERN, ON, CLINIC, protocol)


def test_only_the_owner_reopens(in_state, protocol):
    ended = in_state(SuspicionState.CLOSED, origin=SuspicionState.EXCLUDED)
    with pytest.raises(NotOwner):
        reopen(ended, ReopeningReason.NEW_CONCERN, ON, STRANGER, protocol)


def test_what_is_closed_or_handed_over_is_awaited_no_longer(in_state, protocol):
    awaited = {"recheck_due_on": ON, "trace_on": ON, "failed_traces": 2}
    closed = close(in_state(SuspicionState.RECHECK_DUE, **awaited), ClosingReason.MOVED_OUT, ON, None, CLINIC, protocol)
    assert (closed.suspicion.recheck_due_on, closed.suspicion.trace_on) == (None, None)
    handed = hand_over(in_state(SuspicionState.CONFIRMED, **awaited), UUID(int=5), UUID(int=90), ON)
    assert (handed.suspicion.trace_on, handed.suspicion.failed_traces) == (None, 0)


@pytest.mark.parametrize("state", SuspicionState)
def test_only_a_confirmed_child_is_handed_over(in_state, state):
    centre, enrolment = UUID(int=5), UUID(int=90)
    if state is SuspicionState.CONFIRMED:
        decision = hand_over(in_state(state, owner=HOSPITAL), centre, enrolment, ON)
        assert decision.suspicion.state is decision.facts[0].state is SuspicionState.HANDED_OVER
        assert (decision.facts[0].institution, decision.facts[0].enrolment) == (centre, enrolment)
        assert decision.suspicion.owner == HOSPITAL.organisation
    else:
        with pytest.raises(StateForbids):
            hand_over(in_state(state), centre, enrolment, ON)
