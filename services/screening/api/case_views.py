"""What a case file shows of the child itself (handbook §2), and the whole of a case file."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from services.screening.api.views import (
    DiagnosisOut,
    FollowUpOut,
    IdentityOut,
    ReferralOut,
    RescreeningOut,
    ScreeningOut,
    SuspicionOut,
    TracingOut,
    View,
)
from services.screening.domain.certificates import ApplicationStatus, RefusalReason
from services.screening.domain.guardians import ConsentOf
from services.screening.domain.registry_policy import Trait
from shared.contracts.codes import DisabilityCategory, Sex
from shared.contracts.events.screening import CancellationReason, ConsentBasis, GuardianKind, IdentifierKind


class FormerResidenceOut(View):
    """A county where the child lived before."""

    region: str
    until: date


class GuardianChangeOut(View):
    """Another guardian; who it was before stays encrypted."""

    id: UUID
    kind: GuardianKind
    changed_on: date
    consent_of: ConsentOf | None


class ConsentOut(View):
    """On what sharing with later stages stood."""

    basis: ConsentBasis
    given_on: date
    withdrawn_on: date | None


class HospitalStayOut(View):
    """An inpatient stay."""

    id: UUID
    hospital: UUID | None
    admitted_on: date
    discharged_on: date | None


class CertificateOut(View):
    """A disability certificate; its number is not kept."""

    id: UUID
    category: DisabilityCategory
    parts: list[DisabilityCategory]
    grade: int
    county: str
    issued_on: date
    valid_until: date
    changed_on: date
    cancelled_on: date | None
    cancellation_reason: CancellationReason | None
    reapply_from: date | None


class ApplicationOut(View):
    """An application for a certificate, with the days on which its clocks run out."""

    id: UUID
    certificate: UUID | None
    hospital: UUID
    applied_on: date
    status: ApplicationStatus
    graded_on: date | None
    category: DisabilityCategory | None
    parts: list[DisabilityCategory]
    grade: int | None
    notice_until: date | None
    review_by: date | None
    decided_on: date | None
    refusal_reason: RefusalReason | None
    measurements: list[dict[str, Any]] | None = None


class ListedApplication(ApplicationOut):
    """A line of the list of applications."""

    case: UUID = Field(validation_alias="case_id")


class MergeOut(View):
    """A decision that two cases are one child."""

    survivor: UUID
    merged: UUID
    merged_on: date
    score: int
    reasons: list[Trait]
    unmerged_on: date | None


class StubOut(View):
    """What the authorities of a county still see of a child that moved away from it."""

    case: UUID = Field(validation_alias="case_id")
    former_region: str
    region: str = Field(description="County that is responsible now.")
    moved_on: date


class CaseOut(View):
    """A case file as screening keeps it."""

    case: UUID = Field(validation_alias="case_id")
    sex: Sex
    birth_date: date
    region: str
    identifier_kind: IdentifierKind
    died_on: date | None
    registered_by: UUID = Field(validation_alias="organisation")
    registered_at: datetime = Field(validation_alias="recorded_at")
    identity: IdentityOut | None = Field(description="Absent once the child's key was destroyed.")
    suspicions: list[SuspicionOut]
    screenings: list[ScreeningOut]
    referrals: list[ReferralOut]
    rescreenings: list[RescreeningOut]
    diagnoses: list[DiagnosisOut]
    tracings: list[TracingOut]
    follow_ups: list[FollowUpOut]
    former_residences: list[FormerResidenceOut]
    guardian_changes: list[GuardianChangeOut]
    consents: list[ConsentOut]
    hospital_stays: list[HospitalStayOut]
    certificates: list[CertificateOut]
    certificate_applications: list[ApplicationOut]
    merges: list[MergeOut] = Field(description="Cases of the same child, those that were taken apart again too.")
