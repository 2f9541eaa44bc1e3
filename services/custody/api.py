"""Custody's doors: admission, end of a stay, stays of a child, children in care."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.custody import handlers
from services.custody.domain import Admission, AdmissionPaper
from services.custody.repository import CustodyUnitOfWork, candidates, readable
from services.custody.settings import Settings
from shared.access.policy import Act, Actor
from shared.contracts.events.custody import CustodyEndReason, CustodyMode
from shared.errors import CaseNotFound
from shared.http.doors import Read, may, writing
from shared.http.paging import After, Limit, Page
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day, page, settings

router = APIRouter(prefix="/v1", tags=["custody"])

Uow = Annotated[CustodyUnitOfWork, writing]


Given = Annotated[Settings, Depends(settings)]


class AdmissionIn(Body):
    """An admission by the actor's own institution."""

    mode: CustodyMode
    admitted_on: Day
    until: Day | None = Field(default=None, description="Planned day of leaving.")
    papers: frozenset[AdmissionPaper] = Field(description="Papers that the institution holds.")

    def admission(self, actor: Actor) -> Admission:
        """Return the admission as the rules take it."""
        return Admission(actor.organisation, self.mode, self.admitted_on, self.until, self.papers)


class EndIn(Body):
    """The end of a stay."""

    ended_on: Day = Field(description="Day of leaving, no longer part of the stay.")
    reason: CustodyEndReason


class StayOut(BaseModel):
    """A stay as it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    case_id: UUID
    institution: UUID
    mode: CustodyMode
    admitted_on: date
    until: date | None
    ended_on: date | None
    end_reason: CustodyEndReason | None


class CandidateOut(BaseModel):
    """A child in rehabilitation that is in no care."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    institution: UUID = Field(description="Rehabilitation centre of the child.")
    started_on: date = Field(description="First day of the enrolment there.")


@router.post("/cases/{case}/stays", status_code=201)
async def admit(
    case: CaseId, body: AdmissionIn, actor: Annotated[Actor, may(Act.ADMIT_TO_CUSTODY)], uow: Uow, given: Given
) -> Receipt:
    """Admit a child to day or boarding care (handbook §5)."""
    stay = await handlers.admit(case, body.admission(actor), given.policy, uow)
    return await uow.commit(record=stay)


@router.post("/stays/{stay}/end", status_code=201)
async def end_stay(stay: UUID, body: EndIn, actor: Annotated[Actor, may(Act.END_CUSTODY)], uow: Uow) -> Receipt:
    """End a stay of the actor's own institution."""
    await handlers.end_stay(actor.organisation, stay, body.ended_on, body.reason, uow)
    return await uow.commit(record=stay)


@router.get("/cases/{case}/stays")
async def stays_of(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_CUSTODY)], reading: Read, given: Given
) -> list[StayOut]:
    """List the stays of a child, as far as the actor may see them."""
    rows: Any = (await reading.session.execute(readable(actor, given.visible_after_days, case))).all()
    if not rows:
        raise CaseNotFound
    await reading.shown([case])
    return [StayOut.model_validate(row) for row in sorted(rows, key=lambda row: row.admitted_on)]


@router.get("/stays")
async def stays(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)], reading: Read, given: Given, limit: Limit = 50, after: After = None
) -> Page[StayOut]:
    """List the stays that the actor may see: an institution's own, a federation's region."""
    wanted = readable(actor, given.visible_after_days)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, StayOut.model_validate)


@router.get("/care-candidates")
async def care_candidates(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)], reading: Read, limit: Limit = 50, after: After = None
) -> Page[CandidateOut]:
    """List children in rehabilitation who are in no care: a centre its own, a federation's region."""
    wanted = candidates(actor)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, CandidateOut.model_validate)
