"""Which time the picture of a case shows: a childhood, a year, a month, a week. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.ages import anniversary, birthday

GROWN_UP = 18
WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)


class Zoom(StrEnum):
    """How near the picture is."""

    LIFE = "life"
    YEAR = "year"
    MONTH = "month"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is shown, half-open, and in what steps facts are counted."""

    zoom: Zoom
    since: date
    until: date

    @property
    def step(self) -> timedelta:
        """How much one count stands for."""
        return WEEK if self.by == "week" else ONE_DAY

    @property
    def by(self) -> str:
        """The same as the timeline is asked."""
        return "week" if self.zoom in {Zoom.LIFE, Zoom.YEAR} else "day"

    @property
    def last(self) -> date:
        """Last day that is shown."""
        return self.until - ONE_DAY

    def marks(self) -> Iterator[date]:
        """Yield the days at which the axis has a line: new years, firsts of months, days."""
        day = self._marked_from(self.since)
        while day < self.until:
            yield day
            day = self._marked_from(day + ONE_DAY)

    def before(self) -> date:
        """Return a day of the time before."""
        return self.since - ONE_DAY

    def _marked_from(self, day: date) -> date:
        """Return the first day from this one on that has a line; a childhood is not walked day by day."""
        if self.zoom is Zoom.LIFE:
            return day if (day.month, day.day) == (1, 1) else date(day.year + 1, 1, 1)
        if self.zoom is Zoom.YEAR:
            return day if day.day == 1 else anniversary(day.replace(day=1), months=1)
        return day


def window_of(zoom: Zoom, at: date) -> Window:
    """Return the year, month or week in which a day lies."""
    if zoom is Zoom.YEAR:
        return Window(zoom, date(at.year, 1, 1), date(at.year + 1, 1, 1))
    if zoom is Zoom.MONTH:
        return Window(zoom, at.replace(day=1), anniversary(at.replace(day=1), months=1))
    monday = at - timedelta(days=at.weekday())
    return Window(zoom, monday, monday + WEEK)


def childhood(born_on: date | None, first_day: date | None, today: date) -> Window:
    """Return the time from birth to the 18th birthday; of a child whose birth is not told, from its first fact on.

    What lies after that birthday stands at the edge.
    """
    if born_on is None:
        return Window(Zoom.LIFE, date((first_day or today).year, 1, 1), date(today.year + 1, 1, 1))
    since = min(born_on, first_day or born_on)
    return Window(Zoom.LIFE, since, max(birthday(born_on, GROWN_UP), since + ONE_DAY))
