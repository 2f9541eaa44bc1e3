"""Policy of training assistance: who is eligible and what is paid, by version (handbook §3.2)."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from services.rehab.domain.terms import (
    DeviceCycle,
    GradeBand,
    Hardship,
    OnceAmount,
    OncePayment,
    ResidenceProof,
    ResidenceRule,
    Standard,
)
from services.rehab.errors import RateNotSet
from shared.ages import anniversary, birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    DeviceKind,
    EligibilityBasis,
    InstitutionGrade,
    Material,
    SurgeryKind,
    TrainingMode,
)
from shared.policyfile import Figure, Policies, PolicyVersion, read_policies
from shared.rulebook.registry import rule

BUILT_IN = Path(__file__).parent
"""Folder of the province's files; a county with other figures names its own folder in the settings."""


class AgeRule(StrEnum):
    """When the age is tested; the band then stays until the benefit year ends."""

    AT_APPROVAL = "at_approval"
    AT_YEAR_START = "at_year_start"
    AT_SERVICE_DATE = "at_service_date"


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
    residence: Figure[ResidenceRule] = Field(
        title="户籍或居住条件", description="What counts as residence in the county (§3.2)."
    )
    permit_proofs: Figure[tuple[ResidenceProof, ...]] = Field(
        title="居住证佐证材料", description="Records of which one makes a residence permit count (§3.2)."
    )
    income_test: Figure[bool] = Field(
        title="是否要求经济困难", description="Whether the family must show hardship (§3.2)."
    )
    hardship: Figure[tuple[Hardship, ...]] = Field(
        title="困难家庭类别", description="Households that count as in hardship where income is tested (§3.2)."
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
    surgery: Figure[OncePayment] = Field(
        title="手术救助方式", description="How surgery is paid: fixed amounts, or what insurance leaves (§3.2)."
    )
    device: Figure[OncePayment] = Field(
        title="辅具救助方式", description="How a device is paid: fixed amounts, or what insurance leaves (§3.2)."
    )
    rectification_days: Figure[int] = Field(
        title="整改期限（天）", description="Days for an institution to put a breach right (§3.4)."
    )
    once_amounts: tuple[OnceAmount, ...]
    device_cycles: tuple[DeviceCycle, ...]
    grades: tuple[GradeBand, ...]
    training: tuple[Standard, ...]

    @rule(
        "rehab.age-tested-on", "assumed", zh="年龄核定日：批准日或救助年度首日", setting="REHAB_POLICY_FOLDER: age_rule"
    )
    def age_tested_on(self, approved_on: date) -> date:
        """Tell the day whose age decides band and eligibility of an approval (handbook §3.2)."""
        at_year_start = self.age_rule.value is AgeRule.AT_YEAR_START
        return approved_on.replace(month=1, day=1) if at_year_start else approved_on

    @rule("rehab.annual-standard", "source", zh="训练年度补助标准按类别、方式与年龄段确定")
    def annual_standard(self, category: RehabCategory, mode: TrainingMode, band: AgeBand) -> int:
        """Tell what is paid for training in a year, in fen (山东办法2026, 国发20号; handbook §3.2).

        Raises RateNotSet where the file has no figure.
        """
        figure = self.standard_of(category, mode, band)
        if figure is None or figure.value is None:
            raise RateNotSet(policy=self.policy, category=category, mode=mode, age_band=band)
        return figure.value

    def standard_of(self, category: RehabCategory, mode: TrainingMode, band: AgeBand) -> Figure[int | None] | None:
        """Return the standard of training with the ground it stands on; None where the file knows none."""
        rows = (row for row in self.training if category in row.categories and (row.mode, row.age_band) == (mode, band))
        return next((row.annual for row in rows), None)

    @rule("rehab.monthly-cap", "assumed", zh="月度上限为年度标准除以可补助月数，向下取整到分")
    def monthly_cap(self, annual: int) -> int:
        """Cap a month at the standard over the fundable months, whole fen, never above (handbook §3.2)."""
        return annual // self.fundable_months.value

    @rule("rehab.materials", "source", zh="申请材料：身份、居住、残疾人证或诊断，需要时附困难证明")
    def materials(self, basis: EligibilityBasis) -> frozenset[Material]:
        """Tell the materials of a complete application (国发20号; handbook §3.3 step 1)."""
        needed = {Material.IDENTITY, Material.RESIDENCE, Material(basis.value)}
        return frozenset(needed | {Material.HARDSHIP} if self.income_test.value else needed)

    @rule("rehab.fixed-amount", "source", zh="手术与辅具的定额补助标准")
    def fixed_amount(self, kind: SurgeryKind | DeviceKind) -> int:
        """Tell the fixed amount of a surgery or device, in fen (国发20号, 鲁政发〔2018〕20号; handbook §3.2).

        Raises RateNotSet where the county has yet to set one.
        """
        amount = next((row.amount.value for row in self.once_amounts if row.kind == kind), None)
        if amount is None:
            raise RateNotSet(policy=self.policy, category=kind, mode=TrainingMode.ONCE, age_band="-")
        return amount

    @rule("rehab.device-cycle", "assumed", zh="同类辅具在更换周期届满前不再配发")
    def replace_after(self, kind: DeviceKind, fitted_on: date) -> date:
        """Tell the first day on which the same kind of device may be given again (handbook §3.2, §3.7 F19)."""
        months = next((row.months.value for row in self.device_cycles if row.kind is kind), 0)
        return anniversary(fitted_on, months=months)

    @rule("rehab.institution-grade", "assumed", zh="年度评分 85 分以上为 A、70 以上为 B、60 以上为 C，其余不合格")
    def grade_of(self, score: int) -> InstitutionGrade:
        """Grade an institution by its yearly score: the highest band that it reaches (handbook §3.4)."""
        reached = [row for row in self.grades if score >= row.from_score.value]
        return max(reached, key=lambda row: row.from_score.value).grade


def read_assistance_policies(folder: Path = BUILT_IN) -> Policies[AssistancePolicy]:
    """Read the policy files of a folder."""
    return read_policies(AssistancePolicy, folder, "SD-*.json")


def newest(policies: Policies[AssistancePolicy], today: date) -> AssistancePolicy:
    """Return the newest version that has begun, also where it ended and no other followed yet."""
    begun = [version for version in policies.versions if version.effective_from <= today]
    return (begun or policies.versions)[-1]


@rule("rehab.age-band", "source", zh="未满七周岁为一档，满七周岁至未满十八周岁为另一档")
def age_band(born: date, on: date) -> AgeBand:
    """Tell the age band: before the 7th birthday, or from it on (山东办法2026; handbook §0 rule 2, §3.2)."""
    return AgeBand.UNDER_7 if on < birthday(born, 7) else AgeBand.FROM_7
