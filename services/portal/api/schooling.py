"""An education authority at work: who is without a place, who comes next September, reviews, gaps, licences, rooms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Visit, page
from services.portal.api.deeds.offered import Offer
from services.portal.upstream import TurnedDown
from services.portal.words import _
from shared import clock
from shared.access.policy import Act

router = APIRouter(prefix="/schooling", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_SCHOOL_AGE)]
After = Annotated[str | None, Query(max_length=400)]
Word = Annotated[str, Query(max_length=20)]
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class List:
    """One list: what it is called, which door has it, who may see it."""

    key: str
    name: str
    path: str
    act: Act = Act.READ_SCHOOL_AGE


LISTS = (
    List("unplaced", _("Without a place"), "/v1/school-age/unplaced"),
    List("coming", _("Next September"), "/v1/school-age/next-september"),
    List("reviews", _("To be reviewed"), "/v1/placements/reviews-due"),
    List("gaps", _("Gaps"), "/v1/gaps"),
    List("placed", _("All placements"), "/v1/placements"),
    List("licences", _("Licences of teaching sites"), "/v1/licences", Act.GRANT_LICENCE),
    List("rooms", _("Resource rooms"), "/v1/resource-rooms"),
)


@router.get("")
async def schooling(visit: Reads, show: Word = "", after: After = None, *, done: bool = False) -> Response:
    """Return one of the lists, and the calendar that they go by."""
    lists = [one for one in LISTS if visit.allows(one.act)]
    shown = next((one for one in lists if one.key == show), lists[0])
    rows = await visit.call.get("education", shown.path, after=after, limit=50)
    (calendar,) = await visit.call.together(("education", "/v1/school-calendar", {}))
    return visit.page(
        "schooling/lists.html", lists=lists, shown=shown, page=rows, done=done, today=clock.today().isoformat(),
        calendar=calendar if isinstance(calendar, dict) else None,
        children=await visit.children(row["case_id"] for row in rows["items"] if "case_id" in row),
        names=await visit.names(_organisations(rows["items"])),
    )  # fmt: skip


def _organisations(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row.get(role) for row in rows for role in ("school", "site", "institution", "partner_school")]


@router.get("/{case}")
async def child(visit: Reads, case: CaseId, *, done: bool = False) -> Response:
    """Show a child's placements with what can be decided about them, and the disputes."""
    placements = await _placements(visit, case)
    disputes = await _disputes(visit, placements)
    return visit.page(
        "schooling/child.html", case=case, done=done, placements=placements, disputes=disputes,
        offers={one["id"]: _offers(visit, case, one) for one in placements}, today=clock.today().isoformat(),
        children=await visit.children([str(case)]), names=await visit.names(_organisations(placements)),
    )  # fmt: skip


async def _placements(visit: Visit, case: CaseId) -> list[dict[str, Any]]:
    """Return the placements of a child, latest first; of one that never had any the service knows nothing to show."""
    try:
        found: list[dict[str, Any]] = await visit.call.get("education", f"/v1/cases/{case}/placements")
    except TurnedDown as refused:
        if refused.status == NOT_FOUND:
            return []
        raise
    return found[::-1]


async def _disputes(visit: Visit, placements: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    if not visit.allows(Act.DISPUTE_PLACEMENT):
        return {}
    asked = [one["id"] for one in placements if not one["stub"]]
    answers = await visit.call.together(*(("education", f"/v1/placements/{key}/disputes", {}) for key in asked))
    return {key: one["items"] for key, one in zip(asked, answers, strict=True) if isinstance(one, dict)}


def _offers(visit: Visit, case: CaseId, placement: Mapping[str, Any]) -> list[Offer]:
    """Return what may be recorded of a placement that is not over."""
    if placement["stub"] or placement["end_reason"] or not visit.allows(Act.DECIDE_PLACEMENT):
        return []
    of = f"{case}?of={placement['id']}"
    return [
        Offer(_("The placement stays as it is"), f"/record/placement-review/{of}"),
        Offer(_("Dispute of the guardian"), f"/record/dispute/{of}"),
        Offer(_("End the placement"), f"/record/placement-withdrawal/{of}"),
    ]
