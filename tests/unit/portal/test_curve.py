"""Scores as a line: where each stands in the picture."""

import pytest

from services.portal.domain.curve import HEIGHT, MARGIN, WIDTH, curve_of, name_of, reading_of


def a_series(instrument: str, dimension: str, *points: tuple[str, str]) -> dict:
    told = [{"on": on, "value": value, "reading": None} for on, value in points]
    return {"instrument": instrument, "dimension": dimension, "points": told}


def test_the_scale_of_the_instrument_is_the_height_of_the_picture():
    curve = curve_of(a_series("cars", "total", ("2026-01-01", "60"), ("2026-04-01", "15")))
    assert (curve.most, curve.least) == ("60", "15")
    assert [(dot.x, dot.y) for dot in curve.dots] == [(MARGIN, MARGIN), (WIDTH - MARGIN, HEIGHT - MARGIN)]
    assert curve.line == f"{MARGIN}.0,{MARGIN}.0 {WIDTH - MARGIN}.0,{HEIGHT - MARGIN}.0"


def test_days_stand_apart_as_far_as_they_were():
    curve = curve_of(a_series("gmfm_66", "total", ("2026-01-01", "40"), ("2026-01-02", "41"), ("2026-01-11", "42")))
    first, second, last = (dot.x for dot in curve.dots)
    assert second - first == pytest.approx((last - first) / 10, abs=0.1)


def test_ordered_codes_stand_by_their_place():
    curve = curve_of(a_series("gmfcs", "level", ("2026-01-01", "V"), ("2026-07-01", "I")))
    assert (curve.least, curve.most) == ("I", "V")
    assert curve.dots[0].y < curve.dots[1].y


def test_one_score_stands_in_the_middle():
    (dot,) = curve_of(a_series("sir", "level", ("2026-01-01", "3"))).dots
    assert (dot.x, dot.y) == (WIDTH / 2, HEIGHT / 2)


@pytest.mark.parametrize(
    ("instrument", "code", "zh", "en"),
    [("abc", "suspect", "可疑", "suspect"), ("cars", "severe", "severe", "severe"), ("fmfm", None, "", "")],
)
def test_a_score_reads_in_both_languages(instrument, code, zh, en):
    assert (reading_of(instrument, code, "zh"), reading_of(instrument, code, "en")) == (zh, en)


def test_an_instrument_or_a_dimension_of_a_newer_service_has_no_picture():
    assert curve_of(a_series("not_made_yet", "total", ("2026-01-01", "60"))) is None
    assert curve_of(a_series("cars", "not_made_yet", ("2026-01-01", "60"))) is None
    assert reading_of("not_made_yet", "very_good", "zh") == "very good"
    assert name_of("not_made_yet", "zh") == "not_made_yet"


def test_instruments_have_names():
    assert name_of("cars", "zh") == "儿童孤独症评定量表"
    assert "Autism" in name_of("cars", "en")
