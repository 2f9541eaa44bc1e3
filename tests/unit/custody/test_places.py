"""Licensed places refuse; carers that are too few only show (handbook §5, F22)."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from services.custody import errors
from services.custody.domain.admission import Stay
from services.custody.domain.places import (
    Carers,
    Heads,
    Licence,
    carers_needed,
    carers_on,
    check_places,
    grant_licence,
    heads_on,
    licence_on,
)
from services.custody.domain.rules import Rules
from shared.contracts.events.custody import CustodyMode

HOUSE = UUID(int=1)
MARCH, APRIL, MAY = date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 1)
LICENCE = Licence(2, 1, date(2024, 1, 1), date(2024, 12, 31))


def a_stay(since, until=None, mode=CustodyMode.DAY):
    return Stay(uuid4(), HOUSE, since, until, mode)


def room(since, stays, licences=(LICENCE,), mode=CustodyMode.DAY, **rules):
    check_places(mode, since, stays, list(licences), Rules(**rules))


@pytest.mark.parametrize(
    ("stays", "free"),
    [
        ([], True),
        ([a_stay(MARCH)], True),
        ([a_stay(MARCH), a_stay(MARCH)], False),
        ([a_stay(MARCH), a_stay(MARCH, APRIL)], True),
        ([a_stay(MARCH), a_stay(MARCH, date(2024, 4, 2))], False),
        ([a_stay(MARCH), a_stay(MAY)], False),
        ([a_stay(MARCH), a_stay(MARCH, mode=CustodyMode.FULL_BOARDING)], True),
    ],
    ids=["empty", "one free", "full", "left that day", "leaves a day later", "full later on", "the other boards"],
)
def test_a_place_must_be_free_on_the_day_and_on_every_later_one(stays, free):
    if free:
        room(APRIL, stays)
    else:
        with pytest.raises(errors.NoPlaceFree):
            room(APRIL, stays)


@pytest.mark.parametrize("mode", [CustodyMode.WEEKDAY_BOARDING, CustodyMode.FULL_BOARDING, CustodyMode.RESPITE])
def test_whoever_sleeps_in_the_house_takes_a_boarding_place(mode):
    room(APRIL, [a_stay(MARCH), a_stay(MARCH)], mode=mode)
    with pytest.raises(errors.NoPlaceFree):
        room(APRIL, [a_stay(MARCH, mode=mode)], mode=mode)


@pytest.mark.parametrize(("required", "expired"), [(True, False), (True, True), (False, True)])
def test_without_a_licence_on_the_day_nobody_is_admitted(required, expired):
    held = [Licence(9, 9, date(2023, 1, 1), date(2023, 12, 31))] if expired else []
    with pytest.raises(errors.NotLicensed):
        room(APRIL, [], held, licence_required=required)


def test_a_county_may_leave_houses_without_any_licence_alone():
    room(APRIL, [a_stay(MARCH)] * 40, [], licence_required=False)


def test_a_later_licence_replaces_an_earlier_one_from_its_first_day():
    more = Licence(3, 1, APRIL, date(2025, 12, 31))
    assert licence_on([more, LICENCE], MARCH) is LICENCE
    assert licence_on([more, LICENCE], APRIL) is more
    assert licence_on([LICENCE], date(2025, 1, 1)) is None
    assert licence_on([LICENCE], date(2024, 12, 31)) is LICENCE


def test_a_licence_runs_forwards():
    assert grant_licence("371602", Licence(0, 0, MARCH, MARCH)).county == "371602"
    with pytest.raises(errors.PeriodReversed):
        grant_licence("371602", Licence(1, 1, APRIL, MARCH))


@pytest.mark.parametrize(
    ("children", "severe", "carers"),
    [(0, 0, 0), (1, 0, 1), (4, 0, 1), (5, 0, 2), (2, 2, 1), (3, 3, 2), (5, 1, 2), (6, 2, 2), (7, 2, 3)],
)
def test_carers_by_day_are_one_to_four_and_one_to_two_for_severe_grades(children, severe, carers):
    rules = Rules()
    assert carers_needed(children, severe, rules.children_per_carer_by_day, rules.severe_per_carer_by_day) == carers


@pytest.mark.parametrize(("children", "severe", "carers"), [(6, 0, 1), (7, 0, 2), (4, 4, 1), (5, 5, 2), (5, 2, 1)])
def test_carers_at_night_are_one_to_six_and_one_to_four_for_severe_grades(children, severe, carers):
    rules = Rules()
    assert carers_needed(children, severe, rules.children_per_carer_at_night, rules.severe_per_carer_at_night) == carers


@pytest.mark.parametrize(
    ("heads", "outcome"),
    [
        ({"by_day": 8, "carers_by_day": 2, "carers_at_night": 0}, "enough"),
        ({"by_day": 9, "carers_by_day": 2, "carers_at_night": 0}, "short"),
        ({"by_day": 8, "at_night": 7, "carers_by_day": 2, "carers_at_night": 1}, "short"),
        ({"by_day": 8, "severe_by_day": 1, "carers_by_day": 2, "carers_at_night": 0}, "short"),
        ({"by_day": 1}, "short"),
        ({"by_day": 0}, "enough"),
    ],
)
def test_the_ratio_explains_itself(heads, outcome):
    explained = Heads(**heads).explain()
    assert (explained.rule, explained.outcome) == ("custody.staff-ratio", outcome)
    assert [step.code for step in explained.steps] == ["carers-day", "carers-night"]


def test_a_shortfall_says_what_is_needed_and_what_is_there():
    by_day = Heads(by_day=9, severe_by_day=2, carers_by_day=2).explain().steps[0]
    assert by_day.en == "by day: 9 children, 2 of a severe grade, need 3 carers, 2 are declared"
    assert by_day.zh == "日间：儿童9名（重度2名），需护理员3名，申报2名"
    assert by_day.holds is False


def test_all_count_by_day_and_boarders_at_night():
    severe, other = uuid4(), uuid4()
    stays = [(severe, a_stay(MARCH, mode=CustodyMode.FULL_BOARDING)), (other, a_stay(MARCH)), (uuid4(), a_stay(MAY))]
    heads = heads_on(APRIL, stays, frozenset({severe}), Carers(1, 1, MARCH), Rules())
    assert (heads.by_day, heads.severe_by_day, heads.at_night, heads.severe_at_night) == (2, 1, 1, 1)


def test_carers_are_those_declared_last_before_the_day():
    first, second = Carers(1, 1, MARCH), Carers(2, 2, MAY)
    assert carers_on([second, first], APRIL) is first
    assert carers_on([second, first], MAY) is second
    assert carers_on([first], date(2024, 2, 29)) is None
