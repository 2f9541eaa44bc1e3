"""Leave, suspension and transfer of enrolments (handbook §3.3)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request

from services.rehab.api.enrolments import EnrolmentView
from services.rehab.api.forms import Open, Uow, page_of
from services.rehab.domain.enrolment import EnrolmentOrder
from services.rehab.domain.resting import Rest
from services.rehab.handlers import enrolling
from shared import ids
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.rehab import InterruptionKind
from shared.http.doors import may, service_of
from shared.http.paging import After, Limit, Page, from_cursor
from shared.ids import OrganisationId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["enrolments"])

Leave = Literal[InterruptionKind.LEAVE_ILLNESS, InterruptionKind.LEAVE_FAMILY, InterruptionKind.LEAVE_HOLIDAY]
Suspension = Literal[InterruptionKind.SUSPENDED_BY_COUNTY, InterruptionKind.SUSPENDED_INSTITUTION]


class LeaveIn(Body):
    """Leave of a child."""

    kind: Leave
    suspended_on: Day
    expected_back: Day | None = None


class SuspensionIn(Body):
    """Suspension of an enrolment by the county."""

    kind: Suspension = InterruptionKind.SUSPENDED_BY_COUNTY
    suspended_on: Day
    expected_back: Day | None = None


class ResumptionIn(Body):
    """The first day of service again."""

    resumed_on: Day


class TransferIn(Body):
    """The institution at which the child goes on, and its first day there."""

    institution: OrganisationId
    transferred_on: Day


@router.post("/enrolments/{enrolment}/leave", status_code=201)
async def grant_leave(
    enrolment: UUID, body: LeaveIn, actor: Annotated[Actor, may(Act.GRANT_LEAVE)], uow: Uow
) -> Receipt:
    """Let an enrolment with the caller's own institution rest: the child is on leave."""
    rest = Rest(body.kind, body.suspended_on)
    await enrolling.suspend_enrolment(enrolment, rest, body.expected_back, actor, uow)
    receipt: Receipt = await uow.commit(record=enrolment)
    return receipt


@router.post("/enrolments/{enrolment}/leave-end", status_code=201)
async def end_leave(
    enrolment: UUID, body: ResumptionIn, actor: Annotated[Actor, may(Act.GRANT_LEAVE)], uow: Uow
) -> Receipt:
    """Say that the child is back from leave."""
    await enrolling.resume_enrolment(enrolment, body.resumed_on, actor, uow)
    receipt: Receipt = await uow.commit(record=enrolment)
    return receipt


@router.post("/enrolments/{enrolment}/suspension", status_code=201)
async def suspend_enrolment(
    enrolment: UUID, body: SuspensionIn, actor: Annotated[Actor, may(Act.SUSPEND_ENROLMENT)], uow: Uow
) -> Receipt:
    """Suspend an enrolment of the federation's region."""
    rest = Rest(body.kind, body.suspended_on)
    await enrolling.suspend_enrolment(enrolment, rest, body.expected_back, actor, uow)
    receipt: Receipt = await uow.commit(record=enrolment)
    return receipt


@router.post("/enrolments/{enrolment}/suspension-end", status_code=201)
async def end_suspension(
    enrolment: UUID, body: ResumptionIn, actor: Annotated[Actor, may(Act.SUSPEND_ENROLMENT)], uow: Uow
) -> Receipt:
    """Let a suspended enrolment go on."""
    await enrolling.resume_enrolment(enrolment, body.resumed_on, actor, uow)
    receipt: Receipt = await uow.commit(record=enrolment)
    return receipt


@router.post("/enrolments/{enrolment}/transfer", status_code=201)
async def transfer_enrolment(
    enrolment: UUID,
    body: TransferIn,
    request: Request,
    actor: Annotated[Actor, may(Act.TRANSFER_ENROLMENT)],
    uow: Uow,
) -> Receipt:
    """Move a child to another institution under the same approval: one ends and the other begins on one day."""
    kinds = frozenset({OrgType.REHAB_CENTRE})
    await service_of(request).organisations.get(body.institution, field_name="institution", needed=kinds)
    order = EnrolmentOrder(ids.new_record(), body.institution, body.transferred_on)
    moved = await enrolling.transfer_enrolment(enrolment, order, actor, uow)
    receipt: Receipt = await uow.commit(record=moved)
    return receipt


@router.get("/transfers-due")
async def list_transfers_due(
    actor: Annotated[Actor, may(Act.READ_ENROLMENT)], books: Open, after: After = None, limit: Limit = 50
) -> Page[EnrolmentView]:
    """List children who sit where the designation is suspended, removed or over: they are to be transferred."""
    rows = await books.records.enrolments.to_transfer(actor, from_cursor(after, UUID), limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(EnrolmentView, rows, limit, lambda row: (row.id,))
