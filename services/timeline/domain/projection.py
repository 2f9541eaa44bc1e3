"""What facts add to the projections: pure, from a batch of events to rows.

Every row stands for itself: a fact adds rows, or raises a value that only grows. So the projections are the same
whatever the order across producers, and each fact's own stream is in order already.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from services.timeline.domain.chain import Stage
from shared.clock import local_date
from shared.contracts.codes import Sex
from shared.contracts.envelope import FACTS, Event, Fact, read
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded
from shared.contracts.events.education import (
    AttendanceRecorded,
    AttendanceStatus,
    EducationLicenceGranted,
    PlacementDecided,
)
from shared.contracts.events.rehab import (
    ApplicationSubmitted,
    AssistanceApproved,
    EnrolmentEnded,
    EnrolmentStarted,
    SessionCorrected,
    SessionRecorded,
)
from shared.contracts.events.screening import (
    CaseClosed,
    CaseHandedOver,
    CaseLost,
    CaseReopened,
    ChildRegistered,
    ClosingReason,
    DiagnosisRecorded,
    RecheckScheduled,
    ReferralAccepted,
    ReferralIssued,
    ReferralRejected,
    RescreeningRecorded,
    ScreeningRecorded,
    SuspicionState,
    TracingAttempted,
)

Row = tuple[Any, ...]

VOID = frozenset({ClosingReason.ENTERED_IN_ERROR, ClosingReason.DUPLICATE_MERGED})
"""Closed for these reasons, a suspicion never was one of this child's."""


@dataclass(slots=True)
class File:
    """What a batch changes in one case's file."""

    last_at: datetime
    county: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    states: dict[str, str] = field(default_factory=dict)
    stage: Stage = Stage.REGISTERED

    def reach(self, stage: Stage) -> None:
        """Note a stage; the furthest one stays."""
        self.stage = max(self.stage, stage)


@dataclass(slots=True)
class Rows:
    """What a batch of facts adds, by table; rows in the order of the table's columns."""

    entries: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    files: dict[UUID, File] = field(default_factory=dict)
    joined: list[Row] = field(default_factory=list)
    """(case, basis, reference, organisation, since, until, under, known_at)"""
    left: list[Row] = field(default_factory=list)
    """(case, basis, reference, until, end_known_at)"""
    placed: list[Row] = field(default_factory=list)
    """(case, placement, starts_on, known_at): every earlier placement of the case ends then."""
    steps: list[Row] = field(default_factory=list)
    approvals: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    school_days: list[Row] = field(default_factory=list)
    licences: list[Row] = field(default_factory=list)


def project(events: Sequence[Event]) -> Rows:
    """Return what a batch adds. Raises ValueError, KeyError or TypeError for a fact that makes no sense."""
    rows = Rows()
    for event in events:
        _enter(event, rows)
        reader = READERS.get(event.type)
        if reader is not None:
            reader(event, rows)
    return rows


def _enter(event: Event, rows: Rows) -> None:
    """Add the entry itself. Ids stay text, as they came: the database's driver checks them faster than we could."""
    data = event.data
    rows.entries.append(
        (
            event.subject,
            event.occurred_at,
            event.id,
            event.recorded_at,
            event.producer,
            event.type,
            event.epoch,
            event.seq,
            data["actor"]["organisation"],
            institution_of(data),
            event.hash,
            event.envelope,
        )
    )
    corrected = data.get("correction_of")
    if corrected is not None:
        rows.corrections.append((event.subject, corrected, event.id, event.recorded_at))
    if not _about_institution(event.type):
        _touch(event, rows)


def institution_of(data: Mapping[str, Any]) -> str | None:
    """Return the institution that a fact concerns: where the child is served, or asked to be."""
    return data.get("institution") or data.get("site") or data.get("school") or data.get("receiver")


@lru_cache(maxsize=1024)
def _about_institution(fact_type: str) -> bool:
    fact = FACTS.get(fact_type)
    return fact is not None and fact.about == "institution"


def _touch(event: Event, rows: Rows) -> None:
    file = rows.files.get(event.subject)
    if file is None:
        rows.files[event.subject] = File(event.recorded_at)
    elif event.recorded_at > file.last_at:
        file.last_at = event.recorded_at


def _child_registered(event: Event, rows: Rows) -> None:
    fact, file = read(ChildRegistered, event), rows.files[event.subject]
    file.county, file.birth_date, file.sex = fact.region, fact.birth_date, fact.sex
    _join(event, rows, "registered", event.subject, _actor(event), local_date(event.occurred_at))


def _screening_recorded(event: Event, rows: Rows) -> None:
    fact = read(ScreeningRecorded, event)
    _join(event, rows, "screened", event.subject, _actor(event), fact.screened_on)
    if fact.state is not None:
        _step(event, rows)


def _referral_issued(event: Event, rows: Rows) -> None:
    fact = read(ReferralIssued, event)
    _join(event, rows, "referred", fact.referral, fact.receiver, fact.issued_on)
    if fact.replaces is not None:
        _leave(event, rows, "referred", fact.replaces, fact.issued_on)
    _step(event, rows)


def _referral_rejected(event: Event, rows: Rows) -> None:
    fact = read(ReferralRejected, event)
    _leave(event, rows, "referred", fact.referral, fact.rejected_on)
    _step(event, rows)


