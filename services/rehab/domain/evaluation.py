"""Stage evaluations: every value is checked against the instrument's table (handbook §3.6; 孤独症规范)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    NotForThisAge,
    OutsideEnrolment,
    ScoreMissing,
    ScoreOutOfRange,
    TotalMismatch,
    UnknownDimension,
    UnknownInstrument,
    UnknownVersion,
)
from shared.ages import age_in_months
from shared.contracts.events.rehab import Checkpoint, ScaleScore, StageEvaluationRecorded
from shared.rehabilitation.instruments import INSTRUMENTS, Instrument, Number, TotalRule
from shared.rulebook.registry import rule

PERCENT = Decimal(100)


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


@rule("rehab.evaluation-recorded", "source", zh="评估记录量表、版本、原始分、评估人和日期；结束评估可在结束后14天内")
def record_evaluation(
    enrolment: Enrolment, born: date, order: EvaluationOrder, rules: Rules
) -> StageEvaluationRecorded:
    """Record an evaluation of an enrolled child; one at exit in its window after the end (孤独症规范; handbook §3.5).

    Raises OutsideEnrolment, UnknownInstrument, UnknownVersion, NotForThisAge, UnknownDimension, ScoreMissing,
    ScoreOutOfRange or TotalMismatch.
    """
    window = timedelta(days=rules.evaluation_window_days if order.checkpoint is Checkpoint.EXIT else 0)
    if not enrolment.started_on <= order.assessed_on <= enrolment.over_on + window:
        raise OutsideEnrolment(since=enrolment.started_on.isoformat(), until=enrolment.over_on.isoformat())
    instrument = INSTRUMENTS.get(order.instrument)
    if instrument is None:
        raise UnknownInstrument(instrument=order.instrument)
    if instrument.versions and order.instrument_version not in instrument.versions:
        raise UnknownVersion(instrument=instrument.code, versions=list(instrument.versions))
    _check_age(instrument, born, order.assessed_on)
    check_scores(instrument, order.scores)
    scores = tuple(ScaleScore(dimension=d, value=order.scores[d]) for d in instrument.dimensions if d in order.scores)
    return StageEvaluationRecorded(
        evaluation=order.id, enrolment=enrolment.id, institution=enrolment.institution, assessor=order.assessor,
        assessed_on=order.assessed_on, checkpoint=order.checkpoint, instrument=order.instrument,
        instrument_version=order.instrument_version, scores=scores,
    )  # fmt: skip


def fitting(born: date, on: date) -> list[str]:
    """Return the codes of the instruments that are for a child of this age, in the order of the table."""
    return [one.code for one in INSTRUMENTS.values() if _for_age(one, age_in_months(born, on))]


@rule("rehab.scores", "source", zh="每个分值须在量表范围和步长内，总分须与各项一致")
def check_scores(instrument: Instrument, scores: Mapping[str, str]) -> None:
    """Check every value against the table, then the total against its parts (孤独症规范; handbook §3.6)."""
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
    if ages is not None and not _for_age(instrument, months):
        raise NotForThisAge(
            instrument=instrument.code, from_months=ages.from_, before_months=ages.before, months=months
        )


def _for_age(instrument: Instrument, months: int) -> bool:
    ages = instrument.age_months
    return ages is None or ages.from_ <= months < ages.before


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
