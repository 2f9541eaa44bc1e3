"""Doors of the health authority: the three official rates, and the number of children they are counted of (§1.5)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field, StringConstraints

from services.screening.api.bodies import Body
from services.screening.api.list_views import RateOut, RatesOut, ResidentsOut
from services.screening.api.registers import check_period, moment
from services.screening.api.tools import Uow, tools_of
from services.screening.domain.registers import Rate, RateName, rate
from services.screening.handlers import residents
from services.screening.repository.rates import Counts, Period, Residents, residents_of
from shared import ids
from shared.access.policy import Act, Actor, must_cover
from shared.contracts.codes import County
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page, from_cursor, to_cursor
from shared.stage import Day

router = APIRouter(tags=["rates"])

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
    check_period(since, until)
    period = Period(county, since, until, moment(as_of))
    instruments = tools_of(request).protocols.in_force(until).rates.instruments.value
    counts = Counts(reading.session, period, instruments)
    given = await counts.residents()
    found = await _rates(counts, given.children if given else None)
    return RatesOut(
        county=county,
        since=since,
        until=until,
        as_of=period.as_of,
        residents_source=given.source if given else None,
        rates=[RateOut.model_validate(one) for one in found],
    )


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


async def _rates(counts: Counts, residents: int | None) -> list[Rate]:
    abnormal, rescreened = await counts.initially_abnormal()
    again, diagnosed = await counts.abnormal_again()
    return [
        rate(RateName.INITIAL_SCREENING, await counts.screened(), residents),
        rate(RateName.RESCREENING, rescreened, abnormal),
        rate(RateName.DIAGNOSIS, diagnosed, again),
    ]
