"""Commands that follow a suspicion up: tracing, loss, closing, reopening (handbook §1.4, §1.5)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain import closing, tracing
from services.screening.domain.ages import check_not_in_future
from services.screening.handlers.together import keep, suspicion_of
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared import clock, ids
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ClosingReason, ReopeningReason, TracingOutcome


@dataclass(frozen=True, slots=True)
class AttemptTracing:
    """An attempt to reach the family of a child that did not come."""

    case: UUID
    category: ScreeningCategory
    on: date
    outcome: TracingOutcome


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A child that could not be found."""

    case: UUID
    category: ScreeningCategory
    on: date


@dataclass(frozen=True, slots=True)
class CloseCase:
    """The end of a suspicion, with its reason and, under a guardian's refusal, the day of the signature."""

    case: UUID
    category: ScreeningCategory
    on: date
    reason: ClosingReason
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class ReopenCase:
    """A suspicion taken up again."""

    case: UUID
    category: ScreeningCategory
    on: date
    reason: ReopeningReason


async def attempt_tracing(command: AttemptTracing, actor: Actor, uow: ScreeningUnitOfWork) -> UUID:
    """Record an attempt and return its id."""
    suspicion = await suspicion_of(command.case, command.category, actor, uow)
    protocol = uow.protocol(command.on)
    decision = tracing.attempt_tracing(suspicion, command.on, command.outcome, uow.actor, protocol)
    record = ids.new_record()
    await uow.records.add_tracing(suspicion, record, command.on, command.outcome)
    await keep(decision, command.on, uow)
    return record


async def give_up(command: GiveUp, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Declare a child lost to follow-up."""
    suspicion = await suspicion_of(command.case, command.category, actor, uow)
    decision = tracing.give_up(suspicion, command.on, uow.actor, uow.protocol(command.on))
    await keep(decision, command.on, uow)


async def close_case(command: CloseCase, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Close a suspicion."""
    suspicion = await suspicion_of(command.case, command.category, actor, uow)
    on, protocol = command.on, uow.protocol(command.on)
    decision = closing.close(suspicion, command.reason, on, command.signed_on, uow.actor, protocol)
    await keep(decision, on, uow)


async def reopen_case(command: ReopenCase, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Take a closed or lost suspicion up again."""
    check_not_in_future(command.on, clock.today(), "on")
    suspicion = await suspicion_of(command.case, command.category, actor, uow)
    decision = closing.reopen(suspicion, command.reason, command.on, uow.actor)
    await keep(decision, command.on, uow)
