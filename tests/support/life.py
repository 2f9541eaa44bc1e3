"""A child's book written fact by fact, for tests of what is judged from it. Every child here is invented."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from services.timeline.domain.casebook import CaseBook, casebook
from services.timeline.domain.institutionbook import institutionbook
from services.timeline.domain.noted import Noted
from shared.clock import moment_of
from shared.contracts.envelope import Event, Fact
from shared.contracts.events.screening import ChildRegistered
from shared.contracts.specimen import specimen
from shared.testing.streams import Stream

BORN = date(2022, 5, 4)
COUNTY = "371602"


@dataclass
class Life:
    """Facts about one child, told with invented values but for those that a test names."""

    case: UUID = field(default_factory=uuid4)
    told: list[Noted] = field(default_factory=list)
    own: list[Noted] = field(default_factory=list)
    about: dict[UUID, list[Noted]] = field(default_factory=dict)
    streams: dict[tuple[str, UUID], Stream] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add(ChildRegistered, BORN, birth_date=BORN, region=COUNTY)

    def add(self, kind: type[Fact], on: date | datetime, /, *, by: UUID | None = None, **fields: Any) -> Noted:
        """Tell a fact that happened on a day or at a moment."""
        fact = self._written(kind, on, self.case, by, fields)
        (self.own if kind.producer == "timeline" else self.told).append(fact)
        return fact

    def add_about(self, institution: UUID, kind: type[Fact], on: date, /, **fields: Any) -> Noted:
        """Tell a fact about an institution."""
        fact = self._written(kind, on, institution, None, fields)
        self.about.setdefault(institution, []).append(fact)
        return fact

    def concluded(self, fact: Fact, at: datetime) -> Noted:
        """Add a fact that the timeline recorded."""
        noted = self._noted(fact, at, self.case, None)
        self.own.append(noted)
        return noted

    @property
    def book(self) -> CaseBook:
        """The book of the child as told so far."""
        institutions = {one: institutionbook(one, facts) for one, facts in self.about.items()}
        return casebook(self.case, self.told, own=self.own, institutions=institutions)

    def _written(
        self, kind: type[Fact], on: date | datetime, subject: UUID, by: UUID | None, fields: dict[str, Any]
    ) -> Noted:
        fact = specimen(kind)
        data = fact.model_dump(mode="json") | orjson.loads(orjson.dumps(fields, default=str))
        return self._noted(kind.model_validate_json(orjson.dumps(data)), on, subject, by)

    def _noted(self, fact: Fact, on: date | datetime, subject: UUID, by: UUID | None) -> Noted:
        stream = self.streams.setdefault((fact.producer, subject), Stream(fact.producer, subject))
        at = moment_of(on)
        stream.append(fact, occurred_at=at, recorded_at=at + timedelta(hours=1))
        return noted(stream.events[-1], by)


def noted(event: Event, by: UUID | None = None) -> Noted:
    """Return a fact as the book holds it."""
    return Noted(
        event.id,
        event.type,
        event.producer,
        event.subject,
        event.epoch,
        event.seq,
        event.occurred_at,
        event.recorded_at,
        by or UUID(event.data["actor"]["organisation"]),
        event.data,
    )
