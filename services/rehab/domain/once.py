"""Surgery and devices, given once: insurance first, then assistance (先医保、后救助; 山东办法2026; handbook §3.2)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import Field

from services.rehab.domain.assistance import Approval
from services.rehab.domain.fen import Fen
from services.rehab.domain.policy import AssistancePolicy, read_assistance_policies
from services.rehab.domain.terms import OncePayment
from services.rehab.errors import AlreadyGiven, InsuranceAboveCost, NotThisItem, OutsideApproval
from shared.contracts.events.rehab import DeviceFitted, DeviceKind, SurgeryCompleted, SurgeryKind
from shared.rulebook.explanation import Explanation, Question, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Bill:
    """What was given and what it cost, integer fen; insurance has paid its share already."""

    id: UUID
    institution: UUID
    on: date
    cost: int
    insurance_paid: int


@rule("rehab.once-amount", "source", zh="先医保、后救助：医保报销后的余额，或不超过定额标准")
def pay_once(kind: SurgeryKind | DeviceKind, bill: Bill, policy: AssistancePolicy) -> tuple[int, Explanation]:
    """Pay what insurance leaves: all of it, or up to the fixed amount (山东办法2026; handbook §3.2, §3.7 F18).

    Raises InsuranceAboveCost, or RateNotSet where a fixed amount is not set.
    """
    if bill.insurance_paid > bill.cost:
        raise InsuranceAboveCost(cost=Fen(bill.cost), insurance_paid=Fen(bill.insurance_paid))
    rest, way = bill.cost - bill.insurance_paid, _way(kind, policy)
    amount = rest if way is OncePayment.INSURANCE_FIRST else min(rest, policy.fixed_amount(kind))
    steps = (
        step("cost", "{cost} for {kind}", "{kind} 费用 {cost}", cost=Fen(bill.cost), kind=kind),
        step("insurance-first", "insurance paid {paid}, {rest} remain", "医保已支付 {paid}，余 {rest}",
             paid=Fen(bill.insurance_paid), rest=Fen(rest)),
        step("assistance", "{way}: {amount}", "{way}：{amount}", way=way, amount=Fen(amount)),
    )  # fmt: skip
    return amount, Explanation(rule="rehab.once-amount", policy=policy.policy, outcome=str(amount), steps=steps)


def _way(kind: SurgeryKind | DeviceKind, policy: AssistancePolicy) -> OncePayment:
    return policy.surgery.value if isinstance(kind, SurgeryKind) else policy.device.value


@rule("rehab.surgery", "source", zh="经批准的手术在批准期内由定点医院完成后记录并核算救助金额")
def complete_surgery(approval: Approval, bill: Bill, policy: AssistancePolicy) -> tuple[SurgeryCompleted, Explanation]:
    """Record an approved surgery with what assistance pays of it (山东办法2026; handbook §3.2, §3.7 F18).

    Raises NotThisItem, AlreadyGiven, OutsideApproval, InsuranceAboveCost or RateNotSet.
    """
    if approval.surgery is None:
        raise NotThisItem(item=approval.item)
    _check(approval, bill)
    paid, explanation = pay_once(approval.surgery, bill, policy)
    fact = SurgeryCompleted(
        operation=bill.id, approval=approval.id, institution=bill.institution, surgery=approval.surgery,
        operated_on=bill.on, cost=bill.cost, insurance_paid=bill.insurance_paid, assistance_paid=paid,
        policy=policy.policy,
    )  # fmt: skip
    return fact, explanation


@rule("rehab.device", "source", zh="经批准的辅具在批准期内适配后记录、核算救助金额并起算更换周期")
def fit_device(approval: Approval, bill: Bill, policy: AssistancePolicy) -> tuple[DeviceFitted, Explanation]:
    """Record an approved device with what assistance pays of it and the end of its cycle (国发20号; handbook §3.2).

    Raises NotThisItem, AlreadyGiven, OutsideApproval, InsuranceAboveCost or RateNotSet.
    """
    if approval.device is None:
        raise NotThisItem(item=approval.item)
    _check(approval, bill)
    paid, explanation = pay_once(approval.device, bill, policy)
    fact = DeviceFitted(
        fitting=bill.id, approval=approval.id, institution=bill.institution, device=approval.device, fitted_on=bill.on,
        replace_after=policy.replace_after(approval.device, bill.on), cost=bill.cost,
        insurance_paid=bill.insurance_paid, assistance_paid=paid, policy=policy.policy,
    )  # fmt: skip
    return fact, explanation


def _check(approval: Approval, bill: Bill) -> None:
    if approval.used_on is not None:
        raise AlreadyGiven(on=approval.used_on.isoformat())
    if not approval.valid_from <= bill.on <= approval.valid_until:
        since, until = approval.valid_from.isoformat(), approval.valid_until.isoformat()
        raise OutsideApproval(on=bill.on.isoformat(), since=since, until=until)


class PayOnce(Question, of="rehab.once-amount"):
    """A bill for a surgery or device, under a policy version by name; amounts in integer fen."""

    policy: str = Field(description="Version of the policy, by its name.")
    kind: SurgeryKind | DeviceKind = Field(description="Kind of surgery or device.")
    cost: int = Field(description="Cost, in fen.")
    insurance_paid: int = Field(description="What medical insurance paid of it, in fen.")

    def explain(self) -> Explanation:
        """Work it out by the built-in policy files."""
        policy = read_assistance_policies().named(self.policy)
        nobody = UUID(int=0)
        bill = Bill(nobody, nobody, policy.effective_from, self.cost, self.insurance_paid)
        return pay_once(self.kind, bill, policy)[1]
