"""Intakes, applications and decisions (国发20号; handbook §3.3 steps 1-4)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.rehab.api.assistance_forms import (
    ApplicationIn,
    ApplicationView,
    ApprovalIn,
    AssessmentIn,
    CaseView,
    CheckIn,
    CompletionIn,
    ContactIn,
    GivesView,
    IntakeView,
    OutlookView,
    RefusalIn,
    ReturnIn,
    SlipView,
    WithdrawalIn,
)
from services.rehab.api.forms import Open, Uow, page_of
from services.rehab.domain.outlook import Outlook
from services.rehab.handlers import assisting
from services.rehab.handlers.assisting import Contact
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import RehabCategory
from shared.http.doors import may
from shared.http.paging import After, Limit, Page, from_cursor
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt

NUMBER = r"^[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$"

router = APIRouter(prefix="/v1", tags=["assistance"])


@router.get("/intakes")
async def list_intakes(
    actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open, after: After = None, limit: Limit = 50
) -> Page[IntakeView]:
    """List the region's intakes that no application followed yet, the most urgent first."""
    start = from_cursor(after, date.fromisoformat, UUID, RehabCategory)
    rows = await books.records.intakes.waiting(actor, start, limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(IntakeView, rows, limit, lambda row: (row.contact_due_on, row.case_id, row.category))


@router.post("/cases/{case}/intakes/{category}/contact", status_code=201)
async def inform_family(
    case: CaseId,
    category: RehabCategory,
    body: ContactIn,
    actor: Annotated[Actor, may(Act.INFORM_FAMILY)],
    uow: Uow,
) -> Receipt:
    """Answer an intake: the family was told of methods and policy."""
    contact = Contact(body.outcome, body.informed_on, body.note)
    await assisting.inform_family(case, category, contact, actor, uow)
    receipt: Receipt = await uow.commit()
    return receipt


@router.post("/cases/{case}/applications", status_code=201)
async def submit_application(
    case: CaseId, body: ApplicationIn, actor: Annotated[Actor, may(Act.SUBMIT_APPLICATION)], uow: Uow
) -> Receipt:
    """Receive an application to the county federation."""
    application = await assisting.submit_application(case, body.order(actor.person), body.guardian, actor, uow)
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
    await assisting.return_application(application, body.missing, body.returned_on, body.note, actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.post("/applications/{application}/approval", status_code=201)
async def approve_assistance(
    application: UUID, body: ApprovalIn, actor: Annotated[Actor, may(Act.DECIDE_APPLICATION)], uow: Uow
) -> Receipt:
    """Approve item, category, mode, period and ceiling under the policy of the day."""
    approval, why = await assisting.approve_assistance(application, body.decision(actor.person), actor, uow)
    receipt: Receipt = await uow.commit(record=approval, explanation=why)
    return receipt


@router.post("/applications/{application}/refusal", status_code=201)
async def refuse_assistance(
    application: UUID, body: RefusalIn, actor: Annotated[Actor, may(Act.DECIDE_APPLICATION)], uow: Uow
) -> Receipt:
    """Refuse, saying why."""
    await assisting.refuse_assistance(application, body.reasons, body.refused_on, body.note, actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.post("/applications/{application}/eligibility", status_code=201)
async def check_eligibility(
    application: UUID, body: CheckIn, actor: Annotated[Actor, may(Act.CHECK_APPLICATION)], uow: Uow
) -> Receipt:
    """Check item by item whether the child is eligible under the policy of the day, and say how it came out."""
    agree = body.experts_agree
    why = await assisting.check_eligibility(application, body.checked_on, actor, uow, experts_agree=agree)
    receipt: Receipt = await uow.commit(record=application, explanation=why)
    return receipt


@router.post("/applications/{application}/withdrawal", status_code=201)
async def withdraw_application(
    application: UUID, body: WithdrawalIn, actor: Annotated[Actor, may(Act.SUBMIT_APPLICATION)], uow: Uow
) -> Receipt:
    """Take an open application back at the guardian's wish."""
    await assisting.withdraw_application(application, body.withdrawn_on, actor, uow)
    receipt: Receipt = await uow.commit(record=application)
    return receipt


@router.post("/cases/{case}/applications/{application}/assessment", status_code=201)
async def assess_need(
    case: CaseId,
    application: UUID,
    body: AssessmentIn,
    actor: Annotated[Actor, may(Act.RECORD_ASSESSMENT)],
    uow: Uow,
) -> Receipt:
    """Record the needs assessment of an application that the guardian brings."""
    assessment = await assisting.assess_need(case, application, body.order(actor), uow)
    receipt: Receipt = await uow.commit(record=assessment)
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


@router.get("/slips/{number}")
async def read_slip(
    number: Annotated[str, Path(pattern=NUMBER, description="Number on the family's slip, as A1B2-C3D4-E5F6.")],
    actor: Annotated[Actor, may(Act.READ_APPLICATION_SLIP)],
    books: Open,
) -> SlipView:
    """Read the application whose number a family brings, with its approval: to assess, enrol, operate or fit."""
    del actor
    row = await books.records.assistance.on_slip(number)
    await books.reading.shown([row.case_id])
    approvals = await books.records.approvals.of_cases([row.case_id])
    approval = next((one for one in approvals if one.application_id == row.id), None)
    return SlipView.model_validate(row._asdict() | {"approval": approval})


@router.get("/applications/{application}")
async def read_application(
    application: UUID, actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open
) -> ApplicationView:
    """Read one application."""
    row = await books.records.assistance.seen_by(actor, application)
    await books.reading.shown([row.case_id])
    return ApplicationView.model_validate(row)


@router.get("/applications/{application}/outlook")
async def foresee_decision(
    application: UUID,
    actor: Annotated[Actor, may(Act.READ_APPLICATION)],
    books: Open,
    on: Annotated[date | None, Query(description="Day of the decision; today unless given.")] = None,
) -> OutlookView:
    """Tell what a decision would rest on: every item of eligibility, the policy's figure and its source."""
    day = on or clock.today()
    case = await books.records.assistance.case_of(application, actor)
    outlook = await assisting.foresee(application, case, day, actor, books.records, books.policies, books.rules)
    await books.reading.shown([case])
    return _outlook(outlook, day)


@router.get("/cases/{case}/assistance")
async def read_assistance(case: CaseId, actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open) -> CaseView:
    """Read a child's applications and approvals, the newest first."""
    cases = await books.cases_of(case, actor)
    applications = await books.records.assistance.of_cases(cases)
    approvals, given = await books.records.approvals.of_cases(cases), await books.records.approvals.given_to(cases)
    return CaseView.model_validate({"applications": applications, "approvals": approvals, "given": given})


def _outlook(outlook: Outlook, on: date) -> OutlookView:
    given, unset = outlook.given, outlook.unset
    return OutlookView(
        on=on, policy=outlook.policy.policy, document=outlook.policy.document, eligibility=outlook.eligibility,
        missing=list(outlook.missing),
        gives=GivesView(
            age_band=given.age_band, ceiling=given.ceiling, monthly_cap=given.monthly_cap, steps=given.steps,
            valid_from=given.valid_from, valid_until=given.valid_until, ground=outlook.figure,
        ) if given else None,
        unset={language: unset.words(language) for language in ("zh", "en")} if unset else None,
    )  # fmt: skip
