"""Dropout control: from how many missed school days on it is a gap."""

from datetime import date
from uuid import UUID

import pytest

from services.education.domain.calendar import read_school_policies, school_days
from services.education.domain.gaps import (
    Silence,
    explain_found,
    explain_gap,
    first_day_that_may_be_missed,
    gap_of,
    hours_gap,
    missed_days,
)
from services.education.domain.home_teaching import pace
from shared.contracts.events.education import GapKind

POLICY = read_school_policies().in_force(date(2024, 9, 18))
TODAY = date(2024, 9, 18)
ONE = UUID(int=1)
NINE_YEARS_OLD = date(2015, 3, 1)
LAST_SEEN = date(2024, 3, 4)
TENTH_DAY = date(2024, 3, 18)


def a_silence(last_present=LAST_SEEN, until=TENTH_DAY, born=NINE_YEARS_OLD, starts_on=date(2023, 9, 1), leave=()):
    return Silence(ONE, ONE, ONE, born, starts_on, last_present, until, frozenset(leave))


def test_the_tenth_missed_school_day_makes_a_gap_and_the_ninth_does_not():
    fact = gap_of(a_silence(), POLICY, today=TODAY)
    assert fact is not None
    assert (fact.kind, fact.since, fact.missing, fact.detected_on) == (GapKind.NO_ATTENDANCE, LAST_SEEN, 10, TODAY)
    assert gap_of(a_silence(until=date(2024, 3, 17)), POLICY, today=TODAY) is None


def test_leave_is_not_absence():
    assert gap_of(a_silence(leave=[date(2024, 3, 6)]), POLICY, today=TODAY) is None
    assert gap_of(a_silence(leave=[date(2024, 3, 6)], until=date(2024, 3, 19)), POLICY, today=TODAY) is not None


def test_holidays_are_not_missed():
    over_the_summer = a_silence(date(2024, 7, 1), date(2024, 9, 9))
    assert len(missed_days(over_the_summer, POLICY)) == 4 + 6
    assert len(missed_days(a_silence(date(2024, 7, 5), date(2024, 9, 1)), POLICY)) == 0


@pytest.mark.parametrize(
    ("born", "starts_on", "until", "since"),
    [
        (NINE_YEARS_OLD, date(2024, 3, 5), TENTH_DAY, date(2024, 3, 5)),
        (NINE_YEARS_OLD, date(2023, 6, 1), date(2024, 3, 18), date(2023, 6, 1)),
        (date(2017, 9, 1), date(2023, 9, 1), TENTH_DAY, None),
        (date(2008, 8, 31), date(2023, 9, 1), TENTH_DAY, None),
    ],
    ids=["since the placement", "since a placement of last year", "too young", "too old"],
)
def test_who_never_came_is_missed_from_the_first_day_of_compulsory_age(born, starts_on, until, since):
    fact = gap_of(a_silence(None, until, born, starts_on), POLICY, today=TODAY)
    assert (fact and fact.since) == since


def test_a_child_who_turns_of_school_age_is_missed_from_september_on():
    six = a_silence(None, date(2024, 9, 13), date(2018, 8, 31), date(2024, 3, 1))
    fact = gap_of(six, POLICY, today=TODAY)
    assert fact is not None
    assert (fact.since, fact.missing) == (date(2024, 9, 1), 10)


@pytest.mark.parametrize("until", [TENTH_DAY, date(2024, 9, 9), date(2024, 8, 1), date(2025, 2, 18)])
def test_who_was_seen_on_or_after_the_first_day_that_may_be_missed_has_no_gap(until):
    first = first_day_that_may_be_missed(until, POLICY)
    assert len(school_days(first, until, POLICY)) == 10
    assert gap_of(a_silence(first, until), POLICY, today=TODAY) is None


@pytest.mark.parametrize(("hours", "noticed"), [(0, True), (6, True), (7, False), (12, False)])
def test_home_teaching_a_week_behind_is_a_gap(hours, noticed):
    reached = pace(hours, date(2022, 9, 1), date(2024, 9, 15), POLICY)
    fact = hours_gap(a_silence(None), reached, POLICY, today=TODAY)
    assert (fact is not None) is noticed
    if fact is not None:
        assert (fact.kind, fact.since, fact.missing) == (GapKind.HOURS_BEHIND, date(2024, 9, 1), 12 - hours)


def test_hours_are_owed_in_compulsory_age_only():
    reached = pace(0, date(2022, 9, 1), date(2024, 9, 15), POLICY)
    assert hours_gap(a_silence(None, born=date(2008, 3, 1)), reached, POLICY, today=TODAY) is None


def test_a_gap_explains_itself():
    explained = explain_gap(a_silence(leave=[date(2024, 3, 6)]), POLICY)
    assert (explained.outcome, [one.holds for one in explained.steps]) == ("no-gap", [None, None, False])
    assert explain_gap(a_silence(), POLICY).outcome == "gap"
    found = explain_found(GapKind.HOURS_BEHIND, LAST_SEEN, 12, POLICY)
    assert (found.rule, found.outcome) == ("education.hours-behind", "hours_behind")
