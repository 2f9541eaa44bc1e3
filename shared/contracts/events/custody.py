"""Facts of custody: stays in day or boarding care, who takes the child out, leave, incidents (handbook §5)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.codes import County
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


class LeaveType(StrEnum):
    """Why a child is away from care for a time (handbook §5)."""

    ILLNESS = "illness"
    FAMILY = "family"
    HOSPITAL = "hospital"
    HOLIDAY = "holiday"


class SignOutKind(StrEnum):
    """How a child leaves the house (handbook §5)."""

    PICK_UP = "pick_up"
    ACTIVITY = "activity"
    HOSPITAL = "hospital"


class IncidentLevel(StrEnum):
    """Levels of an incident (handbook §5): 1 first aid, 2 medical visit, 3 serious, 4 death."""

    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"
    DEATH = "death"


class IncidentKind(StrEnum):
    """What happened (handbook §5)."""

    INJURY = "injury"
    ILLNESS = "illness"
    MISSING = "missing"
    SUSPECTED_ABUSE = "suspected_abuse"
    UNAUTHORISED_PICK_UP = "unauthorised_pick_up"
    OTHER = "other"


class IncidentStep(StrEnum):
    """What level 3 and above asks for (handbook §5 [assumed]): guardian at once, federation 2 h, report 24 h.

    Suspected abuse asks at any level, and for a report to police and civil affairs too (未成年人保护法 art. 11).
    """

    GUARDIAN_TOLD = "guardian_told"
    FEDERATION_TOLD = "federation_told"
    WRITTEN_REPORT = "written_report"
    AUTHORITY_TOLD = "authority_told"


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


class SignedOut(Fact, type="tongkang.custody.signed_out.v1"):
    """A child left the house with a person of its list (handbook §5); who that is stays with the house."""

    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    kind: SignOutKind = Field(description="How.")
    collector: UUID | None = Field(default=None, description="Entry of the pick-up list, as an opaque id.")
    at: AwareDatetime = Field(description="When the child left, UTC.")


class SignedIn(Fact, type="tongkang.custody.signed_in.v1"):
    """A child came back into the house (handbook §5)."""

    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    at: AwareDatetime = Field(description="When the child came, UTC.")


class LeaveStarted(Fact, type="tongkang.custody.leave_started.v1"):
    """A child went on leave from care; an overdue return is an alert (handbook §5)."""

    leave: UUID = Field(description="Id of the leave.")
    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    kind: LeaveType = Field(description="Illness, family, hospital or holiday.")
    starts_at: AwareDatetime = Field(description="Start, UTC, inclusive.")
    expected_back_at: AwareDatetime = Field(description="Expected return, UTC.")
    overdue_at: AwareDatetime = Field(description="When the return is overdue: default 12 hours later [assumed].")


class LeaveEnded(Fact, type="tongkang.custody.leave_ended.v1"):
    """A child came back from leave (handbook §5)."""

    leave: UUID = Field(description="Id of the leave.")
    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    ended_at: AwareDatetime = Field(description="When the child came back, UTC, exclusive end of the leave.")


class IncidentReported(Fact, type="tongkang.custody.incident_reported.v1"):
    """An incident in care; what happened in words stays with the house (handbook §5; 未成年人保护法 art. 11)."""

    incident: UUID = Field(description="Id of the incident.")
    stay: UUID = Field(description="Id of the custody stay.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    level: IncidentLevel = Field(description="Level.")
    kind: IncidentKind = Field(description="What happened.")
    at: AwareDatetime = Field(description="When it happened, UTC.")
    family_due_at: AwareDatetime | None = Field(
        default=None, description="When the guardian must know; absent where no clock runs."
    )
    federation_due_at: AwareDatetime | None = Field(
        default=None, description="When the federation must know; absent where no clock runs."
    )
    report_due_at: AwareDatetime | None = Field(
        default=None, description="When the written report is due; absent where no clock runs."
    )
    authority_due_at: AwareDatetime | None = Field(
        default=None, description="When police and civil affairs must know; present exactly for suspected abuse."
    )


class IncidentFollowedUp(Fact, type="tongkang.custody.incident_followed_up.v1"):
    """One of the steps that a serious incident asks for was done (handbook §5)."""

    incident: UUID = Field(description="Id of the incident.")
    institution: OrganisationId = Field(description="Institution that cares for the child.")
    step: IncidentStep = Field(description="What was done.")
    at: AwareDatetime = Field(description="When, UTC.")


class CustodyLicenceGranted(Fact, type="tongkang.custody.custody_licence_granted.v1", about="institution"):
    """An institution may care for so many children (handbook §5: licensed places)."""

    licence: UUID = Field(description="Id of the licence.")
    county: County = Field(description="County of the institution.")
    day_places: int = Field(ge=0, description="Most children by day.")
    boarding_places: int = Field(ge=0, description="Most children by night.")
    valid_from: date = Field(description="First day of validity.")
    valid_until: date = Field(description="Last day of validity, itself included.")


class CarersDeclared(Fact, type="tongkang.custody.carers_declared.v1", about="institution"):
    """How many carers an institution has on duty from a day on (handbook §5: ratio 1:4 by day, 1:6 at night)."""

    by_day: int = Field(ge=0, description="Carers on duty by day.")
    by_night: int = Field(ge=0, description="Carers on duty at night.")
    since: date = Field(description="First day on which this holds.")
