"""The way out of the house and back in, and leave."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.custody.api.forms import Given, Row, Uow
from services.custody.domain.going_out import Confirmation, WayIn, WayOut
from services.custody.domain.leave import LeavePlan, explain_overdue
from services.custody.domain.rules import Rules
from services.custody.handlers import moves as handlers
from services.custody.repository import reading as views
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.events.custody import LeaveType, SignOutKind
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, NewestFirst, Page
from shared.journal.unit_of_work import Receipt
from shared.rulebook.explanation import Explanation
from shared.stage import Body, Moment, page

router = APIRouter(prefix="/v1", tags=["in and out"])


class SignOutIn(Body):
    """A child leaves for some hours."""

    kind: SignOutKind
    collector: UUID | None = Field(default=None, description="Entry of the pick-up list; needed for a pick-up.")
    confirmation: Confirmation | None = Field(
        default=None, description="How the house made sure who it is; needed for a pick-up."
    )
    at: Moment


class SignInIn(Body):
    """A child comes back."""

    at: Moment
    brought_by: UUID | None = Field(default=None, description="Entry of the child's lists who brought it.")
    confirmation: Confirmation | None = Field(default=None, description="How the house made sure who it is.")


class LeaveIn(Body):
    """A child goes on leave."""

    kind: LeaveType
    starts_at: Moment
    expected_back_at: Moment
    collector: UUID | None = Field(default=None, description="Entry of the pick-up list who takes the child.")
    ended_at: Moment | None = Field(
        default=None, description="When the child came back, for a leave that is entered when it is over."
    )


class ReturnIn(Body):
    """A child comes back from leave."""

    at: Moment


class MovementOut(Row):
    """The child went out, or came in; with whom."""

    id: UUID
    at: datetime
    inside: bool
    kind: SignOutKind | None
    collector: UUID | None
    confirmation: Confirmation | None
    person: UUID = Field(description="Who stood at the door for the house.")


class LeaveOut(Row):
    """A leave that has not ended."""

    id: UUID
    case_id: UUID
    stay_id: UUID
    institution: UUID
    kind: LeaveType
    starts_at: datetime
    expected_back_at: datetime
    overdue_at: datetime
    overdue: bool
    explanation: Explanation


@router.post("/stays/{stay}/sign-outs", status_code=201)
async def sign_out(stay: UUID, body: SignOutIn, actor: Annotated[Actor, may(Act.SIGN_CHILD)], uow: Uow) -> Receipt:
    """Let a child out of the house, with a person of its list (handbook §5)."""
    way = WayOut(body.kind, body.collector, body.at, body.confirmation)
    await handlers.sign_out(actor.organisation, stay, way, uow)
    return await uow.commit(record=stay)


@router.post("/stays/{stay}/sign-ins", status_code=201)
async def sign_in(stay: UUID, body: SignInIn, actor: Annotated[Actor, may(Act.SIGN_CHILD)], uow: Uow) -> Receipt:
    """Take a child back into the house."""
    way = WayIn(body.at, body.brought_by, body.confirmation)
    await handlers.sign_in(actor.organisation, stay, way, uow)
    return await uow.commit(record=stay)


@router.get("/stays/{stay}/movements")
async def movements(
    stay: UUID,
    actor: Annotated[Actor, may(Act.READ_CARE_SHEET)],
    reading: Read,
    *,
    newest_first: NewestFirst = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[MovementOut]:
    """List who took the child out and when it came back, to the house alone."""
    wanted = views.movements(actor, stay)
    key, shape = wanted.selected_columns.id, MovementOut.model_validate
    return await page(reading, wanted, key, after, limit, shape, newest_first=newest_first)


@router.post("/stays/{stay}/leaves", status_code=201)
async def start_leave(stay: UUID, body: LeaveIn, actor: Annotated[Actor, may(Act.SIGN_CHILD)], uow: Uow) -> Receipt:
    """Let a child go on leave, or enter a leave from which it is back already (handbook §5)."""
    plan = LeavePlan(body.kind, body.starts_at, body.expected_back_at, body.collector)
    if body.ended_at is None:
        leave = await handlers.start_leave(actor.organisation, stay, plan, uow)
    else:
        leave = await handlers.enter_past_leave(actor.organisation, stay, plan, body.ended_at, uow)
    return await uow.commit(record=leave)


@router.post("/leaves/{leave}/return", status_code=201)
async def end_leave(leave: UUID, body: ReturnIn, actor: Annotated[Actor, may(Act.SIGN_CHILD)], uow: Uow) -> Receipt:
    """Take a child back from leave."""
    await handlers.end_leave(actor.organisation, leave, body.at, uow)
    return await uow.commit(record=leave)


@router.get("/leaves")
async def leaves(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)],
    reading: Read,
    given: Given,
    *,
    overdue: bool = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[LeaveOut]:
    """List children on leave: a house its own, a federation those who live in its region now."""
    now = clock.now()
    wanted = views.leaves(actor, now if overdue else None)
    shape = _leave_out(now, given.rules)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, shape)


def _leave_out(now: datetime, rules: Rules) -> Any:  # noqa: ANN401 - what `page` takes for a row
    def shape(row: Any) -> LeaveOut:  # noqa: ANN401 - a row of the statement above
        explanation = explain_overdue(row.expected_back_at, now, rules)
        return LeaveOut.model_validate(
            {**row._mapping, "overdue": row.overdue_at < now, "explanation": explanation}  # noqa: SLF001
        )

    return shape
