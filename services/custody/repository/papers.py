"""Words about a child, sealed under its key: care sheets, people of its lists, what happened in incidents."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, Select, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.custody import tables as t
from services.custody.domain.papers import CareSheet, Contact, ContactKind
from services.custody.repository.reading import CARERS, readable_by
from shared.access.policy import Actor
from shared.db import Session
from shared.errors import CaseNotFound, NotFound
from shared.http.doors import Reading
from shared.ids import new_record
from shared.vault import ChildKey, Keys

DAYS = ("contract_signed_on", "health_checked_on")
WORDS = ("allergies", "medication")
PERSON = ("name", "relation", "phone")

Opened = dict[str, Any]
"""A row whose words are opened; None where the child was erased."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Words about children, in the transaction of one session."""

    session: Session
    keys: Keys

    async def add_sheet(self, case: UUID, stay: UUID, sheet: CareSheet) -> None:
        """Keep the papers of a stay. Raises CaseNotFound for a child that was erased."""
        key = await self._key_of(case)
        parts = {name: getattr(sheet, name) for name in DAYS} | _sealed(key, stay, sheet, WORDS)
        await self.session.execute(insert(t.care_sheet).values(stay_id=stay, case_id=case, **parts))
        if sheet.contacts:
            await self.add_contacts(case, stay, sheet.contacts)

    async def add_contacts(self, case: UUID, stay: UUID, contacts: Iterable[Contact]) -> list[UUID]:
        """Keep people of a child's lists and return their ids. Raises CaseNotFound for a child that was erased."""
        key, added = await self._key_of(case), {new_record(): one for one in contacts}
        rows = [
            {"id": new, "stay_id": stay, "case_id": case, "kind": one.kind} | _sealed(key, new, one, PERSON)
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

    async def people(self, stay: UUID) -> frozenset[UUID]:
        """Return everybody who is, or was, on one of a child's lists."""
        wanted = select(t.contact.c.id).where(t.contact.c.stay_id == stay)
        return frozenset(row.id for row in await self.session.execute(wanted))

    async def add_incident(self, case: UUID, incident: UUID, words: str) -> None:
        """Keep what happened in words. Raises CaseNotFound for a child that was erased."""
        sealed = (await self._key_of(case)).seal(words, _place(incident, "words"))
        await self.session.execute(insert(t.incident_words).values(incident_id=incident, case_id=case, words=sealed))

    async def forget(self, case: UUID) -> None:
        """Destroy a child's key and every word under it; the opaque ids of the people of its lists stay."""
        gone = {"wrapped_key": None, "wrapped_with": None}
        row = upsert(t.child_key).values(case_id=case, **gone)
        await self.session.execute(row.on_conflict_do_update(index_elements=["case_id"], set_=gone))
        for table in (t.care_sheet, t.incident_words):
            await self.session.execute(delete(table).where(table.c.case_id == case))
        wordless = update(t.contact).where(t.contact.c.case_id == case).values(dict.fromkeys(PERSON))
        await self.session.execute(wordless)

    async def _key_of(self, case: UUID) -> ChildKey:
        """Return a child's key, made when it is first needed, and hold its row: nobody destroys it meanwhile."""
        wrapped, _ = self.keys.new(case)
        row = upsert(t.child_key).values(case_id=case, wrapped_key=wrapped, wrapped_with=self.keys.name)
        await self.session.execute(row.on_conflict_do_nothing())
        k = t.child_key.c
        held = await self.session.execute(select(k.wrapped_key).where(k.case_id == case).with_for_update(read=True))
        kept: bytes | None = held.scalar_one()
        if kept is None:
            raise CaseNotFound
        return self.keys.open(case, kept)


async def sheet(reading: Reading, keys: Keys, actor: Actor, stay: UUID) -> Opened | None:
    """Return the papers and people of a stay: to the house that took the child in, and to nobody else."""
    s, own = t.stay.c, t.stay.c.institution == actor.organisation
    joined = t.stay.outerjoin(t.care_sheet, t.care_sheet.c.stay_id == s.id)
    parts = [t.care_sheet.c[name] for name in (*DAYS, *WORDS)]
    wanted = _with_key(joined, s.id, s.case_id, *parts)
    row = (await reading.session.execute(wanted.where(s.id == stay, readable_by(actor, (), own, CARERS)))).one_or_none()
    if row is None:
        return None
    key = _key_in(keys, row)
    return _opened(key, row, WORDS) | {"contacts": await _people(reading, key, stay)}


async def incident(reading: Reading, keys: Keys, actor: Actor, which: UUID) -> Opened | None:
    """Return an incident with its words: to the house in whose care it happened, and to nobody else."""
    i, w = t.incident.c, t.incident_words.c
    wanted = _with_key(t.incident.outerjoin(t.incident_words, w.incident_id == i.id), *i, w.words)
    visible = readable_by(actor, (), i.institution == actor.organisation, CARERS)
    row = (await reading.session.execute(wanted.where(i.id == which, visible))).one_or_none()
    return None if row is None else _opened(_key_in(keys, row), row, ("words",))


async def _people(reading: Reading, key: ChildKey | None, stay: UUID) -> list[Opened]:
    c = t.contact.c
    listed = select(t.contact).where(c.stay_id == stay, ~c.removed).order_by(c.id)
    return [_opened(key, row, PERSON) for row in await reading.session.execute(listed)]


def _with_key(joined: FromClause, *columns: ColumnElement[Any]) -> Select[Any]:
    case = next(column for column in columns if column.name == "case_id")
    with_key = joined.outerjoin(t.child_key, t.child_key.c.case_id == case)
    return select(*columns, t.child_key.c.wrapped_key).select_from(with_key)


def _key_in(keys: Keys, row: Row[Any]) -> ChildKey | None:
    return None if row.wrapped_key is None else keys.open(row.case_id, row.wrapped_key)


def _opened(key: ChildKey | None, row: Row[Any], words: tuple[str, ...]) -> Opened:
    said = row._asdict()
    return said | {name: key.open(said[name], _place(row.id, name)) if key else None for name in words}


def _sealed(key: ChildKey, record: UUID, said: object, words: tuple[str, ...]) -> dict[str, bytes | None]:
    return {name: key.seal(getattr(said, name), _place(record, name)) for name in words}


def _place(record: UUID, name: str) -> str:
    return f"{record}.{name}"
