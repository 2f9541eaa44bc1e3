"""The federation's list against the health side's, line by line (handbook §1.4, monthly reconciliation)."""

from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.reconciling import (
    Difference,
    DifferenceKind,
    Found,
    Line,
    check_month,
    due_on,
    reconcile,
)
from services.screening.domain.registry_policy import registry_policies
from services.screening.errors import MonthNotBegun
from shared.contracts.codes import RehabCategory

COUNTY, OTHER = "371602", "371603"
AUTISM, HEARING = RehabCategory.AUTISM, RehabCategory.HEARING
ONE, TWO = UUID(int=1), UUID(int=2)
POLICY = registry_policies().in_force(date(2026, 11, 23))


def found(case: UUID = ONE, region: str = COUNTY, *, died: bool = False, same_name: bool = True) -> Found:
    return Found(case, region, died, same_name)


def test_two_lists_that_agree_have_no_difference():
    assert reconcile(COUNTY, [Line(1, AUTISM, found=found())], [(ONE, AUTISM)]) == []


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
    assert reconcile(COUNTY, [line], []) == [Difference(kind, line.category, 1, case)]


def test_whoever_is_confirmed_and_not_listed_is_missing_category_by_category():
    health = [(ONE, AUTISM), (ONE, HEARING), (TWO, AUTISM)]
    told = reconcile(COUNTY, [Line(1, HEARING, found=found())], health)
    missing = DifferenceKind.NOT_LISTED
    assert told == [Difference(missing, AUTISM, case=ONE), Difference(missing, AUTISM, case=TWO)]


def test_a_line_under_another_name_is_told_once_and_its_child_is_not_missing_too():
    told = reconcile(COUNTY, [Line(1, AUTISM, found=found(same_name=False))], [(ONE, AUTISM)])
    assert [one.kind for one in told] == [DifferenceKind.OTHER_NAME]


def test_the_second_line_of_a_child_and_category_is_one_too_many():
    lines = [Line(place, AUTISM, found=found()) for place in (1, 2)]
    assert reconcile(COUNTY, lines, [(ONE, AUTISM)]) == [Difference(DifferenceKind.LISTED_TWICE, AUTISM, 2, ONE)]


def test_an_empty_list_lacks_everybody_and_two_empty_lists_agree():
    assert len(reconcile(COUNTY, [], [(ONE, AUTISM), (TWO, HEARING)])) == 2
    assert reconcile(COUNTY, [], []) == []


@pytest.mark.parametrize(
    ("last", "today", "due"),
    [
        (None, date(2026, 11, 23), date(2026, 11, 30)),
        (date(2026, 11, 1), date(2026, 11, 23), date(2026, 12, 31)),
        (date(2026, 1, 1), date(2026, 11, 23), date(2026, 2, 28)),
    ],
)
def test_lists_are_compared_month_by_month_to_the_months_end(last, today, due):
    assert due_on(last, today, POLICY) == due


def test_a_month_to_come_is_refused():
    check_month(date(2026, 11, 1), date(2026, 11, 1))
    with pytest.raises(MonthNotBegun):
        check_month(date(2026, 12, 1), date(2026, 11, 30))
