"""A place that a child takes in an institution, and how severe its disability is there. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from uuid import UUID

TRAINING, DAY, NIGHT = "training", "day", "night"


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of a certificate from a day on; none from the day of its cancellation."""

    certificate: UUID
    since: date
    grade: int | None
    fact: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """A place that a child takes: [since, until), in training, by day or also by night."""

    case: UUID
    institution: UUID
    reference: UUID
    kind: str
    since: date
    until: date | None
    fact: UUID
    grades: tuple[Graded, ...] = ()
    """Of its certificates, in the order of their days."""

    @property
    def order(self) -> tuple[date, str]:
        """Who came first has the place."""
        return (self.since, str(self.reference))

    @property
    def regraded(self) -> frozenset[date]:
        """Days on which a grade changed while the child was there."""
        return frozenset(one.since for one in self.grades if self.since < one.since and self.there_on(one.since))

    def there_on(self, day: date) -> bool:
        """Tell whether it has not left by a day."""
        return self.until is None or day < self.until

    def severe_on(self, day: date, grades: AbstractSet[int]) -> tuple[UUID, ...]:
        """Return the facts that give it one of some grades on a day; none: it has no such grade then."""
        held = {one.certificate: one for one in self.grades if one.since <= day}
        return tuple(one.fact for one in held.values() if one.grade in grades)
