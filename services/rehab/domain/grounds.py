"""What eligibility is judged on, and one item of the list that judges it (handbook §3.2)."""

from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.rehab.domain.terms import Hardship, ResidenceKind, ResidenceProof
from shared.contracts.codes import DisabilityCategory, RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
    DeviceKind,
    EligibilityBasis,
    IneligibilityReason,
    NeedsOutcome,
)
from shared.rehabilitation.support import supported
from shared.rulebook.explanation import Step


class Certificate(BaseModel):
    """A disability certificate as screening told of it; a multiple one counts by its parts."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    category: DisabilityCategory
    parts: frozenset[DisabilityCategory] = frozenset()
    grade: int
    issued_on: date
    valid_until: date
    cancelled_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it is valid on a day."""
        cancelled = self.cancelled_on is not None and self.cancelled_on <= day
        return self.issued_on <= day <= self.valid_until and not cancelled

    def supports(self, category: RehabCategory) -> bool:
        """Tell whether it stands behind a training category."""
        return category in supported({self.category, *self.parts})


class Grounds(BaseModel):
    """All that eligibility is judged on: of the child, of the application, of what it was given before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    born: date
    on: date
    item: AssistanceItem = AssistanceItem.TRAINING
    category: RehabCategory
    basis: EligibilityBasis
    device: DeviceKind | None = None
    lives_in_county: bool = True
    residence: ResidenceKind = ResidenceKind.HOUSEHOLD
    proofs: frozenset[ResidenceProof] = frozenset()
    hardship: Hardship | None = None
    certificates: tuple[Certificate, ...] = ()
    diagnoses: frozenset[RehabCategory] = frozenset()
    approved_this_year: int = 0
    approved_before: bool = False
    vision_years: int = 0
    device_again_from: date | None = Field(default=None, description="End of the cycle of the same kind of device.")
    assessment: NeedsOutcome | None = None
    experts_agree: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the list: what was looked at, and what it says when it does not hold."""

    step: Step
    reason: IneligibilityReason | None


def item_of(item: Step, reason: IneligibilityReason) -> Item:
    """Return an item with its reason only where it does not hold."""
    return Item(item, None if item.holds else reason)
