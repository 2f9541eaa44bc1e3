"""What every reading door needs: who reads, the board of completeness, an answer of ready bytes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from fastapi import Request, Response

from services.timeline.completeness import Board, dumped
from services.timeline.domain.sight import BY_REGION, sight_of
from services.timeline.errors import OutsideRegion
from services.timeline.live import Bells
from services.timeline.repository.entries import BEGINNING, END, Reader
from services.timeline.repository.readable import readable_by
from services.timeline.settings import Settings
from shared import clock
from shared.access.policy import Actor, covers
from shared.db import Database
from shared.http.doors import service_of
from shared.journal.inbox import Inbox


def database(request: Request) -> Database:
    """Return the service's database: these doors open no transaction, one statement does all."""
    return service_of(request).database


def board(request: Request) -> Board:
    """Return the board of completeness."""
    found: Board = request.app.state.board
    return found


def bells(request: Request) -> Bells:
    """Return the bells of the live views."""
    found: Bells = request.app.state.bells
    return found


def inbox(request: Request) -> Inbox:
    """Return the inbox through which every fact of the timeline comes."""
    found = service_of(request).inbox
    assert found is not None  # noqa: S101 - `app.py` made it listen
    return found


def settings(request: Request) -> Settings:
    """Return the timeline's settings."""
    found = service_of(request).settings
    assert isinstance(found, Settings)  # noqa: S101 - `app.py` gave it these
    return found


def reader_of(request: Request, actor: Actor, *, within: str | None = None) -> Reader:
    """Return who reads: the actor whom `may` let in, an authority perhaps within a part of its region.

    Raises OutsideRegion.
    """
    readable = readable_by(_inside(actor, within), settings(request).visible_after_days)
    return Reader(readable, sight_of(actor), actor, request.state.act.value, request.state.request_id)


def _inside(actor: Actor, region: str | None) -> Actor:
    """Narrow an authority to a part of its region, so that the index of that part is read and no more."""
    if region is None or actor.org_type not in BY_REGION:
        return actor
    if not covers(actor.region, region):
        raise OutsideRegion(region=region)
    return replace(actor, region=region)


def ready(answer: Mapping[str, object]) -> Response:
    """Return an answer whose rows need no model to pass through: the model stands in the OpenAPI document."""
    return Response(dumped(answer), media_type="application/json")


def begin_of(day: date | None) -> datetime:
    """Return where a first day begins; for none, or one before all facts, the beginning."""
    return clock.moment_of(day) if day is not None and day > BEGINNING.date() else BEGINNING


def end_of(day: date | None) -> datetime:
    """Return the first instant after a last day; for none, or one after all facts, the end."""
    return clock.moment_of(day + timedelta(days=1)) if day is not None and day < END.date() else END
