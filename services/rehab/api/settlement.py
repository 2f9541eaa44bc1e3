"""Audit, payment and recovery of claims (国发20号; handbook §3.3 step 7, §3.4)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, field_validator

from services.rehab.api.forms import Uow
from services.rehab.domain.settlement import Demand, Verdict
from services.rehab.handlers import settling
from shared import ids
from shared.access.policy import Act, Actor
from shared.contracts.events.rehab import LineVerdict, Payee, RecoveryReason
from shared.http.doors import may
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["settlement"])

Reason = Annotated[str, Field(min_length=1, max_length=500, description="In words; stays with county and centre.")]
Amount = Annotated[int, Field(gt=0, le=10**12, strict=True, description="Amount in integer fen.")]


class VerdictIn(Body):
    """What is decided on a line; a reduced one has an amount, and a reduced or rejected one a reason."""

    line: UUID
    verdict: LineVerdict
    amount: Amount | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500, description="Stays with county and centre.")] | None = (
        None
    )


class AuditIn(Body):
    """Decisions on some lines of a claim, or on all."""

    audited_on: Day
    lines: list[VerdictIn] = Field(min_length=1, max_length=1000)

    @field_validator("lines")
    @classmethod
    def _decides_once(cls, lines: list[VerdictIn]) -> list[VerdictIn]:
        if len({line.line for line in lines}) < len(lines):
            raise ValueError("a line is decided once")
        return lines

    def verdicts(self) -> list[Verdict]:
        """Return them one by one."""
        return [Verdict(line.line, line.verdict, line.amount, line.reason) for line in self.lines]


class PaymentIn(Body):
    """A payment of the finance bureau; without lines it covers all that are audited, unpaid and free."""

    paid_on: Day
    payee: Payee = Payee.INSTITUTION
    lines: list[UUID] = Field(default=[], max_length=1000)


class BackIn(Body):
    """What is demanded back of a line."""

    line: UUID
    amount: Amount


class DemandIn(Body):
    """Money of a payment that is demanded back."""

    reason: RecoveryReason
    demanded_on: Day
    lines: list[BackIn] = Field(min_length=1, max_length=1000)

    def order(self, payment: UUID) -> Demand:
        """Return the demand under a fresh id; what is said twice of a line adds up."""
        amounts: dict[UUID, int] = {}
        for back in self.lines:
            amounts[back.line] = amounts.get(back.line, 0) + back.amount
        return Demand(ids.new_record(), payment, self.reason, self.demanded_on, amounts)


class ReturnIn(Body):
    """Money that came back."""

    recovered_on: Day


@router.post("/claims/{claim}/audit", status_code=201)
async def audit_claim(claim: UUID, body: AuditIn, actor: Annotated[Actor, may(Act.AUDIT_CLAIM)], uow: Uow) -> Receipt:
    """Accept, reduce or reject lines of a claim; never by a person who approved what they stand on."""
    await settling.audit_claim(claim, body.verdicts(), body.audited_on, actor, uow)
    receipt: Receipt = await uow.commit(record=claim)
    return receipt


@router.post("/claims/{claim}/payments", status_code=201)
async def pay_claim(claim: UUID, body: PaymentIn, actor: Annotated[Actor, may(Act.PAY_CLAIM)], uow: Uow) -> Receipt:
    """Record what the finance bureau of the same level paid, to the institution or to the family that paid first."""
    payment = await settling.pay_claim(claim, set(body.lines), body.payee, body.paid_on, actor, uow)
    receipt: Receipt = await uow.commit(record=payment)
    return receipt


@router.post("/payments/{payment}/recoveries", status_code=201)
async def demand_back(
    payment: UUID, body: DemandIn, actor: Annotated[Actor, may(Act.RECOVER_PAYMENT)], uow: Uow
) -> Receipt:
    """Demand money of a payment back, due in the time that the settings name."""
    recovery = await settling.demand_back(body.order(payment), actor, uow)
    receipt: Receipt = await uow.commit(record=recovery)
    return receipt


@router.post("/recoveries/{recovery}/receipt", status_code=201)
async def record_recovery(
    recovery: UUID, body: ReturnIn, actor: Annotated[Actor, may(Act.RECOVER_PAYMENT)], uow: Uow
) -> Receipt:
    """Record that money which was demanded back has come."""
    await settling.record_recovery(recovery, body.recovered_on, actor, uow)
    receipt: Receipt = await uow.commit(record=recovery)
    return receipt
