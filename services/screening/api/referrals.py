"""Doors of referral slips: issue, accept, reject (首筛负责制; handbook §1.4)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from services.screening.api.bodies import AcceptanceIn, ReferralIn, RejectionIn
from services.screening.api.list_views import SlipOut
from services.screening.api.slips import printed
from services.screening.api.tools import Uow, tools_of
from services.screening.errors import ReferralNotFound
from services.screening.handlers import referring
from services.screening.repository.registers import Lists
from services.screening.repository.registry import Registry
from shared.access.policy import TABLE, Act, Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ReferralStep
from shared.http.doors import Read, may, service_of
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt

router = APIRouter(tags=["referrals"])

ACT_ASKED = {
    ReferralStep.RESCREENING: Act.RECORD_RESCREENING,
    ReferralStep.DIAGNOSIS: Act.RECORD_DIAGNOSIS,
}
"""What the receiver must be allowed to do."""


@router.post("/v1/cases/{case}/suspicions/{category}/referrals", status_code=201)
async def issue_referral(
    case: CaseId,
    category: ScreeningCategory,
    body: ReferralIn,
    actor: Annotated[Actor, may(Act.ISSUE_REFERRAL)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Issue a slip to an institution that can do what it asks; the caller stays owner until it is accepted."""
    needed = TABLE[ACT_ASKED[body.step]].org_types
    await service_of(request).organisations.get(body.receiver, field_name="receiver", needed=needed)
    slip = body.slip(category)
    await referring.issue_referral(case, slip, actor, uow)
    return await uow.commit(record=slip.id)


@router.get("/v1/referrals/{referral}/slip")
async def slip(referral: UUID, actor: Annotated[Actor, may(Act.READ_SLIP)], reading: Read, request: Request) -> SlipOut:
    """Return a slip as it is printed, for its sender and its receiver: with the child's identity (handbook §1.4)."""
    lists = Lists(reading.session)
    row = await lists.slip(referral, actor)
    if row is None:
        raise ReferralNotFound
    registry = Registry(reading.session, tools_of(request).vault)
    identity = (await registry.identities([row.shown_as], actor)).get(row.shown_as, {})
    screening, rescreening = await lists.screening_behind(row), await lists.rescreening_behind(row)
    await reading.shown([row.shown_as])
    return printed(row, identity, screening, rescreening)


@router.post("/v1/referrals/{referral}/acceptance", status_code=201)
async def accept_referral(
    referral: UUID, body: AcceptanceIn, actor: Annotated[Actor, may(Act.ANSWER_REFERRAL)], uow: Uow
) -> Receipt:
    """Take a referred child over; the caller owns the case from now on."""
    await referring.accept_referral(referral, body.on, actor, uow)
    return await uow.commit(record=referral)


@router.post("/v1/referrals/{referral}/rejection", status_code=201)
async def reject_referral(
    referral: UUID, body: RejectionIn, actor: Annotated[Actor, may(Act.ANSWER_REFERRAL)], uow: Uow
) -> Receipt:
    """Decline a referred child; the sender stays owner."""
    await referring.reject_referral(referral, body.reason, body.on, actor, uow)
    return await uow.commit(record=referral)
