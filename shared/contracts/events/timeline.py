"""Facts that the timeline itself records about a case."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Fact
from shared.ids import PersonId


class WaivedProducer(StrEnum):
    """Services whose facts can stand on the timeline."""

    SCREENING = "screening"
    REHAB = "rehab"
    EDUCATION = "education"
    CUSTODY = "custody"
    TIMELINE = "timeline"


class ParkedReason(StrEnum):
    """Why a fact could not be applied although it was the next of its stream."""

    POISON = "poison"
    BROKEN_CHAIN = "broken-chain"


class WaiverReason(StrEnum):
    """Why two persons step over a fact that cannot be applied."""

    CONTENT_INVALID = "content_invalid"
    """Its producer recorded something that no reader can make sense of."""
    CHAIN_BROKEN = "chain_broken"
    """It does not follow on the fact before it; the incident was looked into."""
    RECORDED_ANEW = "recorded_anew"
    """Its producer has recorded the same thing again in a form that can be read."""


class EventWaived(Fact, type="tongkang.timeline.event_waived.v1"):
    """Two persons decided that a fact which cannot be applied is stepped over; it stays with its producer."""

    waived_producer: WaivedProducer = Field(description="Service that recorded the fact.")
    waived_epoch: int = Field(description="Epoch of its stream.", ge=1)
    waived_sequence: int = Field(description="Its number in its stream.", ge=1)
    waived_event: UUID = Field(description="Id of the fact that is stepped over.")
    waived_hash: str = Field(description="Hash of the fact, hex.", pattern=r"^[0-9a-f]{64}$")
    parked_for: ParkedReason = Field(description="Why it could not be applied.")
    reason: WaiverReason = Field(description="Why it is stepped over.")
    asked_by: PersonId = Field(description="Person who asked for it, as an opaque id.")
    agreed_by: PersonId = Field(description="Second person, who agreed, as an opaque id.")
