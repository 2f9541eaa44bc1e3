"""Claims and their lines as they stand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, select, true

from services.rehab import tables as t
from services.rehab.domain.claims import ClaimOrder, Line
from services.rehab.domain.settlement import Granted, StandingLine
from services.rehab.repository.records import Cursor, OneRow, Records, Rows
from shared.access.policy import Actor
from shared.contracts.events.rehab import LineVerdict
from shared.errors import NotFound


class ClaimState(StrEnum):
    """Where a claim stands, worked out from its lines."""

    SUBMITTED = "submitted"
    PARTLY_HELD = "partly_held"
    AUDITED = "audited"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims are listed: of one institution, of one county, in one state; nothing said: all."""

    institution: UUID | None = None
    county: str | None = None
    state: ClaimState | None = None


class Claims(Records):
    """Claims. Whoever decides on one holds its row."""

    async def add(self, claim: ClaimOrder, lines: Iterable[Line]) -> None:
        """Keep a claim with its lines."""
        row = {
            "id": claim.id, "institution": claim.institution, "county": claim.county, "on_paper": claim.on_paper,
            "cycle_from": claim.cycle.since, "cycle_until": claim.cycle.until, "submitted_on": claim.submitted_on,
        }  # fmt: skip
        await self.run(insert(t.claim).values(row))
        await self.run(insert(t.claim_line).values([_row(claim, line) for line in lines]))

    async def seen_by(self, actor: Actor, claim: UUID) -> OneRow:
        """Return a claim that the actor may see. Raises NotFound."""
        return await self._found(select(t.claim).where(t.claim.c.id == claim, self.readable_by(actor, t.claim)))

    async def held_by(self, actor: Actor, claim: UUID) -> OneRow:
        """Return a claim that the actor may see, and hold its row. Raises NotFound."""
        wanted = select(t.claim).where(t.claim.c.id == claim, self.readable_by(actor, t.claim))
        return await self._found(wanted.with_for_update())

    async def cases_of(self, claim: UUID) -> set[UUID]:
        """Return the children of a claim."""
        line = t.claim_line.c
        return set((await self.run(select(line.case_id).distinct().where(line.claim_id == claim))).scalars())

    async def approvers_of(self, claim: UUID) -> set[UUID]:
        """Return who approved what the lines of a claim stand on."""
        line, p = t.claim_line.c, t.approval.c
        wanted = select(p.approved_by).distinct().join(t.claim_line, line.approval_id == p.id)
        return set((await self.run(wanted.where(line.claim_id == claim))).scalars())

    async def lines_of(self, claim: UUID, only: Collection[UUID] = ()) -> dict[UUID, StandingLine]:
        """Return the lines of a claim as they stand, all of them or some."""
        return {row.id: standing(row) for row in await self.rows_of(claim, only)}

    async def rows_of(self, claim: UUID, only: Collection[UUID] = ()) -> Rows:
        """Return the lines of a claim with all that was claimed, all of them or some."""
        line = t.claim_line.c
        wanted = self._lines().where(line.claim_id == claim)
        return await self.all(wanted.where(line.id.in_(only)) if only else wanted)

    async def page_of_lines(self, claim: UUID, after: Cursor, limit: int) -> Rows:
        """Return a page of the lines of a claim."""
        line = t.claim_line.c
        return await self.page(self._lines().where(line.claim_id == claim), (line.month, line.id), after, limit)

    async def keep_audit(self, decided: Iterable[Granted], on: date) -> None:
        """Keep what an audit decided, in one statement."""
        values = [(one.line.id, one.verdict.value, one.amount, one.reason) for one in decided]
        await self.session.driver.execute(AUDIT, *map(list, zip(*values, strict=True)), on)

    async def listed(self, actor: Actor, only: ClaimFilter, after: Cursor, limit: int) -> Rows:
        """List claims with state and totals, the oldest first: of a centre its own, of a federation its region's."""
        wanted, state = self._with_totals()
        wanted = wanted.where(self.readable_by(actor, t.claim))
        c = t.claim.c
        for column, value in ((c.institution, only.institution), (c.county, only.county), (state, only.state)):
            wanted = wanted if value is None else wanted.where(column == value)
        return await self.page(wanted, (t.claim.c.id,), after, limit)

    async def statement(self, actor: Actor, claim: UUID) -> OneRow:
        """Return a claim that the actor may see, with state and totals. Raises NotFound."""
        wanted, _ = self._with_totals()
        return await self._found(wanted.where(t.claim.c.id == claim, self.readable_by(actor, t.claim)))

    async def _found(self, wanted: Select[Any]) -> OneRow:
        row = await self.one(wanted)
        if row is None:
            raise NotFound(kind="claim")
        return row

    @staticmethod
    def _lines() -> Select[Any]:
        back, demand = t.recovery_line.c, t.recovery.c
        demanded = (
            select(func.coalesce(func.sum(back.amount), 0))
            .join(t.recovery, demand.id == back.recovery_id)
            .where(back.line_id == t.claim_line.c.id, demand.recovered_on.is_(None))
        )
        hold = t.line_hold.c
        holders = select(func.array_agg(hold.finding_id)).where(
            hold.line_id == t.claim_line.c.id, hold.released_on.is_(None)
        )
        return select(
            t.claim_line, HELD.label("held"), holders.scalar_subquery().label("held_by"),
            demanded.scalar_subquery().label("demanded"),
        )  # fmt: skip

    @staticmethod
    def _with_totals() -> tuple[Select[Any], ColumnElement[str]]:
        """Select claims with their totals, which are added up for the claims of a page only; and their state."""
        line = t.claim_line.c
        counts = {
            "lines": func.count(), "open": func.count().filter(line.verdict.is_(None)),
            "held": func.count().filter(HELD),
            "unpaid": func.count().filter(line.payment_id.is_(None), line.granted.is_distinct_from(0)),
            "claimed": func.sum(line.amount),
            "held_amount": func.coalesce(func.sum(line.amount).filter(HELD), 0),
            "granted": func.coalesce(func.sum(line.granted), 0),
            "rejected": func.coalesce(func.sum(line.amount - line.granted), 0),
            "paid": func.coalesce(func.sum(line.granted).filter(line.payment_id.isnot(None)), 0),
            "recovered": func.sum(line.recovered),
        }  # fmt: skip
        added = select(*(value.label(name) for name, value in counts.items())).where(line.claim_id == t.claim.c.id)
        sums = added.lateral("sums")
        state = case(
            (sums.c.held > 0, ClaimState.PARTLY_HELD.value), (sums.c.open > 0, ClaimState.SUBMITTED.value),
            (sums.c.unpaid > 0, ClaimState.AUDITED.value), else_=ClaimState.PAID.value,
        )  # fmt: skip
        return select(t.claim, *sums.c, state.label("state")).join(sums, true()), state


