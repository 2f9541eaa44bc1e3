"""Working days of China: weekends, public holidays and the weekend days worked instead, a data file per year.

The State Council publishes the holidays of a year in the autumn before (国务院办公厅关于部分节假日安排的通知). A year
without a file has its weekends only; `known_until` says how far the files reach.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

SATURDAY = 5
BUILT_IN = Path(__file__).parent


class Period(BaseModel):
    """Days off in a row, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


class Year(BaseModel):
    """The holidays of one year, as its file says them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    document: str
    mark: str
    off: tuple[Period, ...]
    worked: frozenset[date]
    """Weekend days that are worked instead (调休)."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked."""

    off: frozenset[date]
    worked: frozenset[date]
    known_until: date | None

    def works_on(self, day: date, days_off: Container[date] = ()) -> bool:
        """Tell whether a day is worked; `days_off` are further days of an office of its own."""
        if day in self.off or day in days_off:
            return False
        return day in self.worked or day.weekday() < SATURDAY

    def add(self, day: date, count: int, days_off: Container[date] = ()) -> date:
        """Return the day `count` working days later; the day itself does not count."""
        for _ in range(count):
            day += timedelta(days=1)
            while not self.works_on(day, days_off):
                day += timedelta(days=1)
        return day

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie in [first, last)."""
        return sum(self.works_on(first + timedelta(days=n)) for n in range((last - first).days))


@cache
def calendar(folder: Path = BUILT_IN) -> Calendar:
    """Read the files of a folder; a county may keep its own. Raises on one that cannot be read."""
    years = [Year.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("cn_*.json"))]
    off = frozenset(day for year in years for period in year.off for day in period.days)
    worked = frozenset(day for year in years for day in year.worked)
    return Calendar(off, worked, date(max(year.year for year in years), 12, 31) if years else None)


def add_working_days(day: date, count: int, days_off: Container[date] = ()) -> date:
    """Return the day `count` working days later by the built-in calendar."""
    return calendar().add(day, count, days_off)
