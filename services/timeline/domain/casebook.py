"""All that is known of one child, as an assessor reads it: pure, from the facts of every stage.

Cases of one child are one book. Corrected facts are resolved: what holds stands in `facts`, in the order in which it
happened; whatever was told, corrected or not, in `told`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from services.timeline.domain.crossing import Crossing
from services.timeline.domain.institutionbook import InstitutionBook
from services.timeline.domain.noted import Noted, Shelf, shelved
from shared.contracts.envelope import Fact
from shared.contracts.events.rehab import SessionCorrected, SessionRecorded
from shared.contracts.events.screening import ChildErased, ChildRegistered, DeathRegistered, ResidenceMoved


@dataclass(frozen=True, slots=True)
class Span:
    """A time that one fact opens and another closes, half-open; open where nothing closed it."""

    key: UUID
    since: date
    until: date | None
    opened: Noted
    closed: Noted | None

    def holds_on(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class CaseBook:
    """The facts of one child, those of the institutions that it met, and what the timeline concluded before."""

    case: UUID
    """Case under which conclusions are recorded: the survivor of merged ones."""
    cases: frozenset[UUID]
    facts: tuple[Noted, ...]
    told: tuple[Noted, ...]
    own: tuple[Noted, ...]
    """The timeline's own facts about these cases, in the order of recording."""
    institutions: Mapping[UUID, InstitutionBook] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=dict)
    crossing: Crossing = field(default_factory=Crossing)
    """What crosses the child and others: therapists, wordings, devices, places."""

    def of(self, *kinds: type[Fact]) -> tuple[Noted, ...]:
        """Return the facts of some kinds that hold, in the order in which they happened."""
        if len(kinds) == 1:
            return self.shelf.get(kinds[0].type, ())
        return tuple(sorted((fact for kind in kinds for fact in self.of(kind)), key=Noted.place))

    def on(self, day: date, *kinds: type[Fact]) -> tuple[Noted, ...]:
        """Return the facts of some kinds that happened on a day, Asia/Shanghai."""
        return tuple(fact for fact in self.of(*kinds) if fact.happened_on == day)

    def last(self, kind: type[Fact], day: date | None = None) -> Noted | None:
        """Return the last fact of a kind, up to the end of a day where one is given."""
        found = [fact for fact in self.of(kind) if day is None or fact.happened_on <= day]
        return found[-1] if found else None

    def spans(
        self, opens: type[Fact], closes: type[Fact], key: str, *, since: str, until: str, closed_key: str = ""
    ) -> tuple[Span, ...]:
        """Return the times that facts of one kind open and those of another close, matched by a field of both.

        A time opened twice under one key (rests of an enrolment) is closed by the next closing fact after its day.
        """
        ends = [(fact.id_of(closed_key or key), fact.day(until), fact) for fact in self.of(closes)]
        return tuple(_span(opening, key, since, ends) for opening in self.of(opens))

    @property
    def born_on(self) -> date | None:
        """Day of birth, as last registered."""
        registered = self.last(ChildRegistered)
        return registered.day("birth_date") if registered else None

    @property
    def died(self) -> Noted | None:
        """The registration of the death."""
        return self.last(DeathRegistered)

    @property
    def erased(self) -> Noted | None:
        """The erasure of the child."""
        return self.last(ChildErased)

    def county_on(self, day: date) -> str | None:
        """Return the county of residence on a day; before the first known one, that one."""
        known = [(fact.happened_on, str(fact.data["region"])) for fact in self.of(ChildRegistered)[-1:]]
        moved = [(fact.day("moved_on"), str(fact.data["region"])) for fact in self.of(ResidenceMoved)]
        homes = known + sorted(moved, key=itemgetter(0))
        lived = [county for since, county in homes if since <= day]
        return lived[-1] if lived else next((county for _, county in homes), None)


def _span(opening: Noted, key: str, since: str, ends: Sequence[tuple[UUID, date, Noted]]) -> Span:
    of, begins = opening.id_of(key), opening.day(since)
    after = sorted(
        ((day, fact.recorded_at, fact) for ended, day, fact in ends if ended == of and day >= begins),
        key=lambda end: end[:2],
    )
    day, _, closing = after[0] if after else (None, None, None)
    return Span(of, begins, day, opening, closing)


def casebook(
    case: UUID,
    told: Iterable[Noted],
    *,
    own: Iterable[Noted] = (),
    institutions: Mapping[UUID, InstitutionBook] | None = None,
    cases: Iterable[UUID] = (),
) -> CaseBook:
    """Return the book of one child from facts in any order."""
    everything = tuple(sorted(told, key=Noted.place))
    facts = tuple(sorted(holding(everything), key=Noted.place))
    before = tuple(sorted(own, key=lambda fact: (fact.case, fact.epoch, fact.seq)))
    members = frozenset(cases) | {case}
    return CaseBook(case, members, facts, everything, before, institutions or {}, shelved(facts))


def holding(told: Sequence[Noted]) -> list[Noted]:
    """Return what holds: corrected facts are gone, a corrected session stands as its last correction puts it."""
    corrected = {fact.corrects for fact in told if fact.corrects is not None}
    stands = [fact for fact in told if fact.id not in corrected and fact.type != SessionCorrected.type]
    return stands + _corrected_sessions(told)


def _corrected_sessions(told: Sequence[Noted]) -> list[Noted]:
    """Return each corrected session as its last correction puts it; none where that voids it."""
    last: dict[UUID, Noted] = {}
    for fact in sorted((f for f in told if f.type == SessionCorrected.type), key=Noted.number):
        last[fact.id_of("session")] = fact
    recorded = (fact for fact in told if fact.type == SessionRecorded.type)
    stood = {session: fact for fact in recorded if (session := fact.id_of("session")) in last}
    return [_put_right(fact, stood.get(session)) for session, fact in last.items() if fact.data.get("replacement")]


def _put_right(correction: Noted, before: Noted | None) -> Noted:
    content: Mapping[str, Any] = correction.data["replacement"]
    data = {**correction.data, **content}
    starts = datetime.fromisoformat(content["starts_at"])
    ground = (before.id, correction.id) if before else (correction.id,)
    return replace(correction, type=SessionRecorded.type, occurred_at=starts, data=data, ground=ground)
