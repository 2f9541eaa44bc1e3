"""Institutions that care for children: licences, carers on duty, checks of staff."""

from uuid import UUID

from services.custody.domain import places, staff
from services.custody.domain.places import Carers, Licence
from services.custody.domain.staff import Check
from services.custody.repository import CustodyUnitOfWork
from shared import clock


async def grant_licence(institution: UUID, county: str, licence: Licence, uow: CustodyUnitOfWork) -> UUID:
    """License a house for a number of children and return the licence's id."""
    fact = places.grant_licence(county, licence)
    await uow.houses.hold(institution, county)
    await uow.houses.add_licence(institution, fact)
    uow.record(institution, fact, occurred_at=clock.now())
    return fact.licence


async def declare_carers(institution: UUID, county: str, carers: Carers, uow: CustodyUnitOfWork) -> None:
    """Keep how many carers are on duty in a house from a day on."""
    fact = places.declare_carers(carers)
    await uow.houses.hold(institution, county)
    await uow.houses.keep_carers(institution, fact)
    uow.record(institution, fact, occurred_at=clock.now())


async def check_staff(institution: UUID, county: str, check: Check, uow: CustodyUnitOfWork) -> UUID:
    """Keep a yearly background check; it concerns no child, and no fact tells of it."""
    staff.check_day(check, today=clock.today())
    return await uow.houses.add_check(institution, county, check)
