"""Houses: licensed places, children and carers compared, background checks of staff; a house sees itself."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Visit, page
from shared.access.policy import Act

router = APIRouter(prefix="/care-houses", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_CARE_HOUSES)]
After = Annotated[str | None, Query(max_length=400)]


@router.get("")
async def houses(visit: Reads, after: After = None, *, done: bool = False) -> Response:
    """List the houses with their places and carers, and whose background check is due."""
    listed, checks = await asyncio.gather(
        visit.call.get("custody", "/v1/care-houses", after=after, limit=50), _checks(visit)
    )
    names = await visit.names(one["institution"] for one in (*listed["items"], *checks))
    return visit.page(
        "house/houses.html", page=listed, names=names, done=done, checks=checks, people=await _people(visit, checks)
    )


async def _checks(visit: Visit) -> list[dict[str, Any]]:
    """Return how staff stand: a house sees all of its own, a federation those who are not in order."""
    return await visit.call.every("custody", "/v1/staff-checks", due=visit.governs)


async def _people(visit: Visit, checks: list[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the visitor's own colleagues; a federation sees of others that somebody is not checked."""
    if visit.governs or not checks:
        return {}
    known = await visit.call.every("directory", "/v1/colleagues")
    return {one["id"]: str(one["display_name"]) for one in known}
