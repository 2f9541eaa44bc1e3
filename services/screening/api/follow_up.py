"""Doors of follow-up: tracing, loss, closing, reopening (handbook §1.4, §1.5)."""

from typing import Annotated

from fastapi import APIRouter

from services.screening.api.bodies import ClosureIn, FollowUpIn, LossIn, ReopeningIn, TracingIn
from services.screening.api.tools import Uow
from services.screening.handlers import follow_up
from services.screening.handlers.follow_up import AttemptTracing, CloseCase, GiveUp, ReopenCase
from shared.access.policy import Act, Actor
from shared.contracts.codes import ScreeningCategory
from shared.http.doors import may
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt

router = APIRouter(prefix="/v1/cases/{case}/suspicions/{category}", tags=["follow-up"])


@router.post("/tracings", status_code=201)
async def attempt_tracing(
    case: CaseId,
    category: ScreeningCategory,
    body: TracingIn,
    actor: Annotated[Actor, may(Act.TRACE_CHILD)],
    uow: Uow,
) -> Receipt:
    """Record an attempt to reach the family of a child that did not come."""
    record = await follow_up.attempt_tracing(AttemptTracing(case, category, body.attempt()), actor, uow)
    return await uow.commit(record=record)


@router.post("/follow-ups", status_code=201)
async def record_follow_up(
    case: CaseId,
    category: ScreeningCategory,
    body: FollowUpIn,
    actor: Annotated[Actor, may(Act.RECORD_FOLLOW_UP)],
    uow: Uow,
) -> Receipt:
    """Record that a confirmed child was seen again; the clock of the next follow-up starts."""
    seen = body.follow_up()
    await follow_up.record_follow_up(case, category, seen, actor, uow)
    return await uow.commit(record=seen.id)


@router.post("/loss", status_code=201)
async def give_up(
    case: CaseId,
    category: ScreeningCategory,
    body: LossIn,
    actor: Annotated[Actor, may(Act.TRACE_CHILD)],
    uow: Uow,
) -> Receipt:
    """Declare a child lost to follow-up, after the configured number of failed attempts in a row."""
    await follow_up.give_up(GiveUp(case, category, body.on), actor, uow)
    return await uow.commit()


@router.post("/closure", status_code=201)
async def close_case(
    case: CaseId,
    category: ScreeningCategory,
    body: ClosureIn,
    actor: Annotated[Actor, may(Act.CLOSE_CASE)],
    uow: Uow,
) -> Receipt:
    """Close a suspicion with a reason that its state bears out."""
    command = CloseCase(case, category, body.on, body.reason, body.guardian_signed_on)
    await follow_up.close_case(command, actor, uow)
    return await uow.commit()


@router.post("/reopening", status_code=201)
async def reopen_case(
    case: CaseId,
    category: ScreeningCategory,
    body: ReopeningIn,
    actor: Annotated[Actor, may(Act.REOPEN_CASE)],
    uow: Uow,
) -> Receipt:
    """Take a closed or lost suspicion up again, in the state it came from."""
    await follow_up.reopen_case(ReopenCase(case, category, body.on, body.reason), actor, uow)
    return await uow.commit()
