"""Every row of the table of duties: what opens it, until when, whose it is, what ends it and what takes its ground."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.timeline.domain.duties.comparing import assessor
from services.timeline.domain.duties.duty import Duty, End
from services.timeline.domain.duties.found import duties_of
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.openings import Ground
from services.timeline.domain.duties.table import Pace, table
from shared.clock import SHANGHAI
from shared.contracts.codes import OrgType
from shared.contracts.envelope import Fact
from shared.contracts.events import custody, education, rehab, screening
from shared.contracts.events import timeline as own
from shared.contracts.events.timeline import DutyEnd, DutyMissed, EscalationLevel
from tests.support.life import COUNTY, Life

MONDAY = date(2026, 3, 2)
"""The facts of most rows happen on this day; the week after has no holiday."""
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
SENDER, RECEIVER, RECORDER, OWNER, CENTRE, SCHOOL, HOME = (UUID(int=number) for number in range(1, 8))
REFERRAL, APPLICATION, APPROVAL, ENROLMENT, CLAIM, LINE, PLACEMENT, LEAVE, STAY, INCIDENT, GRADING, FINDING = (
    UUID(int=number) for number in range(101, 113)
)
DESIGNATION, PAYMENT, RECOVERY = UUID(int=113), UUID(int=114), UUID(int=115)
LIMITS = DutyLimits()
AUTISM = {"category": "autism"}
EVALUATION = {"enrolment": ENROLMENT}


@dataclass(frozen=True)
class Row:
    """One row as a test tells it."""

    rule: str
    opens: Callable[[Life], Any]
    due: datetime
    kind: OrgType
    owner: UUID | None
    met: tuple[type[Fact], dict[str, Any]]
    void: tuple[type[Fact], dict[str, Any]] | None = None
    also: frozenset[str] = frozenset()
    """Other rows that the same facts open."""


def until(day: date) -> datetime:
    """Say that a day is the last one."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)


def starts(kind: type[Fact], at: date | datetime = MONDAY, /, *, by: UUID | None = RECORDER, **fields: Any) -> Any:
    return lambda life: life.add(kind, at, by=by, **fields)


def referred(step: str) -> Any:
    ids = {"referral": REFERRAL, "sender": SENDER, "receiver": RECEIVER}
    return starts(
        screening.ReferralIssued,
        **AUTISM,
        **ids,
        step=step,
        issued_on=MONDAY,
        answer_by=date(2026, 3, 16),
        trace_on=date(2026, 3, 20),
        replaces=None,
    )


def recheck(basis: str, state: str, due_on: date, category: str = "autism") -> Any:
    trace_on = due_on + timedelta(days=30) if state in {"recheck_due", "diagnosis_pending"} else None
    days = {"due_on": due_on, "trace_on": trace_on}
    return starts(screening.RecheckScheduled, basis=basis, state=state, owner=RECORDER, category=category, **days)


def screened(life: Life) -> None:
    told = AUTISM | {"outcome": "abnormal", "instrument": "warning_signs", "state": "screen_positive"}
    life.add(screening.ScreeningRecorded, MONDAY, by=RECORDER, **told)


def enrolled(life: Life, *, until: date = date(2026, 12, 31)) -> None:
    ids = {"enrolment": ENROLMENT, "approval": APPROVAL, "institution": CENTRE}
    life.add(
        rehab.EnrolmentStarted,
        MONDAY,
        **ids,
        item="training",
        category="autism",
        started_on=MONDAY,
        expected_until=until,
    )


def trained(life: Life, day: date) -> None:
    at = datetime.combine(day, NINE.timetz())
    life.add(
        rehab.SessionRecorded,
        at,
        enrolment=ENROLMENT,
        institution=CENTRE,
        starts_at=at,
        ends_at=at + timedelta(hours=1),
    )


def rested(why: str, expected_back: date | None) -> Any:
    return starts(
        rehab.EnrolmentSuspended, MONDAY, **EVALUATION, institution=CENTRE, kind=why, suspended_on=MONDAY,
        expected_back=expected_back,
    )  # fmt: skip


def fell_silent(life: Life) -> None:
    """A session on the first day of the enrolment, and none until it opens on the fifteenth day after."""
    enrolled(life)
    trained(life, MONDAY)


