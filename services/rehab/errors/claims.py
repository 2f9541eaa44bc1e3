"""Refusals of a claim."""

from shared.errors import Refusal


class NotACycle(Refusal, code="rehab.not-a-cycle", status=422):
    en = "No settlement cycle begins on {day}; cycles of {months} months are counted from January."
    zh = "没有从 {day} 开始的结算周期；周期为 {months} 个月，自一月起算。"


class MonthOutsideCycle(Refusal, code="rehab.month-outside-cycle", status=422):
    en = "The month {month} lies outside the cycle ({since} to {until})."
    zh = "{month} 不在结算周期内（{since} 至 {until}）。"


class MonthNotOver(Refusal, code="rehab.month-not-over", status=409):
    en = "The month {month} is not over yet."
    zh = "{month} 尚未结束。"


class LineTwice(Refusal, code="rehab.line-twice", status=422):
    en = "The claim names the same service twice ({month})."
    zh = "申报中同一服务出现两次（{month}）。"


class AlreadyClaimed(Refusal, code="rehab.already-claimed", status=409):
    en = "This service of {month} is claimed or paid already."
    zh = "{month} 的该项服务已申报或已支付。"


class OtherCounty(Refusal, code="rehab.other-county", status=422):
    en = "The county {county} approved this assistance and pays for it."
    zh = "该救助由 {county} 批准并支付。"


class NothingToClaim(Refusal, code="rehab.nothing-to-claim", status=422):
    en = "Nothing is payable for {month}."
    zh = "{month} 没有可申报的金额。"


class ClaimTooHigh(Refusal, code="rehab.claim-too-high", status=422):
    en = "{claimed} are claimed for {month}; the records give {allowed}."
    zh = "{month} 申报 {claimed}，按记录最多为 {allowed}。"


class AmountNeeded(Refusal, code="rehab.amount-needed", status=422):
    en = "A claim on paper states the amount of every line."
    zh = "纸质申报须写明每一行的金额。"


class CostNeeded(Refusal, code="rehab.cost-needed", status=422):
    en = "Insurance paid {insurance_paid}; what the month cost must be stated."
    zh = "医保已支付 {insurance_paid}，须填写当月费用。"


class EvaluationMissing(Refusal, code="rehab.evaluation-missing", status=409):
    en = "{month} cannot be settled: evaluations are missing ({points})."
    zh = "{month} 不能结算：缺少评估（{points}）。"
