"""Journey 4: a child that nobody screened is diagnosed late, and starts school all the same."""

from datetime import date, timedelta

from deploy.simulator.sending import person
from shared import clock
from shared.testing.eventually import eventually
from tests.journey.story import CLINIC, EDUCATION, HOSPITAL, ORDINARY_SCHOOL, Story
from tests.journey.town import PATIENCE_S, Town

BORN, DIAGNOSED = date(2020, 3, 10), date(2026, 5, 12)


async def test_a_child_that_was_never_screened_is_watched_until_a_school_has_it(town: Town):
    """The hospital sees the child first; the timeline invents no screening, and school age does not pass unseen."""
    story = Story(town, 904, BORN)
    await story.registered(DIAGNOSED, by=HOSPITAL)
    await story.confirmed(DIAGNOSED, "autism", cars="38.0")
    assert (await story.facts("diagnosis_recorded"))[0]["no_screening_record"] is True
    watch = (await story.facts("school_age_watch_opened"))[0]
    assert watch["compulsory_from"] == "2026-09-01"
    await eventually(lambda: is_unplaced(story), within=PATIENCE_S)
    assert story.case not in str(await story.reads(CLINIC, "screening", "/v1/suspicions"))

    started = clock.today() - timedelta(days=3)
    placement = {
        "mode": "regular_class", "school": str(town.city.ids[ORDINARY_SCHOOL]), "reasons": {},
        "decided_on": started.isoformat(), "starts_on": started.isoformat(),
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


async def is_unplaced(story: Story) -> bool:
    found = await story.reads(EDUCATION, "education", "/v1/school-age/unplaced", limit=200)
    return story.case in {item["case_id"] for item in found["items"]}
