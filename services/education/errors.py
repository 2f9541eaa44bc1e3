"""Refusals of education.

    Refusal
    ├── SkippedStepNeedsReason        422   and these with it:
    ├── SchoolRequired, SchoolNotExpected, SiteRequired, SiteNotExpected
    ├── AgeOutsideMode, PeriodReversed, DeferralTooLong, DeferralNeedsApplication, ApplicationNotExpected
    ├── DeferralDecidedAnew, ReviewOutsidePlacement, NextReviewNotLater, VisitTimes
    ├── NotThePartnerSchool, SiteNotLicensed, NotThisReason, EndOutsidePlacement, DayOutsidePlacement
    ├── TimesWithoutPresence, TimesOutsideTheDay, NotOnTheRoster, NoSuchTerm, NotTaughtAtHome, VisitTooShort
    ├── PlacementNotAfterTheLast      409   and these with it:
    ├── ChildDied, ChildErased, ConsentWithdrawn, ChildMerged, RecordedAfterTheEnd
    ├── AttendanceRecordedBefore, NothingToCorrect, VisitOverlaps, NoVisitToCorrect
    ├── OnTheRollBefore, NotOnTheRoll, IepAgreedBefore, DisputeSettledBefore, ReviewedBefore
    ├── NoSchoolDay
    └── LicenceOverlaps

Each leaves no trace in any table.
"""

from shared.errors import Refusal


class SkippedStepNeedsReason(Refusal, code="education.skipped-step-needs-reason", status=422):
    en = "Earlier forms of schooling are passed over without a reason: {steps}."
    zh = "跳过了靠前的安置方式而未说明理由：{steps}。"


class SchoolRequired(Refusal, code="education.school-required", status=422):
    en = "The form {mode} needs the school that keeps the roll."
    zh = "{mode}需要填写保留学籍的学校。"


class SchoolNotExpected(Refusal, code="education.school-not-expected", status=422):
    en = "The form {mode} has no school."
    zh = "{mode}不应填写学校。"


class SiteRequired(Refusal, code="education.site-required", status=422):
    en = "The form {mode} needs the institution where the child is taught."
    zh = "{mode}需要填写教学点所在机构。"


class SiteNotExpected(Refusal, code="education.site-not-expected", status=422):
    en = "The form {mode} has no teaching site."
    zh = "{mode}不应填写教学点。"


class AgeOutsideMode(Refusal, code="education.age-outside-mode", status=422):
    en = "The form {mode} is for children from {from_age} to before {before_age} years; the child is {age}."
    zh = "{mode}适用于 {from_age} 周岁至未满 {before_age} 周岁的儿童；该儿童为 {age} 周岁。"


class PeriodReversed(Refusal, code="education.period-reversed", status=422):
    en = "The last day lies before the first."
    zh = "结束日期早于开始日期。"


class DeferralTooLong(Refusal, code="education.deferral-too-long", status=422):
    en = "A deferral needs a last day at most {months} months after its first: it is reviewed then."
    zh = "延缓入学须填写结束日期，且自开始之日起不超过 {months} 个月，到期复核。"


class PlacementNotAfterTheLast(Refusal, code="education.placement-not-after-the-last", status=409):
    en = "The child has a placement from {starts_on}; a new one must start after that day."
    zh = "该儿童自 {starts_on} 起已有安置；新的安置须在该日之后开始。"


class DayOutsidePlacement(Refusal, code="education.day-outside-placement", status=422):
    en = "The child has no placement with this institution on {on}."
    zh = "该儿童在 {on} 没有在本机构的安置。"


class AttendanceRecordedBefore(Refusal, code="education.attendance-recorded-before", status=409):
    en = "Attendance on {on} is recorded already."
    zh = "{on} 的出勤已有记录。"


class NothingToCorrect(Refusal, code="education.nothing-to-correct", status=409):
    en = "No attendance is recorded on that day that could be corrected."
    zh = "该日没有可更正的出勤记录。"


class LicenceOverlaps(Refusal, code="education.licence-overlaps", status=409):
    en = "The institution has a licence for this stage from {valid_from} to {valid_until}."
    zh = "该机构已有该学段的办学资质（{valid_from} 至 {valid_until}）。"


class DeferralNeedsApplication(Refusal, code="education.deferral-needs-application", status=422):
    en = "A deferral needs the day of the guardian's application, not after the decision."
    zh = "延缓入学须由监护人申请；请填写申请日期，且不得晚于决定日期。"


class ApplicationNotExpected(Refusal, code="education.application-not-expected", status=422):
    en = "The form {mode} is not decided on a guardian's application for deferral."
    zh = "{mode}不应填写延缓入学申请日期。"


class DeferralDecidedAnew(Refusal, code="education.deferral-decided-anew", status=422):
    en = "A deferral is kept by a new decision, on a new application of the guardian, from the day after its last."
    zh = "延缓入学期满如需继续，须由监护人重新申请，并自期满次日起另作决定。"


class ReviewOutsidePlacement(Refusal, code="education.review-outside-placement", status=422):
    en = "The placement does not hold on {on}."
    zh = "该安置在 {on} 不在有效期内。"


