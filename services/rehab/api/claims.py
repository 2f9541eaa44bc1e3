"""Claims: what a month is worth, what could be claimed, submission, lists, one claim with its lines (handbook §3.3)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.rehab.api.claim_forms import (
    AmountView,
    ClaimIn,
    ClaimView,
    LineView,
    Listed,
    Month,
    PaperClaimIn,
    ProposedLine,
    StatementView,
    first_of,
)
from services.rehab.api.forms import Open, Uow, page_of
from services.rehab.domain.amounts import Bill
from services.rehab.domain.claims import Ground, LineOrder, cycle_from
from services.rehab.handlers import claiming
from services.rehab.handlers.valuing import Valued, Valuer, lines_of_cycle
from services.rehab.repository.claims import ClaimFilter
from services.rehab.repository.records import OneRow
from shared import ids
from shared.access.policy import Act, Actor
from shared.http.doors import may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.journal.unit_of_work import Receipt
from shared.stage import Day

router = APIRouter(prefix="/v1", tags=["claims"])


@router.get("/enrolments/{enrolment}/months/{month}/amount")
async def preview_amount(
    enrolment: UUID,
    month: Month,
    actor: Annotated[Actor, may(Act.SUBMIT_CLAIM)],
    books: Open,
    cost: Annotated[int | None, Query(ge=0, le=10**12, description="What the month cost, in fen.")] = None,
    insurance_paid: Annotated[int, Query(ge=0, le=10**12, description="What insurance paid of it, in fen.")] = 0,
) -> AmountView:
    """Work out what a month of one of the caller's own enrolments is worth, and show how."""
    order = LineOrder(ids.new_record(), first_of(month), enrolment, bill=Bill(insurance_paid, cost))
    valuer = Valuer(books.records, books.rules, books.policies)
    (valued,) = await valuer.propose([order], actor.organisation)
    await books.reading.shown([valued.ground.case])
    return AmountView(
        enrolment=enrolment, month=month, amount=valued.settled.amount, explanation=valued.settled.explanation,
        missing_evaluations=list(valued.missing), claimed_before=valued.ground.claimed_before,
    )  # fmt: skip


@router.get("/claims/proposal")
async def propose_lines(
    actor: Annotated[Actor, may(Act.SUBMIT_CLAIM)],
    books: Open,
    county: Annotated[str, Query(pattern=r"^[0-9]{6}$", description="County that approved.")],
    cycle: Annotated[Day, Query(description="First day of the cycle.")],
    after: After = None,
    limit: Limit = 50,
) -> Page[ProposedLine]:
    """Propose the lines of a cycle from what is recorded and not claimed yet, enrolment by enrolment."""
    period, start = cycle_from(cycle, books.rules), from_cursor(after, UUID)
    where = (books.records, actor.organisation, county, period)
    orders, more = await lines_of_cycle(*where, None if start is None else start[0], limit)
    valuer = Valuer(books.records, books.rules, books.policies)
    valued = await valuer.propose(orders, actor.organisation, _worth_showing)
    await books.reading.shown({one.ground.case for one in valued})
    return Page(items=[_proposed(one) for one in valued], next=to_cursor(str(more)) if more else None)


@router.post("/claims", status_code=201)
async def submit_claim(body: ClaimIn, actor: Annotated[Actor, may(Act.SUBMIT_CLAIM)], uow: Uow) -> Receipt:
    """Claim for the caller's own institution."""
    claim = await claiming.submit_claim(body.order(actor.organisation, uow.rules), uow)
    receipt: Receipt = await uow.commit(record=claim)
    return receipt


@router.post("/claims/on-paper", status_code=201)
async def enter_claim(body: PaperClaimIn, actor: Annotated[Actor, may(Act.ENTER_CLAIM)], uow: Uow) -> Receipt:
    """Take over a claim that reached the county on paper: amounts stay as they were claimed."""
    order = body.order(body.institution, uow.rules, on_paper=True)
    claim = await claiming.enter_claim(order, actor, uow)
    receipt: Receipt = await uow.commit(record=claim)
    return receipt


@router.get("/claims")
async def list_claims(
    actor: Annotated[Actor, may(Act.READ_CLAIM)],
    books: Open,
    only: Annotated[Listed, Query()],
) -> Page[ClaimView]:
    """List claims with state and totals, the oldest first: an institution's own, those that a region pays."""
    wanted = ClaimFilter(only.institution, only.county, only.state)
    rows = await books.records.claims.listed(actor, wanted, from_cursor(only.after, UUID), only.limit)
    return page_of(ClaimView, rows, only.limit, lambda row: (row.id,))


@router.get("/claims/{claim}")
async def read_claim(claim: UUID, actor: Annotated[Actor, may(Act.READ_CLAIM)], books: Open) -> StatementView:
    """Read the statement of a claim: totals, payments, what is demanded back."""
    statement = await books.records.claims.statement(actor, claim)
    payments, recoveries = await books.records.payments.of_claim(claim)
    return StatementView.model_validate({"claim": statement, "payments": payments, "recoveries": recoveries})


@router.get("/claims/{claim}/lines")
async def read_lines(
    claim: UUID, actor: Annotated[Actor, may(Act.READ_CLAIM)], books: Open, after: After = None, limit: Limit = 50
) -> Page[LineView]:
    """Read a claim's lines by month, each beside what the records give for it now."""
    seen = await books.records.claims.seen_by(actor, claim)
    start = from_cursor(after, date.fromisoformat, UUID)
    rows = await books.records.claims.page_of_lines(claim, start, limit)
    await books.reading.shown({row.case_id for row in rows[:limit]})
    valuer = Valuer(books.records, books.rules, books.policies)
    anew = await valuer.anew(rows[:limit], seen.institution)
    more = to_cursor(str(rows[limit - 1].month), str(rows[limit - 1].id)) if len(rows) > limit else None
    return Page(items=[_line(row, anew[row.id]) for row in rows[:limit]], next=more)


def _worth_showing(ground: Ground) -> bool:
    happened = ground.month.sessions or ground.month.unproven or ground.provision
    return bool(happened) and not ground.claimed_before


def _proposed(one: Valued) -> ProposedLine:
    month = one.ground.month
    return ProposedLine(
        case_id=one.ground.case, month=f"{one.order.month:%Y-%m}", enrolment=one.order.enrolment,
        provision=one.order.provision, sessions=month.sessions, attended_days=month.attended_days,
        planned_days=month.planned_days, unproven_home_sessions=month.unproven, amount=one.settled.amount,
        missing_evaluations=list(one.missing), explanation=one.settled.explanation,
    )  # fmt: skip


def _line(row: OneRow, now: Valued) -> LineView:
    shown = row._asdict() | {
        "month": f"{row.month:%Y-%m}", "computed_now": now.settled.amount,
        "ground_changed": now.settled.amount != row.computed, "explanation": now.settled.explanation,
        "missing_evaluations": list(now.missing), "held_by": sorted(row.held_by or ()) if row.held else [],
    }  # fmt: skip
    return LineView.model_validate(shown)
