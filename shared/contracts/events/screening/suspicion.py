"""Facts about the suspicion: screening, referral, diagnosis, tracing (handbook §1).

Inside a case there is one suspicion per screening category (handbook §1.4, real-name dynamic management), so every fact
about a suspicion names the category and the state that the suspicion is in after the fact (handbook §1.5).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.envelope import Fact


class ScreeningRound(StrEnum):
    """The check-up at which a screening happens (公卫规范; handbook §1.2)."""

    NB = "NB"
    M1 = "M1"
    M3 = "M3"
    M6 = "M6"
    M8 = "M8"
    M12 = "M12"
    M18 = "M18"
    M24 = "M24"
    M30 = "M30"
    M36 = "M36"
    Y4 = "Y4"
    Y5 = "Y5"
    Y6 = "Y6"
    UNSCHEDULED = "unscheduled"


class Regression(StrEnum):
    """Absence or regression of language or social ability; "not asked" is not "none" (孤独症规范; handbook §1.3)."""

    NONE = "none"
    LANGUAGE = "language"
    SOCIAL = "social"
    BOTH = "both"
    NOT_ASKED = "not_asked"


class Instrument(StrEnum):
    """Instruments of the three steps; scores are stored, texts of protected scales are not (handbook §1.4, §3.6)."""

    WARNING_SIGNS = "warning_signs"
    EYE_CARE_CHECK = "eye_care_check"
    VISION_TEST = "vision_test"
    NEWBORN_HEARING = "newborn_hearing"
    DIAGNOSTIC_AUDIOLOGY = "diagnostic_audiology"
    BEHAVIOURAL_HEARING = "behavioural_hearing"
    HIP_AND_LIMB_CHECK = "hip_and_limb_check"
    CDSS_II = "cdss_ii"
    """儿心量表-II (WS/T 580-2017)."""
    M_CHAT_23 = "m_chat_23"
    ABC = "abc"
    CARS = "cars"
    CLINICAL_EXAMINATION = "clinical_examination"


class ScreeningOutcome(StrEnum):
    """Result of an initial screening (handbook §1.3). Never a diagnosis."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"


class RescreeningOutcome(StrEnum):
    """Result of a re-screening (孤独症规范; handbook §1.4)."""

    NORMAL = "normal"
    BORDERLINE = "borderline"
    ABNORMAL = "abnormal"


class DiagnosisOutcome(StrEnum):
    """Result of a diagnosis (孤独症规范; handbook §1.4)."""

    CONFIRMED = "confirmed"
    EXCLUDED = "excluded"
    UNDETERMINED = "undetermined"


class SuspicionState(StrEnum):
    """States of a suspected case (handbook §1.5)."""

    SCREEN_POSITIVE = "screen_positive"
    RESCREEN_REFERRED = "rescreen_referred"
    RECHECK_DUE = "recheck_due"
    DIAGNOSIS_REFERRED = "diagnosis_referred"
    DIAGNOSIS_PENDING = "diagnosis_pending"
    EXCLUDED = "excluded"
    CONFIRMED = "confirmed"
    HANDED_OVER = "handed_over"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    CLOSED = "closed"


class ReferralStep(StrEnum):
    """What a referral asks the receiving institution to do (handbook §1.4)."""

    RESCREENING = "rescreening"
    DIAGNOSIS = "diagnosis"


class RejectionReason(StrEnum):
    """Why a receiving institution rejects a referral; the sender stays owner."""

    NO_CAPACITY = "no_capacity"
    OUTSIDE_COMPETENCE = "outside_competence"
    OUTSIDE_AREA = "outside_area"
    CHILD_DID_NOT_COME = "child_did_not_come"
    SLIP_INCOMPLETE = "slip_incomplete"


class RecheckBasis(StrEnum):
    """Why a child is to be seen again (孤独症规范; handbook §1.4)."""

    BORDERLINE = "borderline"
    NORMAL_RESCREENING = "normal_rescreening"
    UNDETERMINED_DIAGNOSIS = "undetermined_diagnosis"
    NEWBORN_HEARING = "newborn_hearing"
    """1-3-6 (新生儿筛查规范; handbook §1.2). The state tells which: suspected: again within 42 days; referred on:
    audiology by 3 months of age; confirmed: intervention by 6 months of age."""
    FOLLOW_UP = "follow_up"
    """Confirmed: every 3 months before the third birthday, every 6 from then on (孤独症规范; handbook §1.4)."""


