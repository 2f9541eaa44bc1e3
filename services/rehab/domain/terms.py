"""Words of an application that stay in this service, and figures that a policy file holds by kind (handbook §3.2)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AgeBand, DeviceKind, InstitutionGrade, SurgeryKind, TrainingMode
from shared.policyfile import Figure


class ResidenceKind(StrEnum):
    """What ties the family to the county (山东办法2026; handbook §3.2)."""

    HOUSEHOLD = "household"
    RESIDENCE_PERMIT = "residence_permit"


class ResidenceProof(StrEnum):
    """What a family with a residence permit shows beside it (山东办法2026; handbook §3.2)."""

    TAX_RECORD = "tax_record"
    SOCIAL_INSURANCE = "social_insurance"


class ResidenceRule(StrEnum):
    """What counts as residence: living in the county, or its household register or permit with a record."""

    COUNTY_OF_RESIDENCE = "county_of_residence"
    HOUSEHOLD_OR_PERMIT = "household_or_residence_permit"


class Hardship(StrEnum):
    """Households that are assisted where a county tests income (国发20号; handbook §3.2)."""

    DIBAO = "dibao"
    REGISTERED_POOR = "registered_poor"
    """建档立卡."""
    WELFARE_INSTITUTION = "welfare_institution"
    ORPHAN = "orphan"
    TEKUN = "tekun"
    OTHER_DIFFICULTY = "other_difficulty"


class OncePayment(StrEnum):
    """How a surgery or a device is paid (山东办法2026; handbook §3.2)."""

    FIXED_AMOUNTS = "fixed_amounts"
    INSURANCE_FIRST = "insurance_first_then_whole_remaining_cost"


class AgentKind(StrEnum):
    """Who fills in for the guardian (帮办代办; handbook §3.3 step 1, §7)."""

    RELATIVE = "relative"
    COMMUNITY = "community"
    INSTITUTION = "institution"
    FEDERATION_WINDOW = "federation_window"


class Standard(BaseModel):
    """What is paid for training in a year, in integer fen; None where the county has yet to set it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: frozenset[RehabCategory]
    mode: TrainingMode
    age_band: AgeBand
    annual: Figure[int | None] = Field(
        title="年度补助标准",
        description="Paid for training in a year, in fen; none where the county has yet to set it (§3.2).",
    )


class OnceAmount(BaseModel):
    """What is paid for one kind of surgery or device where amounts are fixed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SurgeryKind | DeviceKind
    amount: Figure[int | None] = Field(
        title="定额补助标准",
        description="Fixed amount of a surgery or device, in fen; none where the county has yet to set it (§3.2).",
    )


class DeviceCycle(BaseModel):
    """How long one kind of device serves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: DeviceKind
    months: Figure[int] = Field(
        title="更换周期（月）",
        description="Months before the same kind of device may be given again (§3.7 F19).",
    )


class GradeBand(BaseModel):
    """From which score an institution has a grade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grade: InstitutionGrade
    from_score: Figure[int] = Field(
        title="等级最低分", description="Yearly score from which an institution has this grade (§3.4)."
    )
