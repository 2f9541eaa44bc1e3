"""What the lists of the norm show: registers, feedback, families to trace, what is due, the slip on paper."""

from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from services.screening.api.views import View
from services.screening.domain.registers import RateName
from services.screening.domain.schedule import CheckStatus
from services.screening.domain.tracing import TraceReason
from shared.contracts.codes import RehabCategory, ScreeningCategory, Sex
from shared.contracts.events.screening import (
    ClosingReason,
    DiagnosisOutcome,
    Instrument,
    RecheckBasis,
    ReferralStep,
    Regression,
    RescreeningOutcome,
    ScreeningOutcome,
    ScreeningRound,
    SuspicionState,
)
from shared.http.paging import Page

Line = TypeVar("Line")


class PageAsOf(Page[Line], Generic[Line]):
    """One page of a list as known at a moment; the next page is asked for with the same one."""

    as_of: datetime = Field(description="Nothing that was recorded later is in it.")


class RegisterLine(View):
    """A line of a register: of a child only what the form holds; what is absent is not on the form or not known."""

    case: UUID = Field(validation_alias="shown_as")
    category: ScreeningCategory
    name: str | None = None
    sex: Sex | None = None
    birth_date: date | None = None
    guardian_name: str | None = None
    guardian_phone: str | None = None
    on: date | None = None
    round: ScreeningRound | None = None
    positive_signs: list[str] | None = None
    regression: Regression | None = None
    instruments: list[Instrument] | None = None
    outcome: ScreeningOutcome | RescreeningOutcome | DiagnosisOutcome | None = None
    rehab_category: RehabCategory | None = None
    institution: UUID | None = Field(default=None, validation_alias="organisation")
    referred_to: UUID | None = None
    referred_on: date | None = None


class FeedbackLine(View):
    """What became of a child whom the institution found: state and dates, nothing of later stages beyond that."""

    case: UUID = Field(validation_alias="shown_as")
    category: ScreeningCategory
    episode: int
    opened_on: date
    state: SuspicionState
    since: date = Field(description="Day on which it came into this state.")
    rescreened_on: date | None
    diagnosed_on: date | None
    closing_reason: ClosingReason | None


class TraceLine(View):
    """A family to be traced, and why."""

    case: UUID = Field(validation_alias="shown_as")
    category: ScreeningCategory
    state: SuspicionState
    reason: TraceReason
    trace_on: date
    failed_traces: int
    owner: UUID
    first_screener: UUID


class OwedCheckOut(View):
    """A check that a check-up owes, and how it stands."""

    round: ScreeningRound
    check: Instrument
    since: date
    until: date = Field(description="Last day of the window.")
    status: CheckStatus
    done_on: date | None


class ClockOut(View):
    """A day by which a suspected or confirmed child is to be seen, or a refused step is offered again."""

    category: ScreeningCategory
    state: SuspicionState
    recheck_basis: RecheckBasis | None
    recheck_due_on: date | None
    trace_on: date | None
    offer_again_on: date | None
    overdue: bool


class DueOut(BaseModel):
    """What is due for a child (handbook §1.2)."""

    case: UUID
    on: date
    checks: list[OwedCheckOut]
    clocks: list[ClockOut]


class SlipOut(View):
    """A referral slip as it goes with the parents (附件3, 附件5; handbook §1.4)."""

    number: str
    category: ScreeningCategory
    step: ReferralStep
    case: UUID = Field(description="The child's identifier in the system.")
    child_identifier: str | None = Field(description="Resident number, else birth certificate number.")
    name: str | None
    sex: Sex
    birth_date: date
    guardian_name: str | None
    guardian_phone: str | None
    address: str | None
    screening_institution: UUID | None = Field(description="Absent where the case began without a screening.")
    screener: UUID | None
    screened_on: date | None
    round: ScreeningRound | None
    positive_signs: list[str]
    regression: Regression | None
    rescreened_on: date | None = Field(description="Of a second slip: the re-screening it rests on.")
    rescreening_instruments: list[Instrument]
    rescreening_outcome: RescreeningOutcome | None
    sender: UUID
    receiver: UUID
    issued_on: date
    answer_by: date
    consented: bool | None
    received_on: date | None = Field(description="Day on which the receiver accepted the child.")


class RateOut(View):
    """One of the three official rates."""

    name: RateName
    numerator: int
    denominator: int | None = Field(description="Absent until the health authority gave the number of residents.")
    percent: Decimal | None


class RatesOut(BaseModel):
    """The three official rates of a county and period, as known at a moment (handbook §1.5)."""

    county: str
    since: date
    until: date
    as_of: datetime
    residents_source: str | None = Field(description="Where the number of resident children is from.")
    rates: list[RateOut]


class ResidentsOut(View):
    """A number of resident children of 0-6 years."""

    id: UUID
    county: str
    since: date
    until: date
    children: int
    source: str
