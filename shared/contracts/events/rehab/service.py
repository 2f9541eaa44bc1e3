"""Facts of the service itself: assessment, plan, sessions, evaluations, devices, surgery (handbook §3.5, §3.6)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.codes import RehabCategory
from shared.contracts.envelope import Fact, Strict
from shared.contracts.events.rehab.assistance import (
    ApprovalId,
    DeviceKind,
    EnrolmentId,
    FenAmount,
    Institution,
    SurgeryKind,
    TrainingMode,
)
from shared.ids import OrganisationId, PersonId


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


SessionId = Annotated[UUID, Field(description="Session; it keeps its id through every correction.")]


class ConfirmationMethod(StrEnum):
    """How the guardian confirmed that the child was there (handbook §3.5)."""

    SIGNED = "signed"
    CODE = "code"
    APP = "app"
    LOG = "log"
    """A log of home training that the guardian kept and confirmed (handbook §3.2)."""


class Confirmation(Strict):
    """A guardian's confirmation; from which login or device, so that one hand that signs for many shows (F20)."""

    method: ConfirmationMethod = Field(description="How.")
    device: UUID | None = Field(default=None, description="Opaque id of the device or login that confirmed.")


GroupId = Annotated[
    UUID | None, Field(description="Group session: one interval for its therapist, whatever the children (F03).")
]
WordingDigest = Annotated[
    str | None,
    Field(
        pattern=r"^[A-Za-z0-9_-]{22}$",
        description="Keyed digest of the wording that the centre keeps: equal words give equal digests (F14).",
        examples=["q83vEjRWeJCrze8SNFZ4kA"],
    ),
]
VisitId = Annotated[UUID | None, Field(description="Record of the home visit on which a home session stands (§3.2).")]


class GoalTerm(StrEnum):
    """Levels of a goal (孤独症规范; handbook §3.5)."""

    LONG = "long"
    MID = "mid"
    SHORT = "short"
    DAILY = "daily"


class PlannedGoal(Strict):
    """A goal of a plan; its words stay with the centre."""

    goal: UUID = Field(description="Id of the goal.")
    term: GoalTerm = Field(description="Long, mid or short term.")
    icf: str = Field(
        pattern=r"^[bde][1-9][0-9]{0,4}$",
        description="ICF code: b functions, d activities and participation, e environment (handbook §10.2).",
        examples=["d450"],
    )


class NeedsOutcome(StrEnum):
    """Result of a needs assessment (handbook §3.3 step 3)."""

    SUITABLE = "suitable"
    NOT_SUITABLE = "not_suitable"


class SessionContent(Strict):
    """What a session was: who gave what, when, and whether the child came. Times are half-open [start, end)."""

    therapist: PersonId = Field(description="Therapist who gave it, as an opaque id.")
    discipline: Discipline = Field(description="Discipline.")
    mode: SessionMode = Field(description="Individual, group, home or remote.")
    starts_at: AwareDatetime = Field(description="Start, UTC, inclusive.")
    ends_at: AwareDatetime = Field(description="End, UTC, exclusive.")
    attended: bool = Field(description="Whether the child came.")
    group: GroupId = None
    bedside: bool = Field(default=False, description="Given at the bedside during a hospital stay (F04).")
    goals: tuple[UUID, ...] = Field(default=(), description="Goals of the plan that it worked on.")
    confirmation: Confirmation | None = Field(default=None, description="The guardian's confirmation, where given.")
    wording: WordingDigest = None
    visit: VisitId = None


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
    group: GroupId = None
    bedside: bool = Field(default=False, description="Given at the bedside during a hospital stay (F04).")
    goals: tuple[UUID, ...] = Field(default=(), description="Goals of the plan that it worked on.")
    confirmation: Confirmation | None = Field(default=None, description="The guardian's confirmation, where given.")
    wording: WordingDigest = None
    visit: VisitId = None


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


class AssessmentRecorded(Fact, type="tongkang.rehab.assessment_recorded.v1"):
    """A functional assessment: before approval, or at the start of training (handbook §3.3 step 3, §3.5)."""

    assessment: Annotated[UUID, Field(description="Assessment.")]
    application: Annotated[UUID | None, Field(description="Application whose need was assessed.")] = None
    enrolment: Annotated[UUID | None, Field(description="Enrolment that it begins.")] = None
    institution: Institution
    assessor: PersonId = Field(description="Person who assessed, as an opaque id.")
    assessed_on: date = Field(description="Date of the assessment.")
    category: RehabCategory = Field(description="Category that was assessed.")
    outcome: NeedsOutcome = Field(description="Whether the child is suited for the item.")
    recommended_mode: TrainingMode = Field(description="How assistance should be given.")


class CarePlanSigned(Fact, type="tongkang.rehab.care_plan_signed.v1"):
    """An individual plan with its goals was signed with the guardian (孤独症规范; handbook §3.5; FHIR CarePlan)."""

    plan: Annotated[UUID, Field(description="Plan of care.")]
    enrolment: EnrolmentId
    institution: Institution
    signed_on: date = Field(description="Date of the signature.")
    valid_from: date = Field(description="First day of the plan.")
    valid_until: date = Field(description="Last day of the plan, itself included.")
    planned_days_per_month: int = Field(ge=1, le=31, description="Training days planned in a full month (§3.2).")
    home_training: bool = Field(description="Whether the plan has training at home (§3.2).")
    goals: tuple[PlannedGoal, ...] = Field(description="Goals.", min_length=1)


class DeviceFitted(Fact, type="tongkang.rehab.device_fitted.v1"):
    """An assistive device was fitted and paid (国发20号; ISO 9999; handbook §3.2, §3.7 F18, F19)."""

    fitting: Annotated[UUID, Field(description="Fitting.")]
    approval: ApprovalId
    institution: OrganisationId = Field(description="Institution that fitted it.")
    device: DeviceKind = Field(description="Kind of device.")
    fitted_on: date = Field(description="Date of fitting.")
    replace_after: date = Field(description="First day on which the same kind may be given again (F19).")
    cost: FenAmount
    insurance_paid: FenAmount
    assistance_paid: FenAmount


class SurgeryCompleted(Fact, type="tongkang.rehab.surgery_completed.v1"):
    """A surgery was done: insurance first, then assistance (先医保、后救助; 山东办法2026; handbook §3.2, F18)."""

    operation: Annotated[UUID, Field(description="Operation.")]
    approval: ApprovalId
    institution: OrganisationId = Field(description="Hospital.")
    surgery: SurgeryKind = Field(description="Kind of surgery.")
    operated_on: date = Field(description="Date of the operation.")
    cost: FenAmount
    insurance_paid: FenAmount
    assistance_paid: FenAmount
