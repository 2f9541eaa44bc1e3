"""Institutions that care for children: licensed places, carers on duty, checks of staff. No child is shown here.

No civil affairs office is an actor of this system. The county federation licenses the places of the programme: custody
is one of its own six actions (handbook §0), its institution supervisor designates institutions already, and incidents
in care are reported to it (§5). Where civil affairs grants the licence, the supervisor enters it here [assumed].
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from services.custody.api.forms import Given, Row, Uow
from services.custody.domain.places import Carers, Licence
from services.custody.domain.staff import Check, CheckResult, CheckState, listed_when_due, next_check_on, standing
from services.custody.handlers import houses as handlers
from services.custody.repository import reading as views
from services.custody.repository.reading import CARERS
from services.custody.repository.standing import HouseStanding, houses_of
from shared import clock
from shared.access.policy import Act, Actor, must_cover
from shared.http.doors import Read, may, service_of
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.journal.unit_of_work import Receipt
from shared.rulebook.explanation import Explanation
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["institutions"])

MOST = 10_000
Number = Annotated[int, Field(ge=0, le=MOST)]


class LicenceIn(Body):
    """Licensed places of an institution."""

    day_places: Number = Field(description="Most children who come by day.")
    boarding_places: Number = Field(description="Most children who sleep in the house.")
    valid_from: Day
    valid_until: Day = Field(description="Last day, itself included.")


class CarersIn(Body):
    """Carers on duty in the actor's own institution."""

    by_day: Number
    by_night: Number
    since: Day


class CheckIn(Body):
    """A background check of a member of the actor's staff, by an opaque id."""

    person: UUID
    checked_on: Day
    result: CheckResult


class CheckOut(Row):
    """How a member of staff stands after the last check."""

    institution: UUID
    person: UUID
    checked_on: date
    due_on: date
    state: CheckState


class Recorded(Row):
    """Id of the check."""

    record: UUID


class HouseOut(Row):
    """A house on a day: children, licensed places, and carers compared with children."""

    institution: UUID
    county: str
    by_day: int = Field(description="Children who come by day.")
    boarding: int = Field(description="Children who sleep in the house.")
    day_places: int | None = Field(description="Absent without a valid licence.")
    boarding_places: int | None
    licensed: bool
    ratio_short: bool
    explanation: Explanation


@router.post("/institutions/{institution}/custody-licences", status_code=201)
async def grant_licence(
    institution: UUID,
    body: LicenceIn,
    actor: Annotated[Actor, may(Act.GRANT_CUSTODY_LICENCE)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """License an institution of the federation's region for a number of children."""
    house = await service_of(request).organisations.get(institution, field_name="institution", needed=CARERS)
    must_cover(actor, house.region, Act.GRANT_CUSTODY_LICENCE)
    licence = Licence(body.day_places, body.boarding_places, body.valid_from, body.valid_until)
    granted = await handlers.grant_licence(institution, house.region, licence, uow)
    return await uow.commit(record=granted)


@router.post("/carers", status_code=201)
async def declare_carers(body: CarersIn, actor: Annotated[Actor, may(Act.DECLARE_CARERS)], uow: Uow) -> Receipt:
    """Say how many carers are on duty in the actor's own institution."""
    carers = Carers(body.by_day, body.by_night, body.since)
    await handlers.declare_carers(actor.organisation, actor.region, carers, uow)
    return await uow.commit()


@router.get("/care-houses")
async def care_houses(
    actor: Annotated[Actor, may(Act.READ_CARE_HOUSES)],
    reading: Read,
    given: Given,
    on: Day | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[HouseOut]:
    """List houses with places and ratio on a day: an institution itself, a federation those of its region."""
    start = from_cursor(after, UUID)
    found = await houses_of(reading, actor, given.rules, on or clock.today(), start[0] if start else None, limit + 1)
    shown = found[:limit]
    more = to_cursor(str(shown[-1].institution)) if len(found) > limit else None
    return Page(items=[_house_out(one) for one in shown], next=more)


@router.post("/staff-checks", status_code=201)
async def check_staff(body: CheckIn, actor: Annotated[Actor, may(Act.CHECK_STAFF)], uow: Uow) -> Recorded:
    """Record a yearly background check (未成年人保护法 art. 62)."""
    check = Check(body.person, body.checked_on, body.result)
    recorded = await handlers.check_staff(actor.organisation, actor.region, check, uow)
    return await uow.commit(Recorded(record=recorded))


@router.get("/staff-checks")
async def staff_checks(
    actor: Annotated[Actor, may(Act.READ_STAFF_CHECKS)],
    reading: Read,
    given: Given,
    *,
    due: bool = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[CheckOut]:
    """List how members of staff stand after their last check; with `due` only those who are not in order."""
    start = from_cursor(after, UUID, UUID)
    only = listed_when_due(given.rules, today=clock.today()) if due else None
    rows = (await reading.session.execute(views.last_checks(actor, start, limit + 1, only))).all()
    shown = [
        _check_out(Check(row.person, row.checked_on, CheckResult(row.result)), row.institution, given)
        for row in rows[:limit]
    ]
    more = to_cursor(str(shown[-1].institution), str(shown[-1].person)) if len(rows) > limit else None
    return Page(items=shown, next=more)


def _check_out(check: Check, institution: UUID, given: Given) -> CheckOut:
    return CheckOut(
        institution=institution,
        person=check.person,
        checked_on=check.checked_on,
        due_on=next_check_on(check.checked_on, given.rules),
        state=standing(check, given.rules, today=clock.today()),
    )


def _house_out(one: HouseStanding) -> HouseOut:
    explanation, licence = one.heads.explain(), one.licence
    return HouseOut(
        institution=one.institution,
        county=one.county,
        by_day=one.heads.by_day - one.heads.at_night,
        boarding=one.heads.at_night,
        day_places=licence.day_places if licence else None,
        boarding_places=licence.boarding_places if licence else None,
        licensed=licence is not None,
        ratio_short=explanation.outcome == "short",
        explanation=explanation,
    )
