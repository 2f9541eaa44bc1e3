"""Claims of a centre: what can be billed, what is held and why, and sending it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from services.portal.api.common import Sent, Visit, page, see, status_of
from services.portal.domain.typed import fen_of
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import LineVerdict, Payee, RecoveryReason
from shared.errors import TemporarilyUnavailable
from shared.words import WORDS

router = APIRouter(prefix="/claims", include_in_schema=False)

Claims = Annotated[Visit, page(Act.SUBMIT_CLAIM)]
Reads = Annotated[Visit, page(Act.READ_CLAIM)]
After = Annotated[str | None, Query(max_length=400)]
County = Annotated[str, Field(pattern=r"^([0-9]{6})?$")]
Cycle = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
QUARTER = 3
STATES = tuple(WORDS["ClaimState"])
State = Annotated[str, Field(pattern=f"^({'|'.join(STATES)})?$")]


@dataclass(frozen=True, slots=True)
class Told:
    """A claim that was refused, and all that was typed into it."""

    refused: TurnedDown | None = None
    ticked: Sequence[str] | None = None
    values: Mapping[str, str] = field(default_factory=dict)


NOTHING_TOLD = Told()


@router.get("")
async def claims(
    visit: Reads, county: County = "", cycle: Cycle = "", state: State = "", after: After = None, sent: bool = False
) -> Response:  # fmt: skip
    """Return what could be claimed of a county for a cycle, and the claims made so far; to a county those it pays."""
    if not visit.allows(Act.SUBMIT_CLAIM):
        return await _of_county(visit, state, after)
    return await _page(visit, {"county": county, "cycle": cycle}, after, done=sent)


@router.post("")
async def submit(visit: Claims, sent: Sent) -> Response:
    """Claim the lines that were ticked; what each is worth is worked out by the service."""
    asked = {"county": sent.text("county"), "cycle": sent.text("cycle")}
    ticked = [str(one) for one in sent.data.getlist("line")]
    lines = [_line(one, sent.values) for one in ticked]
    body = {"county": asked["county"], "cycle_from": asked["cycle"], "submitted_on": clock.today().isoformat()}
    try:
        await visit.call.post("rehab", "/v1/claims", body | {"lines": lines}, key=sent.key)
    except TurnedDown as refused:
        return await _page(visit, asked, sent.text("after") or None, told=Told(refused, ticked, sent.values))
    return see("/claims", **asked, sent="1")


@router.get("/{claim}")
async def claim(visit: Reads, claim: UUID, after: After = None) -> Response:
    """Return one claim: its lines as they stand, what holds them, what was paid."""
    return await show(visit, claim, after)


async def show(
    visit: Visit, claim: UUID, after: str | None, *, refused: TurnedDown | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """Show a claim, with what was refused of a form on it."""
    statement = await visit.call.get("rehab", f"/v1/claims/{claim}")
    lines = await visit.call.get("rehab", f"/v1/claims/{claim}/lines", after=after, limit=50)
    children = await visit.children(row["case_id"] for row in lines["items"])
    names = await visit.names([statement["claim"]["institution"]])
    return visit.page(
        "claim.html", status=status_of(refused), of=statement, page=lines, children=children, names=names,
        after=after, refused=refused, typed=typed or {}, verdicts=tuple(LineVerdict), payees=tuple(Payee),
        reasons=tuple(RecoveryReason), today=clock.today().isoformat(),
        done=visit.request.query_params.get("done", ""),
    )  # fmt: skip


async def _of_county(visit: Visit, state: str, after: str | None) -> Response:
    """Return the claims that the visitor's region pays, by where they stand."""
    listed = await visit.call.get("rehab", "/v1/claims", state=state or None, after=after, limit=50)
    names = await visit.names(row["institution"] for row in listed["items"])
    return visit.page("claims_county.html", page=listed, state=state, states=STATES, names=names)


def _line(key: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return a ticked line: a month of an enrolment, or what was given once, with a bill if one was typed."""
    ground, _, month = key.rpartition("/")
    kind, _, record = ground.partition("/")
    bill = {"cost": values.get(f"cost/{key}", ""), "insurance_paid": values.get(f"insurance/{key}", "")}
    return {"month": month, kind: record} | {name: fen_of(text) for name, text in bill.items() if text.strip()}


def _last_cycle() -> str:
    """Return the first day of the quarter in which the last finished month lies: only what is over can be claimed."""
    over = clock.today().replace(day=1) - timedelta(days=1)
    return date(over.year, (over.month - 1) // QUARTER * QUARTER + 1, 1).isoformat()


async def _made(visit: Visit) -> Sequence[Mapping[str, Any]] | TurnedDown | TemporarilyUnavailable:
    """Return all claims made so far, or why they cannot be had; the rest of the page stands without them."""
    try:
        return await visit.call.every("rehab", "/v1/claims")
    except (TurnedDown, TemporarilyUnavailable) as away:
        return away


async def _page(
    visit: Visit, asked: Mapping[str, str], after: str | None, *, told: Told = NOTHING_TOLD, done: bool = False
) -> Response:
    county, cycle = asked["county"] or visit.county, asked["cycle"] or _last_cycle()
    (proposal,), made = await asyncio.gather(
        visit.call.together(
            ("rehab", "/v1/claims/proposal", {"county": county, "cycle": cycle, "after": after, "limit": 50})
        ),
        _made(visit),
    )
    lines = proposal["items"] if isinstance(proposal, dict) else []
    return visit.page(
        "claims.html", status=status_of(told.refused), county=county, cycle=cycle, told=told,
        proposal=proposal, made=made, children=await visit.children(row["case_id"] for row in lines), done=done,
        this_month=clock.today().isoformat()[:7],
    )  # fmt: skip
