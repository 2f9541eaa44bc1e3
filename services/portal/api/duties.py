"""Working lists: what is due, for whom, why; first due first."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Visit, page
from shared.access.policy import Act

router = APIRouter(prefix="/duties", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_DUTIES)]
Word = Annotated[str | None, Query(max_length=62)]
After = Annotated[str | None, Query(max_length=400)]

STANDINGS = ("overdue", "due_soon", "later")
LEVELS = ("county", "city", "province")


@router.get("")
async def duties(
    visit: Reads, standing: Word = None, rule: Word = None, level: Word = None, after: After = None
) -> Response:
    """Return a page of the visitor's working list."""
    asked = {"standing": standing or None, "rule": rule or None, "level": level or None}
    listed = await visit.call.get("timeline", "/v1/duties", after=after, limit=50, **asked)
    counted = await visit.call.get("timeline", "/v1/duties/counts")
    return visit.page(
        "duties.html", page=listed, counts=counted["items"], asked=asked, standings=STANDINGS, levels=LEVELS,
        **await people_of(visit, listed["items"]),
    )  # fmt: skip


async def people_of(visit: Visit, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return who the children of a list are and which organisations it names."""
    children = await visit.children(row["case"] for row in rows)
    return {"children": children, "names": await visit.names(row.get("owner") for row in rows)}
