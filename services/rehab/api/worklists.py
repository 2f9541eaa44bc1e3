"""Working lists of the county: what is due, what lapsed, who moved away (handbook §3.3)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.rehab.api.assistance_forms import ApprovalView
from services.rehab.api.forms import Open, View, page_of, settings_of
from services.rehab.domain.clocks import Clock, Urgency, listed_days, urgency
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import RehabCategory
from shared.http.doors import may
from shared.http.paging import After, Limit, Page, from_cursor

router = APIRouter(prefix="/v1", tags=["working lists"])


class DueView(View):
    """One thing that is due."""

    clock: Clock
    case_id: UUID
    shown_as: UUID
    record: UUID | None = Field(description="Application, approval or enrolment; none for an intake.")
    category: RehabCategory
    county: str
    due_on: date
    urgency: Urgency | None = None


class StubView(View):
    """A child that left: where to, and nothing else."""

    case_id: UUID
    county: str
    until: date
    moved_to: str


@router.get("/worklist")
async def list_due(
    request: Request,
    actor: Annotated[Actor, may(Act.READ_APPLICATION)],
    books: Open,
    state: Annotated[Urgency | None, Query(description="Only what is due soon, or overdue.")] = None,
    kind: Annotated[Clock | None, Query(description="Only one clock.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[DueView]:
    """List what the region owes, the most urgent first."""
    today = clock.today()
    days = listed_days(today, state, settings_of(request).rules)
    start = from_cursor(after, date.fromisoformat, UUID, Clock, RehabCategory)
    rows = await books.records.clocks.due(actor, days, kind, start, limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    page = page_of(DueView, rows, limit, lambda row: (row.due_on, row.case_id, row.clock, row.category))
    told = [item.model_copy(update={"urgency": urgency(item.due_on, today)}) for item in page.items]
    return Page(items=told, next=page.next)


@router.get("/approvals")
async def list_approvals(
    actor: Annotated[Actor, may(Act.READ_APPLICATION)],
    books: Open,
    lapsed: Annotated[bool, Query(description="Those that lapsed, instead of those that wait.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> Page[ApprovalView]:
    """List approvals that nobody has taken up, by the last day to enrol: waiting ones, or lapsed ones."""
    start = from_cursor(after, date.fromisoformat, UUID)
    rows = await books.records.approvals.listed(actor, lapsed=lapsed, after=start, limit=limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(ApprovalView, rows, limit, lambda row: (row.enrol_by, row.id))


@router.get("/former-residents")
async def list_former_residents(
    actor: Annotated[Actor, may(Act.READ_APPLICATION)], books: Open, after: After = None, limit: Limit = 50
) -> Page[StubView]:
    """List children who left the region: a stub, and nothing of what the next county does."""
    start = from_cursor(after, UUID, str, date.fromisoformat)
    rows = await books.records.children.gone_from(actor, start, limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    return page_of(StubView, rows, limit, lambda row: (row.case_id, row.county, row.until))
