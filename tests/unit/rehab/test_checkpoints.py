"""Which evaluations an enrolment owes, and what a missing one blocks (handbook §3.5)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rehab.domain.checkpoints import (
    AskEvaluations,
    Course,
    Evaluated,
    PointState,
    blocks_settlement,
    evaluation_points,
    evaluations_due,
)
from services.rehab.domain.rules import Rules
from shared.contracts.events.rehab import Checkpoint, EnrolmentEndReason

START, OVER = date(2026, 1, 8), date(2027, 1, 1)
RULES = Rules()
FINISHED = EnrolmentEndReason.FINISHED


def a_course(*evaluated, over_on=OVER, reason=None):
    return Course(START, over_on, reason, tuple(evaluated))


def made(day, checkpoint=Checkpoint.STAGE):
    return Evaluated(day, checkpoint)


def states(course, on):
    return [(point.code, point.state.value) for point in evaluations_due(course, on, RULES)]


def test_evaluations_are_owed_at_months_0_3_6_then_each_6_and_at_exit():
    points = evaluation_points(a_course(over_on=date(2028, 1, 9), reason=FINISHED), RULES)
    assert [(point.code, point.checkpoint) for point in points] == [
        ("month-0", Checkpoint.BASELINE), ("month-3", Checkpoint.STAGE), ("month-6", Checkpoint.STAGE),
        ("month-12", Checkpoint.STAGE), ("month-18", Checkpoint.STAGE), ("month-24", Checkpoint.STAGE),
        ("exit", Checkpoint.EXIT),
    ]  # fmt: skip
    assert points[1].due_on == date(2026, 4, 8)
    assert (points[1].opens_on, points[1].closes_on) == (date(2026, 3, 25), date(2026, 4, 22))


def test_the_stage_of_a_point_is_the_time_since_the_one_before_and_the_baseline_s_is_the_first():
    points = evaluation_points(a_course(over_on=date(2026, 9, 1), reason=FINISHED), RULES)
    assert [(point.stage_from, point.stage_until) for point in points] == [
        (START, date(2026, 4, 8)), (START, date(2026, 4, 8)), (date(2026, 4, 8), date(2026, 7, 8)),
        (date(2026, 7, 8), date(2026, 9, 1)),
    ]  # fmt: skip


def test_a_course_that_ends_before_the_third_month_owes_the_first_and_the_exit_over_one_stage():
    points = evaluation_points(a_course(over_on=date(2026, 2, 1), reason=FINISHED), RULES)
    assert [(point.code, point.stage_from, point.stage_until) for point in points] == [
        ("month-0", START, date(2026, 2, 1)), ("exit", START, date(2026, 2, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reason", [None, EnrolmentEndReason.DECEASED, EnrolmentEndReason.MOVED_AWAY, EnrolmentEndReason.WITHDRAWN]
)
def test_nobody_expects_an_exit_evaluation_of_a_child_that_stayed_away(reason):
    assert "exit" not in [code for code, _ in states(a_course(reason=reason), OVER)]


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 3, 24), "not_yet"),
        (date(2026, 3, 25), "due"),
        (date(2026, 4, 22), "due"),
        (date(2026, 4, 23), "missing"),
    ],
)
def test_an_evaluation_is_due_in_its_window_and_missing_after_it(on, state):
    assert states(a_course(), on)[1] == ("month-3", state)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 3, 24), "missing"),
        (date(2026, 3, 25), "in_time"),
        (date(2026, 4, 22), "in_time"),
        (date(2026, 4, 23), "late"),
        (date(2026, 6, 23), "late"),
        (date(2026, 6, 24), "missing"),
    ],
)
def test_an_evaluation_serves_the_point_in_whose_time_it_falls(day, state):
    assert states(a_course(made(day)), date(2026, 12, 31))[1] == ("month-3", state)


def test_a_stage_evaluation_is_no_baseline_and_one_at_exit_stands_for_its_stage_too():
    assert states(a_course(made(START)), OVER)[0] == ("month-0", "missing")
    ended = a_course(made(date(2026, 4, 10), Checkpoint.EXIT), over_on=date(2026, 4, 10), reason=FINISHED)
    assert [state for _, state in states(ended, OVER)] == ["missing", "in_time", "in_time"]
    later = a_course(made(date(2026, 4, 20), Checkpoint.EXIT), over_on=date(2026, 5, 20), reason=None)
    assert states(later, OVER)[1] == ("month-3", "in_time")


def test_a_missing_evaluation_blocks_its_own_stage_and_no_other():
    points = evaluations_due(a_course(made(START, Checkpoint.BASELINE)), date(2026, 5, 31), RULES)

    def blocking(first, last):
        return [point.code for point in blocks_settlement(points, first, last)]

    assert blocking(date(2026, 1, 1), date(2026, 1, 31)) == ["month-3"]
    assert blocking(date(2026, 4, 1), date(2026, 4, 30)) == ["month-3"]
    assert blocking(date(2026, 5, 1), date(2026, 5, 31)) == []


def test_the_explanation_has_a_step_for_every_point_and_counts_what_is_missing():
    explained = AskEvaluations(course=a_course(made(START, Checkpoint.BASELINE)), on=date(2026, 7, 30)).explain()
    assert explained.outcome == "missing-2"
    assert [(one.code, one.holds) for one in explained.steps] == [
        ("month-0", True), ("month-3", False), ("month-6", False),
    ]  # fmt: skip
    assert (
        AskEvaluations.model_validate_json(
            '{"course": {"started_on": "2026-01-08", "over_on": "2026-03-01"}, "on": "2026-01-10"}'
        )
        .explain()
        .outcome
        == "missing-0"
    )


@given(st.integers(1, 1500), st.lists(st.integers(-20, 1500), max_size=8), st.integers(0, 1600))
def test_every_day_of_a_course_belongs_to_a_stage_and_no_evaluation_serves_two_points_of_one_kind(length, days, now):
    course = Course(
        START, START + timedelta(days=length), FINISHED, tuple(made(START + timedelta(days=day)) for day in days)
    )
    points = evaluations_due(course, START + timedelta(days=now), RULES)
    assert points[0].stage_from == START
    assert points[-1].stage_until == course.over_on
    done = [point.done_on for point in points if point.checkpoint is Checkpoint.STAGE and point.done_on]
    assert len(done) == len(set(done))
    assert all(
        point.state is not PointState.MISSING or point.closes_on < START + timedelta(days=now) for point in points
    )
