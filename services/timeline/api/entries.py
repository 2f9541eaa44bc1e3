"""The entries of a case: pages, and a live view of what is new."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.timeline.api.reading import begin_of, bells, board, database, end_of, reader_of, ready, settings
from services.timeline.completeness import CompletenessOut
from services.timeline.domain.chain import PRODUCER_OF, Lane
from services.timeline.domain.entry import shown
from services.timeline.domain.sight import Detail
from services.timeline.errors import PeriodReversed
from services.timeline.live import View, family_of, from_marker
from services.timeline.repository import entries as repository
from services.timeline.repository.entries import END, LAST_ID, Wanted
from shared.access.policy import Act, Actor
from shared.access.tokens import expires_at
from shared.contracts.codes import RehabCategory
from shared.contracts.events.screening import SuspicionState
from shared.errors import CaseNotFound
from shared.http.direct import DirectRead
from shared.http.doors import may
from shared.http.paging import from_cursor, to_cursor
from shared.ids import CaseId

router = APIRouter(prefix="/v1/cases/{case}", tags=["entries"])
busy = APIRouter(prefix="/v1/cases/{case}", tags=["entries"], route_class=DirectRead)
Reads = Annotated[Actor, may(Act.READ_TIMELINE)]

MOST_TYPES = 20
LONGEST_MARKER = 6_000
"""Enough for a child of twenty cases: a stream of another case takes about 55 characters."""


class Filter(BaseModel):
    """What of a case's entries is asked for."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=200, description="Entries of a page at most.")
    after: str | None = Field(default=None, max_length=400, description="`next` of the page before.")
    lane: Lane | None = Field(default=None, description="Only this lane.")
    type: list[Annotated[str, Field(max_length=120)]] | None = Field(
        default=None, max_length=MOST_TYPES, description="Only facts of these types."
    )
    organisation: UUID | None = Field(default=None, description="Only what this organisation recorded or is about it.")
    since: date | None = Field(default=None, alias="from", description="First day on which it happened.")
    until: date | None = Field(default=None, alias="to", description="Last day on which it happened, itself included.")
    as_known_at: AwareDatetime | None = Field(
        default=None, description="The file as it stood then: nothing that was recorded later, no later correction."
    )

    def wanted(self) -> Wanted:
        """Return the question as the repository takes it. Raises BadCursor, PeriodReversed."""
        if self.since and self.until and self.until < self.since:
            raise PeriodReversed
        return Wanted(
            limit=self.limit + 1,
            before=self._before(),
            since=begin_of(self.since),
            known_at=self.as_known_at or END,
            producer=PRODUCER_OF[self.lane] if self.lane else None,
            types=self.type,
            organisation=self.organisation,
        )

    def _before(self) -> tuple[datetime, UUID]:
        """Return the place before which the page begins; a last day ends at the first instant of the next."""
        cursor: Any = from_cursor(self.after, datetime.fromisoformat, UUID)
        if cursor is not None:
            return cursor  # type: ignore[no-any-return]
        ends = end_of(self.until)
        return ends, LAST_ID if ends == END else UUID(int=0)


class Correction(BaseModel):
    """The fact by which an entry no longer holds."""

    id: UUID
    recorded_at: datetime


class Busy(BaseModel):
    """When the child was busy elsewhere."""

    starts_at: datetime
    ends_at: datetime


class EntryOut(BaseModel):
    """One entry. Members beyond the first six depend on `detail`."""

    id: UUID
    lane: Lane
    type: str
    detail: Detail
    day: date = Field(description="Civil date on which it happened, Asia/Shanghai.")
    corrected_by: Correction | None = Field(description="The first fact that corrects it; it no longer holds.")
    occurred_at: datetime | None = Field(default=None, description="full: when it happened.")
    recorded_at: datetime | None = Field(default=None, description="full: when it was recorded.")
    hash: str | None = Field(default=None, description="full: hash of the fact chained to all before it, hex.")
    fact: dict[str, Any] | None = Field(default=None, description="full: the CloudEvents document as published.")
    state: SuspicionState | None = Field(default=None, description="reduced: state of the suspicion after it.")
    category: RehabCategory | None = Field(default=None, description="category: category of rehabilitation.")
    busy: Busy | None = Field(default=None, description="busy: when; null when the session was voided.")


class EntryPage(BaseModel):
    """A page of entries, newest first."""

    case: UUID
    items: list[EntryOut]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")
    completeness: CompletenessOut


@busy.get("/entries", responses={200: {"model": EntryPage}}, response_class=Response)
async def entries(request: Request, case: CaseId, actor: Reads, wanted: Annotated[Filter, Query()]) -> Response:
    """Show a page of a case's entries, newest first, as far as the actor may see them."""
    reader = reader_of(request, actor)
    async with database(request).session() as session:
        rows = await repository.page(session.driver, reader, case, wanted.wanted())
        if not rows:
            raise CaseNotFound
        stamp = await board(request).stamp(rows[0]["parked"], session.driver)
    visible = rows[: wanted.limit] if rows[0]["event_id"] else []
    items = [shown(row, reader.sight) for row in visible]
    last = visible[-1] if len(rows) > wanted.limit else None
    cursor = to_cursor(last["occurred_at"].isoformat(), str(last["event_id"])) if last else None
    items = [item for item in items if item is not None]
    return ready({"case": str(case), "items": items, "next": cursor, "completeness": stamp})


@router.get("/live", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def live(
    request: Request,
    case: CaseId,
    actor: Reads,
    last_event_id: Annotated[str | None, Header(max_length=LONGEST_MARKER)] = None,
) -> StreamingResponse:
    """Send new entries of a child as they are applied (server-sent events), until the token expires.

    Events are called `entries`; each holds a list of entries, and its id says where to go on after a lost connection.
    """
    reader, given = reader_of(request, actor), settings(request)
    bells(request).require_room()
    async with database(request).session() as session:
        upto = await repository.open_live(session.driver, reader, case)
    if upto is None:
        raise CaseNotFound
    view = View(
        database(request),
        bells(request),
        reader,
        case,
        family_of(upto, case),
        from_marker(last_event_id, case) if last_event_id else upto,
        _expiry(request),
        given.live_poll_seconds,
        given.live_heartbeat_seconds,
    )
    return StreamingResponse(
        view.events(), media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


def _expiry(request: Request) -> float:
    """Return when the token that opened the view expires; `may` has checked it."""
    return expires_at(request.headers["authorization"].partition(" ")[2])
