"""The programme's figures, each with its definition and as-of time, and the list behind each."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.timeline.api.counting import Counting, Period
from services.timeline.api.reading import database, reader_of, ready
from services.timeline.completeness import CompletenessOut
from services.timeline.domain.indicators import Counted, IndicatorKey
from services.timeline.errors import OutsideRegion, PeriodReversed
from services.timeline.repository import indicators as repository
from services.timeline.repository.indicators import Measure, Question
from shared import clock
from shared.access.policy import Act, Actor, covers, sees_no_child
from shared.contracts.codes import Region
from shared.errors import InTheFuture, NotAllowed, NotFound
from shared.http.doors import may
from shared.http.paging import After, Limit, from_cursor, to_cursor

router = APIRouter(prefix="/v1/indicators", tags=["indicators"])
Reads = Annotated[Actor, may(Act.READ_INDICATORS)]


class Asked(BaseModel):
    """Which figures: the benefit year so far, in the whole of the actor's region, as known now, unless it says else."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(
        default=None, alias="from", description="First day; 1 January of this year unless given."
    )
    until: date | None = Field(default=None, alias="to", description="Last day, itself included; today unless given.")
    region: Region | None = Field(default=None, description="Inside the actor's region; the whole of it unless given.")
    as_of: AwareDatetime | None = Field(default=None, description="As known then: nothing that was recorded later.")


class AskedList(Asked):
    """Which list behind a figure, and which page of it."""

    limit: Limit = 50
    after: After = None


class Number(BaseModel):
    """A count, whole and by county."""

    value: int
    by_county: dict[str, int]


class Indicator(Number):
    """One figure with its definition."""

    key: IndicatorKey
    counts: Counted
    name: dict[str, str] = Field(description="Name in zh and en.")
    definition: dict[str, str] = Field(description="Definition in zh and en.")
    confirmed: Number | None = Field(default=None, description="The other reading of the figure: children confirmed.")


class Indicators(BaseModel):
    """All figures of a period."""

    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    region: str
    as_of: datetime = Field(description="The figures as known at this moment.")
    indicators: list[Indicator]
    completeness: CompletenessOut


class Behind(BaseModel):
    """A child, or an institution, that counts."""

    id: UUID = Field(description="Case id, or id of the institution.")
    county: str


class BehindPage(BaseModel):
    """A page of the list behind a figure."""

    items: list[Behind]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")
    as_of: datetime


def period_of(asked: Asked, region: str) -> Period:
    """Return what is asked for inside the actor's region. Raises PeriodReversed, OutsideRegion, InTheFuture."""
    now, today = clock.now(), clock.today()
    since, until = asked.since or date(today.year, 1, 1), asked.until or today
    if until < since:
        raise PeriodReversed
    if asked.as_of is not None and asked.as_of > now:
        raise InTheFuture(field="as_of")
    if asked.region is not None and not covers(region, asked.region):
        raise OutsideRegion(region=asked.region)
    return Period(since, until, asked.region or region, asked.as_of)


def question_of(asked: Asked, region: str) -> Question:
    """Return the same as known now, unless it says when. Raises as `period_of`."""
    return period_of(asked, region).question


def counting(request: Request) -> Counting:
    """Return what counts figures."""
    found: Counting = request.app.state.counting
    return found


def counted(answer: bytes) -> Response:
    """Return an answer that stands as JSON already."""
    return Response(answer, media_type="application/json")


@router.get("", responses={200: {"model": Indicators}}, response_class=Response)
async def indicators(request: Request, actor: Reads, asked: Annotated[Asked, Query()]) -> Response:
    """Return the five figures, all from one snapshot, each with its definition; some seconds old at most."""
    return counted(await counting(request).programme(period_of(asked, actor.region)))


@router.get("/{key}/cases", responses={200: {"model": BehindPage}}, response_class=Response)
async def cases_behind(request: Request, key: Measure, actor: Reads, asked: Annotated[AskedList, Query()]) -> Response:
    """List the children behind a figure (or behind its other reading); each is a reading of a file, and is logged."""
    if sees_no_child(actor):
        raise NotAllowed(act=Act.READ_INDICATORS.value)
    if key is Measure.LICENSED:
        raise NotFound(kind="list")
    question, after = question_of(asked, actor.region), start_of(asked)
    async with database(request).transaction() as session:
        await repository.tell(session.driver, question)
        rows = await repository.cases_behind(
            session.driver, key, question, reader_of(request, actor), after, asked.limit
        )
    return page(rows, asked.limit, question)


@router.get("/{key}/institutions", responses={200: {"model": BehindPage}}, response_class=Response)
async def institutions_behind(
    request: Request, key: Measure, actor: Reads, asked: Annotated[AskedList, Query()]
) -> Response:
    """List the institutions behind a figure."""
    if key is not Measure.LICENSED:
        raise NotFound(kind="list")
    question, after = question_of(asked, actor.region), start_of(asked)
    async with database(request).session() as session:
        rows = await repository.institutions_behind(session.driver, key, question, after, asked.limit)
    return page(rows, asked.limit, question)


def start_of(asked: AskedList) -> UUID:
    """Return the id after which a page begins. Raises BadCursor."""
    cursor = from_cursor(asked.after, UUID)
    return cursor[0] if cursor else UUID(int=0)


def page(rows: list[Any], limit: int, question: Question, *more: str) -> Response:
    """Return a page of the list behind a figure; `more` are columns beside id and county."""
    cursor = to_cursor(str(rows[-1]["id"])) if len(rows) == limit else None
    items = [{name: row[name] for name in ("id", "county", *more)} for row in rows]
    return ready({"items": items, "next": cursor, "as_of": question.as_of})
