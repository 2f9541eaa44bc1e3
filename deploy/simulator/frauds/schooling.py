"""Frauds against the school's roll: F10."""

from datetime import date, datetime, time

from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Scene, months, trained
from deploy.simulator.journeys import Child, Session
from deploy.simulator.sources import Role
from shared.clock import SHANGHAI, local_date
from shared.contracts.events.education import AttendanceStatus

ARRIVAL, DEPARTURE = time(7, 40), time(17, 30)


async def at_school(scene: Scene, number: int) -> list[Fraud]:
    """F10: the school enters afterwards from when to when the child was there, and it was in training at that hour."""
    found = []
    for child in scene.fitting(_goes_to_school, number):
        placed = await scene.placed(child)
        session = _on_a_school_day(child)[-1]
        day, school = local_date(session.starts_at), child.school_days[0].institution
        path = f"/v1/cases/{placed.case}/attendance"
        held = await scene.callers.get(school, "education", path, month=f"{day:%Y-%m}")
        entered = next(one for one in held if one["day"] == day.isoformat())
        if entered["starts_at"] is None:
            body = {"on": day.isoformat(), "status": AttendanceStatus.PRESENT, "corrects": entered["said_by"]}
            hours = {"starts_at": _at(day, ARRIVAL), "ends_at": _at(day, DEPARTURE)}
            await scene.once(f"hours/{child.index}", school, "education", path, body | hours)
        (month,) = months([session])
        done = f"at school on {day} from {ARRIVAL:%H:%M} to {DEPARTURE:%H:%M}, entered afterwards"
        found.append(Fraud("F10", placed.case, str(scene.ids[placed.at.centre]), month, done))
    return found


def _goes_to_school(child: Child) -> bool:
    return child.role is Role.ORDINARY_SCHOOL and trained(child) and bool(_on_a_school_day(child))


def _on_a_school_day(child: Child) -> list[Session]:
    present = {one.on for one in child.school_days if one.status is AttendanceStatus.PRESENT}
    return [one for one in child.sessions if one.attended and local_date(one.starts_at) in present]


def _at(day: date, clock: time) -> str:
    return datetime.combine(day, clock, SHANGHAI).isoformat()
