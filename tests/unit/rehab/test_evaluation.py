"""Golden cases of handbook §3.6: the table is written out here once more, so that a slip in the data file is seen."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.evaluation import EvaluationOrder, check_scores
from services.rehab.domain.evaluation import record_evaluation as record_by_rules
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    NotForThisAge,
    OutsideEnrolment,
    ScoreMissing,
    ScoreOutOfRange,
    TotalMismatch,
    UnknownDimension,
    UnknownInstrument,
    UnknownVersion,
)
from shared.contracts.events.rehab import AssistanceItem, Checkpoint
from shared.rehabilitation.instruments import INSTRUMENTS, Direction

RANGES = [
    ("gmfm_88", "a", "0", "51"),
    ("gmfm_88", "b", "0", "60"),
    ("gmfm_88", "c", "0", "42"),
    ("gmfm_88", "d", "0", "39"),
    ("gmfm_88", "e", "0", "72"),
    ("gmfm_88", "total", "0", "100"),
    ("gmfm_66", "total", "0", "100"),
    ("fmfm", "total", "0", "100"),
    ("gesell", "language", "0", "200"),
    ("developmental_scale_ii", "total", "0", "200"),
    ("cars", "total", "15", "60"),
    ("abc", "total", "0", "158"),
    ("cabs", "total", "0", "28"),
    ("pep_3", "cvp", "0", "68"),
    ("pep_3", "el", "0", "50"),
    ("pep_3", "rl", "0", "38"),
    ("pep_3", "fm", "0", "40"),
    ("pep_3", "gm", "0", "30"),
    ("pep_3", "vmi", "0", "20"),
    ("pep_3", "ae", "0", "22"),
    ("pep_3", "sr", "0", "24"),
    ("pep_3", "cmb", "0", "30"),
    ("pep_3", "cvb", "0", "22"),
    ("cap", "level", "0", "7"),
    ("cap_ii", "level", "0", "9"),
    ("sir", "level", "1", "5"),
    ("it_mais", "total", "0", "40"),
    ("muss", "total", "0", "40"),
    ("weefim", "total", "18", "126"),
    ("pure_tone_average", "left_ear", "-10", "120"),
    ("pure_tone_average", "right_ear", "-10", "120"),
]
DIRECTIONS = {
    "gmfcs": "classification", "gmfm_88": "higher", "gmfm_66": "higher", "fmfm": "higher", "gesell": "higher",
    "developmental_scale_ii": "higher", "cars": "lower", "abc": "lower", "cabs": "lower", "pep_3": "higher",
    "ss_language": "higher", "cap": "higher", "cap_ii": "higher", "sir": "higher", "it_mais": "higher",
    "muss": "higher", "weefim": "higher", "pure_tone_average": "lower",
}  # fmt: skip
ENROLMENT = Enrolment(
    uuid4(), uuid4(), uuid4(), uuid4(), AssistanceItem.TRAINING, date(2026, 3, 10), date(2026, 12, 31), None
)
BORN = date(2021, 3, 15)
ORDER = EvaluationOrder(
    uuid4(), uuid4(), date(2026, 3, 12), Checkpoint.BASELINE, "cars", "1988", {"total": "32.5"}
)  # fmt: skip


def record_evaluation(enrolment, born, order):
    return record_by_rules(enrolment, born, order, Rules())


def allows(instrument, dimension, value):
    return INSTRUMENTS[instrument].dimensions[dimension].allows(value)


@pytest.mark.parametrize(("instrument", "dimension", "low", "high"), RANGES)
def test_the_range_of_every_number(instrument, dimension, low, high):
    assert allows(instrument, dimension, low)
    assert allows(instrument, dimension, high)
    assert not allows(instrument, dimension, str(int(low) - 1))
    assert not allows(instrument, dimension, str(int(high) + 1))


def test_the_direction_of_every_instrument():
    assert {code: row.direction for code, row in INSTRUMENTS.items()} == {
        code: Direction(direction) for code, direction in DIRECTIONS.items()
    }


def test_pep_3_has_172_items():
    assert sum(row.items for row in INSTRUMENTS["pep_3"].values) == 172
    assert all(row.max == 2 * row.items for row in INSTRUMENTS["pep_3"].values)


@pytest.mark.parametrize(
    ("instrument", "dimension", "codes"),
    [
        ("gmfcs", "level", ["I", "II", "III", "IV", "V"]),
        ("ss_language", "stage", ["1", "2-1", "2-2", "2-3", "3-1", "3-2", "4-1", "4-2", "5-1", "5-2"]),
    ],
)
def test_ordered_codes_are_not_numbers(instrument, dimension, codes):
    assert [c for c in [*codes, "0", "3", "2", "VI", "i"] if allows(instrument, dimension, c)] == codes


@pytest.mark.parametrize("value", ["32.25", "14.5", "60.5", "nan", "1E1", "３２", "", "32.50.1", "+32", "-0.0001"])
def test_cars_counts_in_half_points_from_15_to_60(value):
    assert allows("cars", "total", "32.5")
    assert not allows("cars", "total", value)


@pytest.mark.parametrize(("instrument", "value"), [("abc", "53.5"), ("cap", "3.5"), ("weefim", "99.1")])
def test_whole_scales_have_no_fractions(instrument, value):
    assert not allows(instrument, "level" if instrument == "cap" else "total", value)


def test_the_total_of_cars_is_the_sum_of_its_items():
    items = {f"item_{n}": "2" for n in range(1, 15)} | {"item_15": "2.5"}
    check_scores(INSTRUMENTS["cars"], items | {"total": "30.5"})
    with pytest.raises(TotalMismatch) as refusal:
        check_scores(INSTRUMENTS["cars"], items | {"total": "30"})
    assert refusal.value.details["expected"] == "30.5"


def test_the_total_of_gmfm_88_is_the_mean_of_five_percentages():
    parts = {"a": "51", "b": "30", "c": "21", "d": "13", "e": "18"}
    check_scores(INSTRUMENTS["gmfm_88"], parts | {"total": "51.67"})
    check_scores(INSTRUMENTS["gmfm_88"], parts | {"total": "51.7"})
    with pytest.raises(TotalMismatch):
        check_scores(INSTRUMENTS["gmfm_88"], parts | {"total": "51.6"})


def test_a_total_alone_is_taken():
    check_scores(INSTRUMENTS["gmfm_88"], {"a": "51", "total": "20"})


@pytest.mark.parametrize(
    ("instrument", "scores", "refusal"),
    [
        ("cars", {"item_1": "2"}, ScoreMissing),
        ("gesell", {}, ScoreMissing),
        ("cars", {"total": "30", "item_16": "2"}, UnknownDimension),
        ("cars", {"total": "30", "item": "2"}, UnknownDimension),
        ("cars", {"total": "61"}, ScoreOutOfRange),
        ("cabs", {"total": "10", "item_3": "3"}, ScoreOutOfRange),
    ],
)
def test_incomplete_or_unknown_scores_are_refused(instrument, scores, refusal):
    with pytest.raises(refusal):
        check_scores(INSTRUMENTS[instrument], scores)


def test_an_evaluation_keeps_version_assessor_and_date():
    fact = record_evaluation(ENROLMENT, BORN, ORDER)
    assert (fact.instrument, fact.instrument_version, fact.assessor) == ("cars", "1988", ORDER.assessor)
    assert (fact.assessed_on, fact.scores[0].value) == (date(2026, 3, 12), "32.5")


def test_scores_stand_in_the_order_of_the_instrument():
    order = replace(ORDER, instrument="gmfm_88", scores={"e": "1", "a": "2", "c": "3"})
    assert [score.dimension for score in record_evaluation(ENROLMENT, BORN, order).scores] == ["a", "c", "e"]


@pytest.mark.parametrize("on", [date(2026, 3, 9), date(2027, 1, 2)])
def test_an_evaluation_outside_the_enrolment_is_refused(on):
    with pytest.raises(OutsideEnrolment):
        record_evaluation(ENROLMENT, BORN, replace(ORDER, assessed_on=on))


def test_an_exit_evaluation_may_fall_on_the_last_day():
    ended = replace(ENROLMENT, ended_on=date(2026, 6, 1))
    assert record_evaluation(ended, BORN, replace(ORDER, assessed_on=date(2026, 6, 1), checkpoint=Checkpoint.EXIT))


@pytest.mark.parametrize(("days", "kind", "taken"), [(14, "exit", True), (15, "exit", False), (1, "stage", False)])
def test_an_exit_evaluation_may_follow_the_end_by_the_window(days, kind, taken):
    ended = replace(ENROLMENT, ended_on=date(2026, 6, 1))
    order = replace(ORDER, assessed_on=date(2026, 6, 1) + timedelta(days=days), checkpoint=Checkpoint(kind))
    if taken:
        assert record_evaluation(ended, BORN, order).checkpoint is Checkpoint.EXIT
    else:
        with pytest.raises(OutsideEnrolment):
            record_evaluation(ended, BORN, order)


@pytest.mark.parametrize(("version", "taken"), [("PEP-3", True), ("C-PEP-3", True), ("C-PEP", False), ("2", False)])
def test_the_older_c_pep_counts_differently_and_is_refused(version, taken):
    order = replace(ORDER, instrument="pep_3", instrument_version=version, scores={"cvp": "60"})
    if taken:
        assert record_evaluation(ENROLMENT, BORN, order).instrument_version == version
    else:
        with pytest.raises(UnknownVersion):
            record_evaluation(ENROLMENT, BORN, order)


def test_an_unknown_instrument_is_refused():
    with pytest.raises(UnknownInstrument):
        record_evaluation(ENROLMENT, BORN, replace(ORDER, instrument="c_pep_4"))


@pytest.mark.parametrize(
    ("instrument", "born", "scores", "fits"),
    [
        ("developmental_scale_ii", date(2019, 3, 13), {"total": "85"}, True),
        ("developmental_scale_ii", date(2019, 3, 12), {"total": "85"}, False),
        ("ss_language", date(2025, 3, 12), {"stage": "1"}, True),
        ("ss_language", date(2025, 3, 13), {"stage": "1"}, False),
        ("ss_language", date(2019, 9, 13), {"stage": "5-2"}, True),
        ("ss_language", date(2019, 9, 12), {"stage": "5-2"}, False),
        ("gmfcs", date(2008, 3, 12), {"level": "V"}, False),
    ],
)
def test_an_instrument_is_for_its_ages(instrument, born, scores, fits):
    order = replace(ORDER, instrument=instrument, scores=scores)
    if fits:
        assert record_evaluation(ENROLMENT, born, order).instrument == instrument
    else:
        with pytest.raises(NotForThisAge):
            record_evaluation(ENROLMENT, born, order)


def test_a_refusal_says_the_name_of_the_instrument_and_its_answer_the_code():
    refused = NotForThisAge(instrument="gmfm_88", from_months=6, before_months=96, months=3)
    assert refused.words("zh").startswith("粗大运动功能评定 88 项 适用于")
    assert refused.words("en").startswith("Gross Motor Function Measure, 88 items is for ages")
    assert refused.details["instrument"] == "gmfm_88"
