"""The chain of care as the timeline shows it: lanes, and the furthest stage that a case has reached."""

from enum import IntEnum, StrEnum
from typing import Self


class Lane(StrEnum):
    """The lanes of the picture, in its order; each holds the facts of one producer."""

    SCREENING = "screening"
    REHABILITATION = "rehabilitation"
    SCHOOLING = "schooling"
    CUSTODY = "custody"
    FINDINGS = "findings"


PRODUCER_OF = {
    Lane.SCREENING: "screening",
    Lane.REHABILITATION: "rehab",
    Lane.SCHOOLING: "education",
    Lane.CUSTODY: "custody",
    Lane.FINDINGS: "timeline",
}
LANE_OF = {producer: lane for lane, producer in PRODUCER_OF.items()}
PRODUCERS = tuple(LANE_OF)


class Stage(IntEnum):
    """Stages of the chain in its order. A case shows the furthest one it reached, in whatever order facts arrive."""

    REGISTERED = 0
    SUSPECTED = 1
    CONFIRMED = 2
    ASSISTANCE_APPLIED = 3
    ASSISTANCE_APPROVED = 4
    IN_REHABILITATION = 5
    IN_SCHOOLING = 6
    IN_CUSTODY = 7

    @property
    def code(self) -> str:
        """The stage as answers name it."""
        return self.name.lower()

    @classmethod
    def of(cls, code: str) -> Self:
        """Return the stage of a code. Raises ValueError, naming all."""
        found = next((stage for stage in cls if stage.code == code), None)
        if found is None:
            raise ValueError(f"one of {', '.join(stage.code for stage in cls)}")
        return found
