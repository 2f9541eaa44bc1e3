"""Rehabilitation assistance as it stands: the child, the application, the approval (国发20号; handbook §3.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.rehab.domain.grounds import Certificate
from services.rehab.domain.terms import AgentKind, Hardship, ResidenceKind, ResidenceProof
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
    DeviceKind,
    EligibilityBasis,
    Material,
    NeedsOutcome,
    SurgeryKind,
    TrainingMode,
)


class ApplicationState(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Child:
    """What rehab knows of a child: no identity."""

    case: UUID
    born: date
    county: str
    died_on: date | None = None
    sharing_stopped_on: date | None = None
    erased_on: date | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is applied for: an item, for a category; a surgery or a device names its kind."""

    category: RehabCategory
    mode: TrainingMode
    item: AssistanceItem = AssistanceItem.TRAINING
    surgery: SurgeryKind | None = None
    device: DeviceKind | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """What ties the family to the county, and its hardship where it claims one."""

    residence: ResidenceKind = ResidenceKind.HOUSEHOLD
    proofs: frozenset[ResidenceProof] = frozenset()
    hardship: Hardship | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """Who fills in for the guardian, who stays the principal, and since when they may (帮办代办; handbook §7)."""

    kind: AgentKind
    authorised_on: date


@dataclass(frozen=True, slots=True)
class ApplicationOrder:
    """What the guardian applies for, the materials that they brought, and who brought them."""

    id: UUID
    asked: Asked
    basis: EligibilityBasis
    materials: frozenset[Material]
    submitted_on: date
    by: UUID
    household: Household = Household()
    agent: Agency | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it stands."""

    id: UUID
    state: ApplicationState
    asked: Asked
    basis: EligibilityBasis
    materials: frozenset[Material]
    county: str
    submitted_on: date
    household: Household = Household()
    submitted_by: UUID | None = None
    agent: AgentKind | None = None
    checked_by: UUID | None = None
    eligible: bool | None = None
    experts_agree: bool = False

    @property
    def open(self) -> bool:
        """Whether the federation has yet to decide."""
        return self.state in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}


@dataclass(frozen=True, slots=True)
class Approval:
    """Assistance approved for an item, a category and a period; both ends of the period belong to it."""

    id: UUID
    item: AssistanceItem
    category: RehabCategory
    mode: TrainingMode
    county: str
    other_counties: bool
    valid_from: date
    valid_until: date
    enrol_by: date
    surgery: SurgeryKind | None = None
    device: DeviceKind | None = None
    lapsed_on: date | None = None
    used_on: date | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a hospital or centre found of the need behind an application, and what it expects the item to cost."""

    outcome: NeedsOutcome
    estimate: int | None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the child: applications open under the item, approvals under it, certificates, diagnoses."""

    open_applications: int
    approvals: Collection[Approval]
    certificates: tuple[Certificate, ...] = ()
    diagnoses: frozenset[RehabCategory] = frozenset()
    assessment: Assessment | None = None
    device_again_from: date | None = None

    @property
    def standing(self) -> list[Approval]:
        """Approvals that were not left to lapse."""
        return [approval for approval in self.approvals if approval.lapsed_on is None]

    def approved_in(self, year: int) -> int:
        """Count approvals of a benefit year, which is the calendar year."""
        return sum(approval.valid_from.year == year for approval in self.standing)

    def approved_before(self, year: int) -> bool:
        """Tell whether an earlier benefit year was assisted."""
        return any(approval.valid_from.year < year for approval in self.standing)

    def years_of(self, category: RehabCategory) -> int:
        """Count the benefit years in which a category was assisted."""
        return len({approval.valid_from.year for approval in self.standing if approval.category is category})
