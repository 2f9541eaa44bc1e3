"""Days at school: recorded once, inside a placement, corrected by a new fact (handbook §4)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.education import errors
from services.education.domain.calendar import SchoolPolicy, is_school_day
from services.education.domain.placement import Placement, in_force
from shared.clock import local_date
from shared.contracts.events.education import AttendanceRecorded, AttendanceStatus
from shared.errors import InTheFuture
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """What an institution says of one child's day; a correction names the fact that no longer holds."""

    on: date
    status: AttendanceStatus
    corrects: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@rule("education.attendance", "assumed", zh="在校日：不晚于今天、在本机构安置期内、每日一条，更正须指明原记录")
def record_attendance(
    placements: Iterable[Placement], institution: UUID, day: SchoolDay, held: UUID | None, *, today: date
) -> AttendanceRecorded:
    """Record one school day: not in the future, inside a placement with the institution, once (handbook §4).

    `held` is the fact that says something about the day already; only a correction that names it may say otherwise.
    A missing licence does not stop the record: the day happened; it is the count that asks for the licence (`counts`).
    """
    if day.on > today:
        raise InTheFuture(field="on")
    _check_times(day)
    placement = in_force(placements, day.on)
    if placement is None or placement.place != institution:
        raise errors.DayOutsidePlacement(on=day.on.isoformat())
    if held != day.corrects:
        raise errors.AttendanceRecordedBefore(on=day.on.isoformat()) if held else errors.NothingToCorrect
    return AttendanceRecorded(
        placement=placement.id,
        mode=placement.mode,
        institution=institution,
        on=day.on,
        status=day.status,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        correction_of=day.corrects,
    )


def _check_times(day: SchoolDay) -> None:
    times = [moment for moment in (day.starts_at, day.ends_at) if moment is not None]
    if times and day.status is not AttendanceStatus.PRESENT:
        raise errors.TimesWithoutPresence
    if any(local_date(moment) != day.on for moment in times) or times != sorted(set(times)):
        raise errors.TimesOutsideTheDay(on=day.on.isoformat())


@dataclass(frozen=True, slots=True)
class Roster:
    """What an institution says of a day of all its children: who did not come, and who is on leave."""

    on: date
    absent: Collection[UUID] = ()
    on_leave: Collection[UUID] = ()


@rule("education.roster", "assumed", zh="在校日点名：未列为缺勤或请假的在册儿童记为出勤")
def call_the_roll(expected: Iterable[UUID], said: Roster, policy: SchoolPolicy) -> dict[UUID, AttendanceStatus]:
    """Take every expected child as present who is not named, on a day on which school is held (handbook §4).

    Raises NotOnTheRoster for a name that is not expected, or stands in both lists, and NoSchoolDay: a mistaken date
    would let everybody have come on a holiday.
    """
    if not is_school_day(said.on, policy):
        raise errors.NoSchoolDay(on=said.on.isoformat())
    absent, on_leave = said.absent, said.on_leave
    roster = dict.fromkeys(expected, AttendanceStatus.PRESENT)
    strange = ({*absent, *on_leave} - roster.keys()) | (set(absent) & set(on_leave))
    if strange:
        raise errors.NotOnTheRoster(cases=sorted(map(str, strange)))
    roster.update(dict.fromkeys(absent, AttendanceStatus.ABSENT))
    roster.update(dict.fromkeys(on_leave, AttendanceStatus.LEAVE))
    return roster
