"""The desk of parked events: what waits and why, redrive, waiver."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from pydantic import BaseModel, Field

from services.timeline import handlers
from services.timeline.api.reading import database, inbox, reader_of, ready
from services.timeline.domain.entry import Row
from services.timeline.domain.parking import Words, reasons
from services.timeline.handlers import WaiverState
from services.timeline.repository import parked as repository
from shared import clock
from shared.access.policy import Act, Actor, allowed
from shared.contracts.events.timeline import WaiverReason
from shared.http.doors import may, writing
from shared.http.paging import After, Limit, from_cursor, to_cursor
from shared.journal.inbox import Outcome
from shared.journal.reason import Reason
from shared.journal.unit_of_work import UnitOfWork
from shared.stage import Body

router = APIRouter(prefix="/v1/parked", tags=["parked events"])
Reads = Annotated[Actor, may(Act.READ_PARKED)]
Operates = Annotated[Actor, may(Act.OPERATE)]
Uow = Annotated[UnitOfWork, writing]


class ParkedOut(BaseModel):
    """An event that waits or cannot be applied."""

    id: int
    owner: str | None = Field(description="Service that recorded it and can set it right; null when unreadable.")
    case: UUID | None = Field(description="The case, where the reader may see it.")
    epoch: int | None
    sequence: int | None = Field(description="Its number in the stream of this service and case.")
    reason: Reason
    words: Words = Field(description="The reason in plain words.")
    detail: str | None = Field(description="Kind of error, for who runs the installation.")
    first_seen: datetime
    age_seconds: int
    tries: int = Field(description="How often it was parked again.")


class ParkedPage(BaseModel):
    """A page of parked events, oldest first."""

    items: list[ParkedOut]
    next: str | None = Field(description="Give as `after` to get the next page; null on the last.")


class Redriven(BaseModel):
    """What became of a parked event, or would become of it."""

    dry_run: bool
    outcome: Outcome
    reason: Reason | None = Field(description="Why it stays parked.")
    detail: str | None = Field(description="Kind of error.")


class WaiverIn(Body):
    """Why a fact is to be stepped over; the second person names the same reason."""

    reason: WaiverReason


class WaiverOut(BaseModel):
    """How far the waiver is: `asked` by one person, or `agreed` by a second one and done."""

    state: WaiverState


@router.get("", responses={200: {"model": ParkedPage}}, response_class=Response)
async def parked(request: Request, actor: Reads, limit: Limit = 50, after: After = None) -> Response:
    """List parked events: those of the actor's region, or all for who runs the installation."""
    cursor = from_cursor(after, int)
    everything = allowed(actor, Act.OPERATE)
    async with database(request).transaction() as session:
        rows = await repository.list_parked(
            session.driver,
            reader_of(request, actor),
            everything=everything,
            after=cursor[0] if cursor else 0,
            limit=limit,
        )
    next_page = to_cursor(rows[-1]["id"]) if len(rows) == limit else None
    return ready({"items": [_parked(row) for row in rows], "next": next_page})


@router.post("/{parked_id}/redrive")
async def redrive(
    request: Request,
    parked_id: int,
    actor: Operates,
    uow: Uow,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> Redriven:
    """Try a parked event again; what waits behind it follows."""
    event = await handlers.find(parked_id, uow)
    done = await handlers.redrive(parked_id, event, inbox(request), actor, dry_run=dry_run)
    outcome = f"redrive:{done.outcome}" if not dry_run else f"rehearsed:{done.outcome}"
    await repository.audit(uow.driver, actor, Act.OPERATE.value, request.state.request_id, outcome, event.case)
    answer = Redriven(dry_run=dry_run, outcome=done.outcome or Outcome.PARKED, reason=done.reason, detail=done.detail)
    return await uow.commit(answer)


@router.post("/{parked_id}/waive")
async def waive(
    request: Request, parked_id: int, body: WaiverIn, actor: Operates, uow: Uow, afterwards: BackgroundTasks
) -> WaiverOut:
    """Ask to step over an event that blocks its stream or, as a second person, agree to it (a fact of the case)."""
    event = await handlers.find(parked_id, uow)
    state = await handlers.waive(event, body.reason, actor, uow)
    await repository.audit(
        uow.driver, actor, Act.OPERATE.value, request.state.request_id, f"waiver:{state}", event.case
    )
    if state is WaiverState.AGREED:
        afterwards.add_task(handlers.drain_behind, event.envelope, inbox(request))
    return await uow.commit(WaiverOut(state=state))


def _parked(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "owner": row["producer"],
        "case": str(row["case_id"]) if row["readable"] else None,
        "epoch": row["epoch"],
        "sequence": row["seq"],
        "reason": row["reason"],
        "words": reasons()[Reason(row["reason"])].model_dump(),
        "detail": row["detail"],
        "first_seen": row["first_seen"],
        "age_seconds": max(0, int((clock.now() - row["first_seen"]).total_seconds())),
        "tries": row["tries"],
    }
