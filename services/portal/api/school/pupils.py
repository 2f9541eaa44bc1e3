"""The pupils of a school or site: placement, roll, programme of the term, days of a month, gaps."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Form, Sent, Visit, page, see, status_of
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act

router = APIRouter(prefix="/pupils", include_in_schema=False)

Teaches = Annotated[Visit, page(Act.RECORD_ATTENDANCE)]
Enrols = Annotated[Visit, page(Act.ENROL_IN_SCHOOL)]
Agrees = Annotated[Visit, page(Act.AGREE_IEP)]
After = Annotated[str | None, Query(max_length=400)]
Month = Annotated[str, Query(pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")]
LISTS = ("goals", "accommodations", "services")


@router.get("")
async def pupils(visit: Teaches, after: After = None) -> Response:
    """List the pupils: where they are placed, whether they are on the roll, and what is due."""
    listed, gaps, lacking = await asyncio.gather(
        visit.call.get("education", "/v1/placements", limit=50, after=after),
        visit.call.every("education", "/v1/gaps"),
        visit.call.every("education", "/v1/pupils/without-iep"),
    )
    rows = listed["items"]
    return visit.page(
        "school/pupils.html", page=listed, rows=rows, today=clock.today().isoformat(), gaps=_by_placement(gaps),
        lacking={one["id"]: one for one in lacking}, own=str(visit.actor.organisation),
        children=await visit.children(row["case_id"] for row in [*rows, *gaps]), all_gaps=gaps,
        names=await visit.names(one for row in rows for one in (row["school"], row["site"])),
    )  # fmt: skip


def _by_placement(gaps: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {gap["placement_id"]: gap for gap in gaps}


@router.get("/{case}")
async def pupil(visit: Teaches, case: CaseId, month: Month = "", *, done: bool = False) -> Response:
    """Show one pupil: placements, programmes, and the days of a month."""
    return await _pupil(visit, case, month or clock.today().isoformat()[:7], done=done)


async def _pupil(
    visit: Visit, case: CaseId, month: str, refused: TurnedDown | None = None, *, done: bool = False
) -> Response:
    placements = await visit.call.get("education", f"/v1/cases/{case}/placements")
    ieps, days, lacking = await asyncio.gather(
        visit.call.every("education", f"/v1/cases/{case}/ieps"),
        visit.call.get("education", f"/v1/cases/{case}/attendance", month=month),
        visit.call.every("education", "/v1/pupils/without-iep"),
    )
    return visit.page(
        "school/pupil.html", status=status_of(refused), refused=refused, case=case, done=done,
        month=month, placements=placements, ieps=ieps[::-1], days=days, counted=Counter(day["status"] for day in days),
        lacking={one["id"]: one for one in lacking}, today=clock.today().isoformat(), own=str(visit.actor.organisation),
        child=(await visit.children([str(case)])).get(str(case)),
        names=await visit.names(one for row in placements for one in (row["school"], row["site"])),
    )  # fmt: skip


@router.post("/{case}/roll/{placement}")
async def enrol(visit: Enrols, case: CaseId, placement: UUID, sent: Sent) -> Response:
    """Take a child on the roll of the visitor's school."""
    try:
        body = {"enrolled_on": sent.text("enrolled_on")}
        await visit.call.post("education", f"/v1/placements/{placement}/roll", body, key=sent.key)
    except TurnedDown as refused:
        return await _pupil(visit, case, clock.today().isoformat()[:7], refused)
    return see(f"/pupils/{case}")


@router.get("/{case}/iep/{placement}")
async def ask_iep(visit: Agrees, case: CaseId, placement: UUID) -> Response:
    """Ask for the programme of a term."""
    return await _ask_iep(
        visit, case, placement, {"agreed_on": clock.today().isoformat(), "reviewer": str(visit.actor.person)}
    )


async def _ask_iep(
    visit: Visit,
    case: CaseId,
    placement: UUID,
    typed: Mapping[str, str],
    refused: TurnedDown | None = None,
) -> Response:
    placements = await visit.call.get("education", f"/v1/cases/{case}/placements")
    if str(placement) not in {one["id"] for one in placements}:
        raise PageUnknown
    return visit.page(
        "school/iep.html", status=status_of(refused), refused=refused, case=case, typed=typed,
        placement=placement, child=(await visit.children([str(case)])).get(str(case)),
        reviewers=await visit.call.every("directory", "/v1/colleagues"),
    )  # fmt: skip


@router.post("/{case}/iep/{placement}")
async def agree(visit: Agrees, case: CaseId, placement: UUID, sent: Sent) -> Response:
    """Keep the programme that school and family agreed on."""
    try:
        path = f"/v1/placements/{placement}/ieps"
        await visit.call.post("education", path, _programme(sent), key=sent.key)
    except TurnedDown as refused:
        return await _ask_iep(visit, case, placement, sent.values, refused)
    return see(f"/pupils/{case}")


def _programme(sent: Form) -> dict[str, Any]:
    said = {name: [line.strip() for line in sent.text(name).splitlines() if line.strip()] for name in LISTS}
    return {
        **said, "resource_room": bool(sent.text("resource_room")), "reviewer": sent.text("reviewer"),
        "agreed_on": sent.text("agreed_on"), "term_from": sent.text("term_from") or None,
    }  # fmt: skip
