"""The first page: what waits for the visitor, and what is overdue."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Visit, page
from services.portal.api.duties import people_of
from shared.access.policy import Act

FIRST = 10
"""Overdue duties on the first page."""
router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(visit: Annotated[Visit, page(Act.READ_OWN_ACCOUNT)]) -> Response:
    """Return what is waiting for the visitor's organisation."""
    if not visit.allows(Act.READ_DUTIES):
        return visit.page("home.html", waiting=None, overdue=[])
    counts, first = await visit.call.together(
        ("timeline", "/v1/duties/counts", {}), ("timeline", "/v1/duties", {"standing": "overdue", "limit": FIRST})
    )
    if isinstance(first, Exception):
        return visit.page("home.html", waiting=counts, overdue=first)
    overdue = first["items"]
    return visit.page("home.html", waiting=counts, overdue=overdue, **await people_of(visit, overdue))
