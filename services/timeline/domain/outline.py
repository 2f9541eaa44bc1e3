"""The outline of a file: what the picture of a case is drawn from. Pure.

Periods are read from the facts that open and end them; all other facts are counted by day or week, however many there
are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.timeline.domain.chain import Lane
from shared.clock import local_date
from shared.contracts.envelope import Fact
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded, LeaveEnded, LeaveStarted
from shared.contracts.events.education import PlacementDecided, PlacementEnded
from shared.contracts.events.rehab import (
    AssistanceApproved,
    AssistanceLapsed,
    EnrolmentEnded,
    EnrolmentResumed,
    EnrolmentStarted,
    EnrolmentSuspended,
)
from shared.contracts.events.screening import ChildRegistered, HospitalAdmitted, HospitalDischarged

Data = Mapping[str, Any]
ONE_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """What lasts."""

    HOSPITAL_STAY = "hospital_stay"
    APPROVAL = "approval"
    ENROLMENT = "enrolment"
    PLACEMENT = "placement"
    CUSTODY_STAY = "custody_stay"


@dataclass(slots=True)
class Rest:
    """A part of a period in which it rests: leave or suspension."""

    kind: str
    since: date
    until: date | None = None


@dataclass(slots=True)
class Period:
    """Something that lasts; times are half-open."""

    kind: PeriodKind
    lane: Lane
    opened_by: UUID
    since: date
    until: date | None
    """First day without it; empty while it lasts."""
    planned_until: date | None
    """First day without it, as it was meant when it began."""
    what: str | None
    institution: str | None
    rests: list[Rest] = field(default_factory=list)

    def end(self, day: date) -> None:
        """End it, and with it the rest in which it is."""
        self.until = min(day, self.until) if self.until else day
        self.go_on(day)

    def go_on(self, day: date) -> None:
        """End the rest in which it is."""
        if self.rests and self.rests[-1].until is None:
            self.rests[-1].until = day


@dataclass(frozen=True, slots=True)
class _Opens:
    """Which fields of an opening fact say what lasts, and how long."""

    kind: PeriodKind
    lane: Lane
    key: str
    since: str
    what: str = ""
    last: str = ""
    next: str = ""
    """Planned end as the first day without it, where `last` is the last day with it."""
    ends_it: bool = False
    """Whether the planned end is the end."""


_OPENING: Mapping[type[Fact], _Opens] = {
    HospitalAdmitted: _Opens(PeriodKind.HOSPITAL_STAY, Lane.SCREENING, "stay", "admitted_on"),
    AssistanceApproved: _Opens(
        PeriodKind.APPROVAL, Lane.REHABILITATION, "approval", "valid_from", "item", last="valid_until", ends_it=True
    ),
    EnrolmentStarted: _Opens(
        PeriodKind.ENROLMENT, Lane.REHABILITATION, "enrolment", "started_on", "category", last="expected_until"
    ),
    PlacementDecided: _Opens(PeriodKind.PLACEMENT, Lane.SCHOOLING, "placement", "starts_on", "mode", last="ends_on"),
    CustodyAdmitted: _Opens(PeriodKind.CUSTODY_STAY, Lane.CUSTODY, "stay", "admitted_on", "mode", next="until"),
}
_ENDING: Mapping[type[Fact], tuple[str, str]] = {
    HospitalDischarged: ("stay", "discharged_on"),
    AssistanceLapsed: ("approval", "lapsed_on"),
    EnrolmentEnded: ("enrolment", "ended_on"),
    PlacementEnded: ("placement", "ended_on"),
    CustodyEnded: ("stay", "ended_on"),
}
_RESTING: Mapping[type[Fact], tuple[str, str]] = {
    EnrolmentSuspended: ("enrolment", "suspended_on"),
    LeaveStarted: ("stay", "starts_at"),
}
_GOING_ON: Mapping[type[Fact], tuple[str, str]] = {
    EnrolmentResumed: ("enrolment", "resumed_on"),
    LeaveEnded: ("stay", "ended_at"),
}
OPENING = {fact.type: fields for fact, fields in _OPENING.items()}
ENDING = {fact.type: fields for fact, fields in _ENDING.items()}
RESTING = {fact.type: fields for fact, fields in _RESTING.items()}
GOING_ON = {fact.type: fields for fact, fields in _GOING_ON.items()}
BORN = ChildRegistered.type
TYPES = (BORN, *OPENING, *ENDING, *RESTING, *GOING_ON)
"""Facts of which the outline needs the content; of all others it needs type and day."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact that the reader sees in full and that nothing corrected."""

    id: UUID
    type: str
    data: Data


def periods(facts: Iterable[Told]) -> list[Period]:
    """Return what lasts, in the order in which it began; facts come in the order in which they happened."""
    found: dict[str, Period] = {}
    # Of one day, a rest may stand before the start that it belongs to: openings are read first.
    told = sorted(facts, key=lambda fact: fact.type not in OPENING)
    for fact in told:
        if fact.type in OPENING:
            fields = OPENING[fact.type]
            found[fact.data[fields.key]] = _opened(fact, fields)
        else:
            _changed(fact, found)
    return sorted(found.values(), key=lambda period: (period.since, period.kind))


def born_on(facts: Iterable[Told]) -> date | None:
    """Return the day of birth, as far as facts tell."""
    days = [date.fromisoformat(fact.data["birth_date"]) for fact in facts if fact.type == BORN]
    return days[-1] if days else None


def _opened(fact: Told, fields: _Opens) -> Period:
    data = fact.data
    last, after = data.get(fields.last), data.get(fields.next)
    planned = _day(last) + ONE_DAY if last else _day(after) if after else None
    return Period(
        kind=fields.kind,
        lane=fields.lane,
        opened_by=fact.id,
        since=_day(data[fields.since]),
        until=planned if fields.ends_it else None,
        planned_until=planned,
        what=data.get(fields.what),
        institution=data.get("institution") or data.get("site") or data.get("school") or data.get("hospital"),
    )


def _changed(fact: Told, found: Mapping[str, Period]) -> None:
    for table in (ENDING, RESTING, GOING_ON):
        key, day = table.get(fact.type, ("", ""))
        period = found.get(fact.data.get(key, ""))
        if period is None:
            continue
        on = _day(fact.data[day])
        if table is ENDING:
            period.end(on)
        else:
            period.go_on(on)
        if table is RESTING:
            period.rests.append(Rest(fact.data["kind"], on))


def _day(value: str) -> date:
    """Read a date, or of a moment its day in Shanghai."""
    return date.fromisoformat(value) if len(value) == len("2024-05-06") else local_date(datetime.fromisoformat(value))
