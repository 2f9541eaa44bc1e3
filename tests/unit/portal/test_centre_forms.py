"""What a centre's people type into its forms: an evaluation, a plan of care, the correction of a session."""

from uuid import uuid4

import pytest

from services.portal.domain.care_plan import CarePlan, Goal
from services.portal.domain.correction import Correction
from services.portal.domain.evaluation import Evaluation
from services.portal.domain.mistakes import named_by

CENTRE = uuid4()


def evaluation(**typed) -> Evaluation:
    usual = {
        "instrument": "cars", "enrolment": "e1", "assessor": "p1", "checkpoint": "stage", "assessed_on": "2026-03-02",
        "instrument_version": "1988", "scores.total": "32.5",
    }  # fmt: skip
    made = Evaluation.sent(usual | {name.replace("__", "."): value for name, value in typed.items()})
    assert made is not None
    return made


def test_an_evaluation_is_sent_with_the_scores_that_were_typed_and_no_others():
    made = evaluation(scores__total="３２．５", scores__item_1=" 2 ", scores__item_2="", assessed_on="2026年3月2日")
    assert made.wrong == {}
    assert made.body == {
        "enrolment": "e1", "assessor": "p1", "assessed_on": "2026-03-02", "checkpoint": "stage", "instrument": "cars",
        "instrument_version": "1988", "scores": {"total": "32.5", "item_1": "2"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"scores__total": "61"}, {"scores.total": "range"}),
        ({"scores__total": "32.4", "scores__item_3": "9"}, {"scores.total": "range", "scores.item_3": "range"}),
        ({"scores__total": ""}, {"scores.total": "missing"}),
        ({"assessed_on": "soon"}, {"assessed_on": "day"}),
        ({"instrument_version": ""}, {"instrument_version": "version"}),
        ({"checkpoint": ""}, {"checkpoint": "missing"}),
        ({"instrument": "gesell", "scores__total": "30"}, {"scores.adaptive": "missing"}),
        ({"instrument": "ss_language", "scores__stage": "6-1"}, {"scores.stage": "range"}),
    ],
)
def test_what_is_wrong_with_an_evaluation_is_named_by_its_field(typed, wrong):
    assert evaluation(**typed).wrong == wrong


def test_without_an_instrument_there_is_no_evaluation():
    assert Evaluation.sent({"instrument": "none_such"}) is None


def plan(*goals: Goal, **typed) -> CarePlan:
    usual = {"signed_on": "2026-01-08", "valid_from": "2026-01-08", "valid_until": "2026-12-30", "planned_days": "20"}
    rows = {f"goals.{n}.{name}": value for n, goal in enumerate(goals) for name, value in goal.body.items()}
    return CarePlan.sent(usual | rows | typed)


def test_a_plan_is_sent_with_the_goals_in_which_something_stands():
    made = plan(Goal("long", " D 450", "走"), Goal("daily"), home_training="1")
    assert made.wrong == {}
    assert made.body == {
        "signed_on": "2026-01-08", "valid_from": "2026-01-08", "valid_until": "2026-12-30",
        "planned_days_per_month": 20, "home_training": True,
        "goals": [{"term": "long", "icf": "d450", "words": "走"}],
    }  # fmt: skip
    assert not made.assesses


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (plan(Goal("long", "x450", "走")), {"goals.0.icf": "icf"}),
        (plan(Goal("long"), Goal("", "d450")), {"goals.1.term": "missing", "goals.1.words": "missing"}),
        (plan(Goal("long")), {"goals": "missing"}),
        (plan(Goal("long", "d450", "走"), planned_days="32"), {"planned_days": "days"}),
        (plan(Goal("long", "d450", "走"), valid_until=""), {"valid_until": "day"}),
    ],
)
def test_what_is_wrong_with_a_plan_is_named_by_its_field(made, wrong):
    assert made.wrong == wrong


