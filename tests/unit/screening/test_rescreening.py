"""Re-screening by age, its rule, and the recheck clock (孤独症规范; handbook §1.4)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.screening.domain.instruments import Quotients
from services.screening.domain.rescreening import Concern, Rescreening, record_rescreening
from services.screening.domain.suspicion import Child
from services.screening.errors import (
    BeforeSuspicion,
    ChildTooOld,
    FindingNeeded,
    InstrumentNotForCategory,
    InstrumentsForAge,
    NotOwner,
    StateForbids,
)
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import (
    CaseClosed,
    ClosingReason,
    Instrument,
    RecheckBasis,
    RecheckScheduled,
    RescreeningOutcome,
    RescreeningRecorded,
    SuspicionState,
)
from tests.unit.screening.invented import CLINIC, MCH

ON = date(2024, 4, 10)
"""The child was born on 15 March 2022: 24 months old."""
DOMAINS = ("gross_motor", "fine_motor", "adaptive", "language", "social")
PASSED = {item: item in {11, 18, 20, 22} for item in range(1, 24)}
NO_M_CHAT_FAIL = {item: not answer for item, answer in PASSED.items()}


def quotients(total: str = "100", **domains: str) -> Quotients:
    return Quotients(Decimal(total), **{name: Decimal(domains.get(name, "100")) for name in DOMAINS})


def a_rescreening(**changes) -> Rescreening:
    return replace(Rescreening(UUID(int=70), ON, abc=10, cdss_ii=quotients()), **changes)


@pytest.fixture
def accepted(in_state):
    return in_state(SuspicionState.RESCREEN_REFERRED, owner=MCH)


@pytest.fixture
def rechecked(in_state):
    return in_state(SuspicionState.RECHECK_DUE, owner=MCH, recheck_due_on=date(2024, 6, 1))


ABNORMAL, BORDERLINE, NORMAL = RescreeningOutcome.ABNORMAL, RescreeningOutcome.BORDERLINE, RescreeningOutcome.NORMAL


@pytest.mark.parametrize(
    ("changes", "outcome", "alert"),
    [
        ({}, NORMAL, False),
        ({"abc": 52}, NORMAL, False),
        ({"abc": 53}, ABNORMAL, False),
        ({"concerns": frozenset({Concern.LANGUAGE})}, ABNORMAL, False),
        ({"concerns": frozenset({Concern.COMMUNICATION})}, ABNORMAL, False),
        ({"concerns": frozenset({Concern.STEREOTYPY})}, ABNORMAL, False),
        ({"concerns": frozenset({Concern.NARROW_INTEREST})}, ABNORMAL, False),
        ({"cdss_ii": quotients("69.9")}, ABNORMAL, False),
        ({"cdss_ii": quotients("70")}, BORDERLINE, False),
        ({"cdss_ii": quotients("79.9")}, BORDERLINE, False),
        ({"cdss_ii": quotients("80")}, NORMAL, False),
        ({"cdss_ii": quotients("80", language="69")}, ABNORMAL, False),
        ({"cdss_ii": quotients("95", adaptive="69")}, ABNORMAL, False),
        ({"cdss_ii": quotients("115", social="69.5")}, ABNORMAL, False),
        ({"cdss_ii": quotients("115", social="70")}, NORMAL, False),
        ({"cdss_ii": quotients("85", gross_motor="50", fine_motor="50")}, NORMAL, False),
        ({"cdss_ii": quotients("75", language="69")}, BORDERLINE, True),
        ({"cdss_ii": quotients("75", gross_motor="69")}, BORDERLINE, True),
        ({"cdss_ii": quotients("75"), "abc": 53}, ABNORMAL, False),
        ({"cdss_ii": quotients("75"), "concerns": frozenset({Concern.LANGUAGE})}, ABNORMAL, False),
    ],
)
def test_the_rescreening_rule(accepted, protocol, changes, outcome, alert):
    decision = record_rescreening(accepted, a_rescreening(**changes), MCH, protocol).decision
    recorded = decision.facts[0]
    assert isinstance(recorded, RescreeningRecorded)
    assert (recorded.outcome, recorded.clinician_alert) == (outcome, alert)
    assert recorded.policy == "CN-2022"


def test_abnormal_goes_to_diagnosis(accepted, protocol):
    decision = record_rescreening(accepted, a_rescreening(abc=60), MCH, protocol).decision
    assert decision.suspicion.state is decision.facts[0].state is SuspicionState.DIAGNOSIS_REFERRED
    assert len(decision.facts) == 1
    assert decision.suspicion.trace_on == date(2024, 5, 10)


@pytest.mark.parametrize(
    ("total", "basis"), [("75", RecheckBasis.BORDERLINE), ("100", RecheckBasis.NORMAL_RESCREENING)]
)
@pytest.mark.parametrize(
    ("on", "due_on"),
    [
        (date(2024, 4, 10), date(2024, 7, 10)),
        (date(2024, 11, 30), date(2025, 3, 1)),
        (date(2023, 11, 29), date(2024, 2, 29)),
        (date(2024, 11, 29), date(2025, 3, 1)),
        (date(2024, 12, 31), date(2025, 3, 31)),
    ],
)
def test_borderline_and_a_first_normal_are_rechecked_within_three_months(accepted, protocol, total, basis, on, due_on):
    accepted = replace(accepted, child=Child(UUID(int=7), date(2021, 1, 1)), opened_on=date(2023, 1, 1))
    decision = record_rescreening(accepted, a_rescreening(on=on, cdss_ii=quotients(total)), MCH, protocol).decision
    scheduled = decision.facts[1]
    assert isinstance(scheduled, RecheckScheduled)
    assert (scheduled.basis, scheduled.due_on) == (basis, due_on)
    assert decision.suspicion.state is scheduled.state is SuspicionState.RECHECK_DUE
    assert decision.suspicion.recheck_due_on == due_on


@pytest.mark.parametrize("total", ["69", "75", "100"])
def test_a_child_that_came_is_forgiven_the_times_it_did_not(accepted, protocol, total):
    accepted = replace(accepted, failed_traces=2)
    rescreening = a_rescreening(cdss_ii=quotients(total))
    assert record_rescreening(accepted, rescreening, MCH, protocol).decision.suspicion.failed_traces == 0


def test_a_normal_recheck_ends_it(rechecked, protocol):
    decision = record_rescreening(rechecked, a_rescreening(), MCH, protocol).decision
    recorded, closed = decision.facts
    assert isinstance(recorded, RescreeningRecorded)
    assert isinstance(closed, CaseClosed)
    assert recorded.recheck
    assert closed.reason is ClosingReason.NORMAL_ON_RECHECK
    assert decision.suspicion.state is closed.state is SuspicionState.CLOSED
    assert decision.suspicion.recheck_due_on is None


def test_a_borderline_recheck_is_rechecked_again(rechecked, protocol):
    decision = record_rescreening(rechecked, a_rescreening(cdss_ii=quotients("75")), MCH, protocol).decision
    assert decision.suspicion.recheck_due_on == date(2024, 7, 10)
    assert decision.suspicion.state is SuspicionState.RECHECK_DUE


def test_an_abnormal_recheck_goes_to_diagnosis(rechecked, protocol):
    decision = record_rescreening(rechecked, a_rescreening(abc=53), MCH, protocol).decision
    assert decision.suspicion.state is SuspicionState.DIAGNOSIS_REFERRED
    assert decision.suspicion.recheck_due_on is None


@pytest.mark.parametrize(
    ("on", "right"),
    [
        (date(2023, 9, 14), {"cdss_ii"}),
        (date(2023, 9, 15), {"cdss_ii", "m_chat_23"}),
        (date(2024, 3, 14), {"cdss_ii", "m_chat_23"}),
        (date(2024, 3, 15), {"cdss_ii", "abc"}),
    ],
)
def test_each_age_has_its_instruments_and_no_others(accepted, protocol, on, right):
    accepted = replace(accepted, opened_on=date(2023, 9, 1))
    answers = {"cdss_ii": quotients(), "m_chat_23": NO_M_CHAT_FAIL, "abc": 0}
    for given in ({"cdss_ii"}, {"cdss_ii", "m_chat_23"}, {"cdss_ii", "abc"}, {"abc"}, set(answers)):
        rescreening = Rescreening(UUID(int=70), on, **{name: answers[name] for name in given})
        if given == right:
            fact = record_rescreening(accepted, rescreening, MCH, protocol).decision.facts[0]
            assert {instrument.value for instrument in fact.instruments} == right
        else:
            with pytest.raises(InstrumentsForAge) as refusal:
                record_rescreening(accepted, rescreening, MCH, protocol)
            assert set(refusal.value.details["required"]) == right


def test_a_positive_m_chat_is_abnormal(accepted, protocol):
    accepted = replace(accepted, opened_on=date(2023, 9, 1))
    rescreening = Rescreening(UUID(int=70), date(2024, 1, 1), m_chat_23=PASSED, cdss_ii=quotients())
    assert record_rescreening(accepted, rescreening, MCH, protocol).decision.facts[0].outcome is ABNORMAL


def test_the_scales_speak_for_themselves(accepted, protocol):
    with pytest.raises(FindingNeeded):
        record_rescreening(accepted, a_rescreening(finding=NORMAL), MCH, protocol)


def an_examination(**changes) -> Rescreening:
    usual = Rescreening(UUID(int=70), ON, examined_by=frozenset({Instrument.CLINICAL_EXAMINATION}), finding=NORMAL)
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("finding", "state"),
    [(NORMAL, SuspicionState.RECHECK_DUE), (ABNORMAL, SuspicionState.DIAGNOSIS_REFERRED)],
)
@pytest.mark.parametrize("category", [ScreeningCategory.VISION, ScreeningCategory.HEARING, ScreeningCategory.PHYSICAL])
def test_other_categories_follow_the_examiners_finding(accepted, protocol, category, finding, state):
    suspicion = replace(accepted, category=category)
    decision = record_rescreening(suspicion, an_examination(finding=finding), MCH, protocol).decision
    assert decision.suspicion.state is state


def test_an_examination_may_use_every_instrument_of_its_category(accepted, protocol):
    all_of_them = frozenset(protocol.rescreening.judged.value[ScreeningCategory.HEARING])
    suspicion = replace(accepted, category=ScreeningCategory.HEARING)
    fact = record_rescreening(suspicion, an_examination(examined_by=all_of_them), MCH, protocol).fact
    assert set(fact.instruments) == all_of_them


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"finding": None}, FindingNeeded),
        ({"finding": BORDERLINE}, FindingNeeded),
        ({"examined_by": frozenset()}, InstrumentNotForCategory),
        ({"examined_by": frozenset({Instrument.VISION_TEST})}, InstrumentNotForCategory),
        ({"abc": 10}, InstrumentNotForCategory),
    ],
)
def test_an_examination_names_a_fitting_instrument_and_a_finding(accepted, protocol, changes, refusal):
    suspicion = replace(accepted, category=ScreeningCategory.HEARING)
    with pytest.raises(refusal):
        record_rescreening(suspicion, an_examination(**changes), MCH, protocol)


def test_before_it_accepts_the_county_institution_has_no_say(in_state, protocol):
    with pytest.raises(NotOwner):
        record_rescreening(in_state(SuspicionState.RESCREEN_REFERRED, owner=CLINIC), a_rescreening(), MCH, protocol)


@pytest.mark.parametrize(
    "state", sorted(set(SuspicionState) - {SuspicionState.RESCREEN_REFERRED, SuspicionState.RECHECK_DUE})
)
def test_a_rescreening_needs_a_child_that_was_sent_to_one(in_state, protocol, state):
    with pytest.raises(StateForbids):
        record_rescreening(in_state(state, owner=MCH), a_rescreening(), MCH, protocol)


def test_a_rescreening_does_not_precede_the_screening(accepted, protocol):
    with pytest.raises(BeforeSuspicion):
        record_rescreening(accepted, a_rescreening(on=date(2024, 3, 19)), MCH, protocol)


def test_a_rescreening_ends_on_the_seventh_birthday(accepted, protocol):
    last_day = record_rescreening(accepted, a_rescreening(on=date(2029, 3, 14)), MCH, protocol).decision
    assert last_day.facts[0].outcome is NORMAL
    with pytest.raises(ChildTooOld):
        record_rescreening(accepted, a_rescreening(on=date(2029, 3, 15)), MCH, protocol)
