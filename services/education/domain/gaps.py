"""Dropout control (控辍保学): children who do not come, and home teaching that falls behind (handbook §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.education.domain.calendar import SchoolPolicy, school_days, school_year
from services.education.domain.home_teaching import Pace
from services.education.domain.school_age import compulsory_age
from shared.contracts.events.education import AttendanceGapDetected, GapKind
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, step
from shared.rulebook.registry import rule

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Silence:
    """A placement of a child, and since when nobody saw it there; `last_present` is none where it never came."""

    case: UUID
    placement: UUID
    school: UUID
    born: date
    starts_on: date
    last_present: date | None
    until: date
    on_leave: frozenset[date] = frozenset()


@rule(
    "education.missed-days",
    "assumed",
    zh="连续缺勤学日：义务教育年龄内，节假日和请假日不计",
    setting="EDUCATION_POLICY_FOLDER: gap_school_days",
)
def missed_days(silence: Silence, policy: SchoolPolicy) -> list[date]:
    """Return the school days of compulsory age without the child; holidays and leave do not count (handbook §4)."""
    age = compulsory_age(silence.born, policy)
    first = max(silence.last_present + A_DAY if silence.last_present else silence.starts_on, age.first)
    days = school_days(first, min(silence.until, age.last), policy)
    return [day for day in days if day not in silence.on_leave]


@rule(
    "education.attendance-gap",
    "assumed",
    zh="控辍保学：连续10个学日无出勤记录即预警",
    setting="EDUCATION_POLICY_FOLDER: gap_school_days",
)
def gap_of(silence: Silence, policy: SchoolPolicy, *, today: date) -> AttendanceGapDetected | None:
    """Notice a child of compulsory age who was not at school for 10 school days in a row, by default (handbook §4)."""
    missed = missed_days(silence, policy)
    if len(missed) < policy.gap_school_days.value:
        return None
    since = silence.last_present or max(silence.starts_on, school_year(missed[0], policy).first)
    return _gap(silence, GapKind.NO_ATTENDANCE, since, len(missed), today)


@rule(
    "education.hours-behind",
    "assumed",
    zh="送教课时落后进度即预警",
    setting="EDUCATION_POLICY_FOLDER: behind_from_hours",
)
def hours_gap(silence: Silence, reached: Pace, policy: SchoolPolicy, *, today: date) -> AttendanceGapDetected | None:
    """Notice home teaching that is a week's hours or more behind its pace (handbook §4)."""
    if not is_behind(reached, policy) or not compulsory_age(silence.born, policy).holds(reached.day):
        return None
    return _gap(silence, GapKind.HOURS_BEHIND, reached.since, reached.behind, today)


def is_behind(reached: Pace, policy: SchoolPolicy) -> bool:
    """Tell whether the hours are so far behind that it is a gap."""
    return reached.behind >= policy.behind_from_hours.value


def _gap(silence: Silence, kind: GapKind, since: date, missing: int, today: date) -> AttendanceGapDetected:
    return AttendanceGapDetected(
        gap=new_record(),
        placement=silence.placement,
        school=silence.school,
        kind=kind,
        since=since,
        detected_on=today,
        missing=missing,
    )


def first_day_that_may_be_missed(until: date, policy: SchoolPolicy) -> date:
    """Return the first of the last 10 school days up to a day: who was seen since then has no gap."""
    needed, first = policy.gap_school_days.value, until
    while len(school_days(first, until, policy)) < needed and until - first < timedelta(days=366):
        first -= timedelta(days=needed)
    missed: Iterable[date] = school_days(first, until, policy)[-needed:]
    return next(iter(missed), first)


def explain_gap(silence: Silence, policy: SchoolPolicy) -> Explanation:
    """Show how many school days a child missed, and from how many on it is a gap."""
    missed = missed_days(silence, policy)
    reached = len(missed) >= policy.gap_school_days.value
    steps = (
        step("last-present", "Last present: {day}.", "最近一次出勤：{day}。", day=silence.last_present or "-"),
        step("leave", "{days} days of leave are not counted.", "请假 {days} 天不计。", days=len(silence.on_leave)),
        step(
            "missed", "{missed} school days missed up to {until}; a gap from {limit}.",
            "截至 {until} 连续缺勤 {missed} 个学日；满 {limit} 个学日预警。",
            holds=reached, missed=len(missed), until=silence.until, limit=policy.gap_school_days.value,
        ),
    )  # fmt: skip
    outcome = "gap" if reached else "no-gap"
    return Explanation(rule="education.attendance-gap", policy=policy.policy, outcome=outcome, steps=steps)


def explain_found(kind: GapKind, since: date, missing: int, policy: SchoolPolicy) -> Explanation:
    """Show a gap as it was found."""
    limits = {GapKind.NO_ATTENDANCE: policy.gap_school_days, GapKind.HOURS_BEHIND: policy.behind_from_hours}
    by = "attendance-gap" if kind is GapKind.NO_ATTENDANCE else "hours-behind"
    found = step(
        kind.value.replace("_", "-"), "{missing} missing since {since}; noticed from {limit}.",
        "自 {since} 起缺 {missing}（学日或课时）；满 {limit} 预警。",
        holds=True, missing=missing, since=since, limit=limits[kind].value,
    )  # fmt: skip
    return Explanation(rule=f"education.{by}", policy=policy.policy, outcome=kind.value, steps=(found,))
