"""What facts add to the projections: pure, from a batch of events to rows.

Every row stands for itself: a fact adds rows, or raises a value that only grows. So the projections are the same
whatever the order across producers, and each fact's own stream is in order already.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from services.timeline.domain.projection.child import CHILD
from services.timeline.domain.projection.rows import File, Reader, Row, Rows
from services.timeline.domain.projection.stages import STAGES
from shared.contracts.envelope import FACTS, Event

__all__ = ["READERS", "File", "Row", "Rows", "about_institution", "institution_of", "project"]

READERS: Mapping[str, Reader] = {fact.type: reader for fact, reader in (*CHILD.items(), *STAGES.items())}
"""What a fact adds beside its entry, by type; a fact without a row here is an entry and nothing more."""


def project(events: Sequence[Event]) -> Rows:
    """Return what a batch adds. Raises ValueError, KeyError or TypeError for a fact that makes no sense."""
    rows = Rows()
    for event in events:
        _enter(event, rows)
        reader = READERS.get(event.type)
        if reader is not None:
            reader(event, rows)
    return rows


def _enter(event: Event, rows: Rows) -> None:
    """Add the entry itself. Ids stay text, as they came: the database's driver checks them faster than we could."""
    data = event.data
    rows.entries.append(
        (
            event.subject,
            event.occurred_at,
            event.id,
            event.recorded_at,
            event.producer,
            event.type,
            event.epoch,
            event.seq,
            data["actor"]["organisation"],
            institution_of(data),
            event.hash,
            event.envelope,
        )
    )
    corrected = data.get("correction_of")
    if corrected is not None:
        rows.corrections.append((event.subject, corrected, event.id, event.recorded_at))
    if not about_institution(event.type):
        _touch(event, rows)


def institution_of(data: Mapping[str, Any]) -> str | None:
    """Return the institution that a fact concerns: where the child is served, or asked to be."""
    return data.get("institution") or data.get("site") or data.get("school") or data.get("receiver")


@lru_cache(maxsize=1024)
def about_institution(fact_type: str) -> bool:
    """Tell whether a type of fact is about an institution: its subject is no child."""
    fact = FACTS.get(fact_type)
    return fact is not None and fact.about == "institution"


def _touch(event: Event, rows: Rows) -> None:
    file = rows.files.get(event.subject)
    if file is None:
        rows.files[event.subject] = File(event.recorded_at)
    elif event.recorded_at > file.last_at:
        file.last_at = event.recorded_at