def sits_where_a_designation_ends(life: Life) -> None:
    enrolled(life)
    life.add_about(CENTRE, rehab.DesignationGranted, date(2026, 1, 1), designation=DESIGNATION, categories=("autism",))
    life.add_about(
        CENTRE, rehab.DesignationRemoved, date(2026, 3, 9), designation=DESIGNATION, removed_on=date(2026, 3, 9)
    )


def paid_for_what_did_not_happen(life: Life) -> None:
    line = {
        "line": LINE, "enrolment": ENROLMENT, "provision": None, "month": "2026-01", "sessions": 1, "attended_days": 1,
        "planned_days": 20, "amount": 10_000, "insurance_paid": 0,
    }  # fmt: skip
    life.add(
        rehab.ClaimSubmitted, date(2026, 2, 1), claim=CLAIM, county=COUNTY, lines=[line], submitted_on=date(2026, 2, 1)
    )
    life.add(rehab.ClaimAudited, date(2026, 2, 2), claim=CLAIM)
    life.add(rehab.PaymentMade, date(2026, 2, 5), payment=PAYMENT, claim=CLAIM, lines=[LINE])
    at = datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
    session = life.add(
        rehab.SessionRecorded,
        at,
        enrolment=ENROLMENT,
        institution=CENTRE,
        starts_at=at,
        ends_at=at + timedelta(hours=1),
    )
    life.add(own.FindingRaised, date(2026, 2, 20), finding=FINDING, severity="hold", evidence=[session.id])
    life.add(own.FindingReviewed, MONDAY, finding=FINDING, decision="confirmed")


def happened(life: Life) -> None:
    life.add(
        custody.IncidentReported, NINE, incident=INCIDENT, institution=HOME, level="serious", at=NINE,
        family_due_at=NINE, federation_due_at=NINE + timedelta(hours=2), report_due_at=NINE + timedelta(hours=24),
        authority_due_at=None,
    )  # fmt: skip


def suspected(life: Life) -> None:
    """Suspected abuse: the law asks at any level."""
    life.add(
        custody.IncidentReported, NINE, incident=INCIDENT, institution=HOME, level="minor", kind="suspected_abuse",
        at=NINE, family_due_at=NINE, federation_due_at=NINE + timedelta(hours=2),
        report_due_at=NINE + timedelta(hours=24), authority_due_at=NINE,
    )  # fmt: skip


def followed(step: str) -> tuple[type[Fact], dict[str, Any]]:
    return custody.IncidentFollowedUp, {"incident": INCIDENT, "step": step}


def applied(item: str) -> Any:
    return starts(
        rehab.ApplicationSubmitted, application=APPLICATION, item=item, county=COUNTY, submitted_on=MONDAY,
        reply_due_on=date(2026, 3, 9), review_due_on=date(2026, 3, 16), **AUTISM,
    )  # fmt: skip


def lost_its_place(life: Life) -> None:
    life.add(education.SchoolAgeWatchOpened, MONDAY, **WATCH)
    placed = {"placement": PLACEMENT, "school": SCHOOL, "site": None, "ends_on": None, "review_by": None}
    life.add(education.PlacementDecided, date(2026, 7, 1), **placed, mode="regular_class", starts_on=date(2026, 9, 1))
    life.add(
        education.PlacementEnded, date(2026, 10, 15), placement=PLACEMENT, school=SCHOOL, reason="transferred",
        ended_on=date(2026, 10, 15),
    )  # fmt: skip


INCIDENTS = frozenset({"incident-guardian", "incident-federation", "incident-report"})
ABUSE = INCIDENTS | {"incident-authority"}
WATCH = {"compulsory_from": date(2026, 9, 1), "compulsory_until": date(2035, 8, 31), "opened_on": MONDAY}
PLACED = {"placement": PLACEMENT, "school": SCHOOL, "site": None, "ends_on": None}
H = OrgType.HOSPITAL

