"""Claims of the plan: which quarters a centre has claimed by a day, and for which months of a child."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from deploy.simulator.cohort import cohort
from deploy.simulator.journeys import Child, Course
from deploy.simulator.settling import Quarter, months_to_claim, quarters
from services.rehab.api.claim_forms import first_of
from services.rehab.domain.amounts import Bill, Limits, Plan, SessionDay, Taken, attendance, last_day, month_amount
from services.rehab.domain.checkpoints import Course as Given
from services.rehab.domain.checkpoints import Evaluated, blocks_settlement, evaluations_due
from services.rehab.domain.claims import cycle_from
from services.rehab.domain.rules import Rules
from shared.clock import local_date

TODAY = date(2026, 11, 23)
CENTRES = range(16)
LIMITS = Limits(monthly_cap=150_000, ceiling=1_500_000, full_time_days=16)
SUMMER = Quarter(date(2024, 4, 1), date(2024, 6, 30), date(2024, 7, 8))


@cache
def children() -> tuple[Child, ...]:
    return tuple(cohort(100, today=TODAY))


def course() -> Course:
    return next(one for child in children() for one in child.courses if len(months_to_claim(one, SUMMER)) == 3)


@pytest.mark.parametrize("place", CENTRES)
def test_a_quarter_is_a_settlement_cycle_and_claimed_after_its_end(place):
    claimed = quarters(place, TODAY)
    assert [one.since for one in claimed[:3]] == [date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1)]
    for one in claimed:
        cycle = cycle_from(one.since, Rules())
        assert (cycle.since, cycle.until) == (one.since, one.until)
        assert one.until < one.submitted_on < one.audited_on < one.paid_on
        assert one.submitted_on <= TODAY


@pytest.mark.parametrize("number", range(1, 93))
def test_on_any_day_a_few_centres_wait_for_audit_and_none_for_long_until_a_quarter_is_through(number):
    today = date(2026, 9, 30) + timedelta(days=number)
    waiting = [one for place in CENTRES for one in quarters(place, today) if one.audited_on > today]
    assert bool(waiting) == (8 <= number < 76), "the first claims on the 8th day, the last is audited on the 76th"
    assert len(waiting) < len(CENTRES)
    assert all(today - one.submitted_on < timedelta(days=28) for one in waiting)


def test_what_is_claimed_is_worth_something():
    for child in children():
        for one in (one for one in child.courses if one.care):
            came = sorted({local_date(session.starts_at) for session in one.sessions if session.attended})
            plan = Plan(one.care.signed_on, one.care.valid_until, one.care.planned_days, home_training=False)
            for month in {month for quarter in quarters(0, TODAY) for month in months_to_claim(one, quarter)}:
                counted = attendance(first_of(month), [SessionDay(day, 1) for day in came], [plan])
                assert month_amount(LIMITS, counted, Bill(), Taken()).amount > 0


def test_a_month_is_claimed_when_the_child_came_and_its_stage_was_evaluated():
    came = {f"{local_date(one.starts_at):%Y-%m}" for one in course().sessions if one.attended}
    assert months_to_claim(course(), SUMMER) == came & {"2024-04", "2024-05", "2024-06"}
    assert months_to_claim(replace(course(), evaluated_until=date(2024, 5, 31)), SUMMER) == {"2024-04", "2024-05"}
    assert months_to_claim(replace(course(), sessions=()), SUMMER) == set()


@pytest.mark.parametrize("today", [TODAY, date(2026, 8, 9), date(2027, 3, 2)])
def test_of_the_whole_city_nothing_is_claimed_whose_stage_lacks_its_evaluation(today):
    for child in cohort(full=True, today=today):
        for one in (one for one in child.courses if one.care):
            for quarter in quarters(0, today):
                blocked = [month for month in months_to_claim(one, quarter) if is_blocked(one, month, today)]
                assert blocked == [], f"of child {child.index}, claimed with the quarter of {quarter.since}"


def is_blocked(plan: Course, month: str, today: date) -> bool:
    """Tell whether a month is not settled for want of an evaluation, as the service judges it."""
    made = tuple(Evaluated(one.on, one.checkpoint) for one in plan.evaluations)
    course = Given(
        plan.enrolment.started_on, plan.enrolment.ended_on or date(today.year, 12, 31), plan.enrolment.reason, made
    )
    first = first_of(month)
    points = evaluations_due(course, today, Rules())
    return bool(blocks_settlement(points, first, last_day(first)))
