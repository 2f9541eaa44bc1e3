"""The working list by clocks: what a federation owes, to whom, by when (handbook §3.3)."""

from datetime import date

from sqlalchemy import Select, Uuid, and_, cast, literal, null, select, union_all

from services.rehab import tables as t
from services.rehab.domain.clocks import Clock
from services.rehab.repository.assistance import OPEN
from services.rehab.repository.records import Cursor, Records, Rows
from shared.access.policy import Actor
from shared.contracts.events.rehab import AssistanceItem

Piece = Select[tuple[object, ...]]


class Clocks(Records):
    """What is due, from every table that has a clock."""

    async def due(self, actor: Actor, days: tuple[date, date], kind: Clock | None, after: Cursor, limit: int) -> Rows:
        """List what is due between two days, both included, the most urgent first."""
        since, until = days
        pieces = [piece for clock, piece in self._pieces(actor, until).items() if kind in {None, clock}]
        every = union_all(*pieces).subquery("due")
        wanted = select(every, self.shown_as(every.c.case_id)).where(
            self.alive(every.c.case_id), every.c.due_on >= since
        )
        keys = (every.c.due_on, every.c.case_id, every.c.clock, every.c.category)
        return await self.page(wanted, keys, after, limit)

    def _pieces(self, actor: Actor, until: date) -> dict[Clock, Piece]:
        return {
            Clock.CONTACT: self._contact(actor, until),
            Clock.REPLY: self._application(actor, until, Clock.REPLY),
            Clock.REVIEW: self._application(actor, until, Clock.REVIEW),
            Clock.ASSESSMENT: self._application(actor, until, Clock.ASSESSMENT),
            Clock.ENROLMENT: self._enrolment(actor, until),
            Clock.CONTINUATION: self._continuation(actor, until),
        }

    def _contact(self, actor: Actor, until: date) -> Piece:
        i = t.intake
        applied = select(t.application.c.id).where(t.application.c.case_id == i.c.case_id).exists()
        return select(
            literal(Clock.CONTACT.value).label("clock"), i.c.case_id, cast(null(), Uuid).label("record"), i.c.category,
            i.c.county, i.c.contact_due_on.label("due_on"),
        ).where(
            i.c.informed_on.is_(None), ~applied, i.c.contact_due_on <= until, self.readable_by(actor, i)
        )  # fmt: skip

    def _application(self, actor: Actor, until: date, clock: Clock) -> Piece:
        a = t.application
        due, waits = {
            Clock.REPLY: (a.c.reply_due_on, and_(a.c.state == "submitted", a.c.checked_by.is_(None))),
            Clock.REVIEW: (a.c.review_due_on, a.c.state == "submitted"),
            Clock.ASSESSMENT: (a.c.assess_by, and_(a.c.state.in_(OPEN), a.c.assess_by.is_not(None))),
        }[clock]
        return select(
            literal(clock.value).label("clock"), a.c.case_id, a.c.id.label("record"), a.c.category, a.c.county,
            due.label("due_on"),
        ).where(waits, due <= until, self.readable_by(actor, a))  # fmt: skip

    def _enrolment(self, actor: Actor, until: date) -> Piece:
        p = t.approval
        waits = (p.c.taken_up_on.is_(None), p.c.lapsed_on.is_(None), p.c.enrol_by <= until)
        return select(
            literal(Clock.ENROLMENT.value).label("clock"), p.c.case_id, p.c.id.label("record"), p.c.category,
            p.c.county, p.c.enrol_by.label("due_on"),
        ).where(*waits, self.readable_by(actor, p))  # fmt: skip

    def _continuation(self, actor: Actor, until: date) -> Piece:
        e = t.enrolment
        running = (e.c.item == AssistanceItem.TRAINING, e.c.ended_on.is_(None), e.c.over_on > self.today)
        return select(
            literal(Clock.CONTINUATION.value).label("clock"), e.c.case_id, e.c.id.label("record"), e.c.category,
            e.c.county, e.c.expected_until.label("due_on"),
        ).where(*running, e.c.expected_until <= until, self.readable_by(actor, e))  # fmt: skip
