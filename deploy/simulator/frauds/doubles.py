"""Frauds of the child itself: one child with two numbers at two centres: F01, F02, F23."""

from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Placed, Scene, by, months, trained
from deploy.simulator.journeys import Child
from deploy.simulator.organisations import centres_of
from shared.contracts.codes import RehabCategory

DOUBLED = 5
"""Sessions that the second centre claims for the hours of the first."""


async def one_child_twice(scene: Scene, number: int) -> list[Fraud]:
    """F01, F02, F23: a child is registered a second time, enrolled at a second centre, and later found to be one."""
    found = []
    for child in scene.fitting(_could_go_elsewhere, number):
        placed = await scene.placed(child)
        double = await scene.send(_double(scene, placed))
        body = {"merged": double.case, "on": child_last_day(placed)}
        await scene.post(f"federation-{child.county}", "screening", f"/v1/cases/{placed.case}/merges", body)
        found += _frauds(scene, placed, double)
    return found


def child_last_day(placed: Placed) -> str:
    """Return the day of the last session, on which the registry learns that both are one."""
    return placed.sessions[-1].starts_at.date().isoformat()


def _double(scene: Scene, placed: Placed) -> Child:
    other = _other_centre(placed.child)
    enrolment = placed.at
    sessions = tuple(by(other, one, f"double-{placed.child.index}") for one in placed.sessions[:DOUBLED])
    changed = type(enrolment)(other, enrolment.started_on, None, None)
    return scene.somebody_else(placed.child, enrolment=changed, sessions=sessions, evaluations=())


def _frauds(scene: Scene, placed: Placed, double: Placed) -> list[Fraud]:
    clash = months(placed.sessions[:DOUBLED])
    since = placed.at.started_on.isoformat()[:7]
    # Nobody evaluated the child that was not there.
    besides = frozenset({"F16"})
    both = [(one.case, str(scene.ids[one.at.centre])) for one in (placed, double)]
    enrolled = [Fraud("F01", case, house, since, "enrolled under two numbers", besides) for case, house in both]
    trained = [
        Fraud("F02", case, house, month, "trained at two centres at once", besides)
        for case, house in both
        for month in clash
    ]
    merged = child_last_day(placed)[:7]
    known = [Fraud("F23", case, None, merged, "registered under two numbers", besides) for case, _ in both]
    return enrolled + trained + known


def _other_centre(child: Child) -> str:
    """Return another centre of the county that covers the child's category: the first covers all."""
    own = child.enrolment.centre if child.enrolment else ""
    return next(centre for centre in centres_of(child.county) if centre != own)


def _could_go_elsewhere(child: Child) -> bool:
    """Leave out vision, hearing: not every centre covers them."""
    everywhere = {RehabCategory.AUTISM, RehabCategory.INTELLECTUAL, RehabCategory.PHYSICAL, RehabCategory.SPEECH}
    return trained(child) and child.application is not None and child.application.category in everywhere
