"""Two children in training, at school and in care on one school day, and a therapist who was with both at once.

A third is taught at home, one waits for its re-screening, one could be taken into care. What people decide about stands
open: an application, a claim, a programme, an incident.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from datetime import date, time

from deploy.simulator.sending import care_sheet
from shared.testing.eventually import eventually
from tests.journey.story import (
    CARE_HOME,
    CENTRE,
    CLINIC,
    COUNTY,
    EDUCATION,
    FEDERATION,
    HOSPITAL,
    MCH,
    SPECIAL_SCHOOL,
    Story,
    moment,
)
from tests.journey.town import AUDITOR, PATIENCE_S, Town

BORN = date(2019, 8, 1)
SCHOOL_DAY = date(2026, 3, 11)


async def two_children(town: Town) -> tuple[Story, Story]:
    """Return the children, once the timeline has found that one therapist cannot have been with both."""
    await town.designate(CENTRE, FEDERATION, SCHOOL_DAY.year)
    first, second = await asyncio.gather(_a_child(town, 951), _a_child(town, 952))
    await asyncio.gather(_claimed(first), _hurt(second), *_others(town))
    await eventually(lambda: _found(first), within=PATIENCE_S)
    return first, second


def _others(town: Town) -> Iterator[Coroutine[None, None, None]]:
    yield _taught_at_home(town, 953)
    yield _to_be_rescreened(town, 954)
    yield _in_no_care(town, 955)


async def _a_child(town: Town, number: int) -> Story:
    story = Story(town, number, BORN)
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "autism", cars="37.0")
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "autism")
    await story.enrolled(date(2026, 2, 2))
    await story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", _admission(story, date(2026, 2, 9)))
    placed = await story.by(EDUCATION, "education", "/v1/cases/{case}/placements", _placement(town))
    roll = {"enrolled_on": "2026-03-02"}
    await story.by(SPECIAL_SCHOOL, "education", f"/v1/placements/{placed['record']}/roll", roll)
    await story.trained(SCHOOL_DAY)
    return story


async def _claimed(story: Story) -> None:
    """Ask for the money of the quarter; nobody has audited it."""
    for day in range(12, 30):
        await story.trained(date(2026, 3, day), at=time(14))
    await story.evaluated(date(2026, 2, 2), "baseline", "34.0")
    await story.evaluated(date(2026, 5, 2), "stage", "31.5")
    lines = [{"month": f"{SCHOOL_DAY:%Y-%m}", "enrolment": story.records["enrolment"]}]
    claim = {"county": COUNTY, "cycle_from": "2026-01-01", "submitted_on": "2026-05-07", "lines": lines}
    await story.by(CENTRE, "rehab", "/v1/claims", claim)


async def _hurt(story: Story) -> None:
    (stay,) = await story.reads(CARE_HOME, "custody", "/v1/cases/{case}/stays")
    incident = {"level": "moderate", "kind": "injury", "at": moment(SCHOOL_DAY), "words": "活动时摔倒，擦伤手肘。"}
    await story.by(CARE_HOME, "custody", f"/v1/stays/{stay['id']}/incidents", incident)


async def _taught_at_home(town: Town, number: int) -> None:
    """A child that a school visits, and for whom assistance is asked for and not decided."""
    story = Story(town, number, BORN)
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "autism", cars="37.0")
    reasons = dict.fromkeys(("nearby_ordinary", "designated_ordinary", "special_school"), "needs_full_time_nursing")
    at_home = _placement(town) | {"mode": "home_teaching", "reasons": reasons}
    await story.by(EDUCATION, "education", "/v1/cases/{case}/placements", at_home)
    await story.applied(date(2026, 3, 2), "autism")


async def _to_be_rescreened(town: Town, number: int) -> None:
    """A child that the county institution took over and has not examined."""
    story = Story(town, number, BORN)
    await story.registered(date(2026, 1, 12))
    finding = {"instrument": "vision_test", "finding": "abnormal"}
    screening = {"category": "vision", "on": "2026-01-12", **finding}
    await story.by(CLINIC, "screening", "/v1/cases/{case}/screenings", screening)
    await story.referred(date(2026, 1, 13), "vision", "rescreening", CLINIC, MCH)


async def _in_no_care(town: Town, number: int) -> None:
    """A child of the centre that could be taken into its house."""
    story = Story(town, number, BORN)
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "autism", cars="37.0")
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "autism")
    await story.enrolled(date(2026, 2, 2))


def _admission(story: Story, on: date) -> dict[str, object]:
    return {"mode": "day", "admitted_on": on.isoformat(), "sheet": care_sheet(story.person, on)}


def _placement(town: Town) -> dict[str, object]:
    return {
        "mode": "special_school", "school": str(town.city.ids[SPECIAL_SCHOOL]), "decided_on": "2026-02-16",
        "starts_on": "2026-03-02",
        "reasons": {"nearby_ordinary": "needs_special_support", "designated_ordinary": "no_place_nearby"},
    }  # fmt: skip


async def _found(story: Story) -> bool:
    answer = await story.town.ask(AUDITOR, "timeline", "/v1/findings", rule="F03")
    return story.case in {one["case"] for one in answer.json()["items"]}
