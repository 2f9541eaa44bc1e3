"""Check and approval of an application, and the lapse of what nobody took up (handbook §3.2, §3.3 steps 2-5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.rehab.domain.applying import OPEN, expect
from services.rehab.domain.assistance import Application, ApplicationState, Approval, Child, History
from services.rehab.domain.eligibility import Verdict, judge
from services.rehab.domain.entitlement import Entitlement, entitle, last_day, period
from services.rehab.domain.fen import Fen
from services.rehab.domain.grounds import Grounds
from services.rehab.domain.policy import AssistancePolicy, age_band
from services.rehab.domain.rules import Rules
from services.rehab.domain.terms import OncePayment
from services.rehab.errors import (
    AgentDecides,
    EstimateMissing,
    MaterialsMissing,
    OutOfCounty,
    ReviewerApproves,
    ReviewMissing,
)
from shared.contracts.events.rehab import (
    AssistanceApproved,
    AssistanceItem,
    AssistanceLapsed,
    EligibilityChecked,
    SurgeryKind,
)
from shared.rulebook.explanation import Explanation, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Decision:
    """The federation's approval, with two opinions that only people have.

    `experts_agree`: experts evaluated that assistance should go on (山东办法2026). `other_counties`: the county
    consents to an institution of another county (handbook §3.3 step 5).
    """

    approval: UUID
    on: date
    by: UUID
    experts_agree: bool
    other_counties: bool


def grounds_of(
    child: Child, application: Application, history: History, on: date, *, experts_agree: bool = False
) -> Grounds:
    """Gather what eligibility is judged on."""
    asked, household = application.asked, application.household
    return Grounds(
        born=child.born, on=on, item=asked.item, category=asked.category, basis=application.basis, device=asked.device,
        lives_in_county=application.county == child.county, residence=household.residence, proofs=household.proofs,
        hardship=household.hardship, certificates=history.certificates, diagnoses=history.diagnoses,
        approved_this_year=history.approved_in(on.year), approved_before=history.approved_before(on.year),
        vision_years=history.years_of(asked.category), device_again_from=history.device_again_from,
        assessment=history.assessment.outcome if history.assessment else None,
        experts_agree=experts_agree or application.experts_agree,
    )  # fmt: skip


@rule("rehab.eligibility-check", "source", zh="审核人按现行政策逐项核对申请并记录结果")
def check_eligibility(
    application: Application, grounds: Grounds, by: UUID, policy: AssistancePolicy, rules: Rules
) -> tuple[EligibilityChecked, Explanation]:
    """Check an open application against the policy of the day (国发20号, 山东办法2026; handbook §3.2, §3.3 step 2).

    Raises NotOpen, BeforeSubmission or AgentDecides.
    """
    expect(application, grounds.on, *OPEN)
    _is_no_agent(application, by)
    verdict = judge(grounds, policy, rules)
    fact = EligibilityChecked(
        application=application.id, eligible=verdict.eligible, reasons=verdict.reasons, checked_on=grounds.on,
        policy=policy.policy,
    )  # fmt: skip
    return fact, verdict.explanation


@rule("rehab.approval", "source", zh="批准项目、类别、方式、期限与上限")
def approve_assistance(
    child: Child, application: Application, history: History, policy: AssistancePolicy, decision: Decision, rules: Rules
) -> tuple[AssistanceApproved, Explanation]:
    """Approve item, category, mode, period and ceiling under the policy of the day (国发20号; handbook §3.3 step 4).

    Raises NotOpen, BeforeSubmission, OutOfCounty, MaterialsMissing, ReviewerApproves, ReviewMissing, AgentDecides,
    NotEligible and its kin, RateNotSet or EstimateMissing.
    """
    expect(application, decision.on, ApplicationState.SUBMITTED)
    _check_file(child, application, policy)
    separate_hands(application, decision.by, rules)
    grounds = grounds_of(child, application, history, decision.on, experts_agree=decision.experts_agree)
    verdict = judge(grounds, policy, rules)
    verdict.expect(grounds)
    given = given_by(child, application, history, policy, decision.on)
    return _approved(child, application, given, decision, rules), _explained(verdict, given)


@rule(
    "rehab.separate-hands",
    "assumed",
    zh="审核人与审批人分离，代办人不得审核",
    setting="REHAB_RULES__REVIEWER_MAY_APPROVE",
)
def separate_hands(application: Application, by: UUID, rules: Rules) -> None:
    """Keep submission, check and approval in different hands (handbook §3.3, §7).

    Raises AgentDecides, ReviewerApproves or ReviewMissing.
    """
    _is_no_agent(application, by)
    if application.checked_by == by and not rules.reviewer_may_approve:
        raise ReviewerApproves
    if rules.review_before_approval and not application.eligible:
        raise ReviewMissing


@rule("rehab.lapse", "assumed", zh="批准后逾期未入训的，批准失效", setting="REHAB_RULES__ENROL_WITHIN_DAYS")
def lapse(approval: UUID, enrol_by: date) -> AssistanceLapsed:
    """Let an approval lapse on the day after the last on which a child could enrol (handbook §3.3 step 5)."""
    return AssistanceLapsed(approval=approval, lapsed_on=enrol_by + timedelta(days=1))


@rule("rehab.enrol-by", "assumed", zh="训练须在批准后三十日内入训；手术与辅具在批准期内完成")
def enrol_by(item: AssistanceItem, on: date, valid_until: date, rules: Rules) -> date:
    """Tell the last day to take an approval up: 30 days for training, else its period (handbook §3.3 step 5)."""
    if item is not AssistanceItem.TRAINING:
        return valid_until
    return min(on + timedelta(days=rules.enrol_within_days), valid_until)


def superseded(lapsed: Approval, history: History) -> bool:
    """Tell whether another approval of the same benefit year took the place of one that lapsed."""
    return any(other.id != lapsed.id and other.valid_from.year == lapsed.valid_from.year for other in history.standing)


def _is_no_agent(application: Application, by: UUID) -> None:
    if application.agent is not None and application.submitted_by == by:
        raise AgentDecides


def _check_file(child: Child, application: Application, policy: AssistancePolicy) -> None:
    if application.county != child.county:
        raise OutOfCounty(county=child.county)
    if missing := policy.materials(application.basis) - application.materials:
        raise MaterialsMissing(missing=sorted(missing))


def given_by(
    child: Child, application: Application, history: History, policy: AssistancePolicy, on: date
) -> Entitlement:
    """Return what an approval on a day gives. Raises RateNotSet or EstimateMissing."""
    asked = application.asked
    if asked.item is AssistanceItem.TRAINING:
        return entitle(policy, child.born, application.basis, (asked.category, asked.mode), on)
    ceiling = ceiling_once(application, history, policy)
    band, until = age_band(child.born, policy.age_tested_on(on)), last_day(policy, child.born, application.basis, on)
    said = step("ceiling", "expected at most {amount}", "预计不超过 {amount}", amount=Fen(ceiling))
    return Entitlement(policy.policy, band, ceiling, 0, on, until, (said, period(on, until)))


@rule("rehab.once-ceiling", "assumed", zh="手术与辅具的批准上限：定额，或医院评估的预计费用")
def ceiling_once(application: Application, history: History, policy: AssistancePolicy) -> int:
    """Tell what an approval of a surgery or device expects at most: the fixed amount or the estimate (handbook §3.2).

    Raises RateNotSet or EstimateMissing.
    """
    kind = application.asked.surgery or application.asked.device
    way = policy.surgery.value if isinstance(kind, SurgeryKind) else policy.device.value
    if way is OncePayment.FIXED_AMOUNTS and kind is not None:
        return policy.fixed_amount(kind)
    if history.assessment is None or history.assessment.estimate is None:
        raise EstimateMissing
    return history.assessment.estimate


def _approved(
    child: Child, application: Application, given: Entitlement, decision: Decision, rules: Rules
) -> AssistanceApproved:
    asked = application.asked
    return AssistanceApproved(
        approval=decision.approval, application=application.id, item=asked.item, category=asked.category,
        mode=asked.mode, surgery=asked.surgery, device=asked.device, age_band=given.age_band, county=child.county,
        approved_on=decision.on, valid_from=given.valid_from, valid_until=given.valid_until, ceiling=given.ceiling,
        monthly_cap=given.monthly_cap, other_counties=decision.other_counties, policy=given.policy,
        enrol_by=enrol_by(asked.item, decision.on, given.valid_until, rules),
    )  # fmt: skip


def _explained(verdict: Verdict, given: Entitlement) -> Explanation:
    steps = (*verdict.explanation.steps, *given.steps)
    return Explanation(rule="rehab.approval", policy=given.policy, outcome="approved", steps=steps)
