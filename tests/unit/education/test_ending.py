"""How a placement ends, and what a decision asks of the child."""

from datetime import date
from uuid import UUID

import pytest

from services.education import errors
from services.education.domain.calendar import read_school_policies
from services.education.domain.ending import end_on_death, end_placement, replace
from services.education.domain.licences import Licence, check_site
from services.education.domain.placement import (
    Placement,
    PlacementOrder,
    Pupil,
    decide_placement,
    explain_order,
)
from shared.contracts.codes import OrgType
from shared.contracts.events.education import (
    LicenceStage,
    PlacementEndReason,
    PlacementMode,
    PlacementStep,
    SkipReason,
)

POLICY = read_school_policies().in_force(date(2024, 9, 18))
STRICT = POLICY.model_copy(
    update={"refuse_unlicensed_sites": POLICY.refuse_unlicensed_sites.model_copy(update={"value": True})}
)
SCHOOL, SITE, CASE = UUID(int=1), UUID(int=2), UUID(int=3)
DIED = date(2024, 3, 4)
GONE = PlacementEndReason.TRANSFERRED


def a_placement(starts_on, last_day=None):
    return Placement(UUID(int=9), PlacementMode.REGULAR_CLASS, SCHOOL, starts_on, last_day, SCHOOL, CASE)


OPEN = a_placement(date(2023, 9, 1))


@pytest.mark.parametrize(
    ("placement", "ended_on"),
    [
        (OPEN, date(2024, 3, 5)),
        (a_placement(date(2023, 9, 1), date(2024, 7, 5)), date(2024, 3, 5)),
        (a_placement(DIED), date(2024, 3, 5)),
        (a_placement(date(2024, 9, 1)), date(2024, 9, 1)),
        (a_placement(date(2023, 9, 1), DIED), None),
        (a_placement(date(2024, 9, 1), date(2024, 8, 31)), None),
    ],
    ids=["open", "to the summer", "began that day", "not begun", "over by then", "ended before it began"],
)
def test_a_death_ends_what_goes_on_beyond_it(placement, ended_on):
    ended = end_on_death([placement], DIED)
    assert [(fact.ended_on, fact.reason) for fact in ended] == (
        [(ended_on, PlacementEndReason.DECEASED)] if ended_on else []
    )


def test_a_death_that_was_taken_into_account_ends_nothing_more():
    first = end_on_death([OPEN], DIED)[0]
    assert end_on_death([a_placement(OPEN.starts_on, first.ended_on.replace(day=4))], DIED) == []


def order(mode=PlacementMode.REGULAR_CLASS, starts_on=date(2024, 9, 1), **more):
    given = {"site": None, "decided_on": date(2024, 7, 1), "ends_on": None, "reasons": {}} | more
    school = None if mode is PlacementMode.DEFERRED else SCHOOL
    return PlacementOrder(mode=mode, school=school, starts_on=starts_on, **given)


def decide(pupil, one):
    return decide_placement(pupil, one, [], POLICY, today=date(2024, 9, 18))


PUPIL = Pupil(date(2015, 3, 1), "371602", date(2021, 9, 1))


def test_a_decision_names_its_county_and_replaces_what_goes_on():
    fact = decide(PUPIL, order(review_by=date(2025, 7, 1)))
    assert (fact.county, fact.review_by) == ("371602", date(2025, 7, 1))
    over = a_placement(date(2020, 9, 1), date(2023, 7, 1))
    (ended,) = replace([over, OPEN], fact)
    assert (ended.placement, ended.ended_on, ended.reason) == (
        OPEN.id,
        date(2024, 9, 1),
        PlacementEndReason.REVIEWED,
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"died_on": date(2024, 8, 31)}, errors.ChildDied),
        ({"withdrawn": True}, errors.ConsentWithdrawn),
        ({"erased": True}, errors.ChildErased),
    ],
)
def test_nothing_new_is_decided_for_a_child_that_is_dead_masked_or_erased(changes, refusal):
    pupil = Pupil(PUPIL.born, PUPIL.county, PUPIL.compulsory_from, **changes)
    with pytest.raises(refusal):
        decide(pupil, order())


def test_what_began_before_the_death_may_still_be_entered():
    pupil = Pupil(PUPIL.born, PUPIL.county, PUPIL.compulsory_from, died_on=date(2024, 9, 1))
    assert decide(pupil, order()).starts_on == date(2024, 9, 1)


