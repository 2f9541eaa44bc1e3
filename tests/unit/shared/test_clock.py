"""Time: UTC in storage, Asia/Shanghai for dates (architecture, ground rule 3)."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared import clock

SHANGHAI_HOURS = timezone(timedelta(hours=8))


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC
    assert clock.today() == clock.local_date(clock.now())


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2024, 2, 28, 16, 0, tzinfo=UTC), date(2024, 2, 29)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 2, 1, 0, tzinfo=SHANGHAI_HOURS), date(2026, 3, 2)),
        (datetime(2026, 3, 1, 23, 0, tzinfo=timezone(timedelta(hours=-5))), date(2026, 3, 2)),
    ],
)
def test_a_date_is_the_civil_date_in_shanghai(moment: datetime, day: date):
    assert clock.local_date(moment) == day


def test_a_date_happened_from_its_first_instant_in_shanghai():
    assert clock.moment_of(date(2026, 3, 2)) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert clock.moment_of(date(2026, 3, 2)).tzinfo is UTC


def test_a_moment_stays_the_same_moment_and_becomes_utc():
    given = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI_HOURS)
    assert clock.moment_of(given) == given
    assert clock.moment_of(given).tzinfo is UTC


def test_a_day_and_its_moment_agree_for_every_day_of_a_leap_year():
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert [clock.local_date(clock.moment_of(day)) for day in days] == days
