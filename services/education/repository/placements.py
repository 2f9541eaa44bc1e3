"""Placements, their ends and disputes, licences of institutions, resource rooms."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.education.domain.licences import Licence
from services.education.domain.placement import Placement, PlacementOrder
from services.education.repository.readable import cases_beside, family_of, in_full, licences_of, readable_by, stub_for
from services.education.tables import dispute, licence, placement, school
from shared.access.policy import Actor
from shared.contracts.events.education import (
    EducationLicenceGranted,
    LicenceStage,
    PlacementDecided,
    PlacementEnded,
    PlacementEndReason,
    PlacementMode,
    PlacementReviewed,
)
from shared.db import Session

# What was entered in error never was a placement.
_PLACEMENTS = """
SELECT m.person, p.id, p.mode, p.place, p.starts_on, p.last_day, p.school, p.case_id
FROM child m JOIN placement p ON p.case_id = m.case_id
WHERE m.person = ANY ($1::uuid[]) AND p.end_reason IS DISTINCT FROM 'entered_in_error'
ORDER BY p.starts_on
"""
_LAST_RECORDED = """
SELECT greatest(
    (SELECT max(day) FROM attendance WHERE placement_id = $1), (SELECT max(day) FROM home_visit WHERE placement_id = $1)
)
"""
_LOCK_LICENCES = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
A_DAY = timedelta(days=1)


def readable_placements(actor: Actor, visible_after_days: int, case: UUID | None = None) -> Select[Any]:
    """Return the statement that reads an actor's placements, of one child or of all; some are stubs."""
    wanted = select(placement, stub_for(actor).label("stub")).where(readable_by(actor, visible_after_days))
    if case is None:
        return wanted
    return wanted.where(placement.c.case_id.in_(family_of(case))).order_by(placement.c.starts_on)


def of_form(wanted: Select[Any], mode: PlacementMode, today: date) -> Select[Any]:
    """Return those of some placements that are of one form of schooling and have not ended."""
    standing = or_(placement.c.last_day.is_(None), placement.c.last_day >= today)
    return wanted.where(placement.c.mode == mode.value, standing)


def reviews_due(actor: Actor, visible_after_days: int, until: date) -> Select[Any]:
    """Return the statement that reads the placements whose review is due by a day: not ended, none follows."""
    later, p = placement.alias("later"), placement.c
    follows = exists().where(
        later.c.case_id.in_(cases_beside(p.case_id)), later.c.starts_on > p.starts_on,
        later.c.end_reason.is_distinct_from(PlacementEndReason.ENTERED_IN_ERROR.value),
    ).correlate(placement)  # fmt: skip
    due = (p.review_by <= until, p.end_reason.is_(None), ~follows)
    return readable_placements(actor, visible_after_days).where(in_full(actor, visible_after_days), *due)


def disputes_of(actor: Actor, visible_after_days: int, key: UUID) -> Select[Any]:
    """Return the statement that reads the disputes over a placement."""
    wanted = select(dispute).join(placement, placement.c.id == dispute.c.placement_id)
    return wanted.where(placement.c.id == key, in_full(actor, visible_after_days)).order_by(dispute.c.id)


def licences_held_by(institution: UUID) -> Select[Any]:
    """Return the statement that reads an institution's licences, which are public."""
    return select(licence).where(licence.c.institution == institution).order_by(licence.c.valid_from, licence.c.id)


def licences_in_region(actor: Actor, ending_by: date | None = None) -> Select[Any]:
    """Return the statement that reads the licences of an authority's region, all or those that run out by a day.

    Beside each the children who are placed at the site beyond its last day, unless another one is valid after it.
    """
    later, p = licence.alias("later"), placement.c
    beyond = (p.site == licence.c.institution, or_(p.last_day.is_(None), p.last_day > licence.c.valid_until))
    held = p.end_reason.is_distinct_from(PlacementEndReason.ENTERED_IN_ERROR.value)
    other = later.c.institution == licence.c.institution
    last = ~exists().where(other, later.c.valid_until > licence.c.valid_until).correlate(licence)
    pupils = select(func.count()).select_from(placement).where(*beyond, held, last).correlate(licence).scalar_subquery()
    wanted = select(licence, pupils.label("pupils_after")).where(licences_of(actor))
    if ending_by is None:
        return wanted
    renewed = (
        exists()
        .where(other, later.c.stage == licence.c.stage, later.c.valid_from > licence.c.valid_until)
        .correlate(licence)
    )
    return wanted.where(licence.c.valid_until <= ending_by, ~renewed)


