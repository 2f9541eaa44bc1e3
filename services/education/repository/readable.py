"""What an actor may see: decided here and nowhere else (docs/access.md)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, false, or_, select, true

from services.education.tables import child, licence, placement, school
from shared import clock
from shared.access.policy import AUTHORITIES as READERS
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.stage import within

AUTHORITIES = frozenset({OrgType.EDUCATION_AUTHORITY, OrgType.FEDERATION})
PLACES = frozenset({OrgType.SCHOOL, OrgType.REHAB_CENTRE})

LOCK_FAMILY = """
SELECT case_id FROM child
WHERE person = (
  SELECT person FROM child WHERE case_id = $1 AND ($2::text IS NULL OR $2 <> '' AND starts_with(county, $2))
)
ORDER BY case_id FOR NO KEY UPDATE
"""
"""All cases of a child whose residence lies inside a region, where one is given; their rows are held to the end."""


def readable_by(actor: Actor, visible_after_days: int) -> ColumnElement[bool]:
    """Return which placements an actor may see.

    Authority and federation those of their region, and a stub of those that it decided for a child that moved away; a
    school or site its own, while the child is placed there and for some days after; nobody else any.
    """
    if actor.org_type in AUTHORITIES:
        return or_(within(placement.c.responsible, actor.region), within(placement.c.county, actor.region))
    if actor.org_type in PLACES:
        in_sight = placement.c.last_day > clock.today() - timedelta(days=visible_after_days)
        own = or_(placement.c.place == actor.organisation, placement.c.school == actor.organisation)
        return and_(own, or_(placement.c.last_day.is_(None), in_sight))
    return false()


def stub_for(actor: Actor) -> ColumnElement[bool]:
    """Return which readable placements are only a stub to an actor: dates and form, nothing else.

    To authority and federation those of a child that lives elsewhere now, or whose guardian withdrew consent.
    """
    if actor.org_type not in AUTHORITIES:
        return false()
    hidden = or_(child.c.withdrawn_on.is_not(None), child.c.erased_on.is_not(None))
    masked = exists().where(child.c.case_id == placement.c.case_id, hidden)
    return or_(~within(placement.c.responsible, actor.region), masked)


def in_full(actor: Actor, visible_after_days: int) -> ColumnElement[bool]:
    """Return which placements an actor may see with all that hangs on them."""
    return and_(readable_by(actor, visible_after_days), ~stub_for(actor))


def children_of(actor: Actor) -> ColumnElement[bool]:
    """Return which children stand on the lists of an authority: of its region, with consent, not erased."""
    if actor.org_type not in AUTHORITIES:
        return false()
    return and_(within(child.c.county, actor.region), child.c.withdrawn_on.is_(None), child.c.erased_on.is_(None))


def counted_for(actor: Actor, county: str | None) -> ColumnElement[bool]:
    """Return whom an authority's figures count: every child of its region, or of one county of it."""
    if actor.org_type not in READERS:
        return false()
    inside = within(child.c.county, actor.region)
    return inside if county is None else and_(inside, child.c.county == county)


def licences_of(actor: Actor) -> ColumnElement[bool]:
    """Return the licences of an authority's region."""
    return within(licence.c.county, actor.region)


def own_school(actor: Actor) -> ColumnElement[bool]:
    """Return the placements whose school an actor answers for: its own, or all of its region."""
    if actor.org_type is OrgType.SCHOOL:
        return placement.c.school == actor.organisation
    return in_full(actor, 0) if actor.org_type in AUTHORITIES else false()


def schools_of(actor: Actor) -> ColumnElement[bool]:
    """Return the schools whose resource rooms an actor sees: those that stand in its region, a school itself."""
    if actor.org_type is OrgType.SCHOOL:
        return school.c.id == actor.organisation
    return within(school.c.county, actor.region) if actor.org_type in AUTHORITIES else false()


def family_of(case: UUID) -> ScalarSelect[UUID]:
    """Return the cases that are one child with a case."""
    shown_as = select(child.c.person).where(child.c.case_id == case).scalar_subquery()
    return select(child.c.case_id).where(child.c.person == shown_as).scalar_subquery()


def cases_beside(case: ColumnElement[UUID]) -> ScalarSelect[UUID]:
    """Return the cases that are one child with the case of a row of placements."""
    one, other = child.alias("one"), child.alias("other")
    same = select(other.c.case_id).join(one, one.c.person == other.c.person).where(one.c.case_id == case)
    return same.correlate(placement).scalar_subquery()


def own_records(actor: Actor, institution: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Return which records of a readable child are shown: to an authority all, to an institution its own."""
    return true() if actor.org_type in AUTHORITIES else institution == actor.organisation
