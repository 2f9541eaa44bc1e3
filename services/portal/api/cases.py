"""A county's children and the file of one: everything that is known of it, newest first, and who has looked."""

from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api.common import Sent, Visit, page
from services.portal.domain.known_on import end_of_day
from shared.access.policy import Act

router = APIRouter(prefix="/cases")

Reads = Annotated[Visit, page(Act.READ_TIMELINE)]
After = Annotated[str | None, Query(max_length=400)]
Day = Annotated[str | None, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
LANES = ("screening", "rehabilitation", "schooling", "custody", "findings")


@router.get("")
async def cases(visit: Reads, after: After = None) -> Response:
    """Return a page of the children of whom the visitor may know."""
    listed = await visit.call.get("timeline", "/v1/cases", after=after, limit=50)
    return visit.page("cases.html", page=listed, children=await _named(visit, listed["items"]))


@router.get("/{case}")
async def file(  # noqa: PLR0913 - each narrows the list
    visit: Reads,
    case: UUID,
    lane: Annotated[str | None, Query(max_length=20)] = None,
    organisation: Annotated[str | None, Query(max_length=36)] = None,
    since: Day = None,
    until: Day = None,
    known_on: Day = None,
    after: After = None,
) -> Response:
    """Return the file of one child."""
    asked = {"lane": lane, "organisation": organisation, "from": since, "to": until}
    narrowed = {key: value for key, value in asked.items() if value}
    known = {"as_known_at": end_of_day(known_on)} if known_on else {}
    head, entries, duties = await visit.call.together(
        ("timeline", f"/v1/cases/{case}", {}),
        ("timeline", f"/v1/cases/{case}/entries", {**narrowed, **known, "limit": 50, "after": after}),
        ("timeline", f"/v1/cases/{case}/duties", {}),
    )
    if isinstance(head, Exception):
        raise head
    if isinstance(entries, Exception):
        raise entries
    shown = [(day, list(of_day)) for day, of_day in groupby(entries["items"], key=lambda entry: entry["day"])]
    return visit.page(
        "case.html", case=case, head=head, days=shown, page=entries, duties=duties, lanes=LANES,
        asked={**asked, "known_on": known_on}, names=await visit.names(_organisations(head, entries["items"])),
    )  # fmt: skip


@router.post("/{case}/name")
async def name(visit: Annotated[Visit, page(Act.RESOLVE_CHILDREN)], case: UUID, sent: Sent) -> Response:
    """Show who the child is, once somebody says what for; the registry logs it."""
    del sent
    found = await visit.children([str(case)])
    return visit.page("name.html", case=case, child=found.get(str(case)))


@router.get("/{case}/access-log")
async def access_log(visit: Reads, case: UUID, after: After = None) -> Response:
    """Return who has looked at a file."""
    looks = await visit.call.get("timeline", f"/v1/cases/{case}/access-log", after=after, limit=50)
    names = await visit.names(look["organisation"] for look in looks["items"])
    return visit.page("access_log.html", case=case, page=looks, names=names)


async def _named(visit: Visit, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the children's names, to those who work with them; an authority opens names one by one."""
    return await visit.children(row["case"] for row in rows) if visit.actor.purpose == "care" else {}


def _organisations(head: dict[str, Any], entries: list[dict[str, Any]]) -> list[str]:
    acting = [entry["fact"]["data"]["actor"]["organisation"] for entry in entries if entry.get("fact")]
    return [*acting, *(one["organisation"] for one in head["participants"])]