class TracingOutcome(StrEnum):
    """What an attempt to reach a family brought (handbook §1.4, duties)."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"
    """The family was reached and refused, with a signature; offered again at the next round."""


class ClosingReason(StrEnum):
    """Why a suspected case is closed (handbook §1.5)."""

    NORMAL_ON_RECHECK = "normal_on_recheck"
    EXCLUDED_BY_DIAGNOSIS = "excluded_by_diagnosis"
    HANDED_OVER = "handed_over"
    OTHER_CONDITION_REFERRED = "other_condition_referred"
    GUARDIAN_REFUSED = "guardian_refused"
    MOVED_OUT = "moved_out"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up"
    AGE_LIMIT = "age_limit"
    DECEASED = "deceased"
    DUPLICATE_MERGED = "duplicate_merged"
    ENTERED_IN_ERROR = "entered_in_error"


class ReopeningReason(StrEnum):
    """Why a closed or lost case is taken up again."""

    FAMILY_FOUND = "family_found"
    GUARDIAN_CONSENTED = "guardian_consented"
    MOVED_BACK = "moved_back"
    NEW_CONCERN = "new_concern"
    CLOSED_IN_ERROR = "closed_in_error"


Category = Annotated[ScreeningCategory, Field(description="Screening category of the suspicion inside the case.")]


StateAfter = Annotated[SuspicionState, Field(description="State of the suspicion after this fact.")]


TraceOn = Annotated[
    date | None, Field(description="Day by which the family is traced when the child does not come; absent if not.")
]


class ScreeningRecorded(Fact, type="tongkang.screening.screening_recorded.v1"):
    """An initial screening (孤独症规范; handbook §1.3). An abnormal one opens the suspicion of its category."""

    screening: UUID = Field(description="Id of the screening record.")
    category: ScreeningCategory = Field(description="Category that was screened for.")
    round: ScreeningRound = Field(description="Check-up at which it happened.")
    instrument: Instrument = Field(description="Instrument used.")
    screened_on: date = Field(description="Date of the screening, Asia/Shanghai.")
    outcome: ScreeningOutcome = Field(description="Result by the initial-screen rule.")
    positive_signs: int = Field(ge=0, description="Number of positive warning signs; which ones stays with the clinic.")
    regression: Regression = Field(description="Answer on absence or regression of language or social ability.")
    state: SuspicionState | None = Field(
        default=None, description="State of the suspicion after this fact; absent when there is none."
    )


class ReferralIssued(Fact, type="tongkang.screening.referral_issued.v1"):
    """A referral slip was issued; the sender owns the case until it is accepted (首筛负责制; handbook §1.4)."""

    referral: UUID = Field(description="Id of the referral.")
    category: Category
    step: ReferralStep = Field(description="What the receiving institution is asked to do.")
    sender: UUID = Field(description="Organisation that refers and stays owner.")
    receiver: UUID = Field(description="Organisation that is asked to take the child.")
    issued_on: date = Field(description="Date of the slip, Asia/Shanghai.")
    answer_by: date = Field(description="Day after which an unanswered referral may be replaced.")
    replaces: UUID | None = Field(default=None, description="Unanswered referral that this one replaces.")
    trace_on: TraceOn = None
    state: StateAfter


class ReferralAccepted(Fact, type="tongkang.screening.referral_accepted.v1"):
    """The receiving institution took the case over and owns it from now on (首筛负责制; handbook §1.4)."""

    referral: UUID = Field(description="Id of the referral.")
    category: Category
    step: ReferralStep = Field(description="What the receiving institution is to do.")
    sender: UUID = Field(description="Organisation that referred.")
    receiver: UUID = Field(description="Organisation that accepted and owns the case.")
    accepted_on: date = Field(description="Date of acceptance, Asia/Shanghai.")
    state: StateAfter


class ReferralRejected(Fact, type="tongkang.screening.referral_rejected.v1"):
    """The receiving institution did not take the case; the sender stays owner (首筛负责制; handbook §1.4)."""

    referral: UUID = Field(description="Id of the referral.")
    category: Category
    step: ReferralStep = Field(description="What the receiving institution was asked to do.")
    sender: UUID = Field(description="Organisation that referred and stays owner.")
    receiver: UUID = Field(description="Organisation that rejected.")
    rejected_on: date = Field(description="Date of rejection, Asia/Shanghai.")
    reason: RejectionReason = Field(description="Why it was rejected.")
    state: StateAfter


class RescreeningRecorded(Fact, type="tongkang.screening.rescreening_recorded.v1"):
    """A re-screening or recheck by the county institution (孤独症规范; handbook §1.4). Scores stay with it."""

    rescreening: UUID = Field(description="Id of the re-screening record.")
    category: Category
    rescreened_on: date = Field(description="Date of the re-screening, Asia/Shanghai.")
    instruments: tuple[Instrument, ...] = Field(description="Instruments used, as the child's age requires.")
    outcome: RescreeningOutcome = Field(description="Result by the re-screen rule.")
    recheck: bool = Field(description="Whether it was a recheck of an earlier re-screening.")
    clinician_alert: bool = Field(
        description="Whether the result needs a clinician's eye: total 70-79 with a domain below 70."
    )
    state: StateAfter


class RecheckScheduled(Fact, type="tongkang.screening.recheck_scheduled.v1"):
    """The child is to be seen again by a day (孤独症规范: within 3 months, or after 2 months; handbook §1.4)."""

    category: Category
    basis: RecheckBasis = Field(description="Why the child is to be seen again.")
    due_on: date = Field(
        description="Day by which (after a re-screening) or on which (after a diagnosis) the recheck is due."
    )
    trace_on: TraceOn = None
    owner: UUID | None = Field(
        default=None, description="Institution that owes it; where none is named, whoever recorded the fact."
    )
    state: StateAfter


class DiagnosisRecorded(Fact, type="tongkang.screening.diagnosis_recorded.v1"):
    """A diagnosis by a capable hospital (孤独症规范; handbook §1.4). Neither a certificate nor an approval."""

    diagnosis: UUID = Field(description="Id of the diagnosis record.")
    category: Category
    outcome: DiagnosisOutcome = Field(description="Confirmed, excluded or undetermined.")
    rehab_category: RehabCategory | None = Field(
        default=None, description="Rehabilitation category; present exactly when confirmed."
    )
    diagnosed_on: date = Field(description="Date of the diagnosis, Asia/Shanghai.")
    institution: UUID = Field(description="Hospital that made the diagnosis.")
    no_screening_record: bool = Field(
        description="True when the child was never screened for this category (handbook §1.5)."
    )
    state: StateAfter


class FollowUpRecorded(Fact, type="tongkang.screening.follow_up_recorded.v1"):
    """The diagnosing institution saw a confirmed child again (孤独症规范; handbook §1.4). What it saw stays with it."""

    follow_up: UUID = Field(description="Id of the follow-up record.")
    category: Category
    seen_on: date = Field(description="Date on which the child was seen, Asia/Shanghai.")
    state: StateAfter


class TracingAttempted(Fact, type="tongkang.screening.tracing_attempted.v1"):
    """An attempt to reach a family that did not come (孤独症规范; handbook §1.4, duties)."""

    category: Category
    attempted_on: date = Field(description="Date of the attempt, Asia/Shanghai.")
    outcome: TracingOutcome = Field(description="Whether the family was reached.")
    failed_in_a_row: int = Field(
        ge=0, description="Failed attempts since the family was last reached, this one included."
    )
    guardian_signed_on: date | None = Field(
        default=None, description="Date of the guardian's signature under a refusal."
    )
    offer_again_on: date | None = Field(
        default=None, description="Day from which a refused step is offered again: the next round."
    )
    trace_on: TraceOn = None
    state: StateAfter


class CaseLost(Fact, type="tongkang.screening.case_lost.v1"):
    """The family could not be found after the configured number of attempts (handbook §1.5)."""

    category: Category
    lost_on: date = Field(description="Date of the decision, Asia/Shanghai.")
    state_before: SuspicionState = Field(description="State to which the suspicion returns when the family is found.")
    state: StateAfter


class OwnershipTransferred(Fact, type="tongkang.screening.ownership_transferred.v1"):
    """An institution where the child lives now took the case over; no second case is opened (handbook §1.4)."""

    category: Category
    previous: UUID = Field(description="Organisation that owned the case.")
    owner: UUID = Field(description="Organisation that owns it from now on.")
    transferred_on: date = Field(description="First day of the new ownership, Asia/Shanghai.")
    state: StateAfter


class CaseHandedOver(Fact, type="tongkang.screening.case_handed_over.v1"):
    """Rehabilitation has begun, so that the first screener sees the outcome (handbook §1.5)."""

    category: Category
    institution: UUID = Field(description="Institution that took the child.")
    enrolment: UUID = Field(description="Enrolment that began there.")
    handed_over_on: date = Field(description="Date on which the enrolment began, Asia/Shanghai.")
    state: StateAfter


class CaseClosed(Fact, type="tongkang.screening.case_closed.v1"):
    """The suspicion was closed (handbook §1.5)."""

    category: Category
    reason: ClosingReason = Field(description="Why it was closed.")
    closed_on: date = Field(description="Date of closing, Asia/Shanghai.")
    guardian_signed_on: date | None = Field(
        default=None, description="Date of the guardian's signature under a refusal."
    )
    offer_again_on: date | None = Field(
        default=None, description="Day from which what was refused is offered again: the next round."
    )
    state_before: SuspicionState = Field(description="State before closing.")
    state: StateAfter


class CaseReopened(Fact, type="tongkang.screening.case_reopened.v1"):
    """A closed or lost suspicion was taken up again, in the state it came from (handbook §1.5)."""

    category: Category
    reason: ReopeningReason = Field(description="Why it was taken up again.")
    reopened_on: date = Field(description="Date of reopening, Asia/Shanghai.")
    trace_on: TraceOn = None
    state: StateAfter
