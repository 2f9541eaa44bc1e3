"""Working days: clocks of the federation run in them (handbook §3.3; the day counts are settings)."""

from collections.abc import Container
from datetime import date, timedelta

SATURDAY = 5


def add_working_days(day: date, count: int, days_off: Container[date] = ()) -> date:
    """Return the day `count` working days later; weekends and the listed public holidays do not count.

    The State Council publishes the holidays of a year the autumn before, so the list is configuration.
    """
    for _ in range(count):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY or day in days_off:
            day += timedelta(days=1)
    return day
