"""Who came to a house beyond what its carers can look after, stricter for severe grades (F22; handbook §5). Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import ceil
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.crossing import OverPlace
from services.timeline.domain.findings.casefile import Facts, Held
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.taken import Taken
from shared.contracts.events.custody import CarersDeclared


@dataclass(frozen=True, slots=True)
class Shift:
    """The day or the night: who is on duty, and how many children one carer looks after."""

    kind: str
    on_duty: Callable[[CarersDeclared], int]
    children: int
    severe: int
    grades: frozenset[int]

    def share(self, child: Taken, day: date) -> Fraction:
        """Return which part of a carer a child takes on a day."""
        return Fraction(1, self.severe if child.severe_on(day, self.grades) else self.children)


def by_day(limits: Limits) -> Shift:
    """Return the day, on which all children are in the house."""
    ratio = limits.children_per_carer_by_day, limits.severe_per_carer_by_day
    return Shift("carers-by-day", attrgetter("by_day"), *ratio, limits.severe_grades)


def at_night(limits: Limits) -> Shift:
    """Return the night, for those who sleep in the house."""
    ratio = limits.children_per_carer_at_night, limits.severe_per_carer_at_night
    return Shift("carers-at-night", attrgetter("by_night"), *ratio, limits.severe_grades)


def over_carers(institution: UUID, facts: Facts, there: Sequence[Taken], shift: Shift) -> Iterator[OverPlace]:
    """Yield every child with which more carers are needed than are on duty; who came first has the carers."""
    declared = facts.of(CarersDeclared)
    changes = {held.fact.since for held in declared}.union(*(child.regraded for child in there))
    for day, staying, new in [*_on_arrival(there), *_on_change(there, sorted(changes))]:
        on_duty = max((held for held in declared if held.fact.since <= day), key=_since, default=None)
        if on_duty is not None:
            yield from _beyond(institution, shift, on_duty, day, staying[-1:] if new else staying, staying)


def _since(held: Held[CarersDeclared]) -> tuple[date, UUID]:
    return (held.fact.since, held.id)


Look = tuple[date, Sequence[Taken], bool]
"""A day, who is there in the order of coming, and whether only the last of them is looked at: it has just come."""


def _on_arrival(there: Iterable[Taken]) -> Iterator[Look]:
    staying: list[Taken] = []
    for one in there:
        staying = [other for other in staying if other.there_on(one.since)]
        if one.there_on(one.since):
            staying.append(one)
            yield one.since, tuple(staying), True


def _on_change(there: Sequence[Taken], changes: Iterable[date]) -> Iterator[Look]:
    for day in changes:
        yield day, [one for one in there if one.since < day and one.there_on(day)], False


def _beyond(
    institution: UUID,
    shift: Shift,
    declared: Held[CarersDeclared],
    day: date,
    looked_at: Sequence[Taken],
    staying: Sequence[Taken],
) -> Iterator[OverPlace]:
    carers, unasked = shift.on_duty(declared.fact), len(staying) - len(looked_at)
    shares = list(accumulate(shift.share(one, day) for one in staying))
    for number, (one, share) in enumerate(zip(looked_at, shares[unasked:], strict=True), unasked + 1):
        if share > carers:
            yield OverPlace(
                case=one.case,
                institution=institution,
                reference=one.reference,
                kind=shift.kind,
                day=day,
                children=number,
                places=carers,
                evidence=(one.fact, declared.id, *one.severe_on(day, shift.grades)),
                severe=sum(bool(other.severe_on(day, shift.grades)) for other in staying[:number]),
                needed=ceil(share),
            )
