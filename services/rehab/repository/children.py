"""Children as screening names them: who may see one, which cases are one child, what is known of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Table, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.rehab import tables as t
from services.rehab.domain.assistance import Child
from services.rehab.domain.grounds import Certificate
from services.rehab.repository.records import Cursor, Records, Rows, columns
from shared.access.policy import Actor
from shared.contracts.events.screening import (
    CertificateCancelled,
    CertificateIssued,
    CertificateRegraded,
    ResidenceMoved,
)
from shared.errors import CaseNotFound


class Children(Records):
    """Children."""

    async def seen_by(self, actor: Actor, case: UUID) -> Child:
        """Return a child that the actor may see under any of its cases. Raises CaseNotFound."""
        await self.cases_seen_by(actor, case)
        row = await self.one(select(t.child).where(t.child.c.case_id == case))
        if row is None:
            raise CaseNotFound
        return child_of(row)

    async def cases_seen_by(self, actor: Actor, case: UUID) -> list[UUID]:
        """Return every case of a child, of which the actor may see one at least. Raises CaseNotFound."""
        cases = await self.together(case)
        seen = select(t.child.c.case_id).where(t.child.c.case_id.in_(cases), self.readable_by(actor, t.child))
        if not await self.all(seen.limit(1)):
            raise CaseNotFound
        return cases

    async def held(self, case: UUID) -> Child:
        """Return a child and hold it to the end, under every case that it has. Raises CaseNotFound.

        A death that was registered under one of its cases is the child's. The rows are locked in the order of their
        ids, so that two who hold the same child never wait for each other.
        """
        cases, c = await self.together(case), t.child.c
        rows = await self.all(_holding(select(t.child).where(c.case_id.in_(cases)).order_by(c.case_id)))
        found = next((row for row in rows if row.case_id == case), None)
        if found is None:
            raise CaseNotFound
        deaths = [row.died_on for row in rows if row.died_on is not None]
        return replace(child_of(found), died_on=min(deaths, default=None))

    async def held_by(self, actor: Actor, case: UUID) -> Child:
        """Return a child that the actor may see and hold it to the end. Raises CaseNotFound."""
        await self.seen_by(actor, case)
        return await self.held(case)

    async def together(self, case: UUID) -> list[UUID]:
        """Return every case that is one child with this one, this one included."""
        found, s = {case}, t.same_child.c
        while True:
            pairs = await self.all(select(s.merged, s.survivor).where(or_(s.merged.in_(found), s.survivor.in_(found))))
            wider = found.union(*pairs) if pairs else found
            if wider == found:
                return sorted(found)
            found = wider

    async def where_applied(self, case: UUID, application: UUID) -> UUID:
        """Return under which case of a child an application stands, whichever of them is named. Raises CaseNotFound."""
        return await self._case_with(t.application, application, case)

    async def where_approved(self, case: UUID, approval: UUID) -> UUID:
        """Return under which case of a child an approval stands, whichever of them is named. Raises CaseNotFound."""
        return await self._case_with(t.approval, approval, case)

    async def where_enrolled(self, case: UUID, enrolment: UUID) -> UUID:
        """Return under which case of a child an enrolment stands, whichever of them is named. Raises CaseNotFound."""
        return await self._case_with(t.enrolment, enrolment, case)

    async def merge(self, merged: UUID, survivor: UUID) -> None:
        """Keep that two cases are one child."""
        row = {"merged": merged, "survivor": survivor}
        await self.run(upsert(t.same_child).values(row).on_conflict_do_update(index_elements=["merged"], set_=row))
        await self._show(await self.together(merged))

    async def unmerge(self, merged: UUID, survivor: UUID) -> None:
        """Forget that two cases were one child."""
        before = await self.together(merged)
        s = t.same_child.c
        await self.run(delete(t.same_child).where(s.merged == merged, s.survivor == survivor))
        await self._show(before)

    async def certificates(self, cases: Sequence[UUID]) -> tuple[Certificate, ...]:
        """Return what is known of a child's certificates."""
        c = t.certificate
        return tuple(_certificate(row) for row in await self.all(select(c).where(c.c.case_id.in_(cases))))

    async def certify(self, case: UUID, fact: CertificateIssued) -> None:
        """Keep a certificate."""
        row = columns(fact, "grading", "category", "grade", "issued_on", "valid_until")
        row |= {"case_id": case, "parts": list(fact.parts)}
        await self.run(upsert(t.certificate).values(row).on_conflict_do_nothing())

    async def regrade(self, fact: CertificateRegraded) -> None:
        """Keep another category and grade of a certificate."""
        values = {"category": fact.category, "parts": list(fact.parts), "grade": fact.grade}
        await self.run(update(t.certificate).where(t.certificate.c.grading == fact.grading).values(values))

    async def cancel_certificate(self, fact: CertificateCancelled) -> None:
        """Keep that a certificate is no more."""
        cancelled = {"cancelled_on": fact.cancelled_on}
        await self.run(update(t.certificate).where(t.certificate.c.grading == fact.grading).values(cancelled))

    async def mark(self, case: UUID, **known: date | None) -> None:
        """Keep what screening says of a child."""
        await self.run(update(t.child).where(t.child.c.case_id == case).values(known))

    async def move(self, case: UUID, fact: ResidenceMoved) -> bool:
        """Keep a move; return whether the child lives there now. The county it left keeps a stub."""
        left = {"case_id": case, "county": fact.previous, "until": fact.moved_on, "moved_to": fact.region}
        await self.run(upsert(t.former_residence).values(left).on_conflict_do_nothing())
        c = t.child.c
        newest = or_(c.moved_on.is_(None), c.moved_on <= fact.moved_on)
        moved = update(t.child).where(c.case_id == case, newest).values(county=fact.region, moved_on=fact.moved_on)
        return bool((await self.run(moved)).rowcount)

    async def hand_over(self, case: UUID, county: str) -> None:
        """Let the new county answer for what is open; what was decided or over stays with the old one."""
        i, a, e = t.intake, t.application, t.enrolment
        still = e.c.over_on > self.today
        await self.run(update(i).where(i.c.case_id == case).values(county=county))
        await self.run(update(a).where(a.c.case_id == case, a.c.decided_on.is_(None)).values(county=county))
        await self.run(update(e).where(e.c.case_id == case, e.c.ended_on.is_(None), still).values(county=county))

    async def erased(self, cases: Collection[UUID]) -> set[UUID]:
        """Return those children whose identity was destroyed: no words are kept of them."""
        c = t.child.c
        return set((await self.run(select(c.case_id).where(c.case_id.in_(cases), c.erased_on.isnot(None)))).scalars())

    async def forget_words(self, case: UUID) -> None:
        """Delete every free text about a child."""
        for table in t.metadata.sorted_tables:
            texts = [column for column in table.c if column.info.get(t.WORDS)]
            if texts:
                empty = dict.fromkeys((column.name for column in texts), None)
                await self.run(update(table).where(table.c.case_id == case).values(empty))

    async def gone_from(self, actor: Actor, after: Cursor, limit: int) -> Rows:
        """List the stubs of children that left the actor's region, the newest id last."""
        f, c = t.former_residence.c, t.child.c
        left = (self.readable_by(actor, t.former_residence), ~self.readable_by(actor, t.child))
        wanted = select(t.former_residence).join(t.child, c.case_id == f.case_id).where(*left)
        return await self.page(wanted, (f.case_id, f.county, f.until), after, limit)

    async def _show(self, cases: Sequence[UUID]) -> None:
        """Work out anew under which case each of these is shown."""
        s = t.same_child.c
        pairs = await self.all(select(s.merged, s.survivor).where(s.merged.in_(cases)))
        survivor = {row.merged: row.survivor for row in pairs}
        for case in cases:
            top, seen = case, {case}
            while (above := survivor.get(top)) is not None and above not in seen:
                top = above
                seen.add(above)
            shown = None if top == case else top
            await self.run(update(t.child).where(t.child.c.case_id == case).values(shown_as=shown))

    async def _case_with(self, table: Table, key: UUID, case: UUID) -> UUID:
        cases = await self.together(case)
        row = await self.one(select(table.c.case_id).where(table.c.id == key, table.c.case_id.in_(cases)))
        if row is None:
            raise CaseNotFound
        found: UUID = row.case_id
        return found


def child_of(row: Row[Any]) -> Child:
    """Read a child."""
    return Child(row.case_id, row.birth_date, row.county, row.died_on, row.sharing_stopped_on, row.erased_on)


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(
        category=row.category, parts=frozenset(row.parts), grade=row.grade, issued_on=row.issued_on,
        valid_until=row.valid_until, cancelled_on=row.cancelled_on,
    )  # fmt: skip


def _holding(wanted: Select[Any]) -> Select[Any]:
    return wanted.with_for_update(key_share=True, of=t.child)
