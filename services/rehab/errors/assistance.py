"""Refusals about applications and approvals."""

from shared.errors import Refusal


class AlreadyApplied(Refusal, code="rehab.already-applied", status=409):
    en = "The child has an open application or an approval for this item in the benefit year {year}."
    zh = "该儿童在 {year} 救助年度已有该项目的在办申请或批准。"


class UnknownNumber(Refusal, code="rehab.unknown-number", status=404):
    en = "No application bears the number {number}; compare it with the family's slip."
    zh = "没有编号为 {number} 的申请，请与家长所持的回执核对。"


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


class BeforeDiagnosis(Refusal, code="rehab.before-diagnosis", status=422):
    en = "The day {on} lies before the diagnosis ({diagnosed_on})."
    zh = "{on} 早于确诊日期（{diagnosed_on}）。"


class KindMissing(Refusal, code="rehab.kind-missing", status=422):
    en = "An application for {item} names its own kind and mode, and no other."
    zh = "{item} 申请应填写对应的种类与方式，且不得填写其他项。"


class AuthorisedLater(Refusal, code="rehab.authorised-later", status=422):
    en = "The agent was authorised only on {authorised_on}, after the application."
    zh = "代办授权日期（{authorised_on}）晚于申请日期。"


class AgentDecides(Refusal, code="rehab.agent-decides", status=403):
    en = "Who brought the application as an agent does not check or decide it."
    zh = "代办人不得审核或审批同一申请。"


class ReviewerApproves(Refusal, code="rehab.reviewer-approves", status=403):
    en = "Who checked the application does not approve it."
    zh = "审核人不得审批同一申请。"


class ReviewMissing(Refusal, code="rehab.review-missing", status=409):
    en = "The application was not checked, or not found eligible."
    zh = "该申请尚未审核，或审核结论为不符合条件。"


class EstimateMissing(Refusal, code="rehab.estimate-missing", status=422):
    en = "The hospital's evaluation names no expected cost."
    zh = "医院评估未填写预计费用。"


class NotThisItem(Refusal, code="rehab.not-this-item", status=422):
    en = "The approval is for {item}."
    zh = "该批准的项目为 {item}。"


class AlreadyGiven(Refusal, code="rehab.already-given", status=409):
    en = "What was approved was given on {on}."
    zh = "批准的项目已于 {on} 完成。"


class InsuranceAboveCost(Refusal, code="rehab.insurance-above-cost", status=422):
    en = "Insurance paid {insurance_paid} of {cost}: more than the cost."
    zh = "医保支付 {insurance_paid}，超过费用 {cost}。"


class ChildDied(Refusal, code="rehab.child-died", status=409):
    en = "The child has died; nothing new begins."
    zh = "该儿童已死亡，不再开始新的事项。"


class SharingStopped(Refusal, code="rehab.consent-withdrawn", status=409):
    en = "The guardian withdrew consent on {since}; nobody new receives the child."
    zh = "监护人已于 {since} 撤回同意，不再向新的机构共享。"


class HospitalNeeded(Refusal, code="rehab.hospital-needed", status=403):
    en = "A surgery is assessed and done by a hospital."
    zh = "手术须由医院评估和实施。"
