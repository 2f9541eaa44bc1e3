"""Several cases of one child: likeness, merges and their undoing, doubts about identities."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, insert, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.screening import tables as t
from services.screening.domain.identity import Doubt, Given, KnownNumber, Settlement
from services.screening.domain.merging import Alike, Case, Traits, traits_of
from services.screening.repository.visibility import raise_second_wall, readable_by
from services.screening.vault import FIELDS, SealedIdentity, Vault
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import IdentifierKind
from shared.db import Session
from shared.errors import CaseNotFound

LARGEST_DAY = 1000
"""Children of one birthday that are compared at most, for each is decrypted: of the county first, then of its city."""

_LEND_PARTS = """
WITH own AS (
  SELECT case_id, merged_into FROM child WHERE case_id = ANY($1::uuid[])
), pair AS (
  SELECT case_id, merged_into AS other FROM own WHERE merged_into IS NOT NULL
  UNION
  SELECT own.case_id, c.case_id FROM own JOIN child c ON c.merged_into IN (own.case_id, own.merged_into)
  WHERE c.case_id <> own.case_id
)
INSERT INTO participant (organisation, case_id, basis, source, since, until, through)
SELECT p.organisation, pair.other, p.basis, p.source, p.since, p.until, p.case_id
FROM pair JOIN participant p ON p.case_id = pair.case_id AND p.through IS NULL
ON CONFLICT (organisation, case_id, basis, source) DO UPDATE SET until = excluded.until
"""
"""Whoever takes part in one case of a child takes part in its others."""


async def lend_parts(session: Session, cases: Iterable[UUID]) -> None:
    """Let whoever takes part in these cases take part in the other cases of the same children."""
    await session.driver.execute(_LEND_PARTS, list(cases))


@dataclass(frozen=True, slots=True)
class Standing:
    """A merge that holds."""

    id: UUID
    region_before: str | None
    """County to which the merged case returns; none where a move was told of it since."""
    closed: tuple[ScreeningCategory, ...]


@dataclass(frozen=True, slots=True)
class Merges:
    """Merged cases, in the transaction of one session."""

    session: Session
    vault: Vault
    by: ActorRef

    # Comparing ------------------------------------------------------------------------------------------------------

    async def traits(self, cases: Sequence[UUID], actor: Actor) -> dict[UUID, Traits]:
        """Return what children may have in common with others; of those that the actor may know of."""
        await raise_second_wall(self.session, actor)
        c, i = t.child.c, t.child_identity
        columns = select(c.sex, c.birth_date, i).join(i, i.c.case_id == c.case_id)
        seen = columns.where(c.case_id.in_(cases), i.c.wrapped_key.is_not(None), readable_by(actor, c.case_id))
        return {row.case_id: self._traits(row) for row in await self.session.execute(seen)}

    async def born_alike(self, case: UUID, actor: Actor) -> list[UUID]:
        """Return children of the same birthday whom the actor may know of, those of the same child left out."""
        c = t.child.c
        one = (await self.session.execute(select(c.birth_date, c.region).where(c.case_id == case))).one()
        return await self.born_on(one.birth_date, one.region, actor, but=case)

    async def born_on(self, day: date, region: str, actor: Actor, *, but: UUID | None = None) -> list[UUID]:
        """Return children of a birthday whom the actor may know of, those who live nearest to a county first."""
        c = t.child.c
        alone = c.merged_into.is_(None), c.erased_at.is_(None), c.case_id.is_distinct_from(but)
        wanted = select(c.case_id).where(c.birth_date == day, *alone, readable_by(actor, c.case_id))
        nearest = [func.left(c.region, digits) == region[:digits] for digits in (6, 4)]
        ordered = wanted.order_by(*(near.desc() for near in nearest), c.case_id)
        return list((await self.session.execute(ordered.limit(LARGEST_DAY))).scalars())

    def _traits(self, row: Row[Any]) -> Traits:
        sealed = SealedIdentity(row.wrapped_key, row.wrapped_with, {name: getattr(row, name) for name in FIELDS})
        return traits_of(row.sex, row.birth_date, self.vault.open(row.case_id, sealed))

    async def known_to(self, cases: Iterable[UUID], actor: Actor) -> set[UUID]:
        """Return those of some cases that the actor may know of."""
        c = t.child.c
        seen = select(c.case_id).where(c.case_id.in_(list(cases)), readable_by(actor, c.case_id))
        return set((await self.session.execute(seen)).scalars())

    async def tell_apart(self, case: UUID, others: Iterable[UUID]) -> None:
        """Keep that children who are much alike are others; what was decided before stays as it is."""
        pairs = [sorted((case, other)) for other in others if other != case]
        rows = [
            {"case_id": one, "other": two, "organisation": self.by.organisation, "person": self.by.person}
            for one, two in pairs
        ]
        if rows:
            await self.session.execute(upsert(t.told_apart).on_conflict_do_nothing(), rows)

    async def told_apart(self, case: UUID) -> dict[UUID, datetime]:
        """Return the children of whom somebody decided that they are others than this one, and when."""
        a = t.told_apart.c
        rows = await self.session.execute(select(t.told_apart).where(or_(a.case_id == case, a.other == case)))
        return {row.other if row.case_id == case else row.case_id: row.recorded_at for row in rows}

    # Merging --------------------------------------------------------------------------------------------------------

    async def pair(self, survivor: UUID, merged: UUID, actor: Actor) -> tuple[Case, Case]:
        """Return two cases that the actor may know of and hold their rows. Raises CaseNotFound."""
        c, other = t.child.c, t.child.alias("other").c
        survives = exists(literal(1)).where(other.merged_into == c.case_id)
        wanted = select(c.case_id, c.merged_into, survives.label("survives")).where(
            c.case_id.in_([survivor, merged]), c.erased_at.is_(None), readable_by(actor, c.case_id)
        )
        rows = await self.session.execute(wanted.order_by(c.case_id).with_for_update(key_share=True, of=t.child))
        found = {row.case_id: Case(row.case_id, row.merged_into, row.survives) for row in rows}
        if survivor not in found or merged not in found:
            raise CaseNotFound
        return found[survivor], found[merged]

    async def keep(
        self, record: UUID, survivor: UUID, merged: UUID, on: date, alike: Alike, closed: Sequence[ScreeningCategory]
    ) -> None:
        """Keep the decision, let the merged case follow the survivor's county, and both have the same participants."""
        c = t.child.c
        region = select(c.region).where(c.case_id == merged).scalar_subquery()
        row = {
            "id": record,
            "survivor": survivor,
            "merged": merged,
            "merged_on": on,
            "score": alike.score,
            "reasons": [trait.value for trait in alike.common],
            "closed": [category.value for category in closed],
            "organisation": self.by.organisation,
            "person": self.by.person,
        }
        await self.session.execute(insert(t.case_merge).values(**row, region_before=region))
        its_region = select(c.region).where(c.case_id == survivor).scalar_subquery()
        await self._set(merged, merged_into=survivor, region=its_region)
        await lend_parts(self.session, [survivor, merged])

    async def standing(self, merged: UUID) -> Standing:
        """Return the merge that holds for a case."""
        m, r = t.case_merge.c, t.former_residence.c
        moved = exists(literal(1)).where(r.case_id == m.merged, r.recorded_at > m.recorded_at)
        wanted = select(t.case_merge, moved.label("moved")).where(m.merged == merged, m.unmerged_on.is_(None))
        row = (await self.session.execute(wanted)).one()
        categories = tuple(map(ScreeningCategory, row.closed))
        return Standing(row.id, None if row.moved else row.region_before, categories)

    async def undo(self, standing: Standing, survivor: UUID, merged: UUID, on: date) -> None:
        """Keep that a merge is undone: county and participants of each case are its own again."""
        m, p = t.case_merge.c, t.participant.c
        undone = update(t.case_merge).where(m.id == standing.id)
        await self.session.execute(undone.values(unmerged_on=on, unmerged_by=self.by.person))
        back = {"region": standing.region_before} if standing.region_before else {}
        await self._set(merged, merged_into=None, **back)
        lent = or_(
            (p.case_id == survivor) & (p.through == merged),
            (p.case_id == merged) & p.through.is_not(None),
        )
        await self.session.execute(delete(t.participant).where(lent))

    async def _set(self, case: UUID, **values: Any) -> None:
        await self.session.execute(update(t.child).where(t.child.c.case_id == case).values(**values))

    # Doubts ---------------------------------------------------------------------------------------------------------

    async def holders(self, *given: Mapping[IdentifierKind, Given]) -> list[KnownNumber]:
        """Return all numbers of the cases that hold one of those given."""
        n = t.child_number.c
        numbers = {(kind.value, one.blind) for numbers in given for kind, one in numbers.items()}
        holding = select(n.case_id).where(tuple_(n.kind, n.blind).in_(sorted(numbers)))
        rows = await self.session.execute(select(t.child_number).where(n.case_id.in_(holding)))
        return [KnownNumber(IdentifierKind(row.kind), row.blind, row.named, row.case_id) for row in rows]

    async def named(self, given: Mapping[IdentifierKind, Given]) -> UUID | None:
        """Return the case of a child that holds these numbers under this name; None unless all of them agree."""
        n = t.child_number.c
        told = [(n.kind == kind.value) & (n.blind == one.blind) & (n.named == one.named) for kind, one in given.items()]
        rows = (await self.session.execute(select(n.case_id).where(or_(*told)))).scalars().all()
        return rows[0] if len(rows) == len(given) and len(set(rows)) == 1 else None

    async def doubt(self, doubt: Doubt, given: Mapping[IdentifierKind, Given], on: date) -> bool:
        """Keep a doubt; tell whether it is new: what contradicts itself again is no news."""
        mark = hashlib.sha256(b"".join(one.blind + one.named for _, one in sorted(given.items()))).digest()
        row = {
            "case_id": doubt.case,
            "kind": doubt.kind.value,
            "mark": mark,
            "other": doubt.other,
            "noticed_on": on,
            "organisation": self.by.organisation,
            "person": self.by.person,
        }
        kept = upsert(t.identity_conflict).values(row).on_conflict_do_nothing().returning(t.identity_conflict.c.kind)
        return (await self.session.execute(kept)).one_or_none() is not None

    async def settle(self, cases: Iterable[UUID], settlement: Settlement) -> dict[Doubt, date]:
        """Settle the open doubts that are meant in some cases; return each once, with the day of its last notice."""
        c, kind, other = t.identity_conflict.c, settlement.kind, settlement.other
        meant = c.kind == kind.value, c.other.is_not_distinct_from(other), c.settled_on.is_(None)
        settled = update(t.identity_conflict).where(c.case_id.in_(list(cases)), *meant).values(settled_on=settlement.on)
        rows = await self.session.execute(settled.returning(c.case_id, c.noticed_on))
        noticed = sorted((row.case_id, row.noticed_on) for row in rows)
        return {Doubt(case, kind, other): on for case, on in noticed}
