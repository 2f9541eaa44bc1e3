"""The federation's list against the health side's, line by line (handbook §1.4, monthly reconciliation)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.reconciling import (
    Confirmed,
    Difference,
    DifferenceKind,
    Found,
    Line,
    check_month,
    children_of,
    due_on,
    reconcile,
)
from services.screening.domain.registry_policy import registry_policies
from services.screening.errors import MonthNotBegun
from shared.contracts.codes import RehabCategory

COUNTY, OTHER = "371602", "371603"
AUTISM, HEARING = RehabCategory.AUTISM, RehabCategory.HEARING
ONE, TWO = UUID(int=1), UUID(int=2)
BORN = date(2022, 3, 16)
POLICY = registry_policies().in_force(date(2026, 11, 23))


def confirmed(
    case: UUID, category: RehabCategory = AUTISM, *, born: date = BORN, since: date = date(2026, 5, 6)
) -> Confirmed:
    return Confirmed(case, category, born, since)


def compared(lines: Sequence[Line], *health: Confirmed) -> list[Difference]:
    """Compare with a health side of whom all are children."""
    return reconcile(COUNTY, lines, health, health)


def found(case: UUID = ONE, region: str = COUNTY, *, died: bool = False, same_name: bool = True) -> Found:
    return Found(case, region, died, same_name)


def test_two_lists_that_agree_have_no_difference():
    assert compared([Line(1, AUTISM, found=found())], confirmed(ONE)) == []


@pytest.mark.parametrize(
    ("line", "kind", "case"),
    [
        (Line(1, AUTISM, valid=False), DifferenceKind.INVALID_NUMBER, None),
        (Line(1, AUTISM), DifferenceKind.NOT_REGISTERED, None),
        (Line(1, AUTISM, found=found(region=OTHER)), DifferenceKind.LIVES_ELSEWHERE, None),
        (Line(1, AUTISM, found=found(region=OTHER, same_name=False)), DifferenceKind.NOT_REGISTERED, None),
        (Line(1, AUTISM, found=found(same_name=False)), DifferenceKind.OTHER_NAME, ONE),
        (Line(1, AUTISM, found=found(died=True)), DifferenceKind.DIED, ONE),
        (Line(1, HEARING, found=found()), DifferenceKind.NOT_CONFIRMED, ONE),
    ],
)
def test_of_a_line_the_first_reason_is_told_and_of_another_countys_child_no_case(line, kind, case):
    assert compared([line]) == [Difference(kind, line.category, 1, case)]


def test_whoever_is_confirmed_and_not_listed_is_missing_category_by_category():
    health = confirmed(ONE), confirmed(ONE, HEARING), confirmed(TWO)
    told = compared([Line(1, HEARING, found=found())], *health)
    missing = DifferenceKind.NOT_LISTED
    assert told == [Difference(missing, AUTISM, case=ONE), Difference(missing, AUTISM, case=TWO)]


def test_a_line_under_another_name_is_told_once_and_its_child_is_not_missing_too():
    told = compared([Line(1, AUTISM, found=found(same_name=False))], confirmed(ONE))
    assert [one.kind for one in told] == [DifferenceKind.OTHER_NAME]


def test_the_second_line_of_a_child_and_category_is_one_too_many():
    lines = [Line(place, AUTISM, found=found()) for place in (1, 2)]
    assert compared(lines, confirmed(ONE)) == [Difference(DifferenceKind.LISTED_TWICE, AUTISM, 2, ONE)]


def test_an_empty_list_lacks_everybody_and_two_empty_lists_agree():
    assert len(compared([], confirmed(ONE), confirmed(TWO, HEARING))) == 2
    assert compared([]) == []


@pytest.mark.parametrize(
    ("born", "is_child"),
    [
        (date(2008, 11, 23), False),
        (date(2008, 11, 24), True),
        (date(1990, 1, 1), False),
    ],
)
def test_who_is_grown_up_is_missed_by_nobody_and_still_known_when_listed(born, is_child, protocol):
    health = [confirmed(ONE, born=born), confirmed(TWO)]
    children = children_of(health, date(2026, 11, 23), protocol.age_limits)
    assert (health[0] in children, health[1] in children) == (is_child, True)
    missing = [one.case for one in reconcile(COUNTY, [], health, children)]
    assert missing == ([ONE, TWO] if is_child else [TWO])
    lines = [Line(place, AUTISM, found=found(case)) for place, case in enumerate((ONE, TWO), start=1)]
    assert reconcile(COUNTY, lines, health, children) == []


def test_a_leap_days_child_is_one_until_the_first_of_march(protocol):
    health = [confirmed(ONE, born=date(2008, 2, 29))]
    assert children_of(health, date(2026, 2, 28), protocol.age_limits) == health
    assert children_of(health, date(2026, 3, 1), protocol.age_limits) == []


@pytest.mark.parametrize(
    ("last", "today", "due"),
    [
        (date(2026, 11, 1), date(2026, 11, 23), date(2026, 12, 31)),
        (date(2026, 1, 1), date(2026, 11, 23), date(2026, 2, 28)),
    ],
)
def test_lists_are_compared_month_by_month_to_the_months_end(last, today, due):
    assert due_on(last, [confirmed(ONE, since=date(2020, 1, 1))], today, POLICY) == due


@pytest.mark.parametrize(
    ("since", "due"),
    [
        ([], date(2026, 11, 30)),
        ([date(2026, 11, 2)], date(2026, 12, 31)),
        ([date(2026, 10, 31)], date(2026, 11, 30)),
        ([date(2026, 11, 2), date(2026, 9, 30), date(2026, 10, 1)], date(2026, 10, 31)),
    ],
)
def test_where_no_list_ever_was_the_first_is_due_in_the_month_after_the_first_confirmed_child(since, due):
    children = [confirmed(ONE, since=day) for day in since]
    assert due_on(None, children, date(2026, 11, 23), POLICY) == due


def test_a_month_to_come_is_refused():
    check_month(date(2026, 11, 1), date(2026, 11, 1))
    with pytest.raises(MonthNotBegun):
        check_month(date(2026, 12, 1), date(2026, 11, 30))
