"""Audit, payment and recovery of claims (handbook §3.3 step 7, §3.4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.rehab.domain import settlement
from services.rehab.domain.settlement import Demand, StandingLine, Verdict
from services.rehab.handlers.checks import has_come
from services.rehab.handlers.valuing import Valuer
from services.rehab.repository import RehabUnitOfWork
from services.rehab.repository.records import OneRow
from shared import ids
from shared.access.policy import Actor
from shared.contracts.events.rehab import Payee


async def audit_claim(claim: UUID, verdicts: Sequence[Verdict], on: date, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Decide lines of a claim; nobody decides on a claim who approved what any of its lines stands on."""
    has_come(audited_on=on)
    held = await _held(claim, actor, uow)
    settlement.check_auditor(actor.person, await uow.records.claims.approvers_of(claim))
    lines = await _with_evaluations(held, [one.line for one in verdicts], uow)
    decided = settlement.audit(lines, verdicts, held.submitted_on, on)
    await uow.records.claims.keep_audit(decided, on)
    for case, fact in settlement.audited(decided, on).items():
        uow.record(case, fact, occurred_at=on)


async def pay_claim(
    claim: UUID, wanted: Collection[UUID], payee: Payee, on: date, actor: Actor, uow: RehabUnitOfWork
) -> UUID:
    """Record what the finance bureau paid of a claim and return the payment's id."""
    has_come(paid_on=on)
    await _held(claim, actor, uow)
    lines = settlement.payable(await uow.records.claims.lines_of(claim), wanted, on)
    payment = ids.new_record()
    await uow.records.payments.pay(payment, lines, payee, on)
    for case, fact in settlement.paid(payment, lines, payee, on).items():
        uow.record(case, fact, occurred_at=on)
    return payment


async def demand_back(order: Demand, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Demand money of a payment back and return the recovery's id."""
    has_come(demanded_on=order.demanded_on)
    payment = await uow.records.payments.seen_by(actor, order.payment)
    await _held(payment.claim_id, actor, uow)
    lines = await uow.records.claims.lines_of(payment.claim_id)
    due_on = settlement.demand(order, lines, payment.paid_on, uow.rules)
    await uow.records.payments.demand(payment.claim_id, order, due_on)
    for case, fact in settlement.demanded(order, lines, Payee(payment.payee), due_on).items():
        uow.record(case, fact, occurred_at=order.demanded_on)
    return order.id


async def record_recovery(recovery: UUID, on: date, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Record that money which was demanded back has come."""
    has_come(recovered_on=on)
    seen = await uow.records.payments.recovery_seen_by(actor, recovery)
    await _held(seen.claim_id, actor, uow)
    order, came_back_on = await uow.records.payments.demanded(recovery)
    lines = await uow.records.claims.lines_of(seen.claim_id)
    facts = settlement.recovered(order, lines, came_back_on, on)
    await uow.records.payments.come_back(order, on)
    for case, fact in facts.items():
        uow.record(case, fact, occurred_at=on)


async def _held(claim: UUID, actor: Actor, uow: RehabUnitOfWork) -> OneRow:
    """Hold a claim that the actor may see and its children, so that no finding comes between."""
    await uow.records.claims.seen_by(actor, claim)
    await uow.hold(await uow.records.claims.cases_of(claim))
    return await uow.records.claims.held_by(actor, claim)


async def _with_evaluations(
    claim: OneRow, wanted: Collection[UUID], uow: RehabUnitOfWork
) -> Mapping[UUID, StandingLine]:
    """Return lines as they stand, each with the evaluations that its stage lacks today; on paper none is asked for."""
    lines = await uow.records.claims.lines_of(claim.id, wanted)
    if claim.on_paper:
        return lines
    rows = await uow.records.claims.rows_of(claim.id, wanted)
    valued = await Valuer(uow.records, uow.rules, uow.policies).anew(rows, claim.institution)
    return {line: replace(one, missing=tuple(valued[line].missing)) for line, one in lines.items()}
