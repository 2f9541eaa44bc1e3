"""The children of whom a visitor may know, who one of them is, and who has looked at a file."""

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.portal.api.common import Sent, Visit, page
from shared.access.policy import AUTHORITIES, HEALTH, Act
from shared.contracts.codes import ScreeningCategory
from shared.words import WORDS

router = APIRouter(prefix="/cases", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_TIMELINE)]
SHOWN_STATES = HEALTH | AUTHORITIES
"""To whom the timeline shows how far a child has come and what is suspected; it refuses others the question."""
After = Annotated[str | None, Query(max_length=400)]


class Narrowed(BaseModel):
    """What the list of children is narrowed to; an empty field of the page's form is nothing."""

    stage: Annotated[str, Field(max_length=40)] = ""
    category: ScreeningCategory | Literal[""] = ""
    county: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")] = ""
    overdue: bool = False
    after: Annotated[str, Field(max_length=400)] = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the timeline is asked."""
        return {name: str(value).lower() if value is True else str(value) for name, value in self if value}

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.stage or self.category or self.county or self.overdue)


@router.get("")
async def cases(visit: Reads, asked: Annotated[Narrowed, Query()]) -> Response:
    """Return a page of the children of whom the visitor may know."""
    listed = await visit.call.get("timeline", "/v1/cases", limit=50, **asked.query)
    children = await visit.children(row["case"] for row in listed["items"])
    return visit.page(
        "cases.html", page=listed, children=children, asked=asked, stages=WORDS["Stage"],
        categories=tuple(ScreeningCategory), shows_states=visit.actor.org_type in SHOWN_STATES,
    )  # fmt: skip


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
