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
from services.screening.domain.identity import Given
from services.screening.domain.person import Person
from services.screening.domain.registry import Identity, Numbered, Registered
from services.screening.domain.suspicion import Child
from services.screening.errors import ChildGone, DuplicateChild
from services.screening.repository.merges import lend_parts
from services.screening.repository.persons import Persons, shown_as
from services.screening.repository.visibility import (
    listed_in_register,
    lived_in_region_of,
    raise_second_wall,
    readable_by,
)
from services.screening.tables import Basis
from services.screening.vault import FIELDS, SealedIdentity, Vault
from shared import clock
from shared.access.policy import Actor
from shared.contracts.envelope import ActorRef, service_actor
from shared.contracts.events.screening import IdentifierKind
from shared.db import Session
from shared.errors import CaseNotFound

NOBODY = service_actor("screening")
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


class TakenSince(Exception):  # noqa: N818 - a turn, not an error
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
        except TakenSince:
            return await self.add(children, actor)
        return refused

    async def _insert(
        self, children: Mapping[UUID, Registered], numbers: Mapping[UUID, Mapping[Number, bytes]], by: ActorRef
    ) -> None:
        if not children:
            return
        await self.session.execute(insert(t.child), [_child_row(*child, by) for child in children.items()])
        await self.take({number: (case, named) for case in children for number, named in numbers[case].items()})
        identities = [self._identity_row(case, registered.identity) for case, registered in children.items()]
        await self.session.execute(insert(t.child_identity), identities)

    async def confirm(self, person: Person, given: Mapping[IdentifierKind, Given], actor: Actor) -> None:
        """Take a child's resident number. Raises DuplicateChild, with the case where the actor may know of it."""
        numbers = {(kind.value, one.blind): (person.case, one.named) for kind, one in given.items()}
        try:
            async with self.session.driver.transaction():
                await self.take(numbers)
        except TakenSince:
            raise _duplicate((await self._taken(list(numbers), actor)).values()) from None
        kind = IdentifierKind.RESIDENT_NUMBER.value
        await self.session.execute(
            update(t.child).where(t.child.c.case_id.in_(person.cases)).values(identifier_kind=kind)
        )

    async def take(self, numbers: Mapping[Number, tuple[UUID, bytes]]) -> None:
        """Take numbers for their cases, in one order for all, so that two batches never wait for each other."""
        names = ("kind", "blind", "case_id", "named")
        rows = [dict(zip(names, (*number, *numbers[number]), strict=True)) for number in sorted(numbers)]
        wanted = upsert(t.child_number).values(rows).on_conflict_do_nothing().returning(t.child_number.c.kind)
        if len((await self.session.execute(wanted)).all()) < len(rows):
            raise TakenSince

    async def holders(self, identity: Identity, actor: Actor) -> list[UUID | None]:
        """Return the cases that hold a number of an identity; None for one of whom the actor may not know."""
        return list((await self._taken(list(self._numbers(identity)), actor)).values())

    async def _taken(self, numbers: Sequence[Number], actor: Actor) -> dict[Number, UUID | None]:
        """Return which numbers are known, each with its case where the actor may know of it."""
        n = t.child_number.c
        seen = case_when((readable_by(actor, n.case_id), shown_as(n.case_id)), else_=None)
        known = select(n.kind, n.blind, seen.label("case_id")).where(tuple_(n.kind, n.blind).in_(numbers))
        return {(row.kind, row.blind): row.case_id for row in await self.session.execute(known)}

    def _numbers(self, identity: Identity) -> dict[Number, bytes]:
        """Return the numbers of an identity as they are looked up, each with the name under which it is given."""
        given = given_in(self.vault, identity)
        return {(kind.value, one.blind): one.named for kind, one in given.items()}

    def _identity_row(self, case: UUID, identity: Identity) -> dict[str, Any]:
        sealed = self.vault.seal(case, identity)
        own = {"case_id": case, "wrapped_key": sealed.wrapped_key, "wrapped_with": sealed.wrapped_with}
        return own | dict(sealed.fields)

    # Finding --------------------------------------------------------------------------------------------------------

    async def locked(self, case: UUID, actor: Actor) -> Child:
        """Return a child that the actor may know of and hold its rows to the end. Raises CaseNotFound, ChildGone."""
        return _child(await Persons(self.session, self.vault, actor.ref).locked(case, actor))

    async def known(self, case: UUID) -> Child | None:
        """Return a child and hold its rows, whoever asks: for a fact of another stage.

        None when it is not registered here, or erased.
        """
        try:
            found = await Persons(self.session, self.vault, NOBODY).held(case)
        except ChildGone:
            return None
        return _child(found) if found else None

    async def child(self, case: UUID, actor: Actor) -> Row[Any]:
        """Return the row under which a child is shown. Raises CaseNotFound, ChildGone."""
        c = t.child.c
        shown = select(shown_as(c.case_id)).where(c.case_id == case, readable_by(actor, c.case_id)).scalar_subquery()
        row = (await self.session.execute(select(t.child).where(c.case_id == shown))).one_or_none()
        if row is None:
            raise CaseNotFound
        if row.erased_at is not None:
            raise ChildGone(erased_on=clock.local_date(row.erased_at).isoformat())
        return row

    async def stub(self, case: UUID, actor: Actor) -> Row[Any] | None:
        """Return where a child moved that lived in the actor's region before; None when it never did."""
        c, r = t.child.c, t.former_residence.c
        wanted = select(c.case_id, c.region, r.region.label("former_region"), r.until.label("moved_on")).join(
            t.former_residence, r.case_id == c.case_id
        )
        seen = wanted.where(c.case_id == case, c.erased_at.is_(None), lived_in_region_of(actor, r.region))
        return (await self.session.execute(seen.order_by(r.until.desc()).limit(1))).one_or_none()

    async def shown(self, cases: Sequence[UUID]) -> dict[UUID, UUID]:
        """Return under which case each child is shown."""
        c = t.child.c
        rows = await self.session.execute(select(c.case_id, c.merged_into).where(c.case_id.in_(cases)))
        return {row.case_id: row.merged_into or row.case_id for row in rows}

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

    async def names_in_register(
        self, cases: Sequence[UUID], actor: Actor, names: Sequence[str]
    ) -> dict[UUID, dict[str, str | None]]:
        """Return these fields of children whose lines of a register the actor was found to see."""
        i = t.child_identity.c
        wanted = select(i.case_id, i.wrapped_key, i.wrapped_with, *(i[name] for name in names)).where(
            i.case_id.in_(cases), i.wrapped_key.is_not(None), listed_in_register(actor, i.case_id)
        )
        await raise_second_wall(self.session, actor, register=True)
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
        if others := {part.case for part in parts if part.basis is not Basis.REGISTERED}:
            await lend_parts(self.session, others)

    async def part_ends(self, case: UUID, source: UUID, until: date) -> None:
        """Let the sight that a referral, enrolment, placement or stay gave of a child end on a day."""
        p = t.participant.c
        await self.session.execute(
            update(t.participant)
            .where(or_(p.case_id == case, p.through == case), p.source == source)
            .values(until=until)
        )

    async def other_parts_end(self, case: UUID, basis: Basis, source: UUID, until: date) -> None:
        """Let what was of one basis before, like an earlier placement, end when the next begins."""
        p = t.participant.c
        older = or_(p.case_id == case, p.through == case), p.basis == basis.value, p.source != source
        still = or_(p.until.is_(None), p.until > until)
        await self.session.execute(update(t.participant).where(*older, still).values(until=until))


def _duplicate(cases: Iterable[UUID | None]) -> DuplicateChild:
    known = next((case for case in cases if case is not None), None)
    return DuplicateChild(case=str(known)) if known else DuplicateChild()


def _child(person: Person) -> Child:
    return Child(person.case, person.born, person.died_on)


def given_in(vault: Vault, identity: Identity | Numbered) -> dict[IdentifierKind, Given]:
    """Return the numbers of an identity, blind."""
    return {
        kind: Given(vault.blind(kind, number), vault.named(kind, number, identity.name))
        for kind, number in identity.numbers.items()
    }


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
