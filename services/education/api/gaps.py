"""Gaps: children who do not come, and home teaching that falls behind."""

from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from services.education.api.forms import Calendar, Given, View
from services.education.domain.calendar import SchoolPolicy
from services.education.domain.gaps import explain_found
from services.education.repository.gaps import readable_gaps
from shared.access.policy import Act, Actor
from shared.contracts.events.education import GapKind
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page
from shared.rulebook.explanation import Explanation
from shared.stage import page

router = APIRouter(prefix="/v1", tags=["dropout control"])


class GapOut(View):
    """A gap that was noticed."""

    id: UUID
    placement_id: UUID
    case_id: UUID
    school: UUID
    kind: GapKind
    since: date
    detected_on: date
    missing: int = Field(description="School days missed in a row, or class hours behind pace, when it was noticed.")
    closed_on: date | None
    explanation: Explanation | None = Field(default=None, description="How it was found.")


@router.get("/gaps")
async def gaps(
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
    calendar: Calendar,
    open_only: Annotated[bool, Query(alias="open", description="Only gaps that are not closed.")] = True,
    limit: Limit = 50,
    after: After = None,
) -> Page[GapOut]:
    """List the gaps of the actor's children: an institution's own, an authority's region."""
    wanted = readable_gaps(actor, given.rules.visible_after_days, still_open=open_only)
    shape = partial(_shown, calendar=calendar)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, shape)


def _shown(row: Any, *, calendar: SchoolPolicy) -> GapOut:  # noqa: ANN401 - a row has the columns of its statement
    out = GapOut.model_validate(row)
    found = explain_found(out.kind, out.since, out.missing, calendar)
    return out.model_copy(update={"explanation": found})