class Placements:
    """Placements of children, with the rows of their children held by the caller."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = session.driver

    async def of_persons(self, persons: Collection[UUID]) -> dict[UUID, list[Placement]]:
        """Return all placements of children, by the case under which each is shown."""
        found: dict[UUID, list[Placement]] = defaultdict(list)
        for person, key, mode, *rest in await self._driver.fetch(_PLACEMENTS, list(persons)):
            found[person].append(_placement(key, mode, *rest))
        return found

    async def of(self, person: UUID) -> list[Placement]:
        """Return all placements of one child."""
        return (await self.of_persons([person])).get(person, [])

    async def readable(self, key: UUID, actor: Actor, visible_after_days: int) -> Placement | None:
        """Return a placement that an actor may see in full."""
        p = placement.c
        wanted = select(p.id, p.mode, p.place, p.starts_on, p.last_day, p.school, p.case_id)
        seen = (p.id == key, in_full(actor, visible_after_days))
        valid = p.end_reason.is_distinct_from(PlacementEndReason.ENTERED_IN_ERROR.value)
        row: Any = (await self._session.execute(wanted.where(valid, *seen))).one_or_none()
        return None if row is None else _placement(*row)

    async def add(self, case: UUID, county: str, fact: PlacementDecided, order: PlacementOrder) -> None:
        """Keep a placement."""
        names = {"mode", "school", "site", "decided_on", "starts_on", "ends_on", "review_by"}
        values = fact.model_dump(include=names) | {"applied_on": order.applied_on, "last_day": fact.ends_on}
        skipped = [step.model_dump(mode="json") for step in fact.skipped]
        row = {"id": fact.placement, "case_id": case, "county": county, "responsible": county, "skipped": skipped}
        await self._session.execute(insert(placement).values(row | values))

    async def end(self, ended: Iterable[PlacementEnded]) -> None:
        """Keep the ends of placements."""
        for fact in ended:
            values = {"last_day": fact.ended_on - A_DAY, "end_reason": fact.reason.value}
            await self._session.execute(update(placement).where(placement.c.id == fact.placement).values(values))

    async def reviewed_on(self, key: UUID) -> date | None:
        """Return the day of a placement's last review."""
        day: date | None = await self._driver.fetchval("SELECT reviewed_on FROM placement WHERE id = $1", key)
        return day

    async def review(self, fact: PlacementReviewed) -> None:
        """Keep that a placement was reviewed, and by when it is looked at again."""
        values = {"reviewed_on": fact.reviewed_on, "review_by": fact.review_by}
        await self._session.execute(update(placement).where(placement.c.id == fact.placement).values(values))

    async def last_recorded(self, key: UUID) -> date | None:
        """Return the last day on which something was recorded under a placement."""
        day: date | None = await self._driver.fetchval(_LAST_RECORDED, key)
        return day

    async def raise_dispute(self, key: UUID, of: Placement, raised_on: date, note: str) -> None:
        """Keep a dispute."""
        row = {"id": key, "placement_id": of.id, "case_id": of.case, "raised_on": raised_on, "note": note}
        await self._session.execute(insert(dispute).values(row))

    async def settle_dispute(self, key: UUID, of: Placement, settled_on: date, answer: str) -> bool:
        """Keep the committee's answer; return False where there is no such dispute, or it was answered before."""
        open_one = (dispute.c.id == key, dispute.c.placement_id == of.id, dispute.c.settled_on.is_(None))
        values = {"settled_on": settled_on, "answer": answer}
        changed = await self._session.execute(update(dispute).where(*open_one).values(values))
        return bool(changed.rowcount)

    async def dispute_raised_on(self, key: UUID, of: Placement) -> date | None:
        """Return the day on which a dispute over a placement was raised."""
        wanted = select(dispute.c.raised_on).where(dispute.c.id == key, dispute.c.placement_id == of.id)
        day: date | None = (await self._session.execute(wanted)).scalar_one_or_none()
        return day


class Licences:
    """Education licences and resource rooms of institutions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def of(self, institution: UUID) -> list[Licence]:
        """Return all licences of an institution."""
        rows = await self._session.execute(licences_held_by(institution))
        return [Licence(LicenceStage(r.stage), r.valid_from, r.valid_until, r.partner_school) for r in rows]

    async def held(self, institution: UUID) -> list[Licence]:
        """Return all licences of an institution and keep others from granting it one until the end."""
        await self._session.driver.execute(_LOCK_LICENCES, str(institution))
        return await self.of(institution)

    async def add(
        self, institution: UUID, number: str, teachers: Collection[UUID], fact: EducationLicenceGranted
    ) -> None:
        """Keep a licence."""
        values = fact.model_dump(include={"stage", "valid_from", "valid_until", "partner_school"})
        row = {"id": fact.licence, "institution": institution, "number": number, "county": fact.region}
        await self._session.execute(insert(licence).values(row | values | {"teachers": list(teachers)}))

    async def know_school(self, key: UUID, county: str) -> None:
        """Keep in which county a school stands."""
        await self._session.execute(upsert(school).values(id=key, county=county).on_conflict_do_nothing())

    async def open_room(self, key: UUID, county: str, opened_on: date) -> None:
        """Keep that a school has a resource room; the last word counts."""
        values = {"county": county, "room_opened_on": opened_on}
        row = upsert(school).values(id=key, **values)
        await self._session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def _placement(key: UUID, mode: str, *rest: Any) -> Placement:
    return Placement(key, PlacementMode(mode), *rest)
