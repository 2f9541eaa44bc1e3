"""Time: timezone-aware UTC in storage, Asia/Shanghai for dates (architecture, ground rule 3)."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""China keeps one civil time; dates of facts, ages and benefit years are read in it."""


def now() -> datetime:
    """Return the present moment, aware, UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """Return the civil date of an aware moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def today() -> date:
    """Return today's civil date in Asia/Shanghai."""
    return local_date(now())


def wall_clock(moment: datetime) -> str:
    """Say an aware moment as the clock on the wall in Asia/Shanghai does, to the minute: "2024-05-06 17:30"."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def moment_of(day: date | datetime) -> datetime:
    """Return the UTC moment of a fact: a moment as it is, a civil date as its first instant in Asia/Shanghai."""
    if isinstance(day, datetime):
        return day if day.tzinfo is UTC else day.astimezone(UTC)
    return _first_instant(day)


@lru_cache(maxsize=4096)
def _first_instant(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)