AUDIT = """
UPDATE claim_line SET verdict = said.verdict, granted = said.granted, reason = said.reason, audited_on = $5
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[]) AS said (id, verdict, granted, reason)
WHERE claim_line.id = said.id
"""
HELD = and_(
    t.claim_line.c.payment_id.is_(None),
    t.claim_line.c.verdict.is_distinct_from(LineVerdict.REJECTED),
    exists().where(t.line_hold.c.line_id == t.claim_line.c.id, t.line_hold.c.released_on.is_(None)),
)
"""An unpaid line, not rejected, that some finding holds."""


def standing(row: OneRow) -> StandingLine:
    """Return a line as it stands."""
    return StandingLine(
        row.id, row.case_id, row.claim_id, row.institution, row.month, row.amount, row.granted, row.audited_on,
        row.payment_id, row.recovered, int(row.demanded), held=row.held,
    )  # fmt: skip


def _row(claim: ClaimOrder, line: Line) -> dict[str, Any]:
    month = line.ground.month
    return {
        "id": line.order.id, "claim_id": claim.id, "case_id": line.ground.case, "institution": claim.institution,
        "county": claim.county, "approval_id": line.ground.approval, "enrolment_id": line.order.enrolment,
        "provision_id": line.order.provision, "month": line.order.month, "on_paper": claim.on_paper,
        "sessions": month.sessions, "attended_days": month.attended_days, "planned_days": month.planned_days,
        "cost": line.billed.cost, "insurance_paid": line.billed.insurance_paid, "computed": line.settled.amount,
        "amount": line.amount,
    }  # fmt: skip
