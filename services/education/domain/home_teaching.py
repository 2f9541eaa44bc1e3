"""Home teaching: visits, and the pace to 216 class hours in a school year (山东送教意见; handbook §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.education import errors
from services.education.domain.calendar import SchoolPolicy, school_year, weeks_completed
from services.education.domain.placement import Placement, in_force
from shared.clock import local_date
from shared.contracts.events.education import HomeTeachingRecorded, PlacementMode
from shared.errors import InTheFuture
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Visit:
    """A teacher's visit as the school says it; a correction names the fact that no longer holds."""

    teacher: UUID
    starts_at: datetime
    ends_at: datetime
    class_hours: int
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A visit that stands, and the fact that says so."""

    id: UUID
    said_by: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """Class hours so far in a school year, against what should be by a day and by the year's end."""

    since: date
    day: date
    weeks: int
    hours: int
    due: int
    target: int

    @property
    def behind(self) -> int:
        """Class hours behind pace; none when ahead."""
        return max(0, self.due - self.hours)


@rule("education.home-visit", "source", zh="送教上门：在送教安置期内、课时不超过时长、不与另一次送教重叠")
def record_visit(
    placements: Iterable[Placement],
    school: UUID,
    visit: Visit,
    held: Iterable[Held],
    policy: SchoolPolicy,
    *,
    now: datetime,
) -> HomeTeachingRecorded:
    """Record a visit: in a placement of home teaching, as long as its hours (山东送教意见; handbook §4)."""
    on = local_date(visit.starts_at)
    if visit.ends_at > now:
        raise InTheFuture(field="ends_at")
    placement = in_force(placements, on)
    if placement is None or placement.mode is not PlacementMode.HOME_TEACHING or placement.school != school:
        raise errors.NotTaughtAtHome(on=on.isoformat())
    _check_length(visit, policy)
    corrected = _corrected(visit, held)
    return HomeTeachingRecorded(
        visit=corrected or new_record(),
        placement=placement.id,
        school=school,
        teacher=visit.teacher,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        class_hours=visit.class_hours,
        correction_of=visit.corrects,
    )


def _check_length(visit: Visit, policy: SchoolPolicy) -> None:
    if visit.ends_at <= visit.starts_at or local_date(visit.starts_at) != local_date(visit.ends_at):
        raise errors.VisitTimes
    if visit.ends_at - visit.starts_at < timedelta(minutes=policy.class_hour_minutes.value * visit.class_hours):
        raise errors.VisitTooShort(class_hours=visit.class_hours, minutes=policy.class_hour_minutes.value)


def _corrected(visit: Visit, held: Iterable[Held]) -> UUID | None:
    standing = list(held)
    old = next((one for one in standing if one.said_by == visit.corrects), None)
    if visit.corrects is not None and old is None:
        raise errors.NoVisitToCorrect
    for other in standing:
        if other is not old and other.starts_at < visit.ends_at and visit.starts_at < other.ends_at:
            raise errors.VisitOverlaps
    return old.id if old else None


@rule("education.home-teaching-pace", "source", zh="送教课时进度：每学年不少于216课时，按36周每周6课时")
def pace(hours: int, starts_on: date, day: date, policy: SchoolPolicy) -> Pace:
    """Compare the class hours of a school year with the pace of 6 a week to 216 (山东送教意见; handbook §4).

    `hours` are those of the school year of `day`; who began in the middle of the year owes the weeks since.
    """
    since = max(starts_on, school_year(day, policy).first)
    weeks = weeks_completed(since, day, policy)
    return Pace(since, day, weeks, hours, weeks * policy.hours_per_week, policy.home_hours_per_year.value)


def explain_pace(reached: Pace, policy: SchoolPolicy) -> Explanation:
    """Show hours, pace and target of a school year."""
    weeks = step(
        "weeks-completed", "{weeks} school weeks are over since {since}.", "自 {since} 起已完成 {weeks} 个教学周。",
        weeks=reached.weeks, since=reached.since,
    )  # fmt: skip
    kept = step(
        "on-pace", "{hours} class hours against {due} due by {day}.", "截至 {day} 送教 {hours} 课时，应达 {due}。",
        holds=not reached.behind, hours=reached.hours, due=reached.due, day=reached.day,
    )  # fmt: skip
    target = step(
        "target", "{target} class hours in the school year.", "全学年 {target} 课时。",
        holds=reached.hours >= reached.target, target=reached.target,
    )  # fmt: skip
    outcome = "behind" if reached.behind >= policy.behind_from_hours.value else "on-pace"
    return Explanation(
        rule="education.home-teaching-pace", policy=policy.policy, outcome=outcome, steps=(weeks, kept, target)
    )
