"""Who came to an institution beyond its places or its carers (handbook §5, §3.7 F22). Pure."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.crossing import OverPlace
from services.timeline.domain.findings.carers import at_night, by_day, over_carers
from services.timeline.domain.findings.casefile import Facts
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.taken import DAY, NIGHT, TRAINING, Taken
from shared.contracts.events.custody import CustodyLicenceGranted
from shared.contracts.events.rehab import DesignationGranted, DesignationRemoved


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
    )
    for name, there, bound, changes in bounds:
        for one, day, number in [*_on_arrival(there), *_on_change(there, changes)]:
            places = bound(day)
            if places is not None and number > places.number:
                evidence = (one.fact, places.fact)
                yield OverPlace(
                    one.case, institution, one.reference, name, day, number, places.number, evidence
                )  # fmt: skip
    in_care = [one for one in everybody if one.kind != TRAINING]
    yield from over_carers(institution, facts, in_care, by_day(limits))
    yield from over_carers(institution, facts, by_kind[NIGHT], at_night(limits))


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
