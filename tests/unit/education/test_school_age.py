"""Compulsory age, the watch, and who is without a placement."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.education.domain.calendar import read_school_policies
from services.education.domain.placement import Placement
from services.education.domain.school_age import (
    Unplaced,
    births_of_next_year,
    births_of_school_age,
    compulsory_age,
    explain_compulsory_age,
    open_watch,
    stage_on,
    without_placement,
)
from services.education.domain.standing import Standing, one_child, to_be_watched
from shared.contracts.events.education import LicenceStage, PlacementEndReason, PlacementMode

TODAY = date(2024, 9, 18)
POLICY = read_school_policies().in_force(TODAY)
SCHOOL = UUID(int=1)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("born", "first", "last"),
    [
        (date(2018, 8, 31), date(2024, 9, 1), date(2033, 8, 31)),
        (date(2018, 9, 1), date(2025, 9, 1), date(2034, 8, 31)),
        (date(2016, 2, 29), date(2022, 9, 1), date(2031, 8, 31)),
    ],
    ids=["six on the cut-off", "six a day later", "born on a leap day"],
)
def test_nine_years_from_the_september_after_the_sixth_birthday(born, first, last):
    age = compulsory_age(born, POLICY)
    assert (age.first, age.last) == (first, last)


@pytest.mark.parametrize("day", [date(2024, 8, 31), date(2024, 9, 1), date(2025, 3, 1)])
def test_births_of_school_age_are_those_whose_compulsory_years_hold_the_day(day):
    births = births_of_school_age(day, POLICY)
    of_age = [births.after + A_DAY, births.until]
    not_of_age = [births.after, births.until + A_DAY]
    assert [compulsory_age(born, POLICY).holds(day) for born in of_age + not_of_age] == [True, True, False, False]


def test_births_of_next_year_begin_next_september():
    births = births_of_next_year(TODAY, POLICY)
    begins = [compulsory_age(born, POLICY).first for born in (births.after, births.after + A_DAY, births.until)]
    assert begins == [date(2024, 9, 1), date(2025, 9, 1), date(2025, 9, 1)]
    assert compulsory_age(births.until + A_DAY, POLICY).first == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        (date(2024, 8, 31), LicenceStage.PRESCHOOL),
        (date(2024, 9, 1), LicenceStage.COMPULSORY),
        (date(2033, 8, 31), LicenceStage.COMPULSORY),
        (date(2033, 9, 1), LicenceStage.SENIOR),
    ],
)
def test_the_stage_follows_the_compulsory_years(day, stage):
    assert stage_on(date(2018, 5, 1), day, POLICY) is stage


def test_a_watch_says_from_when_to_when_schooling_is_compulsory():
    watch = open_watch(date(2021, 5, 1), "371602", TODAY, POLICY)
    assert watch is not None
    assert (watch.county, watch.opened_on) == ("371602", TODAY)
    assert (watch.compulsory_from, watch.compulsory_until) == (date(2027, 9, 1), date(2036, 8, 31))


def test_a_youth_beyond_the_compulsory_years_is_not_watched():
    assert open_watch(date(2009, 8, 31), "371602", date(2024, 8, 31), POLICY) is not None
    assert open_watch(date(2009, 8, 31), "371602", date(2024, 9, 1), POLICY) is None


CASE, OTHER = UUID(int=7), UUID(int=8)
CONFIRMED = Standing(CASE, CASE, confirmed_on=TODAY)


@pytest.mark.parametrize(
    ("cases", "watched"),
    [
        ([CONFIRMED], TODAY),
        ([Standing(CASE, CASE)], None),
        ([Standing(CASE, CASE, confirmed_on=TODAY, watched_since=TODAY)], None),
        ([Standing(CASE, CASE, confirmed_on=TODAY, died_on=TODAY)], None),
        ([Standing(CASE, CASE, confirmed_on=TODAY, withdrawn_on=TODAY)], None),
        ([Standing(CASE, CASE, confirmed_on=TODAY, erased_on=TODAY)], None),
        ([Standing(CASE, CASE), Standing(OTHER, CASE, confirmed_on=TODAY)], TODAY),
        ([CONFIRMED, Standing(OTHER, CASE, watched_since=TODAY)], None),
        ([CONFIRMED, Standing(OTHER, CASE, died_on=TODAY)], None),
    ],
    ids=[
        "confirmed",
        "not",
        "watched",
        "dead",
        "no consent",
        "erased",
        "the other case",
        "there already",
        "dead there",
    ],
)
def test_a_confirmed_child_is_watched_once_whatever_its_cases(cases, watched):
    assert to_be_watched(one_child(cases)) == watched


AGE = compulsory_age(date(2016, 3, 1), POLICY)


def a_placement(starts_on, last_day=None, mode=PlacementMode.REGULAR_CLASS):
    return Placement(UUID(int=9), mode, SCHOOL, starts_on, last_day)


DEFERRED = a_placement(date(2022, 9, 1), date(2023, 8, 31), PlacementMode.DEFERRED)


@pytest.mark.parametrize(
    ("placements", "ended", "since", "why"),
    [
        ([], None, date(2022, 9, 1), Unplaced.NEVER_DECIDED),
        ([a_placement(date(2024, 10, 8))], None, date(2022, 9, 1), Unplaced.DECIDED_FOR_LATER),
        ([a_placement(date(2022, 9, 1), date(2024, 7, 5))], None, date(2024, 7, 6), Unplaced.PLACEMENT_OVER),
        ([a_placement(date(2020, 9, 1), date(2021, 7, 5))], None, date(2022, 9, 1), Unplaced.PLACEMENT_OVER),
        ([DEFERRED], None, date(2023, 9, 1), Unplaced.DEFERRAL_OVER),
        (
            [a_placement(date(2022, 9, 1), date(2024, 7, 5))],
            PlacementEndReason.TRANSFERRED,
            date(2024, 7, 6),
            Unplaced.PLACEMENT_ENDED,
        ),
    ],
)
def test_a_child_without_a_placement_has_a_since_and_a_why(placements, ended, since, why):
    missing = without_placement(AGE, placements, TODAY, ended)
    assert missing is not None
    assert (missing.since, missing.why, missing.reason) == (since, why, ended)


@pytest.mark.parametrize("placement", [a_placement(date(2022, 9, 1)), a_placement(TODAY, TODAY)])
def test_who_is_placed_is_not_missing_and_neither_is_who_is_too_young_or_too_old(placement):
    assert without_placement(AGE, [placement], TODAY) is None
    assert without_placement(AGE, [], date(2022, 8, 31)) is None
    assert without_placement(AGE, [], date(2031, 9, 1)) is None


def test_an_approved_deferral_is_a_placement():
    assert without_placement(AGE, [DEFERRED], date(2023, 8, 31)) is None


def test_the_explanation_names_birthday_cut_off_and_years():
    explained = explain_compulsory_age(date(2018, 9, 1), TODAY, POLICY)
    assert (explained.outcome, explained.policy) == ("preschool", "SCHOOL-SD")
    assert [(one.code, one.holds) for one in explained.steps] == [
        ("turned-by-cut-off", False),
        ("compulsory-years", None),
        ("of-age-on", False),
    ]
    assert "2024-08-31" in explained.steps[0].zh
