"""Figures as they are answered: whoever asks the same within some seconds is told the same, counted once for all.

What a county counts is the same for each of its readers, and takes thousands of files to count. The answer says as of
when it is.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from async_lru import alru_cache

from services.timeline.completeness import Board, dumped
from services.timeline.domain.indicators import Definition, IndicatorKey, definitions
from services.timeline.domain.operational import Operational, OperationalKey, figure_of, operational
from services.timeline.errors import PeriodTooLong
from services.timeline.repository import indicators as programme
from services.timeline.repository import operational as measured
from services.timeline.repository.indicators import Measure, Question
from shared import clock
from shared.db import Database, Driver

SECOND = {IndicatorKey.NEWLY_FOUND: Measure.NEWLY_CONFIRMED}
"""A figure whose wording can be read in two ways is shown in both (handbook §8)."""
MOST_MONTHS = 36
"""Each month is a question of its own."""
MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Period:
    """What figures are asked for; without a time they are asked as known now."""

    since: date
    until: date
    region: str
    as_of: datetime | None

    @property
    def question(self) -> Question:
        """The same, as known at a moment."""
        return Question(self.since, self.until, self.region, self.as_of or clock.now())


class Counting:
    """Counts figures, and keeps each answer for some seconds, as JSON."""

    def __init__(self, database: Database, board: Board, seconds: float) -> None:
        self.database, self.board = database, board
        keep = alru_cache(maxsize=MOST_KEPT, ttl=seconds)
        self.programme, self.operational = keep(self._programme), keep(self._operational)
        self.counted_months, self.measured_months = keep(self._counted_months), keep(self._measured_months)

    async def _programme(self, period: Period) -> bytes:
        async with self._snapshot(question := period.question) as driver:
            figures = [await _indicator(driver, definition, question) for definition in definitions()]
            return dumped(await self._told(driver, question, figures))

    async def _operational(self, period: Period) -> bytes:
        async with self._snapshot(question := period.question) as driver:
            figures = [_named(one) | await _measured(driver, one, question) for one in operational()]
            return dumped(await self._told(driver, question, figures))

    async def _counted_months(self, key: Measure, period: Period) -> bytes:
        async with self._snapshot(question := period.question) as driver:
            items = [{"month": month} | await _number(driver, key, part) for month, part in _months(question)]
            return dumped({"items": items, "as_of": question.as_of})

    async def _measured_months(self, key: OperationalKey, period: Period) -> bytes:
        definition = next(one for one in operational() if one.key is key)
        async with self._snapshot(question := period.question) as driver:
            items = [{"month": month} | await _measured(driver, definition, part) for month, part in _months(question)]
            return dumped({"items": items, "as_of": question.as_of})

    @asynccontextmanager
    async def _snapshot(self, question: Question) -> AsyncIterator[Driver]:
        """Open a transaction that sees one state of the children of the question's region."""
        async with self.database.transaction(isolation="repeatable_read", readonly=True) as session:
            await programme.tell(session.driver, question)
            yield session.driver

    async def _told(self, driver: Driver, question: Question, figures: list[dict[str, Any]]) -> dict[str, Any]:
        stamp = await self.board.stamp(await programme.parked_events(driver), driver)
        period = {"from": question.since, "to": question.until, "region": question.region, "as_of": question.as_of}
        return period | {"indicators": figures, "completeness": stamp}


def check_months(period: Period) -> None:
    """Refuse more months than are counted one by one. Raises PeriodTooLong."""
    if _length(period.since, period.until) > MOST_MONTHS:
        raise PeriodTooLong(limit=MOST_MONTHS)


def _length(since: date, until: date) -> int:
    return (until.year - since.year) * 12 + until.month - since.month + 1


def _months(question: Question) -> Iterator[tuple[str, Question]]:
    """Cut a period into its months, the first and the last as far as they lie in it."""
    first = question.since
    for _ in range(_length(question.since, question.until)):
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(after - timedelta(days=1), question.until)
        yield f"{first:%Y-%m}", Question(first, last, question.region, question.as_of)
        first = after


async def _indicator(driver: Driver, definition: Definition, question: Question) -> dict[str, Any]:
    figure = await _number(driver, Measure(definition.key.value), question)
    second = SECOND.get(definition.key)
    return {
        "key": definition.key,
        "counts": definition.counts,
        "name": {"zh": definition.zh, "en": definition.en},
        "definition": {"zh": definition.definition_zh, "en": definition.definition_en},
        **figure,
        "confirmed": await _number(driver, second, question) if second else None,
    }


async def _number(driver: Driver, measure: Measure, question: Question) -> dict[str, Any]:
    by_county = await programme.count(driver, measure, question)
    return {"value": sum(by_county.values()), "by_county": by_county}


def _named(definition: Operational) -> dict[str, Any]:
    return {
        "key": definition.key,
        "kind": definition.kind,
        "name": {"zh": definition.zh, "en": definition.en},
        "definition": {"zh": definition.definition_zh, "en": definition.definition_en},
    }


async def _measured(driver: Driver, definition: Operational, question: Question) -> dict[str, Any]:
    rows = await measured.figures(driver, definition.key, question)
    found: dict[str | None, dict[str, Any]] = {
        row["county"]: figure_of(definition, row["children"], row["total"], row["median"]).model_dump() for row in rows
    }
    whole = found.pop(None, None) or figure_of(definition, 0, 0, None).model_dump()
    return whole | {"by_county": found}
