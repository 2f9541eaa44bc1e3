"""Which evaluations an enrolment owes, which are missing, and what that blocks (孤独症规范; handbook §3.5).

An evaluation belongs to the point in whose time it falls: from the opening of the point's window to the opening of the
next one's. One after its window is late, not missing: no rule keeps money back for ever by itself (handbook §0 rule 6).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain, count, pairwise, takewhile

from pydantic import Field

from services.rehab.domain.rules import Rules
from shared.ages import anniversary
from shared.contracts.events.rehab import Checkpoint, EnrolmentEndReason
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule

ORDERLY_ENDS = frozenset({EnrolmentEndReason.FINISHED, EnrolmentEndReason.TRANSFERRED, EnrolmentEndReason.AGED_OUT})
"""Ends at which the child can still be asked to come: of one who died, moved or stayed away nobody expects it."""


class PointState(StrEnum):
    """How an evaluation stands that an enrolment owes."""

    NOT_YET = "not_yet"
    DUE = "due"
    IN_TIME = "in_time"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation that was made: when, and as what."""

    on: date
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Course:
    """The course of an enrolment, [started_on, over_on), why it ended, where it did, and its evaluations so far."""

    started_on: date
    over_on: date
    end_reason: EnrolmentEndReason | None = None
    evaluated: tuple[Evaluated, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """An evaluation that is owed; its stage, [stage_from, stage_until), is the time since the one before it."""

    checkpoint: Checkpoint
    month: int | None
    due_on: date
    opens_on: date
    closes_on: date
    stage_from: date
    stage_until: date
    state: PointState = PointState.NOT_YET
    done_on: date | None = None

    @property
    def code(self) -> str:
        """Its code in an explanation."""
        return "exit" if self.month is None else f"month-{self.month}"


@rule(
    "rehab.evaluation-points",
    "assumed",
    zh="评估节点为第0、3、6个月、此后每6个月及结束时，前后各14天",
    setting="REHAB_RULES__EVALUATION_MONTHS",
)
def evaluation_points(course: Course, rules: Rules) -> tuple[Point, ...]:
    """List the evaluations that a course owes: months 0, 3, 6, then each 6, and exit (孤独症规范; handbook §3.5).

    A month counts when it comes before the end. The stage of month 0, with which all is compared, is the first one too.
    """
    months = takewhile(lambda month: _day(course, month) < course.over_on, _months(rules))
    owed: list[tuple[int | None, date]] = [(month, _day(course, month)) for month in months]
    ends = list(pairwise([*(day for _, day in owed), course.over_on]))
    if course.end_reason in ORDERLY_ENDS:
        owed.append((None, course.over_on))
    return tuple(_point(month, day, ends[max(place - 1, 0)], rules) for place, (month, day) in enumerate(owed))


@rule(
    "rehab.evaluations-due",
    "assumed",
    zh="逐个节点判断评估：未到、应做、按时、逾期补做或缺失",
    setting="REHAB_RULES__EVALUATION_WINDOW_DAYS",
)
def evaluations_due(course: Course, on: date, rules: Rules) -> tuple[Point, ...]:
    """Say of every evaluation owed whether it is not yet due, due, done in time, done late or missing (handbook §3.5).

    One at exit also stands for the stage in which it falls; the first must be a baseline, the last one at exit.
    """
    points = evaluation_points(course, rules)
    opening = [point.opens_on for point in points if point.month]
    return tuple(
        _judged(point, min((day for day in opening if day > point.opens_on), default=date.max), course.evaluated, on)
        for point in points
    )


@rule("rehab.stage-settled", "assumed", zh="缺少评估的阶段不予结算")
def blocks_settlement(points: Sequence[Point], first_day: date, last_day: date) -> tuple[Point, ...]:
    """Return the missing evaluations that block settlement of days: those whose stage the days meet (handbook §3.5)."""
    return tuple(
        point
        for point in points
        if point.state is PointState.MISSING and point.stage_from <= last_day and first_day < point.stage_until
    )


def explain_evaluations(points: Sequence[Point]) -> Explanation:
    """Show the evaluations of a course, one step each."""
    missing = sum(point.state is PointState.MISSING for point in points)
    return Explanation(
        rule="rehab.evaluations-due", outcome=f"missing-{missing}", steps=tuple(_step(point) for point in points)
    )


class AskEvaluations(Question, of="rehab.evaluations-due"):
    """A course, the evaluations made in it, and the day on which one asks."""

    course: Course = Field(description="The enrolment and the evaluations made in it.")
    on: date = Field(description="Day on which one asks.")
    rules: Rules = Field(
        default=Rules(), description="Figures of the county, where they are not the handbook's defaults."
    )

    def explain(self) -> Explanation:
        """Judge every point of the course."""
        return explain_evaluations(evaluations_due(self.course, self.on, self.rules))


def _months(rules: Rules) -> chain[int]:
    first, every = rules.evaluation_months, rules.evaluation_every_months
    return chain(first, count(first[-1] + every, every))


def _day(course: Course, month: int) -> date:
    return anniversary(course.started_on, months=month)


def _point(month: int | None, day: date, stage: tuple[date, date], rules: Rules) -> Point:
    window = timedelta(days=rules.evaluation_window_days)
    kind = Checkpoint.EXIT if month is None else Checkpoint.STAGE if month else Checkpoint.BASELINE
    return Point(kind, month, day, day - window, day + window, *stage)


def _judged(point: Point, before: date, evaluated: Sequence[Evaluated], on: date) -> Point:
    serving = {point.checkpoint, Checkpoint.EXIT} if point.month else {point.checkpoint}
    made = [one.on for one in evaluated if one.checkpoint in serving and point.opens_on <= one.on < before]
    if made:
        done = min(made)
        return replace(point, done_on=done, state=PointState.IN_TIME if done <= point.closes_on else PointState.LATE)
    if on > point.closes_on:
        return replace(point, state=PointState.MISSING)
    return replace(point, state=PointState.DUE if on >= point.opens_on else PointState.NOT_YET)


WORDS = {
    PointState.NOT_YET: ("not yet due", "尚未到期"),
    PointState.DUE: ("due now", "应当评估"),
    PointState.IN_TIME: ("done in time", "按时完成"),
    PointState.LATE: ("done late", "逾期完成"),
    PointState.MISSING: ("missing", "缺失"),
}


def _step(point: Point) -> Step:
    en, zh = WORDS[point.state]
    return step(
        point.code,
        "Evaluation due on {due}, window {opens} to {closes}: {state}.",
        "评估日期 {due}（{opens} 至 {closes}）：{found}。",
        holds=None if point.state is PointState.NOT_YET else point.state is not PointState.MISSING,
        due=point.due_on, opens=point.opens_on, closes=point.closes_on, state=en, found=zh,
    )  # fmt: skip
