"""The registry: children, their sealed identity, the blind index of numbers, and who takes part in a case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select, tuple_, update
from sqlalchemy import case as case_when
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

Number = tuple[str, bytes]
"""A number as it is looked up: its kind and its blind index."""


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation's part in a case: on what ground, since when, and by which referral, enrolment or placement."""

    case: UUID
    organisation: UUID
    basis: Basis
    since: date
    source: UUID | None = None


class _TakenSince(Exception):  # noqa: N818 - a turn, not an error
    """Another clerk registered one of the numbers since it was looked up; now it can be seen."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Children, in the transaction of one session."""

    session: Session
    vault: Vault

    # Registering ----------------------------------------------------------------------------------------------------

    async def add(self, children: Mapping[UUID, Registered], actor: Actor) -> dict[UUID, DuplicateChild]:
        """Keep new children by their cases; return the refusals of those of whom a number is known already."""
        numbers = {case: self._numbers(registered.identity) for case, registered in children.items()}
        taken = await self._taken([number for own in numbers.values() for number in own], actor)
        refused: dict[UUID, DuplicateChild] = {}
        for case, own in numbers.items():
            if clashes := [taken[number] for number in own if number in taken]:
                refused[case] = _duplicate(clashes)
            else:
                taken |= dict.fromkeys(own, case)
        new = {case: registered for case, registered in children.items() if case not in refused}
        try:
            async with self.session.driver.transaction():
                await self._insert(new, numbers, actor.ref)
        except _TakenSince:
            return await self.add(children, actor)
        return refused

    async def _insert(
        self, children: Mapping[UUID, Registered], numbers: Mapping[UUID, list[Number]], by: ActorRef
    ) -> None:
        if not children:
            return
        await self.session.execute(insert(t.child), [_child_row(*child, by) for child in children.items()])
        await self._take({number: case for case in children for number in numbers[case]})
        identities = [self._identity_row(case, registered.identity) for case, registered in children.items()]
        await self.session.execute(insert(t.child_identity), identities)

    async def _take(self, numbers: Mapping[Number, UUID]) -> None:
        """Take numbers for their cases, in one order for all, so that two batches never wait for each other."""
        rows = [{"kind": kind, "blind": blind, "case_id": numbers[kind, blind]} for kind, blind in sorted(numbers)]
        wanted = upsert(t.child_number).values(rows).on_conflict_do_nothing().returning(t.child_number.c.kind)
        if len((await self.session.execute(wanted)).all()) < len(rows):
            raise _TakenSince

    async def _taken(self, numbers: Sequence[Number], actor: Actor) -> dict[Number, UUID | None]:
        """Return which numbers are known, each with its case where the actor may know of it."""
        n = t.child_number.c
        seen = case_when((readable_by(actor, n.case_id), n.case_id), else_=None)
        known = select(n.kind, n.blind, seen.label("case_id")).where(tuple_(n.kind, n.blind).in_(numbers))
        return {(row.kind, row.blind): row.case_id for row in await self.session.execute(known)}

    def _numbers(self, identity: Identity) -> list[Number]:
        return [(kind.value, self.vault.blind(kind, number)) for kind, number in identity.numbers.items()]

    def _identity_row(self, case: UUID, identity: Identity) -> dict[str, Any]:
        sealed = self.vault.seal(case, identity)
        own = {"case_id": case, "wrapped_key": sealed.wrapped_key, "wrapped_with": sealed.wrapped_with}
        return own | dict(sealed.fields)

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

    async def take_part(self, *parts: Part) -> None:
        """Let organisations take part in cases; one that did before takes part again."""
        if not parts:
            return
        taken = upsert(t.participant).on_conflict_do_update(
            index_elements=t.participant.primary_key, set_={"until": None}
        )
        await self.session.execute(taken, [_part_row(part) for part in parts])

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


def _duplicate(cases: Iterable[UUID | None]) -> DuplicateChild:
    known = next((case for case in cases if case is not None), None)
    return DuplicateChild(case=str(known)) if known else DuplicateChild()


def _part_row(part: Part) -> dict[str, Any]:
    return {
        "case_id": part.case,
        "organisation": part.organisation,
        "basis": part.basis.value,
        "source": part.source or part.case,
        "since": part.since,
    }


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
