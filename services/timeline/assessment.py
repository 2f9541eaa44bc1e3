"""The assessment: cases that facts touched, or whose time has come, are read as books and judged by the assessors.

It runs beside requests and projection, as a rule in a process of its own (`apart`): a few cases at a time, one after
the other, and with a rest after each portion. Conclusions are facts and rows in one transaction; a rebuild makes the
rows anew.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.timeline.domain.assessment import Assessed, Assessor, Conclusion, assess
from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.touched import Touched
from services.timeline.repository import books, conclusions, crossings, dirty, rebuild, ties
from shared import clock
from shared.access.second_wall import PROJECT
from shared.contracts.envelope import service_actor
from shared.journal.unit_of_work import Ledger, UnitOfWork

log = logging.getLogger(__name__)

AT_ONCE = timedelta()


@dataclass(frozen=True, slots=True)
class Pace:
    """How eagerly cases are assessed."""

    untouched: timedelta = timedelta(seconds=2)
    waiting: timedelta = timedelta(seconds=30)
    cases: int = 20
    poll_seconds: float = 0.5
    share: float = 0.5
    """Share of its time that the task works; the rest is left to requests and projection."""


@dataclass(slots=True)
class Assessment:
    """The task that assesses; `now` says what time it is, for rules and clocks alike."""

    ledger: Ledger
    assessors: Sequence[Assessor]
    pace: Pace
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], datetime] = clock.now

    async def run(self) -> None:
        """Assess until cancelled."""
        while True:
            begun = time.monotonic()
            worked = await self.portion(self.pace.untouched, self.pace.waiting)
            took = time.monotonic() - begun
            await asyncio.sleep(took * (1 / self.pace.share - 1) if worked else self.pace.poll_seconds)

    async def settle(self) -> int:
        """Assess all that waits, however short; return how many cases were looked at."""
        looked = 0
        while worked := await self.portion(AT_ONCE, AT_ONCE):
            looked += worked
        return looked

    async def portion(self, untouched: timedelta, waiting: timedelta) -> int:
        """Assess a few cases that nobody touched for a while or that wait for long; return how many."""
        async with self.ledger.database.transaction() as session:
            if not await rebuild.none_runs(session.driver):
                return 0
            await session.driver.execute(PROJECT)
            await dirty.mark_due(session.driver, self.now(), self.pace.cases)
            claimed = await dirty.claim(session.driver, untouched, waiting, self.pace.cases)
        if claimed:
            async with self.ledger.open(service_actor(self.ledger.producer)) as uow:
                await self._assess(claimed, uow)
                await uow.write_journal()
        return len(claimed)

    async def _assess(self, claimed: Mapping[UUID, int], uow: UnitOfWork) -> None:
        await uow.driver.execute(PROJECT)
        if not await rebuild.none_runs(uow.driver):
            return
        children = await books.children_of(uow.driver, claimed)
        await books.hold(uow.driver, children)
        told = await crossings.crossed(uow.driver, await books.load(uow.driver, children), self.limits)
        found = await self._judged(told)
        await _conclude([one for assessed in found.values() for one in assessed.conclusions], uow)
        await dirty.look_again(uow.driver, {case: assessed.look_again_at for case, assessed in found.items()})
        flagged = {book.case: (book, found[book.case].flags) for book in told if book.case in found}
        again = await ties.keep(uow.driver, flagged, self.limits)
        await dirty.mark(uow.driver, Touched(cases=again))
        looked = {case for child in children if child.survivor in found for case in child.cases}
        await dirty.done(uow.driver, {case: mark for case, mark in claimed.items() if case in looked})

    async def _judged(self, told: Sequence[CaseBook]) -> dict[UUID, Assessed]:
        """Judge book by book, so that others come to their turn in between; one that fails stops only itself."""
        found: dict[UUID, Assessed] = {}
        now = self.now()
        for book in told:
            try:
                found[book.case] = assess(self.assessors, book, now)
            except Exception:  # the edge: whatever its facts are, the other cases go on
                log.exception("case cannot be assessed", extra={"case": str(book.case)})
            await asyncio.sleep(0)
        return found


async def _conclude(found: Sequence[Conclusion], uow: UnitOfWork) -> None:
    """Record facts and bring the tables to the state after them."""
    if not found:
        return
    ids = [uow.record(one.case, one.fact, occurred_at=one.occurred_at) for one in found]
    await uow.flush()
    events = await books.recorded(uow.driver, {one.case for one in found}, ids)
    await conclusions.write(uow.driver, events)
