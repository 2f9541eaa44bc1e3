"""Frauds of records: F15, F16. Each is a child of its own, whose whole way is invented for it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from deploy.simulator import days
from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Placed, Scene, by, later, trained
from deploy.simulator.journeys import Child, Session
from shared.clock import SHANGHAI

FIRST, LAST = date(2024, 3, 1), date(2024, 6, 30)
HOLIDAY = date(2024, 5, 1)
EARLY = date(2024, 2, 29)
"""A child that is enrolled by then has whole months from March on."""
A_FEW = 3


async def too_perfect(scene: Scene, number: int) -> list[Fraud]:
    """F15: four months without a day missed, Labour Day included."""
    found = []
    for child in scene.fitting(_enrolled_early, number):
        first = by(child.enrolment.centre if child.enrolment else "", child.sessions[0], f"perfect-{child.index}")
        sessions = tuple(_on(first, day) for day in _every_other_day())
        placed = await scene.send(scene.somebody_else(child, sessions=sessions))
        done = f"came on every one of {len(sessions)} days, {HOLIDAY} too"
        found.append(Fraud("F15", placed.case, _centre(scene, placed), "2024-04", done))
    return found


async def never_evaluated(scene: Scene, number: int) -> list[Fraud]:
    """F16: trained and never evaluated, not even at the beginning."""
    found = []
    for child in scene.fitting(_enrolled_early, number):
        first = by(child.enrolment.centre if child.enrolment else "", child.sessions[0], f"quiet-{child.index}")
        sessions = tuple(later(first, 24 * 60 * week * 7) for week in range(A_FEW))
        placed = await scene.send(scene.somebody_else(child, sessions=sessions, evaluations=(), care=None))
        month = placed.at.started_on.isoformat()[:7]
        found.append(Fraud("F16", placed.case, _centre(scene, placed), month, "no evaluation at all"))
    return found


def _centre(scene: Scene, placed: Placed) -> str:
    return str(scene.ids[placed.at.centre])


def _enrolled_early(child: Child) -> bool:
    return trained(child) and child.enrolment is not None and child.enrolment.started_on <= EARLY


def _every_other_day() -> list[date]:
    """Return Mondays, Wednesdays and Fridays, public holidays too."""
    return [day for day in days.days(FIRST, LAST) if day.isoweekday() in {1, 3, 5} or day == HOLIDAY]


def _on(session: Session, day: date) -> Session:
    starts_at = datetime.combine(day, time(17, 20), SHANGHAI)
    return replace(session, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=40), attended=True)
