"""Policy of training assistance: who is eligible and what is paid, by version (handbook §3.2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rehab.errors import NotEligible, RateNotSet
from shared.ages import birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AgeBand, EligibilityBasis, Material, RefusalReason, TrainingMode
from shared.policyfile import Figure, Policies, PolicyVersion, read_policies

BUILT_IN = Path(__file__).parent
"""Folder of the province's files; a county with other figures names its own folder in the settings."""


class AgeRule(StrEnum):
    """When the age is tested; the band then stays until the benefit year ends."""

    AT_APPROVAL = "at_approval"
    AT_YEAR_START = "at_year_start"
    AT_SERVICE_DATE = "at_service_date"


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


class AssistancePolicy(PolicyVersion):
    """One version of the province's rules for children's rehabilitation assistance, as its file says it."""

    age_rule: Figure[AgeRule] = Field(
        title="年龄核定日",
        description="Day on which the age is tested: approval, first day of the year, or service (§3.2).",
    )
    certificate_before_age: Figure[int] = Field(
        title="持证年龄上限", description="Age before which a child with a certificate is assisted, years (§3.2)."
    )
    diagnosis_before_age: Figure[int] = Field(
        title="凭诊断年龄上限",
        description="Age before which a prescribed diagnosis does without a certificate, years (§3.2).",
    )
    residence: Figure[str] = Field(title="户籍或居住条件", description="What counts as residence in the county (§3.2).")
    income_test: Figure[bool] = Field(
        title="是否要求经济困难", description="Whether the family must show hardship (§3.2)."
    )
    benefit_year: Figure[Literal["calendar_year"]] = Field(
        title="救助年度", description="Year for which assistance is approved (§3.2)."
    )
    fundable_months: Figure[int] = Field(
        title="年度可补助月数", description="Months that are paid in a benefit year (§3.2)."
    )
    full_time_month_days: Figure[int] = Field(
        title="全月出勤天数", description="Attended days from which a month is paid in full (§3.2)."
    )
    training_categories_per_year: Figure[int] = Field(
        title="年度训练类别数", description="Training categories per child and benefit year (§3.2)."
    )
    continuation_needs_evaluation: Figure[bool] = Field(
        title="续助须经评估",
        description="Whether assistance after the first period needs the experts' evaluation (§3.2).",
    )
    vision_years: Figure[int | None] = Field(
        title="视力训练年限",
        description="Years of vision training in principle; none where the county sets none (§3.2).",
    )
    surgery: Figure[str] = Field(
        title="手术救助方式", description="How surgery is paid: fixed amounts, or what insurance leaves (§3.2)."
    )
    training: tuple[Standard, ...]

    def age_tested_on(self, approved_on: date) -> date:
        """Return the day whose age decides band and eligibility of an approval."""
        at_year_start = self.age_rule.value is AgeRule.AT_YEAR_START
        return approved_on.replace(month=1, day=1) if at_year_start else approved_on

    def annual_standard(self, category: RehabCategory, mode: TrainingMode, band: AgeBand) -> int:
        """Return what is paid in a year, in fen; raises RateNotSet where the file has no figure."""
        for row in self.training:
            if category in row.categories and (row.mode, row.age_band) == (mode, band) and row.annual.value is not None:
                return row.annual.value
        raise RateNotSet(policy=self.policy, category=category, mode=mode, age_band=band)

    def monthly_cap(self, annual: int) -> int:
        """Return what is paid for one month at most: the standard over the fundable months, whole fen, never above."""
        return annual // self.fundable_months.value

    def materials(self, basis: EligibilityBasis) -> frozenset[Material]:
        """Return the materials of a complete application (handbook §3.3 step 1)."""
        needed = {Material.IDENTITY, Material.RESIDENCE, Material(basis.value)}
        return frozenset(needed | {Material.HARDSHIP} if self.income_test.value else needed)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What an approval gives: band, period and amounts in integer fen, under one policy version."""

    policy: str
    age_band: AgeBand
    ceiling: int
    monthly_cap: int
    valid_from: date
    valid_until: date


def read_assistance_policies(folder: Path = BUILT_IN) -> Policies[AssistancePolicy]:
    """Read the policy files of a folder."""
    return read_policies(AssistancePolicy, folder, "SD-*.json")


def age_band(born: date, on: date) -> AgeBand:
    """Return the band: "0-6" is before the 7th birthday (山东办法2026; handbook §0 rule 2)."""
    return AgeBand.UNDER_7 if on < birthday(born, 7) else AgeBand.FROM_7


def ineligible_because(
    policy: AssistancePolicy, born: date, basis: EligibilityBasis, on: date
) -> tuple[RefusalReason, ...]:
    """Return why a child of this age is not eligible on this basis; empty when it is (山东办法2026)."""
    if on >= birthday(born, policy.certificate_before_age.value):
        return (RefusalReason.AGED_OUT,)
    if basis is EligibilityBasis.DIAGNOSIS and on >= birthday(born, policy.diagnosis_before_age.value):
        return (RefusalReason.NEEDS_CERTIFICATE,)
    return ()


def entitle(
    policy: AssistancePolicy,
    born: date,
    basis: EligibilityBasis,
    training: tuple[RehabCategory, TrainingMode],
    on: date,
) -> Entitlement:
    """Work out what an approval on a day gives. Raises NotEligible or RateNotSet.

    The period ends with the benefit year, and before the day from which nobody is assisted any more (F07).
    """
    tested_on = policy.age_tested_on(on)
    if reasons := ineligible_because(policy, born, basis, tested_on):
        raise NotEligible(policy=policy.policy, reasons=list(reasons))
    band = age_band(born, tested_on)
    annual = policy.annual_standard(*training, band)
    last_day_of_age = birthday(born, policy.certificate_before_age.value) - timedelta(days=1)
    valid_until = min(date(on.year, 12, 31), last_day_of_age)
    return Entitlement(policy.policy, band, annual, policy.monthly_cap(annual), on, valid_until)
