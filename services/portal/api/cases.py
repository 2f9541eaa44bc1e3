"""A county's children and the file of one: everything that is known of it, newest first, and who has looked."""

from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.portal.api.common import Sent, Visit, page
from services.portal.domain.known_on import end_of_day
from shared.access.policy import Act

router = APIRouter(prefix="/cases", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_TIMELINE)]
After = Annotated[str | None, Query(max_length=400)]
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
LANES = ("screening", "rehabilitation", "schooling", "custody", "findings")


@router.get("")
async def cases(visit: Reads, after: After = None) -> Response:
    """Return a page of the children of whom the visitor may know."""
    listed = await visit.call.get("timeline", "/v1/cases", after=after, limit=50)
    return visit.page("cases.html", page=listed, children=await _named(visit, listed["items"]))


class Narrowed(BaseModel):
    """What the reader of a file wants to see of it; an empty field of the page's form is none."""

    lane: Annotated[str, Field(max_length=20)] = ""
    since: Day = ""
    until: Day = ""
    known_on: Day = ""
    after: Annotated[str, Field(max_length=400)] = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the timeline is asked."""
        known = end_of_day(self.known_on) if self.known_on else ""
        asked = {"lane": self.lane, "from": self.since, "to": self.until, "as_known_at": known, "after": self.after}
        return {key: value for key, value in asked.items() if value}


@router.get("/{case}")
async def file(visit: Reads, case: UUID, wanted: Annotated[Narrowed, Query()]) -> Response:
    """Return the file of one child."""
    head, entries, duties = await visit.call.together(
        ("timeline", f"/v1/cases/{case}", {}),
        ("timeline", f"/v1/cases/{case}/entries", {**wanted.query, "limit": 50}),
        ("timeline", f"/v1/cases/{case}/duties", {}),
    )
    for needed in (head, entries):
        if isinstance(needed, Exception):
            raise needed
    shown = [(day, list(of_day)) for day, of_day in groupby(entries["items"], key=lambda entry: entry["day"])]
    return visit.page(
        "case.html", case=case, head=head, days=shown, page=entries, duties=duties, lanes=LANES, asked=wanted,
        names=await visit.names(_organisations(head, entries["items"])),
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
