"""A child's scores over time, instrument by instrument and version by version (handbook §3.6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from services.rehab.domain.rules import Rules
from shared.rehabilitation.instruments import INSTRUMENTS, Direction, Instrument
from shared.rulebook.registry import rule

SEVERE = "severe"


class Trend(StrEnum):
    """How the last score stands to the first one."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NONE = "none"
    """One score only, or a classification, which is no outcome."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An evaluation as it stands: its scores by dimension."""

    evaluation: UUID
    on: date
    instrument: str
    version: str
    scores: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScorePoint:
    """One score of a series, and how it reads."""

    evaluation: UUID
    on: date
    value: str
    reading: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """One dimension over time. Another version of an instrument is another series: they do not compare."""

    instrument: str
    version: str
    dimension: str
    direction: Direction
    trend: Trend
    points: Sequence[ScorePoint]


def series_of(evaluations: Iterable[Scored], rules: Rules) -> list[Series]:
    """Return a child's series, in the order of instrument, version and dimension."""
    keyed = sorted(evaluations, key=lambda one: (one.instrument, one.version, one.on, one.evaluation))
    return [
        one
        for (instrument, version), group in groupby(keyed, key=attrgetter("instrument", "version"))
        for one in _of_instrument(INSTRUMENTS[instrument], version, list(group), rules)
    ]


@rule(
    "rehab.reading",
    "source",
    zh="分值解读：CARS≥30、ABC≥53、儿心量表-II各段等",
    setting="REHAB_RULES__CARS_SEVERE_FROM",
)
def reading(instrument: Instrument, dimension: str, value: str, rules: Rules) -> str | None:
    """Read a score by the bands of its instrument; from which CARS total it is severe is a setting.

    The cut-offs of CARS, ABC and 儿心量表-II are the document's, the others usage (孤独症规范; handbook §3.6).
    """
    if not instrument.readings or dimension.startswith("item_"):
        return None
    score = Decimal(value)
    if instrument.code == "cars" and score >= rules.cars_severe_from:
        return SEVERE
    return [band.code for band in instrument.readings if band.from_ <= score][-1]


@rule("rehab.trend", "assumed", zh="按量表方向判断首末次变化；GMFCS 为分级，不作疗效")
def trend(instrument: Instrument, dimension: str, values: Sequence[str]) -> Trend:
    """Compare the last score with the first in the direction of the instrument; GMFCS is no outcome (handbook §3.6)."""
    if len(values) < 2 or instrument.direction is Direction.CLASSIFICATION:  # noqa: PLR2004 - first and last
        return Trend.NONE
    change = instrument.rank(dimension, values[-1]) - instrument.rank(dimension, values[0])
    if not change:
        return Trend.SAME
    return Trend.BETTER if (change > 0) is (instrument.direction is Direction.HIGHER) else Trend.WORSE


def _of_instrument(instrument: Instrument, version: str, made: Sequence[Scored], rules: Rules) -> Iterable[Series]:
    for dimension in instrument.dimensions:
        points = [
            ScorePoint(
                one.evaluation,
                one.on,
                one.scores[dimension],
                reading(instrument, dimension, one.scores[dimension], rules),
            )
            for one in made
            if dimension in one.scores
        ]
        if points:
            change = trend(instrument, dimension, [point.value for point in points])
            yield Series(instrument.code, version, dimension, instrument.direction, change, points)