def test_an_assessment_comes_with_a_plan_where_something_of_it_was_typed():
    goal = Goal("long", "d450", "走")
    assert not plan(goal, **{"assessment.assessor": "p1"}).assesses
    half = plan(goal, **{"assessment.assessor": "p1", "assessment.outcome": "suitable"})
    assert half.wrong == {"assessment.assessed_on": "day", "assessment.recommended_mode": "missing"}
    assert not half.assessed().assesses


def test_the_next_plan_starts_from_the_goals_of_the_last():
    last = {"planned_days": 12, "home_training": True, "goals": [{"term": "mid", "icf": "d330", "words": None}]}
    made = CarePlan.after(last, signed_on="2026-03-02")
    assert made.typed == {"signed_on": "2026-03-02", "planned_days": "12", "home_training": "1"}
    assert made.goals == [Goal("mid", "d330"), Goal()]
    assert [goal.term for goal in CarePlan.after(None).goals] == ["long", "mid", "short", "daily"]
    assert len(made.with_more(3).goals) == 5


def session(**changes):
    return {
        "enrolment_id": "e1", "visit_id": None, "starts_at": "2026-03-02T01:00:00Z", "ends_at": "2026-03-02T01:40:00Z",
        "mode": "group", "therapist": "t1", "discipline": "st", "attended": True, "words": "拼图", "goals": ["g1"],
        "confirmed_by": "app", "device": "d1", "bedside": True, "group_id": "the lesson",
    } | changes  # fmt: skip


def test_a_correction_keeps_what_its_form_does_not_show():
    was = session()
    body = Correction.of(was).typed_over({"reason": "wrong_details", "discipline": "pt"}).body(was, CENTRE)
    assert body == {
        "reason": "wrong_details",
        "replacement": {
            "therapist": "t1", "discipline": "pt", "mode": "group", "starts_at": "2026-03-02T09:00:00+08:00",
            "ends_at": "2026-03-02T09:40:00+08:00", "attended": True, "words": "拼图", "goals": ["g1"], "bedside": True,
            "group": "the lesson", "confirmation": {"method": "app", "device": "d1"},
        },
    }  # fmt: skip


def test_at_another_time_it_is_another_lesson_and_another_proof_is_of_no_device():
    was = session()
    typed = {"reason": "wrong_time", "start": "1000", "end": "1040", "day": "2026-03-03", "proof": "signed"}
    held = Correction.of(was).typed_over(typed).body(was, CENTRE)["replacement"]
    assert held["starts_at"] == "2026-03-03T10:00:00+08:00"
    assert held["group"] not in ("the lesson", None)
    assert held["confirmation"] == {"method": "signed"}


@pytest.mark.parametrize(
    ("typed", "void", "wrong"),
    [
        ({}, True, {"reason": "missing"}),
        ({"reason": "did_not_happen", "start": "25"}, True, {}),
        ({"reason": "wrong_time", "start": "25"}, False, {"start": "time"}),
        ({"reason": "wrong_time", "therapist": ""}, False, {"therapist": "missing"}),
        ({"reason": "wrong_time", "day": ""}, False, {"day": "day"}),
    ],
)
def test_what_is_wrong_with_a_correction_is_named_by_its_field(typed, void, wrong):
    assert Correction.of(session()).typed_over(typed).wrong(void=void) == wrong


@pytest.mark.parametrize(
    ("problem", "fields"),
    [
        ({"code": "rehab.total-mismatch", "title": "35"}, {"scores.total": "35"}),
        ({"code": "rehab.score-missing", "title": "x", "dimensions": ["a", "b"]}, {"scores.a": "x", "scores.b": "x"}),
        ({"code": "in-the-future", "title": "x", "field": "ends_at"}, {"end": "x"}),
        ({"code": "in-the-future", "title": "x", "field": "signed_on"}, {"signed_on": "x"}),
        ({"code": "invalid-request", "errors": [{"place": ["body", "goals", 2, "icf"], "text": "no"}]},
         {"goals.2.icf": "no"}),
        ({"code": "case-not-found", "title": "x"}, {}),
    ],
)  # fmt: skip
def test_a_refusal_is_said_at_the_field_of_which_it_speaks(problem, fields):
    assert named_by(problem) == fields
