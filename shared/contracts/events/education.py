"""Facts of education: where a child is placed, the days of attendance, the licence of an institution (handbook §4)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import County
from shared.contracts.envelope import Fact, Strict
from shared.ids import OrganisationId


class PlacementMode(StrEnum):
    """Form of schooling (handbook §4, table of `placement_mode`)."""

    REGULAR_CLASS = "regular_class"
    SPECIAL_CLASS = "special_class"
    SPECIAL_SCHOOL = "special_school"
    HOME_TEACHING = "home_teaching"
    TEACHING_SITE = "teaching_site"
    PRESCHOOL_INCLUSIVE = "preschool_inclusive"
    VOCATIONAL = "vocational"
    DEFERRED = "deferred"


class PlacementStep(StrEnum):
    """The order in which forms of schooling are considered (残疾人教育条例 art. 17; handbook §4)."""

    NEARBY_ORDINARY = "nearby_ordinary"
    DESIGNATED_ORDINARY = "designated_ordinary"
    SPECIAL_SCHOOL = "special_school"
    HOME_OR_DISTANCE = "home_or_distance"


class SkipReason(StrEnum):
    """Why an earlier step does not serve this child; the committee's words stay with education."""

    NEEDS_SPECIAL_SUPPORT = "needs_special_support"
    NO_PLACE_NEARBY = "no_place_nearby"
    NEEDS_FULL_TIME_NURSING = "needs_full_time_nursing"
    IN_RESIDENTIAL_REHABILITATION = "in_residential_rehabilitation"
    GUARDIAN_CHOICE = "guardian_choice"


class AttendanceStatus(StrEnum):
    """A school day of one child."""

    PRESENT = "present"
    ABSENT = "absent"
    LEAVE = "leave"


class LicenceStage(StrEnum):
    """Stage of education that an institution may give: the 3 + 9 + 3 free years (handbook §4)."""

    PRESCHOOL = "preschool"
    COMPULSORY = "compulsory"
    SENIOR = "senior"


class SkippedStep(Strict):
    """An earlier form of schooling that does not serve, and why."""

    step: PlacementStep = Field(description="Step of the order that was passed over.")
    reason: SkipReason = Field(description="Why it does not serve this child.")


class PlacementDecided(Fact, type="tongkang.education.placement_decided.v1"):
    """Decision of the county expert committee: one child, one placement (残疾人教育条例 art. 20; handbook §4)."""

    placement: UUID = Field(description="Id of the placement.")
    mode: PlacementMode = Field(description="Form of schooling; an ordinary school comes first.")
    school: OrganisationId | None = Field(
        default=None, description="School that keeps the roll (学籍); absent when deferred."
    )
    site: OrganisationId | None = Field(
        default=None,
        description="Institution where the child is taught when that is not the school: the teaching site's.",
    )
    decided_on: date = Field(description="Date of the decision, Asia/Shanghai.")
    starts_on: date = Field(description="First day of the placement.")
    ends_on: date | None = Field(
        default=None, description="Last day of the placement, itself included; absent when open."
    )
    skipped: tuple[SkippedStep, ...] = Field(description="Earlier steps that were passed over, with reasons.")


class AttendanceRecorded(Fact, type="tongkang.education.attendance_recorded.v1"):
    """One child's school day at one institution."""

    placement: UUID = Field(description="Placement in which the day lies.")
    mode: PlacementMode = Field(description="Form of schooling of that placement.")
    institution: OrganisationId = Field(description="Institution where the day was spent or missed.")
    on: date = Field(description="The day, Asia/Shanghai.")
    status: AttendanceStatus = Field(description="Present, absent or on leave.")


class EducationLicenceGranted(Fact, type="tongkang.education.education_licence_granted.v1", about="institution"):
    """A rehabilitation institution may educate (办学资质): the subject is the institution (handbook §4)."""

    licence: UUID = Field(description="Id of the licence.")
    region: County = Field(description="County of the institution.")
    stage: LicenceStage = Field(description="Stage of education that is licensed.")
    valid_from: date = Field(description="First day of validity.")
    valid_until: date = Field(description="Last day of validity, itself included.")
    partner_school: OrganisationId = Field(description="School that keeps the roll of the children taught there.")
