"""Boarders at home for a weekend, one of them not back in time, and what happens in a house (handbook §5)."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from deploy.simulator import days
from deploy.simulator.casting import Cast
from deploy.simulator.journeys import Course, HomeLeave, Incident, Stay
from shared.clock import SHANGHAI
from shared.contracts.events.custody import CustodyMode, IncidentKind, IncidentLevel, IncidentStep, LeaveType

HURT_WITHIN = 200
"""Days after the first month in care over which incidents are spread."""
LEAVES_EVERY, OVERDUE_EVERY, AWAY_EVERY, HURT_EVERY = 3, 24, 18, 9
"""Of so many boarders, by number in the cohort, one was home last weekend, is not back, is away, was hurt."""
FRIDAY = 4
AFTERNOON, EVENING = time(16), time(17, 30)
SERIOUS_EVERY = 36
REPORTED_WITHIN = {
    IncidentStep.GUARDIAN_TOLD: timedelta(0),
    IncidentStep.FEDERATION_TOLD: timedelta(minutes=80),
    IncidentStep.WRITTEN_REPORT: timedelta(hours=20),
}


def leave_of(cast: Cast, stay: Stay | None, renewal: Course | None, today: date) -> HomeLeave | None:
    """Return the last leave of a boarder. Who is trained this week stays: a session on leave would be a fraud (F11)."""
    if stay is None or stay.ended_on or renewal or stay.mode is CustodyMode.DAY:
        return None
    friday = today - timedelta(days=(today.weekday() - FRIDAY) % 7 or 7)
    if cast.index % OVERDUE_EVERY == 0:
        gone = friday - timedelta(days=7)
        return HomeLeave(LeaveType.FAMILY, _at(gone, AFTERNOON), _at(today - timedelta(days=3), EVENING), None)
    if cast.index % AWAY_EVERY == 0:
        gone = today - timedelta(days=2)
        return HomeLeave(LeaveType.ILLNESS, _at(gone, AFTERNOON), _at(today + timedelta(days=2), EVENING), None)
    if cast.index % LEAVES_EVERY == 0 and today - friday > timedelta(days=2):
        back = friday + timedelta(days=2)
        return HomeLeave(LeaveType.HOLIDAY, _at(friday, AFTERNOON), _at(back, EVENING), _at(back, AFTERNOON))
    return None


def incidents_of(cast: Cast, stay: Stay | None, today: date) -> Iterator[Incident]:
    """Yield what happened to a child in care: small things, and with a few something serious, reported in time."""
    if stay is None or stay.ended_on or cast.index % HURT_EVERY:
        return
    on = days.workday_from(stay.admitted_on + timedelta(days=30 + cast.index % HURT_WITHIN))
    serious = cast.index % SERIOUS_EVERY == 0
    level = IncidentLevel.SERIOUS if serious else IncidentLevel.MINOR
    at = _at(on, time(10, 20))
    steps = tuple((step, at + after) for step, after in REPORTED_WITHIN.items()) if serious else ()
    if on < today:
        yield Incident(level, IncidentKind.INJURY, at, steps)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)
