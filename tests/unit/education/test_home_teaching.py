"""Home teaching: visits and pace."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.education import errors
from services.education.domain.calendar import read_school_policies
from services.education.domain.home_teaching import Held, Visit, explain_pace, pace, record_visit
from services.education.domain.placement import Placement
from shared.contracts.events.education import PlacementMode
from shared.errors import InTheFuture

NOW = datetime(2024, 9, 18, tzinfo=UTC)
POLICY = read_school_policies().in_force(date(2024, 9, 18))
SCHOOL, TEACHER = UUID(int=1), UUID(int=2)
AT_HOME = Placement(UUID(int=9), PlacementMode.HOME_TEACHING, SCHOOL, date(2024, 2, 26), None, SCHOOL, UUID(int=3))
IN_CLASS = Placement(UUID(int=8), PlacementMode.REGULAR_CLASS, SCHOOL, date(2024, 2, 26), None, SCHOOL, UUID(int=3))


def at(hour, minute=0, day=4):
    return datetime(2024, 3, day, hour, minute, tzinfo=UTC)


def a_visit(starts_at=None, ends_at=None, hours=3, corrects=None):
    return Visit(TEACHER, starts_at or at(1), ends_at or at(3), hours, corrects)


def record(visit, placements=(AT_HOME,), held=(), school=SCHOOL, now=NOW):
    return record_visit(placements, school, visit, held, POLICY, now=now)


def test_a_visit_names_placement_teacher_and_hours():
    fact = record(a_visit())
    assert (fact.placement, fact.school, fact.teacher, fact.class_hours) == (AT_HOME.id, SCHOOL, TEACHER, 3)


@pytest.mark.parametrize(
    ("visit", "given", "refusal"),
    [
        (a_visit(), {"placements": (IN_CLASS,)}, errors.NotTaughtAtHome),
        (a_visit(), {"school": TEACHER}, errors.NotTaughtAtHome),
        (a_visit(at(1, day=1), at(3, day=1)), {"placements": ()}, errors.NotTaughtAtHome),
        (a_visit(), {"now": at(2, 59)}, InTheFuture),
        (a_visit(at(3), at(1)), {}, errors.VisitTimes),
        (a_visit(at(15), at(17)), {}, errors.VisitTimes),
        (a_visit(at(1), at(2, 59)), {}, errors.VisitTooShort),
    ],
    ids=["in class", "another school", "not placed", "not over", "reversed", "over midnight", "three hours in 119 min"],
)
def test_a_visit_that_cannot_be_is_refused(visit, given, refusal):
    with pytest.raises(refusal):
        record(visit, **given)


HELD = Held(UUID(int=5), UUID(int=6), at(1), at(3))


@pytest.mark.parametrize(("starts", "ends", "meets"), [(3, 5, False), (2, 4, True), (1, 3, True)])
def test_two_visits_to_one_child_do_not_overlap(starts, ends, meets):
    if meets:
        with pytest.raises(errors.VisitOverlaps):
            record(a_visit(at(starts), at(ends)), held=[HELD])
    else:
        assert record(a_visit(at(starts), at(ends)), held=[HELD]).correction_of is None


def test_a_correction_keeps_the_visit_and_names_the_fact_that_it_corrects():
    fact = record(a_visit(at(1), at(3), hours=2, corrects=HELD.said_by), held=[HELD])
    assert (fact.visit, fact.correction_of, fact.class_hours) == (HELD.id, HELD.said_by, 2)
    with pytest.raises(errors.NoVisitToCorrect):
        record(a_visit(corrects=UUID(int=77)), held=[HELD])


@pytest.mark.parametrize(
    ("starts_on", "day", "hours", "due", "behind"),
    [
        (date(2022, 9, 1), date(2024, 9, 8), 0, 6, 6),
        (date(2022, 9, 1), date(2024, 9, 7), 0, 0, 0),
        (date(2022, 9, 1), date(2025, 8, 31), 216, 216, 0),
        (date(2022, 9, 1), date(2025, 8, 31), 210, 216, 6),
        (date(2024, 9, 9), date(2024, 9, 22), 6, 12, 6),
        (date(2022, 9, 1), date(2024, 9, 22), 30, 18, 0),
    ],
    ids=["a week", "not a week yet", "the year kept", "the year missed", "began later", "ahead"],
)
def test_the_pace_is_six_hours_a_week_to_two_hundred_and_sixteen(starts_on, day, hours, due, behind):
    reached = pace(hours, starts_on, day, POLICY)
    assert (reached.due, reached.behind, reached.target) == (due, behind, 216)


def test_the_explanation_shows_hours_pace_and_target():
    explained = explain_pace(pace(0, date(2022, 9, 1), date(2024, 9, 8), POLICY), POLICY)
    assert explained.outcome == "behind"
    assert [(one.code, one.holds) for one in explained.steps] == [
        ("weeks-completed", None),
        ("on-pace", False),
        ("target", False),
    ]
    assert explain_pace(pace(1, date(2022, 9, 1), date(2024, 9, 8), POLICY), POLICY).outcome == "on-pace"
