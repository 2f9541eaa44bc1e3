"""Journey 7: a centre with twelve children is suspended, and none of them is left sitting there."""

import asyncio
from datetime import date, timedelta

import pytest

from shared.testing.eventually import eventually
from tests.journey.chain import at_rest, listed
from tests.journey.story import HOSPITAL, Story
from tests.journey.town import PATIENCE_S, Town

COUNTY = "371623"
CENTRE, OTHER_CENTRE, FEDERATION = f"rehab-{COUNTY}-1", f"rehab-{COUNTY}-2", f"federation-{COUNTY}"
BORN, YEAR, CHILDREN = date(2022, 4, 6), 2026, 12
SUSPENDED, RECTIFY_BY, REMOVED = date(YEAR, 6, 1), date(YEAR, 7, 1), date(YEAR, 6, 22)
MOVED = "2026-06-08"
TRANSFER = "transfer-children"


async def an_approved_child(town: Town, number: int, diagnosed: date) -> Story:
    """Bring a child as far as an approval, two weeks after its diagnosis."""
    story = Story(town, number, BORN, county=COUNTY)
    await story.registered(diagnosed, by=HOSPITAL)
    await story.confirmed(diagnosed, "autism", cars="35.0")
    await story.approved(diagnosed + timedelta(days=7), diagnosed + timedelta(days=14), "autism")
    return story


async def a_child_in_training(town: Town, number: int) -> Story:
    story = await an_approved_child(town, number, date(YEAR, 2, 2))
    await story.enrolled(date(YEAR, 2, 23), CENTRE)
    return story


@pytest.fixture(scope="module")
async def stories(town: Town) -> list[Story]:
    for centre in (CENTRE, OTHER_CENTRE):
        await town.designate(centre, FEDERATION, YEAR)
    return await asyncio.gather(*(a_child_in_training(town, 20_700 + number) for number in range(CHILDREN)))


@pytest.fixture(scope="module")
async def late(town: Town) -> Story:
    """A thirteenth child that is approved when the centre may take nobody."""
    return await an_approved_child(town, 20_750, date(YEAR, 5, 4))


async def test_twelve_children_of_a_suspended_centre_are_transferred_one_by_one(stories: list[Story], late: Story):
    """Nobody is thrown out: no new child may come, those who sit there are a list, and the list gets empty."""
    path = await designation(late)
    body = {"suspended_on": SUSPENDED.isoformat(), "reason": "safety", "rectify_by": RECTIFY_BY.isoformat()}
    await late.by(FEDERATION, "rehab", f"{path}/suspension", body)
    await owed_to(stories, of=stories)
    enrolment = {"approval": late.records["approval"], "started_on": SUSPENDED.isoformat()}
    assert (
        await late.refused(CENTRE, "rehab", "/v1/cases/{case}/enrolments", enrolment) == "rehab.designation-suspended"
    )

    other = str(late.town.city.ids[OTHER_CENTRE])
    for story in stories:
        await story.by(FEDERATION, "rehab", transfer_of(story), {"institution": other, "transferred_on": MOVED})
    await owed_to([], of=stories)
    for story in stories:
        started = await story.facts("enrolment_started", at_least=2)
        ended = await story.facts("enrolment_ended")
        assert [(fact["ended_on"], fact["reason"]) for fact in ended] == [(MOVED, "transferred")]
        assert [fact["institution"] for fact in started] == [str(late.town.city.ids[CENTRE]), other]
        assert (started[1]["started_on"], started[1]["approval"]) == (MOVED, started[0]["approval"])

    await late.by(FEDERATION, "rehab", f"{path}/reinstatement", {"reinstated_on": date(YEAR, 6, 15).isoformat()})
    await late.enrolled(date(YEAR, 6, 16), CENTRE)
    await at_rest(*stories, late)


async def test_of_a_centre_that_is_removed_the_last_child_is_owed_another_place(stories: list[Story], late: Story):
    """After fraud the agreement ends at once, the transfers follow, and nobody may come back."""
    removal = {"removed_on": REMOVED.isoformat(), "reason": "fraud"}
    await late.by(FEDERATION, "rehab", f"{await designation(late)}/removal", removal)
    await owed_to([late], of=[*stories, late])
    back = {"institution": str(late.town.city.ids[CENTRE]), "transferred_on": REMOVED.isoformat()}
    enrolment = (await stories[0].facts("enrolment_started"))[-1]["enrolment"]
    path = f"/v1/enrolments/{enrolment}/transfer"
    assert await stories[0].refused(FEDERATION, "rehab", path, back) == "rehab.not-designated"

    other = {"institution": str(late.town.city.ids[OTHER_CENTRE]), "transferred_on": "2026-06-29"}
    await late.by(FEDERATION, "rehab", transfer_of(late), other)
    await owed_to([], of=[*stories, late])
    await at_rest(*stories, late)
    (met,) = [fact for fact in await late.facts("duty_met") if fact["rule"] == TRANSFER]
    assert met["outcome"] == "in_time"


async def designation(story: Story) -> str:
    """Return the path of the centre's agreement."""
    centre = str(story.town.city.ids[CENTRE])
    held = await story.reads(FEDERATION, "rehab", "/v1/designations", institution=centre, on=SUSPENDED.isoformat())
    return f"/v1/designations/{held['items'][0]['id']}"


def transfer_of(story: Story) -> str:
    return f"/v1/enrolments/{story.records['enrolment']}/transfer"


async def owed_to(whom: list[Story], *, of: list[Story]) -> None:
    """Wait until of these children just those are to be transferred: in the county's list, and as the centre's duty."""
    ours, wanted = {story.case for story in of}, {story.case for story in whom}

    async def so() -> bool:
        due = set(await listed(of[0], FEDERATION, "rehab", "/v1/transfers-due"))
        duties = set(await listed(of[0], CENTRE, "timeline", "/v1/duties", rule=TRANSFER))
        return due & ours == duties & ours == wanted

    await eventually(so, within=PATIENCE_S)
