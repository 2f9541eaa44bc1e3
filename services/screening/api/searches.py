"""The door behind which a child is looked for: by name, number, birth date or case."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints

from services.screening.api.bodies import Body, Name, Number
from services.screening.api.tools import tools_of
from services.screening.api.views import View
from services.screening.domain.searching import Said, sought
from services.screening.repository.registry import Registry
from services.screening.repository.searching import Searches
from services.screening.repository.visibility import BY_PART, BY_REGION, LATER_STAGES
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import Sex
from shared.http.doors import Read, Reading, may
from shared.stage import Day

router = APIRouter(tags=["children"])

MOST = 20
"""Children that one search shows: whoever finds more says more."""
CaseBegins = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=8, max_length=36, pattern=r"^[0-9A-Fa-f-]+$")
]


class SearchIn(Body):
    """What somebody knows of a child; all of it is true of whoever is found."""

    name: Name | None = Field(
        default=None, description="Name, compared as duplicates are. A part is enough, but not to an authority."
    )
    number: Number | None = Field(
        default=None,
        description="Resident number or birth certificate number; of a resident number the last four signs or more.",
    )
    birth_date: Day | None = None
    case: CaseBegins | None = Field(default=None, description="Case id, or how it begins.")

    def said(self) -> Said:
        return Said(self.name, self.number, self.birth_date, self.case)


class FoundChild(View):
    """A child that is meant, and what tells it apart."""

    case: UUID = Field(validation_alias="case_id")
    name: str | None = Field(description="Not told to authorities: they open a name by saying what for.")
    sex: Sex
    birth_date: date
    region: str
    died_on: date | None
    registered_by: UUID | None = Field(description="Institution that registered the child; not told to later stages.")


class FoundOut(BaseModel):
    """Who is meant, best first."""

    children: list[FoundChild]
    more: bool = Field(description="More children fit than are shown: say more.")
    all_compared: bool = Field(
        description="Whether all children came into question; else the newest: with the birth date, all of that day do."
    )


@router.post("/v1/children/searches")
async def search(
    body: SearchIn, actor: Annotated[Actor, may(Act.FIND_CHILDREN)], reading: Read, request: Request
) -> FoundOut:
    """Find children of whom the caller may know; of others nothing is told, not even that they exist.

    Institutions find among their own by whatever they know. Authorities find in their region by a whole number, by
    whole name and birth date, or by the case. Nothing is written but the log of reading, a row per child shown.
    """
    tools, by_authority = tools_of(request), actor.org_type in BY_REGION
    protocol = tools.protocols.in_force(clock.today())
    asked = sought(body.said(), protocol, by_authority=by_authority)
    hits = await Searches(reading.session, tools.vault).hits(asked, actor)
    children = await _children(hits.cases[:MOST], actor, reading, request)
    await reading.shown(child.case for child in children)
    return FoundOut(children=children, more=len(hits.cases) > MOST, all_compared=hits.all_compared)


async def _children(cases: list[UUID], actor: Actor, reading: Reading, request: Request) -> list[FoundChild]:
    vault = tools_of(request).vault
    rows = await Searches(reading.session, vault).children(cases, actor)
    named = cases if actor.org_type in BY_PART else []
    names = await Registry(reading.session, vault).identities(named, actor, ("name",))
    return [_found(rows[case], names.get(case, {}).get("name"), actor) for case in cases if case in rows]


def _found(row: Any, name: str | None, actor: Actor) -> FoundChild:  # noqa: ANN401 - a row
    registered_by = None if actor.org_type in LATER_STAGES else row.organisation
    return FoundChild.model_validate(dict(row._mapping) | {"name": name, "registered_by": registered_by})  # noqa: SLF001 - SQLAlchemy's name
