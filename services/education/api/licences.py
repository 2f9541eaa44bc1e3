"""Education licences of institutions."""

from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.education.api.forms import Uow, View
from services.education.api.placements import SITES
from services.education.domain.licences import Licence
from services.education.handlers import licences as handlers
from services.education.repository.placements import licences_held_by, licences_in_region
from shared import clock
from shared.access.policy import Act, Actor, must_cover
from shared.contracts.codes import OrgType
from shared.contracts.events.education import LicenceStage
from shared.http.doors import Read, may, service_of
from shared.http.paging import After, Limit, Page
from shared.ids import PersonId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day, public_page

router = APIRouter(prefix="/v1", tags=["licences"])

MOST_TEACHERS = 500
EndingBy = Annotated[date | None, Query(description="Licences that run out by this day and are not renewed.")]
On = Annotated[date | None, Query(description="Validity as of this day; today unless given.")]


class LicenceIn(Body):
    """An education licence of an institution (handbook §4)."""

    number: str = Field(min_length=1, max_length=40, description="Number of the licence; stays with education.")
    stage: LicenceStage
    valid_from: Day
    valid_until: Day = Field(description="Last day, itself included.")
    partner_school: UUID = Field(description="School that keeps the roll.")
    teachers: list[PersonId] = Field(default=[], max_length=MOST_TEACHERS, description="Teachers, as opaque ids.")


class LicenceOut(View):
    """An education licence."""

    id: UUID
    institution: UUID
    number: str
    county: str
    stage: LicenceStage
    valid_from: date
    valid_until: date
    partner_school: UUID
    teachers: list[UUID]
    pupils_after: int | None = Field(
        default=None,
        description=(
            "Children placed at the site beyond its last day, where no other licence of any stage is valid after it: "
            "from then on no day of theirs counts."
        ),
    )
    valid: bool | None = Field(default=None, description="Whether it is valid on the day that was asked for.")


@router.post("/institutions/{institution}/licences", status_code=201)
async def grant_licence(
    institution: UUID,
    body: LicenceIn,
    actor: Annotated[Actor, may(Act.GRANT_LICENCE)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Grant an institution of the authority's region an education licence."""
    organisations = service_of(request).organisations
    held_by = await organisations.get(institution, field_name="institution", needed=SITES)
    await organisations.get(body.partner_school, field_name="partner_school", needed=frozenset({OrgType.SCHOOL}))
    must_cover(actor, held_by.region, Act.GRANT_LICENCE)
    licence = Licence(body.stage, body.valid_from, body.valid_until, body.partner_school)
    granted = await handlers.grant(institution, held_by.region, body.number, body.teachers, licence, uow)
    return await uow.commit(record=granted)


@router.get("/institutions/{institution}/licences")
async def licences(
    institution: UUID, actor: Annotated[Actor, may(Act.READ_LICENCE)], reading: Read, on: On = None
) -> list[LicenceOut]:
    """List an institution's education licences, valid or expired on a day; they are public."""
    del actor
    rows = await reading.session.execute(licences_held_by(institution))
    return [_shown(row, day=on or clock.today()) for row in rows]


@router.get("/licences")
async def licences_of_region(
    actor: Annotated[Actor, may(Act.GRANT_LICENCE)],
    reading: Read,
    on: On = None,
    ending_by: EndingBy = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[LicenceOut]:
    """List the education licences of the authority's region, valid or expired on a day.

    With `ending_by` only those that run out by then without another of their stage after them.
    """
    wanted = licences_in_region(actor, ending_by)
    shape = partial(_shown, day=on or clock.today())
    return await public_page(reading, wanted, wanted.selected_columns.id, after, limit, shape)


def _shown(row: Any, *, day: date) -> LicenceOut:  # noqa: ANN401 - a row has the columns of its statement
    out = LicenceOut.model_validate(row)
    return out.model_copy(update={"valid": out.valid_from <= day <= out.valid_until})
