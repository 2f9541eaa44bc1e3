"""Journey 4: a child that nobody screened is diagnosed late, and starts school all the same."""

from datetime import date, timedelta

from deploy.simulator.sending import person
from shared import clock
from shared.testing.eventually import eventually
from tests.journey.chain import UNPLACED, listed
from tests.journey.story import CLINIC, HOSPITAL, Story
from tests.journey.town import PATIENCE_S, Town, kind

BORN, DIAGNOSED = date(2020, 3, 10), date(2026, 5, 12)
COUNTY = "371681"
"""The cohort, which the same installation may hold, opens a resource room in every county but this one."""
EDUCATION, ORDINARY_SCHOOL = f"education-{COUNTY}", f"school-{COUNTY}-ordinary"


async def test_a_child_that_was_never_screened_is_watched_until_a_school_has_it(town: Town):
    """The hospital sees the child first; the timeline invents no screening, and school age does not pass unseen."""
    story = Story(town, 904, BORN, county=COUNTY)
    await story.registered(DIAGNOSED, by=HOSPITAL)
    await story.confirmed(DIAGNOSED, "autism", cars="38.0")
    assert (await story.facts("diagnosis_recorded"))[0]["no_screening_record"] is True
    watch = (await story.facts("school_age_watch_opened"))[0]
    assert watch["compulsory_from"] == "2026-09-01"
    await eventually(lambda: is_unplaced(story), within=PATIENCE_S)
    assert not await is_unplaced(story, on="2026-08-31")
    assert "screening_recorded" not in map(kind, await story.entries())
    assert story.case not in str(await story.reads(CLINIC, "screening", "/v1/suspicions"))

    started = clock.today() - timedelta(days=3)
    placement = {
        "mode": "regular_class", "school": str(town.city.ids[ORDINARY_SCHOOL]), "reasons": {},
        "decided_on": started.isoformat(), "starts_on": started.isoformat(), "review_by": clock.today().isoformat(),
    }  # fmt: skip
    placed = await story.by(EDUCATION, "education", "/v1/cases/{case}/placements", placement)
    path = f"/v1/placements/{placed['record']}"
    await story.by(ORDINARY_SCHOOL, "education", f"{path}/roll", {"enrolled_on": started.isoformat()})
    programme = {
        "agreed_on": clock.today().isoformat(), "goals": ["轮流发言", "独立整理书包"], "accommodations": ["前排就座"],
        "services": ["资源教室每周两次"], "resource_room": True, "reviewer": person("teacher"),
    }  # fmt: skip
    await story.by(ORDINARY_SCHOOL, "education", f"{path}/ieps", programme)
    await story.tells("placement_decided", "school_enrolled", "iep_agreed")
    assert not await is_unplaced(story)
    assert "轮流发言" not in str(await story.entries())
    await gets_its_room(story)
    await is_looked_at_again(story, placed["record"])


async def gets_its_room(story: Story) -> None:
    """The programme asks for a resource room; school and authority see that there is none until it is open."""
    school = str(story.town.city.ids[ORDINARY_SCHOOL])
    (seen,) = (await story.reads(ORDINARY_SCHOOL, "education", "/v1/resource-rooms"))["items"]
    assert (seen["school"], seen["users"] > 0, seen["opened_on"]) == (school, True, None)
    opened = {"opened_on": clock.today().isoformat()}
    assert (
        await story.refused(ORDINARY_SCHOOL, "education", f"/v1/schools/{school}/resource-room", opened)
        == "not-allowed"
    )
    await story.by(EDUCATION, "education", f"/v1/schools/{school}/resource-room", opened)
    rooms = (await story.reads(EDUCATION, "education", "/v1/resource-rooms", limit=200))["items"]
    assert {row["school"]: (row["opened_on"], row["owed"]) for row in rooms}[school] == (opened["opened_on"], False)


async def is_looked_at_again(story: Story, placement: str) -> None:
    """The committee keeps the placement on the day that it had set, and the duty to review is met."""
    due = (await story.reads(EDUCATION, "education", "/v1/placements/reviews-due", limit=200))["items"]
    assert placement in {row["id"] for row in due}
    kept = {"reviewed_on": clock.today().isoformat()}
    await story.by(EDUCATION, "education", f"/v1/placements/{placement}/reviews", kept)
    await story.tells("placement_reviewed")
    due = (await story.reads(EDUCATION, "education", "/v1/placements/reviews-due", limit=200))["items"]
    assert placement not in {row["id"] for row in due}
    await eventually(lambda: review_is_met(story), within=PATIENCE_S)


async def review_is_met(story: Story) -> bool:
    duties = (await story.reads(EDUCATION, "timeline", "/v1/cases/{case}/duties", limit=200))["items"]
    return [duty["outcome"] for duty in duties if duty["rule"] == "placement-review"] == ["in_time"]


async def is_unplaced(story: Story, **on: str) -> bool:
    return story.case in await listed(story, EDUCATION, "education", UNPLACED, **on)
