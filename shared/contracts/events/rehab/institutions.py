"""Facts about designated institutions, on `tongkang.institutions` (handbook §3.4)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import County, RehabCategory
from shared.contracts.envelope import Fact, Strict
from shared.contracts.events.rehab.service import Discipline
from shared.ids import PersonId

DesignationId = Annotated[UUID, Field(description="Designation agreement.")]
ClockTime = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Time of day.", examples=["08:30"])
]


class InstitutionGrade(StrEnum):
    """Yearly grade: A from 85, B from 70, C from 60, else failed (handbook §3.4 [assumed])."""

    A = "a"
    B = "b"
    C = "c"
    FAILED = "failed"


class RemovalReason(StrEnum):
    """Why a designation ended before its time (handbook §3.4; 动态淘汰)."""

    NOT_RECTIFIED = "not_rectified"
    FRAUD = "fraud"
    SERIOUS_BREACH = "serious_breach"
    OWN_REQUEST = "own_request"
    CLOSED_DOWN = "closed_down"


class LapseReason(StrEnum):
    """Why a person no longer counts as qualified staff."""

    LICENCE_EXPIRED = "licence_expired"
    LEFT = "left"
    STRUCK_OFF = "struck_off"


class OpeningHours(Strict):
    """Hours of one weekday, Asia/Shanghai."""

    weekday: int = Field(ge=1, le=7, description="ISO weekday, 1 Monday to 7 Sunday.")
    opens: ClockTime
    closes: ClockTime


class SuspensionReason(StrEnum):
    """Why a designation is suspended (handbook §3.4: fail or serious breach leads to rectification)."""

    GRADE_FAILED = "grade_failed"
    SERIOUS_BREACH = "serious_breach"
    LICENCE_INVALID = "licence_invalid"
    SAFETY = "safety"
    OWN_REQUEST = "own_request"


class DesignationGranted(Fact, type="tongkang.rehab.designation_granted.v1", about="institution"):
    """An institution became a designated one for some categories and a time (浙江/安徽/沈阳协议办法; handbook §3.4)."""

    designation: DesignationId
    categories: tuple[RehabCategory, ...] = Field(description="Categories covered, sorted by code.", min_length=1)
    county: County = Field(description="County of the institution.")
    valid_from: date = Field(description="First day of the agreement.")
    valid_until: date = Field(description="Last day of the agreement, inclusive.")
    capacity: int = Field(description="Most children at one time.", ge=1)
    hours: tuple[OpeningHours, ...] = Field(
        default=(), description="Opening hours by weekday; none said: any hour (F09)."
    )


class DesignationSuspended(Fact, type="tongkang.rehab.designation_suspended.v1", about="institution"):
    """A designation was suspended: no new enrolments; sitting children are transferred first (handbook §3.4)."""

    designation: DesignationId
    suspended_on: date = Field(description="First day without new enrolments.")
    reason: SuspensionReason = Field(description="Why.")
    rectify_by: date | None = Field(default=None, description="Day by which the breach is to be put right.")


class DesignationReinstated(Fact, type="tongkang.rehab.designation_reinstated.v1", about="institution"):
    """Rectification was checked and found good: new enrolments again (handbook §3.4)."""

    designation: DesignationId
    reinstated_on: date = Field(description="First day with new enrolments again.")


class DesignationGraded(Fact, type="tongkang.rehab.designation_graded.v1", about="institution"):
    """The yearly score of an institution and the grade that follows from it (handbook §3.4)."""

    designation: DesignationId
    year: int = Field(ge=2000, le=2999, description="Year that was scored.")
    score: int = Field(ge=0, le=100, description="Score of the year.")
    grade: InstitutionGrade = Field(description="Grade by the bands of the policy.")
    graded_on: date = Field(description="Date of grading.")


class DesignationRemoved(Fact, type="tongkang.rehab.designation_removed.v1", about="institution"):
    """A designation ended before its time; sitting children are transferred first (handbook §3.4)."""

    designation: DesignationId
    removed_on: date = Field(description="First day without the designation.")
    reason: RemovalReason = Field(description="Why.")


class StaffQualified(Fact, type="tongkang.rehab.staff_qualified.v1", about="institution"):
    """A person stands on the staff list of an institution (handbook §3.4, §3.7 F12)."""

    therapist: PersonId = Field(description="The person, as an opaque id.")
    disciplines: tuple[Discipline, ...] = Field(description="Disciplines licensed, sorted by code.", min_length=1)
    since: date = Field(description="First day on the list.")
    licence_until: date = Field(description="Last day of the licence, itself included.")


class StaffLapsed(Fact, type="tongkang.rehab.staff_lapsed.v1", about="institution"):
    """A person no longer stands on the staff list (handbook §3.7 F12)."""

    therapist: PersonId = Field(description="The person, as an opaque id.")
    lapsed_on: date = Field(description="First day off the list.")
    reason: LapseReason = Field(description="Why.")


class ClosureDayDeclared(Fact, type="tongkang.rehab.closure_day_declared.v1", about="institution"):
    """The institution is closed on a day (handbook §3.7 F09)."""

    closed_on: date = Field(description="The day, Asia/Shanghai.")
