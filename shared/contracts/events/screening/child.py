"""Facts about the child: who it is, where it lives, its certificate, its consent, hospital and death (handbook §2).

The subject of all of them is the child's case id. Identity itself stays with the registry: here stand only kinds, codes
and dates.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import County, DisabilityCategory, Sex
from shared.contracts.envelope import Fact

Grade = Annotated[int, Field(ge=1, le=4, description="Grade, 1 most severe (一级) to 4 (四级) (GB/T 26341).")]
CertificateRecord = Annotated[UUID, Field(description="Id of the certificate record; stays through every regrade.")]
HospitalStay = Annotated[UUID, Field(description="Id of the hospital stay.")]


class ConflictKind(StrEnum):
    """Why the registry doubts an identity (handbook §3.7 F23)."""

    ONE_NUMBER_TWO_NAMES = "one_number_two_names"
    TWO_NUMBERS_ONE_CHILD = "two_numbers_one_child"


class ConflictOutcome(StrEnum):
    """What a doubt about an identity came to when a person looked at the papers (handbook §3.7 F23)."""

    NUMBER_MISTYPED = "number_mistyped"
    NAME_WRITTEN_OTHERWISE = "name_written_otherwise"
    TWO_CHILDREN = "two_children"


class GuardianKind(StrEnum):
    """Who the guardian is, in the order of 民法典 art. 27 (handbook §5)."""

    PARENT = "parent"
    GRANDPARENT = "grandparent"
    ADULT_SIBLING = "adult_sibling"
    OTHER_WITH_CONSENT = "other_with_consent"
    INSTITUTION = "institution"


class CancellationReason(StrEnum):
    """Why a disability certificate was cancelled (残疾人证办法 art. 24; handbook §2.2)."""

    OWN_REQUEST = "own_request"
    NO_LONGER_DISABLED = "no_longer_disabled"
    OBTAINED_BY_FRAUD = "obtained_by_fraud"
    DECEASED = "deceased"


class ConsentBasis(StrEnum):
    """What sharing with later stages stands on (个人信息保护法 arts. 13, 28-31; handbook §0 rule 5)."""

    GUARDIAN_CONSENT = "guardian_consent"
    STATUTORY_DUTY = "statutory_duty"


class ErasureBasis(StrEnum):
    """Why a child's identity was destroyed."""

    GUARDIAN_REQUEST = "guardian_request"
    ENTERED_IN_ERROR = "entered_in_error"
    RETENTION_OVER = "retention_over"


class RetractionReason(StrEnum):
    """Why a death that was registered is taken back."""

    ANOTHER_CHILD = "another_child"
    """It was entered in the file of a child that lives, or came there by a merge that was undone."""
    REPORT_WAS_WRONG = "report_was_wrong"


class IdentifierKind(StrEnum):
    """By which number a child is known; a newborn may have only a birth certificate (handbook §2.3)."""

    RESIDENT_NUMBER = "resident_number"
    BIRTH_CERTIFICATE = "birth_certificate"


class ChildRegistered(Fact, type="tongkang.screening.child_registered.v1"):
    """A child got its case; the identity stays in the registry (handbook §1.4, real-name dynamic management)."""

    sex: Sex = Field(description="Administrative sex.")
    birth_date: date = Field(description="Date of birth.")
    region: County = Field(description="County of residence at registration, GB/T 2260.")
    identifier_kind: IdentifierKind = Field(
        description="Kind of number by which the child is known; the number itself stays with the registry."
    )


class IdentityConfirmed(Fact, type="tongkang.screening.identity_confirmed.v1"):
    """A provisional identity got its resident number; the case stays the same (handbook §1.4, §2.3)."""

    identifier_kind: IdentifierKind = Field(description="Kind of number by which the child is now known.")
    confirmed_on: date = Field(description="Date of confirmation, Asia/Shanghai.")


class IdentityConflictNoticed(Fact, type="tongkang.screening.identity_conflict_noticed.v1"):
    """The registry met one number with two names, or two numbers for one child (handbook §3.7 F23)."""

    kind: ConflictKind = Field(description="What was noticed.")
    other: UUID | None = Field(default=None, description="The other case, where there is one.")
    noticed_on: date = Field(description="Date on which it was noticed, Asia/Shanghai.")


class IdentityConflictSettled(Fact, type="tongkang.screening.identity_conflict_settled.v1"):
    """A person looked at the papers: what the registry doubted is no contradiction (handbook §3.7 F23).

    Where one child really has two cases, they are merged instead.
    """

    kind: ConflictKind = Field(description="What had been noticed.")
    other: UUID | None = Field(default=None, description="The other case, where there is one.")
    outcome: ConflictOutcome = Field(description="What it came to.")
    settled_on: date = Field(description="Date of the decision, Asia/Shanghai.")


class IdentityMerged(Fact, type="tongkang.screening.identity_merged.v1"):
    """Two cases are one child (handbook §1.4: merged later, never duplicated). Recorded in both cases."""

    survivor: UUID = Field(description="Case under which the child is shown from now on.")
    merged: UUID = Field(description="Case that is shown as part of the survivor; its history stays where it is.")
    merged_on: date = Field(description="Date of the decision, Asia/Shanghai.")


