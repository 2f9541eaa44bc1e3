"""Refusals of education.

    Refusal
    ├── SkippedStepNeedsReason        422   and these with it:
    ├── SchoolRequired, SchoolNotExpected, SiteRequired, SiteNotExpected
    ├── AgeOutsideMode, PeriodReversed, DeferralTooLong, DayOutsidePlacement
    └── PlacementNotAfterTheLast      409   AttendanceRecordedBefore, NothingToCorrect, LicenceOverlaps

Each leaves no trace in any table.
"""

from shared.errors import Refusal


class SkippedStepNeedsReason(Refusal, code="education.skipped-step-needs-reason", status=422):
    en = "Earlier forms of schooling are passed over without a reason: {steps}."
    zh = "跳过了靠前的安置方式而未说明理由：{steps}。"


class SchoolRequired(Refusal, code="education.school-required", status=422):
    en = "The form {mode} needs the school that keeps the roll."
    zh = "安置方式 {mode} 需要填写保留学籍的学校。"


class SchoolNotExpected(Refusal, code="education.school-not-expected", status=422):
    en = "The form {mode} has no school."
    zh = "安置方式 {mode} 不应填写学校。"


class SiteRequired(Refusal, code="education.site-required", status=422):
    en = "The form {mode} needs the institution where the child is taught."
    zh = "安置方式 {mode} 需要填写教学点所在机构。"


class SiteNotExpected(Refusal, code="education.site-not-expected", status=422):
    en = "The form {mode} has no teaching site."
    zh = "安置方式 {mode} 不应填写教学点。"


class AgeOutsideMode(Refusal, code="education.age-outside-mode", status=422):
    en = "The form {mode} is for children from {from_age} to before {before_age} years; the child is {age}."
    zh = "安置方式 {mode} 适用于 {from_age} 周岁至未满 {before_age} 周岁的儿童；该儿童为 {age} 周岁。"


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
