"""The school roll, programmes of a term, visits of home teaching."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, insert, null, or_, select

from services.education.domain.home_teaching import Held, Visit
from services.education.domain.roll import Programme
from services.education.repository.readable import family_of, in_full, own_school
from services.education.tables import iep, placement, roll, visit
from shared.access.policy import Actor
from shared.clock import local_date
from shared.contracts.codes import OrgType
from shared.contracts.events.education import HomeTeachingRecorded, IepAgreed, PlacementMode, SchoolEnrolled
from shared.db import Session

_VISITS_ON = """
SELECT v.id, v.said_by, v.starts_at, v.ends_at FROM child m JOIN home_visit v ON v.case_id = m.case_id
WHERE m.person = $1 AND v.day = $2 OR m.person = $1 AND v.said_by = $3
"""
_HOURS = """
SELECT coalesce(sum(class_hours), 0)::int FROM child m JOIN home_visit v ON v.case_id = m.case_id
WHERE m.person = $1 AND v.day BETWEEN $2 AND $3
"""
_KEEP_VISIT = """
INSERT INTO home_visit (id, case_id, placement_id, school, teacher, day, starts_at, ends_at, class_hours, said_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE SET placement_id = excluded.placement_id, teacher = excluded.teacher, day = excluded.day,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, class_hours = excluded.class_hours,
    said_by = excluded.said_by
"""


def readable_ieps(actor: Actor, visible_after_days: int, case: UUID) -> Select[Any]:
    """Return the statement that reads a child's programmes; the words are left out for an authority."""
    columns = [column for column in iep.c if column is not iep.c.words]
    words = null() if actor.org_type is OrgType.EDUCATION_AUTHORITY else iep.c.words
    wanted = select(*columns, words.label("words"))
    seen = exists().where(placement.c.id == iep.c.placement_id, in_full(actor, visible_after_days))
    return wanted.where(iep.c.case_id.in_(family_of(case)), seen).order_by(iep.c.term_from)


def without_iep(actor: Actor, on: date, term_from: date) -> Select[Any]:
    """Return the statement that reads the placements in force whose term has no programme yet."""
    p = placement.c
    in_force = (p.starts_on <= on, or_(p.last_day.is_(None), p.last_day >= on))
    agreed = exists().where(iep.c.placement_id == p.id, iep.c.term_from == term_from)
    enrolled = select(roll.c.enrolled_on).where(roll.c.placement_id == p.id).scalar_subquery()
    wanted = select(p.id, p.case_id, p.school, p.mode, enrolled.label("enrolled_on"))
    return wanted.where(own_school(actor), *in_force, p.mode != PlacementMode.DEFERRED.value, ~agreed)


def readable_visits(actor: Actor, visible_after_days: int, case: UUID, since: date, until: date) -> Select[Any]:
    """Return the statement that reads a child's visits between two days."""
    seen = exists().where(placement.c.id == visit.c.placement_id, in_full(actor, visible_after_days))
    period = (visit.c.case_id.in_(family_of(case)), visit.c.day.between(since, until))
    return select(visit).where(*period, seen).order_by(visit.c.starts_at)


def taught_at_home(actor: Actor, visible_after_days: int, case: UUID, on: date) -> Select[Any]:
    """Return the statement that finds the placement of home teaching that a school year is about."""
    p = placement.c
    mine = (p.case_id.in_(family_of(case)), p.mode == PlacementMode.HOME_TEACHING.value, p.starts_on <= on)
    hours = select(p.id, p.case_id, p.starts_on, p.last_day).where(*mine, in_full(actor, visible_after_days))
    return hours.order_by(p.starts_on.desc()).limit(1)


class Schooling:
    """What the school that keeps the roll does for a child."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = session.driver

    async def enrolled(self, placement_id: UUID) -> bool:
        """Tell whether the child is on the roll for a placement."""
        found = select(func.count()).select_from(roll).where(roll.c.placement_id == placement_id)
        return bool((await self._session.execute(found)).scalar_one())

    async def enrol(self, case: UUID, fact: SchoolEnrolled) -> None:
        """Keep an entry of the roll."""
        row = {"id": fact.roll, "case_id": case, "placement_id": fact.placement, "school": fact.school}
        values = {"stage": fact.stage.value, "enrolled_on": fact.enrolled_on}
        await self._session.execute(insert(roll).values(row | values))

    async def terms_with_iep(self, placement_id: UUID) -> list[date]:
        """Return the first days of the terms that have a programme."""
        rows = await self._session.execute(select(iep.c.term_from).where(iep.c.placement_id == placement_id))
        return [row[0] for row in rows]

    async def add_iep(self, case: UUID, fact: IepAgreed, programme: Programme) -> None:
        """Keep a programme with its words."""
        names = {"school", "term_from", "term_until", "goals", "resource_room", "reviewer", "agreed_on"}
        words = {"goals": programme.goals, "accommodations": programme.accommodations, "services": programme.services}
        row = {"id": fact.iep, "case_id": case, "placement_id": fact.placement, "words": words}
        await self._session.execute(insert(iep).values(row | fact.model_dump(include=names)))

    async def visits_on(self, person: UUID, said: Visit) -> Iterable[Held]:
        """Return the visits to a child on the day of another, and the one that it corrects."""
        rows = await self._driver.fetch(_VISITS_ON, person, local_date(said.starts_at), said.corrects)
        return [Held(*row) for row in rows]

    async def keep_visit(self, case: UUID, fact: HomeTeachingRecorded, said_by: UUID) -> None:
        """Keep a visit; a correction replaces what it corrects."""
        day, times = local_date(fact.starts_at), (fact.starts_at, fact.ends_at, fact.class_hours)
        place = (fact.visit, case, fact.placement, fact.school, fact.teacher)
        await self._driver.execute(_KEEP_VISIT, *place, day, *times, said_by)

    async def hours(self, person: UUID, since: date, until: date) -> int:
        """Return the class hours of home teaching between two days, both included."""
        total: int = await self._driver.fetchval(_HOURS, person, since, until)
        return total
