"""F08, F09, F15, F22: what a day, a house or three months can hold."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.custody.domain.rules import Rules
from services.timeline.domain.crossing import Crossing, OverPlace, TherapistDay
from services.timeline.domain.findings.casefile import Facts
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.places import over_places
from services.timeline.domain.findings.taken import Graded, Taken
from services.timeline.domain.institutionbook import institutionbook
from shared.contracts.events import custody, rehab
from shared.workdays import calendar
from tests.support.findings import FROM, MONDAY, THERAPIST, Centre, Way, a_centre, a_child_in_training, flagged, noted

SUNDAY = MONDAY - timedelta(days=1)


@pytest.mark.parametrize(("minutes", "raised"), [((240, 240), False), ((240, 241), True)])
def test_f08_a_childs_day_holds_eight_hours(minutes, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, clock="08:00", minutes=minutes[0])
    way.trained(enrolment, centre.id, clock="13:00", minutes=minutes[1])
    assert bool(flagged("F08", way)) is raised


@pytest.mark.parametrize(("sessions", "raised"), [(6, False), (7, True)])
def test_f08_a_childs_day_holds_six_sessions_and_a_correction_told_late_clears_the_seventh(sessions, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    told = [way.trained(enrolment, centre.id, clock=f"{8 + n:02}:00", minutes=30) for n in range(sessions)]
    assert bool(flagged("F08", way)) is raised
    way.voided(told[-1])
    assert flagged("F08", way) == []


def test_f08_a_therapist_who_gave_more_than_eight_hours_is_flagged_in_each_childs_case():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    session = way.trained(enrolment, centre.id)
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=1))
    full = TherapistDay(THERAPIST, MONDAY, 481, frozenset({way.case}))
    (flag,) = flagged("F08", way, crossing=Crossing(therapist_days=(full,)))
    assert flag.evidence == (session.id,)
    assert flag.ties == {full.tie}


def test_f09_a_closure_day_that_is_declared_late_changes_the_verdict():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY)
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=1))
    assert flagged("F09", way, centres=[centre]) == []
    centre.told(rehab.ClosureDayDeclared(closed_on=MONDAY))
    (flag,) = flagged("F09", way, centres=[centre])
    assert (flag.first_day, flag.last_day, len(flag.evidence)) == (MONDAY, MONDAY, 2)


@pytest.mark.parametrize(
    ("clock", "mode", "raised"),
    [
        ("08:30", rehab.SessionMode.INDIVIDUAL, False),
        ("08:29", rehab.SessionMode.INDIVIDUAL, True),
        ("16:45", rehab.SessionMode.GROUP, False),
        ("16:46", rehab.SessionMode.GROUP, True),
        ("20:00", rehab.SessionMode.HOME, False),
    ],
)
def test_f09_sessions_in_the_house_lie_inside_its_opening_hours(clock, mode, raised):
    centre = Centre()
    centre.designated(hours=(rehab.OpeningHours(weekday=1, opens="08:30", closes="17:30"),))
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, clock=clock, mode=mode)
    assert bool(flagged("F09", way, centres=[centre])) is raised


def test_f09_on_a_weekday_without_hours_the_house_is_closed_and_where_none_are_said_any_time_is_good():
    centre = Centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, SUNDAY)
    centre.designated()
    assert flagged("F09", way, centres=[centre]) == []
    shut = Centre(centre.id)
    shut.designated(hours=(rehab.OpeningHours(weekday=1, opens="08:30", closes="17:30"),))
    assert flagged("F09", way, centres=[shut])


HOLIDAY = date(2026, 4, 5)
"""Qingming (清明节)."""


def perfect(*, holiday: bool = True, missed: date | None = None) -> tuple[Way, UUID, Centre]:
    """A child that came every Monday from February to April 2026, and something recorded in May."""
    centre = a_centre()
    way, enrolment = a_child_in_training(centre, started_on=date(2026, 2, 1))
    mondays = [date(2026, 2, 2) + timedelta(weeks=n) for n in range(14)]
    days = [*mondays, HOLIDAY] if holiday else [day for day in mondays if day not in calendar().off]
    for day in days:
        way.trained(enrolment, centre.id, day, attended=day != missed)
    return way, enrolment, centre


def test_f15_three_months_without_a_day_missed_holidays_included_are_too_perfect():
    way, _, centre = perfect()
    (flag,) = flagged("F15", way)
    assert (flag.institution, flag.first_day, flag.last_day) == (centre.id, date(2026, 2, 1), date(2026, 4, 30))


def test_f15_one_missed_session_or_no_holiday_or_two_months_only_are_not():
    assert flagged("F15", perfect(missed=date(2026, 3, 9))[0]) == []
    assert flagged("F15", perfect(holiday=False)[0]) == []
    assert flagged("F15", perfect()[0], perfect_months=4) == []


def test_f15_a_leave_that_is_told_late_clears_it():
    way, enrolment, centre = perfect()
    kind = rehab.InterruptionKind.LEAVE_FAMILY
    leave = rehab.EnrolmentSuspended(
        enrolment=enrolment, institution=centre.id, kind=kind, suspended_on=date(2026, 3, 10)
    )
    way.told(leave, date(2026, 3, 10), recorded=timedelta(days=90))
    way.told(rehab.EnrolmentResumed(enrolment=enrolment, institution=centre.id, resumed_on=date(2026, 3, 12)), FROM)
    assert flagged("F15", way) == []


def test_f15_a_plan_of_more_days_than_were_attended_clears_it():
    way, enrolment, centre = perfect()
    plan = rehab.CarePlanSigned(
        plan=uuid4(), enrolment=enrolment, institution=centre.id, signed_on=FROM, valid_from=FROM,
        valid_until=date(2026, 12, 31), planned_days_per_month=6, home_training=False,
        goals=(rehab.PlannedGoal(goal=uuid4(), term=rehab.GoalTerm.SHORT, icf="d450"),),
    )  # fmt: skip
    way.told(plan, FROM, recorded=timedelta(days=150))
    assert flagged("F15", way) == []


def test_f22_a_child_beyond_the_places_is_flagged_in_its_own_case_only():
    way, other = Way(), uuid4()
    enrolment = way.enrolled(uuid4(), way.approved().approval)
    over = OverPlace(way.case, uuid4(), enrolment, "training", MONDAY, 3, 2, (uuid4(), uuid4()))
    theirs = OverPlace(other, over.institution, uuid4(), "training", MONDAY, 4, 2, (uuid4(), uuid4()))
    (flag,) = flagged("F22", way, crossing=Crossing(over_places=(over, theirs)))
    assert (flag.case, flag.institution, set(flag.evidence)) == (way.case, over.institution, set(over.evidence))
    assert flagged("F22", way, crossing=Crossing(over_places=(theirs,))) == []


HOUSE = UUID(int=900)
NO_GRADES: Mapping[int, Sequence[Graded]] = {}
CERTIFICATE = UUID(int=300)


def taken(
    kind: str, *spans: tuple[date, date | None], grades: Mapping[int, Sequence[Graded]] = NO_GRADES
) -> list[Taken]:
    return [
        Taken(UUID(int=n), HOUSE, UUID(int=100 + n), kind, since, until, UUID(int=200 + n), tuple(grades.get(n, ())))
        for n, (since, until) in enumerate(spans)
    ]


def over(centre: Centre, there: list[Taken]) -> list[tuple[str, UUID]]:
    facts = Facts(institutionbook(HOUSE, map(noted, centre.records)).of)
    return [(one.kind, one.case) for one in over_places(HOUSE, facts, there, Limits())]


def a_house_for(capacity: int) -> Centre:
    centre = Centre(HOUSE)
    centre.designated(capacity=capacity)
    return centre


def test_f22_who_came_first_has_the_place_and_a_transfer_on_one_day_frees_it():
    days = [(date(2026, 1, 1), None), (date(2026, 1, 2), date(2026, 2, 1)), (date(2026, 2, 1), None)]
    assert over(a_house_for(2), taken("training", *days)) == []
    late = [(date(2026, 1, 1), None), (date(2026, 1, 2), None), (date(2026, 2, 1), None)]
    assert over(a_house_for(2), taken("training", *late)) == [("training", UUID(int=2))]


def test_f22_fewer_places_from_a_day_on_are_too_few_for_those_who_came_last():
    centre = Centre(HOUSE)
    centre.designated(capacity=3, valid_until=date(2026, 5, 31))
    centre.designated(capacity=1, valid_from=date(2026, 6, 1))
    there = taken("training", *[(date(2026, 1, n), None) for n in (1, 2, 3)])
    assert over(centre, there) == [("training", UUID(int=1)), ("training", UUID(int=2))]


def test_f22_a_house_whose_places_nobody_named_is_not_judged():
    assert over(Centre(HOUSE), taken("training", *[(FROM, None)] * 9)) == []


def test_f22_beds_and_carers_count_by_day_and_by_night():
    centre = Centre(HOUSE)
    licence = custody.CustodyLicenceGranted(
        licence=uuid4(), county="371602", day_places=9, boarding_places=2, valid_from=date(2025, 1, 1),
        valid_until=date(2027, 1, 1),
    )  # fmt: skip
    centre.told(licence)
    night = taken("night", *[(date(2026, 1, n), None) for n in (1, 2, 3)])
    assert over(centre, night) == [("boarding-places", UUID(int=2))]
    centre.told(custody.CarersDeclared(by_day=1, by_night=1, since=date(2025, 1, 1)))
    day = taken("day", *[(date(2026, 1, n), None) for n in (1, 2, 3, 4, 5)])
    assert over(centre, day) == [("carers-by-day", UUID(int=4))]
    centre.told(custody.CarersDeclared(by_day=2, by_night=1, since=date(2025, 2, 1)))
    assert over(centre, day) == []


def a_house_with(carers: int) -> Centre:
    centre = Centre(HOUSE)
    centre.told(custody.CarersDeclared(by_day=carers, by_night=carers, since=date(2025, 1, 1)))
    return centre


def severely(*grades: tuple[int, date]) -> list[Graded]:
    """A certificate with its grades from days on."""
    return [Graded(CERTIFICATE, since, grade, UUID(int=301 + n)) for n, (grade, since) in enumerate(grades)]


JANUARY = [(date(2026, 1, n), None) for n in range(1, 8)]


@pytest.mark.parametrize(
    ("kind", "children", "severe", "carers", "over_by"),
    [
        ("day", 4, 0, 1, 0), ("day", 5, 0, 1, 1), ("day", 2, 2, 1, 0), ("day", 3, 2, 1, 1), ("day", 3, 1, 1, 0),
        ("day", 4, 1, 1, 1), ("night", 6, 0, 2, 0), ("night", 4, 4, 1, 2), ("night", 4, 4, 2, 0),
    ],
)  # fmt: skip
def test_f22_a_carer_looks_after_four_children_by_day_or_two_of_a_severe_grade(kind, children, severe, carers, over_by):
    grades = {n: severely((1 + n % 2, FROM)) for n in range(severe)}
    there = taken(kind, *JANUARY[:children], grades=grades)
    assert [case for name, case in over(a_house_with(carers), there) if name == "carers-by-day"] == [
        UUID(int=n) for n in range(children - over_by, children)
    ]


@pytest.mark.parametrize(("children", "severe", "raised"), [(6, 0, False), (7, 0, True), (4, 4, False), (5, 4, True)])
def test_f22_at_night_it_is_six_or_four(children, severe, raised):
    grades = {n: severely((2, FROM)) for n in range(severe)}
    found = over(a_house_with(1), taken("night", *JANUARY[:children], grades=grades))
    assert any(name == "carers-at-night" for name, _ in found) is raised


def test_f22_a_grade_that_changes_counts_from_its_day_on_for_whoever_came_last():
    worse = severely((3, FROM), (1, date(2026, 3, 1)))
    there = taken("day", *JANUARY[:4], grades={0: worse})
    facts = Facts(institutionbook(HOUSE, map(noted, a_house_with(1).records)).of)
    (found,) = over_places(HOUSE, facts, there, Limits())
    assert (found.case, found.day, found.children, found.severe, found.needed, found.places) == (
        UUID(int=3), date(2026, 3, 1), 4, 1, 2, 1,
    )  # fmt: skip
    better = [*worse, Graded(CERTIFICATE, date(2026, 3, 1), 3, UUID(int=309))]
    assert over(a_house_with(1), taken("day", *JANUARY[:4], grades={0: better})) == []
    cancelled = [*severely((1, FROM)), Graded(CERTIFICATE, FROM, None, UUID(int=309))]
    assert over(a_house_with(1), taken("day", *JANUARY[:4], grades={0: cancelled})) == []


def test_f22_says_how_many_carers_are_needed_and_names_the_fact_of_the_grade():
    way, house = Way(), uuid4()
    stay = way.admitted(house)
    facts = (uuid4(), uuid4(), uuid4())
    over = OverPlace(way.case, house, stay, "carers-by-day", MONDAY, 3, 1, facts, severe=2, needed=2)
    (flag,) = flagged("F22", way, crossing=Crossing(over_places=(over,)))
    assert set(flag.evidence) == set(facts)
    assert flag.steps[0].code == "too-few-carers"
    assert "3 children by day on 2026-03-02, 2 of a severe grade, need 2 carers; 1 on duty" in flag.steps[0].en


def test_f22_names_the_day_on_which_most_carers_were_missing_not_that_of_most_children():
    way, house = Way(), uuid4()
    stay = way.admitted(house)
    days = [
        OverPlace(way.case, house, stay, "carers-by-day", day, children, 1, (), severe=0, needed=needed)
        for day, children, needed in ((MONDAY, 7, 2), (MONDAY + timedelta(days=1), 5, 3))
    ]
    (flag,) = flagged("F22", way, crossing=Crossing(over_places=tuple(days)))
    assert "5 children by day on 2026-03-03" in flag.steps[0].en


def test_f22_carers_are_counted_as_custody_counts_them():
    """A house is told by custody how it stands, and by the timeline what to look at: with the same figures."""
    mine, theirs = Limits().model_dump(), Rules().model_dump()
    assert mine.keys() & theirs.keys() >= SAME
    assert {name: mine[name] for name in SAME} == {name: theirs[name] for name in SAME}


SAME = {"severe_grades"} | {
    f"{who}_per_carer_{when}" for who in ("children", "severe") for when in ("by_day", "at_night")
}
