"""The children of whom a visitor may know, who one of them is, and who has looked at a file."""

from dataclasses import replace
from typing import Annotated
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
    children = await visit.children(row["case"] for row in listed["items"])
    return visit.page("cases.html", page=listed, children=children)


@router.post("/{case}/name")
async def name(visit: Annotated[Visit, page(Act.RESOLVE_CHILDREN)], case: UUID, sent: Sent) -> Response:
    """Show who the child is, once somebody says what for; the registry logs it with that purpose."""
    purpose = sent.text("purpose")
    token = await visit.desk.token_for(visit.login, purpose)
    asking = replace(visit, call=visit.desk.upstream.caller(token, visit.language))
    found = await asking.opened([str(case)])
    return visit.page("name.html", case=case, child=found.get(str(case)), purpose=purpose)


@router.get("/{case}/access-log")
async def access_log(visit: Annotated[Visit, page(Act.READ_ACCESS_LOG)], case: UUID, after: After = None) -> Response:
    """Return who has looked at a file."""
    looks = await visit.call.get("timeline", f"/v1/cases/{case}/access-log", after=after, limit=50)
    names = await visit.names(look["organisation"] for look in looks["items"])
    return visit.page("access_log.html", case=case, page=looks, names=names)
