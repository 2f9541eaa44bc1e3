"""The day of one centre: who is enrolled, what is logged, when each child was there last."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Select, and_, or_, select

from services.rehab import tables as t
from services.rehab.domain.roster import CentreDay
from services.rehab.repository.records import Cursor, Records, Rows
from shared.access.policy import Actor
from shared.clock import moment_of
from shared.contracts.events.rehab import Discipline, InterruptionKind, OpeningHours

# Along the one index of sessions, one step for each enrolment.
LAST = """
SELECT e.id, s.therapist, s.discipline, s.mode, s.starts_at, s.ends_at
FROM enrolment e CROSS JOIN LATERAL (
    SELECT therapist, discipline, mode, starts_at, ends_at FROM session
    WHERE case_id = e.case_id AND enrolment_id = e.id AND starts_at < $2 AND NOT void AND attended
    ORDER BY starts_at DESC LIMIT 1
) AS s WHERE e.id = ANY ($1::uuid[])
"""
VISITS = """
SELECT DISTINCT ON (enrolment_id) enrolment_id, id FROM home_visit
WHERE enrolment_id = ANY ($1::uuid[]) AND visited_on <= $2 ORDER BY enrolment_id, visited_on DESC, id
"""


class Roster(Records):
    """The actor's own centre, whoever asks: a federation has no roster."""

    async def children(self, actor: Actor, on: date, after: Cursor, limit: int) -> Rows:
        """List the enrolments of a day, the oldest first."""
        e = t.enrolment
        wanted = select(e, self.shown_as(e.c.case_id)).where(
            e.c.institution == actor.organisation, e.c.started_on <= on, e.c.over_on > on, self.readable_by(actor, e)
        )
        return await self.page(wanted, (e.c.id,), after, limit)

    async def sessions(self, actor: Actor, on: date) -> Rows:
        """List the day's sessions of all children of the day, those of other centres too; void ones are left out."""
        s, e = t.session.c, t.enrolment.c
        here: Select[tuple[UUID]] = select(e.case_id).where(
            e.institution == actor.organisation, e.started_on <= on, e.over_on > on
        )
        day = (s.starts_at >= moment_of(on), s.starts_at < moment_of(on + timedelta(days=1)))
        wanted = select(t.session).where(s.case_id.in_(here), *day, ~s.void)
        return await self.all(wanted.order_by(s.starts_at, s.id))

    async def corrected(self, actor: Actor, enrolments: Rows, on: date) -> Rows:
        """List what the actor's own sessions of a day were before their corrections, also where they left the day."""
        s, c = t.session.c, t.session_correction.c
        begin, end = moment_of(on), moment_of(on + timedelta(days=1))
        touched = or_(*(and_(at >= begin, at < end) for at in (s.starts_at, c.starts_at)))
        wanted = select(t.session_correction, s.void, s.enrolment_id, s.starts_at.label("now_at")).join(
            t.session, s.id == c.session_id
        )
        here = (c.case_id.in_({one.case_id for one in enrolments}), s.institution == actor.organisation)
        return await self.all(wanted.where(*here, touched).order_by(c.corrected_at, c.said_by))

    async def resting(self, enrolments: Collection[UUID], on: date) -> dict[UUID, InterruptionKind]:
        """Return those enrolments that rest on a day, and why."""
        r = t.rest.c
        over = or_(r.resumed_on.is_(None), r.resumed_on > on)
        wanted = select(t.rest).where(r.enrolment_id.in_(enrolments), r.suspended_on <= on, over)
        return {row.enrolment_id: InterruptionKind(row.kind) for row in await self.all(wanted)}

    async def last(self, enrolments: Collection[UUID], on: date) -> Mapping[UUID, Record]:
        """Return the last session before a day to which each child came."""
        rows = await self.session.driver.fetch(LAST, list(enrolments), moment_of(on))
        return {row["id"]: row for row in rows}

    async def visits(self, enrolments: Collection[UUID], on: date) -> dict[UUID, UUID]:
        """Return the last home visit of each enrolment up to a day."""
        rows = await self.session.driver.fetch(VISITS, list(enrolments), on)
        return {row["enrolment_id"]: row["id"] for row in rows}

    async def day(self, actor: Actor, on: date) -> CentreDay:
        """Return the centre's day as its agreements, its staff list and its closed days have it."""
        c = t.closure_day.c
        closed = await self.one(select(c.closed_on).where(c.institution == actor.organisation, c.closed_on == on))
        return CentreDay(closed is not None, await self._hours(actor, on), await self._staff(actor, on))

    async def _hours(self, actor: Actor, on: date) -> tuple[OpeningHours, ...] | None:
        d = t.designation.c
        in_force = (d.institution == actor.organisation, d.valid_from <= on, d.valid_until >= on)
        rows = await self.all(select(d.hours).where(*in_force))
        if not rows or not all(row.hours for row in rows):
            return None
        every = (OpeningHours.model_validate(one) for row in rows for one in row.hours)
        return tuple(one for one in every if one.weekday == on.isoweekday())

    async def _staff(self, actor: Actor, on: date) -> dict[UUID, frozenset[Discipline]] | None:
        rows = await self.all(select(t.staff).where(t.staff.c.institution == actor.organisation))
        listed = (
            row
            for row in rows
            if row.since <= on <= row.licence_until and (row.lapsed_on is None or row.lapsed_on > on)
        )
        return {row.therapist: frozenset(map(Discipline, row.disciplines)) for row in listed} if rows else None