ROWS = [
    Row("referral-due", screened, until(date(2026, 3, 9)), OrgType.CLINIC, RECORDER,
        (screening.ReferralIssued, AUTISM), (screening.CaseClosed, AUTISM)),
    Row("referral-due",
        starts(screening.RescreeningRecorded, **AUTISM, outcome="abnormal", state="diagnosis_referred"),
        until(date(2026, 3, 9)), OrgType.MCH, RECORDER, (screening.ReferralIssued, AUTISM),
        (screening.CaseClosed, AUTISM)),
    Row("referral-due", starts(screening.CaseReopened, **AUTISM, state="screen_positive"),
        until(date(2026, 3, 9)), OrgType.CLINIC, RECORDER, (screening.ReferralIssued, AUTISM),
        (screening.CaseClosed, AUTISM)),
    Row("referral-again",
        starts(screening.ReferralRejected, **AUTISM, referral=REFERRAL, step="rescreening", sender=SENDER,
               rejected_on=MONDAY),
        until(date(2026, 3, 9)), OrgType.CLINIC, SENDER, (screening.ReferralIssued, AUTISM),
        (screening.CaseClosed, AUTISM)),
    Row("referral-answer", referred("rescreening"), until(date(2026, 3, 16)), OrgType.MCH, RECEIVER,
        (screening.ReferralAccepted, {"referral": REFERRAL}), (screening.CaseClosed, AUTISM),
        also=frozenset({"rescreening-trace"})),
    Row("referral-answer", referred("diagnosis"), until(date(2026, 3, 16)), H, RECEIVER,
        (screening.ReferralRejected, {"referral": REFERRAL}), (screening.CaseClosed, AUTISM),
        also=frozenset({"diagnosis-trace"})),
    Row("rescreening-trace", referred("rescreening"), until(date(2026, 3, 20)), OrgType.CLINIC, SENDER,
        (screening.RescreeningRecorded, AUTISM), (screening.CaseClosed, AUTISM), also=frozenset({"referral-answer"})),
    Row("diagnosis-trace", referred("diagnosis"), until(date(2026, 3, 20)), OrgType.MCH, SENDER,
        (screening.DiagnosisRecorded, AUTISM | {"outcome": "excluded", "rehab_category": None}),
        (screening.CaseClosed, AUTISM), also=frozenset({"referral-answer"})),
    Row("trace-again",
        starts(screening.TracingAttempted, **AUTISM, outcome="not_reached", state="rescreen_referred",
               attempted_on=MONDAY, trace_on=date(2026, 4, 1)),
        until(date(2026, 4, 1)), OrgType.CLINIC, RECORDER, (screening.RescreeningRecorded, AUTISM),
        (screening.CaseLost, AUTISM)),
    Row("trace-again",
        starts(screening.CaseReopened, **AUTISM, state="diagnosis_referred", trace_on=date(2026, 4, 1)),
        until(date(2026, 4, 1)), OrgType.MCH, RECORDER, (screening.TracingAttempted, AUTISM),
        (screening.CaseLost, AUTISM)),
    Row("recheck-trace", recheck("borderline", "recheck_due", date(2026, 6, 2)), until(date(2026, 7, 2)), OrgType.MCH,
        RECORDER, (screening.TracingAttempted, AUTISM), (screening.CaseLost, AUTISM), also=frozenset({"recheck-due"})),
    Row("offer-again",
        starts(screening.TracingAttempted, **AUTISM, outcome="refused", attempted_on=MONDAY,
               offer_again_on=date(2026, 6, 1)),
        until(date(2026, 7, 1)), OrgType.CLINIC, RECORDER, (screening.ScreeningRecorded, AUTISM),
        (screening.CaseClosed, AUTISM | {"reason": "moved_out"})),
    Row("offer-again",
        starts(screening.CaseClosed, **AUTISM, reason="guardian_refused", offer_again_on=date(2026, 6, 1)),
        until(date(2026, 7, 1)), OrgType.CLINIC, RECORDER, (screening.CaseReopened, AUTISM)),
    Row("recheck-due", recheck("borderline", "recheck_due", date(2026, 6, 2)), until(date(2026, 6, 2)), OrgType.MCH,
        RECORDER, (screening.RescreeningRecorded, AUTISM), (screening.CaseLost, AUTISM)),
    Row("undetermined-recheck", recheck("undetermined_diagnosis", "diagnosis_pending", date(2026, 5, 2)),
        until(date(2026, 5, 2)), H, RECORDER,
        (screening.DiagnosisRecorded, AUTISM | {"outcome": "excluded", "rehab_category": None}),
        (screening.CaseClosed, AUTISM)),
    Row("hearing-rescreen", recheck("newborn_hearing", "screen_positive", date(2026, 4, 13), "hearing"),
        until(date(2026, 4, 13)), H, RECORDER, (screening.RescreeningRecorded, {"category": "hearing"}),
        (screening.CaseClosed, {"category": "hearing"})),
    Row("hearing-audiology", recheck("newborn_hearing", "diagnosis_referred", date(2026, 5, 4), "hearing"),
        until(date(2026, 5, 4)), H, RECORDER,
        (screening.DiagnosisRecorded, {"category": "hearing", "outcome": "excluded", "rehab_category": None}),
        (screening.CaseClosed, {"category": "hearing"})),
    Row("hearing-intervention", recheck("newborn_hearing", "confirmed", date(2026, 8, 4), "hearing"),
        until(date(2026, 8, 4)), H, RECORDER, (rehab.DeviceFitted, {}),
        (screening.CaseClosed, {"category": "hearing"})),
    Row("follow-up", recheck("follow_up", "confirmed", date(2026, 6, 2)), until(date(2026, 6, 2)), H, RECORDER,
        (screening.FollowUpRecorded, AUTISM), (screening.CaseClosed, AUTISM | {"reason": "moved_out"})),
    Row("federation-report",
        starts(screening.DiagnosisRecorded, **AUTISM, outcome="confirmed", rehab_category="autism", institution=OWNER,
               diagnosed_on=MONDAY),
        until(date(2026, 3, 9)), H, OWNER, (rehab.IntakeOpened, AUTISM),
        (screening.CaseClosed, AUTISM | {"reason": "entered_in_error"})),
    Row("family-informed", starts(rehab.IntakeOpened, **AUTISM, contact_due_on=date(2026, 3, 9)),
        until(date(2026, 3, 9)), OrgType.FEDERATION, None, (rehab.FamilyInformed, AUTISM),
        (screening.CaseClosed, AUTISM | {"reason": "entered_in_error"})),
    Row("application-complete", applied("training"), until(date(2026, 3, 9)), OrgType.FEDERATION, None,
        (rehab.ApplicationReturned, {"application": APPLICATION}), also=frozenset({"application-review"})),
    Row("application-review", applied("training"), until(date(2026, 3, 16)), OrgType.FEDERATION, None,
        (rehab.AssistanceRefused, {"application": APPLICATION}),
        (rehab.ApplicationReturned, {"application": APPLICATION}), also=frozenset({"application-complete"})),
    Row("needs-assessment", applied("surgery"), until(date(2026, 3, 16)), OrgType.FEDERATION, None,
        (rehab.AssessmentRecorded, {"application": APPLICATION}),
        (rehab.ApplicationReturned, {"application": APPLICATION}),
        also=frozenset({"application-complete", "application-review"})),
    Row("approved-not-enrolled",
        starts(rehab.AssistanceApproved, approval=APPROVAL, county=COUNTY, enrol_by=date(2026, 4, 1)),
        until(date(2026, 4, 1)), OrgType.FEDERATION, None, (rehab.SurgeryCompleted, {"approval": APPROVAL})),
    Row("silence", fell_silent, until(date(2026, 3, 20)), OrgType.REHAB_CENTRE, CENTRE,
        (rehab.EnrolmentSuspended, EVALUATION | {"suspended_on": date(2026, 3, 20)}),
        also=frozenset({"stage-evaluation"})),
    Row("leave-over",
        rested("leave_illness", expected_back=date(2026, 3, 16)),
        until(date(2026, 3, 16)), OrgType.REHAB_CENTRE, CENTRE,
        (rehab.EnrolmentResumed, EVALUATION | {"resumed_on": date(2026, 3, 16)})),
    Row("suspension-over",
        rested("suspended_by_county", expected_back=None),
        until(date(2026, 4, 1)), OrgType.FEDERATION, None,
        (rehab.EnrolmentEnded, EVALUATION | {"reason": "terminated", "ended_on": date(2026, 4, 1)})),
    Row("continuation", enrolled, until(date(2026, 12, 31)), OrgType.FEDERATION, None,
        (rehab.EnrolmentEnded, EVALUATION | {"reason": "finished", "ended_on": date(2027, 1, 1)}),
        (rehab.EnrolmentEnded, EVALUATION | {"reason": "withdrawn", "ended_on": date(2026, 12, 31)}),
        also=frozenset({"stage-evaluation", "silence"})),
    Row("stage-evaluation", enrolled, until(date(2026, 3, 16)), OrgType.REHAB_CENTRE, CENTRE,
        (rehab.AssessmentRecorded, EVALUATION), (rehab.EnrolmentEnded, EVALUATION | {"reason": "deceased"})),
    Row("exit-evaluation",
        starts(rehab.EnrolmentEnded, enrolment=ENROLMENT, institution=CENTRE, reason="finished", ended_on=MONDAY),
        until(date(2026, 3, 16)), OrgType.REHAB_CENTRE, CENTRE,
        (rehab.StageEvaluationRecorded, EVALUATION | {"checkpoint": "exit"})),
    Row("transfer-children", sits_where_a_designation_ends, until(date(2026, 4, 8)), OrgType.REHAB_CENTRE, CENTRE,
        (rehab.EnrolmentEnded, EVALUATION | {"reason": "deceased", "ended_on": date(2026, 4, 9)}),
        also=frozenset({"stage-evaluation", "silence"})),
    Row("claim-audit", starts(rehab.ClaimSubmitted, claim=CLAIM, county=COUNTY, submitted_on=MONDAY),
        until(date(2026, 3, 30)), OrgType.FEDERATION, None, (rehab.ClaimAudited, {"claim": CLAIM})),
    Row("money-recovery", paid_for_what_did_not_happen, until(date(2026, 4, 1)), OrgType.FEDERATION, None,
        (rehab.RecoveryDemanded, {"claim": CLAIM}), also=frozenset({"claim-audit"})),
    Row("money-recovery", paid_for_what_did_not_happen, until(date(2026, 4, 1)), OrgType.FEDERATION, None,
        (rehab.PaymentRecovered, {"claim": CLAIM}), also=frozenset({"claim-audit"})),
    Row("money-return",
        starts(rehab.RecoveryDemanded, recovery=RECOVERY, claim=CLAIM, institution=CENTRE, demanded_on=MONDAY,
               due_on=date(2026, 4, 1)),
        until(date(2026, 4, 1)), OrgType.REHAB_CENTRE, CENTRE, (rehab.PaymentRecovered, {"recovery": RECOVERY})),
    Row("placement-due",
        starts(education.SchoolAgeWatchOpened, **WATCH),
        until(date(2026, 8, 31)), OrgType.EDUCATION_AUTHORITY, None,
        (education.PlacementDecided, PLACED | {"mode": "vocational"})),
    Row("placement-due",
        starts(education.SchoolAgeWatchOpened, **WATCH | {"compulsory_from": date(2025, 9, 1)}),
        until(date(2026, 4, 1)), OrgType.EDUCATION_AUTHORITY, None,
        (education.PlacementDecided, PLACED | {"mode": "vocational"})),
    Row("placement-again", lost_its_place, until(date(2026, 11, 14)), OrgType.EDUCATION_AUTHORITY, None,
        (education.PlacementDecided, PLACED | {"placement": UUID(int=99), "mode": "special_school"}),
        also=frozenset({"iep-due", "placement-due"})),
    Row("deferral-review",
        starts(education.PlacementDecided, **PLACED | {"school": None}, mode="deferred", review_by=date(2027, 3, 2)),
        until(date(2027, 3, 2)), OrgType.EDUCATION_AUTHORITY, None,
        (education.PlacementDecided, {"mode": "vocational"}),
        (education.PlacementEnded, {"placement": PLACEMENT, "reason": "moved_away"})),
    Row("placement-review",
        starts(education.PlacementDecided, **PLACED, mode="home_teaching", starts_on=MONDAY,
               review_by=date(2026, 5, 1)),
        until(date(2026, 5, 1)), OrgType.EDUCATION_AUTHORITY, None,
        (education.PlacementReviewed, {"placement": PLACEMENT, "review_by": None}),
        (education.PlacementEnded, {"placement": PLACEMENT, "reason": "moved_away"}), also=frozenset({"iep-due"})),
    Row("placement-review",
        starts(education.PlacementReviewed, placement=PLACEMENT, review_by=date(2026, 5, 1)),
        until(date(2026, 5, 1)), OrgType.EDUCATION_AUTHORITY, None,
        (education.PlacementDecided, {"mode": "vocational"}),
        (education.PlacementEnded, {"placement": PLACEMENT, "reason": "moved_away"})),
    Row("iep-due",
        starts(education.PlacementDecided, **PLACED, mode="regular_class", starts_on=MONDAY, review_by=None),
        until(date(2026, 4, 1)), OrgType.SCHOOL, SCHOOL,
        (education.IepAgreed, {"placement": PLACEMENT, "term_from": MONDAY, "term_until": date(2026, 8, 31)}),
        (education.PlacementEnded, {"placement": PLACEMENT})),
    Row("gap-answer", starts(education.AttendanceGapDetected, placement=PLACEMENT, school=SCHOOL, detected_on=MONDAY),
        until(date(2026, 3, 9)), OrgType.SCHOOL, SCHOOL,
        (education.AttendanceRecorded, {"placement": PLACEMENT, "status": "present"}),
        (education.PlacementEnded, {"placement": PLACEMENT})),
    Row("leave-return",
        starts(custody.LeaveStarted, NINE, leave=LEAVE, stay=STAY, institution=HOME,
               overdue_at=datetime(2026, 3, 4, 21, 0, tzinfo=SHANGHAI)),
        datetime(2026, 3, 4, 21, 0, tzinfo=SHANGHAI), OrgType.CARE_HOME, HOME, (custody.LeaveEnded, {"leave": LEAVE}),
        (custody.CustodyEnded, {"stay": STAY})),
    Row("incident-guardian", happened, datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI), OrgType.CARE_HOME, HOME,
        followed("guardian_told"), also=INCIDENTS),
    Row("incident-federation", happened, datetime(2026, 3, 2, 11, 0, tzinfo=SHANGHAI), OrgType.CARE_HOME, HOME,
        followed("federation_told"), also=INCIDENTS),
    Row("incident-guardian", suspected, datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI), OrgType.CARE_HOME, HOME,
        followed("guardian_told"), also=ABUSE),
    Row("incident-authority", suspected, datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI), OrgType.CARE_HOME, HOME,
        followed("authority_told"), also=ABUSE),
    Row("incident-report", happened, datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI), OrgType.CARE_HOME, HOME,
        followed("written_report"), also=INCIDENTS),
    Row("certificate-renewal", starts(screening.CertificateIssued, grading=GRADING, valid_until=date(2026, 5, 1)),
        until(date(2026, 5, 1)), OrgType.FEDERATION, None,
        (screening.CertificateIssued, {"grading": UUID(int=9), "valid_until": date(2040, 5, 1)}),
        (screening.CertificateCancelled, {"grading": GRADING})),
]  # fmt: skip
NAMED = [pytest.param(row, id=f"{row.rule}-{number}") for number, row in enumerate(ROWS)]
ONE_SECOND = timedelta(seconds=1)


