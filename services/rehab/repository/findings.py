"""Findings that hold money, and the lines that they hold."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.rehab import tables as t
from services.rehab.domain.holds import Finding, OpenLine
from services.rehab.repository.records import Records
from shared.contracts.events.rehab import ClaimLineHeld, ClaimLineReleased, ReleaseReason


class Findings(Records):
    """Findings. Whoever changes one, or adds a line, holds the case."""

    async def known(self, finding: UUID) -> Finding | None:
        """Return a finding as it stands, if it ever held anything."""
        row = await self.one(select(t.finding).where(t.finding.c.id == finding))
        return None if row is None else _finding(row)

    async def holding(self, cases: Collection[UUID]) -> list[Finding]:
        """Return the findings about children that hold money now."""
        f = t.finding.c
        return [
            _finding(row) for row in await self.all(select(t.finding).where(f.case_id.in_(cases), f.freed.is_(None)))
        ]

    async def keep(self, finding: Finding) -> None:
        """Keep a finding as it stands."""
        row = {
            "case_id": finding.case, "institution": finding.institution, "first_day": finding.first_day,
            "last_day": finding.last_day, "freed": finding.freed,
        }  # fmt: skip
        kept = upsert(t.finding).values(row | {"id": finding.id})
        await self.run(kept.on_conflict_do_update(index_elements=["id"], set_=row))

    async def unpaid_lines(self, case: UUID) -> list[OpenLine]:
        """Return a child's unpaid lines with the findings that hold them."""
        line, hold = t.claim_line.c, t.line_hold.c
        holders = func.array_agg(hold.finding_id).filter(hold.finding_id.isnot(None))
        wanted = (
            select(line.id, line.claim_id, line.institution, line.month, holders.label("held_by"))
            .outerjoin(t.line_hold, and_(hold.line_id == line.id, hold.released_on.is_(None)))
            .where(line.case_id == case, line.payment_id.is_(None))
            .group_by(line.id)
            .order_by(line.id)
        )
        return [_open(row) for row in await self.all(wanted)]

    async def hold_lines(self, facts: Iterable[ClaimLineHeld]) -> None:
        """Keep which lines findings hold; one held again after a release is held from the new day on."""
        rows = [{"line_id": f.line, "finding_id": f.finding, "held_on": f.held_on} for f in facts]
        if not rows:
            return
        kept = upsert(t.line_hold).values(rows)
        again = {"held_on": kept.excluded.held_on, "released_on": None}
        await self.run(kept.on_conflict_do_update(index_elements=["line_id", "finding_id"], set_=again))

    async def release_lines(self, facts: Collection[ClaimLineReleased]) -> None:
        """Keep which lines a finding no longer holds."""
        if not facts:
            return
        hold = t.line_hold.c
        which = and_(hold.line_id.in_([f.line for f in facts]), hold.finding_id.in_([f.finding for f in facts]))
        (day,) = {f.released_on for f in facts}
        await self.run(update(t.line_hold).where(which).values(released_on=day))


def _finding(row: Row[Any]) -> Finding:
    freed = None if row.freed is None else ReleaseReason(row.freed)
    return Finding(row.id, row.case_id, row.institution, row.first_day, row.last_day, freed)


def _open(row: Row[Any]) -> OpenLine:
    return OpenLine(row.id, row.claim_id, row.institution, row.month, frozenset(row.held_by or ()))
