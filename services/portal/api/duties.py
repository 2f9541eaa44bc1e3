"""Working lists: what is due, for whom, why; first due first; for an authority, who owes most in which county."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.portal.api.common import Visit, page
from services.portal.domain.owing import Owing, owing
from shared.access.policy import Act
from shared.contracts.codes import OrgType
from shared.words import called

router = APIRouter(prefix="/duties", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_DUTIES)]
DUTIES, COUNTS = "/v1/duties", "/v1/duties/counts"
MOST_DRAWN = 15
"""Owners in the chart; all that are counted stand in the field to choose from."""


class Narrowed(BaseModel):
    """What a working list is narrowed to; an empty field of the page's form is nothing."""

    standing: Annotated[str, Field(max_length=20)] = ""
    rule: Annotated[str, Field(max_length=62)] = ""
    level: Annotated[str, Field(max_length=20)] = ""
    county: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")] = ""
    owner: UUID | OrgType | Annotated[str, Field(max_length=0)] = ""
    """An organisation, or a kind of authority where no organisation owes it."""
    after: Annotated[str, Field(max_length=400)] = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the timeline is asked."""
        whose = "owner_kind" if isinstance(self.owner, OrgType) else "owner"
        asked = {**self.model_dump(mode="json", exclude={"owner"}), whose: str(self.owner)}
        return {name: value for name, value in asked.items() if value}

    @property
    def within(self) -> dict[str, str]:
        """The county, as the counts are asked."""
        return {"county": self.county} if self.county else {}


@router.get("")
async def duties(visit: Reads, asked: Annotated[Narrowed, Query()]) -> Response:
    """Return a page of the visitor's working list."""
    who = (("county", {}), ("owner", asked.within)) if visit.governs else ()
    listed, kinds, *counted = await visit.call.together(
        ("timeline", DUTIES, {**asked.query, "limit": 50}),
        ("timeline", COUNTS, asked.within),
        *(("timeline", COUNTS, {**within, "by": by}) for by, within in who),
    )
    if isinstance(listed, Exception):
        raise listed
    counties, owners = map(_items, counted or ({"items": []}, {"items": []}))
    return visit.page(
        "duties.html", page=listed, asked=asked, kinds=_items(kinds), most=MOST_DRAWN,
        counties=owing(counties, lambda row: (row["county"], visit.region(row["county"]))),
        owners=await _owners(visit, owners), **await people_of(visit, listed["items"]),
    )  # fmt: skip


async def people_of(visit: Visit, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return who the children of a list are and which organisations it names."""
    children = await visit.children(row["case"] for row in rows)
    return {"children": children, "names": await visit.names(row.get("owner") for row in rows)}


async def _owners(visit: Visit, counts: list[dict[str, Any]]) -> list[Owing]:
    names = await visit.names(row["owner"] for row in counts)

    def told(row: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
        kind = called("OrgType", row["owner_kind"], visit.language)
        owner = row["owner"]
        return (owner, names.get(owner) or f"{kind} {owner[:8]}") if owner else (row["owner_kind"], kind)

    return owing(counts, told)


def _items(answer: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - an answer, or why there is none
    """Return what was counted; without counts the list still stands."""
    return [] if isinstance(answer, Exception) else answer["items"]
