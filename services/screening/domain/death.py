"""The death of a child: entered late more often than not, and what it ends here (handbook §3.7 F05, §1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.screening.domain.closing import closed
from services.screening.domain.person import Person
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import DeathRegisteredBefore, NothingCorrected
from shared.contracts.events.screening import ClosingReason, DeathRegistered
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


@rule("screening.death-closes-suspicions", "assumed", zh="儿童死亡时，未结案的疑似个案一律以“死亡”结案")
def close_on_death(suspicion: Suspicion, died_on: date, protocol: Protocol) -> Decision:
    """Close an open suspicion with the child's death, whatever state it is in (handbook §1.5).

    One that was opened on a later day, by mistake or before the death was known, closes on that day.
    """
    return closed(suspicion, ClosingReason.DECEASED, max(died_on, suspicion.opened_on), protocol)