class IdentityUnmerged(Fact, type="tongkang.screening.identity_unmerged.v1"):
    """Two cases that had been merged are two children after all. Recorded in both cases."""

    survivor: UUID = Field(description="Case under which both were shown.")
    merged: UUID = Field(description="Case that stands by itself again.")
    unmerged_on: date = Field(description="Date of the decision, Asia/Shanghai.")


class GuardianChanged(Fact, type="tongkang.screening.guardian_changed.v1"):
    """Another guardian answers for the child; who it is stays with the registry (民法典 art. 27; handbook §5)."""

    kind: GuardianKind = Field(description="Kind of the new guardian.")
    changed_on: date = Field(description="First day of the new guardianship, Asia/Shanghai.")


class ResidenceMoved(Fact, type="tongkang.screening.residence_moved.v1"):
    """The child lives in another county; responsibility moves, no second case is opened (handbook §1.4)."""

    previous: County = Field(description="County of residence before.")
    region: County = Field(description="County of residence from now on, GB/T 2260.")
    moved_on: date = Field(description="First day in the new county, Asia/Shanghai.")


class CertificateIssued(Fact, type="tongkang.screening.certificate_issued.v1"):
    """A disability certificate was issued; its number stays with the registry (残疾人证办法; handbook §2.2)."""

    grading: CertificateRecord
    category: DisabilityCategory = Field(description="Category on the certificate (GB/T 26341).")
    parts: tuple[DisabilityCategory, ...] = Field(
        default=(), description="Single categories of a multiple disability, sorted by code; empty otherwise."
    )
    grade: Grade
    county: County = Field(description="County whose federation issued it: the household registration.")
    issued_on: date = Field(description="Date of issue, Asia/Shanghai.")
    valid_until: date = Field(description="Last day of validity, itself included: ten years (art. 19).")


class CertificateRegraded(Fact, type="tongkang.screening.certificate_regraded.v1"):
    """Category or grade changed; the record stays the same (残疾人证办法 art. 22; handbook §2.2)."""

    grading: CertificateRecord
    category: DisabilityCategory = Field(description="Category from now on.")
    parts: tuple[DisabilityCategory, ...] = Field(
        default=(), description="Single categories of a multiple disability, sorted by code; empty otherwise."
    )
    grade: Grade
    regraded_on: date = Field(description="First day of the new grade, Asia/Shanghai.")


class CertificateCancelled(Fact, type="tongkang.screening.certificate_cancelled.v1"):
    """A certificate was cancelled (残疾人证办法 art. 24; handbook §2.2)."""

    grading: CertificateRecord
    reason: CancellationReason = Field(description="Why.")
    cancelled_on: date = Field(description="First day without the certificate, Asia/Shanghai.")
    reapply_from: date = Field(description="First day on which a new application is possible: after one year.")


class ConsentGiven(Fact, type="tongkang.screening.consent_given.v1"):
    """The guardian agreed, or a statutory duty says so: later stages receive the case (handbook §0 rule 5)."""

    basis: ConsentBasis = Field(description="What the sharing stands on.")
    given_on: date = Field(description="First day of the consent, Asia/Shanghai.")


class ConsentWithdrawn(Fact, type="tongkang.screening.consent_withdrawn.v1"):
    """The guardian withdrew consent: later stages stop receiving, the timeline masks (handbook §0 rule 5)."""

    withdrawn_on: date = Field(description="First day without consent, Asia/Shanghai.")


class HospitalAdmitted(Fact, type="tongkang.screening.hospital_admitted.v1"):
    """The child was admitted to a hospital as an inpatient (handbook §3.7 F04)."""

    stay: HospitalStay
    hospital: UUID | None = Field(default=None, description="Hospital, where it is an organisation of the directory.")
    admitted_on: date = Field(description="Day of admission, Asia/Shanghai.")


class HospitalDischarged(Fact, type="tongkang.screening.hospital_discharged.v1"):
    """The child left the hospital (handbook §3.7 F04)."""

    stay: HospitalStay
    discharged_on: date = Field(description="Day of discharge, Asia/Shanghai.")


class DeathRegistered(Fact, type="tongkang.screening.death_registered.v1"):
    """The child died; often entered weeks later (handbook §3.7 F05)."""

    died_on: date = Field(description="Date of death, Asia/Shanghai.")


class DeathRetracted(Fact, type="tongkang.screening.death_retracted.v1"):
    """The child lives: the registration of its death, which this fact names, was wrong (handbook §0 rule 4)."""

    reason: RetractionReason = Field(description="Why the registration was wrong.")
    retracted_on: date = Field(description="Date on which it was taken back, Asia/Shanghai.")


class ChildErased(Fact, type="tongkang.screening.child_erased.v1"):
    """The child's key was destroyed: identity and free text are gone, the chain of facts stays (access, identity)."""

    basis: ErasureBasis = Field(description="Why.")
    erased_on: date = Field(description="Date of erasure, Asia/Shanghai.")