def _step(event: Event, rows: Rows) -> None:
    """Note the state of the suspicion after a fact; its day is the day on which the fact happened."""
    category, state = event.data["category"], SuspicionState(event.data["state"])
    void = state is SuspicionState.CLOSED and event.data.get("reason") in VOID
    day = local_date(event.occurred_at)
    rows.steps.append((event.subject, event.epoch, event.seq, category, state.value, void, day, event.recorded_at))
    file = rows.files[event.subject]
    file.states[category] = state.value
    file.reach(Stage.CONFIRMED if state is SuspicionState.CONFIRMED else Stage.SUSPECTED)


def _application_submitted(event: Event, rows: Rows) -> None:
    rows.files[event.subject].reach(Stage.ASSISTANCE_APPLIED)


def _assistance_approved(event: Event, rows: Rows) -> None:
    fact = read(AssistanceApproved, event)
    rows.approvals.append((fact.approval, event.subject, fact.valid_from, fact.valid_until, event.recorded_at))
    rows.files[event.subject].reach(Stage.ASSISTANCE_APPROVED)


def _enrolment_started(event: Event, rows: Rows) -> None:
    fact = read(EnrolmentStarted, event)
    _join(event, rows, "enrolled", fact.enrolment, fact.institution, fact.started_on, under=fact.approval)
    rows.files[event.subject].reach(Stage.IN_REHABILITATION)


def _enrolment_ended(event: Event, rows: Rows) -> None:
    fact = read(EnrolmentEnded, event)
    _leave(event, rows, "enrolled", fact.enrolment, fact.ended_on)


def _session(event: Event, rows: Rows) -> None:
    """Keep an attended session. Read by hand: most facts are sessions, and a model costs thrice the rest of the row."""
    data = event.data
    content = data if event.type == SessionRecorded.type else data.get("replacement")
    if content is not None and content["attended"]:
        day = local_date(datetime.fromisoformat(content["starts_at"]))
        rows.sessions.append((event.subject, day, event.id, data["enrolment"], event.recorded_at))


def _placement_decided(event: Event, rows: Rows) -> None:
    fact = read(PlacementDecided, event)
    after_last = None if fact.ends_on is None else date.fromordinal(fact.ends_on.toordinal() + 1)
    for organisation in filter(None, (fact.school, fact.site)):
        _join(event, rows, "placed", fact.placement, organisation, fact.starts_on, until=after_last)
    rows.placed.append((event.subject, fact.placement, fact.starts_on, event.recorded_at))
    rows.files[event.subject].reach(Stage.IN_SCHOOLING)


def _attendance_recorded(event: Event, rows: Rows) -> None:
    """Keep a day of presence; read by hand, as sessions are."""
    data = event.data
    if data["status"] == AttendanceStatus.PRESENT:
        day = date.fromisoformat(data["on"])
        rows.school_days.append((event.subject, day, event.id, data["mode"], data["institution"], event.recorded_at))


def _licence_granted(event: Event, rows: Rows) -> None:
    fact = read(EducationLicenceGranted, event)
    rows.licences.append(
        (fact.licence, event.subject, fact.region, fact.valid_from, fact.valid_until, event.recorded_at)
    )


def _custody_admitted(event: Event, rows: Rows) -> None:
    fact = read(CustodyAdmitted, event)
    _join(event, rows, "admitted", fact.stay, fact.institution, fact.admitted_on)
    rows.files[event.subject].reach(Stage.IN_CUSTODY)


def _custody_ended(event: Event, rows: Rows) -> None:
    fact = read(CustodyEnded, event)
    _leave(event, rows, "admitted", fact.stay, fact.ended_on)


def _join(  # noqa: PLR0913 - the columns of the row
    event: Event,
    rows: Rows,
    basis: str,
    reference: UUID,
    organisation: UUID,
    since: date,
    *,
    until: date | None = None,
    under: UUID | None = None,
) -> None:
    rows.joined.append((event.subject, basis, reference, organisation, since, until, under, event.recorded_at))


def _leave(event: Event, rows: Rows, basis: str, reference: UUID, until: date) -> None:
    rows.left.append((event.subject, basis, reference, until, event.recorded_at))


def _actor(event: Event) -> UUID:
    return UUID(event.data["actor"]["organisation"])


Reader = Callable[[Event, Rows], None]

_STATED: tuple[type[Fact], ...] = (
    ReferralAccepted,
    RescreeningRecorded,
    RecheckScheduled,
    DiagnosisRecorded,
    TracingAttempted,
    CaseLost,
    CaseHandedOver,
    CaseClosed,
    CaseReopened,
)
_READERS: Mapping[type[Fact], Reader] = dict.fromkeys(_STATED, _step) | {
    ChildRegistered: _child_registered,
    ScreeningRecorded: _screening_recorded,
    ReferralIssued: _referral_issued,
    ReferralRejected: _referral_rejected,
    ApplicationSubmitted: _application_submitted,
    AssistanceApproved: _assistance_approved,
    EnrolmentStarted: _enrolment_started,
    EnrolmentEnded: _enrolment_ended,
    SessionRecorded: _session,
    SessionCorrected: _session,
    PlacementDecided: _placement_decided,
    AttendanceRecorded: _attendance_recorded,
    EducationLicenceGranted: _licence_granted,
    CustodyAdmitted: _custody_admitted,
    CustodyEnded: _custody_ended,
}
READERS: Mapping[str, Reader] = {fact.type: reader for fact, reader in _READERS.items()}
"""What a fact adds beside its entry, by type; a fact without a row here is an entry and nothing more."""
