"""What callers send. Numbers and dates come as what they are: a day is ISO text, never a timestamp."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from services.screening.domain.diagnosis import Diagnosis
from services.screening.domain.follow_up import FollowUp
from services.screening.domain.initial import InitialScreening
from services.screening.domain.instruments import Quotients
from services.screening.domain.referral import Slip
from services.screening.domain.registry import Identity, NewChild
from services.screening.domain.rescreening import Concern, Rescreening
from services.screening.domain.tracing import Attempt
from shared import ids
from shared.contracts.codes import County, RehabCategory, ScreeningCategory, Sex
from shared.contracts.events.screening import (
    ClosingReason,
    DiagnosisOutcome,
    Instrument,
    ReferralStep,
    Regression,
    RejectionReason,
    ReopeningReason,
    RescreeningOutcome,
    ScreeningOutcome,
    TracingOutcome,
)
from shared.stage import Day

Words = StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
Name = Annotated[str, Words]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{4,19}$")]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
SignId = Annotated[str, StringConstraints(pattern=r"^[MY][0-9]{1,2}-[1-4]$")]
Quotient = Annotated[Decimal, Field(max_digits=4, decimal_places=1)]


class Body(BaseModel):
    """A request body: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IdentityIn(Body):
    """Who the child is. Stored encrypted, told to nobody but those who take part in the case."""

    name: Name
    guardian_name: Name
    guardian_phone: Phone
    address: Address
    resident_number: Number | None = None
    birth_certificate: Number | None = None
    guardian_resident_number: Number | None = None


class ChildIn(Body):
    """A child to be registered (handbook §1.4, real-name dynamic management)."""

    sex: Sex
    birth_date: Day
    region: County
    registered_on: Day | None = Field(
        default=None, description="Day on which an older register took the child up; today unless given."
    )
    identity: IdentityIn
    another_than: list[UUID] = Field(
        default=[], max_length=50, description="Children much alike of whom the clerk decided that they are others."
    )

    def new_child(self) -> NewChild:
        return NewChild(
            Identity(**self.identity.model_dump()),
            self.sex,
            self.birth_date,
            self.region,
            self.registered_on,
            tuple(self.another_than),
        )


class ScreeningIn(Body):
    """An initial screening (handbook §1.3): signs of the child's age one by one, or an examiner's finding."""

    category: ScreeningCategory
    instrument: Instrument = Instrument.WARNING_SIGNS
    on: Day
    signs: dict[SignId, StrictBool] = Field(default={}, max_length=44)
    regression: Regression = Regression.NOT_ASKED
    finding: ScreeningOutcome | None = None

    def screening(self) -> InitialScreening:
        return InitialScreening(
            ids.new_record(), self.category, self.instrument, self.on, self.signs, self.regression, self.finding
        )


class ReferralIn(Body):
    """A referral slip (附件3, 附件5; handbook §1.4)."""

    step: ReferralStep
    receiver: UUID
    on: Day
    consented: StrictBool | None = Field(default=None, description="Whether the guardian agreed; absent if not asked.")

    def slip(self, category: ScreeningCategory) -> Slip:
        return Slip(ids.new_record(), category, self.step, self.receiver, self.on, self.consented)


class AcceptanceIn(Body):
    """A referral taken over."""

    on: Day


class RejectionIn(Body):
    """A referral declined."""

    on: Day
    reason: RejectionReason


class QuotientsIn(Body):
    """Developmental quotients of 儿心量表-II."""

    total: Quotient
    gross_motor: Quotient
    fine_motor: Quotient
    adaptive: Quotient
    language: Quotient
    social: Quotient


class RescreeningIn(Body):
    """A re-screening: history always, then the scales of the child's age or an examiner's finding (handbook §1.4)."""

    on: Day
    concerns: list[Concern] = Field(max_length=len(Concern), description="History and observation; empty if none.")
    m_chat_23: dict[Annotated[int, Field(ge=1, le=99)], StrictBool] | None = Field(default=None, max_length=99)
    abc: StrictInt | None = None
    cdss_ii: QuotientsIn | None = None
    examined_by: list[Instrument] = Field(default=[], max_length=len(Instrument))
    finding: RescreeningOutcome | None = None

    def rescreening(self) -> Rescreening:
        return Rescreening(
            id=ids.new_record(),
            on=self.on,
            concerns=frozenset(self.concerns),
            m_chat_23=self.m_chat_23,
            abc=self.abc,
            cdss_ii=Quotients(**self.cdss_ii.model_dump()) if self.cdss_ii else None,
            examined_by=frozenset(self.examined_by),
            finding=self.finding,
        )


class DiagnosisIn(Body):
    """A diagnosis (handbook §1.4): exactly a confirmed one names a rehabilitation category."""

    on: Day
    outcome: DiagnosisOutcome
    rehab_category: RehabCategory | None = None
    cars: Annotated[Decimal, Field(max_digits=3, decimal_places=1)] | None = None
    instruments: list[Instrument] = Field(
        default=[], max_length=len(Instrument), description="Instruments used, such as diagnostic audiology."
    )

    def diagnosis(self, category: ScreeningCategory) -> Diagnosis:
        return Diagnosis(
            ids.new_record(),
            category,
            self.on,
            self.outcome,
            self.rehab_category,
            self.cars,
            frozenset(self.instruments),
        )


class TracingIn(Body):
    """An attempt to reach a family; a refusal bears the date of the guardian's signature (handbook §1.4)."""

    on: Day
    outcome: TracingOutcome
    guardian_signed_on: Day | None = None

    def attempt(self) -> Attempt:
        return Attempt(self.on, self.outcome, self.guardian_signed_on)


class FollowUpIn(Body):
    """A confirmed child seen again by the diagnosing institution (handbook §1.4)."""

    on: Day
    in_rehabilitation: StrictBool = Field(description="Whether the child is in rehabilitation, as the family says.")

    def follow_up(self) -> FollowUp:
        return FollowUp(ids.new_record(), self.on, self.in_rehabilitation)


class LossIn(Body):
    """A child declared lost to follow-up."""

    on: Day


class ClosureIn(Body):
    """A suspicion closed."""

    on: Day
    reason: ClosingReason
    guardian_signed_on: Day | None = None


class ReopeningIn(Body):
    """A suspicion taken up again."""

    on: Day
    reason: ReopeningReason


class ResolveIn(Body):
    """Cases whose children's names are asked for."""

    cases: list[UUID] = Field(min_length=1, max_length=500)
