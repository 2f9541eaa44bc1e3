"""Which grade a measurement gives: every bound of handbook §2.1, from both sides."""

import pytest

from services.screening.domain.grading import Measurement, WhichGrade, grade, grade_one, most_severe
from services.screening.domain.grading_tables import grading_tables
from services.screening.errors import GradedOnce, MeasuredWithAids, MeasurementNeeded, MultipleIsOfParts

GOLDEN = [
    # visual: better eye, best corrected; or the radius of the field
    ("visual", {"acuity": "0"}, 5, 1),
    ("visual", {"acuity": "0.019"}, 5, 1),
    ("visual", {"acuity": "0.02"}, 5, 2),
    ("visual", {"acuity": "0.049"}, 5, 2),
    ("visual", {"acuity": "0.05"}, 5, 3),
    ("visual", {"acuity": "0.099"}, 5, 3),
    ("visual", {"acuity": "0.1"}, 5, 4),
    ("visual", {"acuity": "0.299"}, 5, 4),
    ("visual", {"acuity": "0.3"}, 5, None),
    ("visual", {"field_radius_degrees": "4.9"}, 5, 1),
    ("visual", {"field_radius_degrees": "5"}, 5, 2),
    ("visual", {"field_radius_degrees": "9.9"}, 5, 2),
    ("visual", {"field_radius_degrees": "10"}, 5, None),
    ("visual", {"acuity": "0.2", "field_radius_degrees": "4"}, 5, 1),
    # hearing: better ear; under 3 years only grades 1 to 3 count
    ("hearing", {"better_ear_db": 91}, 2, 1),
    ("hearing", {"better_ear_db": 90}, 2, 2),
    ("hearing", {"better_ear_db": 81}, 2, 2),
    ("hearing", {"better_ear_db": 80}, 2, 3),
    ("hearing", {"better_ear_db": 61}, 2, 3),
    ("hearing", {"better_ear_db": 60}, 2, None),
    ("hearing", {"better_ear_db": 60}, 3, 4),
    ("hearing", {"better_ear_db": 41}, 3, 4),
    ("hearing", {"better_ear_db": 40}, 3, None),
    # speech: not graded under 3 years
    ("speech", {"intelligibility_percent": 5}, 2, None),
    ("speech", {"intelligibility_percent": 10}, 3, 1),
    ("speech", {"intelligibility_percent": 11}, 3, 2),
    ("speech", {"intelligibility_percent": 25}, 3, 2),
    ("speech", {"intelligibility_percent": 26}, 3, 3),
    ("speech", {"intelligibility_percent": 45}, 3, 3),
    ("speech", {"intelligibility_percent": 46}, 3, 4),
    ("speech", {"intelligibility_percent": 65}, 3, 4),
    ("speech", {"intelligibility_percent": 66}, 3, None),
    # physical: daily living
    ("physical", {"daily_living": "cannot"}, 5, 1),
    ("physical", {"daily_living": "basically_cannot"}, 5, 2),
    ("physical", {"daily_living": "partly_can"}, 5, 3),
    ("physical", {"daily_living": "basically_can"}, 5, 4),
    # intellectual: DQ before the 7th birthday, from 72 by adaptive behaviour; IQ and adaptive behaviour from it
    ("intellectual", {"quotient": 25}, 6, 1),
    ("intellectual", {"quotient": 26}, 6, 2),
    ("intellectual", {"quotient": 39}, 6, 2),
    ("intellectual", {"quotient": 40}, 6, 3),
    ("intellectual", {"quotient": 54}, 6, 3),
    ("intellectual", {"quotient": 55}, 6, 4),
    ("intellectual", {"quotient": 71}, 6, 4),
    ("intellectual", {"quotient": 72, "adaptive_grade": 3}, 6, 3),
    ("intellectual", {"quotient": 75, "adaptive_grade": 0}, 6, None),
    ("intellectual", {"quotient": 76, "adaptive_grade": 4}, 6, None),
    ("intellectual", {"quotient": 19, "adaptive_grade": 1}, 7, 1),
    ("intellectual", {"quotient": 20, "adaptive_grade": 2}, 7, 2),
    ("intellectual", {"quotient": 34, "adaptive_grade": 3}, 7, 3),
    ("intellectual", {"quotient": 69, "adaptive_grade": 4}, 7, 4),
    ("intellectual", {"quotient": 69, "adaptive_grade": 0}, 7, None),
    ("intellectual", {"quotient": 70, "adaptive_grade": 4}, 7, None),
    # mental: WHO-DAS II only from 18 years
    ("mental", {"adaptive_grade": 2, "who_das": 120}, 17, 2),
    ("mental", {"adaptive_grade": 0}, 17, None),
    ("mental", {"who_das": 116}, 18, 1),
    ("mental", {"who_das": 115}, 18, 2),
    ("mental", {"who_das": 106}, 18, 2),
    ("mental", {"who_das": 105}, 18, 3),
    ("mental", {"who_das": 96}, 18, 3),
    ("mental", {"who_das": 95}, 18, 4),
    ("mental", {"who_das": 52}, 18, 4),
    ("mental", {"who_das": 51}, 18, None),
]


