"""Teaching at home: who is taught, the class hours against the year's target, and the visits."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Form, Sent, Visit, page, see, status_of
from services.portal.domain.wall_clock import moment_typed
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act

router = APIRouter(prefix="/home-teaching", include_in_schema=False)

Teaches = Annotated[Visit, page(Act.RECORD_HOME_TEACHING)]
After = Annotated[str | None, Query(max_length=400)]
Fact = Annotated[str, Query(max_length=40)]
OF_A_PAGE = 25


@router.get("")
async def taught(visit: Teaches, after: After = None) -> Response:
    """List the children who are taught at home, each with its class hours so far."""
    asked = {"mode": "home_teaching", "limit": OF_A_PAGE, "after": after}
    listed = await visit.call.get("education", "/v1/placements", **asked)
    begun = [row["case_id"] for row in listed["items"] if row["starts_on"] <= clock.today().isoformat()]
    hours = await visit.call.together(*(("education", f"/v1/cases/{case}/home-teaching", {}) for case in begun))
    return visit.page(
        "school/home_teaching.html", page=listed, hours=dict(zip(begun, hours, strict=True)),
        children=await visit.children(row["case_id"] for row in listed["items"]),
    )  # fmt: skip


@router.get("/{case}")
async def child(visit: Teaches, case: CaseId, corrects: Fact = "") -> Response:
    """Show a child's hours and visits, with the form for another visit or the correction of one."""
    return await _child(visit, case, corrects=corrects)


async def _child(
    visit: Visit, case: CaseId, *, corrects: str = "", refused: TurnedDown | None = None, sent: Form | None = None
) -> Response:
    hours = await visit.call.get("education", f"/v1/cases/{case}/home-teaching")
    old = next((one for one in hours["visits"] if one["said_by"] == corrects), None)
    typed = sent.values if sent else _typed_of(visit, old)
    return visit.page(
        "school/home_visits.html", status=status_of(refused), refused=refused, case=case, hours=hours,
        typed=typed, corrects=corrects, child=(await visit.children([str(case)])).get(str(case)),
        today=clock.today().isoformat(), teachers=await visit.call.every("directory", "/v1/colleagues"),
    )  # fmt: skip


def _typed_of(visit: Visit, old: dict[str, Any] | None) -> dict[str, str]:
    if old is None:
        return {"on": clock.today().isoformat(), "teacher": str(visit.actor.person)}
    on, starts = clock.wall_clock(datetime.fromisoformat(old["starts_at"])).split()
    _, ends = clock.wall_clock(datetime.fromisoformat(old["ends_at"])).split()
    return {"on": on, "starts": starts, "ends": ends, "class_hours": str(old["class_hours"]), "teacher": old["teacher"]}


@router.post("/{case}")
async def record(visit: Teaches, case: CaseId, sent: Sent) -> Response:
    """Record a visit, or put another in the place of one that was entered wrongly."""
    try:
        await visit.call.post("education", f"/v1/cases/{case}/home-visits", _visit(sent), key=sent.key)
    except TurnedDown as refused:
        return await _child(visit, case, corrects=sent.text("corrects"), refused=refused, sent=sent)
    return see(f"/home-teaching/{case}")


def _visit(sent: Form) -> dict[str, Any]:
    hours = sent.text("class_hours")
    return {
        "teacher": sent.text("teacher"),
        "starts_at": moment_typed(f"{sent.text('on')}T{sent.text('starts')}"),
        "ends_at": moment_typed(f"{sent.text('on')}T{sent.text('ends')}"),
        "class_hours": int(hours) if hours.isdecimal() else hours,
        "corrects": sent.text("corrects") or None,
    }
