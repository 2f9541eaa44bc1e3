"""Commands that follow a suspicion up: tracing, loss, closing, reopening (handbook §1.4, §1.5)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain import closing, follow_up, tracing
from services.screening.domain.follow_up import FollowUp
from services.screening.domain.tracing import Attempt
from services.screening.handlers.together import keep, suspicion_of
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared import ids
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import ClosingReason, ReopeningReason


@dataclass(frozen=True, slots=True)
class AttemptTracing:
    """An attempt to reach the family of a child that did not come."""

    case: UUID
    category: ScreeningCategory
    attempt: Attempt


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
    attempt = command.attempt
    decision = tracing.attempt_tracing(suspicion, attempt, uow.actor, uow.protocol(attempt.on))
    record = ids.new_record()
    await uow.records.add_tracing(decision.suspicion, record, attempt)
    await keep(decision, attempt.on, uow)
    return record


async def record_follow_up(
    case: UUID, category: ScreeningCategory, seen: FollowUp, actor: Actor, uow: ScreeningUnitOfWork
) -> None:
    """Record that the diagnosing institution saw a confirmed child again."""
    suspicion = await suspicion_of(case, category, actor, uow)
    decision = follow_up.record_follow_up(suspicion, seen, uow.actor, uow.protocol(seen.on))
    await uow.records.add_follow_up(decision.suspicion, seen)
    await keep(decision, seen.on, uow)


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
    suspicion = await suspicion_of(command.case, command.category, actor, uow)
    protocol = uow.protocol(command.on)
    decision = closing.reopen(suspicion, command.reason, command.on, uow.actor, protocol)
    await keep(decision, command.on, uow)
