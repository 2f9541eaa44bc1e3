"""At the door, on a phone: who goes out and with whom, and who comes back."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Form, Sent, Visit, page, see, status_of
from services.portal.api.house.stays import (
    CONFIRMATIONS,
    Stay,
    by_name,
    done_once,
    leave_of,
    name_of,
    people_of,
    stay_of,
    whereabouts,
)
from services.portal.domain.wall_clock import moment_typed
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared.access.policy import Act

router = APIRouter(prefix="/door", include_in_schema=False)

Signs = Annotated[Visit, page(Act.SIGN_CHILD)]
Now = Annotated[str, Query(pattern="^(inside|outside|on_leave)$")]
After = Annotated[str | None, Query(max_length=400)]
AT_ONCE = 200


@router.get("")
async def door(visit: Signs, now: Now = "inside", after: After = None, of: CaseId | None = None) -> Response:
    """List the children who are in the house, out or on leave; `of` is the child that moved just now."""
    listed = await visit.call.get("custody", "/v1/stays", now=now, limit=AT_ONCE, after=after)
    children = await visit.children(row["case_id"] for row in listed["items"])
    leaves = await visit.call.every("custody", "/v1/leaves") if now == "on_leave" else []
    return visit.page(
        "house/door.html", now=now, page=listed, rows=by_name(listed["items"], children), children=children,
        leaves={leave["stay_id"]: leave for leave in leaves}, moved=await _moved(visit, of),
    )  # fmt: skip


async def _moved(visit: Visit, of: CaseId | None) -> dict[str, Any] | None:
    if of is None:
        return None
    stay = await stay_of(visit, of)
    return {"name": await name_of(visit, of), "now": whereabouts(stay), "at": stay["moved_at"], "case": of}


@router.get("/{case}")
async def child(visit: Signs, case: CaseId) -> Response:
    """Show what can be done with one child now: hand it over, take it out, take it back."""
    return await _child(visit, case)


async def _child(visit: Visit, case: CaseId, refused: TurnedDown | None = None, sent: Form | None = None) -> Response:
    stay = await _open(visit, case)
    moves = await visit.call.get("custody", f"/v1/stays/{stay['id']}/movements", newest_first=True, limit=3)
    return visit.page(
        "house/door_child.html", status=status_of(refused), refused=refused, case=case, stay=stay,
        now=whereabouts(stay), leave=await leave_of(visit, stay), name=await name_of(visit, case),
        moves=moves["items"], typed=sent.values if sent else {}, confirmations=CONFIRMATIONS,
        **await people_of(visit, stay),
    )  # fmt: skip


async def _open(visit: Visit, case: CaseId) -> Stay:
    stay = await stay_of(visit, case)
    if stay["ended_on"] is not None:
        raise PageUnknown
    return stay


@router.post("/{case}/out")
async def out(visit: Signs, case: CaseId, sent: Sent) -> Response:
    """Let a child out: with a person of its list, or with the house to an activity or a hospital."""
    said = ("kind", "collector", "confirmation")
    body = {"at": moment_typed(sent.text("at"))} | {name: sent.text(name) or None for name in said}
    return await _signed(visit, case, sent, "sign-outs", body)


@router.post("/{case}/in")
async def back(visit: Signs, case: CaseId, sent: Sent) -> Response:
    """Take a child back into the house."""
    said = ("brought_by", "confirmation")
    body = {"at": moment_typed(sent.text("at"))} | {name: sent.text(name) or None for name in said}
    return await _signed(visit, case, sent, "sign-ins", body)


async def _signed(visit: Visit, case: CaseId, sent: Form, what: str, body: dict[str, Any]) -> Response:
    stay = await _open(visit, case)
    try:
        await done_once(visit, f"/v1/stays/{stay['id']}/{what}", body, sent.key)
    except TurnedDown as refused:
        return await _child(visit, case, refused, sent)
    return see("/door", of=str(case), now=whereabouts(stay))


@router.post("/{case}/returned")
async def returned(visit: Signs, case: CaseId, sent: Sent) -> Response:
    """Take a child back from leave."""
    stay = await _open(visit, case)
    leave = await leave_of(visit, stay)
    try:
        if leave is not None:
            await done_once(visit, f"/v1/leaves/{leave['id']}/return", {"at": moment_typed(sent.text("at"))}, sent.key)
    except TurnedDown as refused:
        return await _child(visit, case, refused, sent)
    return see("/door", of=str(case), now="on_leave")
