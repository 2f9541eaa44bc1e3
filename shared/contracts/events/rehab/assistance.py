"""Facts of assistance: from the intake to the end of an enrolment (handbook §3.2, §3.3)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import County, RehabCategory
from shared.contracts.envelope import Fact
from shared.ids import OrganisationId


class AssistanceItem(StrEnum):
    """What assistance pays for: surgery, assistive devices, rehabilitation training (国发20号; handbook §3.2)."""

    TRAINING = "training"
    SURGERY = "surgery"
    DEVICE = "device"


class TrainingMode(StrEnum):
    """How training is given (山东办法2026; handbook §3.2)."""

    CENTRALISED = "centralised"
    INSTITUTION_COMMUNITY_FAMILY = "institution_community_family"
    ONCE = "once"
    """No training: a surgery or a device, given once."""


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
    LAPSED = "lapsed"
    AGED_OUT = "aged_out"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"


class InterruptionKind(StrEnum):
    """Why an enrolment rests: active ⇄ on_leave / suspended (handbook §3.3). No session is payable then (F06)."""

    LEAVE_ILLNESS = "leave_illness"
    LEAVE_FAMILY = "leave_family"
    LEAVE_HOLIDAY = "leave_holiday"
    SUSPENDED_BY_COUNTY = "suspended_by_county"
    SUSPENDED_INSTITUTION = "suspended_institution"


class IneligibilityReason(StrEnum):
    """Item that an eligibility check found missing (国发20号, 山东办法2026; handbook §3.2)."""

    AGED_OUT = "aged_out"
    NEEDS_CERTIFICATE = "needs_certificate"
    NO_DIAGNOSIS = "no_diagnosis"
    NO_ASSISTED_CATEGORY = "no_assisted_category"
    NOT_RESIDENT = "not_resident"
    INCOME_ABOVE_LIMIT = "income_above_limit"
    CATEGORY_TAKEN = "category_taken"
    """One training category per child and year."""
    TERM_USED_UP = "term_used_up"
    """Vision training: in principle two years."""
    NEEDS_EVALUATION = "needs_evaluation"
    """Continuation after the first period needs the experts' evaluation."""
    DEVICE_CYCLE = "device_cycle"
    NOT_SUITABLE = "not_suitable"
    """The hospital's evaluation does not find the child fit for surgery."""


class ContactOutcome(StrEnum):
    """What the family said when the federation informed it (handbook §1.4)."""

    WILL_APPLY = "will_apply"
    DECLINED = "declined"
    APPLIED_ELSEWHERE = "applied_elsewhere"


class SurgeryKind(StrEnum):
    """Surgery that is assisted (山东办法2026; handbook §3.2)."""

    COCHLEAR_IMPLANT = "cochlear_implant"
    LIMB_CORRECTION = "limb_correction"
    CLEFT_REPAIR = "cleft_repair"


class DeviceKind(StrEnum):
    """Kinds of assistive device with a replacement cycle of their own (ISO 9999; handbook §10.1)."""

    HEARING_AID = "hearing_aid"
    ORTHOSIS = "orthosis"
    PROSTHESIS = "prosthesis"
    WHEELCHAIR = "wheelchair"
    WALKING_AID = "walking_aid"
    STANDING_FRAME = "standing_frame"
    SEATING = "seating"
    LOW_VISION_AID = "low_vision_aid"
    COMMUNICATION_AID = "communication_aid"


ApplicationId = Annotated[UUID, Field(description="Application for assistance.")]


ApprovalId = Annotated[UUID, Field(description="Approval of assistance for one item and benefit period.")]


EnrolmentId = Annotated[UUID, Field(description="Enrolment of the child with one designated institution.")]


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
    category: RehabCategory = Field(description="Rehabilitation category applied for.")
    mode: TrainingMode = Field(description="How it is to be given; `once` for a surgery or a device.")
    surgery: SurgeryKind | None = Field(default=None, description="Kind of surgery, when that is applied for.")
    device: DeviceKind | None = Field(default=None, description="Kind of device, when that is applied for.")
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
    category: RehabCategory = Field(description="Rehabilitation category.")
    mode: TrainingMode = Field(description="How it is given; `once` for a surgery or a device.")
    surgery: SurgeryKind | None = Field(default=None, description="Kind of surgery, when that is paid for.")
    device: DeviceKind | None = Field(default=None, description="Kind of device, when that is paid for.")
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


class FamilyInformed(Fact, type="tongkang.rehab.family_informed.v1"):
    """The federation told the family of methods and policy after a diagnosis (孤独症规范; handbook §1.4)."""

    category: RehabCategory = Field(description="Rehabilitation category of the intake.")
    outcome: ContactOutcome = Field(description="What the family said.")
    informed_on: date = Field(description="Date on which the family was informed.")


class EligibilityChecked(Fact, type="tongkang.rehab.eligibility_checked.v1"):
    """The policy in force was applied to an application, item by item (国发20号, 山东办法2026; handbook §3.2)."""

    application: ApplicationId
    eligible: bool = Field(description="Whether every item holds.")
    reasons: tuple[IneligibilityReason, ...] = Field(description="Items that do not hold, sorted by code.")
    checked_on: date = Field(description="Date of the check.")


class AssistanceLapsed(Fact, type="tongkang.rehab.assistance_lapsed.v1"):
    """Nobody enrolled under an approval in its time (handbook §3.3 step 5, default 30 days [assumed])."""

    approval: ApprovalId
    lapsed_on: date = Field(description="First day on which the approval no longer holds.")


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


class EnrolmentSuspended(Fact, type="tongkang.rehab.enrolment_suspended.v1"):
    """The enrolment rests from a day on: leave or suspension (handbook §3.3)."""

    enrolment: EnrolmentId
    institution: Institution
    kind: InterruptionKind = Field(description="Why it rests.")
    suspended_on: date = Field(description="First day of the rest.")
    expected_back: date | None = Field(default=None, description="Day on which the child is expected again.")


class EnrolmentResumed(Fact, type="tongkang.rehab.enrolment_resumed.v1"):
    """The enrolment goes on after leave or suspension (handbook §3.3)."""

    enrolment: EnrolmentId
    institution: Institution
    resumed_on: date = Field(description="First day of service again.")


class EnrolmentTransferred(Fact, type="tongkang.rehab.enrolment_transferred.v1"):
    """The child goes on at another institution under the same approval (handbook §3.3 step 5).

    Told after the end of the old enrolment and before the start of the new one, all on one day.
    """

    enrolment: EnrolmentId
    institution: Institution
    to_enrolment: EnrolmentId
    to_institution: Institution
    transferred_on: date = Field(description="First day at the other institution.")
