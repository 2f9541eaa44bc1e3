"""Journey 7: a centre with twelve children is suspended, and none of them is left sitting there."""

import asyncio
from datetime import date

import pytest

from tests.journey.story import HOSPITAL, Story
from tests.journey.town import Town

COUNTY = "371623"
CENTRE, OTHER_CENTRE, FEDERATION = f"rehab-{COUNTY}-1", f"rehab-{COUNTY}-2", f"federation-{COUNTY}"
BORN, YEAR, CHILDREN = date(2022, 4, 6), 2026, 12
SUSPENDED, RECTIFY_BY, MOVED = date(YEAR, 6, 1), date(YEAR, 7, 1), date(YEAR, 6, 8)


async def a_child_in_training(town: Town, number: int) -> Story:
    story = Story(town, number, BORN, county=COUNTY)
    await story.registered(date(YEAR, 2, 2), by=HOSPITAL)
    await story.confirmed(date(YEAR, 2, 2), "autism", cars="35.0")
    await story.approved(date(YEAR, 2, 9), date(YEAR, 2, 16), "autism")
    await story.enrolled(date(YEAR, 2, 23), CENTRE)
    return story


@pytest.fixture(scope="module")
async def stories(town: Town) -> list[Story]:
    for centre in (CENTRE, OTHER_CENTRE):
        await town.designate(centre, FEDERATION, YEAR)
    return await asyncio.gather(*(a_child_in_training(town, 20_700 + number) for number in range(CHILDREN)))


async def test_twelve_children_of_a_suspended_centre_are_transferred_one_by_one(town: Town, stories: list[Story]):
    """Nobody is thrown out: no new child may come, those who sit there are a list, and the list gets empty."""
    agreements = await stories[0].reads(
        FEDERATION, "rehab", "/v1/designations", institution=str(town.city.ids[CENTRE]), on=SUSPENDED.isoformat()
    )
    designation = agreements["items"][0]["id"]
    body = {"suspended_on": SUSPENDED.isoformat(), "reason": "safety", "rectify_by": RECTIFY_BY.isoformat()}
    await stories[0].by(FEDERATION, "rehab", f"/v1/designations/{designation}/suspension", body)
    assert await to_transfer(stories) == {story.case for story in stories}

    late = Story(town, 20_750, BORN, county=COUNTY)
    await late.registered(date(YEAR, 5, 4), by=HOSPITAL)
    await late.confirmed(date(YEAR, 5, 4), "autism", cars="35.0")
    await late.approved(date(YEAR, 5, 11), date(YEAR, 5, 18), "autism")
    enrolment = {"approval": late.records["approval"], "started_on": SUSPENDED.isoformat()}
    assert (
        await late.refused(CENTRE, "rehab", "/v1/cases/{case}/enrolments", enrolment) == "rehab.designation-suspended"
    )

    other = str(town.city.ids[OTHER_CENTRE])
    for story in stories:
        move = {"institution": other, "transferred_on": MOVED.isoformat()}
        await story.by(FEDERATION, "rehab", f"/v1/enrolments/{story.records['enrolment']}/transfer", move)
    assert await to_transfer(stories) == set()
    for story in stories:
        await story.tells("enrolment_transferred")
        started = await story.facts("enrolment_started")
        assert [fact["institution"] for fact in started] == [str(town.city.ids[CENTRE]), other]

    lifted = {"reinstated_on": date(YEAR, 6, 15).isoformat()}
    await late.by(FEDERATION, "rehab", f"/v1/designations/{designation}/reinstatement", lifted)
    await late.by(CENTRE, "rehab", "/v1/cases/{case}/enrolments", enrolment | {"started_on": "2026-06-16"})


async def to_transfer(stories: list[Story]) -> set[str]:
    found = await stories[0].reads(FEDERATION, "rehab", "/v1/transfers-due", limit=200)
    return {item["case_id"] for item in found["items"]} & {story.case for story in stories}
