"""The school roll and the programmes of a term."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictBool

from services.education.api.forms import Calendar, Given, Uow, View
from services.education.domain.calendar import term_of
from services.education.domain.roll import Programme
from services.education.handlers import schooling as handlers
from services.education.repository.schooling import readable_ieps, without_iep
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.events.education import PlacementMode
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page
from shared.ids import CaseId, PersonId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day, page

router = APIRouter(prefix="/v1", tags=["school roll"])

MOST = 30
Sentence = Annotated[str, Field(min_length=1, max_length=500)]
Sentences = Annotated[list[Sentence], Field(max_length=MOST)]


class RollIn(Body):
    """An entry of the school roll."""

    enrolled_on: Day


class IepIn(Body):
    """An individualised education programme; its words stay with the school."""

    goals: list[Sentence] = Field(min_length=1, max_length=MOST)
    accommodations: Sentences = Field(default=[])
    services: Sentences = Field(default=[])
    resource_room: StrictBool = False
    reviewer: PersonId
    agreed_on: Day
    term_from: Day | None = Field(
        default=None, description="First day of the term; the present or next one unless given."
    )

    @property
    def programme(self) -> Programme:
        """The programme as the rules take it."""
        words = (tuple(self.goals), tuple(self.accommodations), tuple(self.services))
        return Programme(*words, self.resource_room, self.reviewer, self.agreed_on, self.term_from)


class Words(BaseModel):
    """What was agreed, in words."""

    goals: list[str]
    accommodations: list[str]
    services: list[str]


class IepOut(View):
    """A programme of one term."""

    id: UUID
    placement_id: UUID
    case_id: UUID
    school: UUID
    term_from: date
    term_until: date
    goals: int
    resource_room: bool
    reviewer: UUID
    agreed_on: date
    words: Words | None = Field(description="Shown to the school and the teaching site only.")


class WithoutIepOut(View):
    """A pupil whose term has no programme yet."""

    id: UUID = Field(description="Placement.")
    case_id: UUID
    school: UUID
    mode: PlacementMode
    enrolled_on: date | None = Field(description="First day on the roll; absent when the child is not on it either.")


@router.post("/placements/{placement}/roll", status_code=201)
async def enrol_in_school(
    placement: UUID, body: RollIn, actor: Annotated[Actor, may(Act.ENROL_IN_SCHOOL)], uow: Uow
) -> Receipt:
    """Take a child on the roll; only the school that keeps it."""
    return await uow.commit(record=await handlers.enrol(placement, actor, body.enrolled_on, uow))


@router.post("/placements/{placement}/ieps", status_code=201)
async def agree_iep(placement: UUID, body: IepIn, actor: Annotated[Actor, may(Act.AGREE_IEP)], uow: Uow) -> Receipt:
    """Agree on a child's programme for a term; only the school that keeps the roll."""
    return await uow.commit(record=await handlers.agree(placement, actor, body.programme, uow))


@router.get("/cases/{case}/ieps")
async def ieps_of(
    case: CaseId,
    actor: Annotated[Actor, may(Act.READ_IEP)],
    reading: Read,
    given: Given,
    limit: Limit = 50,
    after: After = None,
) -> Page[IepOut]:
    """List a child's programmes, with their words to those who work by them."""
    wanted = readable_ieps(actor, given.rules.visible_after_days, case)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, IepOut.model_validate)


@router.get("/pupils/without-iep")
async def pupils_without_iep(
    actor: Annotated[Actor, may(Act.READ_IEP)],
    reading: Read,
    calendar: Calendar,
    limit: Limit = 50,
    after: After = None,
) -> Page[WithoutIepOut]:
    """List the pupils whose present term, in the holidays the next, has no programme: a school its own."""
    today = clock.today()
    wanted = without_iep(actor, today, term_of(today, calendar).first)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, WithoutIepOut.model_validate)
