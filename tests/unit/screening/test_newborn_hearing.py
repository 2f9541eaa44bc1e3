"""The clocks of newborn hearing, "1-3-6" (新生儿筛查规范; handbook §1.2)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.closing import close, hand_over
from services.screening.domain.diagnosis import Diagnosis, record_diagnosis
from services.screening.domain.initial import InitialScreening, record_screening
from services.screening.domain.newborn_hearing import HearingStep, hearing_due
from services.screening.domain.referral import Slip, issue_referral, start_by_referral
from services.screening.domain.rescreening import Rescreening, record_rescreening
from services.screening.domain.suspicion import Child
from services.screening.errors import ClosingReasonNotNow, InstrumentNotForCategory
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    CaseClosed,
    ClosingReason,
    DiagnosisOutcome,
    Instrument,
    RecheckBasis,
    RecheckScheduled,
    ReferralStep,
    RescreeningOutcome,
    ScreeningOutcome,
    SuspicionState,
)
from tests.unit.screening.invented import CLINIC, HOSPITAL, MCH

BORN = date(2024, 1, 10)
BY_42_DAYS, BY_3_MONTHS, BY_6_MONTHS = date(2024, 2, 21), date(2024, 4, 10), date(2024, 7, 10)
CHILD = Child(UUID(int=8), BORN)
PASSED, NOT_PASSED = ScreeningOutcome.NORMAL, ScreeningOutcome.ABNORMAL
HEARING = ScreeningCategory.HEARING


def hearing_tested(on: date, finding: ScreeningOutcome, known, protocol, instrument=Instrument.NEWBORN_HEARING):
    screening = InitialScreening(UUID(int=50), HEARING, instrument, on, finding=finding)
    return record_screening(CHILD, screening, known, CLINIC, protocol)


def due(fact) -> tuple[RecheckBasis, date, SuspicionState]:
    assert isinstance(fact, RecheckScheduled)
    return fact.basis, fact.due_on, fact.state


@pytest.fixture
def suspected(protocol):
    return hearing_tested(date(2024, 1, 13), NOT_PASSED, None, protocol).suspicion


@pytest.mark.parametrize(
    ("step", "day"),
    [
        (HearingStep.RESCREENING, BY_42_DAYS),
        (HearingStep.DIAGNOSIS, BY_3_MONTHS),
        (HearingStep.INTERVENTION, BY_6_MONTHS),
    ],
)
def test_the_three_days(protocol, step, day):
    assert hearing_due(BORN, step, protocol) == day


def test_not_passed_is_seen_again_within_42_days(protocol):
    found = hearing_tested(date(2024, 1, 13), NOT_PASSED, None, protocol)
    assert found.suspicion.state is found.fact.state is SuspicionState.SCREEN_POSITIVE
    assert [due(fact) for fact in found.follows] == [
        (RecheckBasis.NEWBORN_HEARING, BY_42_DAYS, SuspicionState.SCREEN_POSITIVE)
    ]
    assert found.suspicion.recheck_due_on == BY_42_DAYS


def test_passed_the_second_time_ends_it(suspected, protocol):
    found = hearing_tested(date(2024, 2, 10), PASSED, suspected, protocol)
    (closed,) = found.follows
    assert isinstance(closed, CaseClosed)
    assert closed.reason is ClosingReason.NORMAL_ON_RECHECK
    assert found.fact.state is SuspicionState.SCREEN_POSITIVE
    assert found.suspicion.active is False


def test_still_not_passed_goes_to_audiology_by_three_months(suspected, protocol):
    found = hearing_tested(date(2024, 2, 10), NOT_PASSED, suspected, protocol)
    assert found.suspicion.state is SuspicionState.DIAGNOSIS_REFERRED
    assert [due(fact) for fact in found.follows] == [
        (RecheckBasis.NEWBORN_HEARING, BY_3_MONTHS, SuspicionState.DIAGNOSIS_REFERRED)
    ]


@pytest.mark.parametrize(
    ("on", "state"),
    [(BY_42_DAYS, SuspicionState.SCREEN_POSITIVE), (date(2024, 2, 22), SuspicionState.DIAGNOSIS_REFERRED)],
)
def test_a_newborn_missed_until_after_42_days_is_not_tested_a_third_time(protocol, on, state):
    assert hearing_tested(on, NOT_PASSED, None, protocol).suspicion.state is state


def test_confirmed_awaits_intervention_by_six_months_until_rehabilitation_begins(suspected, protocol):
    referred = replace(
        hearing_tested(date(2024, 2, 10), NOT_PASSED, suspected, protocol).suspicion, owner=HOSPITAL.organisation
    )
    made = Diagnosis(
        UUID(int=80),
        HEARING,
        date(2024, 3, 20),
        DiagnosisOutcome.CONFIRMED,
        RehabCategory.HEARING,
        instruments=frozenset({Instrument.DIAGNOSTIC_AUDIOLOGY}),
    )
    decision = record_diagnosis(referred, made, HOSPITAL, protocol, screened=True)
    assert due(decision.facts[1]) == (RecheckBasis.NEWBORN_HEARING, BY_6_MONTHS, SuspicionState.CONFIRMED)
    begun = hand_over(decision.suspicion, UUID(int=5), UUID(int=90), date(2024, 6, 1)).suspicion
    assert (begun.recheck_due_on, begun.recheck_basis) == (None, None)


def test_diagnostic_audiology_is_of_hearing_alone(in_state, protocol):
    referred = in_state(SuspicionState.DIAGNOSIS_REFERRED, owner=HOSPITAL)
    wrong = Diagnosis(
        UUID(int=80),
        ScreeningCategory.AUTISM,
        date(2024, 5, 6),
        DiagnosisOutcome.EXCLUDED,
        instruments=frozenset({Instrument.DIAGNOSTIC_AUDIOLOGY}),
    )
    with pytest.raises(InstrumentNotForCategory) as refusal:
        record_diagnosis(referred, wrong, HOSPITAL, protocol, screened=True)
    assert refusal.value.details["allowed"] == ["cars", "clinical_examination"]


@pytest.mark.parametrize(
    ("on", "due_on"), [(date(2024, 1, 20), BY_3_MONTHS), (date(2024, 7, 9), BY_3_MONTHS), (BY_6_MONTHS, None)]
)
def test_a_case_may_start_at_diagnosis_and_runs_by_the_clock_before_six_months(protocol, on, due_on):
    slip = Slip(UUID(int=60), HEARING, ReferralStep.DIAGNOSIS, HOSPITAL.organisation, on)
    decision = start_by_referral(CHILD, slip, CLINIC, protocol).decision
    assert decision.suspicion.state is SuspicionState.DIAGNOSIS_REFERRED
    assert decision.suspicion.recheck_due_on == due_on
    assert [due(fact)[1] for fact in decision.facts[1:]] == ([due_on] if due_on else [])


def test_a_clinic_may_refer_to_diagnosis_at_once(suspected, protocol):
    slip = Slip(UUID(int=60), HEARING, ReferralStep.DIAGNOSIS, HOSPITAL.organisation, date(2024, 1, 20))
    decision = issue_referral(suspected, slip, None, CLINIC, protocol).decision
    assert due(decision.facts[1])[1] == BY_3_MONTHS


def test_referring_to_a_rescreening_leaves_the_clock_as_it_is(suspected, protocol):
    slip = Slip(UUID(int=60), HEARING, ReferralStep.RESCREENING, MCH.organisation, date(2024, 1, 20))
    decision = issue_referral(suspected, slip, None, CLINIC, protocol).decision
    assert len(decision.facts) == 1
    assert decision.suspicion.recheck_due_on == BY_42_DAYS


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        (RescreeningOutcome.NORMAL, SuspicionState.CLOSED),
        (RescreeningOutcome.ABNORMAL, SuspicionState.DIAGNOSIS_REFERRED),
    ],
)
def test_the_county_institution_tests_again(suspected, protocol, finding, state):
    accepted = replace(suspected, state=SuspicionState.RESCREEN_REFERRED, owner=MCH.organisation)
    again = Rescreening(
        UUID(int=70), date(2024, 2, 12), examined_by=frozenset({Instrument.NEWBORN_HEARING}), finding=finding
    )
    decision = record_rescreening(accepted, again, MCH, protocol).decision
    assert decision.suspicion.state is state
    assert decision.suspicion.recheck_due_on == (BY_3_MONTHS if decision.suspicion.active else None)


def test_what_is_no_newborn_hearing_has_none_of_these_clocks(protocol):
    found = hearing_tested(date(2024, 8, 1), NOT_PASSED, None, protocol, Instrument.BEHAVIOURAL_HEARING)
    assert found.follows == ()
    assert (found.suspicion.newborn_hearing, found.suspicion.recheck_due_on) == (False, None)
    with pytest.raises(ClosingReasonNotNow):
        close(found.suspicion, ClosingReason.NORMAL_ON_RECHECK, date(2024, 8, 2), None, CLINIC, protocol)
