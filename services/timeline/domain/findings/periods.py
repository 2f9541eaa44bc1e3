"""Times that facts open and other facts end: enrolments with their rests, stays in hospital, absences from care.

Days and moments are half-open: what ends on a day and what begins on it do not meet.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol, TypeVar
from uuid import UUID

from shared.clock import moment_of
from shared.contracts.codes import RehabCategory
from shared.contracts.envelope import Fact
from shared.contracts.events.custody import CustodyEnded, LeaveEnded, LeaveStarted, LeaveType, SignedIn, SignedOut
from shared.contracts.events.custody import SignOutKind as Out
from shared.contracts.events.rehab import (
    AssistanceItem,
    EnrolmentEnded,
    EnrolmentEndReason,
    EnrolmentResumed,
    EnrolmentStarted,
    EnrolmentSuspended,
)
from shared.contracts.events.screening import HospitalAdmitted, HospitalDischarged

F = TypeVar("F", bound=Fact)
ONE_DAY = timedelta(days=1)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class Kept(Protocol):
    """Facts by their class."""

    def of(self, fact: type[F], /) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Interval:
    """A time, half-open."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Interval") -> bool:
        """Tell whether the two share any moment; back to back they do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Timed(Protocol):
    """Something that takes a time."""

    @property
    def interval(self) -> Interval: ...


A = TypeVar("A", bound=Timed)
B = TypeVar("B", bound=Timed)


def meetings(ones: Iterable[A], others: Iterable[B]) -> Iterator[tuple[A, B]]:
    """Yield the pairs that share a moment; in the order of time, so that only what runs at once is compared."""
    by_start = attrgetter("interval.starts_at")
    waiting, running = deque(sorted(others, key=by_start)), list[B]()
    for one in sorted(ones, key=by_start):
        while waiting and waiting[0].interval.starts_at < one.interval.ends_at:
            running.append(waiting.popleft())
        running = [other for other in running if other.interval.ends_at > one.interval.starts_at]
        yield from ((one, other) for other in running if other.interval.meets(one.interval))


@dataclass(frozen=True, slots=True)
class Days:
    """Days from one on, up to another that is no longer part of it, and the facts that say so."""

    since: date
    until: date | None
    evidence: tuple[UUID, ...]

    def __contains__(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One enrolment: [since, until), and the days on which it rests."""

    id: UUID
    case: UUID
    fact: UUID
    approval: UUID
    institution: UUID
    item: AssistanceItem
    category: RehabCategory
    since: date
    until: date
    ended: UUID | None
    """The fact that ended it; none while only the approved period limits it."""
    end_reason: EnrolmentEndReason | None
    rests: tuple[Days, ...]

    @property
    def evidence(self) -> tuple[UUID, ...]:
        """The facts that say from when to when it ran."""
        return (self.fact, self.ended) if self.ended else (self.fact,)


def enrolments_of(facts: Kept) -> Mapping[UUID, Enrolment]:
    """Return all enrolments of a case."""
    ends = {held.fact.enrolment: held for held in facts.of(EnrolmentEnded)}
    return {
        held.fact.enrolment: _enrolment(held, ends.get(held.fact.enrolment), facts)
        for held in facts.of(EnrolmentStarted)
    }


def _enrolment(started: Any, ended: Any, facts: Kept) -> Enrolment:  # noqa: ANN401 - held facts of two classes
    fact = started.fact
    return Enrolment(
        id=fact.enrolment,
        case=started.case,
        fact=started.id,
        approval=fact.approval,
        institution=fact.institution,
        item=fact.item,
        category=fact.category,
        since=fact.started_on,
        until=ended.fact.ended_on if ended else fact.expected_until + ONE_DAY,
        ended=ended.id if ended else None,
        end_reason=ended.fact.reason if ended else None,
        rests=tuple(_rests(fact.enrolment, facts)),
    )


def _rests(enrolment: UUID, facts: Kept) -> Iterator[Days]:
    """Yield leaves and suspensions; each lasts until the first resumption after it."""
    resumptions = sorted(
        (held.fact.resumed_on, held.id) for held in facts.of(EnrolmentResumed) if held.fact.enrolment == enrolment
    )
    for held in facts.of(EnrolmentSuspended):
        if held.fact.enrolment != enrolment:
            continue
        since = held.fact.suspended_on
        back = next((one for one in resumptions if one[0] >= since), None)
        yield Days(since, back[0], (held.id, back[1])) if back else Days(since, None, (held.id,))


def hospital_stays(facts: Kept) -> list[Days]:
    """Return stays in hospital: from admission to discharge, open while nobody recorded a discharge."""
    left = {held.fact.stay: held for held in facts.of(HospitalDischarged)}
    stays = []
    for held in facts.of(HospitalAdmitted):
        out = left.get(held.fact.stay)
        evidence = (held.id, out.id) if out else (held.id,)
        stays.append(Days(held.fact.admitted_on, out.fact.discharged_on if out else None, evidence))
    return stays


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which a child in custody was out of the house."""

    interval: Interval
    institution: UUID
    everywhere: bool
    """Whether it could be at no other institution either: it was ill, in hospital or on leave."""
    evidence: tuple[UUID, ...]


ELSEWHERE_TOO = frozenset({Out.HOSPITAL})


def absences(facts: Kept) -> list[Away]:
    """Return when a child was signed out of custody or on leave from it.

    Someone who is picked up may well go to a training elsewhere; someone in hospital or on leave does not.
    """
    ends = {held.fact.stay: held for held in facts.of(CustodyEnded)}
    return [*_signed_out(facts, ends), *_on_leave(facts, ends)]


def _signed_out(facts: Kept, ends: Mapping[UUID, Any]) -> Iterator[Away]:
    returns = sorted((held.fact.at, held.id, held.fact.stay) for held in facts.of(SignedIn))
    for held in facts.of(SignedOut):
        fact = held.fact
        back = next(((at, by) for at, by, stay in returns if stay == fact.stay and at >= fact.at), None)
        until, by = back or _end_of_stay(ends.get(fact.stay))
        yield Away(
            Interval(fact.at, until), fact.institution, fact.kind in ELSEWHERE_TOO, (held.id, by) if by else (held.id,)
        )


def _on_leave(facts: Kept, ends: Mapping[UUID, Any]) -> Iterator[Away]:
    returns = {held.fact.leave: held for held in facts.of(LeaveEnded)}
    for held in facts.of(LeaveStarted):
        fact, back = held.fact, returns.get(held.fact.leave)
        until, by = (back.fact.ended_at, back.id) if back else _end_of_stay(ends.get(fact.stay))
        everywhere = fact.kind is not LeaveType.FAMILY
        yield Away(Interval(fact.starts_at, until), fact.institution, everywhere, (held.id, by) if by else (held.id,))


def _end_of_stay(ended: Any) -> tuple[datetime, UUID | None]:  # noqa: ANN401 - a held fact or none
    return (moment_of(ended.fact.ended_on), ended.id) if ended else (FOR_EVER, None)
