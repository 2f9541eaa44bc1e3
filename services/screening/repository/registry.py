"""The registry: children, their sealed identity, the blind index of numbers, and who takes part in a case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.screening import tables as t
from services.screening.domain.registry import Identity, Registered
from services.screening.domain.suspicion import Child
from services.screening.errors import DuplicateChild
from services.screening.repository.visibility import raise_second_wall, readable_by
from services.screening.tables import Basis
from services.screening.vault import FIELDS, SealedIdentity, Vault
from shared.access.policy import Actor
from shared.contracts.envelope import ActorRef
from shared.db import Session
from shared.errors import CaseNotFound


@dataclass(frozen=True, slots=True)
class Registry:
    """Children, in the transaction of one session."""

    session: Session
    vault: Vault

    # Registering ----------------------------------------------------------------------------------------------------

    async def add(self, case: UUID, registered: Registered, actor: Actor) -> None:
        """Keep a new child. Raises DuplicateChild when one of its numbers is known; one of two at once waits here."""
        await self.session.execute(insert(t.child).values(_child_row(case, registered, actor.ref)))
        await self._take_numbers(case, registered.identity, actor)
        sealed = self.vault.seal(case, registered.identity)
        row = {"case_id": case, "wrapped_key": sealed.wrapped_key, "wrapped_with": sealed.wrapped_with}
        await self.session.execute(insert(t.child_identity).values(row | dict(sealed.fields)))

    async def _take_numbers(self, case: UUID, identity: Identity, actor: Actor) -> None:
        blinds = {kind.value: self.vault.blind(kind, number) for kind, number in identity.numbers.items()}
        rows = [{"kind": kind, "blind": blind, "case_id": case} for kind, blind in blinds.items()]
        wanted = upsert(t.child_number).values(rows).on_conflict_do_nothing().returning(t.child_number.c.kind)
        if len((await self.session.execute(wanted)).all()) < len(rows):
            raise DuplicateChild(**await self._known_to(actor, blinds.values()))

    async def _known_to(self, actor: Actor, blinds: Iterable[bytes]) -> dict[str, str]:
        """Return the case of a known number, if the actor may know of it; else nothing."""
        n = t.child_number.c
        found = select(n.case_id).where(n.blind.in_(blinds), readable_by(actor, n.case_id)).order_by(n.kind.desc())
        known = (await self.session.execute(found)).scalars().first()
        return {} if known is None else {"case": str(known)}

    # Finding --------------------------------------------------------------------------------------------------------

    async def locked(self, case: UUID, actor: Actor) -> Child:
        """Return a child that the actor may know of and hold its row to the end. Raises CaseNotFound."""
        c = t.child.c
        wanted = select(c.case_id, c.birth_date).where(c.case_id == case, readable_by(actor, c.case_id))
        row = (await self.session.execute(wanted.with_for_update(key_share=True, of=t.child))).one_or_none()
        if row is None:
            raise CaseNotFound
        return Child(row.case_id, row.birth_date)

    async def known(self, case: UUID) -> Child | None:
        """Return a child and hold its row, whoever asks: for a fact of another stage. None when not registered here."""
        c = t.child.c
        wanted = select(c.case_id, c.birth_date).where(c.case_id == case).with_for_update(key_share=True)
        row = (await self.session.execute(wanted)).one_or_none()
        return Child(row.case_id, row.birth_date) if row else None

    async def child(self, case: UUID, actor: Actor) -> Row[Any]:
        """Return what is known of a child besides its identity. Raises CaseNotFound."""
        wanted = select(t.child).where(t.child.c.case_id == case, readable_by(actor, t.child.c.case_id))
        row = (await self.session.execute(wanted)).one_or_none()
        if row is None:
            raise CaseNotFound
        return row

    # Identity -------------------------------------------------------------------------------------------------------

    async def identities(
        self, cases: Sequence[UUID], actor: Actor, names: Sequence[str] = FIELDS
    ) -> dict[UUID, dict[str, str | None]]:
        """Return these fields of the children that the actor may know of; erased children are not among them."""
        i = t.child_identity.c
        wanted = select(i.case_id, i.wrapped_key, i.wrapped_with, *(i[name] for name in names)).where(
            i.case_id.in_(cases), i.wrapped_key.is_not(None), readable_by(actor, i.case_id)
        )
        await raise_second_wall(self.session, actor)
        return {row.case_id: self._opened(row, names) for row in await self.session.execute(wanted)}

    def _opened(self, row: Row[Any], names: Sequence[str]) -> dict[str, str | None]:
        fields = {name: getattr(row, name) for name in names}
        return self.vault.open(row.case_id, SealedIdentity(row.wrapped_key, row.wrapped_with, fields))

    # Participants ---------------------------------------------------------------------------------------------------

    async def take_part(
        self, case: UUID, organisation: UUID, basis: Basis, since: date, source: UUID | None = None
    ) -> None:
        """Let an organisation take part in a case; one that did before takes part again."""
        row = {"case_id": case, "organisation": organisation, "basis": basis.value, "source": source or case}
        taken = upsert(t.participant).values(row | {"since": since})
        await self.session.execute(
            taken.on_conflict_do_update(index_elements=t.participant.primary_key, set_={"until": None})
        )

    async def part_ends(self, case: UUID, source: UUID, until: date) -> None:
        """Let the sight that a referral, enrolment, placement or stay gave of a child end on a day."""
        p = t.participant.c
        await self.session.execute(
            update(t.participant).where(p.case_id == case, p.source == source).values(until=until)
        )

    async def other_parts_end(self, case: UUID, basis: Basis, source: UUID, until: date) -> None:
        """Let what was of one basis before, like an earlier placement, end when the next begins."""
        p = t.participant.c
        older = p.case_id == case, p.basis == basis.value, p.source != source
        still = or_(p.until.is_(None), p.until > until)
        await self.session.execute(update(t.participant).where(*older, still).values(until=until))


def _child_row(case: UUID, registered: Registered, by: ActorRef) -> dict[str, Any]:
    fact = registered.fact
    return {
        "case_id": case,
        "sex": fact.sex.value,
        "birth_date": fact.birth_date,
        "region": fact.region,
        "identifier_kind": fact.identifier_kind.value,
        "organisation": by.organisation,
        "person": by.person,
    }
