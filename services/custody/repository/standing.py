"""How houses stand on a day: their children, licences and carers, read for a page of houses at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select

from services.custody import tables as t
from services.custody.domain.admission import Stay
from services.custody.domain.places import Carers, Heads, Licence, carers_on, heads_on, licence_on
from services.custody.domain.rules import Rules
from services.custody.repository.children import Children
from services.custody.repository.reading import houses
from services.custody.repository.stays import stay_of
from shared.access.policy import Actor
from shared.http.doors import Reading


@dataclass(frozen=True, slots=True)
class HouseStanding:
    """A house on a day."""

    institution: UUID
    county: str
    heads: Heads
    licence: Licence | None


async def houses_of(
    reading: Reading, actor: Actor, rules: Rules, day: date, after: UUID | None, limit: int
) -> list[HouseStanding]:
    """Return the houses that an actor may see, a page of them, each as it stands on a day."""
    wanted = houses(actor).order_by(t.house.c.id).limit(limit)
    if after is not None:
        wanted = wanted.where(t.house.c.id > after)
    found = (await reading.session.execute(wanted)).all()
    ids = [row.id for row in found]
    stays = await _grouped(reading, _stays_on(ids, day), lambda row: (row.case_id, stay_of(row)))
    licences = await _grouped(reading, select(t.licence).where(t.licence.c.institution.in_(ids)), _licence)
    carers = await _grouped(reading, select(t.carers).where(t.carers.c.institution.in_(ids)), _carers)
    severe = await _severe(reading, stays, day, rules)
    return [
        HouseStanding(
            row.id,
            row.county,
            heads_on(day, stays[row.id], severe, carers_on(carers[row.id], day), rules),
            licence_on(licences[row.id], day),
        )
        for row in found
    ]


async def _severe(
    reading: Reading, stays: Mapping[UUID, Sequence[tuple[UUID, Stay]]], day: date, rules: Rules
) -> frozenset[UUID]:
    cases = [case for there in stays.values() for case, _ in there]
    return await Children(reading.session).severe(cases, day, rules.severe_grades)


async def _grouped(reading: Reading, wanted: Select[Any], shape: Any) -> Mapping[UUID, list[Any]]:  # noqa: ANN401
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for row in await reading.session.execute(wanted):
        groups[row.institution].append(shape(row))
    return groups


def _stays_on(ids: Sequence[UUID], day: date) -> Select[Any]:
    s = t.stay.c
    there = or_(s.ended_on.is_(None), s.ended_on > day)
    return select(t.stay).where(s.institution.in_(ids), s.admitted_on <= day, there)


def _licence(row: Row[Any]) -> Licence:
    return Licence(row.day_places, row.boarding_places, row.valid_from, row.valid_until)


def _carers(row: Row[Any]) -> Carers:
    return Carers(row.by_day, row.by_night, row.since)
