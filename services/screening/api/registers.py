"""Doors of the norm's lists: registers up, feedback down, families to trace, what is due (handbook §1.2, §1.4)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from services.screening.api.list_views import (
    ClockOut,
    DueOut,
    FeedbackLine,
    OwedCheckOut,
    PageAsOf,
    RegisterLine,
    TraceLine,
)
from services.screening.api.tools import tools_of
from services.screening.domain.registers import Register, columns_of
from services.screening.domain.schedule import Done, due_for
from services.screening.domain.tracing import reason_to_trace
from services.screening.errors import PeriodReversed
from services.screening.repository.registers import Asked, Line, Lists
from services.screening.repository.registry import Registry
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import Instrument, SuspicionState
from shared.errors import InTheFuture
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.ids import CaseId
from shared.stage import Day

router = APIRouter(tags=["lists"])

Region = Annotated[str, Query(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$", description="GB/T 2260 prefix.")]
IDENTITY = ("name", "guardian_name", "guardian_phone")


@router.get("/v1/registers/{register}", response_model_exclude_none=True)
async def register_of_the_norm(  # noqa: PLR0913 - what a register is asked by
    register: Register,
    actor: Annotated[Actor, may(Act.READ_REGISTER)],
    reading: Read,
    request: Request,
    *,
    since: Day,
    until: Day,
    region: Region = "",
    as_of: AwareDatetime | None = None,
    after: After = None,
    limit: Limit = 50,
) -> PageAsOf[RegisterLine]:
    """Return a register that travels up (附件4, 6, 7): of a region and period, with what its form holds."""
    check_period(since, until)
    asked = Asked(register, region, since, until, moment(as_of))
    keys = from_cursor(after, date.fromisoformat, UUID)
    rows = await Lists(reading.session).register(actor, asked, keys, limit)
    page, tools = rows[:limit], tools_of(request)
    names = await Registry(reading.session, tools.vault).names_in_register(
        [row.shown_as for row in page], actor, IDENTITY
    )
    await reading.shown({row.shown_as for row in page})
    columns = columns_of(register, tools.protocols.in_force(clock.today()))
    items = [_line(row, names.get(row.shown_as, {}), columns) for row in page]
    return PageAsOf(items=items, next=_cursor(rows, limit, "on", "id"), as_of=asked.as_of)


@router.get("/v1/feedback")
async def feedback(
    actor: Annotated[Actor, may(Act.RECORD_SCREENING)], reading: Read, after: After = None, limit: Limit = 50
) -> Page[FeedbackLine]:
    """Return what became of the children whom the caller's institution found or re-screened, newest first."""
    keys = from_cursor(after, date.fromisoformat, UUID, ScreeningCategory)
    rows = await Lists(reading.session).feedback(actor, keys, limit)
    await reading.shown({row.shown_as for row in rows[:limit]})
    items = [FeedbackLine.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=_cursor(rows, limit, "opened_on", "case_id", "category"))


@router.get("/v1/tracings/due")
async def to_trace(
    actor: Annotated[Actor, may(Act.TRACE_CHILD)],
    reading: Read,
    on: Day | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[TraceLine]:
    """Return the families that the caller traces today, or by a day, with the reason; who waits longest comes first."""
    keys = from_cursor(after, date.fromisoformat, UUID, ScreeningCategory)
    rows = await Lists(reading.session).to_trace(actor, on or clock.today(), keys, limit)
    await reading.shown({row.shown_as for row in rows[:limit]})
    items = [TraceLine.model_validate(_dict(row) | {"reason": _reason(row)}) for row in rows[:limit]]
    return Page(items=items, next=_cursor(rows, limit, "trace_on", "case_id", "category"))


@router.get("/v1/cases/{case}/due")
async def due(
    case: CaseId,
    actor: Annotated[Actor, may(Act.READ_CHILD)],
    reading: Read,
    request: Request,
    on: Annotated[Day | None, Query(description="Today unless given.")] = None,
) -> DueOut:
    """Return what is due for a child: the checks of every check-up, and the clocks of what is suspected."""
    tools, today = tools_of(request), on or clock.today()
    child = await Registry(reading.session, tools.vault).child(case, actor)
    lists = Lists(reading.session)
    had = [Done(Instrument(row.instrument), row.screened_on) for row in await lists.checks(child.case_id)]
    checks = due_for(child.birth_date, had, today, tools.protocols.in_force(today))
    clocks = [_clock(row, today) for row in await lists.clocks(child.case_id)]
    await reading.shown([child.case_id])
    return DueOut(
        case=child.case_id,
        on=today,
        checks=[OwedCheckOut.model_validate(check) for check in checks],
        clocks=[one for one in clocks if one is not None],
    )


def _line(row: Line, names: dict[str, str | None], columns: Sequence[str]) -> RegisterLine:
    held = {"shown_as", "category", *("organisation" if name == "institution" else name for name in columns)}
    return RegisterLine.model_validate({name: value for name, value in (_dict(row) | names).items() if name in held})


def _reason(row: Line) -> str:
    return reason_to_trace(SuspicionState(row.state), row.offer_again_on).value


def _clock(row: Line, today: date) -> ClockOut | None:
    days = [row.recheck_due_on, row.trace_on, row.offer_again_on]
    if not any(days):
        return None
    overdue = any(day is not None and day < today for day in days)
    return ClockOut.model_validate(_dict(row) | {"overdue": overdue})


def check_period(since: date, until: date) -> None:
    """Raise PeriodReversed unless a period ends after it begins."""
    if until < since:
        raise PeriodReversed


def moment(as_of: datetime | None) -> datetime:
    """Return the moment as of which a list is asked, now unless given. Raises InTheFuture."""
    now = clock.now()
    if as_of is not None and as_of > now:
        raise InTheFuture(field="as_of")
    return as_of or now


def _dict(row: Line) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name


def _cursor(rows: list[Any], limit: int, *keys: str) -> str | None:
    """Name the last row of the page, when another one follows."""
    return to_cursor(*(getattr(rows[limit - 1], key) for key in keys)) if len(rows) > limit else None
