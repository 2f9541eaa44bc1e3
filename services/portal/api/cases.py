"""The children of whom a visitor may know, who one of them is, and who has looked at a file."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page
from shared.access.policy import Act

router = APIRouter(prefix="/cases", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_TIMELINE)]
After = Annotated[str | None, Query(max_length=400)]


@router.get("")
async def cases(visit: Reads, after: After = None) -> Response:
    """Return a page of the children of whom the visitor may know."""
    listed = await visit.call.get("timeline", "/v1/cases", after=after, limit=50)
    return visit.page("cases.html", page=listed, children=await _named(visit, listed["items"]))


@router.post("/{case}/name")
async def name(visit: Annotated[Visit, page(Act.RESOLVE_CHILDREN)], case: UUID, sent: Sent) -> Response:
    """Show who the child is, once somebody says what for; the registry logs it with that purpose."""
    purpose = sent.text("purpose")
    token = await visit.desk.token_for(visit.login, purpose)
    asking = replace(visit, call=visit.desk.upstream.caller(token, visit.language))
    found = await asking.children([str(case)])
    return visit.page("name.html", case=case, child=found.get(str(case)), purpose=purpose)


@router.get("/{case}/access-log")
async def access_log(visit: Annotated[Visit, page(Act.READ_ACCESS_LOG)], case: UUID, after: After = None) -> Response:
    """Return who has looked at a file."""
    looks = await visit.call.get("timeline", f"/v1/cases/{case}/access-log", after=after, limit=50)
    names = await visit.names(look["organisation"] for look in looks["items"])
    return visit.page("access_log.html", case=case, page=looks, names=names)


async def _named(visit: Visit, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the children's names, to those who work with them; an authority opens names one by one."""
    return await visit.children(row["case"] for row in rows) if visit.actor.purpose == "care" else {}
