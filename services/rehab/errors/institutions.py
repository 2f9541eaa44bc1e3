"""Refusals about designated institutions."""

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


class NotDesignated(Refusal, code="rehab.not-designated", status=409):
    en = "The institution is not designated for {category} on {on}."
    zh = "该机构在 {on} 不是 {category} 的定点机构。"


class DesignationIsSuspended(Refusal, code="rehab.designation-suspended", status=409):
    en = "The institution's designation is suspended since {since}; it takes no new enrolments."
    zh = "该机构的定点资格自 {since} 起暂停，不接收新入训儿童。"


class AlreadyRemoved(Refusal, code="rehab.designation-removed", status=409):
    en = "The designation ended on {since}."
    zh = "该定点资格已于 {since} 终止。"


class NotSuspended(Refusal, code="rehab.not-suspended", status=409):
    en = "The designation is not suspended on {on}."
    zh = "该定点资格在 {on} 未处于暂停状态。"


class SittingChildren(Refusal, code="rehab.sitting-children", status=409):
    en = "{count} children are still with the institution; transfer them first."
    zh = "机构仍有 {count} 名在训儿童，请先办理转出。"


class CapacityFull(Refusal, code="rehab.capacity-full", status=409):
    en = "The institution has no free place: its agreement covers {capacity} children."
    zh = "机构已满员：协议容量为 {capacity} 名。"


class HoursBackwards(Refusal, code="rehab.hours-backwards", status=422):
    en = "Opening hours end before they begin."
    zh = "营业时间的结束早于开始。"


class AlreadyGraded(Refusal, code="rehab.already-graded", status=409):
    en = "The year {year} has been graded."
    zh = "{year} 年度已评级。"


class LicenceOver(Refusal, code="rehab.licence-over", status=422):
    en = "The licence ended on {until}, before the person came on the list."
    zh = "执业资格已于 {until} 到期，早于列入名单之日。"


class StaffLater(Refusal, code="rehab.staff-later", status=422):
    en = "The list has the person only from {since}."
    zh = "该人员自 {since} 起列入名单，不能早于此日。"


class NotOnStaff(Refusal, code="rehab.not-on-staff", status=409):
    en = "The person is not on the staff list at that time."
    zh = "该人员当时不在人员名单上。"


class AlreadyClosed(Refusal, code="rehab.closure-declared", status=409):
    en = "These days are declared closed already."
    zh = "这些日期已登记为休业日。"


class RectificationOpen(Refusal, code="rehab.rectification-open", status=409):
    en = "A removal for want of rectification follows a suspension whose time ran out; on {on} there is none."
    zh = "因整改不合格而退出，须先暂停并整改期满；{on} 尚不满足。"
