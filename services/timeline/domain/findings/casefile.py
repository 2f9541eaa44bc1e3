"""What the rules read: a child's facts as they stand, its sessions, the facts of its institutions. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.crossing import Crossing
from services.timeline.domain.findings.periods import Enrolment, Interval, enrolments_of
from services.timeline.domain.noted import Noted, read_id
from shared.clock import local_date
from shared.contracts.envelope import Fact
from shared.contracts.events.rehab import AssistanceApproved, SessionMode, SessionRecorded

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Held(Generic[F]):
    """A fact that stands, read into its model."""

    id: UUID
    case: UUID
    recorded_at: datetime
    fact: F


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it stands after all corrections; half-open [starts_at, ends_at)."""

    fact: UUID
    case: UUID
    session: UUID
    enrolment: UUID
    institution: UUID
    therapist: UUID
    discipline: str
    mode: str
    starts_at: datetime
    ends_at: datetime
    attended: bool
    bedside: bool
    visited: bool
    confirmed_by: str | None
    device: UUID | None
    wording: str | None
    recorded_at: datetime
    """When it was recorded for the first time: a correction makes no note late."""
    day: date
    """The day in Asia/Shanghai on which it began."""

    @property
    def interval(self) -> Interval:
        """Its time."""
        return Interval(self.starts_at, self.ends_at)

    @property
    def month(self) -> str:
        """The month of its day, as `2026-03`."""
        return self.day.isoformat()[:7]

    @property
    def on_the_premises(self) -> bool:
        """Whether it was held where the institution is, not at the child's home or by video."""
        return self.mode in {SessionMode.INDIVIDUAL, SessionMode.GROUP}


@dataclass
class Facts:
    """Facts that stand, read into their models by class when somebody asks for them."""

    shelf: Callable[[type[Fact]], Iterable[Noted]]
    _read: dict[object, Any] = field(default_factory=dict)

    def of(self, kind: type[F]) -> Sequence[Held[F]]:
        """Return the facts of a class in the order in which they happened."""
        if kind not in self._read:
            self._read[kind] = [held(kind, noted) for noted in self.shelf(kind)]
        return cast("Sequence[Held[F]]", self._read[kind])

    def by(self, kind: type[F], name: str) -> Mapping[Any, Sequence[Held[F]]]:
        """Return the facts of a class by one of their fields."""
        if (kind, name) not in self._read:
            grouped: dict[Any, list[Held[F]]] = defaultdict(list)
            for one in self.of(kind):
                grouped[getattr(one.fact, name)].append(one)
            self._read[kind, name] = dict(grouped)
        return cast("Mapping[Any, Sequence[Held[F]]]", self._read[kind, name])


def held(kind: type[F], noted: Noted) -> Held[F]:
    """Read a fact tolerantly, as every consumer does."""
    return Held(noted.id, noted.case, noted.recorded_at, kind.model_validate(noted.data, strict=False, extra="ignore"))


NOTHING = Facts(lambda _: ())


@dataclass
class CaseFile:
    """One child for the rules. All that it says follows from facts, so the same facts give the same findings."""

    book: CaseBook

    @property
    def crossing(self) -> Crossing:
        """What crosses the child and others."""
        return self.book.crossing

    @cached_property
    def facts(self) -> Facts:
        """The child's own facts."""
        return Facts(self.book.of)

    def of(self, kind: type[F]) -> Sequence[Held[F]]:
        """Return the child's own facts of a class."""
        return self.facts.of(kind)

    @cached_property
    def _institutions(self) -> Mapping[UUID, Facts]:
        return {name: Facts(book.of, book.read) for name, book in self.book.institutions.items()}

    def institution(self, institution: UUID) -> Facts:
        """Return the facts about an institution; none where none is known."""
        return self._institutions.get(institution, NOTHING)

    @cached_property
    def logged(self) -> Sequence[Session]:
        """Every session that stands, in the order of time, also those to which the child did not come."""
        first = self._first_recorded
        return [_session(noted, first[noted.data["session"]]) for noted in self.book.of(SessionRecorded)]

    @cached_property
    def _first_recorded(self) -> Mapping[str, datetime]:
        first: dict[str, datetime] = {}
        for noted in self.book.told:
            if (session := noted.data.get("session")) is not None:
                first[session] = min(first.get(session, noted.recorded_at), noted.recorded_at)
        return first

    @cached_property
    def sessions(self) -> Sequence[Session]:
        """The sessions to which the child came: only they cost anything and only they can clash."""
        return [session for session in self.logged if session.attended]

    @cached_property
    def by_enrolment(self) -> Mapping[UUID, Sequence[Session]]:
        """All logged sessions by enrolment, in the order of time."""
        grouped: dict[UUID, list[Session]] = defaultdict(list)
        for session in self.logged:
            grouped[session.enrolment].append(session)
        return grouped

    @cached_property
    def enrolments(self) -> Mapping[UUID, Enrolment]:
        """Enrolments by their ids."""
        return enrolments_of(self.facts)

    @cached_property
    def approvals(self) -> Mapping[UUID, Held[AssistanceApproved]]:
        """Approvals by their ids."""
        return {one.fact.approval: one for one in self.of(AssistanceApproved)}

    @cached_property
    def known_until(self) -> date:
        """The last day on which anything of the child was recorded: what was due by then is there, or missing."""
        return local_date(max(noted.recorded_at for noted in self.book.told))


def _session(noted: Noted, recorded_at: datetime) -> Session:
    """Read a session by hand: most facts are sessions, and a model costs several times as much."""
    data = noted.data
    starts_at = datetime.fromisoformat(data["starts_at"])
    confirmation = data.get("confirmation") or {}
    device = confirmation.get("device")
    return Session(
        fact=noted.id,
        case=noted.case,
        session=UUID(data["session"]),
        enrolment=read_id(data["enrolment"]),
        institution=read_id(data["institution"]),
        therapist=read_id(data["therapist"]),
        discipline=data["discipline"],
        mode=data["mode"],
        starts_at=starts_at,
        ends_at=datetime.fromisoformat(data["ends_at"]),
        attended=data["attended"],
        bedside=data.get("bedside", False),
        visited=data.get("visit") is not None,
        confirmed_by=confirmation.get("method"),
        device=read_id(device) if device else None,
        wording=data.get("wording"),
        recorded_at=recorded_at,
        day=local_date(starts_at),
    )
