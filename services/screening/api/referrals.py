"""Doors of referral slips: issue, accept, reject (首筛负责制; handbook §1.4)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from services.screening.api.bodies import AcceptanceIn, ReferralIn, RejectionIn
from services.screening.api.tools import Uow
from services.screening.handlers import referring
from shared.access.policy import TABLE, Act, Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ReferralStep
from shared.http.doors import may, service_of
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
