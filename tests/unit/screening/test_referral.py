"""First-screener responsibility: who owns a case while a slip is on its way (handbook §1.4)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.referral import (
    ReferralStatus,
    Slip,
    accept_referral,
    issue_referral,
    reject_referral,
    start_by_referral,
)
from services.screening.errors import (
    BeforeReferral,
    BeforeSuspicion,
    NoSuspicion,
    NotOwner,
    ReferralAnswered,
    ReferralNotFound,
    ReferralOpen,
    StateForbids,
)
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ReferralStep, RejectionReason, SuspicionState
from tests.unit.screening.invented import CLINIC, HOSPITAL, MCH, STRANGER

ON = date(2024, 3, 21)
NEXT_DAY = date(2024, 3, 22)


def a_slip(**changes) -> Slip:
    usual = Slip(UUID(int=60), ScreeningCategory.AUTISM, ReferralStep.RESCREENING, MCH.organisation, ON)
    return replace(usual, **changes)


@pytest.fixture
def issued(suspicion, protocol):
    return issue_referral(suspicion, a_slip(), None, CLINIC, protocol)


def test_sending_a_slip_does_not_discharge_the_sender(issued):
    assert issued.decision.suspicion.owner == CLINIC.organisation
    assert issued.decision.suspicion.state is SuspicionState.RESCREEN_REFERRED
    (fact,) = issued.decision.facts
    assert (fact.sender, fact.receiver) == (CLINIC.organisation, MCH.organisation)
    assert fact.answer_by == date(2024, 4, 4)
    assert issued.decision.suspicion.trace_on == fact.trace_on == date(2024, 4, 4)


def test_accepting_it_does(issued):
    decision, referral = accept_referral(issued.decision.suspicion, issued.referral, NEXT_DAY, MCH)
    assert decision.suspicion.owner == MCH.organisation
    assert decision.suspicion.first_screener == CLINIC.organisation
    assert (referral.status, referral.answered_on) == (ReferralStatus.ACCEPTED, NEXT_DAY)
    assert decision.facts[0].state is SuspicionState.RESCREEN_REFERRED


def test_a_slip_may_be_accepted_on_the_day_it_was_written(issued):
    decision, referral = accept_referral(issued.decision.suspicion, issued.referral, ON, MCH)
    assert (decision.facts[0].accepted_on, referral.answered_on) == (ON, ON)


def test_a_new_slip_begins_a_new_count_of_failed_traces(in_state, protocol):
    referred = in_state(SuspicionState.RESCREEN_REFERRED, failed_traces=2)
    assert issue_referral(referred, a_slip(), None, CLINIC, protocol).decision.suspicion.failed_traces == 0


def test_a_rejection_leaves_the_case_with_its_sender_who_refers_elsewhere(issued, protocol):
    decision, referral = reject_referral(
        issued.decision.suspicion, issued.referral, RejectionReason.NO_CAPACITY, NEXT_DAY, MCH
    )
    assert decision.suspicion.owner == CLINIC.organisation
    assert (referral.status, decision.facts[0].reason) == (ReferralStatus.REJECTED, RejectionReason.NO_CAPACITY)
    again = issue_referral(decision.suspicion, a_slip(receiver=HOSPITAL.organisation), None, CLINIC, protocol)
    assert again.decision.suspicion.state is SuspicionState.RESCREEN_REFERRED
    assert again.replaced is None


def test_only_one_slip_is_open_at_a_time(issued, protocol):
    last_day = a_slip(id=UUID(int=61), on=date(2024, 4, 4))
    with pytest.raises(ReferralOpen) as refusal:
        issue_referral(issued.decision.suspicion, last_day, issued.referral, CLINIC, protocol)
    assert refusal.value.details == {"referral": str(issued.referral.id), "answer_by": "2024-04-04"}


def test_a_slip_nobody_answered_in_time_is_replaced(issued, protocol):
    later = a_slip(id=UUID(int=61), on=date(2024, 4, 5))
    again = issue_referral(issued.decision.suspicion, later, issued.referral, CLINIC, protocol)
    assert again.replaced is not None
    assert again.replaced.status is ReferralStatus.REPLACED
    assert again.decision.facts[0].replaces == issued.referral.id


def test_an_urgent_sign_may_go_straight_to_diagnosis(suspicion, protocol):
    urgent = a_slip(step=ReferralStep.DIAGNOSIS, receiver=HOSPITAL.organisation)
    issued = issue_referral(suspicion, urgent, None, CLINIC, protocol)
    assert issued.decision.suspicion.state is SuspicionState.DIAGNOSIS_REFERRED


def test_a_pending_diagnosis_stays_pending_when_another_hospital_is_asked(in_state, protocol):
    pending = in_state(SuspicionState.DIAGNOSIS_PENDING, owner=HOSPITAL)
    slip = a_slip(step=ReferralStep.DIAGNOSIS, receiver=UUID(int=4))
    assert issue_referral(pending, slip, None, HOSPITAL, protocol).decision.suspicion.state is pending.state


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (SuspicionState.RECHECK_DUE, ReferralStep.RESCREENING),
        (SuspicionState.DIAGNOSIS_REFERRED, ReferralStep.RESCREENING),
        (SuspicionState.CONFIRMED, ReferralStep.DIAGNOSIS),
        (SuspicionState.EXCLUDED, ReferralStep.DIAGNOSIS),
        (SuspicionState.HANDED_OVER, ReferralStep.DIAGNOSIS),
        (SuspicionState.CLOSED, ReferralStep.RESCREENING),
        (SuspicionState.LOST_TO_FOLLOW_UP, ReferralStep.DIAGNOSIS),
    ],
)
def test_a_slip_needs_a_state_that_it_can_follow(in_state, protocol, state, step):
    with pytest.raises(StateForbids):
        issue_referral(in_state(state, origin=SuspicionState.RECHECK_DUE), a_slip(step=step), None, CLINIC, protocol)


def test_only_the_owner_refers(suspicion, protocol):
    with pytest.raises(NotOwner):
        issue_referral(suspicion, a_slip(), None, STRANGER, protocol)


def test_a_slip_is_not_older_than_the_suspicion(suspicion, protocol):
    with pytest.raises(BeforeSuspicion):
        issue_referral(suspicion, a_slip(on=date(2024, 3, 19)), None, CLINIC, protocol)


@pytest.mark.parametrize("by", [CLINIC, HOSPITAL, STRANGER])
def test_only_the_receiver_answers(issued, by):
    with pytest.raises(ReferralNotFound):
        accept_referral(issued.decision.suspicion, issued.referral, NEXT_DAY, by)
    with pytest.raises(ReferralNotFound):
        reject_referral(issued.decision.suspicion, issued.referral, RejectionReason.OUTSIDE_AREA, NEXT_DAY, by)


@pytest.mark.parametrize("status", sorted(set(ReferralStatus) - {ReferralStatus.OPEN}))
def test_a_slip_is_answered_once(issued, status):
    answered = replace(issued.referral, status=status)
    with pytest.raises(ReferralAnswered):
        accept_referral(issued.decision.suspicion, answered, NEXT_DAY, MCH)


def test_an_answer_is_not_older_than_the_slip(issued):
    with pytest.raises(BeforeReferral):
        accept_referral(issued.decision.suspicion, issued.referral, date(2024, 3, 20), MCH)


@pytest.mark.parametrize("state", [SuspicionState.CLOSED, SuspicionState.LOST_TO_FOLLOW_UP, SuspicionState.CONFIRMED])
def test_nothing_is_accepted_that_is_no_longer_awaited(issued, in_state, state):
    with pytest.raises(StateForbids):
        accept_referral(in_state(state), issued.referral, NEXT_DAY, MCH)


def test_newborn_hearing_may_start_at_diagnosis(child, protocol):
    slip = a_slip(category=ScreeningCategory.HEARING, step=ReferralStep.DIAGNOSIS, receiver=HOSPITAL.organisation)
    started = start_by_referral(child, slip, CLINIC, protocol)
    assert started.decision.suspicion.state is SuspicionState.DIAGNOSIS_REFERRED
    assert started.decision.suspicion.owner == CLINIC.organisation


@pytest.mark.parametrize(
    ("category", "step"),
    [
        (ScreeningCategory.HEARING, ReferralStep.RESCREENING),
        (ScreeningCategory.AUTISM, ReferralStep.DIAGNOSIS),
    ],
)
def test_any_other_referral_needs_a_suspicion(child, protocol, category, step):
    with pytest.raises(NoSuspicion):
        start_by_referral(child, a_slip(category=category, step=step), CLINIC, protocol)
