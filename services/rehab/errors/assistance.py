"""Refusals about applications and approvals."""

from shared.errors import Refusal


class AlreadyApplied(Refusal, code="rehab.already-applied", status=409):
    en = "The child has an open application or an approval for this item in the benefit year {year}."
    zh = "该儿童在 {year} 救助年度已有该项目的在办申请或批准。"


class NotOpen(Refusal, code="rehab.application-not-open", status=409):
    en = "The application is {state}; this step is not open to it."
    zh = "该申请当前状态为 {state}，不能进行此步骤。"


class BeforeSubmission(Refusal, code="rehab.before-submission", status=422):
    en = "The day {on} lies before the application was received ({submitted_on})."
    zh = "{on} 早于申请受理日期（{submitted_on}）。"


class OutOfCounty(Refusal, code="rehab.out-of-county", status=422):
    en = "The application belongs to the federation of the child's county ({county})."
    zh = "申请应由儿童所在县（{county}）残联受理。"


class NoConfirmedDiagnosis(Refusal, code="rehab.no-confirmed-diagnosis", status=422):
    en = "No confirmed diagnosis of {category} has reached this service; the application stands on one."
    zh = "尚未收到该儿童 {category} 类别的确诊结果，而申请以诊断为依据。"


class MaterialsMissing(Refusal, code="rehab.materials-missing", status=422):
    en = "Materials are missing: {missing}."
    zh = "缺少材料：{missing}。"


class NotEligible(Refusal, code="rehab.not-eligible", status=422):
    en = "The child is not eligible under {policy}: {reasons}."
    zh = "按照 {policy}，该儿童不符合条件：{reasons}。"


class RateNotSet(Refusal, code="rehab.rate-not-set", status=422):
    en = "{policy} sets no standard for {category}, {mode}, {age_band}."
    zh = "{policy} 未规定 {category}、{mode}、{age_band} 的补助标准。"


class ContinuationNeedsEvaluation(Refusal, code="rehab.continuation-needs-evaluation", status=422):
    en = "Further assistance under {policy} needs an expert evaluation."
    zh = "按照 {policy}，继续救助需经专家评估。"
