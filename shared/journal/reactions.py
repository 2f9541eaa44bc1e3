"""Reactions: a stage's handlers for other stages' facts, as effects of the inbox.

`consumers.py` of a service holds one table, read top to bottom:

    REACTIONS = (
        on(DiagnosisRecorded, handlers.open_intake),
        on(DeathRegistered, handlers.end_enrolment_on_death),
    )

The inbox gives the transaction and has checked order and uniqueness, so a handler looks like a command's handler.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.contracts.envelope import Event, Fact, read
from shared.journal.inbox import Stream
from shared.journal.unit_of_work import UnitOfWork

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Incoming(Generic[F]):
    """A fact as a handler gets it: the event's attributes and its data, read tolerantly."""

    event: Event
    data: F


Handler = Callable[[Incoming[Any], Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reaction:
    """A fact type and the handler that it calls."""

    fact: type[Fact]
    handler: Handler


def on(fact: type[F], handler: Callable[[Incoming[F], Any], Awaitable[None]]) -> Reaction:
    """Say that a handler reacts to a fact."""
    return Reaction(fact, handler)


def topics_of(reactions: Iterable[Reaction]) -> set[str]:
    """Return the topics that a table of reactions needs."""
    return {reaction.fact.topic for reaction in reactions}


class Reactions:
    """Effects that call the handlers of a table; facts without a handler only advance the position."""

    def __init__(self, reactions: Sequence[Reaction]) -> None:
        self._handlers: Mapping[str, list[Reaction]] = defaultdict(list)
        for reaction in reactions:
            self._handlers[reaction.fact.type].append(reaction)

    async def apply(self, events: Sequence[Event], uow: UnitOfWork) -> None:
        for event in events:
            for reaction in self._handlers.get(event.type, ()):
                await reaction.handler(Incoming(event, read(reaction.fact, event)), uow)

    async def hashes(self, events: Sequence[Event], uow: UnitOfWork) -> Mapping[tuple[Stream, int], bytes]:
        """A stage keeps no hashes of older facts; equivocation about them is the timeline's to see."""
        del events, uow
        return {}
