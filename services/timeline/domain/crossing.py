"""What crosses children: therapists, wordings, devices, places, as the database's sets give it. Pure values.

A tie is what findings of several cases have in common. Whoever is judged looks whether all of them hold the ties that
they should, and asks for a new assessment of those that do not: so all come to one verdict, whatever came first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from uuid import UUID, uuid5

_TIES = UUID("0b4a7a52-6a0e-5d8f-9c57-5f2f6a1d3b10")


@lru_cache(maxsize=20_000)
def tie_of(rule: str, *parts: object) -> UUID:
    """Return the name of what cases have in common, the same whoever asks."""
    return uuid5(_TIES, "|".join((rule, *map(str, parts))))


@dataclass(frozen=True, slots=True)
class ClashDay:
    """A therapist's day with sessions that clash, and whose those are.

    Not the pairs: a hundred sessions at once make thousands of them.
    """

    therapist: UUID
    day: date
    state: int
    """Another number whenever other sessions clash that day: then all who clash have other evidence."""
    cases: frozenset[UUID] = frozenset()

    @property
    def tie(self) -> UUID:
        """The therapist's day."""
        return tie_of("F03", self.therapist, self.day)

    @property
    def ties(self) -> frozenset[UUID]:
        """The therapist's day, and the day as it stands."""
        return frozenset({self.tie, tie_of("F03", self.therapist, self.day, self.state)})


@dataclass(frozen=True, slots=True)
class Clash:
    """A session of a case and one that its therapist gave at the same time, to whatever child."""

    mine: UUID
    theirs: UUID
    case: UUID
    on: ClashDay


@dataclass(frozen=True, slots=True)
class TherapistDay:
    """A therapist's day with more minutes than the limit; a group session counts once."""

    therapist: UUID
    day: date
    minutes: int
    cases: frozenset[UUID]

    @property
    def tie(self) -> UUID:
        """The therapist's day."""
        return tie_of("F08", self.therapist, self.day)


@dataclass(frozen=True, slots=True)
class Cloned:
    """A wording that stands under many sessions of one institution."""

    institution: UUID
    wording: str
    sessions: int
    cases: frozenset[UUID]

    @property
    def tie(self) -> UUID:
        """The wording."""
        return tie_of("F14", self.institution, self.wording)


@dataclass(frozen=True, slots=True)
class SharedDevice:
    """A device or login that confirmed for many families; cases of one child are one family."""

    device: UUID
    cases: frozenset[UUID]
    families: int

    @property
    def tie(self) -> UUID:
        """The device."""
        return tie_of("F20", self.device)


Common = TherapistDay | Cloned | SharedDevice
"""What several cases have in common."""


@dataclass(frozen=True, slots=True)
class OverPlace:
    """A child taken in beyond the places of an institution, or beyond what its carers can look after, on a day.

    Of carers, `places` are those on duty and `needed` those that the children take, of whom so many are severe.
    """

    case: UUID
    institution: UUID
    reference: UUID
    """Its enrolment or stay."""
    kind: str
    day: date
    children: int
    """Children there that day up to and with this one, in the order in which they came."""
    places: int
    evidence: tuple[UUID, ...]
    severe: int = 0
    needed: int = 0

    @property
    def beyond(self) -> int:
        """By how many carers, else by how many children, it is too much."""
        return (self.needed or self.children) - self.places

    @property
    def counted(self) -> tuple[object, ...]:
        """What was counted: with other numbers it is another excess."""
        return (self.day, self.children, self.places, self.severe, self.needed)


KINDS = ("training", "day-places", "boarding-places", "carers-by-day", "carers-at-night")
"""What there can be too little of."""


def by_child(overs: Iterable[OverPlace]) -> Iterator[Sequence[OverPlace]]:
    """Yield the excesses of one child and kind, by their days: they are one finding."""
    ordered = sorted(overs, key=lambda over: (str(over.reference), over.kind, over.day))
    yield from (list(same) for _, same in groupby(ordered, key=attrgetter("reference", "kind")))


def ties_of(overs: Sequence[OverPlace]) -> frozenset[UUID]:
    """Return the names of the places of which there are too few, and of one child's excess as it stands."""
    one, counted = overs[0], [number for over in overs for number in over.counted]
    return frozenset({tie_of("F22", one.institution, one.kind), tie_of("F22", one.reference, one.kind, *counted)})


@dataclass(frozen=True, slots=True)
class Crossing:
    """All that crosses one child."""

    clashes: tuple[Clash, ...] = ()
    clash_days: tuple[ClashDay, ...] = ()
    therapist_days: tuple[TherapistDay, ...] = ()
    cloned: tuple[Cloned, ...] = ()
    devices: tuple[SharedDevice, ...] = ()
    over_places: tuple[OverPlace, ...] = ()
    """Of everybody at the child's institutions."""
    touched: frozenset[UUID] = field(default_factory=frozenset)
    """Names of the ties that the child has or once had a part in."""

    def expected(self) -> Mapping[UUID, frozenset[UUID]]:
        """Return which cases should hold which tie."""
        holders: dict[UUID, set[UUID]] = defaultdict(set)
        common: tuple[Common, ...] = (*self.therapist_days, *self.cloned, *self.devices)
        for one in common:
            holders[one.tie] |= one.cases
        for day in self.clash_days:
            for tie in day.ties:
                holders[tie] |= day.cases
        for overs in by_child(self.over_places):
            for tie in ties_of(overs):
                holders[tie].add(overs[0].case)
        return {name: frozenset(cases) for name, cases in holders.items()}


def out_of_step(crossing: Crossing, holding: Iterable[tuple[UUID, UUID]], own: frozenset[UUID]) -> set[UUID]:
    """Return the other cases that hold a tie (case, tie) that they should not, or lack one that they should hold.

    Who does not hold what it should itself asks nobody else to: so two never ask each other without end.
    """
    expected, held = crossing.expected(), set(holding)
    too_many = {case for case, tie in held if case not in expected.get(tie, frozenset())}
    missing = {
        case
        for tie, cases in expected.items()
        if all((mine, tie) in held for mine in cases & own)
        for case in cases
        if (case, tie) not in held
    }
    return (too_many | missing) - own
