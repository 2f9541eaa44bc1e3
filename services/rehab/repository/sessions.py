"""Sessions: the two hot paths of the service, as text on the driver."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import Row, func, insert, select

from services.rehab import tables as t
from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.session_ties import Group, Ties, named
from services.rehab.domain.sessions import Interval, LoggedSession, SessionOrder, overlap
from services.rehab.repository.enrolments import read_enrolment
from services.rehab.repository.records import Records, Rows
from shared.access.policy import Actor
from shared.contracts.events.rehab import (
    Confirmation,
    ConfirmationMethod,
    Discipline,
    SessionContent,
    SessionCorrected,
    SessionMode,
)
from shared.errors import CaseNotFound, NotFound

# One round trip for one session: the enrolment with the actor's own centre, and the session under it where the child is
# free. No session is longer than a day (a CHECK constraint), so an overlapping one began less than a day before.
ADD = """
WITH own AS (
    SELECT id, case_id, approval_id, institution, item, started_on, expected_until, ended_on
    FROM enrolment WHERE id = $3 AND case_id = $2 AND institution = $4 AND over_on > $20
), added AS (
    INSERT INTO session (id, case_id, enrolment_id, institution, therapist, discipline, mode, starts_at, ends_at,
                         attended, said_by, group_id, bedside, goals, confirmed_by, device, visit_id, words, wording)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19 FROM own
    WHERE NOT EXISTS (SELECT FROM session WHERE case_id = $2 AND NOT void AND starts_at < $9 AND ends_at > $8
                      AND starts_at > $8::timestamptz - interval '24 hours')
    RETURNING id
)
SELECT own.*, EXISTS (SELECT FROM added) AS free FROM own
"""
CLASHES = """
SELECT o.place, s.starts_at, s.ends_at
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS o (case_id, starts_at, ends_at, place)
CROSS JOIN LATERAL (
    SELECT starts_at, ends_at FROM session WHERE case_id = o.case_id AND NOT void AND starts_at < o.ends_at
    AND ends_at > o.starts_at AND starts_at > o.starts_at - interval '24 hours' AND id IS DISTINCT FROM $4 LIMIT 1
) AS s
"""
GOALS = """
SELECT g.id, p.enrolment_id FROM goal g JOIN care_plan p ON p.id = g.plan_id WHERE g.id = ANY ($1::uuid[])
"""
VISITS = "SELECT id, enrolment_id FROM home_visit WHERE id = ANY ($1::uuid[])"
# Nobody else adds to a group meanwhile. Whoever holds a group holds its cases already, and groups in one order.
HOLD_GROUPS = """
SELECT pg_advisory_xact_lock(hashtextextended(g::text, 0)) FROM (SELECT unnest($1::uuid[]) AS g ORDER BY 1) AS wanted
"""
GROUPS = """
SELECT group_id, institution, therapist, starts_at, ends_at, count(*) FILTER (WHERE attended) AS size FROM session
WHERE group_id = ANY ($1::uuid[]) AND NOT void AND id IS DISTINCT FROM $2 GROUP BY 1, 2, 3, 4, 5
"""
COLUMNS = (
    "id", "case_id", "enrolment_id", "institution", "therapist", "discipline", "mode", "starts_at", "ends_at",
    "attended", "said_by", "group_id", "bedside", "goals", "confirmed_by", "device", "visit_id", "words", "wording",
)  # fmt: skip
OF_CONTENT = (4, 5, 6, 7, 8, 9, *range(11, len(COLUMNS)))
"""Places of the columns that a correction replaces."""


class Sessions(Records):
    """Sessions. Whoever adds or moves one holds the case, so nobody else does between the look and the write."""

    async def add(self, session: UUID, order: SessionOrder, said_by: UUID, actor: Actor) -> Enrolment:
        """Keep a session and return the enrolment with the actor's own centre under which it is.

        Raises CaseNotFound or SessionOverlaps.
        """
        values = _row(session, order, actor.organisation, said_by)
        row = await self.session.driver.fetchrow(ADD, *values, self.gone_by)
        if row is None:
            raise CaseNotFound
        if not row["free"]:
            raise overlap((await self.clashes([(order.case, order.times)]))[0])
        return read_enrolment(row[:-1])

    async def add_many(self, taken: Sequence[tuple[UUID, SessionOrder, UUID]], actor: Actor) -> None:
        """Keep a day of sessions (id, order and fact id each) of which the caller knows that they do not clash."""
        records = [_row(session, order, actor.organisation, said_by) for session, order, said_by in taken]
        await self.session.driver.copy_records_to_table("session", records=records, columns=COLUMNS)

    async def clashes(
        self, wanted: Sequence[tuple[UUID, Interval]], *, beside: UUID | None = None
    ) -> Mapping[int, Interval]:
        """Return, by place in `wanted`, a time at which the child is busy already; `beside` leaves one session out."""
        cases = [case for case, _ in wanted]
        starts, ends = [times[0] for _, times in wanted], [times[1] for _, times in wanted]
        rows = await self.session.driver.fetch(CLASHES, cases, starts, ends, beside)
        return {row["place"] - 1: (row["starts_at"], row["ends_at"]) for row in rows}

    async def ties(self, orders: Iterable[SessionOrder], *, beside: UUID | None = None) -> Ties:
        """Return goals, visits and groups that sessions name; the groups are held, so that they fill up one by one.

        Nothing is asked that no session names. `beside` leaves one session out of its group.
        """
        goals, visits, groups = (list(names) for names in named(orders))
        ties = Ties()
        if goals:
            ties.goals = {row["id"]: row["enrolment_id"] for row in await self.session.driver.fetch(GOALS, goals)}
        if visits:
            ties.visits = {row["id"]: row["enrolment_id"] for row in await self.session.driver.fetch(VISITS, visits)}
        if groups:
            await self.session.driver.execute(HOLD_GROUPS, groups)
            ties.groups = {row[0]: _group(row) for row in await self.session.driver.fetch(GROUPS, groups, beside)}
        return ties

    async def place_of(self, session: UUID, actor: Actor) -> tuple[UUID, UUID]:
        """Return case and enrolment of a session of the actor's own centre. Raises NotFound."""
        s = t.session.c
        row = await self.one(
            select(s.case_id, s.enrolment_id).where(s.id == session, s.institution == actor.organisation)
        )
        if row is None:
            raise NotFound(kind="session")
        return row.case_id, row.enrolment_id

    async def logged(self, session: UUID) -> LoggedSession:
        """Return a session as it stands; the caller holds the case."""
        return _logged((await self.run(select(t.session).where(t.session.c.id == session))).one())

    async def keep_corrected(
        self, case: UUID, fact: SessionCorrected, was: SessionContent, by: UUID, at: datetime
    ) -> None:
        """Keep what a session was before a correction."""
        row = was.model_dump(include={"therapist", "discipline", "mode", "starts_at", "ends_at", "attended"})
        row |= {"session_id": fact.session, "case_id": case, "reason": fact.reason, "said_by": by, "corrected_at": at}
        await self.run(insert(t.session_correction).values(row))

    async def make_void(self, session: UUID, said_by: UUID) -> None:
        """Keep that a session was corrected away, and its words with it."""
        await self.set(t.session, session, said_by=said_by, void=True, words=None)

    async def replace(self, session: UUID, order: SessionOrder, institution: UUID, said_by: UUID) -> None:
        """Keep what holds instead of a session. Raises SessionOverlaps."""
        if clashes := await self.clashes([(order.case, order.times)], beside=session):
            raise overlap(clashes[0])
        row = _row(session, order, institution, said_by)
        await self.set(t.session, session, said_by=said_by, **{COLUMNS[place]: row[place] for place in OF_CONTENT})

    async def last_end(self, enrolment: Enrolment) -> datetime | None:
        """Return the end of the last session that was logged under an enrolment."""
        s = t.session.c
        logged = (s.case_id == enrolment.case, s.enrolment_id == enrolment.id, ~s.void)
        wanted = select(func.max(s.ends_at)).where(*logged)
        found: datetime | None = (await self.run(wanted)).scalar()
        return found

    async def between(self, cases: Sequence[UUID], since: datetime, until: datetime) -> Rows:
        """List a readable child's sessions that begin in a period, those of other centres and void ones too."""
        s = t.session.c
        wanted = select(t.session).where(s.case_id.in_(cases), s.starts_at >= since, s.starts_at < until)
        return await self.all(wanted.order_by(s.starts_at, s.id))


