"""Where an upload stands: it is checked part by part, then taken over part by part, and goes on after any break."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MOST_UPLOADS = 10


class UploadStage(StrEnum):
    """What an upload waits for."""

    CHECKING = "checking"
    CHECKED = "checked"
    TAKING = "taking"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of an upload that go together."""

    number: int
    size: int
    checked: bool = False
    taken: int | None = None
    """How many of its lines were taken over; none before that."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody uploaded."""

    id: UUID
    person: UUID
    kind: str
    name: str
    unknown: Sequence[str]
    saved_at: datetime
    taking: bool
    parts: Sequence[Part]

    @property
    def stage(self) -> UploadStage:
        if not all(part.checked for part in self.parts):
            return UploadStage.CHECKING
        if not self.taking:
            return UploadStage.CHECKED
        return UploadStage.DONE if self.next is None else UploadStage.TAKING

    @property
    def next(self) -> Part | None:
        """The part whose turn it is."""
        waits = (part for part in self.parts if not part.checked or (self.taking and part.taken is None))
        return next(waits, None)

    @property
    def size(self) -> int:
        """How many lines it has."""
        return sum(part.size for part in self.parts)

    @property
    def behind(self) -> int:
        """How many lines are checked, or taken over, so far."""
        return sum(part.size for part in self.parts if part.checked and not (self.taking and part.taken is None))

    @property
    def taken(self) -> int:
        """How many lines are in."""
        return sum(part.taken or 0 for part in self.parts)
