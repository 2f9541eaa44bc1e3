"""The timeline's own conclusions as rows: the state of a duty after the last fact about it. Pure.

The same facts come twice: from the transaction that records them, and back by Kafka or in a rebuild. Each row knows the
number of the fact that it is the state after; an older one changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.contracts.envelope import Event, read
from shared.contracts.events.timeline import DutyMet, DutyMissed, DutyOpened

Row = tuple[Any, ...]
Key = tuple[UUID, UUID]
"""Case and duty."""


@dataclass(slots=True)
class DutyRows:
    """What a batch says of duties; of each only its last word counts."""

    opened: dict[Key, Row] = field(default_factory=dict)
    """By the columns of the table as the statement names them."""
    moved: dict[Key, Row] = field(default_factory=dict)
    """(case, duty, outcome, met_by, met_at, fell_away, level, epoch, seq)"""


def duty_rows(events: Iterable[Event]) -> DutyRows:
    """Return what a batch of facts says of duties."""
    rows = DutyRows()
    for event in events:
        if event.type == DutyOpened.type:
            _open(event, rows)
        elif event.type == DutyMet.type:
            met = read(DutyMet, event)
            _move(event, rows, met.duty, met.outcome.value, met.met_by, met.met_at, met.fell_away, None)
        elif event.type == DutyMissed.type:
            missed = read(DutyMissed, event)
            _move(event, rows, missed.duty, *_NOT_ENDED, missed.level.value)
    return rows


def _open(event: Event, rows: DutyRows) -> None:
    """Open a duty, or say anew of an open one who owes it, where and by when; what it had come to is undone."""
    fact = read(DutyOpened, event)
    key = (event.subject, fact.duty)
    whose = (fact.rule, fact.owner, fact.owner_kind.value, fact.county)
    when = (event.occurred_at, fact.due_at, fact.from_day, fact.from_moment, fact.at_least_from)
    rows.opened[key] = (*key, *whose, fact.opened_by, *when, event.epoch, event.seq)
    rows.moved.pop(key, None)


_NOT_ENDED = (None, None, None, False)


def _move(event: Event, rows: DutyRows, duty: UUID, *state: object) -> None:
    rows.moved[event.subject, duty] = (event.subject, duty, *state, event.epoch, event.seq)
