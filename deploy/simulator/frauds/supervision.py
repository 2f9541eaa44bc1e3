"""Frauds against lists and orders of an institution that are entered afterwards: F06, F09, F12."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Scene, months, trained
from deploy.simulator.journeys import Child, Session
from deploy.simulator.sending import person
from shared.clock import local_date

A_WEEK = timedelta(days=7)
EARLY_IN_A_MONTH = range(5, 16)
SESSIONS_AFTER_LEAVING = 3

Logged = tuple[Child, Session]


async def while_suspended(scene: Scene, number: int) -> list[Fraud]:
    """F06: the county enters afterwards that an enrolment rested for a week, and the centre had logged sessions."""
    found = []
    for child in scene.fitting(trained, number):
        placed = await scene.placed(child)
        session = next(one for one in reversed(placed.sessions) if _day(one).day in EARLY_IN_A_MONTH)
        since, back = _day(session), _day(session) + A_WEEK
        path, federation = f"/v1/enrolments/{placed.enrolment}", f"federation-{child.county}"
        await scene.post(federation, "rehab", f"{path}/suspension", {"suspended_on": since.isoformat()})
        await scene.post(federation, "rehab", f"{path}/suspension-end", {"resumed_on": back.isoformat()})
        (month,) = months([session])
        done = f"suspended from {since} to {back}, entered afterwards"
        found.append(Fraud("F06", placed.case, str(scene.ids[placed.at.centre]), month, done))
    return found


async def on_a_closed_day(scene: Scene, number: int) -> list[Fraud]:
    """F09: a centre declares afterwards that it was closed on a day for which it had logged sessions."""
    days = _by_centre_and_day(scene)
    found = []
    for centre, day in scene.sample(sorted(days, key=lambda one: (len(days[one]), one))[: FEWEST * number], number):
        await scene.post(centre, "rehab", "/v1/closures", {"days": [day.isoformat()]})
        for child, _ in days[centre, day]:
            placed = await scene.placed(child)
            done = f"closed on {day}, entered afterwards"
            found.append(Fraud("F09", placed.case, str(scene.ids[centre]), f"{day:%Y-%m}", done))
    return found


FEWEST = 10
"""Days are drawn among the ten quietest ones for each that is wanted."""


async def after_leaving(scene: Scene, number: int) -> list[Fraud]:
    """F12: a centre's list of staff says that a therapist had left, and sessions were logged under that name."""
    by_therapist = _by_therapist(scene)
    found = []
    for therapist in scene.sample(_busy(by_therapist), number):
        logged = by_therapist[therapist]
        centre, left_on = logged[0][1].centre, _day(logged[-SESSIONS_AFTER_LEAVING][1])
        await scene.post(centre, "rehab", f"/v1/staff/{person(therapist)}/leaving", {"lapsed_on": left_on.isoformat()})
        late: dict[int, list[Logged]] = defaultdict(list)
        for child, session in logged:
            if _day(session) >= left_on:
                late[child.index].append((child, session))
        for same in late.values():
            placed = await scene.placed(same[0][0])
            done = f"the therapist had left on {left_on}"
            house = str(scene.ids[centre])
            found += [Fraud("F12", placed.case, house, month, done) for month in months(one for _, one in same)]
    return found


def _by_centre_and_day(scene: Scene) -> Mapping[tuple[str, date], list[Logged]]:
    days: dict[tuple[str, date], list[Logged]] = defaultdict(list)
    for child in scene.children:
        for session in child.sessions:
            if session.attended:
                days[session.centre, _day(session)].append((child, session))
    return days


def _by_therapist(scene: Scene) -> Mapping[str, list[Logged]]:
    """Return the sessions to which children came, by therapist, in the order of time; none of who trains today."""
    given: dict[str, list[Logged]] = defaultdict(list)
    for child in scene.children:
        for session in child.sessions:
            if session.attended:
                given[session.therapist].append((child, session))
    today = {one.therapist for child in scene.children if child.renewal for one in child.renewal.sessions}
    gone = {who: logged for who, logged in given.items() if who not in today}
    return {who: sorted(logged, key=lambda one: one[1].starts_at) for who, logged in gone.items()}


def _busy(given: Mapping[str, list[Logged]]) -> list[str]:
    """Return one busy therapist of each centre."""
    found: dict[str, str] = {}
    for who, logged in sorted(given.items()):
        if len(logged) > SESSIONS_AFTER_LEAVING:
            found.setdefault(logged[0][1].centre, who)
    return list(found.values())


def _day(session: Session) -> date:
    return local_date(session.starts_at)