def found(life: Life, now: datetime, rule: str) -> Duty:
    """Return the first duty of a rule at a moment."""
    duties = [duty for duty in duties_of(Ground(life.book, now, LIMITS)).duties if duty.row.id == rule]
    return min(duties, key=lambda duty: duty.opened_at)


def a_life(row: Row) -> Life:
    life = Life()
    row.opens(life)
    return life


def test_every_row_of_the_table_is_tried():
    assert {row.rule for row in ROWS} == set(table())


@pytest.mark.parametrize("row", NAMED)
def test_a_row_opens_with_owner_kind_county_and_due_time(row: Row):
    life = a_life(row)
    duty = found(life, row.due - ONE_SECOND, row.rule)
    assert (duty.due_at, duty.owner_kind, duty.owner, duty.end) == (row.due, row.kind, row.owner, None)
    assert duty.county == COUNTY
    assert duty.opened_by in {fact.id for fact in (*life.told, *life.own, *life.about.get(CENTRE, ()))}
    on_the_wall = duty.due_at.astimezone(SHANGHAI)
    assert duty.reckoned.explanation.steps[-1].en == f"due before {on_the_wall:%Y-%m-%d %H:%M} in Shanghai"


@pytest.mark.parametrize("row", NAMED)
def test_no_other_row_opens_by_the_same_facts(row: Row):
    duties = duties_of(Ground(a_life(row).book, row.due - ONE_SECOND, LIMITS)).duties
    assert {duty.row.id for duty in duties} - {row.rule} <= row.also


