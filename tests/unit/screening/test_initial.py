"""Initial screening: the rule, its regression answer, the suspicion it opens, the limits of age (handbook §1.3)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.initial import InitialScreening, record_screening
from services.screening.domain.suspicion import Child
from services.screening.errors import (
    ChildTooOld,
    FindingNeeded,
    InstrumentNotForCategory,
    NoSignColumn,
    NotYetBorn,
    WrongSigns,
)
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import (
    Instrument,
    Regression,
    ScreeningOutcome,
    ScreeningRound,
    SuspicionState,
)
from tests.unit.screening.invented import CLINIC, MCH

ON = date(2024, 3, 20)
SCREENING = UUID(int=50)


def signs(*positive: str, age: str = "M24") -> dict[str, bool]:
    return {f"{age}-{number}": f"{age}-{number}" in positive for number in (1, 2, 3, 4)}


def a_screening(**changes) -> InitialScreening:
    usual = InitialScreening(
        SCREENING, ScreeningCategory.AUTISM, Instrument.WARNING_SIGNS, ON, signs(), Regression.NONE
    )
    return replace(usual, **changes)


@pytest.mark.parametrize(
    ("positive", "regression", "outcome"),
    [
        ((), Regression.NONE, ScreeningOutcome.NORMAL),
        ((), Regression.NOT_ASKED, ScreeningOutcome.NORMAL),
        (("M24-1",), Regression.NONE, ScreeningOutcome.ABNORMAL),
        (("M24-4",), Regression.NOT_ASKED, ScreeningOutcome.ABNORMAL),
        (("M24-1", "M24-2", "M24-3", "M24-4"), Regression.NONE, ScreeningOutcome.ABNORMAL),
        ((), Regression.LANGUAGE, ScreeningOutcome.ABNORMAL),
        ((), Regression.SOCIAL, ScreeningOutcome.ABNORMAL),
        ((), Regression.BOTH, ScreeningOutcome.ABNORMAL),
    ],
)
def test_one_sign_or_regression_is_abnormal(child, protocol, positive, regression, outcome):
    screening = a_screening(signs=signs(*positive), regression=regression)
    screened = record_screening(child, screening, None, CLINIC, protocol)
    assert screened.fact.outcome is outcome
    assert screened.fact.positive_signs == len(positive)
    assert screened.fact.regression is regression
    assert screened.fact.round is ScreeningRound.M24
    assert (screened.suspicion is not None) == (outcome is ScreeningOutcome.ABNORMAL)


def test_not_asked_is_kept_apart_from_none(child, protocol):
    screening = a_screening(regression=Regression.NOT_ASKED)
    assert record_screening(child, screening, None, CLINIC, protocol).fact.regression is Regression.NOT_ASKED


def test_the_first_screener_owns_what_it_found(child, protocol):
    found = record_screening(child, a_screening(signs=signs("M24-1")), None, CLINIC, protocol)
    assert found.suspicion is not None
    assert found.suspicion.state is found.fact.state is SuspicionState.SCREEN_POSITIVE
    assert found.suspicion.owner == found.suspicion.first_screener == CLINIC.organisation
    assert found.suspicion.first_screener_person == CLINIC.person
    assert found.suspicion.opened_on == ON


def test_a_second_abnormal_result_does_not_open_a_second_case(child, protocol, in_state):
    known = in_state(SuspicionState.RECHECK_DUE, owner=MCH)
    screened = record_screening(child, a_screening(signs=signs("M24-1")), known, CLINIC, protocol)
    assert screened.suspicion == known
    assert screened.fact.state is SuspicionState.RECHECK_DUE


def test_after_closing_an_abnormal_result_opens_a_new_episode(child, protocol, in_state):
    known = in_state(SuspicionState.CLOSED, owner=MCH, origin=SuspicionState.RECHECK_DUE, failed_traces=2)
    screened = record_screening(child, a_screening(signs=signs("M24-1")), known, CLINIC, protocol)
    assert screened.suspicion is not None
    assert (screened.suspicion.episode, screened.suspicion.failed_traces) == (2, 0)
    assert screened.suspicion.owner == CLINIC.organisation


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"M24-1": False, "M24-2": False, "M24-3": False},
        signs(age="M18"),
        signs(age="M30"),
        signs() | {"M18-1": True},
    ],
)
def test_exactly_the_four_signs_of_the_age_are_answered(child, protocol, answers):
    with pytest.raises(WrongSigns) as refusal:
        record_screening(child, a_screening(signs=answers), None, CLINIC, protocol)
    assert refusal.value.details["expected"] == ["M24-1", "M24-2", "M24-3", "M24-4"]


def test_below_three_months_there_is_no_column(protocol):
    newborn = Child(UUID(int=8), date(2024, 1, 1))
    with pytest.raises(NoSignColumn):
        record_screening(newborn, a_screening(signs=signs(age="M3")), None, CLINIC, protocol)


def test_a_newborn_is_screened_for_hearing_with_its_own_instrument(protocol):
    newborn = Child(UUID(int=8), date(2024, 3, 1))
    screening = a_screening(
        category=ScreeningCategory.HEARING,
        instrument=Instrument.NEWBORN_HEARING,
        signs={},
        regression=Regression.NOT_ASKED,
        finding=ScreeningOutcome.ABNORMAL,
    )
    screened = record_screening(newborn, screening, None, CLINIC, protocol)
    assert screened.fact.round is ScreeningRound.NB
    assert screened.suspicion is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"finding": None},
        {"finding": ScreeningOutcome.NORMAL, "signs": signs()},
        {"finding": ScreeningOutcome.NORMAL, "regression": Regression.NONE},
    ],
)
def test_another_instrument_carries_a_finding_and_no_signs(child, protocol, changes):
    base = {"category": ScreeningCategory.VISION, "instrument": Instrument.VISION_TEST}
    blank = {"signs": {}, "regression": Regression.NOT_ASKED}
    with pytest.raises(FindingNeeded):
        record_screening(child, a_screening(**(base | blank | changes)), None, CLINIC, protocol)


def test_the_sign_table_carries_no_finding_of_its_own(child, protocol):
    with pytest.raises(WrongSigns):
        record_screening(child, a_screening(finding=ScreeningOutcome.NORMAL), None, CLINIC, protocol)


def test_an_instrument_of_another_category_is_refused(child, protocol):
    screening = a_screening(instrument=Instrument.VISION_TEST, signs={}, finding=ScreeningOutcome.NORMAL)
    with pytest.raises(InstrumentNotForCategory) as refusal:
        record_screening(child, screening, None, CLINIC, protocol)
    assert refusal.value.details["allowed"] == ["warning_signs"]


@pytest.mark.parametrize(
    ("born", "on", "refusal"),
    [
        (date(2017, 3, 21), date(2024, 3, 20), None),
        (date(2017, 3, 20), date(2024, 3, 20), ChildTooOld),
        (date(2016, 2, 29), date(2023, 2, 28), None),
        (date(2016, 2, 29), date(2023, 3, 1), ChildTooOld),
        (date(2024, 3, 21), date(2024, 3, 20), NotYetBorn),
    ],
)
def test_screening_ends_on_the_seventh_birthday(protocol, born, on, refusal):
    screening = a_screening(on=on, signs=signs(age="Y6"))
    if refusal is None:
        assert record_screening(Child(UUID(int=8), born), screening, None, CLINIC, protocol).fact.screened_on == on
    else:
        with pytest.raises(refusal):
            record_screening(Child(UUID(int=8), born), screening, None, CLINIC, protocol)
