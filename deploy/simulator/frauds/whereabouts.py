"""Frauds of place and time: F03, F04, F05, F08, F11."""

from datetime import date, datetime, time, timedelta
from functools import partial

from deploy.simulator import days
from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Placed, Scene, by, later, months, trained
from deploy.simulator.journeys import Child, Session
from shared.clock import SHANGHAI, local_date
from shared.contracts.events.custody import CustodyMode

TOO_MANY = 7
"""Sessions of one day: one more than a child can take (handbook §3.7 F08)."""
MIDDLE_OF_A_MONTH = range(8, 21)
"""A stay of a few days around one of these days lies in one month."""


async def two_rooms(scene: Scene, number: int) -> list[Fraud]:
    """F03: the imports of two centres name one therapist for the same hour."""
    found = []
    for child in scene.fitting(trained, number):
        (elsewhere,) = scene.fitting(partial(_elsewhere, child), 1)
        mine, theirs = await scene.placed(child), await scene.placed(elsewhere)
        session = next(one for one in reversed(mine.sessions) if _free(theirs, one))
        await scene.log(theirs, by_the_same(theirs, session))
        done = "the therapist of one centre is logged at another at the same hour"
        (month,) = months([session])
        # The other centre has that therapist on no list.
        besides = frozenset({"F12"})
        found += [Fraud("F03", one.case, str(scene.ids[one.at.centre]), month, done, besides) for one in (mine, theirs)]
    return found


def by_the_same(placed: Placed, session: Session) -> Session:
    """Return a session of another child at the same hour by the same therapist, who is not its centre's."""
    own = placed.sessions[0]
    return Session(
        centre=placed.at.centre, therapist=session.therapist, discipline=own.discipline, mode=own.mode,
        starts_at=session.starts_at, ends_at=session.ends_at, attended=True,
    )  # fmt: skip


async def in_hospital(scene: Scene, number: int) -> list[Fraud]:
    """F04: a hospital stay is entered weeks later, and sessions were logged on its days."""
    found = []
    for child in scene.fitting(trained, number):
        placed = await scene.placed(child)
        session = next(one for one in placed.sessions if _day(one).day in MIDDLE_OF_A_MONTH)
        since, until = _day(session) - timedelta(days=2), _day(session) + timedelta(days=3)
        body = {"admitted_on": since.isoformat(), "discharged_on": until.isoformat()}
        await scene.post(child.registered_by, "screening", f"/v1/cases/{placed.case}/hospital-stays", body)
        done = f"in hospital from {since} to {until}, entered afterwards"
        found.append(_fraud(scene, "F04", placed, session, done))
    return found


async def after_death(scene: Scene, number: int) -> list[Fraud]:
    """F05: a death is registered weeks later, and the centre went on logging sessions."""
    found = []
    for child in scene.fitting(trained, number):
        placed = await scene.placed(child)
        died_on = _day(placed.sessions[-4])
        body = {"died_on": died_on.isoformat()}
        await scene.post(child.registered_by, "screening", f"/v1/cases/{placed.case}/death", body)
        forged = [session for session in placed.sessions if _day(session) > died_on]
        done = f"died on {died_on}, registered afterwards"
        # The death ends the enrolment on its day, so the same sessions lie outside it.
        besides = frozenset({"F06", "F10", "F11", "F16"})
        found += [
            Fraud("F05", placed.case, str(scene.ids[placed.at.centre]), month, done, besides)
            for month in months(forged)
        ]
    return found


async def too_full_a_day(scene: Scene, number: int) -> list[Fraud]:
    """F08: seven sessions on one Sunday, back to back so that no door sees an overlap."""
    found = []
    for child in scene.fitting(trained, number):
        placed = await scene.placed(child)
        first = by(placed.at.centre, placed.sessions[-1], f"sunday-{child.index}")
        sunday = _sunday_before(_day(first))
        starts = datetime.combine(sunday, time(8), SHANGHAI)
        first = later(first, round((starts - first.starts_at) / timedelta(minutes=1)))
        for slot in range(TOO_MANY):
            await scene.log(placed, later(first, 50 * slot))
        found.append(_fraud(scene, "F08", placed, first, f"{TOO_MANY} sessions on {sunday}"))
    return found


async def out_of_the_house(scene: Scene, number: int) -> list[Fraud]:
    """F11: the child was picked up from care, and the centre that cares for it logged a session for that hour."""
    found = []
    for child in scene.fitting(_boards_where_it_trains, number):
        placed = await scene.placed(child)
        session = next(one for one in reversed(placed.sessions) if _in_care(child, _day(one)))
        house = placed.at.centre
        sheet = await scene.callers.get(house, "custody", f"/v1/stays/{placed.stay}/sheet")
        collector = next(one["id"] for one in sheet["contacts"] if one["kind"] == "pick_up")
        left, back = session.starts_at - timedelta(minutes=20), session.ends_at + timedelta(minutes=20)
        out = {"kind": "pick_up", "collector": collector, "confirmation": "signature", "at": left.isoformat()}
        await scene.post(house, "custody", f"/v1/stays/{placed.stay}/sign-outs", out)
        await scene.post(house, "custody", f"/v1/stays/{placed.stay}/sign-ins", {"at": back.isoformat()})
        found.append(_fraud(scene, "F11", placed, session, "picked up by the family during the session"))
    return found


def _fraud(scene: Scene, rule: str, placed: Placed, session: Session, done: str) -> Fraud:
    (month,) = months([session])
    return Fraud(rule, placed.case, str(scene.ids[placed.at.centre]), month, done)


def _day(session: Session) -> date:
    return local_date(session.starts_at)


def _elsewhere(mine: Child, other: Child) -> bool:
    """Tell whether another child is at another centre and has a free hour at which the first one is trained."""
    if not trained(other) or other.enrolment is None or mine.enrolment is None:
        return False
    last = next(session for session in reversed(mine.sessions) if session.attended)
    return other.enrolment.centre != mine.enrolment.centre and _day(last) not in set(map(_day, other.sessions))


def _free(placed: Placed, session: Session) -> bool:
    busy = {_day(one) for one in placed.child.sessions}
    return placed.at.started_on <= _day(session) <= days.last_day() and _day(session) not in busy


def _boards_where_it_trains(child: Child) -> bool:
    stay, enrolment = child.stay, child.enrolment
    if stay is None or enrolment is None or not trained(child) or stay.mode is CustodyMode.DAY:
        return False
    open_at_both = stay.institution == enrolment.centre and stay.ended_on is None and child.leave is None
    return open_at_both and any(session.attended and _in_care(child, _day(session)) for session in child.sessions)


def _in_care(child: Child, day: date) -> bool:
    return child.stay is not None and child.stay.admitted_on < day


def _sunday_before(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % 7 or 7)
