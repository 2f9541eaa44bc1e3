"""Intakes, applications and decisions (国发20号; handbook §3.3 steps 1-4)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.rehab.api.forms import Flag, Open, Uow, View, page_of
from services.rehab.domain.assistance import ApplicationOrder, ApplicationState, Decision
from services.rehab.handlers import assisting
from shared import ids
from shared.access.policy import Act, Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    AssistanceItem,
    EligibilityBasis,
    Material,
    RefusalReason,
    TrainingMode,
)
from shared.http.doors import may
from shared.http.paging import After, Limit, Page, from_cursor
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["assistance"])


class ApplicationIn(Body):
    """What the guardian, or an agent for them, applies for, and the materials they brought."""

    category: RehabCategory
    mode: TrainingMode
    basis: EligibilityBasis
    materials: frozenset[Material]
    submitted_on: Day

    def order(self) -> ApplicationOrder:
        """Return the application under a fresh id."""
        return ApplicationOrder(
            ids.new_record(), self.category, self.mode, self.basis, self.materials, self.submitted_on
        )


class CompletionIn(Body):
    """Materials that were missing."""

    materials: frozenset[Material] = Field(min_length=1)
    submitted_on: Day


class ReturnIn(Body):
    """A completeness reply: what is missing."""

    missing: frozenset[Material] = Field(min_length=1)
    returned_on: Day


class ApprovalIn(Body):
    """An approval; what it gives follows from the policy of that day."""

    approved_on: Day
    experts_agree: Flag = Field(default=False, description="Experts evaluated that assistance should go on.")
    other_counties: Flag = Field(default=False, description="The county consents to an institution of another county.")

    def decision(self) -> Decision:
        """Return the decision under a fresh id of the approval."""
        return Decision(
            ids.new_record(), self.approved_on, experts_agree=self.experts_agree, other_counties=self.other_counties
        )


class RefusalIn(Body):
    """A refusal, which must say why."""

    reasons: frozenset[RefusalReason] = Field(min_length=1)
    refused_on: Day


class IntakeView(View):
    """A confirmed diagnosis that waits for the family to be contacted."""

    case_id: UUID
    category: RehabCategory
    county: str
    diagnosed_on: date
    contact_due_on: date


class ApplicationView(View):
    """An application as it stands."""

    id: UUID
    case_id: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    basis: EligibilityBasis
    state: ApplicationState
    materials: list[Material]
    county: str
    submitted_on: date
    reply_due_on: date
    review_due_on: date
    decided_on: date | None


class ApprovalView(View):
    """What was approved; amounts in integer fen."""

    id: UUID
    case_id: UUID
    application_id: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    age_band: AgeBand
    county: str
    other_counties: bool
    valid_from: date
    valid_until: date
    ceiling: int
    monthly_cap: int
    enrol_by: date
    policy: str


class CaseView(View):
    """All of a child's applications and approvals."""

    applications: list[ApplicationView]
    approvals: list[ApprovalView]


@router.get("/intakes")
async def list_intakes(
    actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open, after: After = None, limit: Limit = 50
) -> Page[IntakeView]:
    """List the region's intakes that no application followed yet, the most urgent first."""
    start = from_cursor(after, date.fromisoformat, UUID, RehabCategory)
    rows = await books.records.children.intakes(actor, start, limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(IntakeView, rows, limit, lambda row: (row.contact_due_on, row.case_id, row.category))


@router.post("/cases/{case}/applications", status_code=201)
async def submit_application(
    case: CaseId, body: ApplicationIn, actor: Annotated[Actor, may(Act.SUBMIT_APPLICATION)], uow: Uow
) -> Receipt:
    """Receive an application to the county federation."""
    application = await assisting.submit_application(case, body.order(), actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.post("/applications/{application}/completion", status_code=201)
async def complete_application(
    application: UUID, body: CompletionIn, actor: Annotated[Actor, may(Act.SUBMIT_APPLICATION)], uow: Uow
) -> Receipt:
    """Receive the materials that an application lacked; its clocks start anew."""
    await assisting.complete_application(application, body.materials, body.submitted_on, actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.post("/applications/{application}/return", status_code=201)
async def return_application(
    application: UUID, body: ReturnIn, actor: Annotated[Actor, may(Act.CHECK_APPLICATION)], uow: Uow
) -> Receipt:
    """Reply that materials are missing."""
    await assisting.return_application(application, body.missing, body.returned_on, actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.post("/applications/{application}/approval", status_code=201)
async def approve_assistance(
    application: UUID, body: ApprovalIn, actor: Annotated[Actor, may(Act.DECIDE_APPLICATION)], uow: Uow
) -> Receipt:
    """Approve item, category, mode, period and ceiling under the policy of the day."""
    approval = await assisting.approve_assistance(application, body.decision(), actor, uow)
    receipt: Receipt = await uow.commit(record=approval)
    return receipt


@router.post("/applications/{application}/refusal", status_code=201)
async def refuse_assistance(
    application: UUID, body: RefusalIn, actor: Annotated[Actor, may(Act.DECIDE_APPLICATION)], uow: Uow
) -> Receipt:
    """Refuse, saying why."""
    await assisting.refuse_assistance(application, body.reasons, body.refused_on, actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.get("/applications")
async def list_applications(
    actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open, after: After = None, limit: Limit = 50
) -> Page[ApplicationView]:
    """List the region's open applications, the most urgent first."""
    start = from_cursor(after, date.fromisoformat, UUID)
    rows = await books.records.assistance.queue(actor, start, limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(ApplicationView, rows, limit, lambda row: (row.review_due_on, row.id))


@router.get("/applications/{application}")
async def read_application(
    application: UUID, actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open
) -> ApplicationView:
    """Read one application."""
    row = await books.records.assistance.seen_by(actor, application)
    await books.reading.shown([row.case_id])
    return ApplicationView.model_validate(row)


@router.get("/cases/{case}/assistance")
async def read_assistance(case: CaseId, actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open) -> CaseView:
    """Read a child's applications and approvals, the newest first."""
    await books.records.children.seen_by(actor, case)
    await books.reading.shown([case])
    applications = await books.records.assistance.of_case(case)
    approvals = await books.records.assistance.approvals_of(case)
    return CaseView.model_validate({"applications": applications, "approvals": approvals})
