"""Facts of the rehab service: assistance, service, designated institutions (handbook §3, appendix A)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.codes import County, RehabCategory
from shared.contracts.envelope import Fact, Strict
from shared.ids import OrganisationId, PersonId


class AssistanceItem(StrEnum):
    """What assistance pays for (国发20号); surgery and devices belong to a later stage of the house."""

    TRAINING = "training"


class TrainingMode(StrEnum):
    """How training is given (山东办法2026; handbook §3.2)."""

    CENTRALISED = "centralised"
    INSTITUTION_COMMUNITY_FAMILY = "institution_community_family"


class AgeBand(StrEnum):
    """Before the 7th birthday ("0-6"), or from it to before the 18th ("7 and above"; handbook §0 rule 2)."""

    UNDER_7 = "under_7"
    FROM_7 = "from_7"


class EligibilityBasis(StrEnum):
    """What an application stands on: a certificate, or under 7 a prescribed diagnosis (山东办法2026)."""

    CERTIFICATE = "certificate"
    DIAGNOSIS = "diagnosis"


class Material(StrEnum):
    """Materials of an application (国发20号; handbook §3.3 step 1)."""

    IDENTITY = "identity"
    CERTIFICATE = "certificate"
    DIAGNOSIS = "diagnosis"
    RESIDENCE = "residence"
    HARDSHIP = "hardship"


class RefusalReason(StrEnum):
    """Why assistance was refused; a refusal must state reasons (handbook §3.3 step 2)."""

    AGED_OUT = "aged_out"
    NEEDS_CERTIFICATE = "needs_certificate"
    NO_ASSISTED_CATEGORY = "no_assisted_category"
    NOT_RESIDENT = "not_resident"
    MATERIALS_NOT_SUPPLIED = "materials_not_supplied"
    INCOME_ABOVE_LIMIT = "income_above_limit"
    ASSISTED_ELSEWHERE = "assisted_elsewhere"
    WITHDRAWN_BY_GUARDIAN = "withdrawn_by_guardian"


class EnrolmentEndReason(StrEnum):
    """Final states of an enrolment (handbook §3.3)."""

    FINISHED = "finished"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    TERMINATED = "terminated"


class Discipline(StrEnum):
    """Disciplines of a session (handbook §3.5)."""

    PT = "pt"
    OT = "ot"
    ST = "st"
    SPECIAL_EDUCATION = "special_education"
    BEHAVIOURAL = "behavioural"
    AUDITORY_VERBAL = "auditory_verbal"
    VISION = "vision"
    MUSIC = "music"
    SENSORY_INTEGRATION = "sensory_integration"
    PARENT_TRAINING = "parent_training"


class SessionMode(StrEnum):
    """Modes of a session (handbook §3.5)."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    HOME = "home"
    REMOTE = "remote"


class CorrectionReason(StrEnum):
    """Why a session is corrected; the words of it stay with the centre."""

    WRONG_TIME = "wrong_time"
    WRONG_THERAPIST = "wrong_therapist"
    WRONG_DETAILS = "wrong_details"
    WRONG_CHILD = "wrong_child"
    DID_NOT_HAPPEN = "did_not_happen"
    ENTERED_TWICE = "entered_twice"


class Checkpoint(StrEnum):
    """Why an evaluation was made: entry (month 0), a stage (3, 6, then each 6 months), or exit (handbook §3.5)."""

    BASELINE = "baseline"
    STAGE = "stage"
    EXIT = "exit"


class SuspensionReason(StrEnum):
    """Why a designation is suspended (handbook §3.4: fail or serious breach leads to rectification)."""

    GRADE_FAILED = "grade_failed"
    SERIOUS_BREACH = "serious_breach"
    LICENCE_INVALID = "licence_invalid"
    SAFETY = "safety"
    OWN_REQUEST = "own_request"


ApplicationId = Annotated[UUID, Field(description="Application for assistance.")]
ApprovalId = Annotated[UUID, Field(description="Approval of assistance for one item and benefit period.")]
EnrolmentId = Annotated[UUID, Field(description="Enrolment of the child with one designated institution.")]
SessionId = Annotated[UUID, Field(description="Session; it keeps its id through every correction.")]
Institution = Annotated[OrganisationId, Field(description="Designated institution that gives the service.")]
FenAmount = Annotated[int, Field(ge=0, description="Amount in integer fen.")]