@pytest.mark.parametrize("row", NAMED)
def test_it_is_met_in_time_until_the_due_time_and_late_from_then_on(row: Row):
    kind, fields = row.met
    for moment, outcome in ((row.due - ONE_SECOND, DutyEnd.IN_TIME), (row.due, DutyEnd.LATE)):
        life = a_life(row)
        done = life.add(kind, moment, **fields)
        end = found(life, moment, row.rule).end
        assert end is not None
        assert (end.outcome, end.met_by, end.met_at) == (outcome, done.id, moment)


@pytest.mark.parametrize("row", NAMED)
def test_a_missed_one_is_shown_to_the_county_then_to_the_city_then_to_the_province(row: Row):
    hours = table()[row.rule].pace is Pace.HOURS
    waits = (timedelta(days=1), timedelta(days=3)) if hours else (timedelta(days=7), timedelta(days=30))
    assess = assessor(LIMITS)
    life, shown = a_life(row), []
    duty = found(life, row.due, row.rule).duty
    for now in (row.due - ONE_SECOND, row.due, row.due + waits[0], row.due + waits[1]):
        for conclusion in assess(life.book, now).conclusions:
            life.concluded(conclusion.fact, conclusion.occurred_at)
            if isinstance(conclusion.fact, DutyMissed) and conclusion.fact.duty == duty:
                shown.append((conclusion.occurred_at, conclusion.fact.level))
    levels = (EscalationLevel.COUNTY, EscalationLevel.CITY, EscalationLevel.PROVINCE)
    assert shown == list(zip((row.due, row.due + waits[0], row.due + waits[1]), levels, strict=True))


