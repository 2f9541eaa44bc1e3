"""The picture of a case: lanes over a time axis. Pure geometry; what is drawn and how wide, no words and no colours.

Lengths are units of a drawing that is `WIDTH` wide; days are half-open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.portal.domain.zoom import Window

WIDTH = 1200
AXIS, NAME, ROW, TICKS, STRIP, GAP = 26, 22, 22, 18, 14, 8
"""Heights: the axis, a lane's name, a row of bars, of ticks, the strip, and the space under a lane."""
LEAST = 3
"""A bar of one day is seen at any zoom."""
LANES = ("screening", "rehabilitation", "schooling", "custody", "findings")
DENSE = frozenset({"session_recorded", "attendance_recorded", "home_teaching_recorded", "signed_out", "signed_in"})
"""Facts that come day by day: shown as a strip of how many, not as ticks."""
LEVELS = 4
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a bar."""

    x: float
    width: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A period."""

    x: float
    y: float
    width: float
    period: Row
    rests: tuple[Span, ...]
    planned: Span | None
    """What was meant to come after it was drawn to: from today on."""
    lasts: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """All single facts of a day or week in a lane."""

    x: float
    day: date
    facts: tuple[tuple[str, int], ...]
    """Types and how many of them."""

    @property
    def number(self) -> int:
        return sum(number for _, number in self.facts)


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane and all that lies in it."""

    code: str
    y: float
    height: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    ticks_y: float
    strip: tuple[str, ...]
    """One path for each level of density; an empty one where nothing is so dense."""
    strip_y: float
    busiest: int

    @property
    def empty(self) -> bool:
        return not (self.bars or self.ticks or self.busiest)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the axis."""

    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn."""

    window: Window
    height: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    today: float | None

    @property
    def empty(self) -> bool:
        return all(lane.empty for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class Scale:
    """From days to lengths."""

    window: Window

    def x(self, day: date) -> float:
        """Return where a day begins; what lies outside stands at the edge."""
        whole = (self.window.until - self.window.since).days
        inside = min(max((day - self.window.since).days, 0), whole)
        return round(inside * WIDTH / whole, 1)

    def span(self, since: date, until: date, kind: str = "") -> Span:
        """Return a piece that is wide enough to be seen."""
        x = self.x(since)
        return Span(x, max(round(self.x(until) - x, 1), LEAST), kind)


def drawn(outline: Row, window: Window, today: date) -> Picture:
    """Return the picture of an outline."""
    scale, lanes, y = Scale(window), [], float(AXIS)
    for code in LANES:
        lane = _lane(code, y, outline, scale, today)
        lanes.append(lane)
        y += lane.height
    marks = tuple(Mark(scale.x(day), day) for day in window.marks())
    seen = scale.x(today) if window.since <= today < window.until else None
    return Picture(window, y, tuple(lanes), marks, seen)


def _lane(code: str, y: float, outline: Row, scale: Scale, today: date) -> Lane:
    shown = [period for period in outline["periods"] if period["lane"] == code and _meets(period, scale.window, today)]
    counts = [count for count in outline["counts"] if count["lane"] == code]
    top = y + NAME
    bars, rows = _bars(shown, top, scale, today)
    ticks = tuple(_ticks(counts, scale))
    ticks_y = top + rows * ROW
    strip_y = ticks_y + (TICKS if ticks else 0)
    strip, busiest = _strip(counts, strip_y, scale)
    bottom = strip_y + (STRIP if busiest else 0)
    return Lane(code, y, bottom - y + GAP, bars, ticks, ticks_y, strip, strip_y, busiest)


def _meets(period: Row, window: Window, today: date) -> bool:
    return _day(period["since"]) < window.until and _drawn_until(period, today) > window.since


def _drawn_until(period: Row, today: date) -> date:
    """Return to where a period is drawn: to its end, or as long as it lasts to the end of today."""
    since = _day(period["since"])
    until = _day(period["until"]) if period["until"] else today + timedelta(days=1)
    return max(until, since + timedelta(days=1))


def _bars(periods: Sequence[Row], top: float, scale: Scale, today: date) -> tuple[tuple[Bar, ...], int]:
    """Put periods into as few rows as keep them apart."""
    ends: list[float] = []
    bars = []
    for period in sorted(periods, key=lambda one: (one["since"], one["kind"])):
        until = _drawn_until(period, today)
        span = scale.span(_day(period["since"]), until)
        planned = _planned(period, until, scale)
        row = next((number for number, end in enumerate(ends) if end <= span.x), len(ends))
        ends[row : row + 1] = [max(span.x + span.width, planned.x + planned.width if planned else 0)]
        rests = tuple(_rest(rest, until, scale) for rest in period["rests"] if _inside(rest, until, scale.window))
        bars.append(Bar(span.x, top + row * ROW, span.width, period, rests, planned, period["until"] is None))
    return tuple(bars), len(ends)


def _planned(period: Row, until: date, scale: Scale) -> Span | None:
    if period["until"] or not period["planned_until"] or _day(period["planned_until"]) <= until:
        return None
    return scale.span(until, _day(period["planned_until"])) if until < scale.window.until else None


def _inside(rest: Row, until: date, window: Window) -> bool:
    ended = _day(rest["until"]) if rest["until"] else until
    return _day(rest["since"]) < window.until and ended > window.since


def _rest(rest: Row, until: date, scale: Scale) -> Span:
    return scale.span(_day(rest["since"]), _day(rest["until"]) if rest["until"] else until, rest["kind"])


def _ticks(counts: Iterable[Row], scale: Scale) -> Iterable[Tick]:
    by_day: dict[str, list[tuple[str, int]]] = {}
    for count in counts:
        if name_of(count["type"]) not in DENSE:
            by_day.setdefault(count["day"], []).append((count["type"], count["facts"]))
    for day, facts in sorted(by_day.items()):
        yield Tick(scale.x(_day(day)), _day(day), tuple(sorted(facts)))


def _strip(counts: Iterable[Row], y: float, scale: Scale) -> tuple[tuple[str, ...], int]:
    """Return one path for each level: hundreds of weeks are four elements."""
    held: dict[str, int] = {}
    for count in counts:
        if name_of(count["type"]) in DENSE:
            held[count["day"]] = held.get(count["day"], 0) + count["facts"] - count["corrected"]
    busiest = max(held.values(), default=0)
    paths = [""] * LEVELS
    for day, number in sorted(held.items()):
        if number:
            piece = scale.span(_day(day), _day(day) + scale.window.step)
            paths[level_of(number, busiest) - 1] += f"M{piece.x:g} {y:g}h{piece.width:g}v{STRIP - 2}h-{piece.width:g}z"
    return tuple(paths), busiest


def level_of(number: int, busiest: int) -> int:
    """Return how dense a number is beside the densest, 1 to `LEVELS`."""
    return max(1, -(-number * LEVELS // busiest))


def name_of(kind: str) -> str:
    """Return the short name of a fact's type: `session_recorded` of `tongkang.rehab.session_recorded.v1`."""
    return kind.split(".")[2]


def fits(text: str, width: float) -> bool:
    """Tell whether a word can stand in a bar; a Chinese sign is about twice as wide as a letter."""
    return sum(13 if ord(sign) > 0x2E80 else 7 for sign in text) + 8 <= width  # noqa: PLR2004 - the first CJK radical


def _day(value: str) -> date:
    return date.fromisoformat(value)
