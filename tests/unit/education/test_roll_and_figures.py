"""The roll, the programme of a term, the roster, resource rooms, the enrolment rate, and what can be asked."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.education import errors, rules
from services.education.domain.attendance import Roster, SchoolDay, call_the_roll, record_attendance
from services.education.domain.calendar import read_school_policies
from services.education.domain.figures import enrolment_rate, explain_rate
from services.education.domain.placement import Placement
from services.education.domain.roll import Programme, agree_iep, enrol_in_school, owes_resource_room
from shared.contracts.events.education import AttendanceStatus, LicenceStage, PlacementMode
from shared.errors import InTheFuture
from shared.rulebook.explanation import QUESTIONS

TODAY = date(2024, 9, 18)
POLICY = read_school_policies().in_force(TODAY)
SCHOOL, REVIEWER = UUID(int=1), UUID(int=2)
PLACED = Placement(UUID(int=9), PlacementMode.REGULAR_CLASS, SCHOOL, date(2024, 2, 26), None, SCHOOL, UUID(int=3))
BORN = date(2015, 3, 1)


def test_the_roll_names_the_stage_by_age():
    fact = enrol_in_school(PLACED, SCHOOL, BORN, date(2024, 2, 26), POLICY, today=TODAY)
    assert (fact.placement, fact.school, fact.stage) == (PLACED.id, SCHOOL, LicenceStage.COMPULSORY)
    young = enrol_in_school(PLACED, SCHOOL, date(2019, 3, 1), date(2024, 3, 1), POLICY, today=TODAY)
    assert young.stage is LicenceStage.PRESCHOOL


@pytest.mark.parametrize(
    ("on", "refusal"), [(date(2024, 2, 25), errors.DayOutsidePlacement), (date(2024, 9, 19), InTheFuture)]
)
def test_a_child_enters_the_roll_inside_its_placement(on, refusal):
    with pytest.raises(refusal):
        enrol_in_school(PLACED, SCHOOL, BORN, on, POLICY, today=TODAY)


def a_programme(agreed_on=date(2024, 9, 10), term_from=None):
    return Programme(("says three words", "holds a pen"), (), (), True, REVIEWER, agreed_on, term_from)  # noqa: FBT003


def agree(programme, placement=PLACED, held=()):
    return agree_iep(placement, SCHOOL, programme, held, POLICY, today=TODAY)


def test_a_programme_counts_its_goals_and_keeps_their_words():
    fact = agree(a_programme())
    assert (fact.term_from, fact.term_until, fact.goals) == (date(2024, 9, 2), date(2025, 1, 17), 2)
    assert (fact.resource_room, fact.reviewer) == (True, REVIEWER)
    assert "words" not in fact.model_dump_json()


def test_in_the_holidays_the_programme_is_for_the_term_to_come():
    assert agree(a_programme(date(2024, 7, 8))).term_from == date(2024, 9, 2)
    assert agree(a_programme(date(2024, 9, 10), date(2025, 2, 17))).term_from == date(2025, 2, 17)


@pytest.mark.parametrize(
    ("programme", "placement", "held", "refusal"),
    [
        (a_programme(), PLACED, [date(2024, 9, 2)], errors.IepAgreedBefore),
        (a_programme(term_from=date(2024, 9, 3)), PLACED, [], errors.NoSuchTerm),
        (a_programme(term_from=date(2024, 2, 26)), PLACED, [], errors.NoSuchTerm),
        (a_programme(date(2024, 9, 19)), PLACED, [], InTheFuture),
        (
            a_programme(),
            Placement(PLACED.id, PLACED.mode, SCHOOL, date(2024, 2, 26), date(2024, 7, 5)),
            [],
            errors.DayOutsidePlacement,
        ),
    ],
    ids=["once a term", "no term begins there", "that term is over", "tomorrow", "placement over"],
)
def test_a_programme_is_agreed_once_for_a_term_of_the_placement(programme, placement, held, refusal):
    with pytest.raises(refusal):
        agree(programme, placement, held)


A, B, C = (UUID(int=number) for number in (11, 12, 13))


MONDAY = date(2024, 9, 9)


def test_the_roster_takes_who_is_not_named_as_present():
    roster = call_the_roll([A, B, C], Roster(MONDAY, [B], [C]), POLICY)
    assert roster == {A: AttendanceStatus.PRESENT, B: AttendanceStatus.ABSENT, C: AttendanceStatus.LEAVE}


@pytest.mark.parametrize(("absent", "on_leave"), [([C], []), ([], [C]), ([A], [A])])
def test_a_roster_names_only_who_is_expected_and_once(absent, on_leave):
    with pytest.raises(errors.NotOnTheRoster):
        call_the_roll([A, B], Roster(MONDAY, absent, on_leave), POLICY)


@pytest.mark.parametrize(
    ("day", "held"),
    [(date(2024, 9, 8), False), (date(2024, 9, 14), True), (date(2024, 10, 1), False), (date(2024, 8, 1), False)],
    ids=["a Sunday", "a Saturday that is worked", "National Day", "summer"],
)
def test_the_roll_is_called_on_school_days_only(day, held):
    if held:
        assert call_the_roll([A], Roster(day), POLICY) == {A: AttendanceStatus.PRESENT}
    else:
        with pytest.raises(errors.NoSchoolDay):
            call_the_roll([A], Roster(day), POLICY)


def at(hour, day=4):
    return datetime(2024, 3, day, hour, tzinfo=UTC)


def a_day(status=AttendanceStatus.PRESENT, starts_at=None, ends_at=None):
    day = SchoolDay(date(2024, 3, 4), status, None, starts_at, ends_at)
    return record_attendance([PLACED], SCHOOL, day, None, today=TODAY)


def test_arrival_and_departure_stand_in_the_fact_where_they_are_recorded():
    fact = a_day(starts_at=at(0), ends_at=at(8))
    assert (fact.starts_at, fact.ends_at) == (at(0), at(8))
    assert a_day(starts_at=at(0)).ends_at is None


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"status": AttendanceStatus.ABSENT, "starts_at": at(0)}, errors.TimesWithoutPresence),
        ({"starts_at": at(8), "ends_at": at(0)}, errors.TimesOutsideTheDay),
        ({"starts_at": at(8), "ends_at": at(8)}, errors.TimesOutsideTheDay),
        ({"starts_at": at(0, day=5)}, errors.TimesOutsideTheDay),
        ({"ends_at": at(17)}, errors.TimesOutsideTheDay),
    ],
)
def test_times_lie_on_the_day_of_a_child_that_came(given, refusal):
    with pytest.raises(refusal):
        a_day(**given)


@pytest.mark.parametrize(
    ("pupils", "opened_on", "owed"),
    [(4, None, False), (5, None, True), (5, TODAY, False), (9, date(2024, 9, 19), True)],
)
def test_five_pupils_with_disabilities_ask_for_a_resource_room(pupils, opened_on, owed):
    assert owes_resource_room(pupils, opened_on, TODAY, POLICY) is owed


@pytest.mark.parametrize(
    ("by_mode", "numerator", "percent", "met"),
    [
        ({"regular_class": 60, "home_teaching": 15, "special_school": 20, "unplaced": 5}, 95, "95.00", True),
        ({"regular_class": 60, "home_teaching": 15, "special_school": 19, "unplaced": 6}, 94, "94.00", False),
        ({"regular_class": 189, "teaching_site": 6, "deferred": 4}, 189, "94.97", False),
        ({"special_class": 1}, 0, "0.00", False),
        ({}, 0, None, None),
    ],
)
def test_the_enrolment_rate_counts_three_forms_over_all_of_school_age(by_mode, numerator, percent, met):
    rate = enrolment_rate(by_mode, POLICY)
    assert (rate.numerator, rate.denominator) == (numerator, sum(by_mode.values()))
    assert rate.percent == (None if percent is None else Decimal(percent))
    assert rate.met is met


def test_the_rate_explains_which_forms_count():
    explained = explain_rate(enrolment_rate({"regular_class": 1, "teaching_site": 1, "unplaced": 1}, POLICY), POLICY)
    assert [(one.code, one.holds) for one in explained.steps] == [
        ("regular-class", True),
        ("teaching-site", False),
        ("unplaced", False),
        ("rate", False),
    ]
    assert explained.outcome == "33.33"


ASKED = {
    "education.compulsory-age": ({"born": "2018-08-31", "day": "2024-09-01"}, "compulsory"),
    "education.placement-order": (
        {"born": "2015-03-01", "mode": "special_class", "starts_on": "2024-09-01"},
        "skipped-step-needs-reason",
    ),
    "education.home-teaching-pace": ({"hours": 12, "starts_on": "2024-09-01", "day": "2024-09-15"}, "on-pace"),
    "education.attendance-gap": (
        {"born": "2015-03-01", "starts_on": "2023-09-01", "last_present": "2024-03-04", "until": "2024-03-18"},
        "gap",
    ),
    "education.resource-room": ({"day": "2024-09-18", "pupils": 5, "opened_on": "2024-09-19"}, "owed"),
    "education.enrolment-rate": ({"day": "2024-09-18", "by_mode": {"regular_class": 1}}, "100.00"),
}


@pytest.mark.parametrize("rule", sorted(ASKED))
def test_a_question_is_answered_by_the_rule_itself(rule):
    given, outcome = ASKED[rule]
    answer = QUESTIONS[rule].model_validate(given).explain()
    assert (answer.rule, answer.outcome) == (rule, outcome)


def test_every_question_of_education_is_asked_here():
    assert {rule for rule in QUESTIONS if rule.startswith("education.")} == ASKED.keys()
    ids = [entry.id for entry in rules.BOOK.entries()]
    assert len(ids) == len(set(ids))
    assert set(ASKED) <= set(ids)