@pytest.mark.parametrize("row", [param for param in NAMED if param.values[0].void])
def test_it_is_void_when_its_ground_falls_away(row: Row):
    assert row.void is not None
    kind, fields = row.void
    life = a_life(row)
    gone = life.add(kind, row.due - ONE_SECOND, **fields)
    end = found(life, row.due, row.rule).end
    assert end is not None
    assert (end.outcome, end.met_by) == (DutyEnd.VOID, gone.id)


def test_the_hospital_follows_a_child_up_though_its_case_is_closed_because_it_was_handed_over():
    (row,) = [row for row in ROWS if row.rule == "follow-up"]
    kept = {reason for reason in screening.ClosingReason if _end_after(row, reason) is None}
    assert kept == {screening.ClosingReason.HANDED_OVER}


def _end_after(row: Row, reason: screening.ClosingReason) -> End | None:
    life = a_life(row)
    life.add(screening.CaseClosed, row.due - ONE_SECOND, **AUTISM, reason=reason)
    return found(life, row.due, row.rule).end


@pytest.mark.parametrize("row", NAMED)
@pytest.mark.parametrize("kind", [screening.DeathRegistered, screening.ChildErased, screening.ConsentWithdrawn])
def test_death_erasure_and_withdrawn_consent_void_it_but_for_money_and_incidents(row: Row, kind: type[Fact]):
    life = a_life(row)
    gone = life.add(kind, row.due - ONE_SECOND)
    end = found(life, row.due, row.rule).end
    assert (end is None) is table()[row.rule].survives
    if end is not None:
        assert (end.outcome, end.met_by) == (DutyEnd.VOID, gone.id)


def test_every_end_of_a_case_but_the_hand_over_voids_its_follow_up():
    (closed,) = (ending for ending in table()["follow-up"].void_by if ending.kind is screening.CaseClosed)
    assert set(closed.where["reason"]) == set(screening.ClosingReason) - {screening.ClosingReason.HANDED_OVER}
