"""What callers send about the child itself (handbook §2)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.screening.api.bodies import Address, Body, Name, Number, Phone
from services.screening.domain.certificates import RefusalReason, standing
from services.screening.domain.consents import Consent
from services.screening.domain.death import Retraction
from services.screening.domain.grading import Measurement
from services.screening.domain.guardians import ConsentOf, NewGuardian, Unavailable
from services.screening.domain.hospital import Stay
from services.screening.domain.identity import Settlement
from services.screening.domain.protocol import Protocol
from services.screening.domain.registry import numbered
from services.screening.handlers.certifying import Apply, TakeOver
from services.screening.handlers.identity import Merge
from services.screening.handlers.person import Arrival, Move
from shared import ids
from shared.access.policy import Actor
from shared.contracts.codes import County, DisabilityCategory
from shared.contracts.events.screening import (
    CancellationReason,
    ConflictKind,
    ConflictOutcome,
    ConsentBasis,
    ErasureBasis,
    GuardianKind,
    RetractionReason,
)
from shared.stage import Day

CertificateNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=24)]


class ConfirmationIn(Body):
    """The resident number of a child that was registered by its birth certificate."""

    resident_number: Number
    confirmed_on: Day


class MergeIn(Body):
    """The decision that another case is the same child; that one is shown under this one from now on."""

    merged: UUID
    on: Day

    def command(self, survivor: UUID) -> Merge:
        return Merge(survivor, self.merged, self.on)


class AnotherIn(Body):
    """The decision that another case, much alike, is another child."""

    other: UUID


class UnmergeIn(Body):
    """The decision that a merged case is a child of its own after all."""

    on: Day


class SettlementIn(Body):
    """What one doubt about an identity came to when somebody looked at the papers."""

    kind: ConflictKind = Field(description="Which doubt is settled, as the fact that noticed it names it.")
    other: UUID | None = Field(default=None, description="The other case, where the doubt names one.")
    outcome: ConflictOutcome
    on: Day

    def settlement(self) -> Settlement:
        return Settlement(self.kind, self.other, self.outcome, self.on)


class GuardianIn(Body):
    """Another guardian; a later kind says why each earlier one does not serve (民法典 art. 27)."""

    kind: GuardianKind
    changed_on: Day
    name: Name
    phone: Phone
    resident_number: Number | None = None
    unavailable: dict[GuardianKind, Unavailable] = Field(default={}, max_length=len(GuardianKind))
    consent_of: ConsentOf | None = None

    def guardian(self) -> NewGuardian:
        return NewGuardian(**dict(self))


class MoveIn(Body):
    """A move to another county; who takes the child over there sees it from now on."""

    region: County
    moved_on: Day
    institution: UUID | None = Field(default=None, description="Clinic, county institution or hospital there.")
    address: Address | None = None
    guardian_phone: Phone | None = None

    def command(self, institution_region: str) -> Move:
        told = _told(self.address, self.guardian_phone)
        return Move(self.region, self.moved_on, self.institution, institution_region, told)


class ArrivalIn(Body):
    """A child that lives here now and is known elsewhere: found by its number and its name together."""

    name: Name
    resident_number: Number | None = None
    birth_certificate: Number | None = None
    region: County
    moved_on: Day
    address: Address | None = None
    guardian_phone: Phone | None = None

    def arrival(self, actor: Actor, protocol: Protocol) -> Arrival:
        identity = numbered(self.name, self.resident_number, self.birth_certificate, protocol)
        told = _told(self.address, self.guardian_phone)
        return Arrival(identity, Move(self.region, self.moved_on, actor.organisation, actor.region, told))


def _told(address: str | None, guardian_phone: str | None) -> dict[str, str | None]:
    told = {"address": address, "guardian_phone": guardian_phone}
    return {name: value for name, value in told.items() if value is not None}


class ConsentIn(Body):
    """On what sharing with later stages stands."""

    basis: ConsentBasis
    given_on: Day

    def consent(self) -> Consent:
        return Consent(self.basis, self.given_on)


class WithdrawalIn(Body):
    """Consent that the guardian withdrew."""

    withdrawn_on: Day


class StayIn(Body):
    """An inpatient stay; one that is entered when it is over, with its end."""

    admitted_on: Day
    discharged_on: Day | None = None
    hospital: UUID | None = Field(default=None, description="Where it is an organisation of the directory.")

    def stay(self) -> Stay:
        return Stay(ids.new_record(), self.hospital, self.admitted_on, self.discharged_on)


class DischargeIn(Body):
    """The end of a stay."""

    discharged_on: Day


class StayCorrectionIn(Body):
    """The right days of a stay; what is not given stays as it is."""

    admitted_on: Day | None = None
    discharged_on: Day | None = None


class DeathIn(Body):
    """The day of a death."""

    died_on: Day


class RetractionIn(Body):
    """Why a registered death was wrong, and since when that is known."""

    on: Day
    reason: RetractionReason

    def retraction(self) -> Retraction:
        return Retraction(self.on, self.reason)


class ErasureIn(Body):
    """Why a child is erased."""

    basis: ErasureBasis


class ApplicationIn(Body):
    """An application for a certificate; with `certificate`, for another grade of that one."""

    hospital: UUID = Field(description="Hospital that grades.")
    applied_on: Day
    certificate: UUID | None = None

    def command(self, case: UUID) -> Apply:
        return Apply(ids.new_record(), case, self.hospital, self.applied_on, self.certificate)


class GradingIn(Body):
    """What a hospital measured, category by category."""

    on: Day
    measurements: list[Measurement] = Field(min_length=1, max_length=6)


class GrantIn(Body):
    """The certificate as it is issued; its number is checked and not kept."""

    number: CertificateNumber
    on: Day


class RefusalIn(Body):
    """An application that ends without a certificate."""

    reason: RefusalReason
    on: Day


class CertificateIn(Body):
    """A certificate that was issued before this system."""

    number: CertificateNumber
    category: DisabilityCategory
    grade: Annotated[int, Field(strict=True, ge=1, le=4)]
    parts: list[DisabilityCategory] = Field(default=[], max_length=6)
    issued_on: Day

    def command(self) -> TakeOver:
        shown = standing(self.category, self.grade, self.parts)
        return TakeOver(ids.new_record(), self.number, shown, self.issued_on)


class CancellationIn(Body):
    """A certificate that is no longer one."""

    reason: CancellationReason
    cancelled_on: Day