class IntakeOpened(Fact, type="tongkang.rehab.intake_opened.v1"):
    """A confirmed diagnosis came to the county federation, which now owes the family a contact (handbook §1.4)."""

    category: RehabCategory = Field(description="Rehabilitation category of the confirmed diagnosis.")
    county: County = Field(description="County whose federation is in charge: the child's residence.")
    diagnosed_on: date = Field(description="Date of the diagnosis.")
    contact_due_on: date = Field(description="Day by which the federation informs the family.")


class ApplicationSubmitted(Fact, type="tongkang.rehab.application_submitted.v1"):
    """The guardian, or an agent for them, applied to the county federation (国发20号; handbook §3.3 step 1)."""

    application: ApplicationId
    item: AssistanceItem = Field(description="What is applied for.")
    category: RehabCategory = Field(description="Training category applied for.")
    mode: TrainingMode = Field(description="Training mode applied for.")
    basis: EligibilityBasis = Field(description="Certificate or prescribed diagnosis.")
    county: County = Field(description="County whose federation received it.")
    submitted_on: date = Field(description="Date of receipt, Asia/Shanghai.")
    reply_due_on: date = Field(description="Day by which the federation says whether it is complete.")
    review_due_on: date = Field(description="Day by which the federation decides.")


class ApplicationReturned(Fact, type="tongkang.rehab.application_returned.v1"):
    """The federation found materials missing and gave the application back for completion."""

    application: ApplicationId
    missing: tuple[Material, ...] = Field(description="Materials still needed, sorted by code.", min_length=1)
    returned_on: date = Field(description="Date of the reply.")


class AssistanceApproved(Fact, type="tongkang.rehab.assistance_approved.v1"):
    """The county federation approved item, category, mode, period and ceiling (handbook §3.3 step 4)."""

    approval: ApprovalId
    application: ApplicationId
    item: AssistanceItem = Field(description="What is paid for.")
    category: RehabCategory = Field(description="Training category.")
    mode: TrainingMode = Field(description="Training mode.")
    age_band: AgeBand = Field(description="Age band, fixed until the period ends.")
    county: County = Field(description="County whose federation approved.")
    approved_on: date = Field(description="Date of the decision.")
    valid_from: date = Field(description="First day of the approved period.")
    valid_until: date = Field(description="Last day of the approved period, inclusive.")
    ceiling: FenAmount = Field(description="Most that is paid in the benefit year, in integer fen.")
    monthly_cap: FenAmount = Field(description="Most that is paid for one month, in integer fen.")
    enrol_by: date = Field(description="Last day to enrol before the approval lapses.")
    other_counties: bool = Field(
        default=False, description="Whether the county consents to an institution of another county."
    )


class AssistanceRefused(Fact, type="tongkang.rehab.assistance_refused.v1"):
    """The county federation refused; it must say why (国发20号; handbook §3.3 step 2)."""

    application: ApplicationId
    reasons: tuple[RefusalReason, ...] = Field(description="Reasons, sorted by code.", min_length=1)
    county: County = Field(description="County whose federation refused.")
    refused_on: date = Field(description="Date of the decision.")


class EnrolmentStarted(Fact, type="tongkang.rehab.enrolment_started.v1"):
    """The guardian's chosen institution took the child in (国发20号; handbook §3.3 step 5)."""

    enrolment: EnrolmentId
    approval: ApprovalId
    institution: Institution
    item: AssistanceItem = Field(description="What is paid for.")
    category: RehabCategory = Field(description="Training category.")
    mode: TrainingMode = Field(description="Training mode.")
    started_on: date = Field(description="First day of service.")
    expected_until: date = Field(description="Last day of the approved period, inclusive.")


class EnrolmentEnded(Fact, type="tongkang.rehab.enrolment_ended.v1"):
    """The enrolment came to an end (handbook §3.3 step 8)."""

    enrolment: EnrolmentId
    institution: Institution
    ended_on: date = Field(description="First day without service: the enrolment is [started_on, ended_on).")
    reason: EnrolmentEndReason = Field(description="Final state.")


