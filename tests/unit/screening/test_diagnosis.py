"""Diagnosis: outcomes, the two-month clock, CARS as an aid, cases that start here (handbook §1.4, §1.5)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.screening.domain.diagnosis import Diagnosis, aid_disagrees, record_diagnosis, start_by_diagnosis
from services.screening.domain.suspicion import Child
from services.screening.errors import (
    BeforeSuspicion,
    ChildTooOld,
    NotOwner,
    RehabCategoryMismatch,
    ScoreOutOfRange,
    StateForbids,
)
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import DiagnosisOutcome, RecheckBasis, RecheckScheduled, SuspicionState
from tests.unit.screening.invented import HOSPITAL, MCH

ON = date(2024, 5, 6)
CONFIRMED, EXCLUDED = DiagnosisOutcome.CONFIRMED, DiagnosisOutcome.EXCLUDED
UNDETERMINED = DiagnosisOutcome.UNDETERMINED


def a_diagnosis(outcome: DiagnosisOutcome = CONFIRMED, **changes) -> Diagnosis:
    category = RehabCategory.AUTISM if outcome is CONFIRMED else None
    usual = Diagnosis(UUID(int=80), ScreeningCategory.AUTISM, ON, outcome, category)
    return replace(usual, **changes)


@pytest.fixture
def referred(in_state):
    return in_state(SuspicionState.DIAGNOSIS_REFERRED, owner=HOSPITAL)


@pytest.mark.parametrize("state", [SuspicionState.DIAGNOSIS_REFERRED, SuspicionState.DIAGNOSIS_PENDING])
@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (CONFIRMED, SuspicionState.CONFIRMED),
        (EXCLUDED, SuspicionState.EXCLUDED),
        (UNDETERMINED, SuspicionState.DIAGNOSIS_PENDING),
    ],
)
def test_an_outcome_leads_to_its_state(in_state, protocol, state, outcome, after):
    decision = record_diagnosis(
        in_state(state, owner=HOSPITAL), a_diagnosis(outcome), HOSPITAL, protocol, screened=True
    )
    fact = decision.facts[0]
    assert decision.suspicion.state is fact.state is after
    assert (fact.outcome, fact.institution, fact.diagnosed_on) == (outcome, HOSPITAL.organisation, ON)


@pytest.mark.parametrize(
    ("on", "due_on"),
    [
        (date(2024, 5, 6), date(2024, 7, 6)),
        (date(2024, 12, 31), date(2025, 3, 1)),
        (date(2024, 12, 29), date(2025, 3, 1)),
        (date(2025, 12, 28), date(2026, 2, 28)),
    ],
)
def test_undetermined_means_again_after_two_months(referred, protocol, on, due_on):
    decision = record_diagnosis(referred, a_diagnosis(UNDETERMINED, on=on), HOSPITAL, protocol, screened=True)
    scheduled = decision.facts[1]
    assert isinstance(scheduled, RecheckScheduled)
    assert (scheduled.basis, scheduled.due_on) == (RecheckBasis.UNDETERMINED_DIAGNOSIS, due_on)
    assert decision.suspicion.recheck_due_on == due_on


def test_a_decided_diagnosis_ends_the_clock(in_state, protocol):
    pending = in_state(
        SuspicionState.DIAGNOSIS_PENDING, owner=HOSPITAL, recheck_due_on=date(2024, 6, 1), failed_traces=2
    )
    speech = a_diagnosis(rehab_category=RehabCategory.SPEECH)
    decision = record_diagnosis(pending, speech, HOSPITAL, protocol, screened=True)
    assert (decision.suspicion.recheck_due_on, decision.suspicion.trace_on) == (None, None)
    assert decision.suspicion.failed_traces == 0
    assert decision.suspicion.rehab_category is RehabCategory.SPEECH


@pytest.mark.parametrize("screened", [True, False])
def test_a_child_never_screened_is_said_to_be_so(child, protocol, screened):
    decision = start_by_diagnosis(child, a_diagnosis(), None, HOSPITAL, protocol, screened=screened)
    assert decision.facts[0].no_screening_record is not screened
    assert decision.suspicion.state is SuspicionState.CONFIRMED
    assert decision.suspicion.owner == HOSPITAL.organisation
    assert decision.suspicion.opened_on == ON


def test_a_diagnosis_may_confirm_something_else_than_was_suspected(referred, protocol):
    diagnosis = a_diagnosis(rehab_category=RehabCategory.SPEECH)
    decision = record_diagnosis(referred, diagnosis, HOSPITAL, protocol, screened=True)
    assert decision.facts[0].category is ScreeningCategory.AUTISM
    assert decision.facts[0].rehab_category is RehabCategory.SPEECH


@pytest.mark.parametrize(
    "wrong",
    [
        a_diagnosis(rehab_category=None),
        a_diagnosis(EXCLUDED, rehab_category=RehabCategory.AUTISM),
        a_diagnosis(UNDETERMINED, rehab_category=RehabCategory.AUTISM),
    ],
)
def test_exactly_a_confirmed_diagnosis_names_a_rehab_category(referred, protocol, wrong):
    with pytest.raises(RehabCategoryMismatch):
        record_diagnosis(referred, wrong, HOSPITAL, protocol, screened=True)


@pytest.mark.parametrize(
    ("outcome", "rehab", "cars", "disagrees"),
    [
        (CONFIRMED, RehabCategory.AUTISM, "30", False),
        (CONFIRMED, RehabCategory.AUTISM, "29.5", True),
        (CONFIRMED, RehabCategory.INTELLECTUAL, "29.5", False),
        (CONFIRMED, RehabCategory.INTELLECTUAL, "36", True),
        (EXCLUDED, None, "29.5", False),
        (EXCLUDED, None, "30", True),
        (UNDETERMINED, None, "45", False),
        (CONFIRMED, RehabCategory.AUTISM, None, False),
    ],
)
def test_cars_is_an_aid_and_never_decides(referred, protocol, outcome, rehab, cars, disagrees):
    diagnosis = a_diagnosis(outcome, rehab_category=rehab, cars=Decimal(cars) if cars else None)
    assert aid_disagrees(diagnosis, protocol.cars) is disagrees
    assert record_diagnosis(referred, diagnosis, HOSPITAL, protocol, screened=True).facts[0].outcome is outcome


def test_a_cars_total_that_cannot_be_is_refused(referred, protocol):
    with pytest.raises(ScoreOutOfRange):
        record_diagnosis(referred, a_diagnosis(cars=Decimal("30.2")), HOSPITAL, protocol, screened=True)


@pytest.mark.parametrize(
    "state", sorted(set(SuspicionState) - {SuspicionState.DIAGNOSIS_REFERRED, SuspicionState.DIAGNOSIS_PENDING})
)
def test_a_diagnosis_needs_a_child_referred_for_one(in_state, protocol, state):
    with pytest.raises(StateForbids):
        record_diagnosis(in_state(state, owner=HOSPITAL), a_diagnosis(), HOSPITAL, protocol, screened=True)


def test_only_the_hospital_that_accepted_diagnoses(in_state, protocol):
    suspicion = in_state(SuspicionState.DIAGNOSIS_REFERRED, owner=MCH)
    with pytest.raises(NotOwner):
        record_diagnosis(suspicion, a_diagnosis(), HOSPITAL, protocol, screened=True)


def test_a_diagnosis_does_not_precede_the_suspicion(referred, protocol):
    with pytest.raises(BeforeSuspicion):
        record_diagnosis(referred, a_diagnosis(on=date(2024, 3, 19)), HOSPITAL, protocol, screened=True)


def test_a_child_is_diagnosed_until_the_eighteenth_birthday(protocol):
    adult = Child(UUID(int=8), date(2006, 2, 28))
    last_day = a_diagnosis(on=date(2024, 2, 27))
    assert start_by_diagnosis(adult, last_day, None, HOSPITAL, protocol, screened=False).facts[0].outcome is CONFIRMED
    with pytest.raises(ChildTooOld):
        start_by_diagnosis(adult, a_diagnosis(on=date(2024, 2, 28)), None, HOSPITAL, protocol, screened=False)
