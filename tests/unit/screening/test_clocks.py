"""Follow-up of confirmed children, refusals offered again, ownership that moves, slips that nobody answered."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.closing import begin_rehabilitation, close, reopen
from services.screening.domain.death import close_on_death, reopen_the_living
from services.screening.domain.diagnosis import Diagnosis, record_diagnosis
from services.screening.domain.follow_up import FollowUp, next_follow_up, record_follow_up
from services.screening.domain.referral import Escalation, escalation
from services.screening.domain.tracing import Attempt, TraceReason, attempt_tracing, give_up, reason_to_trace
from services.screening.domain.transfer import TRANSFERABLE, transfer
from services.screening.errors import (
    GuardianSignatureNeeded,
    NoFollowUp,
    NotOwner,
    ReopeningReasonNotNow,
    StateForbids,
)
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    CaseHandedOver,
    CaseReopened,
    ClosingReason,
    DiagnosisOutcome,
    FollowUpRecorded,
    RecheckBasis,
    RecheckScheduled,
    ReopeningReason,
    SuspicionState,
    TracingOutcome,
)
from tests.unit.screening.invented import BORN, CLINIC, HOSPITAL, MCH, STRANGER

ON = date(2024, 5, 6)
REFUSED, NOT_REACHED = TracingOutcome.REFUSED, TracingOutcome.NOT_REACHED


@pytest.fixture
def confirmed(in_state):
    return in_state(SuspicionState.CONFIRMED, owner=HOSPITAL, rehab_category=RehabCategory.AUTISM)


def seen(on: date) -> FollowUp:
    return FollowUp(UUID(int=85), on, in_rehabilitation=True)


@pytest.mark.parametrize(
    ("on", "due_on"),
    [
        (date(2024, 5, 6), date(2024, 8, 6)),
        (date(2025, 3, 14), date(2025, 6, 14)),
        (date(2025, 3, 15), date(2025, 9, 15)),
        (date(2028, 9, 14), date(2029, 3, 14)),
        (date(2028, 9, 15), None),
        (date(2030, 1, 1), None),
    ],
)
def test_every_three_months_before_the_third_birthday_then_every_six_until_the_seventh(protocol, on, due_on):
    assert next_follow_up(BORN, on, protocol) == due_on


@pytest.mark.parametrize("category", RehabCategory)
def test_a_confirmed_autism_starts_the_clock_and_nothing_else_does(in_state, protocol, category):
    referred = in_state(SuspicionState.DIAGNOSIS_REFERRED, owner=HOSPITAL)
    made = Diagnosis(UUID(int=80), ScreeningCategory.AUTISM, ON, DiagnosisOutcome.CONFIRMED, category)
    facts = record_diagnosis(referred, made, HOSPITAL, protocol, screened=True).facts[1:]
    clocks = [(fact.basis, fact.due_on) for fact in facts]
    autism = category is RehabCategory.AUTISM
    assert clocks == ([(RecheckBasis.FOLLOW_UP, date(2024, 8, 6))] if autism else [])


def test_each_follow_up_starts_the_clock_of_the_next(confirmed, protocol):
    decision = record_follow_up(confirmed, seen(date(2024, 8, 1)), HOSPITAL, protocol)
    recorded, scheduled = decision.facts
    assert isinstance(recorded, FollowUpRecorded)
    assert isinstance(scheduled, RecheckScheduled)
    assert (recorded.seen_on, scheduled.basis) == (date(2024, 8, 1), RecheckBasis.FOLLOW_UP)
    assert scheduled.due_on == decision.suspicion.recheck_due_on == date(2024, 11, 1)


def test_a_visit_entered_after_a_later_one_turns_no_clock_back(confirmed, protocol):
    later = record_follow_up(confirmed, seen(date(2024, 11, 1)), HOSPITAL, protocol).suspicion
    late = record_follow_up(later, seen(date(2024, 8, 1)), HOSPITAL, protocol)
    assert late.facts[1].due_on == late.suspicion.recheck_due_on == date(2025, 2, 1)


def test_follow_up_goes_on_after_the_first_screener_closed_the_loop(confirmed, protocol):
    handed = replace(confirmed, state=SuspicionState.HANDED_OVER, recheck_due_on=date(2024, 8, 6))
    closed = close(handed, ClosingReason.HANDED_OVER, date(2024, 6, 1), None, CLINIC, protocol).suspicion
    assert closed.recheck_due_on == date(2024, 8, 6)
    again = record_follow_up(closed, seen(date(2024, 8, 1)), HOSPITAL, protocol)
    assert again.facts[0].state is SuspicionState.CLOSED
    moved = close(handed, ClosingReason.MOVED_OUT, date(2024, 6, 1), None, CLINIC, protocol).suspicion
    with pytest.raises(StateForbids):
        record_follow_up(moved, seen(date(2024, 8, 1)), HOSPITAL, protocol)


def test_only_the_hospital_follows_up_and_only_where_there_is_a_clock(confirmed, protocol):
    with pytest.raises(NotOwner):
        record_follow_up(confirmed, seen(ON), STRANGER, protocol)
    with pytest.raises(NoFollowUp):
        record_follow_up(replace(confirmed, rehab_category=RehabCategory.HEARING), seen(ON), HOSPITAL, protocol)


@pytest.fixture
def referred(in_state):
    return in_state(SuspicionState.RESCREEN_REFERRED, failed_traces=2)


def test_a_refusal_is_no_failure_and_is_offered_again_at_the_next_round(referred, protocol):
    decision = attempt_tracing(referred, Attempt(ON, REFUSED, date(2024, 5, 1)), CLINIC, protocol)
    (fact,) = decision.facts
    assert (fact.failed_in_a_row, fact.guardian_signed_on) == (0, date(2024, 5, 1))
    assert fact.offer_again_on == decision.suspicion.trace_on == date(2024, 9, 15)
    assert reason_to_trace(decision.suspicion.state, decision.suspicion.offer_again_on) is TraceReason.OFFER_AGAIN


@pytest.mark.parametrize(
    "attempt",
    [
        Attempt(ON, REFUSED),
        Attempt(ON, REFUSED, date(2024, 5, 7)),
        Attempt(ON, REFUSED, date(2024, 3, 19)),
        Attempt(ON, NOT_REACHED, date(2024, 5, 1)),
        Attempt(ON, TracingOutcome.REACHED, date(2024, 5, 1)),
    ],
)
def test_exactly_a_refusal_bears_a_signature(referred, protocol, attempt):
    with pytest.raises(GuardianSignatureNeeded):
        attempt_tracing(referred, attempt, CLINIC, protocol)


def test_a_refused_family_that_is_reached_is_no_longer_one_to_be_offered_again(referred, protocol):
    refused = attempt_tracing(referred, Attempt(ON, REFUSED, ON), CLINIC, protocol).suspicion
    reached = attempt_tracing(refused, Attempt(ON, TracingOutcome.REACHED), CLINIC, protocol).suspicion
    assert reached.offer_again_on is None
    assert reason_to_trace(reached.state, reached.offer_again_on) is TraceReason.NO_RESCREENING


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (SuspicionState.RESCREEN_REFERRED, TraceReason.NO_RESCREENING),
        (SuspicionState.RECHECK_DUE, TraceReason.NO_RECHECK),
        (SuspicionState.DIAGNOSIS_REFERRED, TraceReason.NO_DIAGNOSIS),
        (SuspicionState.DIAGNOSIS_PENDING, TraceReason.NO_SECOND_DIAGNOSIS),
    ],
)
def test_each_missed_step_is_a_reason_to_trace(state, reason):
    assert reason_to_trace(state, None) is reason


def test_a_signed_refusal_that_closes_is_offered_again_too(suspicion, protocol):
    closed = close(suspicion, ClosingReason.GUARDIAN_REFUSED, ON, ON, CLINIC, protocol).suspicion
    assert closed.offer_again_on == date(2024, 9, 15)
    back = reopen(closed, ReopeningReason.GUARDIAN_CONSENTED, ON, CLINIC, protocol).suspicion
    assert (back.offer_again_on, back.closing_reason) == (None, None)


def test_a_lost_child_that_is_found_is_awaited_anew(in_state, protocol):
    lost = in_state(SuspicionState.LOST_TO_FOLLOW_UP, origin=SuspicionState.RESCREEN_REFERRED)
    found = reopen(lost, ReopeningReason.FAMILY_FOUND, ON, CLINIC, protocol)
    assert found.suspicion.trace_on == date(2024, 5, 20)
    assert len(found.facts) == 1


def test_a_recheck_taken_up_again_is_due_at_once(in_state, protocol):
    closed = in_state(SuspicionState.CLOSED, origin=SuspicionState.RECHECK_DUE, recheck_basis=RecheckBasis.BORDERLINE)
    decision = reopen(closed, ReopeningReason.NEW_CONCERN, ON, CLINIC, protocol)
    scheduled = decision.facts[1]
    assert isinstance(scheduled, RecheckScheduled)
    assert (scheduled.basis, scheduled.due_on) == (RecheckBasis.BORDERLINE, ON)
    assert decision.suspicion.trace_on == date(2024, 6, 5)


@pytest.mark.parametrize("state", [SuspicionState.CONFIRMED, SuspicionState.HANDED_OVER])
@pytest.mark.parametrize(
    ("on", "due_on"),
    [(date(2024, 6, 12), date(2024, 6, 12)), (date(2029, 3, 14), date(2029, 3, 14)), (date(2029, 3, 15), None)],
)
def test_a_follow_up_that_a_death_had_stopped_is_due_at_once_when_the_death_is_taken_back(
    confirmed, protocol, state, on, due_on
):
    clocks = {"recheck_basis": RecheckBasis.FOLLOW_UP, "recheck_due_on": date(2024, 8, 6)}
    dead = close_on_death(replace(confirmed, state=state, **clocks), date(2024, 6, 1), protocol).suspicion
    assert dead.recheck_due_on is None
    (decision,) = reopen_the_living([dead], on, protocol)
    assert (decision.suspicion.state, decision.suspicion.recheck_due_on) == (state, due_on)
    told = [(fact.basis, fact.due_on, fact.state) for fact in decision.facts[1:]]
    assert told == ([(RecheckBasis.FOLLOW_UP, due_on, state)] if due_on else [])


def test_a_follow_up_of_a_child_that_was_lost_keeps_its_day_and_is_told_again(confirmed, protocol):
    clocks = {"recheck_basis": RecheckBasis.FOLLOW_UP, "recheck_due_on": date(2024, 8, 6)}
    lost = give_up(replace(confirmed, failed_traces=3, **clocks), ON, HOSPITAL, protocol).suspicion
    found = reopen(lost, ReopeningReason.FAMILY_FOUND, ON, HOSPITAL, protocol)
    assert (found.suspicion.recheck_due_on, found.facts[1].due_on) == (date(2024, 8, 6), date(2024, 8, 6))
    enrolled = begin_rehabilitation(lost, UUID(int=90), UUID(int=91), ON, protocol)
    assert isinstance(enrolled.facts[1], CaseHandedOver)
    assert (enrolled.facts[2].due_on, enrolled.facts[2].state) == (date(2024, 8, 6), SuspicionState.HANDED_OVER)


@pytest.mark.parametrize(
    ("state", "due_on"),
    [
        (SuspicionState.SCREEN_POSITIVE, date(2022, 4, 26)),
        (SuspicionState.DIAGNOSIS_REFERRED, date(2022, 6, 15)),
        (SuspicionState.CONFIRMED, date(2022, 9, 15)),
    ],
)
def test_a_newborns_hearing_taken_up_again_runs_by_the_clocks_of_its_birth(in_state, protocol, state, due_on):
    clocks = {"recheck_basis": RecheckBasis.NEWBORN_HEARING, "recheck_due_on": due_on}
    newborn = in_state(state, newborn_hearing=True, opened_on=BORN, **clocks)
    dead = close_on_death(newborn, date(2022, 4, 1), protocol).suspicion
    (decision,) = reopen_the_living([dead], date(2022, 4, 10), protocol)
    assert decision.suspicion.recheck_due_on == decision.facts[1].due_on == due_on
    lost = replace(dead, state=SuspicionState.LOST_TO_FOLLOW_UP, origin=SuspicionState.CONFIRMED)
    begun = begin_rehabilitation(lost, UUID(int=90), UUID(int=91), date(2022, 4, 10), protocol)
    assert [type(fact) for fact in begun.facts] == [CaseReopened, CaseHandedOver]


@pytest.mark.parametrize(
    "why", [ClosingReason.DECEASED, ClosingReason.DUPLICATE_MERGED, ClosingReason.ENTERED_IN_ERROR]
)
@pytest.mark.parametrize("reason", ReopeningReason)
def test_what_ended_the_file_is_reopened_as_a_mistake_only(in_state, protocol, why, reason):
    for state in set(SuspicionState) - {SuspicionState.CLOSED, SuspicionState.LOST_TO_FOLLOW_UP}:
        closed = close(in_state(state), why, ON, None, CLINIC, protocol).suspicion
        if reason is ReopeningReason.CLOSED_IN_ERROR:
            assert reopen(closed, reason, ON, CLINIC, protocol).suspicion.state is state
        else:
            with pytest.raises(ReopeningReasonNotNow):
                reopen(closed, reason, ON, CLINIC, protocol)


@pytest.mark.parametrize("state", SuspicionState)
def test_a_move_transfers_what_primary_care_answers_for_and_nothing_a_hospital_diagnoses(in_state, protocol, state):
    origin = SuspicionState.RECHECK_DUE if state is SuspicionState.LOST_TO_FOLLOW_UP else None
    decision = transfer(in_state(state, owner=CLINIC, failed_traces=2, origin=origin), MCH.organisation, ON, protocol)
    if state not in TRANSFERABLE:
        assert decision is None
        return
    assert decision is not None
    (fact,) = decision.facts
    assert (fact.previous, fact.owner, fact.state) == (CLINIC.organisation, MCH.organisation, state)
    assert decision.suspicion == replace(
        decision.suspicion, owner=MCH.organisation, state=state, failed_traces=0, episode=1
    )


def test_an_owner_is_given_nothing_twice(suspicion, protocol):
    assert transfer(suspicion, CLINIC.organisation, ON, protocol) is None


@pytest.mark.parametrize(
    ("today", "who"),
    [
        (date(2024, 4, 4), Escalation.NONE),
        (date(2024, 4, 5), Escalation.SENDER),
        (date(2024, 4, 11), Escalation.SENDER),
        (date(2024, 4, 12), Escalation.HEALTH_AUTHORITY),
    ],
)
def test_a_slip_nobody_answered_goes_to_its_sender_and_then_to_the_authority(protocol, today, who):
    assert escalation(date(2024, 4, 4), today, protocol) is who
