"""Findings as rows: the state after the last fact about each. Pure.

As with duties, the same facts come twice; a row knows the number of the fact that it is the state after.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.timeline.domain.findings.standing import FindingState
from shared.contracts.envelope import Event, read
from shared.contracts.events.timeline import FindingClosed, FindingCloseReason, FindingRaised, FindingReviewed

Row = tuple[Any, ...]
Key = tuple[UUID, UUID]
"""Case and finding."""


@dataclass(slots=True)
class FindingRows:
    """What a batch says of findings; of each only its last word counts, and its first one says since when."""

    raised: dict[Key, Row] = field(default_factory=dict)
    """(case, finding, rule, version, severity, institution, first_day, last_day, evidence, first_seen, at, *place)"""
    moved: dict[Key, Row] = field(default_factory=dict)
    """(case, finding, state, at, epoch, seq); no state where it stays."""


def finding_rows(events: Iterable[Event]) -> FindingRows:
    """Return what a batch of facts says of findings."""
    rows = FindingRows()
    for event in events:
        if event.type == FindingRaised.type:
            _raise(event, rows)
        elif event.type == FindingReviewed.type:
            fact = read(FindingReviewed, event)
            _move(event, rows, fact.finding, FindingState(fact.decision.value))
        elif event.type == FindingClosed.type:
            closed = read(FindingClosed, event)
            changed = closed.reason is FindingCloseReason.FACTS_CHANGED
            _move(event, rows, closed.finding, FindingState.FACTS_CHANGED if changed else None)
    return rows


def _raise(event: Event, rows: FindingRows) -> None:
    fact, key = read(FindingRaised, event), (event.subject, UUID(event.data["finding"]))
    before = rows.raised.get(key)
    first_seen = before[9] if before else event.recorded_at
    evidence = ",".join(map(str, fact.evidence))
    said = (fact.rule, fact.rule_version, fact.severity.value, fact.institution, fact.first_day, fact.last_day)
    rows.raised[key] = (*key, *said, evidence, first_seen, event.recorded_at, event.epoch, event.seq)
    rows.moved.pop(key, None)


def _move(event: Event, rows: FindingRows, finding: UUID, state: FindingState | None) -> None:
    key = (event.subject, finding)
    before = rows.moved.get(key)
    kept = before[2] if state is None and before else state
    rows.moved[key] = (*key, kept and str(kept), event.recorded_at, event.epoch, event.seq)
