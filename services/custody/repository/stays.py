"""Stays, with the papers and the people of each child's lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, insert, or_, select, update

from services.custody import tables as t
from services.custody.domain.admission import Stay
from services.custody.domain.going_out import Presence, inside_at_first
from services.custody.domain.papers import CareSheet, Contact, ContactKind
from shared import clock
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded, CustodyMode
from shared.db import Session
from shared.errors import NotFound
from shared.ids import new_record

ON_LEAVE = exists().where(t.leave.c.stay_id == t.stay.c.id, t.leave.c.ended_at.is_(None)).label("on_leave")


@dataclass(frozen=True, slots=True)
class Held:
    """A stay of an institution's own whose row is held."""

    case: UUID
    born: date
    stay: Stay
    presence: Presence


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays, with the papers of each."""

    session: Session

    async def of(self, cases: Sequence[UUID]) -> list[tuple[UUID, Stay]]:
        """Return all stays of a child, wherever, each with its case; the caller holds the child's rows."""
        rows = await self.session.execute(select(t.stay).where(t.stay.c.case_id.in_(cases)))
        return [(row.case_id, stay_of(row)) for row in rows]

    async def in_house(self, institution: UUID, since: date) -> list[tuple[UUID, Stay]]:
        """Return the stays in a house that reach a day or begin after it, each with its case."""
        s = t.stay.c
        wanted = select(t.stay).where(s.institution == institution, or_(s.ended_on.is_(None), s.ended_on > since))
        return [(row.case_id, stay_of(row)) for row in await self.session.execute(wanted)]

    async def own(self, institution: UUID, stay: UUID) -> Held:
        """Return a stay of an institution's own and hold its row. Raises NotFound."""
        own = _with_child().where(t.stay.c.id == stay, t.stay.c.institution == institution)
        row = (await self.session.execute(own.with_for_update(of=t.stay))).one_or_none()
        if row is None:
            raise NotFound(kind="stay")
        ended = row.ended_on is not None
        presence = Presence(row.id, row.institution, row.inside, row.moved_at, on_leave=row.on_leave, ended=ended)
        return Held(row.case_id, row.birth_date, stay_of(row), presence)

    async def add(self, case: UUID, county: str, fact: CustodyAdmitted) -> None:
        """Keep a stay."""
        values = fact.model_dump(include={"institution", "mode", "admitted_on", "until"})
        there = {"inside": inside_at_first(fact.mode), "moved_at": clock.moment_of(fact.admitted_on)}
        await self.session.execute(insert(t.stay).values(id=fact.stay, case_id=case, county=county, **values, **there))

    async def add_sheet(self, case: UUID, stay: UUID, sheet: CareSheet) -> None:
        """Keep the papers of a stay."""
        parts = {name: getattr(sheet, name) for name in SHEET}
        await self.session.execute(insert(t.care_sheet).values(stay_id=stay, case_id=case, **parts))
        if sheet.contacts:
            await self.add_contacts(case, stay, sheet.contacts)

    async def add_contacts(self, case: UUID, stay: UUID, contacts: Iterable[Contact]) -> list[UUID]:
        """Keep people of a child's lists and return their ids."""
        added = {new_record(): one for one in contacts}
        rows = [
            {"id": new, "stay_id": stay, "case_id": case, "kind": one.kind, "name": one.name}
            | {"relation": one.relation, "phone": one.phone}
            for new, one in added.items()
        ]
        await self.session.execute(insert(t.contact), rows)
        return list(added)

    async def remove_contact(self, institution: UUID, contact: UUID) -> None:
        """Take a person off a child's list. Raises NotFound."""
        own = exists().where(t.stay.c.id == t.contact.c.stay_id, t.stay.c.institution == institution)
        there = update(t.contact).where(t.contact.c.id == contact, own, ~t.contact.c.removed)
        if not (await self.session.execute(there.values(removed=True))).rowcount:
            raise NotFound(kind="contact")

    async def may_collect(self, stay: UUID) -> frozenset[UUID]:
        """Return the people to whom a child may be handed."""
        c = t.contact.c
        wanted = select(c.id).where(c.stay_id == stay, c.kind == ContactKind.PICK_UP, ~c.removed)
        return frozenset(row.id for row in await self.session.execute(wanted))

    async def end(self, fact: CustodyEnded) -> None:
        """Keep the end of a stay."""
        ended = update(t.stay).where(t.stay.c.id == fact.stay)
        await self.session.execute(ended.values(ended_on=fact.ended_on, end_reason=fact.reason, inside=False))


SHEET = ("contract_signed_on", "health_checked_on", "allergies", "medication")


def _with_child() -> Select[Any]:
    joined = t.stay.join(t.child, t.child.c.case_id == t.stay.c.case_id)
    return select(t.stay, t.child.c.birth_date, ON_LEAVE).select_from(joined)


def stay_of(row: Row[Any]) -> Stay:
    """Return a row of stays as the rules take it."""
    return Stay(row.id, row.institution, row.admitted_on, row.ended_on, CustodyMode(row.mode))
