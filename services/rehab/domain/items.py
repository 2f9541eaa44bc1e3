"""The items of the list, each a rule of its own (国发20号, 山东办法2026; handbook §3.2)."""

from services.rehab.domain.grounds import Grounds, Item, item_of
from services.rehab.domain.policy import AssistancePolicy, age_band
from services.rehab.domain.rules import Rules
from services.rehab.domain.terms import ResidenceKind, ResidenceRule
from shared.ages import birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AssistanceItem,
    EligibilityBasis,
    IneligibilityReason,
    NeedsOutcome,
)
from shared.rulebook.explanation import step
from shared.rulebook.registry import rule


@rule("rehab.eligible-age", "source", zh="未满十八周岁")
def of_age(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge the age on the day that the age rule names: before the 18th birthday (山东办法2026; handbook §3.2)."""
    tested_on, limit = policy.age_tested_on(grounds.on), policy.certificate_before_age.value
    said = step(
        "age", "{on}: age band {band}, under {limit} needed", "{on}：年龄段 {band}，须未满 {limit} 周岁",
        holds=tested_on < birthday(grounds.born, limit), on=tested_on, band=age_band(grounds.born, tested_on),
        limit=limit,
    )  # fmt: skip
    return item_of(said, IneligibilityReason.AGED_OUT)


@rule("rehab.eligible-basis", "source", zh="凭残疾人证，或七周岁以下凭规定的诊断")
def on_its_basis(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge the basis: a certificate, or under 7 a prescribed diagnosis (山东办法2026; handbook §2.2, §3.2)."""
    tested_on, limit = policy.age_tested_on(grounds.on), policy.diagnosis_before_age.value
    by_certificate = grounds.basis is EligibilityBasis.CERTIFICATE
    young = tested_on < birthday(grounds.born, limit) or tested_on >= birthday(
        grounds.born, policy.certificate_before_age.value
    )
    said = step(
        "basis", "stands on a {basis}; a diagnosis does under {limit}", "依据为 {basis}；未满 {limit} 周岁可凭诊断",
        holds=by_certificate or young, basis=grounds.basis, limit=limit,
    )  # fmt: skip
    return item_of(said, IneligibilityReason.NEEDS_CERTIFICATE)


@rule("rehab.category-supported", "source", zh="训练类别须有残疾人证类别或确诊结果支持")
def supported(grounds: Grounds, rules: Rules) -> Item:
    """Judge whether certificate or diagnosis stands behind the category (国发20号; handbook §3.2, §3.7 F21).

    A certificate that the registry has never told of counts as the clerk saw it on paper, where the county allows it.
    """
    holds, reason = _support(grounds, rules)
    said = step(
        "category-supported", "{category}: certificates {certificates}, diagnoses {diagnoses}",
        "{category}：残疾人证 {certificates}，确诊 {diagnoses}", holds=holds, category=grounds.category,
        certificates=sorted(one.category for one in grounds.certificates),
        diagnoses=sorted(grounds.diagnoses),
    )  # fmt: skip
    return item_of(said, reason)


def _support(grounds: Grounds, rules: Rules) -> tuple[bool, IneligibilityReason]:
    """Return whether the category is supported, and what is to be said where it is not."""
    diagnosed = grounds.category in grounds.diagnoses
    if grounds.basis is EligibilityBasis.DIAGNOSIS:
        return diagnosed, IneligibilityReason.NO_DIAGNOSIS
    if not grounds.certificates:
        return rules.certificate_on_paper, IneligibilityReason.NEEDS_CERTIFICATE
    valid = [certificate for certificate in grounds.certificates if certificate.holds_on(grounds.on)]
    supports = any(certificate.supports(grounds.category) for certificate in valid)
    missing = IneligibilityReason.NO_ASSISTED_CATEGORY if valid else IneligibilityReason.NEEDS_CERTIFICATE
    return bool(valid) and (supports or diagnosed), missing


@rule("rehab.residence", "source", zh="本县户籍，或持居住证并有纳税或社保记录之一")
def resident(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge residence: household register, or a permit with one of the records (山东办法2026; handbook §3.2)."""
    by_permit = grounds.residence is ResidenceKind.RESIDENCE_PERMIT
    needs_proof = by_permit and policy.residence.value is ResidenceRule.HOUSEHOLD_OR_PERMIT
    proven = not grounds.proofs.isdisjoint(policy.permit_proofs.value)
    said = step(
        "residence", "by {kind} with {proofs}; one record is needed beside a permit",
        "{kind}，佐证 {proofs}；居住证须另有一项记录", holds=grounds.lives_in_county and (proven or not needs_proof),
        kind=grounds.residence, proofs=sorted(grounds.proofs),
    )  # fmt: skip
    return item_of(said, IneligibilityReason.NOT_RESIDENT)


@rule("rehab.hardship", "source", zh="要求经济困难时须属规定的困难家庭类别")
def in_hardship(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge hardship, where the policy tests income at all (国发20号; handbook §3.2)."""
    counts = grounds.hardship is not None and grounds.hardship in policy.hardship.value
    said = step(
        "hardship", "income tested: {tested[0]}; household: {household}",
        "核查经济状况：{tested[1]}；家庭类别：{household}", holds=counts or not policy.income_test.value,
        tested=_yes_or_no(policy.income_test.value), household=grounds.hardship or "-",
    )  # fmt: skip
    return item_of(said, IneligibilityReason.INCOME_ABOVE_LIMIT)


@rule("rehab.needs-assessment", "source", zh="手术与辅具须经医院评估适合；训练经评估不适合的不予批准")
def suitable(grounds: Grounds) -> Item:
    """Judge the needs assessment: a surgery or device needs one that says suitable (国发20号; handbook §3.3, §7)."""
    optional = grounds.item is AssistanceItem.TRAINING
    said = step(
        "needs-assessment", "assessment: {found}", "需求评估：{found}",
        holds=grounds.assessment is NeedsOutcome.SUITABLE or (optional and grounds.assessment is None),
        found=grounds.assessment or "-",
    )  # fmt: skip
    missing = grounds.assessment is None
    return item_of(said, IneligibilityReason.NEEDS_EVALUATION if missing else IneligibilityReason.NOT_SUITABLE)


@rule("rehab.one-category", "assumed", zh="每名儿童每个救助年度只选一个训练类别")
def category_free(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge that the benefit year has room for another training category (handbook §3.2)."""
    limit = policy.training_categories_per_year.value
    said = step(
        "one-category", "{count} approved in {year}, at most {limit}", "{year} 年度已批准 {count} 项，最多 {limit} 项",
        holds=grounds.approved_this_year < limit, count=grounds.approved_this_year, year=grounds.on.year, limit=limit,
    )  # fmt: skip
    return item_of(said, IneligibilityReason.CATEGORY_TAKEN)


@rule("rehab.vision-term", "source", zh="视力训练原则上不超过两年，超过须专家意见")
def within_term(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge the term of vision training, in principle two years (山东办法2026; handbook §3.2, §3.7 F24).

    "In principle": experts may say otherwise.
    """
    term = policy.vision_years.value if grounds.category is RehabCategory.VISION else None
    over = term is not None and grounds.vision_years >= term
    said = step(
        "vision-term", "{years} years of vision training before, term {term}", "此前视力训练 {years} 年，期限 {term}",
        holds=not over or grounds.experts_agree, years=grounds.vision_years, term="-" if term is None else term,
    )  # fmt: skip
    return item_of(said, IneligibilityReason.TERM_USED_UP)


@rule("rehab.continuation", "source", zh="首期之后继续救助须经专家评估")
def may_continue(grounds: Grounds, policy: AssistancePolicy) -> Item:
    """Judge whether assistance may go on after a first period: experts decide (山东办法2026; handbook §3.2)."""
    needed = grounds.approved_before and policy.continuation_needs_evaluation.value
    said = step(
        "continuation", "approved before: {before[0]}; experts agree: {agree[0]}",
        "此前已获救助：{before[1]}；专家同意：{agree[1]}",
        holds=not needed or grounds.experts_agree, before=_yes_or_no(grounds.approved_before),
        agree=_yes_or_no(grounds.experts_agree),
    )  # fmt: skip
    return item_of(said, IneligibilityReason.NEEDS_EVALUATION)


@rule("rehab.outside-device-cycle", "assumed", zh="同类辅具须过更换周期")
def outside_cycle(grounds: Grounds) -> Item:
    """Judge that the last device of the same kind has served its cycle (handbook §3.2, §3.7 F19)."""
    again = grounds.device_again_from
    said = step(
        "device-cycle", "{device} may be given again from {again}", "{device} 可于 {again} 起再次配发",
        holds=again is None or grounds.on >= again, device=grounds.device or "-", again=again or "-",
    )  # fmt: skip
    return item_of(said, IneligibilityReason.DEVICE_CYCLE)


def _yes_or_no(flag: bool) -> tuple[str, str]:
    """Return the word for it in English and in Chinese."""
    return ("yes", "是") if flag else ("no", "否")
