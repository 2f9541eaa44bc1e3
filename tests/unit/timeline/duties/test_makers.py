"""Duties that no single fact opens: silence, checkpoints, terms, children to transfer; golden dates of the handbook."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.timeline.domain.duties.duty import End
from services.timeline.domain.duties.found import duties_of
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.openings import Ground
from shared.clock import SHANGHAI, local_date, moment_of
from shared.contracts.events import custody, education, rehab, screening
from shared.contracts.events import timeline as own
from shared.contracts.events.timeline import DutyEnd
from tests.support.life import COUNTY, Life

ENROLMENT, CENTRE, PLACEMENT, SCHOOL, DESIGNATION, FINDING = (UUID(int=number) for number in range(1, 7))
FIRST = date(2026, 3, 2)


def due_days(life: Life, rule: str, now: date, limits: DutyLimits | None = None) -> list[date]:
    """Return the last days of the duties of a rule, the day itself included."""
    found = duties_of(Ground(life.book, moment_of(now), limits or DutyLimits())).duties
    due = [duty.due_at for duty in found if duty.row.id == rule]
    return sorted(local_date(moment - timedelta(seconds=1)) for moment in due)


def opened_days(life: Life, rule: str, now: date) -> list[date]:
    found = duties_of(Ground(life.book, moment_of(now), DutyLimits())).duties
    return sorted(local_date(duty.opened_at) for duty in found if duty.row.id == rule)


def end_of(life: Life, rule: str, now: date) -> End | None:
    """Return the end of the first duty of a rule, as known at a day."""
    found = duties_of(Ground(life.book, moment_of(now), DutyLimits())).duties
    return min((duty for duty in found if duty.row.id == rule), key=lambda duty: duty.opened_at).end


def enrolled(life: Life, *, first: date = FIRST, until: date = date(2026, 12, 31), item: str = "training") -> None:
    life.add(
        rehab.EnrolmentStarted, first, enrolment=ENROLMENT, institution=CENTRE, item=item, category="autism",
        started_on=first, expected_until=until,
    )  # fmt: skip


def trained(life: Life, *days: date) -> None:
    for day in days:
        at = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
        life.add(
            rehab.SessionRecorded, at, enrolment=ENROLMENT, institution=CENTRE, starts_at=at,
            ends_at=at + timedelta(hours=1), attended=True,
        )  # fmt: skip


def rest(life: Life, since: date, until: date | None) -> None:
    life.add(rehab.EnrolmentSuspended, since, enrolment=ENROLMENT, institution=CENTRE, suspended_on=since)
    if until is not None:
        life.add(rehab.EnrolmentResumed, until, enrolment=ENROLMENT, institution=CENTRE, resumed_on=until)


def in_hospital(life: Life, since: date, until: date) -> None:
    life.add(screening.HospitalAdmitted, since, stay=PLACEMENT, admitted_on=since)
    life.add(screening.HospitalDischarged, until, stay=PLACEMENT, discharged_on=until)


def closed(life: Life, since: date, until: date) -> None:
    for number in range((until - since).days):
        day = since + timedelta(days=number)
        life.add_about(CENTRE, rehab.ClosureDayDeclared, day, closed_on=day)


@pytest.mark.parametrize(
    ("sessions", "opens"),
    [
        ((), [date(2026, 3, 17)]),
        ((FIRST,), [date(2026, 3, 17)]),
        ((FIRST, date(2026, 3, 16)), [date(2026, 3, 31)]),
        ((FIRST, date(2026, 3, 17)), [date(2026, 4, 1)]),
        ((FIRST, date(2026, 3, 18)), [date(2026, 3, 17), date(2026, 4, 2)]),
    ],
)
def test_fourteen_days_without_a_recorded_session_are_silence(sessions: tuple[date, ...], opens: list[date]):
    life = Life()
    enrolled(life)
    trained(life, *sessions)
    assert opened_days(life, "silence", date(2026, 4, 10)) == opens


@pytest.mark.parametrize("rests", [rest, in_hospital, closed])
def test_days_of_leave_of_a_hospital_stay_and_of_closure_do_not_count(rests: Any):
    life = Life()
    enrolled(life)
    trained(life, FIRST)
    rests(life, date(2026, 3, 5), date(2026, 3, 12))
    assert opened_days(life, "silence", date(2026, 4, 10)) == [date(2026, 3, 24)]


def test_while_an_enrolment_rests_without_end_nobody_is_silent_but_the_rest_itself_is_asked_about():
    life = Life()
    enrolled(life)
    trained(life, FIRST)
    life.add(
        rehab.EnrolmentSuspended, date(2026, 3, 10), enrolment=ENROLMENT, institution=CENTRE, kind="leave_family",
        suspended_on=date(2026, 3, 10), expected_back=None,
    )  # fmt: skip
    assert opened_days(life, "silence", date(2026, 12, 1)) == []
    assert due_days(life, "leave-over", date(2026, 12, 1)) == [date(2026, 4, 9)]


def test_a_silence_that_nobody_broke_is_void_when_the_approved_period_is_over():
    life = Life()
    enrolled(life, until=date(2026, 4, 30))
    trained(life, FIRST)
    assert end_of(life, "silence", date(2026, 4, 30)) is None
    assert end_of(life, "silence", date(2026, 5, 1)) == End(DutyEnd.VOID, None, moment_of(date(2026, 5, 1)))


@pytest.mark.parametrize(
    ("row", "kind", "back"),
    [
        ("leave-over", "leave_family", date(2026, 3, 20)),
        ("suspension-over", "suspended_by_county", date(2026, 3, 20)),
        ("suspension-over", "suspended_by_county", None),
        ("suspension-over", "suspended_by_county", date(2026, 6, 1)),
    ],
)
def test_a_rest_that_nobody_ended_is_void_when_the_approved_period_is_over(row: str, kind: str, back: date | None):
    life = Life()
    enrolled(life, until=date(2026, 4, 30))
    day = date(2026, 3, 10)
    life.add(
        rehab.EnrolmentSuspended, day, enrolment=ENROLMENT, institution=CENTRE, kind=kind, suspended_on=day,
        expected_back=back,
    )  # fmt: skip
    assert end_of(life, row, date(2026, 4, 30)) is None
    assert end_of(life, row, date(2026, 5, 1)) == End(DutyEnd.VOID, None, moment_of(date(2026, 5, 1)))


def test_after_an_enrolment_or_its_approval_ended_nobody_is_silent():
    ended, over = Life(), Life()
    enrolled(ended)
    ended.add(rehab.EnrolmentEnded, date(2026, 3, 16), enrolment=ENROLMENT, ended_on=date(2026, 3, 16))
    enrolled(over, until=date(2026, 3, 16))
    assert opened_days(ended, "silence", date(2026, 6, 1)) == opened_days(over, "silence", date(2026, 6, 1)) == []


@pytest.mark.parametrize(("payee", "owed"), [({"payee": "institution"}, 1), ({}, 1), ({"payee": "family"}, 0)])
def test_an_institution_returns_money_only_if_it_was_paid(payee: dict[str, str], owed: int):
    life = Life()
    life.add(
        rehab.RecoveryDemanded, FIRST, recovery=PLACEMENT, institution=CENTRE, demanded_on=FIRST, due_on=FIRST, **payee
    )
    assert len(due_days(life, "money-return", FIRST)) == owed


def test_a_missing_child_that_was_found_in_time_leaves_its_house_no_duty():
    life, at = Life(), datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    said = {"incident": PLACEMENT, "institution": CENTRE, "level": "moderate", "kind": "missing", "at": at}
    owed = ("incident-guardian", "incident-federation", "incident-report")
    clocks = dict.fromkeys(("family_due_at", "federation_due_at", "report_due_at"), at + timedelta(hours=2))
    reported = life.add(custody.IncidentReported, at, **said, **clocks)
    assert [len(due_days(life, row, date(2026, 3, 3))) for row in owed] == [1, 1, 1]
    life.add(custody.IncidentReported, at, **said, **dict.fromkeys(clocks), correction_of=reported.id)
    assert [due_days(life, row, date(2026, 3, 3)) for row in owed] == [[], [], []]


def test_surgery_and_devices_are_given_once_and_leave_no_silence():
    life = Life()
    enrolled(life, item="surgery")
    assert opened_days(life, "silence", date(2026, 6, 1)) == []


def test_checkpoints_lie_at_months_0_3_6_then_each_6_and_are_due_14_days_later():
    life = Life()
    enrolled(life, until=date(2027, 12, 31))
    expected = [date(2026, 3, 16), date(2026, 6, 16), date(2026, 9, 16), date(2027, 3, 16), date(2027, 9, 16)]
    assert due_days(life, "stage-evaluation", date(2027, 12, 31)) == expected
    assert opened_days(life, "stage-evaluation", date(2026, 6, 1)) == [FIRST, date(2026, 5, 19)]


def test_an_evaluation_counts_from_fourteen_days_before_its_checkpoint():
    for day, open_ones in ((date(2026, 5, 18), 1), (date(2026, 5, 19), 0)):
        life = Life()
        enrolled(life)
        for on in (FIRST, day):
            life.add(rehab.StageEvaluationRecorded, on, enrolment=ENROLMENT, assessed_on=on, checkpoint="stage")
        found = duties_of(Ground(life.book, moment_of(date(2026, 7, 1)), DutyLimits())).duties
        assert len([d for d in found if d.row.id == "stage-evaluation" and d.end is None]) == open_ones, day


def test_a_county_sets_other_checkpoints():
    life, limits = Life(), DutyLimits(evaluation_months=(0, 4), evaluation_every_months=4, evaluation_window_days=7)
    enrolled(life)
    expected = [date(2026, 3, 9), date(2026, 7, 9), date(2026, 11, 9)]
    assert due_days(life, "stage-evaluation", date(2026, 12, 31), limits) == expected


def placed(life: Life, first: date, *, placement: UUID = PLACEMENT, mode: str = "regular_class") -> None:
    life.add(
        education.PlacementDecided, first, placement=placement, school=SCHOOL, site=None, mode=mode, starts_on=first,
        ends_on=None,
    )  # fmt: skip


def test_a_programme_is_due_in_each_term_of_a_placement():
    life = Life()
    placed(life, date(2025, 9, 1))
    expected = [date(2025, 10, 1), date(2026, 3, 31), date(2026, 10, 1)]
    assert due_days(life, "iep-due", date(2026, 9, 2)) == expected


def test_who_comes_in_the_last_days_of_a_term_needs_one_programme_not_two():
    life = Life()
    placed(life, date(2026, 2, 24))
    assert due_days(life, "iep-due", date(2026, 3, 2)) == [date(2026, 3, 31)]


def test_a_programme_that_was_not_agreed_is_void_when_its_term_is_over():
    life = Life()
    placed(life, date(2025, 9, 1))
    assert end_of(life, "iep-due", date(2026, 2, 28)) is None
    assert end_of(life, "iep-due", date(2026, 3, 1)) == End(DutyEnd.VOID, None, moment_of(date(2026, 3, 1)))


def watched(life: Life) -> None:
    life.add(
        education.SchoolAgeWatchOpened, date(2024, 5, 6), compulsory_from=date(2025, 9, 1),
        compulsory_until=date(2034, 8, 31), opened_on=date(2024, 5, 6),
    )  # fmt: skip


def left(life: Life, on: date, reason: str = "transferred") -> None:
    life.add(education.PlacementEnded, on, placement=PLACEMENT, school=SCHOOL, reason=reason, ended_on=on)


def test_a_kindergarten_that_is_over_before_compulsory_age_is_no_placement_for_it():
    life = Life()
    watched(life)
    placed(life, date(2024, 9, 1), mode="preschool_inclusive")
    left(life, date(2025, 7, 10))
    assert end_of(life, "placement-due", date(2025, 8, 1)) is None
    placed(life, date(2025, 8, 20), placement=DESIGNATION)
    met = end_of(life, "placement-due", date(2025, 9, 1))
    assert met is not None
    assert met.outcome is DutyEnd.IN_TIME
    assert due_days(life, "placement-again", date(2026, 1, 1)) == []


def test_whoever_was_never_placed_is_owed_no_school_once_compulsory_age_is_over():
    life = Life()
    watched(life)
    assert end_of(life, "placement-due", date(2034, 8, 31)) is None
    assert end_of(life, "placement-due", date(2034, 9, 1)) == End(DutyEnd.VOID, None, moment_of(date(2034, 9, 1)))


def test_a_placement_entered_in_error_meets_nothing():
    life = Life()
    watched(life)
    placed(life, date(2025, 8, 20))
    left(life, date(2025, 8, 20), "entered_in_error")
    assert end_of(life, "placement-due", date(2025, 9, 1)) is None


@pytest.mark.parametrize(
    ("reason", "owed"), [("transferred", [date(2026, 3, 31)]), ("moved_away", [date(2026, 3, 31)]), ("graduated", [])]
)
def test_a_child_that_loses_its_place_within_compulsory_age_is_placed_again(reason: str, owed: list[date]):
    life = Life()
    watched(life)
    placed(life, date(2025, 8, 20))
    left(life, date(2026, 3, 1), reason)
    assert due_days(life, "placement-again", date(2026, 6, 1)) == owed


def test_a_next_placement_that_was_decided_in_time_leaves_no_gap_and_a_later_one_meets_it():
    reviewed, late = Life(), Life()
    for life in (reviewed, late):
        watched(life)
        placed(life, date(2025, 8, 20))
    placed(reviewed, date(2026, 3, 1), placement=DESIGNATION)
    left(reviewed, date(2026, 3, 1), "reviewed")
    left(late, date(2026, 3, 1))
    placed(late, date(2026, 4, 10), placement=DESIGNATION)
    assert due_days(reviewed, "placement-again", date(2026, 6, 1)) == []
    met = end_of(late, "placement-again", date(2026, 6, 1))
    assert met is not None
    assert (met.outcome, met.met_at) == (DutyEnd.LATE, moment_of(date(2026, 4, 10)))


def test_a_second_abnormal_screening_does_not_open_what_is_owed_already():
    life = Life()
    abnormal = {"category": "autism", "outcome": "abnormal", "instrument": "warning_signs", "state": "screen_positive"}
    for day in (date(2026, 3, 2), date(2026, 5, 4)):
        life.add(screening.ScreeningRecorded, day, **abnormal)
    assert opened_days(life, "referral-due", date(2026, 6, 1)) == [date(2026, 3, 2)]
    life.add(screening.ReferralIssued, date(2026, 6, 1), category="autism", step="rescreening")
    life.add(screening.ScreeningRecorded, date(2026, 7, 1), **abnormal)
    assert opened_days(life, "referral-due", date(2026, 7, 2)) == [date(2026, 3, 2), date(2026, 7, 1)]


def test_a_lapsed_approval_stays_owed_until_somebody_speaks_with_the_family():
    life, approval = Life(), UUID(int=77)
    life.add(
        rehab.AssistanceApproved, FIRST, approval=approval, category="autism", item="training", county=COUNTY,
        enrol_by=date(2026, 4, 1),
    )  # fmt: skip
    life.add(rehab.AssistanceLapsed, date(2026, 4, 2), approval=approval, lapsed_on=date(2026, 4, 2))
    assert end_of(life, "approved-not-enrolled", date(2026, 5, 1)) is None
    informed = life.add(rehab.FamilyInformed, date(2026, 5, 4), category="autism", outcome="declined")
    end = end_of(life, "approved-not-enrolled", date(2026, 5, 5))
    assert end is not None
    assert (end.outcome, end.met_by) == (DutyEnd.LATE, informed.id)


def test_another_placement_ends_the_terms_of_the_one_before():
    life = Life()
    placed(life, date(2025, 9, 1))
    placed(life, date(2026, 3, 1), placement=DESIGNATION)
    assert due_days(life, "iep-due", date(2026, 4, 1)) == [date(2025, 10, 1), date(2026, 3, 31)]


@pytest.mark.parametrize("mode", ["deferred", "vocational"])
def test_who_is_not_at_a_school_needs_no_programme(mode: str):
    life = Life()
    placed(life, date(2025, 9, 1), mode=mode)
    assert due_days(life, "iep-due", date(2026, 9, 2)) == []


def test_a_programme_of_the_term_before_does_not_serve_this_one():
    life = Life()
    placed(life, date(2025, 9, 1))
    life.add(
        education.IepAgreed, date(2025, 9, 10), placement=PLACEMENT, term_from=date(2025, 9, 1),
        term_until=date(2026, 1, 31),
    )  # fmt: skip
    found = duties_of(Ground(life.book, moment_of(date(2026, 3, 2)), DutyLimits())).duties
    ends = {duty.opened_at: duty.end is not None for duty in found if duty.row.id == "iep-due"}
    assert list(ends.values()) == [True, False]


@pytest.mark.parametrize(("category", "owed"), [("autism", 1), ("hearing", 0)])
def test_only_children_of_the_agreement_s_categories_are_to_be_transferred(category: str, owed: int):
    life = Life()
    enrolled(life)
    life.add_about(CENTRE, rehab.DesignationGranted, FIRST, designation=DESIGNATION, categories=[category])
    day = date(2026, 4, 1)
    life.add_about(CENTRE, rehab.DesignationSuspended, day, designation=DESIGNATION, suspended_on=day)
    assert len(due_days(life, "transfer-children", date(2026, 5, 1))) == owed


def test_a_designation_given_back_leaves_the_children_where_they_are():
    life, day, back = Life(), date(2026, 4, 1), date(2026, 4, 20)
    enrolled(life)
    life.add_about(CENTRE, rehab.DesignationSuspended, day, designation=DESIGNATION, suspended_on=day)
    life.add_about(CENTRE, rehab.DesignationReinstated, back, designation=DESIGNATION, reinstated_on=back)
    (duty,) = [
        duty
        for duty in duties_of(Ground(life.book, moment_of(date(2026, 5, 1)), DutyLimits())).duties
        if duty.row.id == "transfer-children"
    ]
    assert duty.end is not None
    assert (duty.end.outcome, duty.end.met_at) == (own.DutyEnd.VOID, moment_of(back))


@pytest.mark.parametrize(("decision", "severity"), [("explained", "hold"), ("confirmed", "review")])
def test_nothing_is_recovered_for_a_finding_that_is_explained_or_holds_no_money(decision: str, severity: str):
    life = Life()
    trained(life, FIRST)
    session = life.told[-1]
    claim, line, payment = UUID(int=31), UUID(int=32), UUID(int=33)
    row = {
        "line": line, "enrolment": ENROLMENT, "provision": None, "month": "2026-03", "sessions": 1, "attended_days": 1,
        "planned_days": 20, "amount": 1, "insurance_paid": 0,
    }  # fmt: skip
    life.add(rehab.ClaimSubmitted, date(2026, 4, 1), claim=claim, lines=[row])
    life.add(rehab.PaymentMade, date(2026, 4, 2), payment=payment, claim=claim, lines=[line])
    life.add(own.FindingRaised, date(2026, 4, 3), finding=FINDING, severity=severity, evidence=[session.id])
    life.add(own.FindingReviewed, date(2026, 4, 4), finding=FINDING, decision=decision)
    assert due_days(life, "money-recovery", date(2026, 6, 1)) == []
