"""The first page: what waits for the visitor, and what is overdue."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api.common import Visit, page
from shared.access.policy import Act

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(visit: Annotated[Visit, page(Act.READ_OWN_ACCOUNT)]) -> Response:
    """Return what is waiting for the visitor's organisation."""
    if not visit.allows(Act.READ_DUTIES):
        return visit.page("home.html", waiting=None, duties=[])
    counts, duties = await visit.call.together(
        ("timeline", "/v1/duties/counts", {}), ("timeline", "/v1/duties", {"limit": 10})
    )
    return visit.page("home.html", waiting=counts, duties=duties)
