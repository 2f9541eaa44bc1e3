"""Golden cases of handbook §3.6: how scores read, and how they compare over time."""

from datetime import date
from uuid import uuid4

import pytest

from services.rehab.domain.rules import Rules
from services.rehab.domain.series import Scored, reading, series_of
from shared.rehabilitation.instruments import INSTRUMENTS

DAYS = (date(2026, 1, 8), date(2026, 4, 8), date(2026, 7, 8))

STEPS = {
    "gmfm_88": ("total", "50.25", "50.255"), "gmfm_66": ("total", "61.27", "61.275"),
    "fmfm": ("total", "40.5", "40.501"),
    "gesell": ("language", "85.5", "85.55"), "developmental_scale_ii": ("total", "79.9", "79.95"),
    "cars": ("total", "30.5", "30.25"), "abc": ("total", "53", "53.5"), "cabs": ("total", "14", "14.5"),
    "pep_3": ("cvp", "68", "67.5"), "cap": ("level", "7", "6.5"), "cap_ii": ("level", "9", "8.5"),
    "sir": ("level", "5", "4.5"), "it_mais": ("total", "40", "39.5"), "muss": ("total", "40", "39.5"),
    "weefim": ("total", "126", "99.5"), "pure_tone_average": ("left_ear", "31.25", "31.255"),
    "gmfcs": ("level", "III", "3"), "ss_language": ("stage", "4-1", "4"),
}  # fmt: skip


def test_every_instrument_of_the_table_has_a_step_here():
    assert set(STEPS) == set(INSTRUMENTS)


@pytest.mark.parametrize("instrument", STEPS)
def test_a_value_is_on_the_step_of_its_instrument(instrument):
    dimension, on, off = STEPS[instrument]
    scale = INSTRUMENTS[instrument].dimensions[dimension]
    assert scale.allows(on)
    assert not scale.allows(off)


@pytest.mark.parametrize(
    ("instrument", "value", "code"),
    [
        ("gesell", "75", "delay"), ("gesell", "76", "borderline"), ("gesell", "85", "borderline"),
        ("gesell", "86", "normal"), ("developmental_scale_ii", "69.9", "below_70"),
        ("developmental_scale_ii", "70", "borderline"), ("developmental_scale_ii", "79", "borderline"),
        ("developmental_scale_ii", "80", "normal"), ("developmental_scale_ii", "109", "normal"),
        ("developmental_scale_ii", "110", "good"), ("developmental_scale_ii", "129", "good"),
        ("developmental_scale_ii", "131", "excellent"), ("cars", "29.5", "below_30"), ("cars", "30", "from_30"),
        ("cars", "35.5", "from_30"), ("cars", "36", "severe"), ("abc", "52", "below_53"), ("abc", "53", "suspect"),
        ("abc", "66", "suspect"), ("abc", "67", "commonly_autism"), ("cabs", "13", "below_14"),
        ("cabs", "14", "suspect"),
        ("weefim", "60", None),
    ],
)  # fmt: skip
def test_how_a_score_reads(instrument, value, code):
    dimension = "language" if instrument == "gesell" else "total"
    assert reading(INSTRUMENTS[instrument], dimension, value, Rules()) == code


def test_the_severe_cut_of_cars_is_a_setting():
    assert reading(INSTRUMENTS["cars"], "total", "36.5", Rules(cars_severe_from=37)) == "from_30"
    assert reading(INSTRUMENTS["cars"], "item_1", "4", Rules()) is None


def test_gmfcs_has_five_age_bands():
    assert INSTRUMENTS["gmfcs"].age_bands == (0, 24, 48, 72, 144)
    assert INSTRUMENTS["gmfcs"].age_months.before == 216


def a_row(day, instrument, version="1", **scores):
    return Scored(uuid4(), day, instrument, version, scores)


@pytest.mark.parametrize(
    ("instrument", "dimension", "first", "last", "trend"),
    [
        ("cars", "total", "40", "33.5", "better"),
        ("cars", "total", "33.5", "40", "worse"),
        ("weefim", "total", "60", "60", "same"),
        ("gmfm_66", "total", "9", "10", "better"),
        ("ss_language", "stage", "2-3", "3-1", "better"),
        ("ss_language", "stage", "3-1", "2-3", "worse"),
        ("pure_tone_average", "left_ear", "-5", "40", "worse"),
        ("gmfcs", "level", "III", "II", "none"),
    ],
)
def test_better_and_worse_follow_the_direction_of_the_instrument(instrument, dimension, first, last, trend):
    rows = [a_row(DAYS[1], instrument, **{dimension: last}), a_row(DAYS[0], instrument, **{dimension: first})]
    (series,) = series_of(rows, Rules())
    assert (series.trend, [point.value for point in series.points]) == (trend, [first, last])


def test_another_version_is_another_series_and_one_score_has_no_trend():
    rows = [
        a_row(day, "cars", version, total="30") for day, version in zip(DAYS, ("1980", "1980", "2010"), strict=True)
    ]
    assert [(one.version, len(one.points), one.trend) for one in series_of(rows, Rules())] == [
        ("1980", 2, "same"),
        ("2010", 1, "none"),
    ]
    assert series_of([], Rules()) == []
