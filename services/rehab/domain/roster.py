"""A centre's day: who is to come, and what an auditor would ask about a session, said on the day itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.rehab.domain.sessions import Interval
from shared.clock import SHANGHAI
from shared.contracts.events.rehab import Discipline, OpeningHours, SessionMode
from shared.rulebook.registry import rule

ON_THE_PREMISES = frozenset({SessionMode.INDIVIDUAL, SessionMode.GROUP})


class Remark(StrEnum):
    """What is odd about a session that was taken."""

    THERAPIST_ELSEWHERE = "therapist_elsewhere"
    RESTING = "resting"
    CLOSED_DAY = "closed_day"
    OUTSIDE_HOURS = "outside_hours"
    NOT_ON_STAFF = "not_on_staff"


@dataclass(frozen=True, slots=True)
class Given:
    """A session as it was given."""

    id: UUID
    therapist: UUID
    discipline: Discipline
    mode: SessionMode
    times: Interval
    attended: bool
    group: UUID | None
    bedside: bool = False


@dataclass(frozen=True, slots=True)
class CentreDay:
    """A day of a centre as its agreement and its own lists have it; None where nobody said anything."""

    closed: bool
    hours: tuple[OpeningHours, ...] | None
    staff: Mapping[UUID, frozenset[Discipline]] | None


@rule(
    "rehab.remarks",
    "assumed",
    zh="当日提示：康复师时间相交、休止期间、停业日、营业时间外、不在人员名单；仅提示，不拒绝",
)
def remarks(session: Given, day: CentreDay, others: Iterable[Given], *, resting: bool) -> list[Remark]:
    """Point out on the day what the findings F03, F06, F09 and F12 would ask later, and refuse nothing (handbook §3.7).

    Of other centres' sessions it knows nothing.
    """
    found = {
        Remark.THERAPIST_ELSEWHERE: session.attended and any(_two_places(session, other) for other in others),
        Remark.RESTING: resting,
        Remark.CLOSED_DAY: day.closed,
        Remark.OUTSIDE_HOURS: day.hours is not None and not _open(session, day.hours),
        Remark.NOT_ON_STAFF: day.staff is not None and session.discipline not in day.staff.get(session.therapist, ()),
    }
    return [remark for remark, holds in found.items() if holds]


def _two_places(one: Given, other: Given) -> bool:
    if one.id == other.id or one.therapist != other.therapist or not other.attended:
        return False
    together = one.group is not None and one.group == other.group
    return not together and one.times[0] < other.times[1] and other.times[0] < one.times[1]


def _open(session: Given, hours: Iterable[OpeningHours]) -> bool:
    if session.bedside or session.mode not in ON_THE_PREMISES:
        return True
    starts, ends = (moment.astimezone(SHANGHAI) for moment in session.times)
    return any(
        one.weekday == starts.isoweekday() and one.opens <= f"{starts:%H:%M}" and f"{ends:%H:%M}" <= one.closes
        for one in hours
    )
