"""Facts of custody: a child's stay in day or boarding care begins and ends (handbook §5)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Fact
from shared.ids import OrganisationId


class CustodyMode(StrEnum):
    """Form of care (handbook §5). None of them moves guardianship (民法典 art. 27)."""

    DAY = "day"
    WEEKDAY_BOARDING = "weekday_boarding"
    FULL_BOARDING = "full_boarding"
    RESPITE = "respite"


class CustodyEndReason(StrEnum):
    """Why a stay ended."""

    RETURNED_HOME = "returned_home"
    TRANSFERRED = "transferred"
    AGED_OUT = "aged_out"
    MOVED_AWAY = "moved_away"
    GUARDIAN_WITHDREW = "guardian_withdrew"
    INSTITUTION_CLOSED = "institution_closed"
    DECEASED = "deceased"


class CustodyAdmitted(Fact, type="tongkang.custody.custody_admitted.v1"):
    """A child was admitted to day or boarding care."""

    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    mode: CustodyMode = Field(description="Form of care.")
    admitted_on: date = Field(description="First day of the stay, Asia/Shanghai.")
    until: date | None = Field(
        default=None, description="Planned day of leaving, no longer part of the stay; absent when open."
    )


class CustodyEnded(Fact, type="tongkang.custody.custody_ended.v1"):
    """A stay ended. Stays are half-open [admitted_on, ended_on): a transfer on one day does not clash."""

    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cared for the child.")
    ended_on: date = Field(description="Day of leaving, no longer part of the stay.")
    reason: CustodyEndReason = Field(description="Why the stay ended.")
