"""Children beside their identity: one or several cases of one child, its moves, consent, hospital stays and death."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, Update, delete, func, insert, or_, select, update
from sqlalchemy.sql.elements import SQLColumnExpression

from services.screening import tables as t
from services.screening.domain.consents import Consent
from services.screening.domain.death import Death
from services.screening.domain.guardians import NewGuardian
from services.screening.domain.hospital import Stay
from services.screening.domain.person import Person
from services.screening.errors import ChildGone, StayNotFound
from services.screening.repository.visibility import raise_second_wall, readable_by
from services.screening.vault import FIELDS, SealedIdentity, Vault
from shared import clock
from shared.access.policy import Actor
from shared.contracts.codes import Sex
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import ConsentBasis
from shared.db import Session
from shared.errors import CaseNotFound

GUARDIAN = {
    "former_name": "guardian_name",
    "former_phone": "guardian_phone",
    "former_resident_number": "guardian_resident_number",
}


def cases_of(case: UUID | ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the cases of the child that is shown under one: that one and those merged into it."""
    c = t.child.alias("of_one_child").c
    return select(c.case_id).where(or_(c.case_id == case, c.merged_into == case)).scalar_subquery()


def shown_as(case: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Return the case under which the child of a case is shown."""
    c = t.child.alias("shown_child").c
    return select(func.coalesce(c.merged_into, c.case_id)).where(c.case_id == case).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Persons:
    """Children, in the transaction of one session."""

    session: Session
    vault: Vault
    by: ActorRef

    # Finding --------------------------------------------------------------------------------------------------------

    async def locked(self, case: UUID, actor: Actor) -> Person:
        """Return a child that the actor may know of and hold its rows. Raises CaseNotFound, ChildGone."""
        person = await self.held(case, actor)
        if person is None:
            raise CaseNotFound
        return person

    async def held(self, case: UUID, actor: Actor | None = None) -> Person | None:
        """Return a child and hold the rows of all its cases, in one order for all; whoever asks, where no actor does.

        None when there is none, or the actor may not know of it. Raises ChildGone.
        """
        c, asked = t.child.c, t.child.alias("asked").c
        seen = [readable_by(actor, asked.case_id)] if actor else []
        shown = select(func.coalesce(asked.merged_into, asked.case_id)).where(asked.case_id == case, *seen)
        of_one_child = or_(c.case_id == shown.scalar_subquery(), c.merged_into == shown.scalar_subquery())
        wanted = select(t.child).where(of_one_child).order_by(c.case_id)
        rows = (await self.session.execute(wanted.with_for_update(key_share=True, of=t.child))).all()
        own = {row.case_id: row for row in rows}
        if not own:
            return None
        if case not in own or (own[case].merged_into or case) not in own:
            # Merged, or taken apart, while this waited for the lock.
            return await self.held(case, actor)
        return _person(own[own[case].merged_into or case], rows)

    # Identity -------------------------------------------------------------------------------------------------------

    async def identity(self, person: Person, actor: Actor) -> dict[str, str | None]:
        """Return who a child is."""
        sealed = await self._sealed(person, actor)
        return self.vault.open(person.case, sealed)

    async def change_identity(self, person: Person, actor: Actor, changed: Mapping[str, str | None]) -> None:
        """Keep fields of an identity as they are now."""
        if not changed:
            return
        sealed = await self._sealed(person, actor)
        values = self.vault.reseal(person.case, sealed, changed)
        await self.session.execute(self._own(t.child_identity, person.case).values(values))

    async def _sealed(self, person: Person, actor: Actor) -> SealedIdentity:
        await raise_second_wall(self.session, actor)
        wanted = select(t.child_identity).where(t.child_identity.c.case_id == person.case)
        row = (await self.session.execute(wanted)).one()
        return SealedIdentity(row.wrapped_key, row.wrapped_with, {name: getattr(row, name) for name in FIELDS})

    async def erase(self, person: Person, actor: Actor) -> None:
        """Destroy the keys of all cases of a child, what was encrypted under them, and the index of its numbers."""
        await raise_second_wall(self.session, actor)
        of_child = {"case_id": person.cases}
        gone = dict.fromkeys(column.name for column in t.child_identity.columns if not column.primary_key)
        await self._each(t.child_identity, of_child, gone)
        await self._each(t.guardian_change, of_child, dict.fromkeys(GUARDIAN))
        await self.session.execute(delete(t.child_number).where(t.child_number.c.case_id.in_(person.cases)))
        await self._each(t.child, of_child, {"erased_at": clock.now()})

    # What happens to a child ----------------------------------------------------------------------------------------

    async def change_guardian(self, person: Person, record: UUID, new: NewGuardian, actor: Actor) -> None:
        """Keep a new guardian; who it was before stays in the record of the change."""
        sealed = await self._sealed(person, actor)
        row = {
            "id": record,
            "case_id": person.case,
            "kind": new.kind,
            "changed_on": new.changed_on,
            "consent_of": new.consent_of,
            "unavailable": {kind.value: why.value for kind, why in new.unavailable.items()},
        }
        former = {column: sealed.fields[name] for column, name in GUARDIAN.items()}
        await self._add(t.guardian_change, row | former)
        now = dict(zip(GUARDIAN.values(), (new.name, new.phone, new.resident_number), strict=True))
        await self.change_identity(person, actor, now)

    async def last_move(self, person: Person) -> date | None:
        """Return the day of the last move."""
        r = t.former_residence.c
        found = select(func.max(r.until)).where(r.case_id.in_(person.cases))
        moved: date | None = (await self.session.execute(found)).scalar()
        return moved

    async def move(self, person: Person, region: str, on: date) -> None:
        """Keep that a child lives in another county."""
        rows = [{"case_id": case, "until": on, "region": person.region} for case in person.cases]
        await self._add(t.former_residence, *rows)
        await self._each(t.child, {"case_id": person.cases}, {"region": region})

    async def consents(self, person: Person) -> list[Consent]:
        """Return the grounds on which a child was ever shared."""
        k = t.consent.c
        rows = await self.session.execute(select(t.consent).where(k.case_id == person.case).order_by(k.given_on))
        return [Consent(ConsentBasis(row.basis), row.given_on, row.withdrawn_on) for row in rows]

    async def give_consent(self, person: Person, consent: Consent) -> None:
        """Keep a ground for sharing."""
        await self._add(t.consent, {"case_id": person.case, "basis": consent.basis.value, "given_on": consent.given_on})

    async def withdraw_consent(self, person: Person, on: date) -> None:
        """Keep that the guardian's consent ended."""
        k = t.consent.c
        standing = k.case_id == person.case, k.basis == ConsentBasis.GUARDIAN_CONSENT.value, k.withdrawn_on.is_(None)
        await self.session.execute(update(t.consent).where(*standing).values(withdrawn_on=on))

    async def mask(self, person: Person, *, masked: bool) -> None:
        """Keep whether later stages see the child."""
        await self._each(t.child, {"case_id": person.cases}, {"masked": masked})

    async def die(self, case: UUID, died_on: date, fact: UUID) -> None:
        """Keep the day of a death, and the fact that told of it in this case."""
        await self.session.execute(self._own(t.child, case).values(died_on=died_on, death_fact=fact))

    async def live(self, case: UUID) -> None:
        """Keep that no death is registered in a case any more."""
        await self.session.execute(self._own(t.child, case).values(died_on=None, death_fact=None))

    async def deaths(self, person: Person) -> dict[UUID, Death]:
        """Return what was told of a child's death, by case."""
        c = t.child.c
        wanted = select(c.case_id, c.died_on, c.death_fact).where(c.case_id.in_(person.cases), c.died_on.is_not(None))
        return {row.case_id: Death(row.died_on, row.death_fact) for row in await self.session.execute(wanted)}

    # Hospital -------------------------------------------------------------------------------------------------------

    async def stays(self, person: Person) -> list[Stay]:
        """Return the hospital stays of a child, each once."""
        h = t.hospital_stay.c
        columns = h.id, h.hospital, h.admitted_on, h.discharged_on
        rows = await self.session.execute(select(*columns).where(h.case_id.in_(person.cases)).distinct())
        return [Stay(row.id, row.hospital, row.admitted_on, row.discharged_on) for row in rows]

    async def stay_facts(self, person: Person, stay: UUID) -> dict[UUID, Row[Any]]:
        """Return the rows of a stay by case, each with the facts that told of it. Raises StayNotFound."""
        h = t.hospital_stay.c
        wanted = select(t.hospital_stay).where(h.id == stay, h.case_id.in_(person.cases))
        rows = {row.case_id: row for row in await self.session.execute(wanted)}
        if not rows:
            raise StayNotFound
        return rows

    async def add_stay(self, case: UUID, stay: Stay, admission: UUID, departure: UUID | None) -> None:
        """Keep a stay in a case, with the facts that told of it there."""
        row = {
            "id": stay.id,
            "case_id": case,
            "hospital": stay.hospital,
            "admitted_on": stay.admitted_on,
            "discharged_on": stay.discharged_on,
            "admission_fact": admission,
            "discharge_fact": departure,
        }
        await self._add(t.hospital_stay, row)

    async def change_stay(self, case: UUID, stay: Stay, admission: UUID, departure: UUID | None) -> None:
        """Keep a stay as it is now, with the facts that told so."""
        h = t.hospital_stay.c
        changed = update(t.hospital_stay).where(h.id == stay.id, h.case_id == case)
        days = {"admitted_on": stay.admitted_on, "discharged_on": stay.discharged_on}
        await self.session.execute(changed.values(days | {"admission_fact": admission, "discharge_fact": departure}))

    # ----------------------------------------------------------------------------------------------------------------

    def _own(self, table: Table, case: UUID) -> Update:
        return update(table).where(table.c.case_id == case)

    async def _each(self, table: Table, of: Mapping[str, Sequence[UUID]], values: Mapping[str, Any]) -> None:
        ((name, cases),) = of.items()
        await self.session.execute(update(table).where(table.c[name].in_(cases)).values(**values))

    async def _add(self, table: Table, *rows: dict[str, Any]) -> None:
        author = {"organisation": self.by.organisation, "person": self.by.person}
        await self.session.execute(insert(table), [row | author for row in rows])


def _person(shown: Row[Any], rows: Sequence[Row[Any]]) -> Person:
    if shown.erased_at is not None:
        raise ChildGone(erased_on=clock.local_date(shown.erased_at).isoformat())
    others = [row.case_id for row in rows if row.case_id != shown.case_id]
    return Person((shown.case_id, *others), Sex(shown.sex), shown.birth_date, shown.region, shown.died_on)
