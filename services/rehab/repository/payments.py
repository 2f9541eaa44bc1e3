"""Payments of claim lines, and money that is demanded back."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Table, insert, select, update

from services.rehab import tables as t
from services.rehab.domain.settlement import Demand, StandingLine
from services.rehab.repository.records import OneRow, Records, Rows
from shared.access.policy import Actor
from shared.contracts.events.rehab import Payee, RecoveryReason
from shared.errors import NotFound


class Payments(Records):
    """Payments and recoveries. Whoever adds to them holds the claim."""

    async def pay(self, payment: UUID, lines: Collection[StandingLine], payee: Payee, on: date) -> None:
        """Keep a payment of lines of one claim."""
        (claim,) = {line.claim for line in lines}
        amount = sum(line.granted or 0 for line in lines)
        row = {"id": payment, "claim_id": claim, "payee": payee, "amount": amount, "paid_on": on}
        await self.run(insert(t.payment).values(row))
        which = t.claim_line.c.id.in_([line.id for line in lines])
        await self.run(update(t.claim_line).where(which).values(payment_id=payment))

    async def of_claim(self, claim: UUID) -> tuple[Rows, Rows]:
        """Return payments and recoveries of a claim, the oldest first."""
        p, r = t.payment, t.recovery
        payments = await self.all(select(p).where(p.c.claim_id == claim).order_by(p.c.id))
        return payments, await self.all(select(r).where(r.c.claim_id == claim).order_by(r.c.id))

    async def seen_by(self, actor: Actor, payment: UUID) -> OneRow:
        """Return a payment of a claim that the actor may see. Raises NotFound."""
        return await self._seen(actor, t.payment, payment, "payment")

    async def demand(self, claim: UUID, order: Demand, due_on: date) -> None:
        """Keep what is demanded back."""
        row = {
            "id": order.id, "payment_id": order.payment, "claim_id": claim, "reason": order.reason,
            "demanded_on": order.demanded_on, "due_on": due_on,
        }  # fmt: skip
        await self.run(insert(t.recovery).values(row))
        lines = [{"recovery_id": order.id, "line_id": line, "amount": fen} for line, fen in order.amounts.items()]
        await self.run(insert(t.recovery_line).values(lines))

    async def recovery_seen_by(self, actor: Actor, recovery: UUID) -> OneRow:
        """Return what is demanded back of a claim that the actor may see. Raises NotFound."""
        return await self._seen(actor, t.recovery, recovery, "recovery")

    async def demanded(self, recovery: UUID) -> tuple[Demand, date | None]:
        """Return a demand, and when it came back, if it did; the caller holds the claim."""
        row = (await self.run(select(t.recovery).where(t.recovery.c.id == recovery))).one()
        lines = await self.all(select(t.recovery_line).where(t.recovery_line.c.recovery_id == recovery))
        amounts = {line.line_id: line.amount for line in lines}
        return Demand(row.id, row.payment_id, RecoveryReason(row.reason), row.demanded_on, amounts), row.recovered_on

    async def come_back(self, order: Demand, on: date) -> None:
        """Keep that money came back."""
        await self.set(t.recovery, order.id, recovered_on=on)
        line, back = t.claim_line.c, t.recovery_line.c
        returned = update(t.claim_line).values(recovered=line.recovered + back.amount)
        await self.run(returned.where(back.recovery_id == order.id, back.line_id == line.id))

    async def _seen(self, actor: Actor, table: Table, key: UUID, kind: str) -> OneRow:
        wanted = select(table).join(t.claim, t.claim.c.id == table.c.claim_id)
        row = await self.one(wanted.where(table.c.id == key, self.readable_by(actor, t.claim)))
        if row is None:
            raise NotFound(kind=kind)
        return row
