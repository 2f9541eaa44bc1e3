"""F01-F05, F10, F11: where the child or its therapist cannot have been."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.crossing import Clash, ClashDay, Crossing
from shared.contracts.events import custody, education, rehab, screening
from shared.contracts.events.custody import LeaveType, SignOutKind
from tests.support.findings import FROM, MONDAY, Way, a_centre, a_child_in_training, at, evidence, flagged

TUESDAY = MONDAY + timedelta(days=1)


def ended(way: Way, enrolment: UUID, centre: UUID, day: date) -> None:
    fact = rehab.EnrolmentEnded(
        enrolment=enrolment, institution=centre, ended_on=day, reason=rehab.EnrolmentEndReason.TRANSFERRED
    )
    way.told(fact, day)


def two_enrolments(second_starts: date) -> tuple[Way, UUID, UUID, UUID]:
    here, there = a_centre(), a_centre()
    way, first = a_child_in_training(here)
    way.enrolled(there.id, way.approved().approval, started_on=second_starts)
    return way, first, here.id, there.id


def test_f01_two_enrolments_of_one_item_at_two_institutions_are_flagged_at_both():
    way, _, here, there = two_enrolments(date(2026, 3, 1))
    flags = flagged("F01", way)
    assert {flag.institution for flag in flags} == {here, there}
    assert {(flag.first_day, flag.last_day) for flag in flags} == {(date(2026, 3, 1), date(2026, 12, 31))}


def test_f01_a_transfer_on_one_day_is_no_overlap_and_comes_to_be_one_when_the_end_is_told_late():
    way, first, here, _ = two_enrolments(date(2026, 3, 1))
    assert len(flagged("F01", way)) == 2
    ended(way, first, here, date(2026, 3, 1))
    assert flagged("F01", way) == []


def test_f01_training_at_one_institution_and_a_device_at_another_do_not_overlap():
    way, _ = a_child_in_training(a_centre())
    way.enrolled(uuid4(), way.approved().approval, item=rehab.AssistanceItem.DEVICE)
    assert flagged("F01", way) == []


def test_f01_enrolments_of_two_cases_overlap_once_they_are_one_child():
    one, other = (a_child_in_training(a_centre())[0] for _ in range(2))
    assert flagged("F01", one) == []
    assert {flag.case for flag in flagged("F01", one, other)} == {one.case, other.case}


def test_f02_sessions_that_share_a_minute_are_flagged():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    one = way.trained(enrolment, centre.id, clock="09:00", minutes=45)
    other = way.trained(enrolment, centre.id, clock="09:44", minutes=45)
    (flag,) = flagged("F02", way)
    assert (flag.rule, flag.institution, flag.first_day, flag.last_day) == ("F02", centre.id, MONDAY, MONDAY)
    assert flag.evidence == tuple(sorted((one.id, other.id)))


def test_f02_sessions_back_to_back_do_not_clash_and_a_missed_one_clashes_with_nothing():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, clock="09:00", minutes=45)
    way.trained(enrolment, centre.id, clock="09:45", minutes=45)
    way.trained(enrolment, centre.id, clock="09:10", attended=False)
    assert flagged("F02", way) == []


def test_f02_a_correction_that_arrives_late_clears_a_clash_and_another_makes_one():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    other = way.trained(enrolment, centre.id, clock="09:10")
    assert flagged("F02", way)
    put_right = way.moved(other, at(MONDAY, "14:00"))
    assert flagged("F02", way) == []
    way.trained(enrolment, centre.id, clock="14:30")
    assert put_right.id in evidence(flagged("F02", way))


def test_f02_sessions_of_two_cases_clash_once_they_are_one_child_and_each_keeps_its_own_finding():
    here, there = a_centre(), a_centre()
    one, first = a_child_in_training(here)
    other, second = a_child_in_training(there)
    one.trained(first, here.id)
    other.trained(second, there.id, clock="09:30")
    assert flagged("F02", one) == []
    flags = flagged("F02", one, other)
    assert {(flag.case, flag.institution) for flag in flags} == {(one.case, here.id), (other.case, there.id)}


def test_f03_a_session_whose_therapist_gave_another_is_flagged_until_it_is_corrected():
    centre, peer, theirs = a_centre(), uuid4(), uuid4()
    way, enrolment = a_child_in_training(centre)
    mine = way.trained(enrolment, centre.id)
    day = ClashDay(uuid4(), MONDAY, 7, frozenset({way.case, peer}))
    clashing = Crossing(clashes=(Clash(mine.id, theirs, way.case, day),), clash_days=(day,))
    (flag,) = flagged("F03", way, crossing=clashing)
    assert set(flag.evidence) == {mine.id, theirs}
    assert flag.ties == day.ties
    assert flagged("F03", way, crossing=Crossing()) == []
    way.voided(mine)
    assert flagged("F03", way, crossing=clashing) == []


def hospital(way: Way, admitted: date, discharged: date | None = None) -> None:
    stay = uuid4()
    way.told(screening.HospitalAdmitted(stay=stay, admitted_on=admitted), admitted, recorded=timedelta(days=40))
    if discharged:
        way.told(screening.HospitalDischarged(stay=stay, discharged_on=discharged), discharged)


@pytest.mark.parametrize(("day", "raised"), [(1, False), (2, False), (3, True), (4, True), (5, False), (6, False)])
def test_f04_only_days_strictly_between_admission_and_discharge_are_flagged(day, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, date(2026, 3, day))
    assert flagged("F04", way) == []
    hospital(way, date(2026, 3, 2), date(2026, 3, 5))
    assert bool(flagged("F04", way)) is raised


def test_f04_a_session_at_the_bedside_is_none_of_it():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, date(2026, 3, 3), bedside=True)
    hospital(way, date(2026, 3, 2), date(2026, 3, 5))
    assert flagged("F04", way) == []


def test_f04_a_discharge_that_arrives_late_clears_what_came_after_it():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    session = way.trained(enrolment, centre.id, date(2026, 3, 6))
    stay = uuid4()
    admitted = way.told(screening.HospitalAdmitted(stay=stay, admitted_on=MONDAY), MONDAY)
    assert evidence(flagged("F04", way)) == {session.id, admitted.id}
    way.told(screening.HospitalDischarged(stay=stay, discharged_on=date(2026, 3, 5)), date(2026, 3, 5))
    assert flagged("F04", way) == []


def test_f05_a_death_told_six_weeks_late_changes_the_verdict_on_past_sessions():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY)
    after = [way.trained(enrolment, centre.id, MONDAY + timedelta(days=n)) for n in (1, 2, 31)]
    assert flagged("F05", way) == []
    death = way.told(screening.DeathRegistered(died_on=MONDAY), MONDAY, recorded=timedelta(weeks=6))
    march, april = flagged("F05", way)
    assert set(march.evidence) == {death.id, after[0].id, after[1].id}
    assert (april.first_day, april.last_day) == (date(2026, 4, 2), date(2026, 4, 2))
    assert march.steps[0].en.endswith("the child had died on 2026-03-02.")


def test_f05_the_day_of_death_itself_is_not_after_it_and_a_corrected_date_clears():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, TUESDAY)
    wrong = way.told(screening.DeathRegistered(died_on=MONDAY), MONDAY)
    assert flagged("F05", way)
    way.told(screening.DeathRegistered(died_on=TUESDAY, correction_of=wrong.id), TUESDAY)
    assert flagged("F05", way) == []


def at_school(
    way: Way, school: UUID, *, mode=education.PlacementMode.REGULAR_CLASS, corrects=None, **changed
) -> object:
    told = {
        "status": education.AttendanceStatus.PRESENT,
        "starts_at": at(MONDAY, "08:00"),
        "ends_at": at(MONDAY, "11:30"),
    }
    fact = education.AttendanceRecorded(
        placement=uuid4(), mode=mode, institution=school, on=MONDAY, correction_of=corrects, **{**told, **changed}
    )
    return way.told(fact, MONDAY)


def test_f10_a_session_during_school_is_flagged_and_one_from_the_bell_on_is_not():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    during = way.trained(enrolment, centre.id, clock="11:00")
    way.trained(enrolment, centre.id, clock="11:30")
    day = at_school(way, uuid4())
    assert evidence(flagged("F10", way)) == {during.id, day.id}


def test_f10_a_day_that_turns_out_missed_clears_and_one_without_times_says_nothing():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    day = at_school(way, uuid4())
    assert flagged("F10", way)
    at_school(way, uuid4(), status=education.AttendanceStatus.ABSENT, corrects=day.id)
    at_school(way, uuid4(), starts_at=None, ends_at=None)
    assert flagged("F10", way) == []


def test_f10_a_teaching_site_in_the_institution_itself_is_no_clash_and_home_teaching_is_one():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    at_school(way, centre.id, mode=education.PlacementMode.TEACHING_SITE)
    assert flagged("F10", way) == []
    visit = education.HomeTeachingRecorded(
        visit=uuid4(), placement=uuid4(), school=uuid4(), teacher=uuid4(), starts_at=at(MONDAY, "08:30"),
        ends_at=at(MONDAY, "10:45"), class_hours=3,
    )  # fmt: skip
    way.told(visit, at(MONDAY, "08:30"))
    assert flagged("F10", way)


def signed_out(way: Way, stay: UUID, house: UUID, kind: SignOutKind) -> None:
    way.told(custody.SignedOut(stay=stay, institution=house, kind=kind, at=at(MONDAY, "08:00")), at(MONDAY, "08:00"))


def signed_in(way: Way, stay: UUID, house: UUID, clock: str) -> None:
    way.told(custody.SignedIn(stay=stay, institution=house, at=at(MONDAY, clock)), at(MONDAY, clock))


@pytest.mark.parametrize(("back", "raised"), [("09:00", False), ("09:01", True), ("12:00", True)])
def test_f11_a_session_in_the_house_while_signed_out_of_it_is_flagged(back, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    stay = way.admitted(centre.id)
    signed_out(way, stay, centre.id, SignOutKind.PICK_UP)
    assert flagged("F11", way)
    signed_in(way, stay, centre.id, back)
    assert bool(flagged("F11", way)) is raised


@pytest.mark.parametrize(
    ("kind", "raised"), [(SignOutKind.PICK_UP, False), (SignOutKind.ACTIVITY, False), (SignOutKind.HOSPITAL, True)]
)
def test_f11_who_was_picked_up_may_be_trained_elsewhere_who_went_to_hospital_not(kind, raised):
    centre, home = a_centre(), uuid4()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    signed_out(way, way.admitted(home), home, kind)
    assert bool(flagged("F11", way)) is raised


@pytest.mark.parametrize(
    ("kind", "mode", "raised"),
    [
        (LeaveType.ILLNESS, rehab.SessionMode.INDIVIDUAL, True),
        (LeaveType.HOLIDAY, rehab.SessionMode.GROUP, True),
        (LeaveType.FAMILY, rehab.SessionMode.INDIVIDUAL, False),
        (LeaveType.ILLNESS, rehab.SessionMode.HOME, False),
    ],
)
def test_f11_a_leave_that_is_told_late_speaks_against_sessions_anywhere_but_at_home(kind, mode, raised):
    centre, home, leave = a_centre(), uuid4(), uuid4()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, mode=mode)
    stay = way.admitted(home)
    began = custody.LeaveStarted(
        leave=leave, stay=stay, institution=home, kind=kind, starts_at=at(FROM), expected_back_at=at(TUESDAY),
        overdue_at=at(TUESDAY, "21:00"),
    )  # fmt: skip
    way.told(began, at(FROM), recorded=timedelta(days=90))
    assert bool(flagged("F11", way)) is raised
    way.told(custody.LeaveEnded(leave=leave, stay=stay, institution=home, ended_at=at(MONDAY, "08:00")), at(MONDAY))
    assert flagged("F11", way) == []
