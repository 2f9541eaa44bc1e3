"""Scores over time as a line: where each point stands in a picture, by the scale of its instrument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.rehabilitation.instruments import INSTRUMENTS, Ordered

WIDTH, HEIGHT, MARGIN = 360, 130, 22


@dataclass(frozen=True, slots=True)
class Dot:
    """One score in the picture."""

    x: float
    y: float
    on: str
    value: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of scores, and what the ends of its scale are called."""

    dots: Sequence[Dot]
    least: str
    most: str

    @property
    def line(self) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def curve_of(series: Mapping[str, Any]) -> Curve | None:
    """Return the picture of one dimension of an instrument; up is always more, whatever that means.

    There is none where a newer service knows an instrument, or a dimension of it, whose scale is not known here.
    """
    instrument, dimension = INSTRUMENTS.get(series["instrument"]), series["dimension"]
    if instrument is None or dimension not in instrument.dimensions:
        return None
    scale = instrument.dimensions[dimension]
    least, most = (scale.codes[0], scale.codes[-1]) if isinstance(scale, Ordered) else (str(scale.min), str(scale.max))
    low, high = float(instrument.rank(dimension, least)), float(instrument.rank(dimension, most))
    days = [date.fromisoformat(point["on"]).toordinal() for point in series["points"]]
    dots = [
        Dot(
            _place(day, days[0], days[-1], MARGIN, WIDTH - MARGIN),
            _place(float(instrument.rank(dimension, point["value"])), low, high, HEIGHT - MARGIN, MARGIN),
            point["on"],
            point["value"],
        )
        for day, point in zip(days, series["points"], strict=True)
    ]
    return Curve(dots, least, most)


def _place(value: float, low: float, high: float, at_low: float, at_high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return round(at_low + share * (at_high - at_low), 1)


def reading_of(instrument: str, code: str | None, language: str) -> str:
    """Return how a score reads; the instruments' own words are Chinese."""
    row = INSTRUMENTS.get(instrument)
    known = {band.code: band.zh for band in row.readings} if row else {}
    if language == "zh" and code in known:
        return known[code]
    return (code or "").replace("_", " ")


def name_of(instrument: str, language: str) -> str:
    """Return the name of an instrument; one that a newer service sent is shown as it is."""
    row = INSTRUMENTS.get(instrument)
    if row is None:
        return instrument
    return row.zh if language == "zh" else row.en
