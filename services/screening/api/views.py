"""What callers get. Field by field, so that nothing new is shown by accident."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.screening.domain.referral import Escalation, ReferralStatus
from services.screening.domain.rescreening import Concern
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    ClosingReason,
    DiagnosisOutcome,
    Instrument,
    RecheckBasis,
    ReferralStep,
    Regression,
    RejectionReason,
    RescreeningOutcome,
    ScreeningOutcome,
    ScreeningRound,
    SuspicionState,
    TracingOutcome,
)
from shared.rulebook.explanation import Explanation


class View(BaseModel):
    """Part of an answer; reads only the fields that it names."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")


class IdentityOut(View):
    """Who the child is."""

    name: str
    resident_number: str | None
    birth_certificate: str | None
    guardian_name: str
    guardian_phone: str
    guardian_resident_number: str | None
    address: str


class SuspicionOut(View):
    """A suspicion as it stands (handbook §1.5)."""

    category: ScreeningCategory
    episode: int
    state: SuspicionState
    since: date = Field(description="Day on which it came into this state.")
    owner: UUID
    first_screener: UUID
    opened_on: date
    recheck_due_on: date | None
    recheck_basis: RecheckBasis | None
    trace_on: date | None
    failed_traces: int
    rehab_category: RehabCategory | None
    offer_again_on: date | None = Field(description="After a refusal: the day from which the step is offered again.")
    closing_reason: ClosingReason | None


class ListedSuspicion(SuspicionOut):
    """A line of a working list."""

    case: UUID = Field(validation_alias="shown_as", description="Case under which the child is shown.")


class ScreeningOut(View):
    """An initial screening."""

    id: UUID
    category: ScreeningCategory
    round: ScreeningRound
    instrument: Instrument
    screened_on: date
    outcome: ScreeningOutcome
    regression: Regression
    organisation: UUID
    positive_signs: list[str] | None = None
    suggested_categories: list[ScreeningCategory] | None = Field(
        default=None, description="Categories that the positive signs may point to; the screener decides."
    )
    explanation: Explanation | None = Field(default=None, description="How its result came about.")


class ReferralOut(View):
    """A referral slip."""

    id: UUID
    category: ScreeningCategory
    step: ReferralStep
    sender: UUID
    receiver: UUID
    issued_on: date
    answer_by: date
    status: ReferralStatus
    answered_on: date | None
    consented: bool | None
    rejection_reason: RejectionReason | None


class ListedReferral(ReferralOut):
    """A line of the list of referrals."""

    case: UUID = Field(validation_alias="shown_as", description="Case under which the child is shown.")
    escalation: Escalation = Field(description="Who must act on a slip that nobody answered by its day.")


class RescreeningOut(View):
    """A re-screening."""

    id: UUID
    category: ScreeningCategory
    rescreened_on: date
    instruments: list[Instrument]
    outcome: RescreeningOutcome
    recheck: bool
    clinician_alert: bool
    organisation: UUID
    concerns: list[Concern] | None = None
    scores: dict[str, Any] | None = None


class DiagnosisOut(View):
    """A diagnosis."""

    id: UUID
    category: ScreeningCategory
    diagnosed_on: date
    outcome: DiagnosisOutcome
    rehab_category: RehabCategory | None
    instruments: list[Instrument]
    no_screening_record: bool
    organisation: UUID
    cars: Decimal | None = None
    aid_disagrees: bool | None = None


class TracingOut(View):
    """An attempt to reach the family."""

    id: UUID
    category: ScreeningCategory
    attempted_on: date
    outcome: TracingOutcome
    signed_on: date | None = Field(description="Date of the guardian's signature under a refusal.")
    offer_again_on: date | None
    organisation: UUID


class FollowUpOut(View):
    """A confirmed child seen again by the diagnosing institution."""

    id: UUID
    category: ScreeningCategory
    seen_on: date
    in_rehabilitation: bool
    organisation: UUID


class NameOut(View):
    """The name behind a case."""

    case: UUID
    name: str
    shown_as: UUID = Field(description="Case under which the child is shown: another one where cases were merged.")


class LikelyOut(View):
    """A child that is likely the same one."""

    case: UUID
    score: int
    explanation: Explanation
    told_apart_at: datetime | None = Field(
        default=None, description="When somebody decided that it is another child, if anybody did."
    )


class PreviewOut(BaseModel):
    """What would be found if a child and its screening were sent; nothing is written."""

    number_known: bool = Field(description="Whether a number of the child is registered already.")
    known_as: UUID | None = Field(description="Case that holds the number, where the caller may know of it.")
    likely: list[LikelyOut] = Field(description="Children whom the caller may know of, likely the same, likest first.")
    verdict: Explanation | None = Field(description="Result of the screening; absent where none was sent.")
    suggested_categories: list[ScreeningCategory] = Field(description="Categories that positive signs may point to.")

    @property
    def cases(self) -> set[UUID]:
        """Every case that is shown."""
        return {one.case for one in self.likely} | ({self.known_as} if self.known_as else set())


class SignOut(View):
    """A warning sign to be asked."""

    id: str
    zh: str
    en: str
    suggests: list[ScreeningCategory] = Field(description="Categories that it may point to; the screener decides.")


class SignsOut(View):
    """The signs of a child's age (儿童心理行为发育问题预警征象筛查表)."""

    age: str
    signs: list[SignOut]


class ExaminationsOut(View):
    """What a child of an age is examined with."""

    scales: list[Instrument] = Field(description="Scales of a re-screening; none where a finding is judged.")
    examined_by: list[Instrument] = Field(description="Examinations of a re-screening by which a finding is judged.")
    diagnosis: list[Instrument] = Field(description="Instruments that a diagnosis may name.")


DETAIL = {
    "screenings": ("positive_signs",),
    "rescreenings": ("concerns", "scores"),
    "diagnoses": ("cars", "aid_disagrees"),
    "certificate_applications": ("measurements",),
}
"""Answers and scores: they stay on the health side (handbook §1.4, sharing with the federation)."""


def without_detail(records: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of a case as the federation may see them: results, not answers and scores."""
    return {
        name: [{key: value for key, value in row.items() if key not in DETAIL.get(name, ())} for row in rows]
        for name, rows in records.items()
    }
