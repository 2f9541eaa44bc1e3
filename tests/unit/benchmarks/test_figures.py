"""The shape of bench.json, and the arithmetic of quantiles, ratios and aims."""

import json

import pytest
import typer

from benchmarks.__main__ import MEASURES, OF_PAGES, ON_PAGES, figures_like
from benchmarks.figures import AIMS, failed, figure, middle, quantile, save
from benchmarks.load import Result
from benchmarks.main_pages import PAGES
from benchmarks.projection import rate

NAMES = [
    "http_session", "batch_sessions", "batch_sessions_20", "projection", "assessment", "freshness_p50", "freshness_p95",
    "freshness_p99", "first_page_p95_100k", "first_page_p95_1m", "first_page_rps_8", "list_restricted_ratio",
    "rebuild", "start_cold", "start_warm", "memory_mb", "day_sheet_40",
    *(f"page_{page}_{part}" for page in (*(page.name for page in PAGES), "long_file") for part in ("p50", "p95", "kb")),
    "page_long_file_alone",
]  # fmt: skip
MEMBERS = ["name", "value", "unit", "ceiling", "ratio", "note"]


def test_every_figure_of_the_report_has_its_aim_and_is_measured_once():
    measured = [name for names, _ in (*MEASURES, *OF_PAGES) for name in names]
    assert list(AIMS) == NAMES
    assert sorted([*measured, "start_cold", "start_warm"]) == sorted(NAMES)


def test_figures_are_asked_for_by_name_or_in_groups():
    assert figures_like(["rebuild", "start_*"]) == {"rebuild", "start_cold", "start_warm"}
    assert figures_like(["page_*"]) == ON_PAGES
    with pytest.raises(typer.BadParameter, match="no such figure: page_nowhere_p95"):
        figures_like(["rebuild", "page_nowhere_p95"])


def test_the_report_is_a_list_of_figures_also_where_one_failed(tmp_path):
    measured = figure("http_session", 1200, "16 clients", ceiling=3000)
    save([measured, failed("rebuild", TimeoutError("too long"))], tmp_path / "bench.json")
    report = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert [list(one) for one in report] == [MEMBERS, MEMBERS]
    assert report[0] == {
        "name": "http_session", "value": 1200, "unit": "req/s", "ceiling": 3000, "ratio": 0.4, "note": "16 clients",
    }  # fmt: skip
    assert (report[1]["value"], report[1]["ratio"], report[1]["note"]) == (
        None,
        None,
        "failed: TimeoutError: too long",
    )


def test_a_figure_without_a_raw_ceiling_stands_beside_the_aim_and_says_so():
    one = figure("rebuild", 12_000, "all producers")
    assert (one.ceiling, one.ratio, one.note) == (10_000, 1.2, "all producers; the ceiling is the aim")


def test_a_figure_that_needs_a_raw_ceiling_is_not_given_out_without_one():
    with pytest.raises(ValueError, match="projection"):
        figure("projection", 5000, "no ceiling")


@pytest.mark.parametrize(
    ("name", "value", "ceiling", "reached"),
    [
        ("http_session", 400, 1000, True),
        ("http_session", 399, 1000, False),
        ("freshness_p95", 200, None, True),
        ("freshness_p95", 201, None, False),
        ("batch_sessions_20", 9_900, 10_000, False),
        ("list_restricted_ratio", 1.3, None, True),
        ("start_cold", 60, None, True),
    ],
)
def test_an_aim_is_a_lower_or_an_upper_bound_of_the_ratio(name, value, ceiling, reached):
    assert figure(name, value, "", ceiling=ceiling).reached is reached


def test_a_failed_figure_reached_nothing():
    assert failed("rebuild", TimeoutError()).reached is None


def test_a_failure_inside_a_group_says_its_own_reason():
    group = ExceptionGroup("outer", [ExceptionGroup("inner", [ValueError("the reason")])])
    assert failed("rebuild", group).note == "failed: ValueError: the reason"


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.95, 95), (0.951, 96), (0.99, 99), (1.0, 100)]
)
def test_a_quantile_is_the_smallest_value_that_so_many_do_not_exceed(share, expected):
    assert quantile(range(100, 0, -1), share) == expected


def test_nothing_has_no_quantile():
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_one_disturbed_round_does_not_count():
    assert middle([100, 3, 101]) == 100


def test_only_good_answers_are_counted_and_a_run_with_others_fails():
    result = Result(seconds=2.0)
    for status in (201, 200, 409):
        result.note(status, 0.01)
    assert (result.per_second, result.refused) == (1.0, {409: 1})
    with pytest.raises(RuntimeError, match="409"):
        result.checked()


def test_a_run_without_an_answer_fails():
    with pytest.raises(RuntimeError):
        Result(seconds=1.0).checked()


def test_the_rate_leaves_out_the_wait_for_the_first_batch_and_what_comes_after_the_last():
    assert rate([(0.0, 10), (5.0, 10), (6.0, 110), (7.0, 210), (8.0, 310), (9.0, 310)]) == 100


def test_a_rate_is_not_made_of_one_step():
    with pytest.raises(RuntimeError):
        rate([(0.0, 0), (1.0, 100)])
