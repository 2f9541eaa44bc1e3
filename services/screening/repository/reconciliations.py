"""The two lists that are reconciled, and what was found (handbook §1.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy import case as case_when

from services.screening import tables as t
from services.screening.domain.identity import Given
from services.screening.domain.reconciling import Confirmed, Difference, Found
from services.screening.domain.states import machine
from services.screening.repository.visibility import readable_by
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import ClosingReason, IdentifierKind
from shared.db import Session

Numbers = Mapping[IdentifierKind, Given]

_HOLDERS = """
SELECT n.kind, n.blind, n.named, coalesce(c.merged_into, c.case_id) AS case_id, c.region, c.died_on IS NOT NULL AS died
FROM unnest($1::text[], $2::bytea[]) AS given (kind, blind)
JOIN child_number n USING (kind, blind) JOIN child c USING (case_id)
"""
# What was confirmed of a child stays on the list when the suspicion is closed, unless it never was true or has ended.
_CONFIRMED = """
SELECT shown.case_id, s.rehab_category, shown.birth_date, min(greatest(d.diagnosed_on, moved.last)) AS since
FROM child c
JOIN child shown ON shown.case_id = coalesce(c.merged_into, c.case_id)
JOIN suspicion s ON s.case_id = c.case_id
JOIN diagnosis d ON (d.case_id, d.category, d.rehab_category) = (s.case_id, s.category, s.rehab_category)
CROSS JOIN LATERAL (SELECT max(r.until) AS last FROM former_residence r WHERE r.case_id = shown.case_id) moved
WHERE c.region = $1 AND c.died_on IS NULL AND c.erased_at IS NULL
  AND coalesce(s.closing_reason, '') <> ALL ($2::text[])
GROUP BY shown.case_id, s.rehab_category
"""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A comparison of the two lists of a county and month."""

    id: UUID
    county: str
    month: date
    listed: int
    confirmed: int
    differences: int


@dataclass(frozen=True, slots=True)
class Reconciliations:
    """Reconciliations, in the transaction of one session."""

    session: Session

    async def found(self, lines: Sequence[Numbers]) -> list[Found | None]:
        """Return, for each line's numbers, the child that the registry has under one of them."""
        numbers = sorted({(kind.value, one.blind) for line in lines for kind, one in line.items()})
        rows = await self.session.driver.fetch(_HOLDERS, *map(list, zip(*numbers, strict=True))) if numbers else []
        held = {(row["kind"], row["blind"]): row for row in rows}
        return [_found(line, held) for line in lines]

    async def confirmed(self, county: str) -> list[Confirmed]:
        """Return the health side's list: who lives in a county, with what was confirmed of them."""
        ended = [reason.value for reason in ClosingReason if machine().ends_any_state(reason)]
        rows = await self.session.driver.fetch(_CONFIRMED, county, ended)
        return [Confirmed(case, RehabCategory(category), born, since) for case, category, born, since in rows]

    async def keep(self, made: Reconciliation, differences: Sequence[Difference], by: ActorRef) -> None:
        """Keep a comparison and what it found."""
        author = {"organisation": by.organisation, "person": by.person}
        row = {name: getattr(made, name) for name in Reconciliation.__slots__}
        await self.session.execute(insert(t.reconciliation).values(row | author))
        if differences:
            rows = [_difference(made.id, place, one) for place, one in enumerate(differences, start=1)]
            await self.session.execute(insert(t.reconciliation_difference), rows)

    async def of(self, county: str, after: tuple[Any, ...] | None, limit: int) -> list[Row[Any]]:
        """Return the comparisons of a county, newest first, and one more when a page follows."""
        r = t.reconciliation.c
        wanted = select(t.reconciliation).where(r.county == county)
        if after is not None:
            wanted = wanted.where(r.id < after[0])
        return list(await self.session.execute(wanted.order_by(r.id.desc()).limit(limit + 1)))

    async def last_month(self, county: str) -> date | None:
        """Return the last month whose lists were compared."""
        r = t.reconciliation.c
        newest = select(r.month).where(r.county == county).order_by(r.month.desc()).limit(1)
        month: date | None = (await self.session.execute(newest)).scalar()
        return month

    async def county(self, reconciliation: UUID) -> str | None:
        """Return the county of a comparison."""
        r = t.reconciliation.c
        county: str | None = (await self.session.execute(select(r.county).where(r.id == reconciliation))).scalar()
        return county

    async def differences(
        self, reconciliation: UUID, actor: Actor, after: tuple[Any, ...] | None, limit: int
    ) -> list[Row[Any]]:
        """Return what a comparison found, in its order; a child that left the actor's region since is not named."""
        d = t.reconciliation_difference.c
        named = case_when((readable_by(actor, d.case_id), d.case_id), else_=None).label("case")
        wanted = select(d.place, d.kind, d.category, d.line, named).where(d.reconciliation == reconciliation)
        if after is not None:
            wanted = wanted.where(d.place > after[0])
        return list(await self.session.execute(wanted.order_by(d.place).limit(limit + 1)))


def _found(line: Numbers, held: Mapping[tuple[str, bytes], Any]) -> Found | None:
    for kind, given in line.items():
        if row := held.get((kind.value, given.blind)):
            return Found(row["case_id"], row["region"], row["died"], row["named"] == given.named)
    return None


def _difference(reconciliation: UUID, place: int, one: Difference) -> dict[str, Any]:
    return {
        "reconciliation": reconciliation,
        "place": place,
        "kind": one.kind.value,
        "category": one.category.value,
        "line": one.line,
        "case_id": one.case,
    }
