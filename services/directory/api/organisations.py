"""Organisations: set up and kept by administrators, readable by everybody."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field

from services.directory import handlers
from services.directory.api.common import LARGEST_BATCH, Body, Name, Out, Uow, page_of
from services.directory.domain.members import NewOrganisation, Organisation
from services.directory.repository import Repository
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType, Region
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page, from_cursor

router = APIRouter(prefix="/v1/organisations", tags=["organisations"])

Administrator = Annotated[Actor, may(Act.MANAGE_ORGANISATIONS)]
Reader = Annotated[Actor, may(Act.READ_ORGANISATIONS)]


def _no_service(org_type: OrgType) -> OrgType:
    if org_type is OrgType.SERVICE:
        raise ValueError("Tongkang's services are not organisations of the directory")
    return org_type


Kept = Annotated[OrgType, AfterValidator(_no_service)]


class OrganisationIn(Body):
    """An organisation to take up."""

    name: Name
    org_type: Kept
    region: Region
    credit_code: str | None = Field(default=None, max_length=40, description="Unified social credit code (GB 32100).")

    @property
    def wanted(self) -> NewOrganisation:
        return NewOrganisation(self.name, self.org_type, self.region, self.credit_code)


class OrganisationsIn(Body):
    """Organisations to take up at once: all or none."""

    organisations: list[OrganisationIn] = Field(min_length=1, max_length=LARGEST_BATCH)


class NameIn(Body):
    name: Name


class OrganisationOut(Out):
    """An organisation as administrators see it."""

    id: UUID
    name: str
    org_type: OrgType
    region: str
    credit_code: str | None
    created_at: datetime
    closed_at: datetime | None


class OrganisationsOut(Out):
    """Organisations in the order in which they were sent."""

    organisations: list[OrganisationOut]


class Entry(Out):
    """An organisation as the services know it."""

    id: UUID
    name: str
    org_type: OrgType
    region: str


class Register(Out):
    """All open organisations."""

    organisations: list[Entry]


@router.post("", status_code=201)
async def create_organisation(body: OrganisationIn, actor: Administrator, uow: Uow) -> OrganisationOut:
    """Take up one organisation of one's region."""
    made = await handlers.create_organisations([body.wanted], actor, uow)
    return await _commit(made[0], uow)


@router.post("/batch", status_code=201)
async def create_organisations(body: OrganisationsIn, actor: Administrator, uow: Uow) -> OrganisationsOut:
    """Take up to 500 organisations of one's region, all or none; a refusal names the place in the list, from 0."""
    made = await handlers.create_organisations([one.wanted for one in body.organisations], actor, uow)
    answer: OrganisationsOut = await uow.commit(
        OrganisationsOut(organisations=[OrganisationOut.model_validate(one) for one in made])
    )
    return answer


@router.put("/{organisation}/name")
async def rename_organisation(organisation: UUID, body: NameIn, actor: Administrator, uow: Uow) -> OrganisationOut:
    """Give an organisation another name."""
    return await _commit(await handlers.rename_organisation(organisation, body.name, actor, uow), uow)


@router.post("/{organisation}/close")
async def close_organisation(organisation: UUID, actor: Administrator, uow: Uow) -> OrganisationOut:
    """Close an organisation: nobody of it gets a token any more. What it recorded stays."""
    return await _commit(await handlers.close_organisation(organisation, actor, uow), uow)


@router.get("/register")
async def register(_: Reader, reading: Read) -> Register:
    """Return all open organisations, for services that name them."""
    rows = await Repository(reading.session).register()
    return Register(organisations=[Entry.model_validate(row) for row in rows])


@router.get("")
async def organisations(
    _: Reader,
    reading: Read,
    org_type: OrgType | None = None,
    region: Annotated[str, Query(pattern=r"^[0-9]{0,6}$", description="Region prefix.")] = "",
    after: After = None,
    limit: Limit = 50,
) -> Page[OrganisationOut]:
    """Return organisations, open and closed, by region."""
    last = from_cursor(after, str, UUID)
    rows = await Repository(reading.session).list_organisations(org_type, region, last, limit + 1)
    return page_of(rows, limit, OrganisationOut, "region", "id")


@router.get("/{organisation}")
async def organisation(organisation: UUID, _: Reader, reading: Read) -> OrganisationOut:
    """Return one organisation."""
    return OrganisationOut.model_validate(await Repository(reading.session).organisation(organisation))


async def _commit(entry: Organisation, uow: Uow) -> OrganisationOut:
    answer: OrganisationOut = await uow.commit(OrganisationOut.model_validate(entry))
    return answer
