"""Facts of money: claims by cycle with a line per child and month, audit, payment, recovery (handbook §3.3, §3.7).

A claim of an institution holds many children; each child's case gets its own part of it as a fact. Amounts are fen.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.codes import County
from shared.contracts.envelope import Fact, Strict
from shared.contracts.events.rehab.assistance import FenAmount, Institution

ClaimId = Annotated[UUID, Field(description="Claim of an institution for one cycle.")]
LineId = Annotated[UUID, Field(description="Claim line: one child and month.")]
PaymentId = Annotated[UUID, Field(description="Payment.")]


class LineVerdict(StrEnum):
    """What the auditor decided on a line (handbook §3.3 step 7)."""

    ACCEPTED = "accepted"
    REDUCED = "reduced"
    REJECTED = "rejected"


class ReleaseReason(StrEnum):
    """Why a held line is free again (handbook §3.7; §0 rule 6: a person decides)."""

    FINDING_EXPLAINED = "finding_explained"
    DATA_ERROR = "data_error"
    FACTS_CHANGED = "facts_changed"


class Payee(StrEnum):
    """Who is paid: the institution directly, or the family that paid first (handbook §3.3)."""

    INSTITUTION = "institution"
    GUARDIAN = "family"


class RecoveryReason(StrEnum):
    """Why money comes back (Jining federation notice 2016; handbook §3.4)."""

    FINDING_CONFIRMED = "finding_confirmed"
    PAID_TWICE = "paid_twice"
    OVERPAID = "overpaid"


class ClaimLine(Strict):
    """One child and month, or one surgery or device."""

    line: LineId
    enrolment: Annotated[
        UUID | None, Field(description="Enrolment of the sessions; absent for surgery and device.")
    ] = None
    provision: Annotated[UUID | None, Field(description="Operation or fitting that is claimed.")] = None
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="Month of service.", examples=["2026-03"])
    sessions: int = Field(ge=0, description="Attended sessions of the month.")
    attended_days: int = Field(ge=0, le=31, description="Days with an attended session.")
    planned_days: int = Field(ge=0, le=31, description="Training days planned for the month.")
    amount: FenAmount
    insurance_paid: FenAmount
    cost: Annotated[FenAmount | None, Field(description="What it cost, in fen, where the claim says so.")] = None


class ClaimSubmitted(Fact, type="tongkang.rehab.claim_submitted.v1"):
    """An institution claimed for a child, in one cycle (国发20号; handbook §3.3 step 7)."""

    claim: ClaimId
    institution: Institution
    county: County = Field(description="County that pays: the one that approved.")
    cycle_from: date = Field(description="First day of the cycle.")
    cycle_until: date = Field(description="Last day of the cycle, itself included.")
    submitted_on: date = Field(description="Date of submission.")
    lines: tuple[ClaimLine, ...] = Field(description="This child's lines, by month.", min_length=1)


class ClaimLineHeld(Fact, type="tongkang.rehab.claim_line_held.v1"):
    """A line waits: an open finding of severity H stands against it; the child's service goes on (handbook §3.7)."""

    claim: ClaimId
    line: LineId
    institution: Institution
    finding: UUID = Field(description="Finding that holds it.")
    held_on: date = Field(description="First day of the hold.")


class ClaimLineReleased(Fact, type="tongkang.rehab.claim_line_released.v1"):
    """A finding no longer holds the line (handbook §3.7)."""

    claim: ClaimId
    line: LineId
    institution: Institution
    finding: UUID = Field(description="Finding that held it.")
    reason: ReleaseReason = Field(description="Why.")
    free: bool = Field(description="Whether no other finding holds the line.")
    released_on: date = Field(description="Date of release.")


class AuditedLine(Strict):
    """The auditor's decision on one line."""

    line: LineId
    verdict: LineVerdict = Field(description="Accepted, reduced or rejected.")
    amount: FenAmount


class ClaimAudited(Fact, type="tongkang.rehab.claim_audited.v1"):
    """The county federation audited this child's lines; never by the person who approved (国发20号; handbook §3.3)."""

    claim: ClaimId
    institution: Institution
    lines: tuple[AuditedLine, ...] = Field(description="Decisions, by line.", min_length=1)
    audited_on: date = Field(description="Date of the audit.")


class PaymentMade(Fact, type="tongkang.rehab.payment_made.v1"):
    """The finance bureau of the same level paid (国发20号; handbook §3.3 step 7)."""

    payment: PaymentId
    claim: ClaimId
    institution: Institution
    lines: tuple[UUID, ...] = Field(description="Lines of this child that were paid.", min_length=1)
    amount: FenAmount
    payee: Payee = Field(description="Who was paid.")
    paid_on: date = Field(description="Date of payment.")


class RecoveryDemanded(Fact, type="tongkang.rehab.recovery_demanded.v1"):
    """The county demands money of a payment back, within a time limit (handbook §3.4: recover within a time limit)."""

    recovery: Annotated[UUID, Field(description="Recovery.")]
    payment: PaymentId
    claim: ClaimId
    institution: Institution
    lines: tuple[UUID, ...] = Field(description="Lines of this child that it concerns.", min_length=1)
    amount: FenAmount
    reason: RecoveryReason = Field(description="Why.")
    demanded_on: date = Field(description="Date of the demand.")
    due_on: date = Field(description="Last day on which the money may come back in time.")
    payee: Payee | None = Field(default=None, description="Who was paid, and returns it; absent: the institution.")


class PaymentRecovered(Fact, type="tongkang.rehab.payment_recovered.v1"):
    """Money came back (handbook §3.4: recover within a time limit)."""

    recovery: Annotated[UUID, Field(description="Recovery.")]
    payment: PaymentId
    claim: ClaimId
    institution: Institution
    lines: tuple[UUID, ...] = Field(description="Lines that it concerns.", min_length=1)
    amount: FenAmount
    reason: RecoveryReason = Field(description="Why.")
    recovered_on: date = Field(description="Date on which the money came back.")
