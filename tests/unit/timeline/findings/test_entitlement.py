"""F06, F07, F12, F13, F21, F24: whether a session was covered at all, and who gave it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.findings.limits import AgeRule
from shared.contracts.codes import DisabilityCategory, RehabCategory, ScreeningCategory
from shared.contracts.events import rehab, screening
from tests.support.findings import (
    BORN,
    FROM,
    MONDAY,
    THERAPIST,
    UNTIL,
    Centre,
    Way,
    a_centre,
    a_child_in_training,
    flagged,
)

LATE = timedelta(days=60)


@pytest.mark.parametrize(
    ("day", "raised"),
    [
        (FROM - timedelta(days=1), True), (FROM, False), (UNTIL, False), (UNTIL + timedelta(days=1), True),
    ],
)  # fmt: skip
def test_f06_only_days_of_the_approval_are_covered(day, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, day)
    assert bool(flagged("F06", way)) is raised


def rested(way: Way, enrolment: UUID, centre: UUID, since: date, until: date | None = None) -> None:
    kind = rehab.InterruptionKind.LEAVE_ILLNESS
    fact = rehab.EnrolmentSuspended(enrolment=enrolment, institution=centre, kind=kind, suspended_on=since)
    way.told(fact, since, recorded=LATE)
    if until:
        way.told(rehab.EnrolmentResumed(enrolment=enrolment, institution=centre, resumed_on=until), until)


@pytest.mark.parametrize(("day", "raised"), [(1, False), (2, True), (4, True), (5, False)])
def test_f06_a_leave_that_is_told_late_covers_its_days_up_to_the_first_day_back(day, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, date(2026, 3, day))
    assert flagged("F06", way) == []
    rested(way, enrolment, centre.id, MONDAY, date(2026, 3, 5))
    assert bool(flagged("F06", way)) is raised


def test_f06_a_day_back_that_is_told_late_clears_what_came_after_it():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, date(2026, 3, 10))
    rested(way, enrolment, centre.id, MONDAY)
    assert flagged("F06", way)
    way.told(rehab.EnrolmentResumed(enrolment=enrolment, institution=centre.id, resumed_on=date(2026, 3, 10)), MONDAY)
    assert flagged("F06", way) == []


def test_f06_sessions_after_the_end_of_the_enrolment_or_a_lapse_are_not_covered():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    end = rehab.EnrolmentEnded(
        enrolment=enrolment, institution=centre.id, ended_on=MONDAY, reason=rehab.EnrolmentEndReason.WITHDRAWN
    )
    way.told(end, MONDAY, recorded=LATE)
    assert flagged("F06", way)
    lapsed, approval = Way(), uuid4()
    second = lapsed.enrolled(centre.id, lapsed.approved(approval=approval).approval)
    lapsed.trained(second, centre.id)
    assert flagged("F06", lapsed) == []
    lapsed.told(rehab.AssistanceLapsed(approval=approval, lapsed_on=MONDAY), MONDAY)
    assert flagged("F06", lapsed)


def test_f06_a_session_of_an_enrolment_that_is_not_known_yet_is_not_judged():
    way = Way()
    way.trained(uuid4(), uuid4())
    assert flagged("F06", way) == []


def nearly_grown(born: date) -> tuple[Way, UUID, Centre]:
    centre, way = a_centre(), Way()
    way.registered(born)
    return way, way.enrolled(centre.id, way.approved(age_band=rehab.AgeBand.FROM_7).approval), centre


@pytest.mark.parametrize(("born", "raised"), [(date(2008, 3, 2), True), (date(2008, 3, 3), False)])
def test_f07_the_eighteenth_birthday_is_the_first_day_that_is_not_paid(born, raised):
    way, enrolment, centre = nearly_grown(born)
    way.trained(enrolment, centre.id, MONDAY)
    assert bool(flagged("F07", way)) is raised


@pytest.mark.parametrize(
    ("age_rule", "raised"),
    [(AgeRule.AT_APPROVAL, False), (AgeRule.AT_YEAR_START, False), (AgeRule.AT_SERVICE_DATE, True)],
)
def test_f07_which_band_is_right_follows_the_age_rule(age_rule, raised):
    centre, way = a_centre(), Way()
    way.registered(date(2019, 2, 1))
    enrolment = way.enrolled(centre.id, way.approved(age_band=rehab.AgeBand.UNDER_7).approval)
    way.trained(enrolment, centre.id, MONDAY)
    assert bool(flagged("F07", way, age_rule=age_rule)) is raised


def test_f07_a_birth_date_that_is_put_right_changes_the_verdict_both_ways():
    way, enrolment, centre = nearly_grown(date(2009, 1, 1))
    way.trained(enrolment, centre.id, MONDAY)
    assert flagged("F07", way) == []
    first = UUID(str(way.streams["screening"].events[0].id))
    told: dict[str, Any] = {"sex": "female", "region": "371602", "identifier_kind": "resident_number"}
    elder = screening.ChildRegistered.model_validate(
        {**told, "birth_date": date(2007, 1, 1), "correction_of": first}, strict=False
    )
    second = way.told(elder, date(2026, 5, 1))
    assert flagged("F07", way)
    younger = elder.model_copy(update={"birth_date": date(2009, 1, 1), "correction_of": second.id})
    way.told(younger, date(2026, 5, 2))
    assert flagged("F07", way) == []


def staffed(centre: Centre, **changed: Any) -> list[Any]:
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY, **changed)
    return flagged("F12", way, centres=[centre])


def test_f12_who_stands_on_the_list_for_the_discipline_is_qualified_and_anybody_else_is_not():
    centre = a_centre()
    assert staffed(centre) == []
    assert staffed(centre, therapist=uuid4())
    assert staffed(centre, discipline=rehab.Discipline.ST)


@pytest.mark.parametrize(("until", "raised"), [(MONDAY - timedelta(days=1), True), (MONDAY, False)])
def test_f12_the_last_day_of_the_licence_is_still_covered(until, raised):
    centre = Centre()
    centre.employs(licence_until=until)
    assert bool(staffed(centre)) is raised
    centre.employs(licence_until=date(2028, 1, 1))
    assert staffed(centre) == []


@pytest.mark.parametrize(("lapsed_on", "raised"), [(MONDAY, True), (MONDAY + timedelta(days=1), False)])
def test_f12_a_lapse_that_is_told_late_changes_the_verdict_from_its_day_on(lapsed_on, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY)
    assert flagged("F12", way, centres=[centre]) == []
    centre.told(rehab.StaffLapsed(therapist=THERAPIST, lapsed_on=lapsed_on, reason=rehab.LapseReason.LICENCE_EXPIRED))
    assert bool(flagged("F12", way, centres=[centre])) is raised
    centre.employs(since=lapsed_on + timedelta(days=30))
    assert bool(flagged("F12", way, centres=[centre])) is raised


def test_f12_an_institution_that_never_sent_a_list_is_not_judged_by_it():
    assert staffed(Centre()) == []


def designated(centre: Centre) -> list[Any]:
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY)
    return flagged("F13", way, centres=[centre])


def test_f13_a_designation_covers_its_categories_on_its_days():
    assert designated(a_centre()) == []
    assert designated(Centre())
    other = Centre()
    other.designated(categories=(RehabCategory.AUTISM,))
    assert designated(other)
    other.designated(categories=(RehabCategory.PHYSICAL,), valid_until=MONDAY - timedelta(days=1))
    assert designated(other)
    other.designated(categories=(RehabCategory.PHYSICAL,), valid_from=MONDAY, valid_until=MONDAY)
    assert designated(other) == []


@pytest.mark.parametrize(("back", "raised"), [(MONDAY, False), (MONDAY + timedelta(days=1), True)])
def test_f13_a_suspension_that_is_told_late_counts_until_the_day_of_reinstatement(back, raised):
    centre = Centre()
    agreement = centre.designated()
    assert designated(centre) == []
    reason = rehab.SuspensionReason.SAFETY
    centre.told(rehab.DesignationSuspended(designation=agreement, suspended_on=MONDAY, reason=reason))
    assert designated(centre)
    centre.told(rehab.DesignationReinstated(designation=agreement, reinstated_on=back))
    assert bool(designated(centre)) is raised


@pytest.mark.parametrize(("removed_on", "raised"), [(MONDAY, True), (MONDAY + timedelta(days=1), False)])
def test_f13_a_removal_counts_from_its_day_on(removed_on, raised):
    centre = Centre()
    agreement = centre.designated()
    reason = rehab.RemovalReason.FRAUD
    centre.told(rehab.DesignationRemoved(designation=agreement, removed_on=removed_on, reason=reason))
    assert bool(designated(centre)) is raised


def certified(way: Way, category: DisabilityCategory, *parts: DisabilityCategory) -> UUID:
    fact = screening.CertificateIssued(
        grading=uuid4(), category=category, parts=parts, grade=2, county="371602", issued_on=date(2025, 6, 1),
        valid_until=date(2035, 5, 31),
    )  # fmt: skip
    way.told(fact, fact.issued_on)
    return fact.grading


def in_training(category: RehabCategory) -> Way:
    way = Way()
    way.enrolled(uuid4(), way.approved(category=category).approval, category=category)
    return way


@pytest.mark.parametrize(
    ("certificate", "category", "supported"),
    [
        (DisabilityCategory.PHYSICAL, RehabCategory.PHYSICAL, True),
        (DisabilityCategory.MENTAL, RehabCategory.AUTISM, True),
        (DisabilityCategory.HEARING, RehabCategory.SPEECH, True),
        (DisabilityCategory.VISUAL, RehabCategory.PHYSICAL, False),
    ],
)
def test_f21_a_certificate_supports_what_the_table_says(certificate, category, supported):
    way = in_training(category)
    assert flagged("F21", way)
    certified(way, certificate)
    assert bool(flagged("F21", way)) is not supported


def test_f21_of_a_multiple_disability_the_single_categories_count():
    way = in_training(RehabCategory.VISION)
    certified(way, DisabilityCategory.MULTIPLE, DisabilityCategory.INTELLECTUAL, DisabilityCategory.VISUAL)
    assert flagged("F21", way) == []


def test_f21_a_regrade_before_the_first_day_changes_the_verdict_and_one_after_it_does_not():
    for day, raised in ((FROM, True), (FROM + timedelta(days=1), False)):
        way = in_training(RehabCategory.PHYSICAL)
        grading = certified(way, DisabilityCategory.PHYSICAL)
        regraded = screening.CertificateRegraded(
            grading=grading, category=DisabilityCategory.VISUAL, grade=2, regraded_on=day
        )
        way.told(regraded, day, recorded=LATE)
        assert bool(flagged("F21", way)) is raised


def test_f21_a_diagnosis_that_arrives_late_supports_and_its_exclusion_does_not():
    way = in_training(RehabCategory.PHYSICAL)
    way.diagnosed(day=date(2025, 12, 10))
    assert flagged("F21", way) == []
    excluded = screening.DiagnosisRecorded(
        diagnosis=uuid4(), category=ScreeningCategory.PHYSICAL, outcome=screening.DiagnosisOutcome.EXCLUDED,
        diagnosed_on=date(2025, 12, 20), institution=uuid4(), no_screening_record=False,
        state=screening.SuspicionState.EXCLUDED,
    )  # fmt: skip
    way.told(excluded, excluded.diagnosed_on, recorded=LATE)
    assert flagged("F21", way)


def with_vision(*spans: tuple[date, date]) -> tuple[Way, list[UUID], Centre]:
    way, centre = Way(), a_centre()
    way.registered(BORN)
    vision: dict[str, Any] = {"category": RehabCategory.VISION}
    enrolments = [
        way.enrolled(centre.id, way.approved(**vision).approval, started_on=since, expected_until=until, **vision)
        for since, until in spans
    ]
    return way, enrolments, centre


@pytest.mark.parametrize(("day", "raised"), [(date(2026, 2, 28), False), (date(2026, 3, 1), True)])
def test_f24_vision_training_is_assisted_for_two_years(day, raised):
    way, (enrolment,), centre = with_vision((date(2024, 3, 1), date(2026, 12, 31)))
    way.trained(enrolment, centre.id, day)
    assert bool(flagged("F24", way)) is raised


def test_f24_the_time_between_two_enrolments_does_not_count_and_an_end_told_late_changes_the_verdict():
    way, (first, second), centre = with_vision(
        (date(2023, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 12, 31))
    )
    way.trained(second, centre.id, MONDAY)
    assert flagged("F24", way)
    end = rehab.EnrolmentEnded(
        enrolment=first, institution=centre.id, ended_on=date(2024, 1, 1), reason=rehab.EnrolmentEndReason.FINISHED
    )
    way.told(end, end.ended_on, recorded=LATE)
    assert flagged("F24", way) == []


def test_f24_other_training_has_no_such_term():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre, started_on=date(2022, 1, 1))
    way.trained(enrolment, centre.id)
    assert flagged("F24", way) == []