@pytest.mark.parametrize("applied_on", [None, date(2024, 7, 2)])
def test_a_deferral_needs_the_guardians_application_before_the_decision(applied_on):
    with pytest.raises(errors.DeferralNeedsApplication):
        decide(PUPIL, order(PlacementMode.DEFERRED, ends_on=date(2025, 8, 31), applied_on=applied_on))
    deferred = order(PlacementMode.DEFERRED, ends_on=date(2025, 8, 31), applied_on=date(2024, 7, 1))
    assert decide(PUPIL, deferred).review_by == date(2025, 8, 31)
    with pytest.raises(errors.ApplicationNotExpected):
        decide(PUPIL, order(applied_on=date(2024, 7, 1)))


@pytest.mark.parametrize(
    ("ended_on", "reason", "by", "last_recorded", "refusal"),
    [
        (date(2024, 3, 5), PlacementEndReason.DECEASED, OrgType.EDUCATION_AUTHORITY, None, errors.NotThisReason),
        (date(2024, 3, 5), PlacementEndReason.REVIEWED, OrgType.SCHOOL, None, errors.NotThisReason),
        (date(2023, 8, 31), GONE, OrgType.SCHOOL, None, errors.EndOutsidePlacement),
        (date(2024, 3, 5), GONE, OrgType.SCHOOL, date(2024, 3, 5), errors.RecordedAfterTheEnd),
        (
            date(2024, 3, 5),
            PlacementEndReason.ENTERED_IN_ERROR,
            OrgType.EDUCATION_AUTHORITY,
            date(2023, 9, 1),
            errors.RecordedAfterTheEnd,
        ),
    ],
)
def test_an_end_that_contradicts_the_records_is_refused(ended_on, reason, by, last_recorded, refusal):
    with pytest.raises(refusal):
        end_placement(OPEN, ended_on, reason, by, last_recorded)


def test_what_is_over_cannot_be_ended_later():
    over = a_placement(date(2023, 9, 1), date(2024, 3, 1))
    assert end_placement(over, date(2024, 3, 1), GONE, OrgType.SCHOOL, None).ended_on == date(2024, 3, 1)
    with pytest.raises(errors.EndOutsidePlacement):
        end_placement(over, date(2024, 3, 2), GONE, OrgType.SCHOOL, None)


def test_what_was_entered_in_error_never_held():
    fact = end_placement(OPEN, date(2024, 3, 5), PlacementEndReason.ENTERED_IN_ERROR, OrgType.EDUCATION_AUTHORITY, None)
    assert fact.ended_on == OPEN.starts_on


LICENCE = Licence(LicenceStage.COMPULSORY, date(2024, 1, 1), date(2026, 8, 31), SCHOOL)
ON_SITE = order(PlacementMode.TEACHING_SITE, site=SITE)


def test_the_roll_of_a_site_is_kept_by_the_partner_school_of_its_licence():
    check_site(ON_SITE, [LICENCE], STRICT)
    elsewhere = Licence(LicenceStage.COMPULSORY, date(2024, 1, 1), date(2026, 8, 31), SITE)
    with pytest.raises(errors.NotThePartnerSchool):
        check_site(ON_SITE, [elsewhere], POLICY)


@pytest.mark.parametrize("licences", [[], [Licence(LicenceStage.SENIOR, date(2021, 1, 1), date(2024, 8, 31), SCHOOL)]])
def test_a_site_without_a_valid_licence_is_refused_only_where_the_county_says_so(licences):
    check_site(ON_SITE, licences, POLICY)
    with pytest.raises(errors.SiteNotLicensed):
        check_site(ON_SITE, licences, STRICT)
    check_site(order(), licences, STRICT)


def test_the_explanation_of_the_order_shows_each_step_passed_over():
    reasons = {PlacementStep.NEARBY_ORDINARY: SkipReason.NEEDS_SPECIAL_SUPPORT}
    explained = explain_order(PUPIL, order(PlacementMode.SPECIAL_SCHOOL, reasons=reasons), POLICY)
    assert explained.outcome == "skipped-step-needs-reason"
    assert [(one.code, one.holds) for one in explained.steps] == [
        ("nearby-ordinary", True),
        ("designated-ordinary", False),
        ("chosen", None),
    ]
    young = Pupil(date(2020, 3, 1), "371602", date(2026, 9, 1))
    assert [one.code for one in explain_order(young, ON_SITE, POLICY).steps] == ["chosen"]
