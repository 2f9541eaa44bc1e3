"""Silence: a child is enrolled and its centre records no session. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from services.timeline.domain.casebook import CaseBook, Span
from services.timeline.domain.duties.duty import Opening
from services.timeline.domain.duties.openings import Ground, facts_that_open
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.table import DutyRow
from services.timeline.domain.noted import Noted
from shared.clock import moment_of
from shared.contracts.events.rehab import (
    AssistanceItem,
    EnrolmentEnded,
    EnrolmentResumed,
    EnrolmentStarted,
    EnrolmentSuspended,
    SessionRecorded,
)
from shared.contracts.events.screening import HospitalAdmitted, HospitalDischarged
from shared.rulebook.registry import rule

LONGEST = 400
"""Days after which no more is looked for: whoever rests for so long is no longer silent but gone."""


@dataclass(frozen=True, slots=True)
class Rests:
    """Days of an enrolment that do not count as silent."""

    spans: tuple[Span, ...]
    closures: frozenset[date]

    def rests_on(self, day: date) -> bool:
        """Tell whether nobody expects a session on a day."""
        return day in self.closures or any(span.holds_on(day) for span in self.spans)


def enrolments(book: CaseBook) -> tuple[Span, ...]:
    """Return the enrolments in training, each [first day, first day without it)."""
    spans = book.spans(EnrolmentStarted, EnrolmentEnded, "enrolment", since="started_on", until="ended_on")
    return tuple(span for span in spans if span.opened.data["item"] == AssistanceItem.TRAINING)


def planned_over(enrolment: Span) -> datetime:
    """Return when the approved period of an enrolment is over; that it ended before is a fact, which ends by itself."""
    return _planned_over(enrolment.opened)


def _planned_over(started: Noted) -> datetime:
    return moment_of(started.day("expected_until") + timedelta(days=1))


def over_on(enrolment: Span) -> date:
    """Return the first day on which an enrolment no longer runs: it ended, or its approved period is over."""
    over = enrolment.opened.day("expected_until") + timedelta(days=1)
    return over if enrolment.until is None else min(over, enrolment.until)


@rule("timeline.duty-silence", "assumed", zh="在训期间连续若干天无训练记录即为沉默；请假、暂停、住院、停训日不计")
def silences(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty when an enrolled child has had no recorded session for so many days (handbook §3.5, §3.7).

    Days of leave, suspension, hospital stay and closure do not count. A late record fills the gap: then the duty never
    was.
    """
    for enrolment in enrolments(ground.book):
        rests, shortest = rests_of(ground.book, enrolment), timedelta(days=ground.limits.silence_days + 1)
        for said, following in _gaps(ground.book, enrolment):
            if following - said.happened_on <= shortest:
                continue
            silent = silent_from(said.happened_on, rests, ground.limits.silence_days)
            if silent is not None and silent < following:
                yield _opening(row, said, silent, planned_over(enrolment), ground)


def _opening(row: DutyRow, said: Noted, silent: date, over: datetime, ground: Ground) -> Opening:
    opens_at, reckoned = moment_of(silent), reckon(row, silent, ground.limits)
    return Opening(row, said, opens_at, reckoned, lapses_at=over, counts=lambda fact: fact.occurred_at >= opens_at)


@rule("timeline.duty-rest-over", "assumed", zh="请假、暂停到预计返回日须恢复或结束；未定返回日的，若干天后询问")
def rests_over(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty for each rest: by its expected return, else after some days, the child is back or let go.

    Silence does not count days of rest, so this is what keeps a resting child in sight (handbook §3.3). Once the
    approved period is over there is nothing to come back to: continuing or ending it is another duty.
    """
    over = {one.id_of("enrolment"): _planned_over(one) for one in ground.book.of(EnrolmentStarted)}
    for rest in facts_that_open(row, ground):
        expected = rest.data.get("expected_back")
        asked_on = rest.day("suspended_on") + timedelta(days=ground.limits.rest_days)
        day = date.fromisoformat(expected) if expected else asked_on
        lapses_at = over.get(rest.id_of("enrolment"))
        yield Opening(row, rest, rest.occurred_at, reckon(row, day, ground.limits), lapses_at=lapses_at)


def rests_of(book: CaseBook, enrolment: Span) -> Rests:
    """Return when an enrolment rests: leave and suspension, a hospital stay, the institution's closure days."""
    rests = book.spans(EnrolmentSuspended, EnrolmentResumed, "enrolment", since="suspended_on", until="resumed_on")
    stays = book.spans(HospitalAdmitted, HospitalDischarged, "stay", since="admitted_on", until="discharged_on")
    own = tuple(span for span in rests if span.key == enrolment.key)
    institution = book.institutions.get(enrolment.opened.id_of("institution"))
    return Rests(own + stays, institution.closure_days if institution else frozenset())


def silent_from(last: date, rests: Rests, days: int) -> date | None:
    """Return the first day after so many counted days without a word, or None where that is never reached."""
    counted, day = 0, last
    for _ in range(LONGEST):
        if counted == days:
            return day + timedelta(days=1)
        day += timedelta(days=1)
        counted += not rests.rests_on(day)
    return None


def _gaps(book: CaseBook, enrolment: Span) -> Iterator[tuple[Noted, date]]:
    """Yield each word of an enrolment, start and sessions, with the day of the next one, or the first after its end."""
    said = [enrolment.opened, *_sessions(book, enrolment.key)]
    for word, following in pairwise(said):
        yield word, following.happened_on
    yield said[-1], over_on(enrolment)


def _sessions(book: CaseBook, enrolment: UUID) -> Sequence[Noted]:
    """Return the last session of each day of an enrolment."""
    sessions = (fact for fact in book.of(SessionRecorded) if fact.id_of("enrolment") == enrolment)
    by_day = {fact.happened_on: fact for fact in sessions}
    return [by_day[day] for day in sorted(by_day)]
