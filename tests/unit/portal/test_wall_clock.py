"""What people type into the forms of schools and houses: moments by the clock on the wall, a day's roster."""

from datetime import UTC, datetime

import pytest

from services.portal.domain.roster import marked
from services.portal.domain.wall_clock import for_field, moment_typed
from shared import clock


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2024-05-06T17:30", "2024-05-06T17:30:00+08:00"),
        ("2024-05-06T17:30:05", "2024-05-06T17:30:05+08:00"),
        ("2024-05-06T17:30+00:00", "2024-05-06T17:30:00+00:00"),
        ("half past five", "half past five"),
    ],
)
def test_a_moment_is_read_by_the_clock_on_the_wall_and_what_is_none_goes_as_it_is(typed: str, told: str):
    assert moment_typed(typed) == told


def test_nothing_typed_is_now():
    before = clock.now()
    assert before <= datetime.fromisoformat(moment_typed("")) <= clock.now()


def test_a_field_holds_the_clock_on_the_wall():
    assert for_field(datetime(2024, 5, 6, 9, 30, 59, tzinfo=UTC)) == "2024-05-06T17:30"


def test_a_roster_tells_new_days_from_corrections_and_from_what_stays():
    fields = {"on": "2024-05-06", "day-a": "present", "day-b": "absent", "day-c": "leave fact-c", "day-d": ""}
    told = marked(fields)
    assert told.new == {"a": "present", "b": "absent"}
    assert list(told.corrections) == [("c", "leave", "fact-c")]


def test_an_empty_roster_marks_nobody():
    told = marked({"on": "2024-05-06", "once": "key"})
    assert (told.new, list(told.corrections)) == ({}, [])
