"""Facts of another service as they would arrive: numbered, chained, sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from shared import clock, ids
from shared.contracts.envelope import GENESIS, ActorRef, Context, Event, Fact, Recorded, seal, service_actor
from shared.journal.inbox import Record


@dataclass
class Stream:
    """One producer's stream about one case (or institution), growing with each `append`."""

    producer: str
    subject: UUID = field(default_factory=uuid4)
    epoch: int = 1
    last: int = 0
    head: bytes = GENESIS
    records: list[Record] = field(default_factory=list)

    def append(
        self,
        fact: Fact,
        *,
        occurred_at: date | datetime | None = None,
        actor: ActorRef | None = None,
        recorded_at: datetime | None = None,
    ) -> Record:
        """Add a fact; return it as a record of its topic (offsets count per stream)."""
        moment = clock.moment_of(occurred_at or clock.now())
        recorded = Recorded(ids.new_fact(), self.subject, fact, moment, ids.new_record())
        context = Context(self.producer, actor or service_actor(self.producer), recorded_at or clock.now())
        sealed = seal(recorded, context, epoch=self.epoch, seq=self.last + 1, prev_hash=self.head)
        self.last, self.head = sealed.seq, sealed.hash
        record = Record(sealed.envelope, str(self.subject).encode(), fact.topic, 0, len(self.records))
        self.records.append(record)
        return record

    def extend(self, facts: Iterable[Fact]) -> list[Record]:
        """Add several facts."""
        return [self.append(fact) for fact in facts]

    @property
    def events(self) -> list[Event]:
        """The facts as their reader sees them."""
        return [Event.read(record.value or b"") for record in self.records]
