"""What happens because a day came: lapse, age-out, licences that ran out. Run by one replica at a time.

All of it is computed from days that stand in the state, so a run after a week of standstill catches up, and a second
run finds nothing left to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.rehab.domain import approving, enrolment, supervision
from services.rehab.domain.policy import newest
from services.rehab.repository import RehabUnitOfWork
from services.rehab.repository.enrolments import enrolment_of
from shared import clock
from shared.contracts.envelope import service_actor
from shared.journal.unit_of_work import Ledger

BATCH = 200
Step = Callable[[RehabUnitOfWork], Awaitable[int]]


async def lapse_approvals(uow: RehabUnitOfWork) -> int:
    """Let approvals lapse that nobody took up in time; return how many."""
    rows = await uow.records.approvals.overdue(clock.today(), _entered_before(uow), BATCH)
    for row in rows:
        fact = approving.lapse(row.id, row.enrol_by)
        await uow.records.approvals.lapse(fact)
        uow.record(row.case_id, fact, occurred_at=fact.lapsed_on)
    return len(rows)


async def end_aged_out(uow: RehabUnitOfWork) -> int:
    """End enrolments that stopped at the birthday from which nobody is assisted; return how many."""
    today = clock.today()
    limit = newest(uow.policies, today).certificate_before_age.value
    ended = 0
    for row in await uow.records.enrolments.aged_out(today, _entered_before(uow), limit, BATCH):
        fact = enrolment.age_out(enrolment_of(row), row.birth_date, limit)
        if fact is not None:
            await uow.records.enrolments.end(fact)
            uow.record(row.case_id, fact, occurred_at=fact.ended_on)
            ended += 1
    return ended


async def expire_licences(uow: RehabUnitOfWork) -> int:
    """Take people off the staff lists whose licence is over; return how many."""
    expired = await uow.records.supervision.expired(clock.today(), BATCH)
    for institution, member in expired:
        fact = supervision.expire_licence(member)
        await uow.records.supervision.lapse(institution, fact)
        uow.record(institution, fact, occurred_at=fact.lapsed_on)
    return len(expired)


STEPS: tuple[Step, ...] = (lapse_approvals, end_aged_out, expire_licences)


@dataclass(slots=True)
class ByClock:
    """Does what a day brings, again and again; a lock keeps the replicas from doing it at once."""

    ledger: Ledger
    every: float

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            busy = [await self.turn(step) == BATCH for step in STEPS]
            if not any(busy):
                await asyncio.sleep(self.every)

    async def turn(self, step: Step) -> int:
        """Take one step in a transaction of its own; return how much it did, nothing where another replica is at it."""
        async with self.ledger.open(service_actor(self.ledger.producer)) as uow:
            assert isinstance(uow, RehabUnitOfWork)  # noqa: S101 - the ledger of this service opens no other
            done = await step(uow) if await uow.alone() else 0
            await uow.write_journal()
        return done


def _entered_before(uow: RehabUnitOfWork) -> datetime:
    """Leave alone what was entered just now: whoever enters a year late is still at it."""
    return clock.now() - timedelta(hours=uow.rules.late_entry_hours)
