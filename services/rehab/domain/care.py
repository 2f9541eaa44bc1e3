"""Assessment at the start, plan of care with its goals, home visits (孤独症规范; handbook §3.3 step 6, §3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    GoalLevelMissing,
    NotAssessed,
    OutsideEnrolment,
    PeriodBackwards,
    PlanOutsideEnrolment,
    StepTooEarly,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssessmentRecorded,
    CarePlanSigned,
    GoalTerm,
    NeedsOutcome,
    PlannedGoal,
    TrainingMode,
)
from shared.rulebook.registry import rule

LEVELS = frozenset({GoalTerm.LONG, GoalTerm.MID, GoalTerm.SHORT})
"""Levels that every plan has from the day of its signature; daily goals may come with it, or stand in the sessions."""


@dataclass(frozen=True, slots=True)
class AssessmentOrder:
    """A functional assessment as the centre reports it."""

    id: UUID
    assessor: UUID
    assessed_on: date
    outcome: NeedsOutcome
    recommended_mode: TrainingMode


@dataclass(frozen=True, slots=True)
class GoalOrder:
    """A goal of a plan; its words stay with the centre."""

    id: UUID
    term: GoalTerm
    icf: str
    words: str


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """A plan of care as it was signed with the guardian; both ends of its period belong to it."""

    id: UUID
    signed_on: date
    valid_from: date
    valid_until: date
    planned_days: int
    home_training: bool
    goals: Sequence[GoalOrder]


@dataclass(frozen=True, slots=True)
class VisitOrder:
    """A visit to the child's home, on which training at home stands; its words stay with the centre."""

    id: UUID
    visitor: UUID
    visited_on: date
    words: str


@rule("rehab.entry-assessment", "assumed", zh="入训功能评估应在入训期内进行，可早于入训日14天以内")
def record_assessment(
    enrolment: Enrolment, category: RehabCategory, order: AssessmentOrder, rules: Rules
) -> AssessmentRecorded:
    """Record the assessment that begins a service: in the enrolment, or shortly before it (handbook §3.5).

    Raises OutsideEnrolment.
    """
    since = enrolment.started_on - timedelta(days=rules.evaluation_window_days)
    if not since <= order.assessed_on < enrolment.over_on:
        raise OutsideEnrolment(since=since.isoformat(), until=enrolment.over_on.isoformat())
    return AssessmentRecorded(
        assessment=order.id, enrolment=enrolment.id, institution=enrolment.institution, assessor=order.assessor,
        assessed_on=order.assessed_on, category=category, outcome=order.outcome,
        recommended_mode=order.recommended_mode,
    )  # fmt: skip


@rule("rehab.care-plan", "source", zh="评估之后制定个别化康复计划，含长期、中期、短期目标")
def sign_plan(enrolment: Enrolment, order: PlanOrder, assessed_on: date | None) -> CarePlanSigned:
    """Sign a plan after the assessment, with goals of every level, from its signature on (孤独症规范; handbook §3.5).

    Raises NotAssessed, StepTooEarly, PeriodBackwards, PlanOutsideEnrolment or GoalLevelMissing.
    """
    if assessed_on is None:
        raise NotAssessed
    for day, after in ((order.signed_on, assessed_on), (order.valid_from, order.signed_on)):
        if day < after:
            raise StepTooEarly(on=day.isoformat(), after=after.isoformat())
    if order.valid_until < order.valid_from:
        raise PeriodBackwards(since=order.valid_from.isoformat(), until=order.valid_until.isoformat())
    if not enrolment.started_on <= order.valid_from <= order.valid_until < enrolment.over_on:
        raise PlanOutsideEnrolment(
            since=order.valid_from.isoformat(), until=order.valid_until.isoformat(),
            started_on=enrolment.started_on.isoformat(), over_on=enrolment.over_on.isoformat(),
        )  # fmt: skip
    if missing := LEVELS - {goal.term for goal in order.goals}:
        raise GoalLevelMissing(missing=sorted(missing))
    goals = tuple(PlannedGoal(goal=goal.id, term=goal.term, icf=goal.icf) for goal in order.goals)
    return CarePlanSigned(
        plan=order.id, enrolment=enrolment.id, institution=enrolment.institution, signed_on=order.signed_on,
        valid_from=order.valid_from, valid_until=order.valid_until, planned_days_per_month=order.planned_days,
        home_training=order.home_training, goals=goals,
    )  # fmt: skip


@rule("rehab.home-visit", "assumed", zh="入户记录须在入训期内")
def check_visit(enrolment: Enrolment, order: VisitOrder) -> None:
    """Take a home visit only inside the enrolment whose training at home it proves (handbook §3.2).

    Raises OutsideEnrolment.
    """
    if not enrolment.started_on <= order.visited_on < enrolment.over_on:
        raise OutsideEnrolment(since=enrolment.started_on.isoformat(), until=enrolment.over_on.isoformat())
