"""An enrolment as it goes: leave and end by its centre, suspension and transfer by the county; visits to the home."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.domain.mistakes import named_by
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.contracts.events.rehab import EnrolmentEndReason, InterruptionKind

router = APIRouter(prefix="/children", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_ENROLMENT)]
Keeps = Annotated[Visit, page(Act.START_ENROLMENT)]
Rests = Annotated[Visit, page(Act.GRANT_LEAVE)]
Suspends = Annotated[Visit, page(Act.SUSPEND_ENROLMENT)]
Transfers = Annotated[Visit, page(Act.TRANSFER_ENROLMENT)]
Visits = Annotated[Visit, page(Act.RECORD_CARE_PLAN)]

LEAVES = tuple(kind for kind in InterruptionKind if kind.value.startswith("leave"))
SUSPENSIONS = tuple(kind for kind in InterruptionKind if kind.value.startswith("suspended"))
E = EnrolmentEndReason
REASONS = (E.FINISHED, E.WITHDRAWN, E.TERMINATED, E.MOVED_AWAY)
"""How a centre ends an enrolment; transfers, deaths and birthdays end it otherwise."""


@router.get("/{case}/enrolments/{enrolment}")
async def enrolment(visit: Reads, case: UUID, enrolment: UUID) -> Response:
    """Return an enrolment with what the visitor may do about it."""
    return await _show(visit, case, enrolment)


@router.post("/{case}/enrolments/{enrolment}/leave")
async def leave(visit: Rests, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Enter leave of the child."""
    return await _do(visit, case, enrolment, "leave", sent, ("kind", "suspended_on", "expected_back"))


@router.post("/{case}/enrolments/{enrolment}/leave-end")
async def back(visit: Rests, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Say that the child is back."""
    return await _do(visit, case, enrolment, "leave-end", sent, ("resumed_on",))


@router.post("/{case}/enrolments/{enrolment}/end")
async def end(visit: Keeps, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """End the enrolment."""
    return await _do(visit, case, enrolment, "end", sent, ("ended_on", "reason"))


@router.post("/{case}/enrolments/{enrolment}/suspension")
async def suspend(visit: Suspends, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Suspend the enrolment for the county."""
    return await _do(visit, case, enrolment, "suspension", sent, ("kind", "suspended_on", "expected_back"))


@router.post("/{case}/enrolments/{enrolment}/suspension-end")
async def lift(visit: Suspends, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Let a suspended enrolment go on."""
    return await _do(visit, case, enrolment, "suspension-end", sent, ("resumed_on",))


@router.post("/{case}/enrolments/{enrolment}/transfer")
async def transfer(visit: Transfers, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Move the child to another centre."""
    return await _do(visit, case, enrolment, "transfer", sent, ("institution", "transferred_on"))


@router.get("/{case}/home-visit/{enrolment}")
async def ask_visit(visit: Visits, case: UUID, enrolment: UUID) -> Response:
    """Ask for a visit to the home."""
    return await _visit_form(visit, case, enrolment)


@router.post("/{case}/home-visit/{enrolment}")
async def record_visit(visit: Visits, case: UUID, enrolment: UUID, sent: Sent) -> Response:
    """Keep a visit to the child's home: without one, training at home is not paid for."""
    body = {name: sent.text(name) for name in ("visitor", "visited_on", "words")}
    if wrong := {name: "missing" for name, value in body.items() if not value}:
        return await _visit_form(visit, case, enrolment, sent.values, wrong)
    try:
        await visit.call.post("rehab", f"/v1/enrolments/{enrolment}/home-visits", body, key=sent.key)
    except TurnedDown as refused:
        return await _visit_form(visit, case, enrolment, sent.values, named_by(refused.problem), refused)
    return see(f"/children/{case}/plan", done="visit")


async def _do(visit: Visit, case: UUID, enrolment: UUID, deed: str, sent: Form, names: tuple[str, ...]) -> Response:
    body = {name: sent.text(name) for name in names if sent.text(name)}
    try:
        await visit.call.post("rehab", f"/v1/enrolments/{enrolment}/{deed}", body, key=sent.key)
    except TurnedDown as refused:
        return await _show(visit, case, enrolment, deed=deed, sent=sent, refused=refused)
    return see(f"/children/{case}/enrolments/{enrolment}", done=deed)


async def _show(
    visit: Visit, case: UUID, enrolment: UUID, *, deed: str = "", sent: Form | None = None,
    refused: TurnedDown | None = None,
) -> Response:  # fmt: skip
    held = await _held(visit, case, enrolment)
    others = await _others(visit, held) if visit.allows(Act.TRANSFER_ENROLMENT) and not held["ended_on"] else []
    names = await visit.names([held["institution"], *others])
    return visit.page(
        "centre/enrolment.html", status=status_of(refused), refused=refused, deed=deed,
        wrong=named_by(refused.problem) if refused else {}, typed=sent.values if sent else {}, case=case,
        enrolment=held, leaves=LEAVES, suspensions=SUSPENSIONS, reasons=REASONS, names=names,
        others=sorted(((one, names.get(one, one[:8])) for one in others), key=lambda one: one[1]),
        done=visit.request.query_params.get("done", ""), children=await visit.children([str(case)]),
        today=clock.today().isoformat(),
    )  # fmt: skip


async def _held(visit: Visit, case: UUID, enrolment: UUID) -> dict[str, Any]:
    """Return an enrolment of a child. Raises PageUnknown."""
    enrolments = await visit.call.get("rehab", f"/v1/cases/{case}/enrolments")
    held: dict[str, Any] | None = next((one for one in enrolments if one["id"] == str(enrolment)), None)
    if held is None:
        raise PageUnknown
    return held


async def _others(visit: Visit, held: Mapping[str, Any]) -> list[str]:
    """Return the centres that may take such a child in today, but the one that it is with."""
    rows = await visit.call.every("rehab", "/v1/designations", on=clock.today().isoformat())
    fitting = (row["institution"] for row in rows if held["category"] in row["categories"])
    return sorted({one for one in fitting if one != held["institution"]})


async def _visit_form(
    visit: Visit, case: UUID, enrolment: UUID, typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None, refused: TurnedDown | None = None,
) -> Response:  # fmt: skip
    today = clock.today().isoformat()
    held, colleagues = await asyncio.gather(
        _held(visit, case, enrolment), visit.call.every("directory", "/v1/colleagues")
    )
    return visit.page(
        "centre/home_visit.html", status=status_of(refused, wrong), refused=refused, wrong=wrong or {}, case=case,
        enrolment=held, colleagues=colleagues, today=today, children=await visit.children([str(case)]),
        typed=typed or {"visitor": str(visit.actor.person), "visited_on": today},
    )  # fmt: skip