class SessionContent(Strict):
    """What a session was: who gave what, when, and whether the child came. Times are half-open [start, end)."""

    therapist: PersonId = Field(description="Therapist who gave it, as an opaque id.")
    discipline: Discipline = Field(description="Discipline.")
    mode: SessionMode = Field(description="Individual, group, home or remote.")
    starts_at: AwareDatetime = Field(description="Start, UTC, inclusive.")
    ends_at: AwareDatetime = Field(description="End, UTC, exclusive.")
    attended: bool = Field(description="Whether the child came.")


class SessionRecorded(Fact, type="tongkang.rehab.session_recorded.v1"):
    """A centre logged one session of one child (handbook §3.5). Notes and goals stay with the centre."""

    session: SessionId
    enrolment: EnrolmentId
    institution: Institution
    therapist: PersonId = Field(description="Therapist who gave it, as an opaque id.")
    discipline: Discipline = Field(description="Discipline.")
    mode: SessionMode = Field(description="Individual, group, home or remote.")
    starts_at: AwareDatetime = Field(description="Start, UTC, inclusive.")
    ends_at: AwareDatetime = Field(description="End, UTC, exclusive.")
    attended: bool = Field(description="Whether the child came.")


class SessionCorrected(Fact, type="tongkang.rehab.session_corrected.v1"):
    """A centre corrected a session: `correction_of` names the fact that no longer holds (handbook §0 rule 4)."""

    session: SessionId
    enrolment: EnrolmentId
    institution: Institution
    reason: CorrectionReason = Field(description="Why.")
    replacement: SessionContent | None = Field(
        default=None, description="What holds instead; absent when the session is void."
    )


class ScaleScore(Strict):
    """One value of an instrument."""

    dimension: str = Field(
        description="Dimension of the instrument; `total` or `level` where it has one value.",
        pattern=r"^[a-z0-9_]{1,40}$",
        examples=["total"],
    )
    value: str = Field(
        description="Decimal as text, or the ordered code of the instrument (GMFCS, S-S).",
        pattern=r"^[A-Z0-9.-]{1,12}$",
        examples=["61.5"],
    )


class StageEvaluationRecorded(Fact, type="tongkang.rehab.stage_evaluation_recorded.v1"):
    """A centre evaluated the child with one instrument (孤独症规范: every 3-6 months; handbook §3.5, §3.6)."""

    evaluation: Annotated[UUID, Field(description="Evaluation.")]
    enrolment: EnrolmentId
    institution: Institution
    assessor: PersonId = Field(description="Person who assessed, as an opaque id.")
    assessed_on: date = Field(description="Date of the assessment.")
    checkpoint: Checkpoint = Field(description="Entry, stage or exit.")
    instrument: str = Field(
        description="Instrument code of handbook §3.6.", pattern=r"^[a-z0-9_]{1,40}$", examples=["gmfm_88"]
    )
    instrument_version: str = Field(
        description="Version of the instrument that was used.", pattern=r"^[A-Za-z0-9._-]{1,40}$", examples=["2002"]
    )
    scores: tuple[ScaleScore, ...] = Field(
        description="Values by dimension, in the order of the instrument.", min_length=1
    )


class DesignationGranted(Fact, type="tongkang.rehab.designation_granted.v1", about="institution"):
    """An institution became a designated one for some categories and a time (浙江/安徽/沈阳协议办法; handbook §3.4)."""

    designation: Annotated[UUID, Field(description="Designation agreement.")]
    categories: tuple[RehabCategory, ...] = Field(description="Categories covered, sorted by code.", min_length=1)
    county: County = Field(description="County of the institution.")
    valid_from: date = Field(description="First day of the agreement.")
    valid_until: date = Field(description="Last day of the agreement, inclusive.")
    capacity: int = Field(description="Most children at one time.", ge=1)


class DesignationSuspended(Fact, type="tongkang.rehab.designation_suspended.v1", about="institution"):
    """A designation was suspended: no new enrolments; sitting children are transferred first (handbook §3.4)."""

    designation: Annotated[UUID, Field(description="Designation agreement.")]
    suspended_on: date = Field(description="First day without new enrolments.")
    reason: SuspensionReason = Field(description="Why.")
