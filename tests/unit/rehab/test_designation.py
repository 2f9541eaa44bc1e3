"""Designation of institutions: admission, suspension, coming back (handbook §3.4)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.rehab.domain.designation import (
    Designation,
    DesignationOrder,
    check_capacity,
    designation_for,
    grant_designation,
    reinstate_designation,
    remove_designation,
    suspend_designation,
)
from services.rehab.domain.policy import read_assistance_policies
from services.rehab.domain.rules import Rules
from services.rehab.domain.supervision import (
    GradeInstitution,
    Score,
    StaffMember,
    expire_licence,
    grade_designation,
    lapse_staff,
    qualify_staff,
)
from services.rehab.errors import (
    AlreadyGraded,
    AlreadyRemoved,
    AlreadySuspended,
    CapacityFull,
    DesignationIsSuspended,
    DesignationOverlaps,
    HoursBackwards,
    LicenceOver,
    NotALegalPerson,
    NotDesignated,
    NotOnStaff,
    NotSuspended,
    OutsideAgreement,
    PeriodBackwards,
    RectificationOpen,
    SittingChildren,
    StaffLater,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    Discipline,
    InstitutionGrade,
    LapseReason,
    OpeningHours,
    RemovalReason,
    SuspensionReason,
)

AUTISM, HEARING, PHYSICAL = RehabCategory.AUTISM, RehabCategory.HEARING, RehabCategory.PHYSICAL
CENTRE = uuid4()
SD_2026 = read_assistance_policies().named("SD-2026")
HELD = Designation(uuid4(), CENTRE, "371602", frozenset({AUTISM}), date(2024, 1, 1), date(2025, 12, 31))
ORDER = DesignationOrder(
    uuid4(), "371602", frozenset({HEARING, AUTISM}), date(2026, 1, 1), None, capacity=40, legal_person=True
)


def test_an_agreement_runs_two_years_by_default():
    granted = grant_designation(ORDER, [HELD], Rules())
    assert (granted.valid_from, granted.valid_until) == (date(2026, 1, 1), date(2027, 12, 31))
    assert granted.categories == (AUTISM, HEARING)


def test_the_length_of_an_agreement_is_configured():
    assert grant_designation(ORDER, [], Rules(designation_years=3)).valid_until == date(2028, 12, 31)


def test_a_branch_is_not_designated():
    with pytest.raises(NotALegalPerson):
        grant_designation(replace(ORDER, legal_person=False), [], Rules())


def test_an_agreement_does_not_end_before_it_starts():
    with pytest.raises(PeriodBackwards):
        grant_designation(replace(ORDER, valid_until=date(2025, 12, 31)), [], Rules())


@pytest.mark.parametrize("starts", [date(2025, 12, 31), date(2024, 1, 1), date(2023, 6, 1)])
def test_a_category_is_not_designated_twice_at_a_time(starts):
    with pytest.raises(DesignationOverlaps) as refusal:
        grant_designation(replace(ORDER, valid_from=starts), [HELD], Rules())
    assert refusal.value.details == {"categories": ["autism"]}


def test_another_category_may_be_added():
    order = replace(ORDER, categories=frozenset({PHYSICAL}), valid_from=date(2024, 6, 1))
    assert grant_designation(order, [HELD], Rules()).categories == (PHYSICAL,)


def test_a_suspended_institution_comes_back_by_a_new_agreement():
    suspended = replace(HELD, suspended_on=date(2025, 3, 1))
    assert grant_designation(replace(ORDER, valid_from=date(2025, 3, 1)), [suspended], Rules())
    with pytest.raises(DesignationOverlaps):
        grant_designation(replace(ORDER, valid_from=date(2025, 2, 28)), [suspended], Rules())


def test_suspension_names_the_agreement_and_the_first_day():
    fact = suspend_designation(HELD, date(2024, 5, 1), SuspensionReason.SERIOUS_BREACH, SD_2026, None)
    assert (fact.designation, fact.suspended_on) == (HELD.id, date(2024, 5, 1))


def test_suspension_happens_once_and_inside_the_agreement():
    with pytest.raises(AlreadySuspended):
        suspend_designation(
            replace(HELD, suspended_on=date(2024, 4, 1)), date(2024, 5, 1), SuspensionReason.SAFETY, SD_2026, None
        )
    with pytest.raises(OutsideAgreement):
        suspend_designation(HELD, date(2026, 1, 1), SuspensionReason.SAFETY, SD_2026, None)


@pytest.mark.parametrize("on", [date(2024, 1, 1), date(2025, 12, 31)])
def test_both_ends_of_an_agreement_belong_to_it(on):
    assert designation_for(AUTISM, on, [HELD]) is HELD


@pytest.mark.parametrize(
    ("category", "on"), [(AUTISM, date(2023, 12, 31)), (AUTISM, date(2026, 1, 1)), (HEARING, date(2024, 6, 1))]
)
def test_no_agreement_covers_another_time_or_category(category, on):
    with pytest.raises(NotDesignated):
        designation_for(category, on, [HELD])


def test_a_suspended_agreement_takes_nobody_from_that_day():
    suspended = replace(HELD, suspended_on=date(2025, 3, 1))
    assert designation_for(AUTISM, date(2025, 2, 28), [suspended]) is suspended
    with pytest.raises(DesignationIsSuspended):
        designation_for(AUTISM, date(2025, 3, 1), [suspended])


def test_a_new_agreement_serves_beside_the_suspended_one():
    back = replace(HELD, id=uuid4(), valid_from=date(2025, 6, 1))
    suspended = replace(HELD, suspended_on=date(2025, 3, 1))
    assert designation_for(AUTISM, date(2025, 6, 1), [suspended, back]) is back


def test_opening_hours_end_after_they_begin_and_are_kept_in_order():
    monday = OpeningHours(weekday=1, opens="08:00", closes="17:30")
    sunday = OpeningHours(weekday=7, opens="09:00", closes="12:00")
    assert grant_designation(replace(ORDER, hours=(sunday, monday)), [], Rules()).hours == (monday, sunday)
    with pytest.raises(HoursBackwards):
        grant_designation(replace(ORDER, hours=(OpeningHours(weekday=1, opens="17:30", closes="08:00"),)), [], Rules())


def test_a_breach_is_to_be_put_right_within_the_days_of_the_policy():
    fact = suspend_designation(HELD, date(2024, 5, 1), SuspensionReason.SAFETY, SD_2026, None)
    assert fact.rectify_by == date(2024, 7, 30)
    named = suspend_designation(HELD, date(2024, 5, 1), SuspensionReason.SAFETY, SD_2026, date(2024, 6, 1))
    assert named.rectify_by == date(2024, 6, 1)


SUSPENDED = replace(HELD, suspended_on=date(2024, 5, 1))


def test_a_suspension_is_lifted_once_it_was_imposed():
    assert reinstate_designation(SUSPENDED, date(2024, 6, 1)).reinstated_on == date(2024, 6, 1)
    for held, on in ((HELD, date(2024, 6, 1)), (SUSPENDED, date(2024, 4, 30))):
        with pytest.raises(NotSuspended):
            reinstate_designation(held, on)


def test_days_under_a_lifted_suspension_stay_closed():
    lifted = replace(HELD, before=((date(2024, 5, 1), date(2024, 6, 1)),))
    assert designation_for(AUTISM, date(2024, 6, 1), [lifted]) is lifted
    with pytest.raises(DesignationIsSuspended) as refusal:
        designation_for(AUTISM, date(2024, 5, 31), [lifted])
    assert refusal.value.details == {"since": "2024-05-01"}


@pytest.mark.parametrize("reason", RemovalReason)
def test_children_are_transferred_before_a_designation_ends_unless_it_is_fraud_or_closing_down(reason):
    held = replace(SUSPENDED, rectify_by=date(2024, 7, 30))
    assert remove_designation(held, date(2024, 7, 31), reason, 0).removed_on == date(2024, 7, 31)
    if reason in {RemovalReason.FRAUD, RemovalReason.CLOSED_DOWN}:
        assert remove_designation(held, date(2024, 7, 31), reason, 12)
    else:
        with pytest.raises(SittingChildren):
            remove_designation(held, date(2024, 7, 31), reason, 12)


@pytest.mark.parametrize("held", [HELD, replace(SUSPENDED, rectify_by=date(2024, 7, 30))], ids=["never", "in time"])
def test_nobody_is_removed_for_want_of_rectification_before_its_time_ran_out(held):
    with pytest.raises(RectificationOpen):
        remove_designation(held, date(2024, 7, 30), RemovalReason.NOT_RECTIFIED, 0)


def test_a_removed_designation_is_over():
    removed = replace(HELD, removed_on=date(2024, 5, 1))
    assert designation_for(AUTISM, date(2024, 4, 30), [removed]) is removed
    with pytest.raises(NotDesignated):
        designation_for(AUTISM, date(2024, 5, 1), [removed])
    with pytest.raises(AlreadyRemoved):
        remove_designation(removed, date(2024, 6, 1), RemovalReason.FRAUD, 0)


def test_capacity_counts_who_sits_there():
    check_capacity(replace(HELD, capacity=3), 2)
    with pytest.raises(CapacityFull):
        check_capacity(replace(HELD, capacity=3), 3)


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "a"), (85, "a"), (84, "b"), (70, "b"), (69, "c"), (60, "c"), (59, "failed"), (0, "failed")],
)
def test_a_yearly_score_becomes_a_grade(score, grade):
    fact, suspended, explanation = grade_designation(HELD, Score(2024, score, date(2025, 1, 10)), frozenset(), SD_2026)
    assert (fact.grade, fact.policy, explanation.outcome) == (grade, "SD-2026", grade)
    assert (suspended is not None) == (grade == "failed")
    assert GradeInstitution(policy="SD-2026", score=score).explain() == explanation


def test_an_institution_that_failed_is_suspended_until_it_rectifies():
    _, suspended, _ = grade_designation(HELD, Score(2024, 59, date(2025, 1, 10)), frozenset(), SD_2026)
    assert (suspended.reason, suspended.rectify_by) == (SuspensionReason.GRADE_FAILED, date(2025, 4, 10))
    fact, again, _ = grade_designation(SUSPENDED, Score(2024, 59, date(2025, 1, 10)), frozenset(), SD_2026)
    assert (fact.grade, again) == (InstitutionGrade.FAILED, None)


def test_a_year_is_graded_once_and_inside_the_agreement():
    with pytest.raises(AlreadyGraded):
        grade_designation(HELD, Score(2024, 90, date(2025, 1, 10)), frozenset({2024}), SD_2026)
    with pytest.raises(OutsideAgreement):
        grade_designation(HELD, Score(2023, 90, date(2025, 1, 10)), frozenset(), SD_2026)


MEMBER = StaffMember(uuid4(), frozenset({Discipline.ST, Discipline.PT}), date(2024, 1, 1), date(2025, 6, 30))


def test_a_person_comes_on_the_list_with_a_licence_that_is_not_over():
    assert qualify_staff(MEMBER, None).disciplines == (Discipline.PT, Discipline.ST)
    with pytest.raises(LicenceOver):
        qualify_staff(replace(MEMBER, licence_until=date(2023, 12, 31)), None)
    with pytest.raises(StaffLater):
        qualify_staff(replace(MEMBER, since=date(2023, 12, 31)), MEMBER)
    assert qualify_staff(replace(MEMBER, since=date(2025, 7, 1), licence_until=date(2030, 6, 30)), MEMBER)


def test_a_licence_ends_with_its_last_day():
    fact = expire_licence(MEMBER)
    assert (fact.lapsed_on, fact.reason) == (date(2025, 7, 1), LapseReason.LICENCE_EXPIRED)


@pytest.mark.parametrize(
    "member", [None, replace(MEMBER, lapsed_on=date(2024, 5, 1)), replace(MEMBER, since=date(2024, 6, 2))]
)
def test_only_who_is_on_the_list_leaves_it(member):
    with pytest.raises(NotOnStaff):
        lapse_staff(member, date(2024, 6, 1), LapseReason.LEFT)
