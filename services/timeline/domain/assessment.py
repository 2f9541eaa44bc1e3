"""What an assessor is: a pure function from a child's book and a moment to the facts that the timeline concludes.

An assessor compares what it finds with what was concluded before (`CaseBook.own`) and returns the difference only, so
that the same facts, whenever and in whatever order they came, leave the same conclusions and nothing is said twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.findings.grounds import Flag
from shared.contracts.envelope import Fact


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A fact that the timeline is to record."""

    case: UUID
    fact: Fact
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Assessed:
    """What an assessor makes of a book at a moment, and when it wants to see it again though nothing happens."""

    conclusions: tuple[Conclusion, ...] = ()
    look_again_at: datetime | None = None
    flags: tuple[Flag, ...] = ()
    """What rules of findings flag on the facts as they are now, concluded anew or not."""


Assessor = Callable[[CaseBook, datetime], Assessed]


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the first of some moments."""
    return min((moment for moment in moments if moment is not None), default=None)


def assess(assessors: Iterable[Assessor], book: CaseBook, now: datetime) -> Assessed:
    """Return what all assessors together make of a book; a moment that has come asks for no other look."""
    found = [assessor(book, now) for assessor in assessors]
    conclusions = tuple(conclusion for one in found for conclusion in one.conclusions)
    later = (one.look_again_at for one in found if one.look_again_at is not None and one.look_again_at > now)
    flags = tuple(flag for one in found for flag in one.flags)
    return Assessed(conclusions, earliest(later), flags)
