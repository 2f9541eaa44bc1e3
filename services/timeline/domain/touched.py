"""What of a batch asks for a new assessment: cases that it touched, institutions whose children it concerns. Pure.

The timeline's own conclusions touch nothing: one never asks for the next, so no loop can begin. What a person decided
on a finding is no conclusion.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from services.timeline.domain.projection import about_institution
from shared.contracts.envelope import Event
from shared.contracts.events.screening import IdentityMerged, IdentityUnmerged
from shared.contracts.events.timeline import FindingReviewed

OWN = "timeline"


@dataclass(slots=True)
class Touched:
    """What a batch touched."""

    cases: set[UUID] = field(default_factory=set)
    institutions: set[UUID] = field(default_factory=set)


def touched(events: Iterable[Event]) -> Touched:
    """Return what a batch of facts touched; of two cases that become one child, or two again, both."""
    found = Touched()
    for event in events:
        if event.producer == OWN and event.type != FindingReviewed.type:
            continue
        (found.institutions if about_institution(event.type) else found.cases).add(event.subject)
        if event.type in _OF_TWO:
            found.cases |= {UUID(event.data["merged"]), UUID(event.data["survivor"])}
    return found


_OF_TWO = frozenset({IdentityMerged.type, IdentityUnmerged.type})
