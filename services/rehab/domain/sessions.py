"""Sessions: what a centre may log for a child, and how a logged one is corrected (handbook §3.5, §3.7).

Times are half-open [start, end): back-to-back sessions do not clash. A missed session (`attended` false) holds its
time too: one that was moved is corrected, not logged twice.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from uuid import UUID

from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    NothingCorrected,
    OutsideEnrolment,
    SessionBackwards,
    SessionOverlaps,
    SessionTooLong,
    SessionVoid,
)
from shared.contracts.events.rehab import CorrectionReason, SessionContent, SessionCorrected, SessionRecorded
from shared.errors import InTheFuture

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Session:
    """A logged session as it stands: its content, or None when it was made void, and the fact that says so."""

    id: UUID
    enrolment: UUID
    institution: UUID
    content: SessionContent | None
    said_by: UUID


class BusyTimes:
    """The times at which one child is busy, whichever centre logged them. They never overlap."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        self._intervals = sorted(intervals)

    def add(self, starts_at: datetime, ends_at: datetime) -> None:
        """Take a time, or raise SessionOverlaps with the time that it meets."""
        place = bisect_left(self._intervals, starts_at, key=itemgetter(0))
        for busy_from, busy_until in self._intervals[max(place - 1, 0) : place + 1]:
            if busy_from < ends_at and starts_at < busy_until:
                raise SessionOverlaps(starts_at=busy_from.isoformat(), ends_at=busy_until.isoformat())
        insort(self._intervals, (starts_at, ends_at))


def check_times(starts_at: datetime, ends_at: datetime, now: datetime, rules: Rules) -> None:
    """Check what holds for every session. Raises SessionBackwards, SessionTooLong or InTheFuture."""
    if ends_at <= starts_at:
        raise SessionBackwards
    if ends_at - starts_at > timedelta(minutes=rules.longest_session_minutes):
        raise SessionTooLong(limit=rules.longest_session_minutes)
    if ends_at > now:
        raise InTheFuture(field="ends_at")


def check_inside(starts_at: datetime, ends_at: datetime, enrolment: Enrolment) -> None:
    """Check that a session lies inside its enrolment. Raises OutsideEnrolment."""
    if starts_at < enrolment.opens_at or ends_at > enrolment.closes_at:
        raise OutsideEnrolment(since=enrolment.started_on.isoformat(), until=enrolment.over_on.isoformat())


def record_session(session: UUID, enrolment: Enrolment, content: SessionContent) -> SessionRecorded:
    """Log a session of an enrolled child. Raises OutsideEnrolment; the caller has checked times and busy times."""
    check_inside(content.starts_at, content.ends_at, enrolment)
    return SessionRecorded(
        session=session, enrolment=enrolment.id, institution=enrolment.institution, therapist=content.therapist,
        discipline=content.discipline, mode=content.mode, starts_at=content.starts_at, ends_at=content.ends_at,
        attended=content.attended,
    )  # fmt: skip


def correct_session(
    session: Session, enrolment: Enrolment, replacement: SessionContent | None, reason: CorrectionReason
) -> SessionCorrected:
    """Correct a session by a fact that names the one it corrects; without a replacement the session is void.

    Raises SessionVoid, NothingCorrected or OutsideEnrolment; the caller has checked times and busy times.
    """
    if session.content is None:
        raise SessionVoid
    if replacement == session.content:
        raise NothingCorrected
    if replacement is not None:
        check_inside(replacement.starts_at, replacement.ends_at, enrolment)
    return SessionCorrected(
        session=session.id, enrolment=session.enrolment, institution=session.institution, reason=reason,
        replacement=replacement, correction_of=session.said_by,
    )  # fmt: skip
