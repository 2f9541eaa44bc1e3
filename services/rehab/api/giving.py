"""Surgery and devices that were given (山东办法2026; handbook §3.2). Amounts in integer fen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.rehab.api.forms import MOST_FEN, Uow
from services.rehab.domain.once import Bill
from services.rehab.handlers import giving
from shared import ids
from shared.access.policy import Act, Actor
from shared.http.doors import may
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["surgery and devices"])

Fen = Annotated[int, Field(ge=0, le=MOST_FEN, strict=True, description="Integer fen.")]


class BillIn(Body):
    """What it cost, and what insurance paid of it first."""

    given_on: Day
    cost: Fen
    insurance_paid: Fen

    def bill(self, actor: Actor) -> Bill:
        """Return the bill of the actor's own institution under a fresh id."""
        return Bill(ids.new_record(), actor.organisation, self.given_on, self.cost, self.insurance_paid)


@router.post("/cases/{case}/approvals/{approval}/operation", status_code=201)
async def complete_surgery(
    case: CaseId, approval: UUID, body: BillIn, actor: Annotated[Actor, may(Act.COMPLETE_SURGERY)], uow: Uow
) -> Receipt:
    """Record a surgery under the approval that the guardian brings; the answer says how the amount came about."""
    operation, why = await giving.complete_surgery(case, approval, body.bill(actor), actor, uow)
    receipt: Receipt = await uow.commit(record=operation, explanation=why)
    return receipt


@router.post("/cases/{case}/approvals/{approval}/fitting", status_code=201)
async def fit_device(
    case: CaseId, approval: UUID, body: BillIn, actor: Annotated[Actor, may(Act.FIT_DEVICE)], uow: Uow
) -> Receipt:
    """Record a device under the approval that the guardian brings; the answer says how the amount came about."""
    fitting, why = await giving.fit_device(case, approval, body.bill(actor), uow)
    receipt: Receipt = await uow.commit(record=fitting, explanation=why)
    return receipt
