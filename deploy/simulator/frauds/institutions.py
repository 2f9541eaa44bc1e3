"""Frauds of institutions: F13, F22."""

from collections.abc import Mapping
from datetime import date, timedelta

from deploy.simulator import days
from deploy.simulator.frauds.records import Fraud
from deploy.simulator.frauds.scene import Scene, months
from deploy.simulator.journeys import Child
from deploy.simulator.organisations import houses_of
from deploy.simulator.sources import source
from shared.clock import local_date

SUSPENDED_FOR = timedelta(days=6)
"""The last days of the cohort's year."""
CHILDREN_PER_CARER = 4
"""By day (handbook §5): a house is one carer short of it."""


async def suspended(scene: Scene, number: int) -> list[Fraud]:
    """F13: a designation is suspended from a day that lies before what the centre logged already."""
    found = []
    since = days.last_day() - SUSPENDED_FOR
    for centre, children in _smallest(scene, since, number):
        county = centre.split("-")[1]
        federation, house = f"federation-{county}", str(scene.ids[centre])
        held = await scene.callers.get(federation, "rehab", "/v1/designations", institution=house)
        body = {"suspended_on": since.isoformat(), "reason": "serious_breach"}
        then = next(one["id"] for one in held["items"] if _covers(one, since))
        await scene.post(federation, "rehab", f"/v1/designations/{then}/suspension", body)
        for child in children:
            placed = await scene.placed(child)
            late = [one for one in placed.sessions if local_date(one.starts_at) >= since]
            done = f"suspended from {since}, entered afterwards"
            found += [Fraud("F13", placed.case, house, month, done) for month in months(late)]
    return found


async def too_few_carers(scene: Scene, number: int) -> list[Fraud]:
    """F22: a house says afterwards how few carers it had; nobody is refused for that, the timeline counts."""
    since = days.last_day() - timedelta(days=30)
    there = {house: _there(scene, house, since) for house in _houses()}
    found = []
    for house in scene.sample([house for house, children in there.items() if children], number):
        carers = (there[house] - 1) // CHILDREN_PER_CARER
        body = {"by_day": carers, "by_night": carers, "since": since.isoformat()}
        await scene.post(house, "custody", "/v1/carers", body)
        done = f"{there[house]} children and {carers} carers from {since}"
        found.append(Fraud("F22", None, str(scene.ids[house]), since.isoformat()[:7], done))
    return found


def _covers(agreement: Mapping[str, str], day: date) -> bool:
    return agreement["valid_from"] <= day.isoformat() <= agreement["valid_until"]


def _smallest(scene: Scene, since: date, number: int) -> list[tuple[str, list[Child]]]:
    """Return centres with the fewest children who came after a day, each with them."""
    came: dict[str, list[Child]] = {}
    for child in scene.children:
        if child.enrolment and any(one.attended and local_date(one.starts_at) >= since for one in child.sessions):
            came.setdefault(child.enrolment.centre, []).append(child)
    by_size = sorted(came.items(), key=lambda entry: (len(entry[1]), entry[0]))
    return list(scene.enough(by_size, number)[:number])


def _houses() -> list[str]:
    return [house for county in source().counties for house in houses_of(county.region)]


def _there(scene: Scene, house: str, day: date) -> int:
    """Count the children in a house on a day."""
    stays = [child.stay for child in scene.children if child.stay and child.stay.institution == house]
    return sum(one.admitted_on <= day and (one.ended_on is None or one.ended_on > day) for one in stays)
