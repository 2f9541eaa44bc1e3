"""Who came to an institution beyond its places or its carers (handbook §5, §3.7 F22). Pure."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.crossing import OverPlace
from services.timeline.domain.findings.casefile import Facts, Held
from services.timeline.domain.findings.limits import Limits
from shared.contracts.events.custody import CarersDeclared, CustodyLicenceGranted
from shared.contracts.events.rehab import DesignationGranted, DesignationRemoved

TRAINING, DAY, NIGHT = "training", "day", "night"


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

    @property
    def order(self) -> tuple[date, str]:
        """Who came first has the place."""
        return (self.since, str(self.reference))


@dataclass(frozen=True, slots=True)
class Places:
    """How many children there may be on a day, and the fact that says so."""

    number: int
    fact: UUID


Bound = Callable[[date], Places | None]
"""Places on a day; none where nobody said how many."""


def over_places(institution: UUID, facts: Facts, taken: Iterable[Taken], limits: Limits) -> Iterator[OverPlace]:
    """Yield every child beyond places or carers: on the day on which it came, or on which there were fewer places."""
    everybody = sorted(taken, key=attrgetter("order"))
    by_kind = {kind: [one for one in everybody if one.kind == kind] for kind in (TRAINING, DAY, NIGHT)}
    bounds: tuple[tuple[str, Sequence[Taken], Bound, Sequence[date]], ...] = (
        ("training", by_kind[TRAINING], *_capacity(facts)),
        ("day-places", by_kind[DAY], *_licensed(facts, attrgetter("day_places"))),
        ("boarding-places", by_kind[NIGHT], *_licensed(facts, attrgetter("boarding_places"))),
        (
            "carers-by-day",
            [one for one in everybody if one.kind != TRAINING],
            *_cared(facts, attrgetter("by_day"), limits.children_per_carer_by_day),
        ),
        ("carers-at-night", by_kind[NIGHT], *_cared(facts, attrgetter("by_night"), limits.children_per_carer_at_night)),
    )
    for name, there, bound, changes in bounds:
        for one, day, number in [*_on_arrival(there), *_on_change(there, changes)]:
            places = bound(day)
            if places is not None and number > places.number:
                evidence = (one.fact, places.fact)
                yield OverPlace(
                    one.case, institution, one.reference, name, day, number, places.number, evidence
                )  # fmt: skip


def _on_arrival(there: Sequence[Taken]) -> Iterator[tuple[Taken, date, int]]:
    """Yield each child with its number among those that are there on its first day."""
    ends: list[date] = []
    for one in there:
        staying = len(ends) - bisect_right(ends, one.since)
        if one.until is None or one.until > one.since:
            yield one, one.since, staying + 1
        insort(ends, one.until or date.max)


def _on_change(there: Sequence[Taken], changes: Iterable[date]) -> Iterator[tuple[Taken, date, int]]:
    """Yield those that are there on a day on which the places changed, with their numbers."""
    for day in changes:
        staying = [one for one in there if one.since < day and (one.until is None or one.until > day)]
        yield from ((one, day, number) for number, one in enumerate(staying, 1))


def _capacity(facts: Facts) -> tuple[Bound, Sequence[date]]:
    """Return the capacity of the agreements in force: the largest, where there are several."""
    removed = {held.fact.designation: held.fact.removed_on for held in facts.of(DesignationRemoved)}
    agreements = facts.of(DesignationGranted)

    def on(day: date) -> Places | None:
        running = [
            held
            for held in agreements
            if held.fact.valid_from <= day <= held.fact.valid_until
            and day < removed.get(held.fact.designation, date.max)
        ]
        found = max(running, key=lambda held: (held.fact.capacity, held.id), default=None)
        return Places(found.fact.capacity, found.id) if found else None

    return on, [held.fact.valid_from for held in agreements]


def _licensed(facts: Facts, places: Callable[[CustodyLicenceGranted], int]) -> tuple[Bound, Sequence[date]]:
    """Return the places of the licence that began last: a later one replaces an earlier one."""
    licences = facts.of(CustodyLicenceGranted)

    def on(day: date) -> Places | None:
        running = [held for held in licences if held.fact.valid_from <= day <= held.fact.valid_until]
        found = max(running, key=lambda held: (held.fact.valid_from, held.id), default=None)
        return Places(places(found.fact), found.id) if found else None

    return on, [held.fact.valid_from for held in licences]


def _cared(facts: Facts, carers: Callable[[CarersDeclared], int], ratio: int) -> tuple[Bound, Sequence[date]]:
    """Return how many children the carers on duty can look after."""
    declared: Sequence[Held[CarersDeclared]] = facts.of(CarersDeclared)

    def on(day: date) -> Places | None:
        before = [held for held in declared if held.fact.since <= day]
        found = max(before, key=lambda held: (held.fact.since, held.id), default=None)
        return Places(carers(found.fact) * ratio, found.id) if found else None

    return on, [held.fact.since for held in declared]
