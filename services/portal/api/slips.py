"""What a family brings to the institution of its choice: the number of its application, and what is done under it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.domain.mistakes import named_by
from services.portal.domain.typed import fen_of, slip_number
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import NeedsOutcome, TrainingMode

router = APIRouter(prefix="/slip", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_APPLICATION_SLIP)]
Takes = Annotated[Visit, page(Act.START_ENROLMENT)]
Assesses = Annotated[Visit, page(Act.RECORD_ASSESSMENT)]
Operates = Annotated[Visit, page(Act.COMPLETE_SURGERY)]
Fits = Annotated[Visit, page(Act.FIT_DEVICE)]
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Told:
    """What was typed, and what is said against it."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    refused: TurnedDown | None = None


NOTHING_TOLD = Told()


@router.get("")
async def slip(visit: Reads, number: Annotated[str, Query(max_length=40)] = "", done: str = "") -> Response:
    """Ask for the number; show what is applied for and approved under it."""
    return await _show(visit, number, done=done)


@router.post("/enrolment")
async def enrol(visit: Takes, sent: Sent) -> Response:
    """Take the child in at the visitor's own centre."""
    found = await _found(visit, sent)
    if found is None or found["approval"] is None:
        return await _show(visit, sent.text("number"))
    body = {"approval": found["approval"]["id"], "started_on": sent.text("started_on")}
    try:
        await visit.call.post("rehab", f"/v1/cases/{found['case_id']}/enrolments", body, key=sent.key)
    except TurnedDown as refused:
        return await _again(visit, sent, refused)
    return see(f"/children/{found['case_id']}/plan", done="enrolled")


@router.post("/assessment")
async def assess(visit: Assesses, sent: Sent) -> Response:
    """Record what was found of the need behind the application."""
    names = ("assessor", "assessed_on", "outcome", "recommended_mode", "note")
    body: dict[str, Any] = {name: sent.text(name) for name in names if sent.text(name)}
    if sent.text("estimate"):
        body["estimate"] = fen_of(sent.text("estimate"))
    return await _do(visit, sent, "assessment", body)


@router.post("/operation")
async def operate(visit: Operates, sent: Sent) -> Response:
    """Record the surgery and its bill."""
    return await _do(visit, sent, "operation", _bill(sent))


@router.post("/fitting")
async def fit(visit: Fits, sent: Sent) -> Response:
    """Record the device and its bill."""
    return await _do(visit, sent, "fitting", _bill(sent))


def _bill(sent: Form) -> dict[str, Any]:
    return {"given_on": sent.text("given_on")} | {name: fen_of(sent.text(name)) for name in ("cost", "insurance_paid")}


async def _do(visit: Visit, sent: Form, deed: str, body: Mapping[str, Any]) -> Response:
    found = await _found(visit, sent)
    under = found and (("applications", found) if deed == "assessment" else ("approvals", found["approval"]))
    if not found or not under or not under[1]:
        return await _show(visit, sent.text("number"))
    path = f"/v1/cases/{found['case_id']}/{under[0]}/{under[1]['id']}/{deed}"
    try:
        await visit.call.post("rehab", path, body, key=sent.key)
    except TurnedDown as refused:
        return await _again(visit, sent, refused)
    return see("/slip", number=sent.text("number"), done=deed)


async def _again(visit: Visit, sent: Form, refused: TurnedDown) -> Response:
    return await _show(visit, sent.text("number"), told=Told(sent.values, named_by(refused.problem), refused))


async def _found(visit: Visit, sent: Form) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await visit.call.get("rehab", f"/v1/slips/{slip_number(sent.text('number'))}")
    except TurnedDown:
        return None
    return found


async def _show(visit: Visit, typed: str, *, told: Told = NOTHING_TOLD, done: str = "") -> Response:
    number, wrong, found = slip_number(typed), dict(told.wrong), None
    if typed and not number:
        wrong["number"] = "slip"
    if number:
        try:
            found = await visit.call.get("rehab", f"/v1/slips/{number}")
        except TurnedDown as refused:
            if refused.status != NOT_FOUND:
                raise
            wrong["number"] = refused.words
    colleagues = await visit.call.every("directory", "/v1/colleagues") if found and not found["approval"] else []
    return visit.page(
        "centre/slip.html", status=status_of(told.refused, wrong), slip=found, number=number or typed, told=told,
        wrong=wrong, done=done, today=clock.today().isoformat(), colleagues=colleagues, me=str(visit.actor.person),
        outcomes=tuple(NeedsOutcome), modes=tuple(TrainingMode),
    )  # fmt: skip
