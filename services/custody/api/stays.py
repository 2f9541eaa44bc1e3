"""Admission, end of a stay, stays of a child, children in care, papers and lists of a stay."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.custody.api.forms import ContactIn, ContactOut, Given, OpenKeys, PersonIn, Row, Uow
from services.custody.domain.admission import Admission
from services.custody.domain.papers import AdmissionPaper, CareSheet, ContactKind
from services.custody.domain.rules import Rules
from services.custody.handlers import admission as handlers
from services.custody.repository import papers
from services.custody.repository import reading as views
from services.custody.repository.children import cases_of
from services.custody.repository.reading import Whereabouts
from shared.access.policy import Act, Actor
from shared.ages import birthday
from shared.contracts.events.custody import CustodyEndReason, CustodyMode
from shared.errors import CaseNotFound, NotFound
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day, page

router = APIRouter(prefix="/v1", tags=["stays"])

MOST_PEOPLE = 20
LONGEST_LIST = 2000
Listed = Annotated[str | None, Field(max_length=LONGEST_LIST)]


class CareSheetIn(Body):
    """The papers of an admission in their parts; nothing of it leaves the house."""

    contract_signed_on: Day | None = Field(default=None, description="Day of the guardian's contract.")
    health_checked_on: Day | None = Field(default=None, description="Day of the health check.")
    allergies: Listed = Field(default=None, description="In words; empty: asked, none.")
    medication: Listed = Field(default=None, description="In words; empty: asked, none.")
    emergency_contacts: tuple[PersonIn, ...] = Field(default=(), max_length=MOST_PEOPLE)
    pick_up_list: tuple[PersonIn, ...] = Field(default=(), max_length=MOST_PEOPLE)

    @property
    def sheet(self) -> CareSheet:
        """The papers as the rules take them."""
        emergency = tuple(one.contact(ContactKind.EMERGENCY) for one in self.emergency_contacts)
        pick_up = tuple(one.contact(ContactKind.PICK_UP) for one in self.pick_up_list)
        days = (self.contract_signed_on, self.health_checked_on)
        return CareSheet(*days, self.allergies, self.medication, emergency + pick_up)


class AdmissionIn(Body):
    """An admission by the actor's own institution."""

    mode: CustodyMode
    admitted_on: Day
    until: Day | None = Field(default=None, description="Planned day of leaving.")
    papers: frozenset[AdmissionPaper] = Field(
        default=frozenset(), description="Papers that the institution holds, beside those given in their parts."
    )
    sheet: CareSheetIn = Field(default=CareSheetIn(), description="The papers in their parts.")

    def admission(self, actor: Actor) -> Admission:
        """Return the admission as the rules take it."""
        days = (self.admitted_on, self.until)
        return Admission(actor.organisation, self.mode, *days, self.papers, self.sheet.sheet)


class EndIn(Body):
    """The end of a stay."""

    ended_on: Day = Field(description="Day of leaving, no longer part of the stay.")
    reason: CustodyEndReason


class StayOut(Row):
    """A stay as it stands, and where the child is."""

    id: UUID
    case_id: UUID
    institution: UUID
    mode: CustodyMode
    admitted_on: date
    until: date | None
    ended_on: date | None
    end_reason: CustodyEndReason | None
    inside: bool = Field(description="Whether the child is in the house.")
    moved_at: datetime = Field(description="Since when it is inside or out.")
    on_leave: bool
    ages_out_on: date = Field(description="Day from which the child is too old for care.")


class CandidateOut(Row):
    """A child in rehabilitation that is in no care."""

    case_id: UUID
    institution: UUID = Field(description="Rehabilitation centre of the child.")
    started_on: date = Field(description="First day of the enrolment there.")


class SheetOut(Row):
    """Papers and people of a stay."""

    contract_signed_on: date | None
    health_checked_on: date | None
    allergies: str | None
    medication: str | None
    contacts: list[ContactOut]


