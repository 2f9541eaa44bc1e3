"""What the facts of the stages add: screening, assistance, sessions, schooling, care."""

from collections.abc import Mapping
from datetime import date, datetime

from services.timeline.domain.chain import Stage
from services.timeline.domain.projection.crossing import log_session, take_custody_place, take_training_place
from services.timeline.domain.projection.rows import Reader, Rows, actor_of, count, join, leave
from shared.clock import local_date
from shared.contracts.envelope import Event, Fact, read
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded
from shared.contracts.events.education import (
    AttendanceRecorded,
    AttendanceStatus,
    EducationLicenceGranted,
    HomeTeachingRecorded,
    PlacementDecided,
    PlacementEnded,
)
from shared.contracts.events.rehab import (
    ApplicationSubmitted,
    AssistanceApproved,
    ClaimSubmitted,
    DeviceFitted,
    EnrolmentEnded,
    EnrolmentStarted,
    PaymentMade,
    SessionCorrected,
    SessionRecorded,
    SurgeryCompleted,
)
from shared.contracts.events.screening import (
    CaseClosed,
    CaseHandedOver,
    CaseLost,
    CaseReopened,
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

VOID = frozenset({ClosingReason.ENTERED_IN_ERROR, ClosingReason.DUPLICATE_MERGED})
"""Closed for these reasons, a suspicion never was one of this child's."""


def _screening_recorded(event: Event, rows: Rows) -> None:
    fact = read(ScreeningRecorded, event)
    join(event, rows, "screened", event.subject, actor_of(event), fact.screened_on)
    if fact.state is not None:
        _step(event, rows)


def _referral_issued(event: Event, rows: Rows) -> None:
    fact = read(ReferralIssued, event)
    join(event, rows, "referred", fact.referral, fact.receiver, fact.issued_on)
    if fact.replaces is not None:
        leave(event, rows, "referred", fact.replaces, fact.issued_on)
    _step(event, rows)


def _referral_rejected(event: Event, rows: Rows) -> None:
    fact = read(ReferralRejected, event)
    leave(event, rows, "referred", fact.referral, fact.rejected_on)
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
    join(event, rows, "enrolled", fact.enrolment, fact.institution, fact.started_on, under=fact.approval)
    take_training_place(event, rows, fact)
    rows.files[event.subject].reach(Stage.IN_REHABILITATION)


def _enrolment_ended(event: Event, rows: Rows) -> None:
    fact = read(EnrolmentEnded, event)
    leave(event, rows, "enrolled", fact.enrolment, fact.ended_on)


def _session(event: Event, rows: Rows) -> None:
    """Keep an attended session. Read by hand: most facts are sessions, and a model costs thrice the rest of the row."""
    data = event.data
    content = data if event.type == SessionRecorded.type else data.get("replacement")
    log_session(event, rows, content)
    if content is not None and content["attended"]:
        day = local_date(datetime.fromisoformat(content["starts_at"]))
        rows.sessions.append((event.subject, day, event.id, data["enrolment"], event.recorded_at))


def _placement_decided(event: Event, rows: Rows) -> None:
    fact = read(PlacementDecided, event)
    after_last = None if fact.ends_on is None else date.fromordinal(fact.ends_on.toordinal() + 1)
    for organisation in filter(None, (fact.school, fact.site)):
        join(event, rows, "placed", fact.placement, organisation, fact.starts_on, until=after_last)
    rows.placed.append((event.subject, fact.placement, fact.starts_on, event.recorded_at))
    rows.files[event.subject].reach(Stage.IN_SCHOOLING)


def _placement_ended(event: Event, rows: Rows) -> None:
    fact = read(PlacementEnded, event)
    leave(event, rows, "placed", fact.placement, fact.ended_on)


def _home_teaching_recorded(event: Event, rows: Rows) -> None:
    fact = read(HomeTeachingRecorded, event)
    count(event, rows, "home_teaching", local_date(fact.starts_at), fact.placement, fact.class_hours)


def _device_fitted(event: Event, rows: Rows) -> None:
    fact = read(DeviceFitted, event)
    count(event, rows, "device", fact.fitted_on, fact.fitting, fact.assistance_paid)


def _surgery_completed(event: Event, rows: Rows) -> None:
    fact = read(SurgeryCompleted, event)
    count(event, rows, "surgery", fact.operated_on, fact.operation, fact.assistance_paid)


def _claim_submitted(event: Event, rows: Rows) -> None:
    fact = read(ClaimSubmitted, event)
    count(event, rows, "claim", fact.submitted_on, fact.claim, sum(line.amount for line in fact.lines))


def _payment_made(event: Event, rows: Rows) -> None:
    fact = read(PaymentMade, event)
    count(event, rows, "payment", fact.paid_on, fact.claim, fact.amount)


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
    join(event, rows, "admitted", fact.stay, fact.institution, fact.admitted_on)
    take_custody_place(event, rows, fact)
    rows.files[event.subject].reach(Stage.IN_CUSTODY)


def _custody_ended(event: Event, rows: Rows) -> None:
    fact = read(CustodyEnded, event)
    leave(event, rows, "admitted", fact.stay, fact.ended_on)


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
STAGES: Mapping[type[Fact], Reader] = dict.fromkeys(_STATED, _step) | {
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
    PlacementEnded: _placement_ended,
    HomeTeachingRecorded: _home_teaching_recorded,
    DeviceFitted: _device_fitted,
    SurgeryCompleted: _surgery_completed,
    ClaimSubmitted: _claim_submitted,
    PaymentMade: _payment_made,
    CustodyAdmitted: _custody_admitted,
    CustodyEnded: _custody_ended,
}
"""What a fact of a stage adds beside its entry."""
