"""Doors of the health authority: the three official rates, and the number of children they are counted of (§1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field, StringConstraints

from services.screening.api.bodies import Body
from services.screening.api.list_views import RateOut, RatesOut, ResidentsOut
from services.screening.api.registers import check_period, moment
from services.screening.api.tools import Uow, tools_of
from services.screening.domain.registers import RateName, rate
from services.screening.handlers import residents
from services.screening.repository.rates import ByCounty, Counts, Period, Residents, residents_of
from shared import ids
from shared.access.policy import Act, Actor, must_cover
from shared.contracts.codes import County, Region
from shared.http.doors import Read, Reading, may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.stage import Day

router = APIRouter(tags=["rates"])
COUNTY_DIGITS = 6

Source = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class ResidentsIn(Body):
    """Children of 0-6 years resident in a county in a period, with the source of the number."""

    county: County
    since: Day
    until: Day
    children: int = Field(ge=1, le=10_000_000, strict=True)
    source: Source

    def residents(self) -> Residents:
        return Residents(ids.new_record(), self.county, self.since, self.until, self.children, self.source)


@router.get("/v1/rates")
async def rates(
    actor: Annotated[Actor, may(Act.READ_RATES)],
    reading: Read,
    request: Request,
    *,
    county: County,
    since: Day,
    until: Day,
    as_of: AwareDatetime | None = None,
) -> RatesOut:
    """Return initial-screen, re-screen and diagnosis rate of a county; without a number of residents no first rate."""
    must_cover(actor, county, Act.READ_RATES)
    found = await _rates(reading, request, Period(county, since, until, moment(as_of)))
    return found.of(county)


@router.get("/v1/rates/by-county")
async def rates_by_county(
    actor: Annotated[Actor, may(Act.READ_RATES)],
    reading: Read,
    request: Request,
    *,
    region: Region | None = None,
    since: Day,
    until: Day,
    as_of: AwareDatetime | None = None,
) -> list[RatesOut]:
    """Return the same of every county of a region in which there is something to count; of the actor's unless given."""
    asked = region or actor.region
    must_cover(actor, asked, Act.READ_RATES)
    found = await _rates(reading, request, Period(asked, since, until, moment(as_of)))
    return [found.of(county) for county in found.counties]


@router.post("/v1/resident-children", status_code=201)
async def set_residents(body: ResidentsIn, actor: Annotated[Actor, may(Act.SET_RESIDENTS)], uow: Uow) -> ResidentsOut:
    """Give the number of resident children of a county and period; the last one given counts, none is overwritten."""
    must_cover(actor, body.county, Act.SET_RESIDENTS)
    check_period(body.since, body.until)
    given = body.residents()
    await residents.give(given, actor, uow)
    return await uow.commit(ResidentsOut.model_validate(given))


@router.get("/v1/resident-children")
async def list_residents(
    actor: Annotated[Actor, may(Act.READ_RATES)],
    reading: Read,
    *,
    county: County,
    after: After = None,
    limit: Limit = 50,
) -> Page[ResidentsOut]:
    """Return the numbers given for a county, newest first."""
    must_cover(actor, county, Act.READ_RATES)
    rows = await residents_of(reading.session, county, from_cursor(after, UUID), limit)
    items = [ResidentsOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=to_cursor(rows[limit - 1].id) if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rates of some counties are counted from."""

    period: Period
    residents: Mapping[str, Any]
    screened: ByCounty
    abnormal: ByCounty
    rescreened: ByCounty
    again: ByCounty
    diagnosed: ByCounty

    @property
    def counties(self) -> list[str]:
        """Those with anything to count; a single county that is asked for in any case."""
        if len(self.period.region) == COUNTY_DIGITS:
            return [self.period.region]
        return sorted({*self.residents, *self.screened, *self.again})

    def of(self, county: str) -> RatesOut:
        given = self.residents.get(county)
        found = [
            rate(RateName.INITIAL_SCREENING, self.screened[county], given.children if given else None),
            rate(RateName.RESCREENING, self.rescreened[county], self.abnormal[county]),
            rate(RateName.DIAGNOSIS, self.diagnosed[county], self.again[county]),
        ]
        return RatesOut(
            county=county,
            since=self.period.since,
            until=self.period.until,
            as_of=self.period.as_of,
            residents_source=given.source if given else None,
            rates=[RateOut.model_validate(one) for one in found],
        )


async def _rates(reading: Reading, request: Request, period: Period) -> _Found:
    check_period(period.since, period.until)
    instruments = tools_of(request).protocols.in_force(period.until).rates.instruments.value
    counts = Counts(reading.session, period, instruments)
    abnormal, rescreened = await counts.initially_abnormal()
    again, diagnosed = await counts.abnormal_again()
    return _Found(period, await counts.residents(), await counts.screened(), abnormal, rescreened, again, diagnosed)
