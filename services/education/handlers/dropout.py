"""Dropout control (控辍保学): a clock that looks at every new day, and what the records themselves make certain."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.education.domain.calendar import school_days, school_year
from services.education.domain.gaps import Silence, first_day_that_may_be_missed, gap_of, hours_gap, is_behind
from services.education.domain.home_teaching import pace
from services.education.domain.placement import Placement
from services.education.domain.school_age import births_of_school_age
from services.education.domain.standing import Family
from services.education.repository import EducationUnitOfWork
from services.education.repository.gaps import FIRST
from shared import clock
from shared.contracts.envelope import service_actor
from shared.contracts.events.education import (
    AttendanceGapDetected,
    AttendanceRecorded,
    AttendanceStatus,
    HomeTeachingRecorded,
)
from shared.journal.unit_of_work import Ledger

A_DAY = timedelta(days=1)
Found = tuple[UUID, AttendanceGapDetected]


@dataclass(slots=True)
class DropoutWatch:
    """Looks at every day once, whatever the number of replicas; days of a stand-still are looked at afterwards.

    Some hundred placements are one transaction, so that no batch of attendance waits for long. Two replicas that look
    at the same placements notice a gap once: by its key.
    """

    ledger: Ledger
    every: float

    async def run(self) -> None:
        """Look until cancelled; today is looked at tomorrow, when its records are in."""
        while True:
            await self.look(clock.today() - A_DAY)
            await asyncio.sleep(self.every)

    async def look(self, until: date) -> None:
        """Look at all days up to one that nobody looked at; the first time at that one only."""
        looked = await self._begin(until)
        if looked is None:
            return
        for part in (look_for_silence, look_at_hours):
            for day in await self._days(looked, until):
                after: UUID | None = FIRST
                while after is not None:
                    after = await self._page(part, Look(day, looked, until, after))
        async with self._open() as uow:
            await uow.gaps.looked(until)
            await uow.write_journal()

    async def _begin(self, until: date) -> date | None:
        async with self._open() as uow:
            looked = await uow.gaps.take_turn(until, until - A_DAY)
            await uow.write_journal()
            return looked

    async def _days(self, looked: date, until: date) -> list[date]:
        """The last day first: what still goes on is noticed with all that is missing by now."""
        async with self._open() as uow:
            return school_days(looked + A_DAY, until, uow.policy)[::-1] or [until]

    async def _page(self, part: "Part", look: "Look") -> UUID | None:
        async with self._open() as uow:
            if await uow.gaps.take_turn(look.until, look.until) is None:
                return None
            last = await part(look, uow)
            await uow.write_journal()
            return last

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[EducationUnitOfWork]:
        async with self.ledger.open(service_actor(self.ledger.producer)) as uow:
            assert isinstance(uow, EducationUnitOfWork)  # noqa: S101 - the ledger is education's own
            yield uow


@dataclass(frozen=True, slots=True)
class Look:
    """One page of one day: placements after another, in the order of their ids."""

    day: date
    looked: date
    until: date
    after: UUID


Part = Callable[[Look, EducationUnitOfWork], Awaitable[UUID | None]]


async def look_for_silence(look: Look, uow: EducationUnitOfWork) -> UUID | None:
    """Notice children who were not seen for too long on a day; return the last placement of the page."""
    first, births = first_day_that_may_be_missed(look.day, uow.policy), births_of_school_age(look.day, uow.policy)
    asked = (look.day, first, look.looked, births)
    silent = await uow.gaps.silent(*asked, None, look.after)
    if not silent:
        return None
    # What was read without the child's row may have changed: it is read again when the row is held.
    await uow.gaps.hold({one.case for one in silent})
    again = await uow.gaps.silent(*asked, [one.placement for one in silent], look.after)
    await _notice(_gaps(again, uow), uow)
    return silent[-1].placement


async def look_at_hours(look: Look, uow: EducationUnitOfWork) -> UUID | None:
    """Notice home teaching that is behind pace on a day; return the last placement of the page."""
    year, births = school_year(look.day, uow.policy).first, births_of_school_age(look.day, uow.policy)
    asked = (look.day, year, look.looked, births)
    taught = await uow.gaps.taught_at_home(*asked, None, look.after)
    if not taught:
        return None
    await uow.gaps.hold({one.case for one, _ in taught})
    again = await uow.gaps.taught_at_home(*asked, [one.placement for one, _ in taught], look.after)
    await _notice(_hours_behind(again, uow), uow)
    return taught[-1][0].placement


def _gaps(silences: Iterable[Silence], uow: EducationUnitOfWork) -> list[Found]:
    found = ((one.case, gap_of(one, uow.policy, today=clock.today())) for one in silences)
    return [(case, gap) for case, gap in found if gap is not None]


def _hours_behind(taught: Iterable[tuple[Silence, int]], uow: EducationUnitOfWork) -> list[Found]:
    policy = uow.policy
    reached = ((one, pace(hours, one.starts_on, one.until, policy)) for one, hours in taught)
    found = ((one.case, hours_gap(one, by, policy, today=clock.today())) for one, by in reached)
    return [(case, gap) for case, gap in found if gap is not None]


async def _notice(found: Sequence[Found], uow: EducationUnitOfWork) -> None:
    """Keep and record gaps that nobody noticed before; one that is over by now is closed at once."""
    if not found:
        return
    new = await uow.gaps.add(found)
    for case, gap in found:
        if gap.gap in new:
            uow.record(case, gap, occurred_at=gap.detected_on)
    await uow.gaps.close({gap.placement for _, gap in found})


async def after_days(days: Collection[AttendanceRecorded], uow: EducationUnitOfWork) -> None:
    """Close the gaps of children who came, and notice those that recorded days of absence make certain."""
    if not days:
        return
    await uow.gaps.close({day.placement for day in days})
    away = [(day.placement, day.on) for day in days if day.status is AttendanceStatus.ABSENT]
    if away:
        await _notice(_gaps(await uow.gaps.absent(away, uow.policy.gap_school_days.value), uow), uow)


async def after_visit(
    placement: Placement, family: Family, fact: HomeTeachingRecorded, uow: EducationUnitOfWork
) -> None:
    """Close the gap of hours when they are on pace again, and the silence of a child who was taught."""
    await uow.gaps.close([placement.id])
    today = clock.today()
    year = school_year(clock.local_date(fact.starts_at), uow.policy)
    until = min(today, year.last, placement.ends_on or today)
    hours = await uow.schooling.hours(family.shown_as.case, max(year.first, placement.starts_on), until)
    reached = pace(hours, placement.starts_on, until, uow.policy)
    await uow.gaps.caught_up(placement.id, year, today, behind=is_behind(reached, uow.policy))
