"""What every act on a suspicion ends with."""

from datetime import date
from uuid import UUID

from services.screening.domain import death
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import Event


async def suspicion_of(case: UUID, category: ScreeningCategory, actor: Actor, uow: ScreeningUnitOfWork) -> Suspicion:
    """Return the suspicion of a child that the actor may know of, the child's row locked."""
    child = await uow.registry.locked(case, actor)
    return await uow.suspicions.get(child, category)


async def keep(decision: Decision, on: date, uow: ScreeningUnitOfWork, *, caused_by: Event | None = None) -> None:
    """Save a decision and record its facts; a slip that nobody answered ends with its suspicion."""
    suspicion = decision.suspicion
    await uow.suspicions.save(suspicion)
    if not suspicion.active:
        await uow.suspicions.withdraw_referral(suspicion.child, suspicion.category, on)
    for fact in decision.facts:
        uow.record(suspicion.child.case, fact, occurred_at=on, caused_by=caused_by)
    await end_with_death(suspicion, uow)


async def end_with_death(suspicion: Suspicion, uow: ScreeningUnitOfWork) -> None:
    """Close a suspicion whose child has died: also one that was entered when the death was known already."""
    died_on = suspicion.child.died_on
    if died_on is not None and suspicion.active:
        on = max(died_on, suspicion.opened_on)
        await keep(death.close_on_death(suspicion, died_on, uow.protocol(on)), on, uow)
