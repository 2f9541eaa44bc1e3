"""What the three official rates are counted from: children, not records; as known at a moment (handbook §1.5)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, insert, select

from services.screening import tables as t
from shared.access.policy import Actor
from shared.contracts.events.screening import Instrument, RescreeningOutcome, ScreeningOutcome
from shared.db import Session

CHILD = func.coalesce(t.child.c.merged_into, t.child.c.case_id)
"""One child counts once in a county, under whichever of its cases it was seen."""
ByCounty = Counter[str]
"""Children by county; one in which there is nothing to count is absent, and counts as zero."""


@dataclass(frozen=True, slots=True)
class Period:
    """A region, as a prefix of its counties' codes, and the days of which rates are asked, as known at a moment."""

    region: str
    since: date
    until: date
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Residents:
    """Children of 0-6 resident in a county in a period, as the health authority gives them."""

    id: UUID
    county: str
    since: date
    until: date
    children: int
    source: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of children, in the transaction of one session."""

    session: Session
    period: Period
    instruments: Sequence[Instrument]

    async def screened(self) -> ByCounty:
        """Return how many children had an initial screening."""
        return await self._count(self._screened())

    async def initially_abnormal(self) -> tuple[ByCounty, ByCounty]:
        """Return how many were abnormal then, and how many of them were re-screened."""
        s, r = t.screening.c, t.rescreening.c
        abnormal = self._screened().where(s.outcome == ScreeningOutcome.ABNORMAL.value)
        seen = exists().where(
            r.case_id == s.case_id,
            r.category == s.category,
            r.rescreened_on >= s.screened_on,
            r.recorded_at <= self.period.as_of,
        )
        return await self._count(abnormal), await self._count(abnormal.where(seen))

    async def abnormal_again(self) -> tuple[ByCounty, ByCounty]:
        """Return how many were abnormal at a re-screening, and how many of them were diagnosed."""
        r, d = t.rescreening.c, t.diagnosis.c
        abnormal = (
            self._children()
            .join(t.rescreening, r.case_id == t.child.c.case_id)
            .where(
                r.outcome == RescreeningOutcome.ABNORMAL.value,
                r.rescreened_on.between(self.period.since, self.period.until),
                r.recorded_at <= self.period.as_of,
            )
        )
        seen = exists().where(
            d.case_id == r.case_id,
            d.category == r.category,
            d.diagnosed_on >= r.rescreened_on,
            d.recorded_at <= self.period.as_of,
        )
        return await self._count(abnormal), await self._count(abnormal.where(seen))

    async def residents(self) -> Mapping[str, Row[Any]]:
        """Return, by county, the last number of resident children given for exactly this period."""
        n = t.resident_children.c
        wanted = select(t.resident_children).where(
            n.county.startswith(self.period.region, autoescape=True),
            n.since == self.period.since,
            n.until == self.period.until,
            n.recorded_at <= self.period.as_of,
        )
        # The last of a county takes the place of those before it.
        given = wanted.order_by(n.recorded_at, n.id)
        return {row.county: row for row in await self.session.execute(given)}

    def _screened(self) -> Select[Any]:
        s = t.screening.c
        return (
            self._children()
            .join(t.screening, s.case_id == t.child.c.case_id)
            .where(
                s.instrument.in_([one.value for one in self.instruments]),
                s.screened_on.between(self.period.since, self.period.until),
                s.recorded_at <= self.period.as_of,
            )
        )

    def _children(self) -> Select[Any]:
        county = t.child.c.region
        counted = select(county.label("county"), func.count(CHILD.distinct()).label("number")).group_by(county)
        return counted.where(county.startswith(self.period.region, autoescape=True))

    async def _count(self, children: Select[Any]) -> ByCounty:
        return ByCounty({row.county: row.number for row in await self.session.execute(children)})


async def set_residents(session: Session, given: Residents, actor: Actor) -> None:
    """Keep a number of resident children; an earlier one of the same period stays, and counts no longer."""
    row = {
        "id": given.id,
        "county": given.county,
        "since": given.since,
        "until": given.until,
        "children": given.children,
        "source": given.source,
        "organisation": actor.organisation,
        "person": actor.person,
    }
    await session.execute(insert(t.resident_children).values(row))


async def residents_of(session: Session, county: str, after: tuple[Any, ...] | None, limit: int) -> list[Row[Any]]:
    """Return the numbers given for a county, newest first, and one more when a page follows."""
    n = t.resident_children.c
    wanted = select(t.resident_children).where(n.county == county)
    if after is not None:
        wanted = wanted.where(n.id < after[0])
    return list(await session.execute(wanted.order_by(n.id.desc()).limit(limit + 1)))
