"""What an approval gives: band, period and amounts in integer fen, under one policy version (handbook §3.2)."""

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import Field

from services.rehab.domain.fen import Fen
from services.rehab.domain.policy import AgeRule, AssistancePolicy, age_band, read_assistance_policies
from shared.ages import birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AgeBand, EligibilityBasis, TrainingMode
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What an approval gives, and how it was worked out."""

    policy: str
    age_band: AgeBand
    ceiling: int
    monthly_cap: int
    valid_from: date
    valid_until: date
    steps: tuple[Step, ...]


@rule("rehab.entitlement", "source", zh="训练救助的年龄段、期限、年度标准与月度上限")
def entitle(
    policy: AssistancePolicy,
    born: date,
    basis: EligibilityBasis,
    training: tuple[RehabCategory, TrainingMode],
    on: date,
) -> Entitlement:
    """Work out band, period and amounts of training assistance (山东办法2026; handbook §3.2).

    Raises RateNotSet where the county has yet to set the standard.
    """
    band = age_band(born, policy.age_tested_on(on))
    annual = policy.annual_standard(*training, band)
    cap, until = policy.monthly_cap(annual), last_day(policy, born, basis, on)
    steps = (_band(band, policy), _amounts(annual, cap, policy), period(on, until))
    return Entitlement(policy.policy, band, annual, cap, on, until, steps)


@rule("rehab.period", "assumed", zh="批准有效期至救助年度末，且不超过十八周岁前一日")
def last_day(policy: AssistancePolicy, born: date, basis: EligibilityBasis, on: date) -> date:
    """End the period with the benefit year and before the age from which nobody is assisted (handbook §3.2, §3.7 F07).

    Where the age counts on each day of service, a diagnosis carries no further than to the birthday that ends it.
    """
    limits = [policy.certificate_before_age.value]
    if basis is EligibilityBasis.DIAGNOSIS and policy.age_rule.value is AgeRule.AT_SERVICE_DATE:
        limits.append(policy.diagnosis_before_age.value)
    return min(date(on.year, 12, 31), *(birthday(born, limit) - timedelta(days=1) for limit in limits))


def _band(band: AgeBand, policy: AssistancePolicy) -> Step:
    return step("age-band", "age band {band}, tested {rule}", "年龄段 {band}，核定方式 {rule}", band=band,
                rule=policy.age_rule.value)  # fmt: skip


def _amounts(annual: int, cap: int, policy: AssistancePolicy) -> Step:
    return step(
        "amounts", "{annual} a year over {months} months: at most {cap} a month",
        "年度标准 {annual}，按 {months} 个月计，月度上限 {cap}", annual=Fen(annual), cap=Fen(cap),
        months=policy.fundable_months.value,
    )  # fmt: skip


def period(since: date, until: date) -> Step:
    """Return the step that tells a period."""
    return step("period", "from {since} to {until}", "自 {since} 至 {until}", since=since, until=until)


class WorkOutEntitlement(Question, of="rehab.entitlement"):
    """A child's birth date, a basis and a kind of training on a day, under a policy version by name."""

    policy: str = Field(description="Version of the policy, by its name.")
    born: date = Field(description="Birth date of the child.")
    basis: EligibilityBasis = Field(description="Certificate or prescribed diagnosis.")
    category: RehabCategory = Field(description="Category of training.")
    mode: TrainingMode = Field(description="How training is given.")
    on: date = Field(description="Day of the approval.")

    def explain(self) -> Explanation:
        """Work it out by the built-in policy files."""
        policy = read_assistance_policies().named(self.policy)
        given = entitle(policy, self.born, self.basis, (self.category, self.mode), self.on)
        return Explanation(rule=self.rule, policy=given.policy, outcome=str(given.ceiling), steps=given.steps)
