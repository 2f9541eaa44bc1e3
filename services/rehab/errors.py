"""What the rehab service says no to.

Refusal
├── designation    NotALegalPerson, PeriodBackwards, DesignationOverlaps, AlreadySuspended, OutsideAgreement
├── assistance     AlreadyApplied, NotOpen, BeforeSubmission, OutOfCounty, NoConfirmedDiagnosis, MaterialsMissing,
│                  NotEligible, RateNotSet, ContinuationNeedsEvaluation
├── enrolment      ApprovalLapsed, OutsideApproval, NotDesignated, DesignationIsSuspended, NeedsCountyConsent,
│                  AlreadyEnrolled, EnrolmentOver, SessionsAfterEnd
├── sessions       SessionBackwards, SessionTooLong, OutsideEnrolment, SessionOverlaps, SessionVoid,
│                  NothingCorrected, BatchSize
└── evaluations    UnknownInstrument, NotForThisAge, UnknownDimension, ScoreMissing, ScoreOutOfRange, TotalMismatch
"""

from shared.errors import Refusal


class NotALegalPerson(Refusal, code="rehab.not-a-legal-person", status=422):
    en = "A branch without legal personality cannot be designated."
    zh = "不具备法人资格的分支机构不能成为定点机构。"


class PeriodBackwards(Refusal, code="rehab.period-backwards", status=422):
    en = "The period ends ({until}) before it starts ({since})."
    zh = "期限的结束日期（{until}）早于开始日期（{since}）。"


class DesignationOverlaps(Refusal, code="rehab.designation-overlaps", status=409):
    en = "Another agreement of this institution covers {categories} in that period."
    zh = "该机构在此期间已有协议覆盖 {categories}。"


class AlreadySuspended(Refusal, code="rehab.already-suspended", status=409):
    en = "The designation has been suspended since {since}."
    zh = "该定点资格已于 {since} 暂停。"


class OutsideAgreement(Refusal, code="rehab.outside-agreement", status=422):
    en = "The day {on} lies outside the agreement ({since} to {until})."
    zh = "{on} 不在协议期内（{since} 至 {until}）。"


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


class ApprovalLapsed(Refusal, code="rehab.approval-lapsed", status=409):
    en = "The approval lapsed: enrolment was due by {enrol_by}."
    zh = "批准已失效：应在 {enrol_by} 前入训。"


class OutsideApproval(Refusal, code="rehab.outside-approval", status=422):
    en = "The day {on} lies outside the approved period ({since} to {until})."
    zh = "{on} 不在批准的救助期内（{since} 至 {until}）。"


class NotDesignated(Refusal, code="rehab.not-designated", status=409):
    en = "The institution is not designated for {category} on {on}."
    zh = "该机构在 {on} 不是 {category} 的定点机构。"


class DesignationIsSuspended(Refusal, code="rehab.designation-suspended", status=409):
    en = "The institution's designation is suspended since {since}; it takes no new enrolments."
    zh = "该机构的定点资格自 {since} 起暂停，不接收新入训儿童。"


class NeedsCountyConsent(Refusal, code="rehab.needs-county-consent", status=422):
    en = "An institution of another county ({county}) needs the consent of the child's county."
    zh = "选择其他县（{county}）的机构需经儿童所在县同意。"


class AlreadyEnrolled(Refusal, code="rehab.already-enrolled", status=409):
    en = "The child has an active enrolment for this item."
    zh = "该儿童在该项目下已有在训登记。"


class EnrolmentOver(Refusal, code="rehab.enrolment-over", status=409):
    en = "The enrolment ended on {ended_on}."
    zh = "该入训登记已于 {ended_on} 结束。"


class SessionsAfterEnd(Refusal, code="rehab.sessions-after-end", status=409):
    en = "Sessions are recorded on or after {ended_on}; correct them first."
    zh = "{ended_on} 当日或之后已有训练记录，请先更正。"


class SessionBackwards(Refusal, code="rehab.session-backwards", status=422):
    en = "The session does not end after it starts."
    zh = "训练的结束时间必须晚于开始时间。"


class SessionTooLong(Refusal, code="rehab.session-too-long", status=422):
    en = "The session is longer than {limit} minutes."
    zh = "训练时长超过 {limit} 分钟。"


class OutsideEnrolment(Refusal, code="rehab.outside-enrolment", status=422):
    en = "The session lies outside the enrolment ({since} to {until}, the last day not included)."
    zh = "训练时间不在入训期内（{since} 至 {until}，不含最后一日）。"


class SessionOverlaps(Refusal, code="rehab.session-overlaps", status=409):
    en = "The child is busy from {starts_at} to {ends_at}."
    zh = "该儿童在 {starts_at} 至 {ends_at} 已有安排。"


class SessionVoid(Refusal, code="rehab.session-void", status=409):
    en = "The session was made void; record a new one."
    zh = "该训练记录已作废，请重新登记。"


class NothingCorrected(Refusal, code="rehab.nothing-corrected", status=422):
    en = "The correction changes nothing."
    zh = "更正内容与原记录相同。"


class UnknownInstrument(Refusal, code="rehab.unknown-instrument", status=422):
    en = "No instrument has the code {instrument}."
    zh = "没有代码为 {instrument} 的量表。"


class NotForThisAge(Refusal, code="rehab.instrument-not-for-age", status=422):
    en = "{instrument} is for ages of {from_months} to under {before_months} months; the child was {months}."
    zh = "{instrument} 适用于 {from_months} 至不满 {before_months} 月龄，该儿童为 {months} 月龄。"


class UnknownDimension(Refusal, code="rehab.unknown-dimension", status=422):
    en = "{instrument} has no dimension {dimension}, or it is given twice."
    zh = "{instrument} 没有维度 {dimension}，或该维度重复。"


class ScoreMissing(Refusal, code="rehab.score-missing", status=422):
    en = "{instrument} needs {dimensions}."
    zh = "{instrument} 缺少 {dimensions}。"


class ScoreOutOfRange(Refusal, code="rehab.score-out-of-range", status=422):
    en = "{instrument}, {dimension}: {allowed}."
    zh = "{instrument} 的 {dimension}：允许值为 {allowed}。"


class TotalMismatch(Refusal, code="rehab.total-mismatch", status=422):
    en = "{instrument}: the total should be {expected}."
    zh = "{instrument}：总分应为 {expected}。"


class BatchSize(Refusal, code="rehab.batch-size", status=422):
    en = "A batch holds 1 to {limit} sessions, not {size}."
    zh = "每批应有 1 至 {limit} 条训练记录，实际为 {size} 条。"
