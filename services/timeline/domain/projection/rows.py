"""Rows of a batch of facts, by table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.timeline.domain.chain import Stage
from shared.contracts.codes import Sex
from shared.contracts.envelope import Event

Row = tuple[Any, ...]


@dataclass(slots=True)
class File:
    """What a batch changes in one case's file."""

    last_at: datetime
    county: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    died_on: date | None = None
    revived: bool = False
    """Whether the batch ends by taking a registered death back."""
    masked: bool | None = None
    """Whether consent to share is withdrawn; None when the batch says nothing about it."""
    erased: bool = False
    states: dict[str, str] = field(default_factory=dict)
    stage: Stage = Stage.REGISTERED

    def reach(self, stage: Stage) -> None:
        """Note a stage; the furthest one stays."""
        self.stage = max(self.stage, stage)


@dataclass(slots=True)
class Rows:
    """What a batch of facts adds, by table; rows in the order of the table's columns."""

    entries: list[Row] = field(default_factory=list)
    corrections: list[Row] = field(default_factory=list)
    files: dict[UUID, File] = field(default_factory=dict)
    joined: list[Row] = field(default_factory=list)
    """(case, basis, reference, organisation, since, until, under, known_at)"""
    left: list[Row] = field(default_factory=list)
    """(case, basis, reference, until, end_known_at)"""
    placed: list[Row] = field(default_factory=list)
    """(case, placement, starts_on, known_at): every earlier placement of the case ends then."""
    steps: list[Row] = field(default_factory=list)
    approvals: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    school_days: list[Row] = field(default_factory=list)
    licences: list[Row] = field(default_factory=list)
    counted: list[Row] = field(default_factory=list)
    """(case, kind, day, event, reference, amount, recorded_at)"""
    moves: list[Row] = field(default_factory=list)
    """(case, moved_on, event, previous, region, recorded_at)"""
    logged: list[Row] = field(default_factory=list)
    """Every session as logged or corrected, attended or not."""
    taken: list[Row] = field(default_factory=list)
    """(case, reference, event, basis, institution, kind, since, at_most_until)"""
    same_child_told: list[Row] = field(default_factory=list)
    """(case, epoch, seq, other, same, recorded_at)"""
    graded: list[Row] = field(default_factory=list)
    """(case, epoch, seq, event, certificate, since, grade); no grade from the day of a cancellation on."""
    same_child: dict[tuple[UUID, UUID], Row | None] = field(default_factory=dict)
    """(case, other) to (case, other, survives, recorded_at), or to None where two are two again."""


def join(  # noqa: PLR0913 - the columns of the row
    event: Event,
    rows: Rows,
    basis: str,
    reference: UUID,
    organisation: UUID,
    since: date,
    *,
    until: date | None = None,
    under: UUID | None = None,
) -> None:
    rows.joined.append((event.subject, basis, reference, organisation, since, until, under, event.recorded_at))


def leave(event: Event, rows: Rows, basis: str, reference: UUID, until: date) -> None:
    rows.left.append((event.subject, basis, reference, until, event.recorded_at))


def actor_of(event: Event) -> UUID:
    return UUID(event.data["actor"]["organisation"])


def count(event: Event, rows: Rows, kind: str, day: date, reference: UUID, amount: int) -> None:
    """Keep a fact that a figure counts."""
    rows.counted.append((event.subject, kind, day, event.id, reference, amount, event.recorded_at))


Reader = Callable[[Event, Rows], None]
