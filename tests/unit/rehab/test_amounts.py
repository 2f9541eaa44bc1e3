"""What a month of training is worth (handbook §3.2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rehab.domain.amounts import (
    Attendance,
    Bill,
    Limits,
    Plan,
    SessionDay,
    SettleMonth,
    Taken,
    attendance,
    counts,
    month_amount,
)
from services.rehab.errors import CostNeeded

MARCH = date(2026, 3, 1)
UNDER_7 = Limits(monthly_cap=200_000, ceiling=2_000_000, full_time_days=16)
PLAN = Plan(date(2026, 1, 1), date(2026, 12, 31), planned_days=20, home_training=True)


def settled(attended, planned=20, *, limits=UNDER_7, bill=Bill(), taken=Taken()):  # noqa: B008 - values
    return month_amount(limits, Attendance(attended, attended, planned), bill, taken)


@pytest.mark.parametrize(
    ("attended", "planned", "fen"),
    [
        (22, 22, 200_000),
        (16, 22, 200_000),
        (15, 22, 136_363),
        (15, 20, 150_000),
        (10, 20, 100_000),
        (1, 31, 6_451),
        (0, 20, 0),
        (12, 12, 200_000),
        (14, 12, 200_000),
        (16, 0, 200_000),
        (15, 0, 0),
    ],
)
def test_sixteen_days_make_a_full_month_and_fewer_are_paid_by_the_planned_days(attended, planned, fen):
    assert settled(attended, planned).amount == fen


@pytest.mark.parametrize(
    ("cost", "insurance", "fen"),
    [
        (None, 0, 200_000),
        (300_000, 50_000, 200_000),
        (180_000, 50_000, 130_000),
        (50_000, 80_000, 0),
        (90_000, 0, 90_000),
    ],
)
def test_insurance_goes_first_and_assistance_pays_no_more_than_it_left(cost, insurance, fen):
    assert settled(20, bill=Bill(insurance, cost)).amount == fen


def test_what_insurance_paid_says_nothing_without_the_cost():
    with pytest.raises(CostNeeded):
        settled(20, bill=Bill(insurance_paid=1))


@pytest.mark.parametrize(
    ("taken", "fen"),
    [
        (Taken(0, 1_900_000), 100_000),
        (Taken(0, 2_000_000), 0),
        (Taken(0, 2_500_000), 0),
        (Taken(150_000, 150_000), 50_000),
        (Taken(200_000, 200_000), 0),
    ],
)
def test_month_and_year_are_the_child_s_whatever_centre_claims(taken, fen):
    assert settled(20, taken=taken).amount == fen


fen = st.integers(0, 5_000_000)
limits = st.builds(lambda cap, ceiling: Limits(cap, max(cap, ceiling), 16), fen, fen)
takens = st.builds(lambda month, year: Taken(month, max(month, year)), fen, fen)
bills = st.one_of(st.just(Bill()), st.builds(Bill, fen, fen))


@given(limits, st.integers(0, 31), st.integers(0, 31), bills, takens)
def test_no_amount_is_above_the_cap_the_ceiling_or_what_insurance_left(limits, attended, planned, bill, taken):
    amount = settled(attended, planned, limits=limits, bill=bill, taken=taken).amount
    assert 0 <= amount <= limits.monthly_cap
    assert amount == 0 or amount + taken.year <= limits.ceiling
    assert amount == 0 or amount + taken.month <= limits.monthly_cap
    assert bill.cost is None or amount == 0 or amount + bill.insurance_paid <= bill.cost


@given(limits, st.integers(0, 30), st.integers(0, 31), bills, takens)
def test_one_more_attended_day_never_pays_less(limits, attended, planned, bill, taken):
    fewer, more = (
        settled(days, planned, limits=limits, bill=bill, taken=taken).amount for days in (attended, attended + 1)
    )
    assert fewer <= more


@given(limits, st.integers(0, 15), st.integers(1, 31))
def test_rounding_loses_less_than_a_fen_and_always_to_the_payer(limits, attended, planned):
    amount = settled(attended, planned, limits=limits).amount
    exact = limits.monthly_cap * min(attended, planned)
    assert amount * planned <= exact < (amount + 1) * planned


def test_a_day_counts_once_however_many_sessions_it_had_and_missed_months_do_not():
    days = [SessionDay(date(2026, 3, 2), 3), SessionDay(date(2026, 3, 3), 1), SessionDay(date(2026, 4, 1), 1)]
    assert attendance(MARCH, days, [PLAN]) == Attendance(sessions=4, attended_days=2, planned_days=20)
    assert attendance(MARCH, [], []) == Attendance(0, 0, 0)


@pytest.mark.parametrize(
    ("visited", "logged", "plans", "counting"),
    [
        (True, True, [PLAN], True),
        (False, True, [PLAN], False),
        (True, False, [PLAN], False),
        (True, True, [], False),
        (True, True, [Plan(date(2026, 4, 1), date(2026, 12, 31), 20, home_training=True)], False),
        (True, True, [Plan(date(2026, 1, 1), date(2026, 12, 31), 20, home_training=False)], False),
    ],
)
def test_a_session_at_home_counts_with_plan_visit_and_log_only(visited, logged, plans, counting):
    day = SessionDay(date(2026, 3, 2), 1, home=True, visited=visited, logged=logged)
    assert counts(day, plans) is counting
    assert attendance(MARCH, [day], plans).unproven == (not counting)


def test_the_plan_that_began_last_names_the_days_of_its_month():
    newer = Plan(date(2026, 3, 16), date(2026, 12, 31), planned_days=12, home_training=False)
    assert attendance(MARCH, [], [newer, PLAN]).planned_days == 12
    assert attendance(date(2026, 2, 1), [], [newer, PLAN]).planned_days == 20


def test_the_explanation_names_cap_days_what_is_left_of_the_year_and_the_amount():
    explained = SettleMonth.model_validate(
        {
            "limits": {"monthly_cap": 200_000, "ceiling": 2_000_000, "full_time_days": 16},
            "month": {"sessions": 9, "attended_days": 9, "planned_days": 20, "unproven": 2},
            "bill": {"insurance_paid": 40_000, "cost": 120_000},
            "taken": {"month": 0, "year": 1_950_000},
        }
    ).explain()
    assert explained.outcome == "50000"
    assert [(one.code, one.holds) for one in explained.steps] == [
        ("monthly-cap", None), ("full-time", False), ("earned", None), ("home-proof", False), ("insurance-first", None),
        ("left-of-month", None), ("left-of-year", True), ("amount", True),
    ]  # fmt: skip
    assert "¥900.00" in explained.steps[2].en
    assert "¥500.00" in explained.steps[6].en
