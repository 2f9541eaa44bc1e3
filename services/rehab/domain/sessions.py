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
from shared.clock import SHANGHAI
from shared.contracts.events.rehab import (
    CorrectionReason,
    SessionContent,
    SessionCorrected,
    SessionMode,
    SessionRecorded,
)
from shared.errors import InTheFuture
from shared.rulebook.registry import rule

Interval = tuple[datetime, datetime]
ENDS = ("starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """A session as a centre logs it."""

    case: UUID
    enrolment: UUID
    content: SessionContent
    words: str | None = None
    """What was done and how the child answered it: stays with the centre, only a keyed digest travels."""

    @property
    def times(self) -> Interval:
        """When it was."""
        return (self.content.starts_at, self.content.ends_at)


@dataclass(frozen=True, slots=True)
class LoggedSession:
    """A logged session as it stands: its content, or None when it was made void, and the fact that says so."""

    id: UUID
    enrolment: UUID
    institution: UUID
    content: SessionContent | None
    said_by: UUID


@rule("rehab.session-overlap", "assumed", zh="同一儿童的训练时间不得重叠，首尾相接不算")
def overlap(busy: Interval) -> SessionOverlaps:
    """Refuse a session while the child is busy, back to back is not (handbook §3.7).

    The refusal names the time and nothing else of another centre's session.
    """
    return SessionOverlaps(**{name: at.astimezone(SHANGHAI).isoformat() for name, at in zip(ENDS, busy, strict=True)})


class BusyTimes:
    """The times at which one child is busy, whichever centre logged them. They never overlap."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        self._intervals = sorted(intervals)

    def add(self, starts_at: datetime, ends_at: datetime) -> None:
        """Take a time, or raise SessionOverlaps with the time that it meets."""
        place = bisect_left(self._intervals, starts_at, key=itemgetter(0))
        for busy_from, busy_until in self._intervals[max(place - 1, 0) : place + 1]:
            if busy_from < ends_at and starts_at < busy_until:
                raise overlap((busy_from, busy_until))
        insort(self._intervals, (starts_at, ends_at))


@rule(
    "rehab.session-times",
    "assumed",
    zh="训练有起止时间、不超过时长上限、不在将来",
    setting="REHAB_RULES__LONGEST_SESSION_MINUTES",
)
def check_times(content: SessionContent, now: datetime, rules: Rules) -> None:
    """Take a session that ends after it starts, is not longer than the limit and is over (handbook §3.5, §3.7).

    Raises SessionBackwards, SessionTooLong or InTheFuture.
    """
    if content.ends_at <= content.starts_at:
        raise SessionBackwards
    if content.ends_at - content.starts_at > timedelta(minutes=rules.longest_session_minutes):
        raise SessionTooLong(limit=rules.longest_session_minutes)
    if content.ends_at > now:
        raise InTheFuture(field="ends_at")


@rule("rehab.session-recorded", "assumed", zh="训练须在入训期内，按规定项目记录")
def record_session(session: UUID, enrolment: Enrolment, content: SessionContent) -> SessionRecorded:
    """Log a session inside the enrolment of the child with what a record must hold (handbook §3.5).

    Raises OutsideEnrolment. The caller has checked its times, and sees whether the child is busy then.
    """
    _check_inside(content, enrolment)
    return SessionRecorded(
        session=session, enrolment=enrolment.id, institution=enrolment.institution, therapist=content.therapist,
        discipline=content.discipline, mode=content.mode, starts_at=content.starts_at, ends_at=content.ends_at,
        attended=content.attended, group=content.group, bedside=content.bedside, goals=content.goals,
        confirmation=content.confirmation, wording=content.wording, visit=content.visit,
    )  # fmt: skip


@rule(
    "rehab.usual-length",
    "assumed",
    zh="单训一般30至45分钟，供参考，不作拒绝",
    setting="REHAB_RULES__INDIVIDUAL_MINUTES_FROM",
)
def of_usual_length(mode: SessionMode, times: Interval, rules: Rules) -> bool:
    """Tell whether an individual session lasted as the guidance says; it is shown and never refused (handbook §3.5)."""
    shortest, longest = rules.individual_minutes_from, rules.individual_minutes_until
    minutes = (times[1] - times[0]) / timedelta(minutes=1)
    return mode is not SessionMode.INDIVIDUAL or shortest <= minutes <= longest


@dataclass(frozen=True, slots=True)
class Correction:
    """What holds instead of a session, and why; without a replacement the session is void."""

    replacement: SessionContent | None
    reason: CorrectionReason
    words: str | None = None


@rule("rehab.session-correction", "assumed", zh="更正以新事实指明被更正的事实，不覆盖原记录")
def correct_session(
    session: LoggedSession, enrolment: Enrolment, correction: Correction, now: datetime, rules: Rules
) -> SessionCorrected:
    """Correct a session by a fact that names the one it corrects (handbook §0 rule 4).

    Raises SessionVoid, NothingCorrected, or what `check_times` and `record_session` raise.
    """
    if session.content is None:
        raise SessionVoid
    if correction.replacement == session.content:
        raise NothingCorrected
    if correction.replacement is not None:
        check_times(correction.replacement, now, rules)
        _check_inside(correction.replacement, enrolment)
    return SessionCorrected(
        session=session.id, enrolment=session.enrolment, institution=session.institution, reason=correction.reason,
        replacement=correction.replacement, correction_of=session.said_by,
    )  # fmt: skip


def _check_inside(content: SessionContent, enrolment: Enrolment) -> None:
    if content.starts_at < enrolment.opens_at or content.ends_at > enrolment.closes_at:
        raise OutsideEnrolment(since=enrolment.started_on.isoformat(), until=enrolment.over_on.isoformat())
