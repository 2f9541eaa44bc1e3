"""Working lists and figures of an education authority: children of school age, programmes owed, resource rooms."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from services.education.domain.school_age import Births
from services.education.repository.readable import children_of, counted_for, schools_of
from services.education.tables import child, diagnosis, iep, placement, school
from shared.access.policy import Actor
from shared.contracts.events.education import PlacementEndReason, PlacementMode

c, p, s = child.c, placement.c, school.c
MEMBER = child.alias("member")
"""The cases that are one child."""

_VALID = p.end_reason.is_distinct_from(PlacementEndReason.ENTERED_IN_ERROR.value)
_OF_CHILD = and_(MEMBER.c.person == c.case_id, MEMBER.c.case_id == p.case_id, _VALID)
_CONFIRMED = exists().where(MEMBER.c.person == c.case_id, MEMBER.c.case_id == diagnosis.c.case_id)
_KNOWN = or_(_CONFIRMED, exists().where(_OF_CHILD))
"""Disabled children as education knows them: a diagnosis is confirmed, or the committee placed them."""


def unplaced(actor: Actor, births: Births, on: date) -> Select[Any]:
    """Return the statement that reads children of school age without a placement, with the placements they had."""
    return _children(births, on, children_of(actor)).where(~exists().where(_OF_CHILD, _in_force(on)))


def of_next_year(actor: Actor, births: Births, on: date) -> Select[Any]:
    """Return the statement that reads children whose compulsory schooling begins next, with their placements."""
    return _children(births, on, children_of(actor))


def counted(actor: Actor, births: Births, on: date, county: str | None) -> Select[Any]:
    """Return the statement that counts disabled children of school age by county and form of schooling."""
    mode = _mode_on(on).label("mode")
    rows = select(c.county, mode).where(*_alive(births, on), counted_for(actor, county)).subquery()
    return select(rows.c.county, rows.c.mode, func.count().label("children")).group_by(rows.c.county, rows.c.mode)


def behind_the_figure(actor: Actor, births: Births, on: date, county: str | None) -> Select[Any]:
    """Return the statement that reads the children behind the enrolment rate, each with its form of schooling."""
    wanted = select(c.case_id.label("id"), c.case_id, c.county, _mode_on(on).label("mode"))
    return wanted.where(*_alive(births, on), counted_for(actor, county), children_of(actor))


def resource_rooms(actor: Actor, on: date) -> Select[Any]:
    """Return the statement that reads schools with their resource rooms, and counts whom they are for.

    Pupils are those with disabilities in its regular and special classes, wherever they live; users those whose
    programme of the term says that they use the room. A school without either and without a room is left out.
    """
    ordinary = p.mode.in_([PlacementMode.REGULAR_CLASS.value, PlacementMode.SPECIAL_CLASS.value])
    uses = exists().where(
        iep.c.placement_id == p.id, iep.c.resource_room, iep.c.term_from <= on, iep.c.term_until >= on
    )
    heads = c.person.distinct()
    counted = (func.count(heads).filter(ordinary).label("pupils"), func.count(heads).filter(uses).label("users"))
    there = select(p.school, *counted).join(child, c.case_id == p.case_id).where(_VALID, _in_force(on))
    heads_of = there.where(p.school.is_not(None)).group_by(p.school).subquery()
    pupils, users = (func.coalesce(heads_of.c[name], 0).label(name) for name in ("pupils", "users"))
    wanted = select(s.id, s.room_opened_on.label("opened_on"), pupils, users)
    wanted = wanted.select_from(school.outerjoin(heads_of, heads_of.c.school == s.id))
    return wanted.where(schools_of(actor), or_(pupils > 0, users > 0, s.room_opened_on.is_not(None)))


def _children(births: Births, on: date, visible: ColumnElement[bool]) -> Select[Any]:
    parts = ("mode", p.mode, "starts_on", p.starts_on, "last_day", p.last_day, "end_reason", p.end_reason, "id", p.id)
    known = select(func.jsonb_agg(func.jsonb_build_object(*parts))).where(_OF_CHILD).scalar_subquery()
    columns = (c.case_id.label("id"), c.case_id, c.birth_date, c.county, c.watched_since, known.label("placements"))
    return select(*columns).where(visible, *_alive(births, on))


def _alive(births: Births, on: date) -> tuple[ColumnElement[bool], ...]:
    died = exists().where(MEMBER.c.person == c.case_id, MEMBER.c.died_on <= on)
    of_age = (c.birth_date > births.after, c.birth_date <= births.until)
    return (c.case_id == c.person, *of_age, _KNOWN, ~died)


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(p.starts_on <= on, or_(p.last_day.is_(None), p.last_day >= on))


def _mode_on(on: date) -> ColumnElement[str]:
    wanted = select(p.mode).where(_OF_CHILD, _in_force(on)).order_by(p.starts_on.desc()).limit(1)
    return func.coalesce(wanted.scalar_subquery(), "unplaced")
