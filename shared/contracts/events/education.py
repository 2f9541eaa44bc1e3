"""Facts of education: where a child is placed, the days of attendance, the licence of an institution (handbook §4)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.codes import County
from shared.contracts.envelope import Fact, Strict
from shared.ids import OrganisationId, PersonId


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


class GapKind(StrEnum):
    """What dropout control noticed (控辍保学; handbook §4)."""

    NO_ATTENDANCE = "no_attendance"
    HOURS_BEHIND = "hours_behind"


class PlacementEndReason(StrEnum):
    """Why a placement ended; children move both ways after review (handbook §4)."""

    REVIEWED = "reviewed"
    GRADUATED = "graduated"
    TRANSFERRED = "transferred"
    MOVED_AWAY = "moved_away"
    LICENCE_ENDED = "licence_ended"
    AGED_OUT = "aged_out"
    DECEASED = "deceased"
    ENTERED_IN_ERROR = "entered_in_error"


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
    county: County | None = Field(default=None, description="County whose expert committee decided.")
    review_by: date | None = Field(
        default=None, description="Day by which the decision is looked at again: yearly for a deferral."
    )


class SchoolAgeWatchOpened(Fact, type="tongkang.education.school_age_watch_opened.v1"):
    """A confirmed child is watched until it is placed: no child reaches school age unseen (义务教育法; handbook §4)."""

    county: County = Field(description="County whose education authority watches: the child's residence.")
    compulsory_from: date = Field(description="First day of compulsory schooling: 1 September after the cut-off.")
    compulsory_until: date = Field(description="Last day of compulsory schooling, itself included.")
    opened_on: date = Field(description="First day of the watch.")


class SchoolEnrolled(Fact, type="tongkang.education.school_enrolled.v1"):
    """A school took the child on its roll (学籍; handbook §4)."""

    placement: UUID = Field(description="Placement that the school carries out.")
    roll: UUID = Field(description="Id of the entry on the school roll.")
    school: OrganisationId = Field(description="School that keeps the roll.")
    stage: LicenceStage = Field(description="Stage of education.")
    enrolled_on: date = Field(description="First day on the roll.")


class IepAgreed(Fact, type="tongkang.education.iep_agreed.v1"):
    """An individualised education programme for one term was agreed (个别化教育计划; 特教提升; handbook §4)."""

    iep: UUID = Field(description="Programme.")
    placement: UUID = Field(description="Placement that it serves.")
    school: OrganisationId = Field(description="School that made it.")
    term_from: date = Field(description="First day of the term.")
    term_until: date = Field(description="Last day of the term, itself included.")
    goals: int = Field(ge=1, description="Number of goals; their words stay with the school.")
    resource_room: bool = Field(description="Whether the child uses a resource room (资源教室).")
    reviewer: PersonId = Field(description="Person who reviews it, as an opaque id.")
    agreed_on: date = Field(description="Date of agreement.")


class HomeTeachingRecorded(Fact, type="tongkang.education.home_teaching_recorded.v1"):
    """A teacher taught the child at home (送教上门; 山东送教意见: twice a week, 3 class hours each; handbook §4)."""

    visit: UUID = Field(description="Id of the visit.")
    placement: UUID = Field(description="Placement in which it lies.")
    school: OrganisationId = Field(description="School that sent the teacher.")
    teacher: PersonId = Field(description="Teacher, as an opaque id.")
    starts_at: AwareDatetime = Field(description="Start, UTC, inclusive.")
    ends_at: AwareDatetime = Field(description="End, UTC, exclusive.")
    class_hours: int = Field(ge=1, le=12, description="Class hours given (课时).")


class AttendanceGapDetected(Fact, type="tongkang.education.attendance_gap_detected.v1"):
    """A compulsory-age child does not come, or its home teaching falls behind (控辍保学; handbook §4)."""

    gap: UUID = Field(description="Id of the gap.")
    placement: UUID = Field(description="Placement that it concerns.")
    school: OrganisationId = Field(description="School that answers for the child.")
    kind: GapKind = Field(description="What was noticed.")
    since: date = Field(description="Last day of presence before the gap, or first day of the school year.")
    detected_on: date = Field(description="Date of detection.")
    missing: int = Field(ge=1, description="School days missed in a row, or class hours behind pace.")


class PlacementEnded(Fact, type="tongkang.education.placement_ended.v1"):
    """A placement ended; the half-open time of it is [starts_on, ended_on) (handbook §4)."""

    placement: UUID = Field(description="Placement.")
    school: OrganisationId | None = Field(default=None, description="School that kept the roll; absent when deferred.")
    ended_on: date = Field(description="First day without it.")
    reason: PlacementEndReason = Field(description="Why.")


class PlacementReviewed(Fact, type="tongkang.education.placement_reviewed.v1"):
    """The expert committee looked at a placement again and kept it; a change is a new decision (handbook §4)."""

    placement: UUID = Field(description="Placement that goes on.")
    reviewed_on: date = Field(description="Day of the review.")
    review_by: date | None = Field(
        default=None, description="Day by which it is looked at again; absent when none was set."
    )


class AttendanceRecorded(Fact, type="tongkang.education.attendance_recorded.v1"):
    """One child's school day at one institution."""

    placement: UUID = Field(description="Placement in which the day lies.")
    mode: PlacementMode = Field(description="Form of schooling of that placement.")
    institution: OrganisationId = Field(description="Institution where the day was spent or missed.")
    on: date = Field(description="The day, Asia/Shanghai.")
    status: AttendanceStatus = Field(description="Present, absent or on leave.")
    starts_at: AwareDatetime | None = Field(
        default=None, description="Arrival, UTC, where the school records it (F10)."
    )
    ends_at: AwareDatetime | None = Field(default=None, description="Departure, UTC, exclusive.")


class EducationLicenceGranted(Fact, type="tongkang.education.education_licence_granted.v1", about="institution"):
    """A rehabilitation institution may educate (办学资质): the subject is the institution (handbook §4)."""

    licence: UUID = Field(description="Id of the licence.")
    region: County = Field(description="County of the institution.")
    stage: LicenceStage = Field(description="Stage of education that is licensed.")
    valid_from: date = Field(description="First day of validity.")
    valid_until: date = Field(description="Last day of validity, itself included.")
    partner_school: OrganisationId = Field(description="School that keeps the roll of the children taught there.")
