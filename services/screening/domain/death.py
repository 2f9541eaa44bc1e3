"""The death of a child: entered late more often than not, and what it ends here (handbook §3.7 F05, §1.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.screening.domain.ages import check_not_in_future
from services.screening.domain.closing import closed, reopened
from services.screening.domain.person import Person
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import DeathRegisteredBefore, NothingCorrected, RetractedBeforeDeath
from shared.contracts.events.screening import (
    ClosingReason,
    DeathRegistered,
    DeathRetracted,
    ReopeningReason,
    RetractionReason,
)
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Death:
    """A day of death, and the fact that told of it in a case."""

    died_on: date
    fact: UUID


@rule("screening.death", "assumed", zh="死亡登记：可补登，不得重复；登记错误以更正处理")
def register_death(child: Person, died_on: date, today: date) -> DeathRegistered:
    """Register a death, however late; a second one is refused, a wrong day is corrected (handbook §3.7).

    Raises DeathRegisteredBefore.
    """
    if child.died_on is not None:
        raise DeathRegisteredBefore(died_on=child.died_on.isoformat())
    child.must_live_on(died_on, today, "died_on")
    return DeathRegistered(died_on=died_on)


def told_again(deaths: Mapping[UUID, Death], child: Person) -> DeathRegistered | None:
    """Return what a case is told that had not heard of the death: the survivor's day, where it is known."""
    known = deaths.get(child.case) or next(iter(deaths.values()), None)
    return DeathRegistered(died_on=known.died_on) if known else None


def correct_death(child: Person, died_on: date, today: date, corrects: UUID) -> DeathRegistered:
    """Return the fact that corrects the day of a death. Raises NothingCorrected."""
    if child.died_on == died_on:
        raise NothingCorrected
    replace(child, died_on=None).must_live_on(died_on, today, "died_on")
    return DeathRegistered(died_on=died_on, correction_of=corrects)


@dataclass(frozen=True, slots=True)
class Retraction:
    """The decision that a registered death was wrong."""

    on: date
    reason: RetractionReason


@rule("screening.death-retracted", "assumed", zh="死亡登记有误的予以撤回：以更正事实指向原登记，原记录保留")
def retract_death(death: Death, retraction: Retraction, today: date) -> DeathRetracted:
    """Take a wrongly registered death back by a fact that names it; nothing is overwritten (handbook §0).

    Raises InTheFuture, RetractedBeforeDeath.
    """
    check_not_in_future(retraction.on, today, "on")
    if retraction.on < death.died_on:
        raise RetractedBeforeDeath(died_on=death.died_on.isoformat())
    return DeathRetracted(reason=retraction.reason, retracted_on=retraction.on, correction_of=death.fact)


@rule(
    "screening.retracted-death-reopens",
    "assumed",
    zh="撤回死亡登记后，因死亡结案的疑似个案恢复原状态；同一类别只恢复一个",
)
def reopen_the_living(suspicions: Sequence[Suspicion], on: date, protocol: Protocol) -> list[Decision]:
    """Take up again what only the death had closed, one suspicion of a category; the first case's (handbook §1.4).

    One that was closed on a later day than this one, because it was entered later, is taken up on that day.
    """
    taken = {one.category for one in suspicions if one.active}
    decisions = []
    for one in suspicions:
        if one.closing_reason is ClosingReason.DECEASED and one.category not in taken:
            taken.add(one.category)
            decisions.append(reopened(one, ReopeningReason.CLOSED_IN_ERROR, max(on, one.since), protocol))
    return decisions


@rule("screening.death-closes-suspicions", "assumed", zh="儿童死亡时，未结案的疑似个案一律以“死亡”结案")
def close_on_death(suspicion: Suspicion, died_on: date, protocol: Protocol) -> Decision:
    """Close an open suspicion with the child's death, whatever state it is in (handbook §1.5).

    One that was opened on a later day, by mistake or before the death was known, closes on that day.
    """
    return closed(suspicion, ClosingReason.DECEASED, max(died_on, suspicion.opened_on), protocol)
