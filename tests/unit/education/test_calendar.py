"""The school calendar: years, terms, school days, weeks."""

from datetime import date

import pytest

from services.education.domain.calendar import (
    is_school_day,
    read_school_policies,
    school_days,
    school_year,
    term_of,
    terms_of,
    weeks_completed,
)

POLICY = read_school_policies().in_force(date(2024, 9, 18))


def test_the_figures_are_the_handbooks():
    p = POLICY
    assert (p.school_age.value, p.compulsory_years.value, p.school_weeks.value) == (6, 9, 36)
    assert (p.home_hours_per_year.value, p.hours_per_week, p.gap_school_days.value) == (216, 6, 10)
    assert (p.resource_room_pupils.value, p.enrolment_threshold_percent.value) == (5, 95)
    months = [(s.value.first.month, s.value.last.month) for s in (p.pre_registration, p.assessment, p.placement)]
    assert months == [(3, 4), (4, 5), (6, 7)]
    assert (p.cut_off.value.month, p.cut_off.value.day) == (8, 31)
    assert (p.year_starts.value.month, p.year_starts.value.day) == (9, 1)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2024, 8, 31), date(2023, 9, 1), date(2024, 8, 31)),
        (date(2024, 9, 1), date(2024, 9, 1), date(2025, 8, 31)),
        (date(2025, 1, 1), date(2024, 9, 1), date(2025, 8, 31)),
    ],
)
def test_a_school_year_runs_from_september_to_august(day, first, last):
    year = school_year(day, POLICY)
    assert (year.first, year.last) == (first, last)


def test_a_year_without_exact_dates_has_the_usual_terms():
    terms = terms_of(school_year(date(2019, 10, 1), POLICY), POLICY)
    assert [(t.first, t.last) for t in terms] == [
        (date(2019, 9, 1), date(2020, 1, 20)),
        (date(2020, 2, 24), date(2020, 7, 5)),
    ]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2024, 3, 4), date(2024, 2, 26)),
        (date(2024, 2, 1), date(2024, 2, 26)),
        (date(2024, 7, 6), date(2024, 9, 2)),
        (date(2024, 9, 1), date(2024, 9, 2)),
    ],
)
def test_in_the_holidays_the_next_term_is_meant(day, first):
    assert term_of(day, POLICY).first == first


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2024, 3, 4), True),
        (date(2024, 3, 9), False),
        (date(2024, 2, 23), False),
        (date(2024, 5, 1), False),
        (date(2024, 4, 28), True),
        (date(2024, 7, 8), False),
    ],
    ids=["a Monday", "a Saturday", "before the term", "a public holiday", "a Sunday worked instead", "summer"],
)
def test_school_is_held_on_working_days_of_a_term(day, held):
    assert is_school_day(day, POLICY) is held


def test_school_days_leave_out_the_holidays_between_two_terms():
    days = school_days(date(2024, 7, 4), date(2024, 9, 3), POLICY)
    assert days == [date(2024, 7, 4), date(2024, 7, 5), date(2024, 9, 2), date(2024, 9, 3)]
    assert school_days(date(2024, 9, 3), date(2024, 9, 2), POLICY) == []


@pytest.mark.parametrize(
    ("until", "weeks"),
    [(date(2024, 9, 7), 0), (date(2024, 9, 8), 1), (date(2024, 9, 15), 2), (date(2025, 2, 9), 20)],
)
def test_a_week_is_over_on_its_sunday(until, weeks):
    assert weeks_completed(date(2024, 9, 2), until, POLICY) == weeks


def test_a_school_year_has_no_more_than_its_weeks():
    assert weeks_completed(date(2024, 9, 1), date(2025, 8, 31), POLICY) == 36