@pytest.mark.parametrize(("category", "measured", "years", "expected"), GOLDEN)
def test_a_measurement_gives_the_grade_of_its_row(category, measured, years, expected):
    found = grade_one(Measurement(category=category, **measured), years)
    assert found.grade == expected
    assert found.steps


MISSING = [
    ("visual", {}, 5, ["acuity"]),
    ("hearing", {}, 5, ["better_ear_db"]),
    ("speech", {}, 5, ["intelligibility_percent"]),
    ("physical", {}, 5, ["daily_living"]),
    ("intellectual", {"adaptive_grade": 1}, 5, ["quotient"]),
    ("intellectual", {"quotient": 73}, 6, ["adaptive_grade"]),
    ("intellectual", {"quotient": 30}, 7, ["adaptive_grade"]),
    ("mental", {"who_das": 116}, 17, ["adaptive_grade"]),
    ("mental", {"adaptive_grade": 1}, 18, ["who_das"]),
]


@pytest.mark.parametrize(("category", "measured", "years", "needed"), MISSING)
def test_what_a_category_needs_at_an_age_is_said(category, measured, years, needed):
    with pytest.raises(MeasurementNeeded) as refusal:
        grade_one(Measurement(category=category, **measured), years)
    assert refusal.value.details == {"category": category, "needed": needed}


@pytest.mark.parametrize(
    ("category", "measured"), [("hearing", {"better_ear_db": 91}), ("physical", {"daily_living": "cannot"})]
)
def test_hearing_and_limbs_are_graded_without_aids(category, measured):
    with pytest.raises(MeasuredWithAids):
        grade_one(Measurement(category=category, unaided=False, **measured), 5)


def test_eyes_are_graded_as_best_corrected():
    assert grade_one(Measurement(category="visual", acuity="0.01", unaided=False), 5).grade == 1


def a_hearing_loss(db: int) -> Measurement:
    return Measurement(category="hearing", better_ear_db=db)


def a_quotient(dq: int) -> Measurement:
    return Measurement(category="intellectual", quotient=dq)


def test_several_disabilities_have_the_grade_of_the_most_severe():
    found = grade([a_quotient(60), a_hearing_loss(85)], 5)
    assert (found.category, found.grade) == ("multiple", 2)
    assert found.parts == ("hearing", "intellectual")
    assert found.explanation.outcome == "multiple-2"
    assert found.explanation.steps[-1].code == "most-severe"


def test_one_disability_beside_something_milder_is_no_multiple_one():
    found = grade([a_hearing_loss(30), a_quotient(60)], 5)
    assert (found.category, found.grade, found.parts) == ("intellectual", 4, ())


def test_nothing_that_reaches_a_grade_is_no_disability():
    found = grade([a_hearing_loss(30), a_quotient(90)], 5)
    assert (found.grade, found.explanation.outcome) == (None, "none")


def test_each_category_is_measured_once_and_multiple_never():
    with pytest.raises(GradedOnce):
        grade([a_hearing_loss(85), a_hearing_loss(95)], 5)
    with pytest.raises(MultipleIsOfParts):
        grade([Measurement(category="multiple")], 5)


@pytest.mark.parametrize(("grades", "worst"), [([4, 2, 3], 2), ([1], 1), ([4, 4], 4)])
def test_the_most_severe_grade_is_the_smallest_number(grades, worst):
    assert most_severe(grades) == worst


def test_the_question_is_answered_by_the_rule_itself():
    asked = WhichGrade.model_validate({"measurements": [{"category": "hearing", "better_ear_db": 50}], "years": 2})
    answer = asked.explain()
    assert (answer.rule, answer.outcome) == ("screening.disability-grade", "none")
    assert [step.code for step in answer.steps] == ["hearing-loss-db", "under-3-grades-1-to-3"]
    assert [step.holds for step in answer.steps] == [True, False]


def test_the_table_says_where_it_comes_from():
    assert "GB/T 26341" in grading_tables().source
