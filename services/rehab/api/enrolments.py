"""Enrolments and stage evaluations (handbook §3.3 step 5, §3.5, §3.6)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.rehab.api.forms import Open, Uow, View, page_of
from services.rehab.domain.enrolment import EnrolmentOrder
from services.rehab.domain.evaluation import EvaluationOrder, fitting
from services.rehab.handlers import enrolling, evaluating
from shared import ids
from shared.access.policy import Act, Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AssistanceItem, Checkpoint, EnrolmentEndReason, InterruptionKind, TrainingMode
from shared.http.doors import may
from shared.http.paging import After, Limit, Page, from_cursor
from shared.ids import CaseId, PersonId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["enrolments"])

Score = Annotated[str, Field(pattern=r"^[A-Z0-9.-]{1,12}$")]
Dimension = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class EnrolmentIn(Body):
    """The guardian's choice of this institution: the approval that they bring."""

    approval: UUID
    started_on: Day


class EndIn(Body):
    """The end of an enrolment."""

    ended_on: Day = Field(description="First day without service.")
    reason: EnrolmentEndReason


class EvaluationIn(Body):
    """An evaluation with one instrument; scores are text, so that half points stay exact."""

    enrolment: UUID
    assessor: PersonId
    assessed_on: Day
    checkpoint: Checkpoint
    instrument: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    instrument_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
    scores: dict[Dimension, Score] = Field(min_length=1, max_length=60)

    def order(self) -> EvaluationOrder:
        """Return the evaluation under a fresh id."""
        return EvaluationOrder(
            ids.new_record(), self.assessor, self.assessed_on, self.checkpoint, self.instrument,
            self.instrument_version, self.scores,
        )  # fmt: skip


class EnrolmentView(View):
    """An enrolment as it stands."""

    id: UUID
    case_id: UUID
    shown_as: UUID = Field(description="Case under which the child is shown, where two cases are one child.")
    approval_id: UUID
    institution: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    started_on: date
    expected_until: date
    ended_on: date | None
    end_reason: EnrolmentEndReason | None
    rests_as: InterruptionKind | None = Field(default=None, description="Leave or suspension that nobody ended yet.")
    rests_since: date | None = None
    expected_back: date | None = None


class EvaluationView(View):
    """An evaluation."""

    id: UUID
    case_id: UUID
    enrolment_id: UUID
    institution: UUID
    assessor: UUID
    assessed_on: date
    checkpoint: Checkpoint
    instrument: str
    instrument_version: str
    scores: dict[str, str]


@router.post("/cases/{case}/enrolments", status_code=201)
async def start_enrolment(
    case: CaseId, body: EnrolmentIn, actor: Annotated[Actor, may(Act.START_ENROLMENT)], uow: Uow
) -> Receipt:
    """Take a child in at the caller's own institution."""
    order = EnrolmentOrder(ids.new_record(), actor.organisation, body.started_on)
    enrolment = await enrolling.start_enrolment(case, body.approval, order, uow)
    receipt: Receipt = await uow.commit(record=enrolment)
    return receipt


@router.post("/enrolments/{enrolment}/end", status_code=201)
async def end_enrolment(
    enrolment: UUID, body: EndIn, actor: Annotated[Actor, may(Act.START_ENROLMENT)], uow: Uow
) -> Receipt:
    """End an enrolment with the caller's own institution."""
    await enrolling.end_enrolment(enrolment, body.ended_on, body.reason, actor, uow)
    receipt: Receipt = await uow.commit(record=enrolment)
    return receipt


@router.get("/enrolments")
async def list_enrolments(
    actor: Annotated[Actor, may(Act.READ_ENROLMENT)], books: Open, after: After = None, limit: Limit = 50
) -> Page[EnrolmentView]:
    """List enrolments, oldest first: a centre's own children, a federation's region."""
    rows = await books.records.enrolments.listed(actor, from_cursor(after, UUID), limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(EnrolmentView, rows, limit, lambda row: (row.id,))


@router.get("/cases/{case}/enrolments")
async def read_enrolments(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_ENROLMENT)], books: Open
) -> list[EnrolmentView]:
    """List a child's enrolments, the newest first; a centre sees its own."""
    cases = await books.cases_of(case, actor)
    return [EnrolmentView.model_validate(row) for row in await books.records.enrolments.of_cases(cases, actor)]


@router.post("/cases/{case}/evaluations", status_code=201)
async def record_evaluation(
    case: CaseId, body: EvaluationIn, actor: Annotated[Actor, may(Act.RECORD_EVALUATION)], uow: Uow
) -> Receipt:
    """Record an evaluation of an enrolled child."""
    evaluation = await evaluating.record_evaluation(case, body.enrolment, body.order(), actor, uow)
    receipt: Receipt = await uow.commit(record=evaluation)
    return receipt


@router.get("/cases/{case}/instruments")
async def read_instruments(
    case: CaseId,
    actor: Annotated[Actor, may(Act.READ_ENROLMENT)],
    books: Open,
    on: Annotated[Day, Query(description="Day of the evaluation.")],
) -> list[str]:
    """List the codes of the instruments that are for the child's age on a day."""
    child = await books.records.children.seen_by(actor, case)
    await books.reading.shown([case])
    return fitting(child.born, on)


@router.get("/cases/{case}/evaluations")
async def read_evaluations(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_ENROLMENT)], books: Open
) -> list[EvaluationView]:
    """List a child's evaluations, the oldest first; a centre sees its own."""
    cases = await books.cases_of(case, actor)
    return [EvaluationView.model_validate(row) for row in await books.records.evaluations.of_cases(cases, actor)]