class Added(Row):
    """Id of what was added to a list."""

    record: UUID


@router.post("/cases/{case}/stays", status_code=201)
async def admit(
    case: CaseId, body: AdmissionIn, actor: Annotated[Actor, may(Act.ADMIT_TO_CUSTODY)], uow: Uow
) -> Receipt:
    """Admit a child to day or boarding care; the explanation compares the house's carers with its children (§5)."""
    stay, explanation = await handlers.admit(case, actor.region, body.admission(actor), uow)
    return await uow.commit(record=stay, explanation=explanation)


@router.post("/stays/{stay}/end", status_code=201)
async def end_stay(stay: UUID, body: EndIn, actor: Annotated[Actor, may(Act.END_CUSTODY)], uow: Uow) -> Receipt:
    """End a stay of the actor's own institution."""
    await handlers.end_stay(actor.organisation, stay, body.ended_on, body.reason, uow)
    return await uow.commit(record=stay)


@router.get("/cases/{case}/stays")
async def stays_of(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_CUSTODY)], reading: Read, given: Given
) -> list[StayOut]:
    """List the stays of a child under all its cases, as far as the actor may see them."""
    cases = await cases_of(reading.driver, case)
    wanted = views.stays(actor, given.rules.visible_after_days, cases)
    rows: Any = (await reading.session.execute(wanted)).all()
    if not rows:
        raise CaseNotFound
    await reading.shown({row.case_id for row in rows})
    return [_stay(row, given.rules) for row in sorted(rows, key=lambda row: row.admitted_on)]


@router.get("/stays")
async def stays(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)],
    reading: Read,
    given: Given,
    now: Whereabouts | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[StayOut]:
    """List the stays that the actor may see; with `now` the children who are in the house, out, or on leave."""
    wanted = views.stays(actor, given.rules.visible_after_days, now=now)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, lambda row: _stay(row, given.rules))


@router.get("/care-candidates")
async def care_candidates(
    actor: Annotated[Actor, may(Act.READ_CUSTODY)], reading: Read, limit: Limit = 50, after: After = None
) -> Page[CandidateOut]:
    """List children in rehabilitation who are in no care: a centre its own, a federation's region."""
    wanted = views.candidates(actor)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, CandidateOut.model_validate)


@router.get("/stays/{stay}/sheet")
async def care_sheet(
    stay: UUID, actor: Annotated[Actor, may(Act.READ_CARE_SHEET)], reading: Read, keys: OpenKeys
) -> SheetOut:
    """Show papers, allergies, medication and lists of a stay, to the house alone."""
    sheet = await papers.sheet(reading, keys, actor, stay)
    if sheet is None:
        raise NotFound(kind="stay")
    await reading.shown([sheet["case_id"]])
    return SheetOut.model_validate(sheet)


@router.post("/stays/{stay}/contacts", status_code=201)
async def add_contact(
    stay: UUID, body: ContactIn, actor: Annotated[Actor, may(Act.KEEP_CARE_SHEET)], uow: Uow
) -> Added:
    """Put a person on a list of the child."""
    added = await handlers.add_contact(actor.organisation, stay, body.contact(body.kind), uow)
    return await uow.commit(Added(record=added))


@router.post("/contacts/{contact}/removal", status_code=201)
async def remove_contact(contact: UUID, actor: Annotated[Actor, may(Act.KEEP_CARE_SHEET)], uow: Uow) -> Added:
    """Take a person off a list of the child."""
    await uow.papers.remove_contact(actor.organisation, contact)
    return await uow.commit(Added(record=contact))


def _stay(row: Any, rules: Rules) -> StayOut:  # noqa: ANN401 - a row of the statement above
    turns = birthday(row.birth_date, rules.before_age)
    return StayOut.model_validate({**row._mapping, "ages_out_on": turns})  # noqa: SLF001 - its public name in SQLAlchemy
