"""Stage evaluations: every value is checked against the instrument's table (handbook §3.6; 孤独症规范)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.rehab.domain.enrolment import Enrolment
from services.rehab.errors import (
    NotForThisAge,
    OutsideEnrolment,
    ScoreMissing,
    ScoreOutOfRange,
    TotalMismatch,
    UnknownDimension,
    UnknownInstrument,
)
from shared.ages import age_in_months
from shared.contracts.events.rehab import Checkpoint, ScaleScore, StageEvaluationRecorded

PERCENT = Decimal(100)
DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,2})?")


class Direction(StrEnum):
    """How a score reads; a classification (GMFCS) is no outcome and has no direction."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class TotalRule(StrEnum):
    """How a total follows from its parts, where it does."""

    SUM_OF_ITEMS = "sum_of_items"
    MEAN_OF_PERCENTAGES = "mean_of_percentages"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(_Row):
    """A dimension with a range; `repeat` makes `item_1` to `item_n` of it, `items` tells how many it sums."""

    code: str
    min: Decimal
    max: Decimal
    step: Decimal
    items: int | None = None
    repeat: int | None = None

    def allows(self, value: str) -> bool:
        """Tell whether a value lies in the range and on the step."""
        if not DECIMAL.fullmatch(value):
            return False
        number = Decimal(value)
        return self.min <= number <= self.max and number % self.step == 0

    @property
    def allowed(self) -> str:
        """The range as a sentence shows it."""
        return f"{self.min} … {self.max} (± {self.step})"


class Ordered(_Row):
    """A dimension of ordered codes, which are not numbers (GMFCS, S-S)."""

    code: str
    codes: tuple[str, ...]

    def allows(self, value: str) -> bool:
        """Tell whether a value is one of the codes."""
        return value in self.codes

    @property
    def allowed(self) -> str:
        """The codes as a sentence shows them."""
        return " < ".join(self.codes)


class AgeRange(_Row):
    """Ages in completed months: from, and before."""

    from_: Annotated[int, Field(alias="from")]
    before: int


class Instrument(_Row):
    """A row of the table of handbook §3.6. Scores are stored; item texts, which are copyrighted, are not."""

    code: str
    zh: str
    en: str
    direction: Direction
    basis: str
    age_months: AgeRange | None = None
    required: tuple[str, ...]
    total: TotalRule | None = None
    values: tuple[Number | Ordered, ...]

    @property
    def dimensions(self) -> Mapping[str, Number | Ordered]:
        """Every dimension by its code, repeated items one by one, in the order of the instrument."""
        return {code: value for value in self.values for code in _codes_of(value)}


def _codes_of(value: Number | Ordered) -> Sequence[str]:
    if isinstance(value, Ordered) or value.repeat is None:
        return (value.code,)
    return tuple(f"{value.code}_{number}" for number in range(1, value.repeat + 1))


INSTRUMENTS: Mapping[str, Instrument] = {
    row.code: row
    for row in TypeAdapter(tuple[Instrument, ...]).validate_json(
        Path(__file__).with_name("instruments.json").read_bytes()
    )
}
"""The whole table of handbook §3.6 by instrument code."""


@dataclass(frozen=True, slots=True)
class EvaluationOrder:
    """One evaluation with one instrument, as the assessor reports it."""

    id: UUID
    assessor: UUID
    assessed_on: date
    checkpoint: Checkpoint
    instrument: str
    instrument_version: str
    scores: Mapping[str, str]


def record_evaluation(enrolment: Enrolment, born: date, order: EvaluationOrder) -> StageEvaluationRecorded:
    """Record an evaluation of an enrolled child; one at exit may fall on the day the enrolment ends.

    Raises OutsideEnrolment, UnknownInstrument, NotForThisAge, UnknownDimension, ScoreMissing, ScoreOutOfRange or
    TotalMismatch.
    """
    if not enrolment.started_on <= order.assessed_on <= enrolment.over_on:
        raise OutsideEnrolment(since=enrolment.started_on.isoformat(), until=enrolment.over_on.isoformat())
    instrument = INSTRUMENTS.get(order.instrument)
    if instrument is None:
        raise UnknownInstrument(instrument=order.instrument)
    _check_age(instrument, born, order.assessed_on)
    check_scores(instrument, order.scores)
    scores = tuple(ScaleScore(dimension=d, value=order.scores[d]) for d in instrument.dimensions if d in order.scores)
    return StageEvaluationRecorded(
        evaluation=order.id, enrolment=enrolment.id, institution=enrolment.institution, assessor=order.assessor,
        assessed_on=order.assessed_on, checkpoint=order.checkpoint, instrument=order.instrument,
        instrument_version=order.instrument_version, scores=scores,
    )  # fmt: skip


def check_scores(instrument: Instrument, scores: Mapping[str, str]) -> None:
    """Check every value against the table, then the total against its parts."""
    dimensions = instrument.dimensions
    for dimension, value in scores.items():
        if dimension not in dimensions:
            raise UnknownDimension(instrument=instrument.code, dimension=dimension)
        if not dimensions[dimension].allows(value):
            raise ScoreOutOfRange(
                instrument=instrument.code, dimension=dimension, allowed=dimensions[dimension].allowed
            )
    missing = set(instrument.required) - scores.keys()
    if missing or not scores:
        raise ScoreMissing(instrument=instrument.code, dimensions=sorted(missing) or sorted(dimensions))
    _check_total(instrument, {dimension: value for dimension, value in scores.items() if dimension != "total"}, scores)


def _check_age(instrument: Instrument, born: date, on: date) -> None:
    ages, months = instrument.age_months, age_in_months(born, on)
    if ages is not None and not ages.from_ <= months < ages.before:
        raise NotForThisAge(
            instrument=instrument.code, from_months=ages.from_, before_months=ages.before, months=months
        )


def _check_total(instrument: Instrument, parts: Mapping[str, str], scores: Mapping[str, str]) -> None:
    """A total is checked only when all its parts were given: a centre may report the total alone."""
    if instrument.total is None or "total" not in scores or len(parts) < len(instrument.dimensions) - 1:
        return
    total = Decimal(scores["total"])
    expected = _total_of(instrument, {code: Decimal(value) for code, value in parts.items()}, total)
    if total != expected:
        raise TotalMismatch(instrument=instrument.code, expected=str(expected))


def _total_of(instrument: Instrument, parts: Mapping[str, Decimal], total: Decimal) -> Decimal:
    """Return the total that the parts give; a mean of percentages is rounded to the places that were reported."""
    if instrument.total is TotalRule.SUM_OF_ITEMS:
        return sum(parts.values(), Decimal(0))
    maxima = {value.code: value.max for value in instrument.values if isinstance(value, Number)}
    percentages = [PERCENT * part / maxima[code] for code, part in parts.items()]
    return (sum(percentages, Decimal(0)) / len(percentages)).quantize(total, ROUND_HALF_UP)
