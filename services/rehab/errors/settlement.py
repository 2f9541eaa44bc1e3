"""Refusals of audit, payment and recovery."""

from shared.errors import Refusal


class ApprovedByAuditor(Refusal, code="rehab.approved-by-auditor", status=403):
    en = "Who approved assistance does not audit a claim for it."
    zh = "批准救助的人员不得审核相应的申报。"


class LineHeld(Refusal, code="rehab.line-held", status=409):
    en = "A finding holds the line {line}; it may only be rejected, until the finding is cleared."
    zh = "明细 {line} 因审计线索暂缓，线索解除前只能不予支付。"


class LinePaid(Refusal, code="rehab.line-paid", status=409):
    en = "The line {line} is paid."
    zh = "明细 {line} 已支付。"


class LineNotAudited(Refusal, code="rehab.line-not-audited", status=409):
    en = "The line {line} is not accepted by an audit."
    zh = "明细 {line} 未经审核通过。"


class NotAReduction(Refusal, code="rehab.not-a-reduction", status=422):
    en = "A reduced line is paid with less than the {claimed} fen claimed, and with more than nothing."
    zh = "核减后的金额应大于零且小于申报的 {claimed} 分。"


class ReasonNeeded(Refusal, code="rehab.reason-needed", status=422):
    en = "A line that is reduced or rejected needs a reason."
    zh = "核减或不予支付须说明原因。"


class NothingToPay(Refusal, code="rehab.nothing-to-pay", status=409):
    en = "No line of the claim is audited, unpaid and free."
    zh = "该申报没有已审核、未支付且未暂缓的明细。"


class RecoveryTooHigh(Refusal, code="rehab.recovery-too-high", status=422):
    en = "Of the line {line} at most {left} fen can be demanded back."
    zh = "明细 {line} 最多可追回 {left} 分。"


class AlreadyRecovered(Refusal, code="rehab.already-recovered", status=409):
    en = "This money came back on {recovered_on}."
    zh = "该款项已于 {recovered_on} 追回。"
