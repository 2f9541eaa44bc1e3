"""One fact as an assessor reads it: pure, data as it came; dates and ids are read where they are asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from shared.clock import local_date
from shared.contracts.envelope import Fact

Kind = type[Fact]
Shelf = Mapping[str, tuple["Noted", ...]]
"""Facts by type, in the order in which they happened."""


read_id = lru_cache(maxsize=20_000)(UUID)
"""Read an id: the facts of a child name the same institution, enrolment and therapist again and again."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact that stands on the timeline."""

    id: UUID
    type: str
    producer: str
    case: UUID
    epoch: int
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    """Organisation that recorded it; person and role stand in `data["actor"]`."""
    data: Mapping[str, Any]
    ground: tuple[UUID, ...] = ()
    """Facts on which it stands, where that is more than itself: a corrected session on the session too."""

    @property
    def corrects(self) -> UUID | None:
        """The fact that it corrects."""
        corrected = self.data.get("correction_of")
        return None if corrected is None else UUID(corrected)

    @property
    def evidence(self) -> tuple[UUID, ...]:
        """The facts that are named where somebody is judged by this one."""
        return self.ground or (self.id,)

    @property
    def happened_on(self) -> date:
        """Day on which it happened, Asia/Shanghai."""
        return local_date(self.occurred_at)

    def is_a(self, kind: Kind) -> bool:
        """Tell whether it is of a kind."""
        return self.type == kind.type

    def day(self, name: str) -> date:
        """Return a field that holds a date. Raises KeyError where it is absent."""
        return date.fromisoformat(self.data[name])

    def moment(self, name: str) -> datetime:
        """Return a field that holds a moment. Raises KeyError where it is absent."""
        return datetime.fromisoformat(self.data[name])

    def id_of(self, name: str) -> UUID:
        """Return a field that holds an id. Raises KeyError where it is absent."""
        return read_id(self.data[name])

    def place(self) -> tuple[datetime, datetime, str, int, str]:
        """Return its place in the order in which things happened; of one moment, in that of recording."""
        return (self.occurred_at, self.recorded_at, self.producer, self.seq, self.id.hex)

    def number(self) -> tuple[str, str, int, int]:
        """Return its place in the order of its own stream."""
        return (self.producer, self.case.hex, self.epoch, self.seq)


def shelved(facts: Iterable[Noted]) -> Shelf:
    """Return facts by type, in the order in which they come."""
    shelves: dict[str, list[Noted]] = {}
    for fact in facts:
        shelves.setdefault(fact.type, []).append(fact)
    return {kind: tuple(found) for kind, found in shelves.items()}
