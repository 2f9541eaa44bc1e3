"""The children of a house: where they are, what must be known to care for them, their people, their moves."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import CaseId, Form, Sent, Visit, page, see, status_of
from services.portal.api.house.stays import by_name, done_once, leave_of, name_of, people_of, stay_of, whereabouts
from services.portal.upstream import TurnedDown
from shared.access.policy import Act

router = APIRouter(prefix="/residents", include_in_schema=False)

Cares = Annotated[Visit, page(Act.READ_CARE_SHEET)]
Keeps = Annotated[Visit, page(Act.KEEP_CARE_SHEET)]
Now = Annotated[str, Query(pattern="^(inside|outside|on_leave)?$")]
After = Annotated[str | None, Query(max_length=400)]
PERSON = ("kind", "name", "relation", "phone")


@router.get("")
async def residents(visit: Cares, now: Now = "", after: After = None) -> Response:
    """List the children of the house, and first of all who should be back from leave."""
    listed = await visit.call.get("custody", "/v1/stays", now=now or None, limit=50, after=after)
    leaves = await visit.call.every("custody", "/v1/leaves")
    children = await visit.children(row["case_id"] for row in [*listed["items"], *leaves])
    return visit.page(
        "house/residents.html", now=now, page=listed, rows=by_name(listed["items"], children), children=children,
        leaves={leave["stay_id"]: leave for leave in leaves}, whereabouts=whereabouts,
        overdue=sorted((one for one in leaves if one["overdue"]), key=lambda one: one["expected_back_at"]),
    )  # fmt: skip


@router.get("/{case}")
async def resident(visit: Cares, case: CaseId, after: After = None, *, done: bool = False) -> Response:
    """Show a child's care sheet, its people and its moves."""
    return await _resident(visit, case, after=after, done=done)


async def _resident(
    visit: Visit, case: CaseId, refused: TurnedDown | None = None, sent: Form | None = None,
    after: str | None = None, *, done: bool = False,
) -> Response:  # fmt: skip
    stay = await stay_of(visit, case)
    path = f"/v1/stays/{stay['id']}/movements"
    moves = await visit.call.get("custody", path, newest_first=True, limit=20, after=after)
    return visit.page(
        "house/resident.html", status=status_of(refused), refused=refused, case=case, stay=stay,
        now=whereabouts(stay), leave=await leave_of(visit, stay), name=await name_of(visit, case), page=moves,
        typed=sent.values if sent else {}, open=stay["ended_on"] is None, done=done, **await people_of(visit, stay),
    )  # fmt: skip


@router.post("/{case}/people")
async def add_person(visit: Keeps, case: CaseId, sent: Sent) -> Response:
    """Put a person on the pick-up list or among those to call."""
    stay = await stay_of(visit, case)
    body: dict[str, Any] = {name: sent.text(name) for name in PERSON}
    try:
        await done_once(visit, f"/v1/stays/{stay['id']}/contacts", body, sent.key)
    except TurnedDown as refused:
        return await _resident(visit, case, refused, sent)
    return see(f"/residents/{case}#lists")


@router.post("/{case}/people/{person}/removal")
async def remove_person(visit: Keeps, case: CaseId, person: UUID, sent: Sent) -> Response:
    """Take a person off a list: from now on the child is not handed to it."""
    try:
        await visit.call.post("custody", f"/v1/contacts/{person}/removal", None, key=sent.key)
    except TurnedDown as refused:
        return await _resident(visit, case, refused, sent)
    return see(f"/residents/{case}#lists")
