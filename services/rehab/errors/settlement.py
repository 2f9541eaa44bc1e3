"""Refusals of audit, payment and recovery."""

from shared.errors import Refusal


class ApprovedByAuditor(Refusal, code="rehab.approved-by-auditor", status=403):
    en = "Who approved assistance does not audit a claim for it."
    zh = "批准救助的人员不得审核相应的申报。"


class LineHeld(Refusal, code="rehab.line-held", status=409):
    en = "A finding holds the line of {month}; it may only be rejected, until the finding is cleared."
    zh = "{month} 的明细因审计线索暂缓，线索解除前只能不予支付。"


class LinePaid(Refusal, code="rehab.line-paid", status=409):
    en = "The line of {month} is paid."
    zh = "{month} 的明细已支付。"


class LineNotAudited(Refusal, code="rehab.line-not-audited", status=409):
    en = "The line of {month} is not accepted by an audit."
    zh = "{month} 的明细未经审核通过。"


class NotAReduction(Refusal, code="rehab.not-a-reduction", status=422):
    en = "A reduced line is paid with less than the {claimed} claimed, and with more than nothing."
    zh = "核减后的金额应大于零且小于申报的 {claimed}。"


class ReasonNeeded(Refusal, code="rehab.reason-needed", status=422):
    en = "A line that is reduced or rejected needs a reason."
    zh = "核减或不予支付须说明原因。"


class NothingToPay(Refusal, code="rehab.nothing-to-pay", status=409):
    en = "No line of the claim is audited, unpaid and free."
    zh = "该申报没有已审核、未支付且未暂缓的明细。"


class RecoveryTooHigh(Refusal, code="rehab.recovery-too-high", status=422):
    en = "Of the line of {month} at most {left} can be demanded back."
    zh = "{month} 的明细最多可追回 {left}。"


class AlreadyRecovered(Refusal, code="rehab.already-recovered", status=409):
    en = "This money came back on {recovered_on}."
    zh = "该款项已于 {recovered_on} 追回。"