class NextReviewNotLater(Refusal, code="education.next-review-not-later", status=422):
    en = "The next review lies after this one."
    zh = "下次复核日期须晚于本次复核。"


class ReviewedBefore(Refusal, code="education.reviewed-before", status=409):
    en = "The placement was reviewed on {on} already."
    zh = "该安置已于 {on} 复核。"


class NoSchoolDay(Refusal, code="education.no-school-day", status=422):
    en = "No school is held on {on}; record the children who came all the same one by one, or in a batch."
    zh = "{on} 不是在校日；如确有儿童到校，请逐个或批量登记。"


class VisitTimes(Refusal, code="education.visit-times", status=422):
    en = "A visit ends on the day on which it began, and after it began."
    zh = "送教须在同一天内结束，且结束时间晚于开始时间。"


class ChildDied(Refusal, code="education.child-died", status=409):
    en = "The child died on {died_on}."
    zh = "该儿童已于 {died_on} 死亡。"


class ChildErased(Refusal, code="education.child-erased", status=409):
    en = "The child's identity was erased; nothing new is recorded about it."
    zh = "该儿童的身份信息已删除，不再新增记录。"


class ConsentWithdrawn(Refusal, code="education.consent-withdrawn", status=409):
    en = "The guardian withdrew consent; education receives nothing new about this child."
    zh = "监护人已撤回同意，教育环节不再接收该儿童的新事项。"


class ChildMerged(Refusal, code="education.child-merged", status=409):
    en = "This case is part of case {survivor}: decide there."
    zh = "该个案已并入个案 {survivor}，请在该个案中办理。"


class NotThePartnerSchool(Refusal, code="education.not-the-partner-school", status=422):
    en = "The roll of a teaching site is kept by the partner school of the site's licence."
    zh = "教学点儿童的学籍由其办学资质所载的合作学校保留。"


class SiteNotLicensed(Refusal, code="education.site-not-licensed", status=422):
    en = "The institution has no education licence that is valid on {on}."
    zh = "该机构在 {on} 没有有效的办学资质。"


class NotThisReason(Refusal, code="education.not-this-reason", status=422):
    en = "The reason {reason} is not this organisation's to give."
    zh = "本机构不能以“{reason}”为由结束安置。"


class EndOutsidePlacement(Refusal, code="education.end-outside-placement", status=422):
    en = "{ended_on} does not end this placement: it is over by then, or has not begun."
    zh = "{ended_on} 不能作为结束日：安置届时已结束或尚未开始。"


class RecordedAfterTheEnd(Refusal, code="education.recorded-after-the-end", status=409):
    en = "A day or visit is recorded on {on}, after the placement would have ended."
    zh = "{on} 已有在校或送教记录，晚于拟结束日期。"


class TimesWithoutPresence(Refusal, code="education.times-without-presence", status=422):
    en = "Only a child who was present arrived and left."
    zh = "只有出勤才能填写到校和离校时间。"


class TimesOutsideTheDay(Refusal, code="education.times-outside-the-day", status=422):
    en = "Arrival and departure lie on {on}, one after the other."
    zh = "到校和离校时间须在 {on} 当日，且先到后离。"


class NotOnTheRoster(Refusal, code="education.not-on-the-roster", status=422):
    en = "These cases are not expected on that day, or stand in both lists: {cases}."
    zh = "下列个案当日不在册，或同时出现在两个名单中：{cases}。"


class OnTheRollBefore(Refusal, code="education.on-the-roll-before", status=409):
    en = "The child is on the roll for this placement already."
    zh = "该儿童在本次安置下已建立学籍。"


class NotOnTheRoll(Refusal, code="education.not-on-the-roll", status=409):
    en = "The school has not taken the child on its roll yet."
    zh = "学校尚未为该儿童建立学籍。"


class IepAgreedBefore(Refusal, code="education.iep-agreed-before", status=409):
    en = "The term from {term_from} has its programme already."
    zh = "自 {term_from} 起的学期已有个别化教育计划。"


class NoSuchTerm(Refusal, code="education.no-such-term", status=422):
    en = "No term of the school calendar begins on that day, or it is over."
    zh = "校历中没有该日开始的学期，或该学期已结束。"


class NotTaughtAtHome(Refusal, code="education.not-taught-at-home", status=422):
    en = "The child has no placement of home teaching with this school on {on}."
    zh = "该儿童在 {on} 没有本校的送教上门安置。"


class VisitTooShort(Refusal, code="education.visit-too-short", status=422):
    en = "{class_hours} class hours of {minutes} minutes take longer than the visit."
    zh = "送教时长不足 {class_hours} 课时（每课时 {minutes} 分钟）。"


class VisitOverlaps(Refusal, code="education.visit-overlaps", status=409):
    en = "Another visit to this child is recorded at that time."
    zh = "该时间段已有对该儿童的另一次送教记录。"


class NoVisitToCorrect(Refusal, code="education.no-visit-to-correct", status=409):
    en = "No visit that stands says so."
    zh = "没有可更正的送教记录。"


class DisputeSettledBefore(Refusal, code="education.dispute-settled-before", status=409):
    en = "The dispute is settled already."
    zh = "该异议已处理完毕。"
