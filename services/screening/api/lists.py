"""Doors of the working lists: suspicions and referral slips, page by page."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.screening.api.tools import tools_of
from services.screening.api.views import ListedReferral, ListedSuspicion
from services.screening.domain.protocol import Protocol
from services.screening.domain.referral import Escalation, ReferralStatus, escalation
from services.screening.repository.reading import CaseFiles, Direction, SuspicionFilter
from services.screening.repository.registers import Line
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import SuspicionState
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.stage import Day

router = APIRouter(tags=["lists"])


@router.get("/v1/suspicions")
async def suspicions(  # noqa: PLR0913 - what a list is narrowed by
    actor: Annotated[Actor, may(Act.READ_CHILD)],
    reading: Read,
    *,
    mine: bool = False,
    state: Annotated[list[SuspicionState], Query(max_length=len(SuspicionState))] = [],  # noqa: B006 - FastAPI copies it
    category: ScreeningCategory | None = None,
    trace_by: Day | None = None,
    recheck_by: Day | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[ListedSuspicion]:
    """Return suspicions that the caller may see, newest first; `mine` are those that its institution owns."""
    narrowed = SuspicionFilter(mine, tuple(state), category, trace_by, recheck_by)
    keys = from_cursor(after, date.fromisoformat, UUID, ScreeningCategory)
    rows = await CaseFiles(reading.session).suspicions(actor, narrowed, keys, limit)
    await reading.shown({row.case_id for row in rows[:limit]})
    items = [ListedSuspicion.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=_cursor(rows, limit, "opened_on", "case_id", "category"))


@router.get("/v1/referrals")
async def referrals(  # noqa: PLR0913 - what a list is narrowed by
    actor: Annotated[Actor, may(Act.READ_CHILD)],
    reading: Read,
    request: Request,
    *,
    direction: Direction | None = None,
    status: ReferralStatus | None = None,
    expired: Annotated[bool, Query(description="Only slips that nobody answered by their day.")] = False,
    after: After = None,
    limit: Limit = 50,
) -> Page[ListedReferral]:
    """Return referral slips of children whom the caller may see, newest first; `received` are those sent to it.

    Each says who must act on it: nobody, the sender, or the health authority as well.
    """
    keys, today = from_cursor(after, date.fromisoformat, UUID), clock.today()
    expired_on = today if expired else None
    rows = await CaseFiles(reading.session).referrals(actor, direction, status, expired_on, keys, limit)
    await reading.shown({row.case_id for row in rows[:limit]})
    protocol = tools_of(request).protocols.in_force(today)
    items = [ListedReferral.model_validate(_escalated(row, today, protocol)) for row in rows[:limit]]
    return Page(items=items, next=_cursor(rows, limit, "issued_on", "id"))


def _escalated(row: Line, today: date, protocol: Protocol) -> dict[str, Any]:
    waits = row.status == ReferralStatus.OPEN.value
    who = escalation(row.answer_by, today, protocol) if waits else Escalation.NONE
    return dict(row._mapping) | {"escalation": who}  # noqa: SLF001 - SQLAlchemy's own name


def _cursor(rows: list[Any], limit: int, *keys: str) -> str | None:
    """Name the last row of the page, when another one follows."""
    return to_cursor(*(getattr(rows[limit - 1], key) for key in keys)) if len(rows) > limit else None
