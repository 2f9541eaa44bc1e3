"""Lists of the norm: registers that travel up, feedback that travels down, families to be traced, referral slips."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, exists, func, or_, select, tuple_

from services.screening import tables as t
from services.screening.domain.registers import Register
from services.screening.domain.tracing import AWAITED
from services.screening.repository.persons import cases_of, shown_as
from services.screening.repository.visibility import readable_by, registered_for
from shared.access.policy import Actor
from shared.contracts.events.screening import ReferralStep, RescreeningOutcome, ScreeningOutcome
from shared.db import Session

Line = Row[Any]
"""A row of a list, as the doors get it."""

SOURCES: dict[Register, tuple[Table, ColumnElement[date], ReferralStep | None]] = {
    Register.INITIAL_ABNORMAL: (t.screening, t.screening.c.screened_on, ReferralStep.RESCREENING),
    Register.RESCREENING_ABNORMAL: (t.rescreening, t.rescreening.c.rescreened_on, ReferralStep.DIAGNOSIS),
    Register.DIAGNOSIS_RESULTS: (t.diagnosis, t.diagnosis.c.diagnosed_on, None),
}
"""Of which records a register is made, by which day, and the referral that follows."""

ABNORMAL = {
    Register.INITIAL_ABNORMAL: t.screening.c.outcome == ScreeningOutcome.ABNORMAL.value,
    Register.RESCREENING_ABNORMAL: t.rescreening.c.outcome == RescreeningOutcome.ABNORMAL.value,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines of a register are asked for: of a place and period, as known at a moment."""

    register: Register
    place: str
    since: date
    until: date
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of the norm, in the transaction of one session."""

    session: Session

    async def register(self, actor: Actor, asked: Asked, after: tuple[Any, ...] | None, limit: int) -> list[Row[Any]]:
        """Return one page of a register, oldest first, and one line more when a page follows."""
        table, day, step = SOURCES[asked.register]
        child, r = t.child.c, table.c
        wanted = (
            select(table, day.label("on"), child.sex, child.birth_date, shown_as(r.case_id).label("shown_as"))
            .add_columns(*_referral_after(table, day, step))
            .join(t.child, child.case_id == r.case_id)
            .where(
                day.between(asked.since, asked.until),
                r.recorded_at <= asked.as_of,
                registered_for(actor, r.case_id, r.organisation, asked.place),
            )
        )
        if asked.register in ABNORMAL:
            wanted = wanted.where(ABNORMAL[asked.register])
        if after is not None:
            wanted = wanted.where(tuple_(day, r.id) > tuple_(*after))
        return list(await self.session.execute(wanted.order_by(day, r.id).limit(limit + 1)))

    async def feedback(self, actor: Actor, after: tuple[Any, ...] | None, limit: int) -> list[Row[Any]]:
        """Return what became of the children whom the actor's institution found first or re-screened, newest first."""
        s, r = t.suspicion.c, t.rescreening.c
        rescreened = exists().where(
            r.case_id == s.case_id,
            r.category == s.category,
            r.episode == s.episode,
            r.organisation == actor.organisation,
        )
        wanted = select(
            t.suspicion,
            shown_as(s.case_id).label("shown_as"),
            _last(t.rescreening, t.rescreening.c.rescreened_on).label("rescreened_on"),
            _last(t.diagnosis, t.diagnosis.c.diagnosed_on).label("diagnosed_on"),
        ).where(or_(s.first_screener == actor.organisation, rescreened), readable_by(actor, s.case_id))
        keys = (s.opened_on, s.case_id, s.category)
        if after is not None:
            wanted = wanted.where(tuple_(*keys) < tuple_(*after))
        return list(await self.session.execute(wanted.order_by(*(key.desc() for key in keys)).limit(limit + 1)))

    async def to_trace(self, actor: Actor, on: date, after: tuple[Any, ...] | None, limit: int) -> list[Row[Any]]:
        """Return families to be traced by a day, those that wait longest first."""
        s = t.suspicion.c
        awaited = [state.value for state in AWAITED]
        wanted = select(t.suspicion, shown_as(s.case_id).label("shown_as")).where(
            s.trace_on <= on,
            s.state.in_(awaited),
            or_(s.owner == actor.organisation, s.first_screener == actor.organisation),
            readable_by(actor, s.case_id),
        )
        keys = (s.trace_on, s.case_id, s.category)
        if after is not None:
            wanted = wanted.where(tuple_(*keys) > tuple_(*after))
        return list(await self.session.execute(wanted.order_by(*keys).limit(limit + 1)))

    async def slip(self, referral: UUID, actor: Actor) -> Row[Any] | None:
        """Return a slip that the actor's institution sent or received, with its child; None when it sees neither."""
        r, c = t.referral.c, t.child.c
        part = or_(r.receiver == actor.organisation, r.sender == actor.organisation)
        wanted = select(t.referral, c.sex, c.birth_date, shown_as(r.case_id).label("shown_as")).join(
            t.child, c.case_id == r.case_id
        )
        return (
            await self.session.execute(wanted.where(r.id == referral, part, readable_by(actor, r.case_id)))
        ).one_or_none()

    async def screening_behind(self, slip: Row[Any]) -> Row[Any] | None:
        """Return the abnormal initial screening that a slip rests on; none where the case began without one."""
        s = t.screening.c
        wanted = select(t.screening).where(
            s.case_id.in_(cases_of(slip.case_id)),
            s.category == slip.category,
            s.outcome == ScreeningOutcome.ABNORMAL.value,
            s.screened_on <= slip.issued_on,
        )
        return (await self.session.execute(wanted.order_by(s.screened_on.desc(), s.id.desc()).limit(1))).one_or_none()

    async def rescreening_behind(self, slip: Row[Any]) -> Row[Any] | None:
        """Return the re-screening that a second slip rests on."""
        r = t.rescreening.c
        wanted = select(t.rescreening).where(
            r.case_id.in_(cases_of(slip.case_id)),
            r.category == slip.category,
            r.episode == slip.episode,
            r.rescreened_on <= slip.issued_on,
        )
        return (await self.session.execute(wanted.order_by(r.rescreened_on.desc(), r.id.desc()).limit(1))).one_or_none()

    async def checks(self, case: UUID) -> list[Row[Any]]:
        """Return which checks a child had, in all of its cases."""
        s = t.screening.c
        wanted = select(s.instrument, s.screened_on).where(s.case_id.in_(cases_of(case)))
        return list(await self.session.execute(wanted.order_by(s.screened_on)))

    async def clocks(self, case: UUID) -> list[Row[Any]]:
        """Return the suspicions of a child, with the clocks that run."""
        s = t.suspicion.c
        wanted = select(t.suspicion).where(s.case_id.in_(cases_of(case))).order_by(s.category)
        return list(await self.session.execute(wanted))


def _referral_after(table: Table, day: ColumnElement[date], step: ReferralStep | None) -> list[ColumnElement[Any]]:
    """Return to whom and when a child was referred after what a line tells."""
    if step is None:
        return []
    r = t.referral.c
    after = (r.case_id == table.c.case_id, r.category == table.c.category, r.issued_on >= day, r.step == step.value)
    return [
        select(column).where(*after).order_by(r.issued_on, r.id).limit(1).scalar_subquery().label(name)
        for column, name in ((r.receiver, "referred_to"), (r.issued_on, "referred_on"))
    ]


def _last(table: Table, day: ColumnElement[date]) -> ColumnElement[Any]:
    s = t.suspicion.c
    same = (table.c.case_id == s.case_id, table.c.category == s.category, table.c.episode == s.episode)
    return select(func.max(day)).where(*same).scalar_subquery()
