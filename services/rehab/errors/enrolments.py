"""Refusals about enrolments."""

from shared.errors import Refusal


class ApprovalLapsed(Refusal, code="rehab.approval-lapsed", status=409):
    en = "The approval lapsed: enrolment was due by {enrol_by}."
    zh = "批准已失效：最迟应于 {enrol_by} 入训。"


class OutsideApproval(Refusal, code="rehab.outside-approval", status=422):
    en = "The day {on} lies outside the approved period ({since} to {until})."
    zh = "{on} 不在批准的救助期内（{since} 至 {until}）。"


class NeedsCountyConsent(Refusal, code="rehab.needs-county-consent", status=422):
    en = "An institution of another county ({county}) needs the consent of the child's county."
    zh = "选择其他县（{county}）的机构需经儿童所在县同意。"


class AlreadyEnrolled(Refusal, code="rehab.already-enrolled", status=409):
    en = "The child has an active enrolment for this item."
    zh = "该儿童在该项目下已有在训登记。"


class SameInstitution(Refusal, code="rehab.same-institution", status=422):
    en = "The child is with this institution already; a transfer goes to another one."
    zh = "该儿童已在该机构训练；转机构须转往另一机构。"


class EnrolmentOver(Refusal, code="rehab.enrolment-over", status=409):
    en = "The enrolment ended on {ended_on}."
    zh = "该入训登记已于 {ended_on} 结束。"


class SessionsAfterEnd(Refusal, code="rehab.sessions-after-end", status=409):
    en = "Sessions are recorded on or after {ended_on}; correct them first."
    zh = "{ended_on} 当日或之后已有训练记录，请先更正。"


class AlreadyResting(Refusal, code="rehab.already-resting", status=409):
    en = "The enrolment rests at that time already."
    zh = "该入训登记在此期间已处于休止状态。"


class NotResting(Refusal, code="rehab.not-resting", status=409):
    en = "The enrolment does not rest."
    zh = "该入训登记未处于休止状态。"


class OutsideRest(Refusal, code="rehab.outside-rest", status=422):
    en = "The days do not fit: the rest lies between {since} and {until}, and ends after it starts."
    zh = "日期不符：休止应在 {since} 至 {until} 之间，且结束晚于开始。"


class RestOfOthers(Refusal, code="rehab.rest-of-others", status=403):
    en = "A rest of this kind ({kind}) is not this organisation's to begin or end."
    zh = "该类休止（{kind}）不由本单位登记或解除。"
