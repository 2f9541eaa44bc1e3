"""What actors see. Who sees which row is decided in `readable_by` and nowhere else."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from services.custody import tables as t
from services.custody.domain.staff import CheckResult
from services.custody.repository.stays import ON_LEAVE
from shared import clock
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.stage import within

CARERS = frozenset({OrgType.CARE_HOME, OrgType.REHAB_CENTRE})


class Whereabouts(StrEnum):
    """Where the children in care are now."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    ON_LEAVE = "on_leave"


def readable_by(
    actor: Actor, counties: Sequence[ColumnElement[str]], own: ColumnElement[bool], kinds: frozenset[OrgType]
) -> ColumnElement[bool]:
    """Return which rows an actor may see (docs/access.md).

    A federation those of its region, by any of the counties that a row belongs to; an institution of these kinds its
    own; nobody else any.
    """
    if actor.org_type is OrgType.FEDERATION:
        return or_(*(within(county, actor.region) for county in counties))
    return own if actor.org_type in kinds else false()


def stays(
    actor: Actor, visible_after_days: int, cases: Sequence[UUID] | None = None, now: Whereabouts | None = None
) -> Select[Any]:
    """Return the statement that reads an actor's stays, of one child or of all.

    An institution sees its own while the child stays and for some days after; a federation those of children who live
    in its region, or did when they came.
    """
    s = t.stay.c
    in_sight = s.ended_on > clock.today() - timedelta(days=visible_after_days)
    own = and_(s.institution == actor.organisation, or_(s.ended_on.is_(None), in_sight))
    joined = t.stay.join(t.child, t.child.c.case_id == s.case_id)
    wanted = select(t.stay, t.child.c.birth_date, ON_LEAVE).select_from(joined)
    wanted = wanted.where(readable_by(actor, (s.county, t.child.c.county), own, CARERS))
    if now is not None:
        wanted = wanted.where(s.ended_on.is_(None), _is(now))
    return wanted if cases is None else wanted.where(s.case_id.in_(cases))


def candidates(actor: Actor) -> Select[Any]:
    """Return the statement that reads the children in rehabilitation who are in no care: a centre its own.

    Care homes see none: a child is theirs to know of once its guardian brings it (docs/access.md). Nobody sees those
    whose guardian withdrew consent, who died, or whose identity was erased.
    """
    e = t.enrolment.c
    in_care = exists().where(_same_child(t.stay.c.case_id, e.case_id), t.stay.c.ended_on.is_(None))
    st = t.standing.alias("of_candidate")
    gone = exists().where(st.c.case_id == e.case_id, or_(~st.c.consent, st.c.erased, st.c.died_on.is_not(None)))
    joined = t.enrolment.join(t.child, t.child.c.case_id == e.case_id)
    wanted = select(t.enrolment).select_from(joined).where(~in_care, ~gone)
    own = e.institution == actor.organisation
    return wanted.where(readable_by(actor, (t.child.c.county,), own, frozenset({OrgType.REHAB_CENTRE})))


def leaves(actor: Actor, overdue_by: datetime | None) -> Select[Any]:
    """Return the statement that reads open leaves of children in care, all or those that are overdue."""
    open_leaves = select(t.leave).select_from(_of_child(t.leave)).where(t.leave.c.ended_at.is_(None))
    wanted = open_leaves.where(t.stay.c.ended_on.is_(None), _now_responsible(actor, t.leave.c.institution))
    return wanted if overdue_by is None else wanted.where(t.leave.c.overdue_at < overdue_by)


def incidents(actor: Actor) -> Select[Any]:
    """Return the statement that reads incidents, without words."""
    wanted = select(t.incident).select_from(_of_child(t.incident))
    return wanted.where(_now_responsible(actor, t.incident.c.institution))


def open_steps(actor: Actor) -> Select[Any]:
    """Return the statement that reads the steps of incidents that are not done."""
    i, s = t.incident.c, t.incident_step.c
    joined = _of_child(t.incident).join(t.incident_step, s.incident_id == i.id)
    told = (s.id, s.incident_id, s.step, s.due_at, i.case_id, i.institution, i.level, i.kind)
    wanted = select(*told).select_from(joined).where(s.done_at.is_(None))
    return wanted.where(_now_responsible(actor, i.institution))


def houses(actor: Actor) -> Select[Any]:
    """Return the statement that reads institutions that care for children: its own, or those of a region."""
    own = t.house.c.id == actor.organisation
    return select(t.house).where(readable_by(actor, (t.house.c.county,), own, CARERS))


def last_checks(
    actor: Actor, after: tuple[UUID, UUID] | None, limit: int, due: tuple[date, frozenset[CheckResult]] | None
) -> Select[Any]:
    """Return the statement that reads a page of the last background checks, one of each member of staff.

    With `due` only those that were made by that day, or came to one of these results.
    """
    c = t.staff_check.c
    visible = readable_by(actor, (c.county,), c.institution == actor.organisation, CARERS)
    newest = select(t.staff_check).where(visible).ext(distinct_on(c.institution, c.person))
    if after is not None:
        newest = newest.where(tuple_(c.institution, c.person) > tuple_(*after))
    last = newest.order_by(c.institution, c.person, c.checked_on.desc(), c.id.desc()).subquery()
    wanted = select(last).order_by(last.c.institution, last.c.person).limit(limit)
    return wanted if due is None else wanted.where(or_(last.c.checked_on <= due[0], last.c.result.in_(due[1])))


def movements(actor: Actor, stay: UUID) -> Select[Any]:
    """Return the statement that reads who went out with whom, and came back: to the house alone."""
    m, own = t.movement.c, t.stay.c.institution == actor.organisation
    joined = t.movement.join(t.stay, t.stay.c.id == m.stay_id)
    wanted = select(t.movement).select_from(joined).where(m.stay_id == stay)
    return wanted.where(readable_by(actor, (), own, CARERS))


def _of_child(table: Any) -> Any:  # noqa: ANN401 - tables and joins share no useful type
    with_stay = table.join(t.stay, t.stay.c.id == table.c.stay_id)
    return with_stay.join(t.child, t.child.c.case_id == table.c.case_id)


def _now_responsible(actor: Actor, institution: ColumnElement[UUID]) -> ColumnElement[bool]:
    return readable_by(actor, (t.child.c.county,), institution == actor.organisation, CARERS)


def _is(now: Whereabouts) -> ColumnElement[bool]:
    where = case((ON_LEAVE.element, Whereabouts.ON_LEAVE), (t.stay.c.inside, Whereabouts.INSIDE), else_="outside")
    return where == now


def _same_child(one: ColumnElement[UUID], other: ColumnElement[UUID]) -> ColumnElement[bool]:
    st = t.standing.alias("link")
    linked = or_(
        and_(st.c.case_id == one, st.c.merged_into == other), and_(st.c.case_id == other, st.c.merged_into == one)
    )
    # Both sides stand in enclosing statements, of which SQLAlchemy by itself sees the nearest only.
    return or_(one == other, exists().where(linked).correlate_except(st))
