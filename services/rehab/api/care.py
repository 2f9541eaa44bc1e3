"""Assessment at the start, plan of care, home visits, evaluations due, scores over time (handbook §3.5, §3.6)."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.rehab.api.forms import Flag, Open, Uow, View
from services.rehab.domain.care import AssessmentOrder, GoalOrder, PlanOrder, VisitOrder
from services.rehab.domain.checkpoints import PointState, evaluations_due, explain_evaluations
from services.rehab.domain.series import Scored, Trend, series_of
from services.rehab.handlers import care
from services.rehab.repository.records import OneRow
from shared import clock, ids
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.rehab import Checkpoint, GoalTerm, NeedsOutcome, TrainingMode
from shared.http.doors import may
from shared.ids import CaseId, PersonId
from shared.journal.unit_of_work import Receipt
from shared.rehabilitation.instruments import Direction
from shared.rulebook.explanation import Explanation
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["care"])

Words = Annotated[str, Field(min_length=1, max_length=2000, description="In the centre's words; they stay with it.")]


class AssessmentIn(Body):
    """A functional assessment that begins a service."""

    assessor: PersonId
    assessed_on: Day
    outcome: NeedsOutcome
    recommended_mode: TrainingMode

    def order(self) -> AssessmentOrder:
        """Return it under a fresh id."""
        return AssessmentOrder(ids.new_record(), self.assessor, self.assessed_on, self.outcome, self.recommended_mode)


class GoalIn(Body):
    """A goal: its level, its ICF code, its words."""

    term: GoalTerm
    icf: Annotated[str, Field(pattern=r"^[bde][1-9][0-9]{0,4}$", examples=["d450"])]
    words: Words


class PlanIn(Body):
    """A plan of care, signed with the guardian; both ends of its period belong to it."""

    signed_on: Day
    valid_from: Day
    valid_until: Day
    planned_days_per_month: int = Field(ge=1, le=31, strict=True, description="Training days of a full month (§3.2).")
    home_training: Flag = False
    goals: list[GoalIn] = Field(min_length=1, max_length=50)

    def order(self) -> PlanOrder:
        """Return it under fresh ids."""
        goals = [GoalOrder(ids.new_record(), goal.term, goal.icf, goal.words) for goal in self.goals]
        return PlanOrder(
            ids.new_record(), self.signed_on, self.valid_from, self.valid_until, self.planned_days_per_month,
            self.home_training, goals,
        )  # fmt: skip


class VisitIn(Body):
    """A visit to the child's home."""

    visitor: PersonId
    visited_on: Day
    words: Words

    def order(self) -> VisitOrder:
        """Return it under a fresh id."""
        return VisitOrder(ids.new_record(), self.visitor, self.visited_on, self.words)


class GoalView(View):
    """A goal."""

    id: UUID
    term: GoalTerm
    icf: str
    words: str | None = Field(description="The centre's words; nobody else is shown them.")


class PlanView(View):
    """A plan of care."""

    id: UUID
    enrolment_id: UUID
    institution: UUID
    signed_on: date
    valid_from: date
    valid_until: date
    planned_days: int
    home_training: bool
    goals: list[GoalView]


class VisitView(View):
    """A home visit."""

    id: UUID
    enrolment_id: UUID
    institution: UUID
    visitor: UUID
    visited_on: date
    words: str | None = Field(description="The centre's words; nobody else is shown them.")


class CarePlansView(View):
    """A child's plans and home visits, the newest first."""

    plans: list[PlanView]
    visits: list[VisitView]


class PointView(View):
    """An evaluation that an enrolment owes."""

    checkpoint: Checkpoint
    month: int | None
    due_on: date
    opens_on: date
    closes_on: date
    stage_from: date
    stage_until: date
    state: PointState
    done_on: date | None


class PointsView(View):
    """The evaluations of an enrolment, and how each is judged."""

    points: list[PointView]
    explanation: Explanation


class ScoreView(View):
    """One score."""

    evaluation: UUID
    on: date
    value: str
    reading: str | None


class SeriesView(View):
    """One dimension of an instrument over time."""

    instrument: str
    version: str
    dimension: str
    direction: Direction
    trend: Trend
    points: list[ScoreView]


@router.post("/enrolments/{enrolment}/assessments", status_code=201)
async def record_assessment(
    enrolment: UUID, body: AssessmentIn, actor: Annotated[Actor, may(Act.RECORD_CARE_PLAN)], uow: Uow
) -> Receipt:
    """Record the assessment that begins a service."""
    assessment = await care.record_assessment(enrolment, body.order(), actor, uow)
    receipt: Receipt = await uow.commit(record=assessment)
    return receipt


@router.post("/enrolments/{enrolment}/care-plans", status_code=201)
async def sign_plan(
    enrolment: UUID, body: PlanIn, actor: Annotated[Actor, may(Act.RECORD_CARE_PLAN)], uow: Uow
) -> Receipt:
    """Keep a plan that was signed with the guardian."""
    plan = await care.sign_plan(enrolment, body.order(), actor, uow)
    receipt: Receipt = await uow.commit(record=plan)
    return receipt


@router.post("/enrolments/{enrolment}/home-visits", status_code=201)
async def record_visit(
    enrolment: UUID, body: VisitIn, actor: Annotated[Actor, may(Act.RECORD_CARE_PLAN)], uow: Uow
) -> Receipt:
    """Keep a visit to the child's home."""
    visit = await care.record_visit(enrolment, body.order(), actor, uow)
    receipt: Receipt = await uow.commit(record=visit)
    return receipt


@router.get("/cases/{case}/care-plans")
async def read_plans(case: CaseId, actor: Annotated[Actor, may(Act.READ_CARE_PLAN)], books: Open) -> CarePlansView:
    """Read a child's plans and home visits; a centre sees its own, and nobody else its words."""
    cases = await books.cases_of(case, actor)
    mine = actor.org_type is OrgType.REHAB_CENTRE
    plans = await books.records.plans.of_cases(cases, actor)
    goals = [_shown(goal, mine=mine) for goal in await books.records.plans.goals_of(plans)]
    visits = [_shown(visit, mine=mine) for visit in await books.records.plans.visits_of(cases, actor)]
    with_goals = [plan._asdict() | {"goals": [g for g in goals if g["plan_id"] == plan.id]} for plan in plans]
    return CarePlansView.model_validate({"plans": with_goals, "visits": visits})


def _shown(row: OneRow, *, mine: bool) -> dict[str, Any]:
    return row._asdict() | ({} if mine else {"words": None})


@router.get("/enrolments/{enrolment}/evaluations-due")
async def read_points(enrolment: UUID, actor: Annotated[Actor, may(Act.READ_ENROLMENT)], books: Open) -> PointsView:
    """Read which evaluations an enrolment owes, which are missing, and why."""
    case, course = await books.records.plans.course_of(enrolment, actor)
    await books.reading.shown([case])
    points = evaluations_due(course, clock.today(), books.rules)
    return PointsView.model_validate({"points": points, "explanation": explain_evaluations(points)})


@router.get("/cases/{case}/score-series")
async def read_series(case: CaseId, actor: Annotated[Actor, may(Act.READ_ENROLMENT)], books: Open) -> list[SeriesView]:
    """Read a child's scores over time, by instrument, version and dimension; a centre sees its own evaluations."""
    cases = await books.cases_of(case, actor)
    rows = await books.records.evaluations.of_cases(cases, actor)
    made = [Scored(row.id, row.assessed_on, row.instrument, row.instrument_version, row.scores) for row in rows]
    return [SeriesView.model_validate(series) for series in series_of(made, books.rules)]
