"""Incidents, what they ask for, and what was done."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.custody.api.forms import OpenKeys, Row, Uow
from services.custody.domain.incidents import Incident
from services.custody.handlers import incidents as handlers
from services.custody.repository import papers
from services.custody.repository import reading as views
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.events.custody import IncidentKind, IncidentLevel, IncidentStep
from shared.errors import NotFound
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, NewestFirst, Page
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Moment, page

router = APIRouter(prefix="/v1", tags=["incidents"])


class IncidentIn(Body):
    """Something happened."""

    level: IncidentLevel
    kind: IncidentKind
    at: Moment
    noticed_at: Moment | None = Field(default=None, description="When the house noticed it; else when it happened.")
    found_at: Moment | None = Field(default=None, description="When a missing child was found, where it was.")
    words: str | None = Field(default=None, min_length=1, max_length=4000, description="Stays with the house.")

    @property
    def incident(self) -> Incident:
        """The incident as the rules take it."""
        return Incident(self.level, self.kind, self.at, self.noticed_at or self.at, self.found_at)


class StepIn(Body):
    """Something was done about it."""

    step: IncidentStep
    at: Moment


class FoundIn(Body):
    """A missing child was found."""

    at: Moment


class IncidentOut(Row):
    """An incident, without words."""

    id: UUID
    case_id: UUID
    stay_id: UUID
    institution: UUID
    level: IncidentLevel
    kind: IncidentKind
    at: datetime
    noticed_at: datetime
    found_at: datetime | None


class IncidentWithWords(IncidentOut):
    """An incident as its house reads it."""

    words: str | None


class OpenStepOut(Row):
    """A step that is not done, with its clock."""

    id: UUID
    incident_id: UUID
    case_id: UUID
    institution: UUID
    level: IncidentLevel
    kind: IncidentKind
    step: IncidentStep
    due_at: datetime
    overdue: bool


@router.post("/stays/{stay}/incidents", status_code=201)
async def report(stay: UUID, body: IncidentIn, actor: Annotated[Actor, may(Act.REPORT_INCIDENT)], uow: Uow) -> Receipt:
    """Report an incident; the explanation says what must be done by when (handbook §5)."""
    incident, explanation = await handlers.report(actor.organisation, stay, body.incident, body.words, uow)
    return await uow.commit(record=incident, explanation=explanation)


@router.post("/incidents/{incident}/steps", status_code=201)
async def follow_up(
    incident: UUID, body: StepIn, actor: Annotated[Actor, may(Act.REPORT_INCIDENT)], uow: Uow
) -> Receipt:
    """Record that a step was done."""
    await handlers.follow_up(actor.organisation, incident, body.step, body.at, uow)
    return await uow.commit(record=incident)


@router.post("/incidents/{incident}/found", status_code=201)
async def find(incident: UUID, body: FoundIn, actor: Annotated[Actor, may(Act.REPORT_INCIDENT)], uow: Uow) -> Receipt:
    """Record that a missing child was found; in time, nothing is asked for any more (handbook §5)."""
    explanation = await handlers.find(actor.organisation, incident, body.at, uow)
    return await uow.commit(record=incident, explanation=explanation)


@router.get("/incidents")
async def incidents(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)],
    reading: Read,
    *,
    newest_first: NewestFirst = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[IncidentOut]:
    """List incidents: a house its own, a federation those of children who live in its region now."""
    wanted = views.incidents(actor)
    key, shape = wanted.selected_columns.id, IncidentOut.model_validate
    return await page(reading, wanted, key, after, limit, shape, newest_first=newest_first)


@router.get("/incidents/{incident}")
async def incident_of(
    incident: UUID, actor: Annotated[Actor, may(Act.READ_CARE_SHEET)], reading: Read, keys: OpenKeys
) -> IncidentWithWords:
    """Show an incident with its words, to the house alone."""
    opened = await papers.incident(reading, keys, actor, incident)
    if opened is None:
        raise NotFound(kind="incident")
    await reading.shown([opened["case_id"]])
    return IncidentWithWords.model_validate(opened)


@router.get("/incident-steps")
async def open_steps(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)], reading: Read, limit: Limit = 50, after: After = None
) -> Page[OpenStepOut]:
    """List the steps that are not done, each with its clock, for the house and the county federation."""
    now = clock.now()

    def shape(row: Any) -> OpenStepOut:  # noqa: ANN401 - a row of the statement below
        return OpenStepOut.model_validate({**row._mapping, "overdue": row.due_at < now})  # noqa: SLF001

    wanted = views.open_steps(actor)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, shape)
