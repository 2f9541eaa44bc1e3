"""Operational figures: medians, shares and counts, each with definition, as-of time, what it is made of, list behind.

Every figure, the programme's own too, can be had month by month.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.timeline.api.indicators import (
    Asked,
    AskedList,
    Behind,
    Number,
    Reads,
    number,
    page,
    question_of,
    start_of,
)
from services.timeline.api.reading import board, database, reader_of, ready
from services.timeline.completeness import CompletenessOut
from services.timeline.domain.operational import Figure, Kind, Operational, OperationalKey, figure_of, operational
from services.timeline.domain.sight import sees_no_child
from services.timeline.errors import PeriodTooLong
from services.timeline.repository import indicators as programme
from services.timeline.repository import operational as repository
from services.timeline.repository.indicators import Measure, Question
from shared.access.policy import Act
from shared.db import Driver
from shared.errors import NotAllowed

router = APIRouter(prefix="/v1/indicators", tags=["indicators"])

MOST_MONTHS = 36
"""Each month is a question of its own."""


class OperationalFigure(Figure):
    """One figure, whole and by county, with its definition."""

    key: OperationalKey
    kind: Kind
    name: dict[str, str] = Field(description="Name in zh and en.")
    definition: dict[str, str] = Field(description="Definition in zh and en.")
    by_county: dict[str, Figure]


class OperationalFigures(BaseModel):
    """All operational figures of a period."""

    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    region: str
    as_of: datetime = Field(description="The figures as known at this moment.")
    indicators: list[OperationalFigure]
    completeness: CompletenessOut


class AmountBehind(Behind):
    """A child that counts, with its days or hours."""

    amount: int = Field(description="Days, or class hours; 1 where children are counted.")


class AmountPage(BaseModel):
    """A page of the list behind a figure."""

    items: list[AmountBehind]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")
    as_of: datetime


class Month(BaseModel):
    """A figure of one month."""

    month: str = Field(description="Month, or the part of it that lies in the period.", examples=["2026-03"])


class CountedMonth(Month, Number):
    """A count of one month, whole and by county."""


class MeasuredMonth(Month, Figure):
    """An operational figure of one month, whole and by county."""

    by_county: dict[str, Figure]


class CountedMonths(BaseModel):
    """A count month by month."""

    items: list[CountedMonth]
    as_of: datetime


class MeasuredMonths(BaseModel):
    """An operational figure month by month."""

    items: list[MeasuredMonth]
    as_of: datetime


@router.get("/operational", responses={200: {"model": OperationalFigures}}, response_class=Response)
async def operational_figures(request: Request, actor: Reads, asked: Annotated[Asked, Query()]) -> Response:
    """Return the operational figures, all from one snapshot, each with its definition."""
    question = question_of(asked, actor.region)
    async with database(request).transaction(isolation="repeatable_read", readonly=True) as session:
        await programme.tell(session.driver, question)
        figures = [_named(one) | await _measured(session.driver, one, question) for one in operational()]
        stamp = await board(request).stamp(await programme.parked_events(session.driver), session.driver)
    period = {"from": question.since, "to": question.until, "region": question.region, "as_of": question.as_of}
    return ready(period | {"indicators": figures, "completeness": stamp})


@router.get("/operational/{key}/cases", responses={200: {"model": AmountPage}}, response_class=Response)
async def cases_behind_operational(
    request: Request, key: OperationalKey, actor: Reads, asked: Annotated[AskedList, Query()]
) -> Response:
    """List the children behind a figure with their days or hours; each is a reading of a file, and is logged."""
    if sees_no_child(actor):
        raise NotAllowed(act=Act.READ_INDICATORS.value)
    question, after = question_of(asked, actor.region), start_of(asked)
    async with database(request).transaction() as session:
        await programme.tell(session.driver, question)
        rows = await repository.behind(session.driver, key, question, reader_of(request, actor), after, asked.limit)
    return page(rows, asked.limit, question, "amount")


@router.get("/operational/{key}/months", responses={200: {"model": MeasuredMonths}}, response_class=Response)
async def operational_by_month(
    request: Request, key: OperationalKey, actor: Reads, asked: Annotated[Asked, Query()]
) -> Response:
    """Return an operational figure month by month."""
    question = question_of(asked, actor.region)
    definition = next(one for one in operational() if one.key is key)
    async with database(request).transaction(isolation="repeatable_read", readonly=True) as session:
        await programme.tell(session.driver, question)
        items = [{"month": m} | await _measured(session.driver, definition, q) for m, q in _months(question)]
    return ready({"items": items, "as_of": question.as_of})


@router.get("/{key}/months", responses={200: {"model": CountedMonths}}, response_class=Response)
async def by_month(request: Request, key: Measure, actor: Reads, asked: Annotated[Asked, Query()]) -> Response:
    """Return a figure of the programme month by month."""
    question = question_of(asked, actor.region)
    async with database(request).transaction(isolation="repeatable_read", readonly=True) as session:
        await programme.tell(session.driver, question)
        items = [{"month": month} | await number(session.driver, key, part) for month, part in _months(question)]
    return ready({"items": items, "as_of": question.as_of})


def _months(question: Question) -> Iterator[tuple[str, Question]]:
    """Cut a period into its months, the first and the last as far as they lie in it. Raises PeriodTooLong."""
    length = (question.until.year - question.since.year) * 12 + question.until.month - question.since.month + 1
    if length > MOST_MONTHS:
        raise PeriodTooLong(limit=MOST_MONTHS)
    first = question.since
    for _ in range(length):
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(after - timedelta(days=1), question.until)
        yield f"{first:%Y-%m}", Question(first, last, question.region, question.as_of)
        first = after


def _named(definition: Operational) -> dict[str, Any]:
    return {
        "key": definition.key,
        "kind": definition.kind,
        "name": {"zh": definition.zh, "en": definition.en},
        "definition": {"zh": definition.definition_zh, "en": definition.definition_en},
    }


async def _measured(driver: Driver, definition: Operational, question: Question) -> dict[str, Any]:
    rows = await repository.figures(driver, definition.key, question)
    found: dict[str | None, dict[str, Any]] = {
        row["county"]: figure_of(definition, row["children"], row["total"], row["median"]).model_dump() for row in rows
    }
    whole = found.pop(None, None) or figure_of(definition, 0, 0, None).model_dump()
    return whole | {"by_county": found}
