"""Staff lists and closed days of institutions (handbook §3.4). They are public among organisations."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from services.rehab.api.forms import Open, Uow, View, page_of
from services.rehab.domain.supervision import StaffMember
from services.rehab.handlers import supervising
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.rehab import Discipline, LapseReason
from shared.http.doors import may, service_of
from shared.http.paging import After, Limit, Page, from_cursor
from shared.ids import OrganisationId, PersonId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["institutions"])


class StaffIn(Body):
    """A person of the caller's own institution with disciplines and licence."""

    therapist: PersonId
    disciplines: frozenset[Discipline] = Field(min_length=1)
    since: Day
    licence_until: Day = Field(description="Last day of the licence, itself included.")

    def member(self) -> StaffMember:
        """Return the person as the list takes them."""
        return StaffMember(self.therapist, self.disciplines, self.since, self.licence_until)


class LeavingIn(Body):
    """The first day on which a person is off the list."""

    lapsed_on: Day


class ClosureIn(Body):
    """Days on which the caller's own institution is closed; they may lie ahead."""

    days: frozenset[Day] = Field(min_length=1, max_length=400)


class StaffView(View):
    """A person of a staff list."""

    therapist: UUID
    disciplines: list[Discipline]
    since: date
    licence_until: date
    lapsed_on: date | None
    lapse_reason: LapseReason | None


class ClosureView(View):
    """A closed day."""

    closed_on: date


@router.post("/staff", status_code=201)
async def qualify_staff(body: StaffIn, actor: Annotated[Actor, may(Act.KEEP_STAFF_LIST)], uow: Uow) -> Receipt:
    """Put a person on the staff list of the caller's own institution, or renew the licence."""
    await supervising.qualify_staff(body.member(), actor, uow)
    receipt: Receipt = await uow.commit(record=body.therapist)
    return receipt


@router.post("/staff/{therapist}/leaving", status_code=201)
async def leave_staff(
    therapist: PersonId, body: LeavingIn, actor: Annotated[Actor, may(Act.KEEP_STAFF_LIST)], uow: Uow
) -> Receipt:
    """Take a person who left off the list of the caller's own institution."""
    await supervising.lapse_staff(actor.organisation, therapist, body.lapsed_on, LapseReason.LEFT, uow)
    receipt: Receipt = await uow.commit(record=therapist)
    return receipt


@router.post("/institutions/{institution}/staff/{therapist}/striking-off", status_code=201)
async def strike_off(
    institution: OrganisationId,
    therapist: PersonId,
    body: LeavingIn,
    request: Request,
    actor: Annotated[Actor, may(Act.GRANT_DESIGNATION)],
    uow: Uow,
) -> Receipt:
    """Strike a person off the staff list of an institution in the federation's region."""
    kinds = frozenset({OrgType.REHAB_CENTRE})
    known = await service_of(request).organisations.get(institution, field_name="institution", needed=kinds)
    await supervising.strike_off(institution, known.region, therapist, body.lapsed_on, actor, uow)
    receipt: Receipt = await uow.commit(record=therapist)
    return receipt


@router.get("/institutions/{institution}/staff")
async def list_staff(
    institution: UUID,
    actor: Annotated[Actor, may(Act.READ_DESIGNATION)],
    books: Open,
    after: After = None,
    limit: Limit = 50,
) -> Page[StaffView]:
    """List the persons of an institution, on the list or off it."""
    del actor
    rows = await books.records.supervision.staff(institution, from_cursor(after, UUID), limit)
    return page_of(StaffView, rows, limit, lambda row: (row.therapist,))


@router.post("/closures", status_code=201)
async def declare_closure(body: ClosureIn, actor: Annotated[Actor, may(Act.DECLARE_CLOSURE)], uow: Uow) -> Receipt:
    """Declare days on which the caller's own institution is closed."""
    await supervising.declare_closure(body.days, actor, uow)
    receipt: Receipt = await uow.commit()
    return receipt


@router.get("/institutions/{institution}/closures")
async def list_closures(
    institution: UUID,
    actor: Annotated[Actor, may(Act.READ_DESIGNATION)],
    books: Open,
    after: After = None,
    limit: Limit = 50,
) -> Page[ClosureView]:
    """List the closed days of an institution, the earliest first."""
    del actor
    rows = await books.records.supervision.closures(institution, from_cursor(after, date.fromisoformat), limit)
    return page_of(ClosureView, rows, limit, lambda row: (row.closed_on,))
