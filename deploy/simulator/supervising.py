"""Agreements with rehabilitation centres, their yearly grades, lists of staff and closed days (handbook §3.4)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from deploy.simulator import days
from deploy.simulator.callers import Callers
from deploy.simulator.cohort import Cohort
from deploy.simulator.organisations import Designation
from deploy.simulator.sending.forms import staff_entry
from deploy.simulator.works import Work, write

SPRING_FESTIVAL = date(2024, 2, 10), date(2024, 2, 17)
GRADED_ON = 1, 12
"""Month and day of the next year on which a year is graded."""
SCORES = (91, 84, 77, 88, 72, 95, 66, 86)
"""Yearly scores, dealt to the centres in turn: A, B and C, and nobody failed."""


def supervision(plan: Cohort, callers: Callers, ids: Mapping[str, UUID]) -> Iterable[Work]:
    """Yield what designates and grades each centre, and what each says of its staff and its closed days."""
    by_centre: dict[str, list[Designation]] = defaultdict(list)
    for one in plan.designations:
        by_centre[one.centre].append(one)
    for number, (centre, agreements) in enumerate(by_centre.items()):
        yield _designated(agreements, number, callers, ids, plan.today)
        body = {"days": [day.isoformat() for day in days.days(*SPRING_FESTIVAL)]}
        yield write(callers, centre, "rehab", "/v1/closures", body, f"closures/{centre}")
    for therapist, (centre, disciplines) in plan.staff.items():
        entry = staff_entry(therapist, disciplines)
        yield write(callers, centre, "rehab", "/v1/staff", entry, f"staff/{therapist}")


def _designated(
    agreements: Iterable[Designation], number: int, callers: Callers, ids: Mapping[str, UUID], today: date
) -> Work:
    async def designate() -> None:
        for one in agreements:
            federation, path = f"federation-{one.county}", f"/v1/institutions/{ids[one.centre]}/designations"
            key = f"designation/{one.centre}/{one.valid_from.year}"
            granted = await callers.post(federation, "rehab", path, _agreement(one), key=key)
            for grade in _grades(one, number, today):
                path = f"/v1/designations/{granted['record']}/grades"
                await callers.post(federation, "rehab", path, grade, key=f"grade/{one.centre}/{grade['year']}")

    return designate


def _grades(one: Designation, number: int, today: date) -> list[dict[str, Any]]:
    """Return the yearly grades of an agreement: those of the years that were over in time to be graded under it."""
    graded = {year: date(year + 1, *GRADED_ON) for year in range(one.valid_from.year, one.valid_until.year + 1)}
    return [
        {"year": year, "score": SCORES[(number + year) % len(SCORES)], "graded_on": day.isoformat()}
        for year, day in graded.items()
        if day <= today
    ]


def _agreement(one: Designation) -> dict[str, Any]:
    return {
        "categories": sorted(one.categories),
        "valid_from": one.valid_from.isoformat(),
        "valid_until": one.valid_until.isoformat(),
        "capacity": one.capacity,
        "legal_person": True,
    }