def _group(row: Record) -> Group:
    _, institution, therapist, starts_at, ends_at, size = row
    return Group(institution, therapist, (starts_at, ends_at), size)


def _row(session: UUID, order: SessionOrder, institution: UUID, said_by: UUID) -> tuple[Any, ...]:
    content = order.content
    return (
        session, order.case, order.enrolment, institution, content.therapist, content.discipline.value,
        content.mode.value, content.starts_at, content.ends_at, content.attended, said_by, content.group,
        content.bedside, content.goals, *_confirmed(content.confirmation), content.visit, order.words, content.wording,
    )  # fmt: skip


def _confirmed(confirmation: Confirmation | None) -> tuple[str | None, UUID | None]:
    return (None, None) if confirmation is None else (confirmation.method.value, confirmation.device)


def _logged(row: Row[Any]) -> LoggedSession:
    method = row.confirmed_by and ConfirmationMethod(row.confirmed_by)
    confirmation = Confirmation(method=method, device=row.device) if method else None
    content = SessionContent(
        therapist=row.therapist, discipline=Discipline(row.discipline), mode=SessionMode(row.mode),
        starts_at=row.starts_at, ends_at=row.ends_at, attended=row.attended, group=row.group_id, bedside=row.bedside,
        goals=tuple(row.goals), confirmation=confirmation, wording=row.wording, visit=row.visit_id,
    )  # fmt: skip
    return LoggedSession(row.id, row.enrolment_id, row.institution, None if row.void else content, row.said_by)
