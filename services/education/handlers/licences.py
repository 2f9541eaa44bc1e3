"""Licences of institutions and resource rooms of schools."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.education.domain.licences import Licence, grant_licence
from services.education.repository import EducationUnitOfWork
from shared import clock
from shared.errors import InTheFuture


async def grant(
    institution: UUID, region: str, number: str, teachers: Collection[UUID], licence: Licence, uow: EducationUnitOfWork
) -> UUID:
    """Grant an institution an education licence and return its id."""
    fact = grant_licence(licence, region, await uow.licences.held(institution))
    await uow.licences.add(institution, number, teachers, fact)
    uow.record(institution, fact, occurred_at=clock.now())
    return fact.licence


async def open_room(school: UUID, county: str, opened_on: date, uow: EducationUnitOfWork) -> None:
    """Keep that a school has a resource room since a day."""
    if opened_on > clock.today():
        raise InTheFuture(field="opened_on")
    await uow.licences.open_room(school, county, opened_on)
