"""Incidents in care: what happened, what must be done about it by when, and what was done."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Form, Sent, Visit, page, see, status_of
from services.portal.api.house.stays import done_once, name_of, stay_of
from services.portal.domain.wall_clock import moment_typed
from services.portal.upstream import TurnedDown
from shared.access.policy import Act

router = APIRouter(prefix="/incidents", include_in_schema=False)

Cares = Annotated[Visit, page(Act.READ_CARE_SHEET)]
Reports = Annotated[Visit, page(Act.REPORT_INCIDENT)]
After = Annotated[str | None, Query(max_length=400)]
Kind = Annotated[str, Query(max_length=62)]
LEVELS = ("minor", "moderate", "serious", "death")
KINDS = ("injury", "illness", "missing", "suspected_abuse", "unauthorised_pick_up", "other")


@router.get("")
async def incidents(visit: Cares, after: After = None) -> Response:
    """List what must still be done, first due first, and the incidents of the house, latest first."""
    listed = await visit.call.get("custody", "/v1/incidents", newest_first=True, limit=50, after=after)
    steps = await _open_steps(visit)
    children = await visit.children(row["case_id"] for row in [*listed["items"], *steps])
    return visit.page("house/incidents.html", page=listed, steps=steps, children=children)


async def _open_steps(visit: Visit) -> list[dict[str, Any]]:
    steps = await visit.call.every("custody", "/v1/incident-steps")
    return sorted(steps, key=lambda step: str(step["due_at"]))


@router.get("/report")
async def ask(visit: Reports, case: CaseId, kind: Kind = "") -> Response:
    """Ask what happened to a child."""
    return await _ask(visit, case, {"kind": kind})


async def _ask(visit: Visit, case: CaseId, typed: Mapping[str, str], refused: TurnedDown | None = None) -> Response:
    return visit.page(
        "house/report.html", status=status_of(refused), refused=refused, case=case, typed=typed,
        name=await name_of(visit, case), levels=LEVELS, kinds=KINDS,
    )  # fmt: skip


@router.post("/report")
async def report(visit: Reports, case: CaseId, sent: Sent) -> Response:
    """Report an incident, then show what it asks for."""
    stay = await stay_of(visit, case)
    try:
        path = f"/v1/stays/{stay['id']}/incidents"
        answer = await visit.call.post("custody", path, _told(sent), key=sent.key)
    except TurnedDown as refused:
        return await _ask(visit, case, sent.values, refused)
    return see(f"/incidents/{answer['record']}")


def _told(sent: Form) -> dict[str, Any]:
    moments = {name: moment_typed(sent.text(name)) for name in ("at", "noticed_at", "found_at") if sent.text(name)}
    told = {"level": sent.text("level"), "kind": sent.text("kind"), "words": sent.text("words") or None}
    return told | moments


@router.get("/{incident}")
async def incident(visit: Cares, incident: UUID) -> Response:
    """Show an incident with its words, and the steps that are open."""
    return await _incident(visit, incident)


async def _incident(visit: Visit, incident: UUID, refused: TurnedDown | None = None) -> Response:
    told = await visit.call.get("custody", f"/v1/incidents/{incident}")
    steps = [step for step in await _open_steps(visit) if step["incident_id"] == str(incident)]
    return visit.page(
        "house/incident.html", status=status_of(refused), refused=refused, told=told, steps=steps,
        name=await name_of(visit, told["case_id"]),
    )  # fmt: skip


@router.post("/{incident}/steps")
async def step_done(visit: Reports, incident: UUID, sent: Sent) -> Response:
    """Record that a step was done, now or at the moment that is told."""
    body = {"step": sent.text("step"), "at": moment_typed(sent.text("at"))}
    try:
        await done_once(visit, f"/v1/incidents/{incident}/steps", body, sent.key)
    except TurnedDown as refused:
        return await _incident(visit, incident, refused)
    return see(f"/incidents/{incident}")


@router.post("/{incident}/found")
async def found(visit: Reports, incident: UUID, sent: Sent) -> Response:
    """Record that a missing child was found, now or at the moment that is told."""
    try:
        await done_once(visit, f"/v1/incidents/{incident}/found", {"at": moment_typed(sent.text("at"))}, sent.key)
    except TurnedDown as refused:
        return await _incident(visit, incident, refused)
    return see(f"/incidents/{incident}")
