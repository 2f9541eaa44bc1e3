"""The geometry of a case's picture: what stands where, and that nothing is lost or laid over another."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.portal.domain import picture
from services.portal.domain.picture import LEAST, WIDTH, Picture, drawn, fits, level_of
from services.portal.domain.zoom import Window, Zoom, childhood, window_of

TODAY = date(2024, 7, 1)
YEAR = window_of(Zoom.YEAR, TODAY)


def period(since: str, until: str | None = None, **more: Any) -> dict[str, Any]:
    plain = {"kind": "enrolment", "lane": "rehabilitation", "what": "autism", "planned_until": None, "rests": []}
    return {**plain, "since": since, "until": until, **more}


def count(day: str, facts: int = 1, corrected: int = 0, name: str = "rehab.session_recorded") -> dict[str, Any]:
    lane = {"rehab": "rehabilitation", "screening": "screening"}[name.split(".", maxsplit=1)[0]]
    return {"lane": lane, "type": f"tongkang.{name}.v1", "day": day, "facts": facts, "corrected": corrected}


def of(*rows: dict[str, Any], window: Window = YEAR) -> Picture:
    periods = [row for row in rows if "since" in row]
    return drawn({"periods": periods, "counts": [row for row in rows if "day" in row]}, window, TODAY)


def lane(shown: Picture, code: str = "rehabilitation") -> picture.Lane:
    return next(lane for lane in shown.lanes if lane.code == code)


@pytest.mark.parametrize(
    ("zoom", "since", "until", "by"),
    [
        (Zoom.YEAR, date(2024, 1, 1), date(2025, 1, 1), "week"),
        (Zoom.MONTH, date(2024, 12, 1), date(2025, 1, 1), "day"),
        (Zoom.WEEK, date(2024, 12, 30), date(2025, 1, 6), "day"),
    ],
)
def test_a_zoom_shows_the_time_in_which_a_day_lies(zoom, since, until, by):
    window = window_of(zoom, date(2024, 12, 31))
    assert (window.since, window.until, window.by) == (since, until, by)


def test_a_childhood_goes_from_birth_to_the_eighteenth_birthday():
    window = childhood(date(2020, 5, 4), date(2021, 1, 1), TODAY)
    assert (window.since, window.until) == (date(2020, 5, 4), date(2038, 5, 4))
    assert [mark.year for mark in window.marks()] == list(range(2021, 2039))
    assert {(mark.month, mark.day) for mark in window.marks()} == {(1, 1)}


@pytest.mark.parametrize(
    ("zoom", "marks"),
    [
        (Zoom.YEAR, [date(2024, month, 1) for month in range(1, 13)]),
        (Zoom.MONTH, [date(2024, 2, day) for day in range(1, 30)]),
        (Zoom.WEEK, [date(2024, 2, day) for day in range(5, 12)]),
    ],
)
def test_the_axis_has_a_line_at_each_month_of_a_year_and_at_each_day_of_a_month_or_a_week(zoom, marks):
    assert list(window_of(zoom, date(2024, 2, 8)).marks()) == marks


def test_a_childhood_that_begins_on_new_year_has_a_line_there():
    assert next(childhood(date(2020, 1, 1), None, date(2024, 1, 1)).marks()) == date(2020, 1, 1)


def test_of_a_child_whose_birth_is_not_told_the_axis_begins_with_the_year_of_the_first_fact():
    window = childhood(None, date(2022, 3, 4), TODAY)
    assert (window.since, window.until) == (date(2022, 1, 1), date(2025, 1, 1))
    assert childhood(None, None, TODAY).since == date(2024, 1, 1)


def test_who_was_born_on_a_leap_day_is_grown_up_on_the_first_of_march():
    assert childhood(date(2020, 2, 29), None, TODAY).until == date(2038, 3, 1)


def test_a_period_is_as_wide_as_it_lasts():
    (bar,) = lane(of(period("2024-01-01", "2024-07-01"))).bars
    assert (bar.x, bar.width, bar.lasts) == (0, round(182 * WIDTH / 366, 1), False)


def test_what_lasts_is_drawn_to_the_end_of_today_and_what_was_planned_after_it():
    (bar,) = lane(of(period("2024-01-01", planned_until="2025-06-01"))).bars
    assert bar.lasts
    assert bar.planned is not None
    assert bar.planned.x == pytest.approx(bar.x + bar.width, abs=0.2)
    assert bar.planned.x + bar.planned.width == pytest.approx(WIDTH, abs=0.2)


def test_one_day_can_be_seen_in_a_whole_childhood():
    window = childhood(date(2014, 5, 4), None, TODAY)
    (bar,) = lane(of(period("2024-03-01", "2024-03-01"), window=window)).bars
    assert bar.width == LEAST


def test_periods_that_overlap_lie_in_rows_of_their_own_and_others_share_one():
    bars = lane(of(period("2024-01-01", "2024-04-01"), period("2024-03-01", "2024-06-01"),
                   period("2024-05-01", "2024-06-01"))).bars  # fmt: skip
    assert [bar.y for bar in bars] == [bars[0].y, bars[0].y + picture.ROW, bars[0].y]


def test_periods_outside_of_the_time_are_not_drawn():
    assert lane(of(period("2022-01-01", "2023-12-31"), period("2025-01-01", "2025-02-01"))).bars == ()


def test_a_rest_lies_inside_of_its_period_and_lasts_as_long():
    rests = [
        {"kind": "leave_illness", "since": "2024-02-01", "until": "2024-03-01"},
        {"kind": "leave_family", "since": "2023-02-01", "until": "2023-03-01"},
        {"kind": "leave_holiday", "since": "2024-06-01", "until": None},
    ]
    (bar,) = lane(of(period("2023-01-01", "2024-07-01", rests=rests))).bars
    assert [rest.kind for rest in bar.rests] == ["leave_illness", "leave_holiday"]
    assert bar.rests[-1].x + bar.rests[-1].width == pytest.approx(bar.x + bar.width, abs=0.2)


def test_single_facts_of_a_step_are_one_tick_that_knows_them_all():
    shown = of(count("2024-01-08", 2, name="screening.screening_recorded"), count("2024-01-08", name="screening.diagnosis_recorded"))  # noqa: E501  # fmt: skip
    (tick,) = lane(shown, "screening").ticks
    assert (tick.number, tick.day) == (3, date(2024, 1, 8))


def test_sessions_are_a_strip_of_four_paths_however_many_weeks_there_are():
    weeks = [count((date(2024, 1, 1) + timedelta(weeks=week)).isoformat(), week + 1) for week in range(52)]
    shown = lane(of(*weeks))
    assert shown.ticks == ()
    assert shown.busiest == 52
    assert [path.count("M") for path in shown.strip] == [13, 13, 13, 13]


def test_what_was_corrected_does_not_count_in_the_strip():
    shown = lane(of(count("2024-01-01", 3, 3)))
    assert (shown.busiest, shown.strip) == (0, ("", "", "", ""))


@pytest.mark.parametrize(("number", "level"), [(1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (20, 4)])
def test_density_is_told_in_quarters_of_the_densest(number, level):
    assert level_of(number, 20) == level


def test_lanes_lie_one_under_the_other_and_empty_ones_say_so():
    shown = of(period("2024-01-01", "2024-04-01"), count("2024-01-01"))
    ends = [one.y + one.height for one in shown.lanes]
    assert [one.y for one in shown.lanes[1:]] == ends[:-1]
    assert shown.height == ends[-1]
    assert [one.code for one in shown.lanes if not one.empty] == ["rehabilitation"]
    assert of().empty


def test_today_is_marked_only_where_it_is_shown():
    assert of().today == round(182 * WIDTH / 366, 1)
    assert of(window=window_of(Zoom.YEAR, date(2020, 1, 1))).today is None


def test_a_word_stands_in_a_bar_only_where_it_fits():
    assert fits("康复训练", 60)
    assert not fits("康复训练", 59)
    assert fits("autism", 50)
