"""Institutions that care for children: their licences, carers on duty, and checks of staff."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.custody import tables as t
from services.custody.domain.places import Carers, Licence
from services.custody.domain.staff import Check
from shared.contracts.events.custody import CarersDeclared, CustodyLicenceGranted
from shared.db import Session
from shared.ids import new_record


@dataclass(frozen=True, slots=True)
class Houses:
    """Institutions that care for children."""

    session: Session

    async def hold(self, institution: UUID, county: str) -> None:
        """Take a house in, and hold its row: its places are given away one by one."""
        await self.session.execute(upsert(t.house).values(id=institution, county=county).on_conflict_do_nothing())
        await self.session.execute(select(t.house.c.id).where(t.house.c.id == institution).with_for_update())

    async def licences(self, institution: UUID) -> list[Licence]:
        """Return all licences of a house."""
        rows = await self.session.execute(select(t.licence).where(t.licence.c.institution == institution))
        return [Licence(row.day_places, row.boarding_places, row.valid_from, row.valid_until) for row in rows]

    async def carers(self, institution: UUID) -> list[Carers]:
        """Return what a house declared of its carers."""
        rows = await self.session.execute(select(t.carers).where(t.carers.c.institution == institution))
        return [Carers(row.by_day, row.by_night, row.since) for row in rows]

    async def add_licence(self, institution: UUID, fact: CustodyLicenceGranted) -> None:
        """Keep a licence."""
        values = fact.model_dump(include={"day_places", "boarding_places", "valid_from", "valid_until"})
        await self.session.execute(insert(t.licence).values(id=fact.licence, institution=institution, **values))

    async def keep_carers(self, institution: UUID, fact: CarersDeclared) -> None:
        """Keep how many carers are on duty; another word on the same day replaces the first."""
        values = fact.model_dump(include={"by_day", "by_night"})
        row = upsert(t.carers).values(institution=institution, since=fact.since, **values)
        await self.session.execute(row.on_conflict_do_update(index_elements=["institution", "since"], set_=values))

    async def add_check(self, institution: UUID, county: str, check: Check) -> UUID:
        """Keep a background check and return its id."""
        new = new_record()
        values = {"person": check.person, "checked_on": check.checked_on, "result": check.result}
        row = insert(t.staff_check).values(id=new, institution=institution, county=county, **values)
        await self.session.execute(row)
        return new
