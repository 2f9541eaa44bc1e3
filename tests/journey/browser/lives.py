"""Two children in training, at school and in care on one school day, and a therapist who was with both at once."""

import asyncio
from datetime import date

from deploy.simulator.sending import care_sheet
from shared.testing.eventually import eventually
from tests.journey.story import CARE_HOME, CENTRE, EDUCATION, FEDERATION, HOSPITAL, SPECIAL_SCHOOL, Story
from tests.journey.town import AUDITOR, PATIENCE_S, Town

BORN = date(2019, 8, 1)
SCHOOL_DAY = date(2026, 3, 11)


async def two_children(town: Town) -> tuple[Story, Story]:
    """Return the children, once the timeline has found that one therapist cannot have been with both."""
    await town.designate(CENTRE, FEDERATION, SCHOOL_DAY.year)
    first, second = await asyncio.gather(_a_child(town, 951), _a_child(town, 952))
    await eventually(lambda: _found(first), within=PATIENCE_S)
    return first, second


async def _a_child(town: Town, number: int) -> Story:
    story = Story(town, number, BORN)
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "autism", cars="37.0")
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "autism")
    await story.enrolled(date(2026, 2, 2))
    await story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", _admission(story, date(2026, 2, 9)))
    await story.by(EDUCATION, "education", "/v1/cases/{case}/placements", _placement(town))
    await story.trained(SCHOOL_DAY)
    return story


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
