"""Facts that the timeline itself records about a case."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.codes import County, OrgType
from shared.contracts.envelope import Fact
from shared.ids import OrganisationId, PersonId


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


DutyId = Annotated[UUID, Field(description="Duty: derived from its rule and the fact that opened it, never random.")]
DutyRule = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9-]{1,60}$", description="Row of the table of duties.", examples=["recheck-due"])
]
FindingId = Annotated[UUID, Field(description="Finding: derived from its rule and subject, never random.")]
FindingRule = Annotated[str, Field(pattern=r"^F[0-9]{2}$", description="Rule of handbook §3.7.", examples=["F05"])]


class DutyEnd(StrEnum):
    """How a duty ended."""

    IN_TIME = "in_time"
    LATE = "late"
    VOID = "void"
    """The ground fell away: death, erasure, withdrawn consent, a correction."""


class EscalationLevel(StrEnum):
    """To whom a missed duty is shown, by region (handbook §9: escalation by region code)."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


class DutyOpened(Fact, type="tongkang.timeline.duty_opened.v1"):
    """Somebody owes a child something by a time (handbook §1.4, §3.3, §4, §5)."""

    duty: DutyId
    rule: DutyRule
    owner: OrganisationId | None = Field(default=None, description="Organisation that owes it, where one is known.")
    owner_kind: OrgType = Field(description="Kind of organisation that owes it.")
    county: County | None = Field(default=None, description="County in whose lists it stands.")
    due_at: AwareDatetime = Field(description="Until when, UTC, exclusive; computed from facts only.")
    opened_by: UUID = Field(description="Fact that opened it.")
    from_day: date | None = Field(default=None, description="Day from which the due time is counted.")
    from_moment: AwareDatetime | None = Field(
        default=None, description="Moment from which the due time is counted, where that is no day, UTC."
    )
    at_least_from: date | None = Field(
        default=None, description="Day from which whoever learns late has a time of their own."
    )


class DutyMet(Fact, type="tongkang.timeline.duty_met.v1"):
    """A duty ended: it was done, or its ground fell away."""

    duty: DutyId
    rule: DutyRule
    outcome: DutyEnd = Field(description="In time, late, or void.")
    met_by: UUID | None = Field(default=None, description="Fact that ended it.")
    met_at: AwareDatetime = Field(description="When it was done, UTC.")
    fell_away: bool = Field(
        default=False,
        description="Void because by what is known now it never was a duty; `met_at` is when that was seen.",
    )


class DutyMissed(Fact, type="tongkang.timeline.duty_missed.v1"):
    """The time of a duty ran out; it stays open and is shown one level higher."""

    duty: DutyId
    rule: DutyRule
    level: EscalationLevel = Field(description="To whom it is shown from now on.")
    due_at: AwareDatetime = Field(description="Until when it was due, UTC.")


class Severity(StrEnum):
    """What a finding does: H holds the claim line (money, never the service), M review, L note (handbook §3.7)."""

    HOLD = "hold"
    REVIEW = "review"
    NOTE = "note"


class ReviewDecision(StrEnum):
    """What a reviewer decided (handbook §3.7)."""

    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    DATA_ERROR = "data_error"


class FindingCloseReason(StrEnum):
    """Why a finding is closed."""

    FACTS_CHANGED = "facts_changed"
    """A late fact or a correction took its ground away."""
    REVIEWED = "reviewed"


class FindingRaised(Fact, type="tongkang.timeline.finding_raised.v1"):
    """A rule flags something; a person decides (handbook §3.7, §0 rule 6)."""

    finding: FindingId
    rule: FindingRule
    rule_version: int = Field(ge=1, description="Version of the rule that flagged it.")
    severity: Severity = Field(description="Hold, review or note.")
    institution: OrganisationId | None = Field(default=None, description="Institution that it concerns.")
    first_day: date = Field(description="First day that it concerns, Asia/Shanghai.")
    last_day: date = Field(description="Last day that it concerns, itself included.")
    evidence: tuple[UUID, ...] = Field(description="Facts that it stands on, sorted.", min_length=1)


class FindingReviewed(Fact, type="tongkang.timeline.finding_reviewed.v1"):
    """A person looked at a finding and decided; the words of it stay with the timeline (handbook §3.7)."""

    finding: FindingId
    rule: FindingRule
    decision: ReviewDecision = Field(description="Confirmed, explained or data error.")


class FindingClosed(Fact, type="tongkang.timeline.finding_closed.v1"):
    """A finding no longer stands (handbook §3.7)."""

    finding: FindingId
    rule: FindingRule
    reason: FindingCloseReason = Field(description="Why.")
