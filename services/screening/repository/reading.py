"""What is read: one case with its records, and the working lists, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, or_, select, tuple_

from services.screening import tables as t
from services.screening.domain.referral import ReferralStatus
from services.screening.repository.persons import cases_of, shown_as
from services.screening.repository.visibility import readable_by
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import SuspicionState
from shared.db import Session

RECORDS = {
    "suspicions": (t.suspicion, t.suspicion.c.opened_on),
    "screenings": (t.screening, t.screening.c.screened_on),
    "referrals": (t.referral, t.referral.c.issued_on),
    "rescreenings": (t.rescreening, t.rescreening.c.rescreened_on),
    "diagnoses": (t.diagnosis, t.diagnosis.c.diagnosed_on),
    "tracings": (t.tracing, t.tracing.c.attempted_on),
    "follow_ups": (t.follow_up, t.follow_up.c.seen_on),
    "former_residences": (t.former_residence, t.former_residence.c.until),
    "guardian_changes": (t.guardian_change, t.guardian_change.c.changed_on),
    "consents": (t.consent, t.consent.c.given_on),
    "hospital_stays": (t.hospital_stay, t.hospital_stay.c.admitted_on),
    "certificates": (t.certificate, t.certificate.c.issued_on),
    "certificate_applications": (t.certificate_application, t.certificate_application.c.applied_on),
}
"""The records of a case by the name of their list, each with the day by which it is ordered."""


class Direction(StrEnum):
    """Referrals that came to the actor's institution, or that it sent."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class SuspicionFilter:
    """What a working list is narrowed to."""

    mine: bool = False
    states: tuple[SuspicionState, ...] = ()
    category: ScreeningCategory | None = None
    trace_by: date | None = None
    recheck_by: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """Case files, in the transaction of one session."""

    session: Session

    async def records(self, case: UUID) -> dict[str, list[dict[str, Any]]]:
        """Return all records of a child that the reader was found to see, in all of its cases, oldest first."""
        records = {name: await self._rows(table, day, case) for name, (table, day) in RECORDS.items()}
        return records | {"merges": await self._merges(case)}

    async def _merges(self, case: UUID) -> list[dict[str, Any]]:
        m = t.case_merge.c
        wanted = select(t.case_merge).where(or_(m.survivor == case, m.merged == case)).order_by(m.merged_on, m.id)
        return [dict(row._mapping) for row in await self.session.execute(wanted)]  # noqa: SLF001 - SQLAlchemy's own name

    async def _rows(self, table: Table, day: ColumnElement[date], case: UUID) -> list[dict[str, Any]]:
        wanted = select(table).where(table.c.case_id.in_(cases_of(case))).order_by(day, *table.primary_key.columns)
        found = await self.session.execute(wanted)
        rows = [dict(row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's own name
        # What stands in each case of a child, like a hospital stay, is shown once.
        return list({_once(row): row for row in rows}.values())

    async def suspicions(
        self, actor: Actor, narrowed: SuspicionFilter, after: tuple[Any, ...] | None, limit: int
    ) -> list[Row[Any]]:
        """Return one page of suspicions, newest first."""
        s = t.suspicion.c
        keys = (s.opened_on, s.case_id, s.category)
        wanted = select(t.suspicion, shown_as(s.case_id).label("shown_as")).where(
            readable_by(actor, s.case_id), *_narrowing(actor, narrowed)
        )
        return await self._page(wanted, keys, after, limit)

    async def referrals(
        self,
        actor: Actor,
        direction: Direction | None,
        status: ReferralStatus | None,
        expired_on: date | None,
        after: tuple[Any, ...] | None,
        limit: int,
    ) -> list[Row[Any]]:
        """Return one page of referral slips, newest first."""
        r = t.referral.c
        wanted = select(t.referral, shown_as(r.case_id).label("shown_as")).where(readable_by(actor, r.case_id))
        if direction is not None:
            side = r.receiver if direction is Direction.RECEIVED else r.sender
            wanted = wanted.where(side == actor.organisation)
        if status is not None:
            wanted = wanted.where(r.status == status.value)
        if expired_on is not None:
            wanted = wanted.where(r.status == ReferralStatus.OPEN.value, r.answer_by < expired_on)
        return await self._page(wanted, (r.issued_on, r.id), after, limit)

    async def _page(
        self, wanted: Select[Any], keys: tuple[ColumnElement[Any], ...], after: tuple[Any, ...] | None, limit: int
    ) -> list[Row[Any]]:
        """Return the rows after the last one of the page before, and one more that tells whether a page follows."""
        if after is not None:
            wanted = wanted.where(tuple_(*keys) < tuple_(*after))
        ordered = wanted.order_by(*(key.desc() for key in keys)).limit(limit + 1)
        return list(await self.session.execute(ordered))


def _once(row: dict[str, Any]) -> tuple[Any, ...]:
    without_case = (str(value) for name, value in row.items() if name != "case_id" and not name.endswith("_fact"))
    return (row["id"],) if "id" in row else tuple(without_case)


def _narrowing(actor: Actor, narrowed: SuspicionFilter) -> Iterator[ColumnElement[bool]]:
    s = t.suspicion.c
    if narrowed.mine:
        yield s.owner == actor.organisation
    if narrowed.states:
        yield s.state.in_(narrowed.states)
    if narrowed.category is not None:
        yield s.category == narrowed.category
    if narrowed.trace_by is not None:
        yield s.trace_on <= narrowed.trace_by
    if narrowed.recheck_by is not None:
        yield s.recheck_due_on <= narrowed.recheck_by
