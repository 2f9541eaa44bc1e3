from datetime import date
from uuid import UUID

import pytest

from services.education import errors
from services.education.domain.attendance import SchoolDay, record_attendance
from services.education.domain.licences import Licence, counts, grant_licence
from services.education.domain.placement import Placement
from shared.contracts.events.education import AttendanceStatus, LicenceStage, PlacementMode
from shared.errors import InTheFuture

SITE, OTHER, SCHOOL = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2024, 6, 3)
PRESENT = AttendanceStatus.PRESENT
PLACED = Placement(UUID(int=9), PlacementMode.TEACHING_SITE, SITE, date(2024, 2, 26), date(2024, 7, 5))


def a_licence(valid_from=date(2024, 3, 1), valid_until=date(2026, 8, 31), stage=LicenceStage.PRESCHOOL):
    return Licence(stage, valid_from, valid_until, SCHOOL)


def a_day(on, status=PRESENT, placements=(PLACED,), institution=SITE, held=None, corrects=None):
    return record_attendance(placements, institution, SchoolDay(on, status, corrects), held, today=TODAY)


def test_a_day_names_its_placement_and_its_form_of_schooling():
    fact = a_day(TODAY)
    assert (fact.placement, fact.mode, fact.institution) == (PLACED.id, PlacementMode.TEACHING_SITE, SITE)
    assert (fact.on, fact.status) == (TODAY, PRESENT)


def test_tomorrow_cannot_be_recorded():
    with pytest.raises(InTheFuture):
        a_day(date(2024, 6, 4))


@pytest.mark.parametrize(
    ("on", "placements", "institution"),
    [
        (date(2024, 2, 25), (PLACED,), SITE),
        (TODAY, (PLACED,), OTHER),
        (TODAY, (), SITE),
        (
            TODAY,
            (PLACED, Placement(UUID(int=8), PlacementMode.REGULAR_CLASS, SCHOOL, date(2024, 5, 1), None)),
            SITE,
        ),
        (TODAY, (Placement(UUID(int=8), PlacementMode.DEFERRED, None, date(2024, 1, 1), date(2024, 12, 1)),), SITE),
    ],
    ids=["before the placement", "another institution", "no placement", "placed elsewhere since", "deferred"],
)
def test_a_day_lies_inside_the_placement_in_force_with_the_institution(on, placements, institution):
    with pytest.raises(errors.DayOutsidePlacement):
        a_day(on, placements=placements, institution=institution)


BEFORE, OTHER_FACT = UUID(int=71), UUID(int=72)


def test_a_day_is_recorded_once():
    with pytest.raises(errors.AttendanceRecordedBefore):
        a_day(TODAY, held=BEFORE)


def test_a_correction_names_the_fact_that_it_corrects():
    fact = a_day(TODAY, AttendanceStatus.LEAVE, held=BEFORE, corrects=BEFORE)
    assert (fact.status, fact.correction_of) == (AttendanceStatus.LEAVE, BEFORE)


@pytest.mark.parametrize(
    ("held", "refusal"), [(OTHER_FACT, errors.AttendanceRecordedBefore), (None, errors.NothingToCorrect)]
)
def test_a_correction_of_what_does_not_hold_is_refused(held, refusal):
    with pytest.raises(refusal):
        a_day(TODAY, held=held, corrects=BEFORE)


@pytest.mark.parametrize(
    ("on", "licences", "counted"),
    [
        (date(2024, 3, 1), [a_licence()], True),
        (date(2024, 2, 29), [a_licence()], False),
        (date(2024, 6, 3), [a_licence(valid_until=date(2024, 6, 3))], True),
        (date(2024, 6, 3), [a_licence(valid_until=date(2024, 6, 2))], False),
        (date(2024, 6, 3), [], False),
        (date(2024, 6, 3), [a_licence(valid_until=date(2024, 4, 1)), a_licence(valid_from=date(2024, 6, 1))], True),
    ],
)
def test_a_day_at_a_teaching_site_counts_only_under_a_licence_valid_on_it(on, licences, counted):
    assert counts(a_day(on), licences) is counted


@pytest.mark.parametrize("status", [AttendanceStatus.ABSENT, AttendanceStatus.LEAVE])
def test_a_day_away_does_not_count(status):
    assert not counts(a_day(TODAY, status), [a_licence()])


def test_a_school_needs_no_institutions_licence():
    at_school = Placement(UUID(int=8), PlacementMode.SPECIAL_SCHOOL, SCHOOL, date(2024, 2, 26), None)
    assert counts(a_day(TODAY, placements=(at_school,), institution=SCHOOL), [])


def test_a_licence_names_stage_period_region_and_partner_school():
    fact = grant_licence(a_licence(), "371602", [])
    assert (fact.stage, fact.region, fact.partner_school) == (LicenceStage.PRESCHOOL, "371602", SCHOOL)
    assert (fact.valid_from, fact.valid_until) == (date(2024, 3, 1), date(2026, 8, 31))


def test_a_licence_of_one_day_is_possible_and_one_that_ends_before_it_begins_is_not():
    assert grant_licence(a_licence(valid_until=date(2024, 3, 1)), "371602", [])
    with pytest.raises(errors.PeriodReversed):
        grant_licence(a_licence(valid_until=date(2024, 2, 29)), "371602", [])


@pytest.mark.parametrize(
    ("held", "overlaps"),
    [
        (a_licence(date(2021, 1, 1), date(2024, 2, 29)), False),
        (a_licence(date(2021, 1, 1), date(2024, 3, 1)), True),
        (a_licence(date(2026, 8, 31), date(2028, 1, 1)), True),
        (a_licence(date(2026, 9, 1), date(2028, 1, 1)), False),
        (a_licence(stage=LicenceStage.COMPULSORY), False),
    ],
)
def test_one_institution_holds_one_licence_per_stage_at_a_time(held, overlaps):
    if overlaps:
        with pytest.raises(errors.LicenceOverlaps):
            grant_licence(a_licence(), "371602", [held])
    else:
        assert grant_licence(a_licence(), "371602", [held])
