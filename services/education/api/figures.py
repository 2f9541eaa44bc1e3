"""Figures of an education authority: the enrolment rate with the list behind it, resource rooms that are owed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.education.api.forms import Given, Uow, View
from services.education.domain.calendar import SchoolPolicy
from services.education.domain.figures import enrolment_rate, explain_rate
from services.education.domain.roll import explain_room, owes_resource_room
from services.education.domain.school_age import births_of_school_age
from services.education.handlers import licences as handlers
from services.education.repository.lists import behind_the_figure, counted, resource_rooms
from shared import clock
from shared.access.policy import Act, Actor, must_cover
from shared.contracts.codes import OrgType
from shared.http.doors import Read, may, service_of
from shared.http.paging import After, Limit, Page
from shared.journal.unit_of_work import Receipt
from shared.rulebook.explanation import Explanation
from shared.stage import Body, Day, page, public_page

router = APIRouter(prefix="/v1", tags=["figures"])

On = Annotated[date | None, Query(description="As of this day; today unless given.")]
InCounty = Annotated[str | None, Query(pattern=r"^[0-9]{6}$", description="One county of the actor's region.")]


class RateOut(BaseModel):
    """The enrolment rate of one county."""

    county: str
    as_of: date
    numerator: int
    denominator: int
    percent: Decimal | None = Field(description="Two decimals, rounded down.")
    threshold: int
    met: bool | None
    by_mode: dict[str, int] = Field(description="Children by form of schooling, `unplaced` without one.")
    explanation: Explanation


class CountedOut(View):
    """A child behind the enrolment rate."""

    case_id: UUID
    county: str
    mode: str = Field(description="Form of schooling on the day, or `unplaced`.")
    counted: bool = Field(description="Whether the form counts into the numerator.")


class RoomOut(View):
    """A school that has a resource room, or pupils with disabilities whom one is for."""

    school: UUID
    pupils: int = Field(description="Pupils with disabilities in its ordinary and special classes, wherever they live.")
    users: int = Field(description="Pupils whose programme of the term says that they use a resource room.")
    needed_from: int = Field(description="Pupils from which a resource room is owed.")
    opened_on: date | None = Field(description="First day of its resource room, where it has one.")
    owed: bool
    explanation: Explanation


class RoomIn(Body):
    """A resource room that a school opened."""

    opened_on: Day


@router.get("/figures/enrolment-rate")
async def rates(
    actor: Annotated[Actor, may(Act.READ_ENROLMENT_RATE)],
    reading: Read,
    given: Given,
    county: InCounty = None,
    on: On = None,
) -> list[RateOut]:
    """Show the enrolment rate of disabled children of compulsory age, per county of the actor's region."""
    day = on or clock.today()
    policy = given.policies.in_force(day)
    wanted = counted(actor, births_of_school_age(day, policy), day, county)
    rows = (await reading.session.execute(wanted)).all()
    return [_rate(name, by_mode, day, policy) for name, by_mode in _by_county(rows)]


@router.get("/figures/enrolment-rate/children")
async def children_behind_the_rate(
    actor: Annotated[Actor, may(Act.READ_SCHOOL_AGE)],
    reading: Read,
    given: Given,
    county: InCounty = None,
    on: On = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[CountedOut]:
    """List the children behind the enrolment rate, each with its form of schooling."""
    day = on or clock.today()
    policy = given.policies.in_force(day)
    wanted = behind_the_figure(actor, births_of_school_age(day, policy), day, county)
    shape = partial(_counted, policy=policy)
    return await page(reading, wanted, wanted.selected_columns.case_id, after, limit, shape)


@router.get("/resource-rooms")
async def rooms(
    actor: Annotated[Actor, may(Act.READ_RESOURCE_ROOMS)],
    reading: Read,
    given: Given,
    on: On = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[RoomOut]:
    """List schools with their resource rooms and whom they are for, and who owes one: a region's, a school its own."""
    day = on or clock.today()
    wanted = resource_rooms(actor, day)
    shape = partial(_room, day=day, policy=given.policies.in_force(day))
    return await public_page(reading, wanted, wanted.selected_columns.id, after, limit, shape)


@router.post("/schools/{school}/resource-room", status_code=201)
async def open_resource_room(
    school: UUID,
    body: RoomIn,
    actor: Annotated[Actor, may(Act.RECORD_RESOURCE_ROOM)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Enter that a school of the authority's region has a resource room."""
    known = await service_of(request).organisations.get(school, field_name="school", needed=frozenset({OrgType.SCHOOL}))
    must_cover(actor, known.region, Act.RECORD_RESOURCE_ROOM)
    await handlers.open_room(school, known.region, body.opened_on, uow)
    return await uow.commit(record=school)


def _room(row: Any, *, day: date, policy: SchoolPolicy) -> RoomOut:  # noqa: ANN401 - as below
    return RoomOut(
        school=row.id,
        pupils=row.pupils,
        users=row.users,
        needed_from=policy.resource_room_pupils.value,
        opened_on=row.opened_on,
        owed=owes_resource_room(row.pupils, row.opened_on, day, policy),
        explanation=explain_room(row.pupils, row.opened_on, day, policy),
    )


def _by_county(rows: Iterable[Any]) -> list[tuple[str, dict[str, int]]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row.county][row.mode] = row.children
    return sorted(found.items())


def _rate(county: str, by_mode: dict[str, int], day: date, policy: SchoolPolicy) -> RateOut:
    rate = enrolment_rate(by_mode, policy)
    return RateOut(
        county=county,
        as_of=day,
        numerator=rate.numerator,
        denominator=rate.denominator,
        percent=rate.percent,
        threshold=rate.threshold,
        met=rate.met,
        by_mode=dict(sorted(by_mode.items())),
        explanation=explain_rate(rate, policy),
    )


def _counted(row: Any, *, policy: SchoolPolicy) -> CountedOut:  # noqa: ANN401 - a row has the columns of its statement
    counts = row.mode in {mode.value for mode in policy.enrolment_modes.value}
    return CountedOut(case_id=row.case_id, county=row.county, mode=row.mode, counted=counts)
