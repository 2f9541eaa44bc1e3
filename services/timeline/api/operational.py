"""Operational figures: medians, shares and counts, each with definition, as-of time, what it is made of, list behind.

Every figure, the programme's own too, can be had month by month.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.timeline.api.counting import check_months
from services.timeline.api.indicators import (
    Asked,
    AskedList,
    Behind,
    Number,
    Reads,
    counted,
    counting,
    page,
    period_of,
    question_of,
    start_of,
)
from services.timeline.api.reading import database, reader_of
from services.timeline.completeness import CompletenessOut
from services.timeline.domain.operational import Figure, Kind, OperationalKey
from services.timeline.repository import indicators as programme
from services.timeline.repository import operational as repository
from services.timeline.repository.indicators import Measure
from shared.access.policy import Act, sees_no_child
from shared.errors import NotAllowed

router = APIRouter(prefix="/v1/indicators", tags=["indicators"])


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
    """Return the operational figures, all from one snapshot, each with its definition; some seconds old at most."""
    return counted(await counting(request).operational(period_of(asked, actor.region)))


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
    """Return an operational figure month by month; some seconds old at most."""
    period = period_of(asked, actor.region)
    check_months(period)
    return counted(await counting(request).measured_months(key, period))


@router.get("/{key}/months", responses={200: {"model": CountedMonths}}, response_class=Response)
async def by_month(request: Request, key: Measure, actor: Reads, asked: Annotated[Asked, Query()]) -> Response:
    """Return a figure of the programme month by month; some seconds old at most."""
    period = period_of(asked, actor.region)
    check_months(period)
    return counted(await counting(request).counted_months(key, period))
