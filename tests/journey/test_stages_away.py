"""Stages that are away while the others go on, and facts that are on their way while others overtake them."""

import asyncio
from collections import Counter
from datetime import date

from tests.journey.chain import (
    OK,
    OTHER_FEDERATION,
    a_child,
    a_diagnosed_child,
    at_rest,
    away,
    becomes,
    listed,
    on_its_way,
    said,
    status,
)
from tests.journey.children import APPLIED, APPROVED, ENROLLED, IN_CARE
from tests.journey.story import (
    CARE_HOME,
    CENTRE,
    EDUCATION,
    FEDERATION,
    HOSPITAL,
    ORDINARY_SCHOOL,
    OTHER_COUNTY,
    Story,
)
from tests.journey.town import Town, kind

THIRD_COUNTY = "371681"
DIED, EIGHTEEN_ON = "2025-05-20", date(2025, 5, 26)
ENDS = ("enrolment_ended", "placement_ended", "custody_ended")
PAPERS = ["guardian_contract", "health_check", "allergy_and_medication_list", "emergency_contacts", "pick_up_list"]


async def an_approved_child(town: Town, number: int) -> Story:
    """Bring a child as far as an approval that nobody has taken up."""
    story = await a_diagnosed_child(town, number)
    await story.approved(APPLIED, APPROVED, "autism")
    return story


async def begins(story: Story) -> None:
    """Enrol a child, place it and take it into care, all at once, as three institutions would."""
    placement = {
        "mode": "preschool_inclusive", "school": str(story.town.city.ids[ORDINARY_SCHOOL]), "reasons": {},
        "decided_on": "2025-04-21", "starts_on": "2025-05-06",
    }  # fmt: skip
    stay = {"mode": "day", "admitted_on": IN_CARE.isoformat(), "papers": PAPERS}
    await asyncio.gather(
        story.enrolled(ENROLLED),
        story.by(EDUCATION, "education", "/v1/cases/{case}/placements", placement),
        story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", stay),
    )


async def test_rehab_education_and_custody_were_down_and_do_in_order_what_each_would_have_done(town: Town):
    """Screening goes on without them: a diagnosis, two moves one after the other, a death.

    Days pass too: an approval runs out, somebody turns eighteen. Rehab comes back with no patience for what was entered
    late, so that it acts on them now and not in 24 hours.
    """
    moving, dying, waiting, grown_up, found_out = await asyncio.gather(
        a_child(town, 218, goes_on=True),
        a_child(town, 219, goes_on=True),
        an_approved_child(town, 224),
        who_turns_eighteen(town, 231),
        registered(town, 225),
    )
    async with away(town, "rehab", "education", "custody", REHAB_RULES__LATE_ENTRY_HOURS="0"):
        await found_out.confirmed(date(2025, 4, 2), "autism", cars="36.5")
        for who, region, day in (
            (FEDERATION, OTHER_COUNTY, "2025-05-06"),
            (OTHER_FEDERATION, THIRD_COUNTY, "2025-05-20"),
        ):
            await moving.by(who, "screening", "/v1/cases/{case}/moves", {"region": region, "moved_on": day})
        await dying.by(HOSPITAL, "screening", "/v1/cases/{case}/death", {"died_on": DIED})
        await dying.tells("death_registered")
        assert not {*ENDS} & {*await said(dying)}

    await found_out.tells("intake_opened", "school_age_watch_opened")
    await dying.tells(*ENDS)
    await at_rest(moving, dying, waiting, grown_up, found_out)
    assert only(await said(found_out), "intake_opened", "school_age_watch_opened") == [1, 1]
    assert only(await said(dying), *ENDS) == [1, 1, 1]
    assert await counties_that_see(moving) == [("rehab", THIRD_COUNTY), ("custody", THIRD_COUNTY)]
    (lapsed,) = await waiting.facts("assistance_lapsed")
    assert lapsed["lapsed_on"] == "2025-05-04"
    assert waiting.case in await listed(waiting, FEDERATION, "rehab", "/v1/approvals", lapsed=True)
    (ended,) = await grown_up.facts("enrolment_ended")
    assert (ended["ended_on"], ended["reason"]) == (EIGHTEEN_ON.isoformat(), "aged_out")


async def who_turns_eighteen(town: Town, number: int) -> Story:
    """Bring somebody with a certificate into training, some weeks before the eighteenth birthday."""
    story = Story(town, number, EIGHTEEN_ON.replace(year=2007))
    await story.registered(date(2025, 4, 1), by=HOSPITAL)
    await story.confirmed(date(2025, 4, 1), "physical")
    certificate = {
        "number": f"{story.person.resident_number}42", "category": "physical", "grade": 2, "issued_on": "2020-03-02",
    }  # fmt: skip
    await story.by(FEDERATION, "screening", "/v1/cases/{case}/certificates", certificate)
    materials = ["identity", "certificate", "residence"]
    await story.approved(date(2025, 4, 2), APPROVED, "physical", basis="certificate", materials=materials)
    await story.enrolled(ENROLLED)
    return story


async def registered(town: Town, number: int) -> Story:
    story = Story(town, number, date(2020, 2, 20))
    await story.registered(date(2025, 4, 1), by=HOSPITAL)
    return story


def only(counted: Counter[str], *kinds: str) -> list[int]:
    return [counted[one] for one in kinds]


async def counties_that_see(story: Story) -> list[tuple[str, str]]:
    """Return which of the counties to which a child moved sees it, stage by stage; the one in between never does."""
    files = {"rehab": "/v1/cases/{case}/enrolments", "custody": "/v1/cases/{case}/stays"}
    return [
        (service, county)
        for service, path in files.items()
        for county in (OTHER_COUNTY, THIRD_COUNTY)
        if await status(story, f"federation-{county}", service, path) == OK
    ]


async def test_screening_and_timeline_were_down_and_hear_of_all_that_the_others_did(town: Town):
    """Rehab, education and custody go on without them, and rehab falls over too, perhaps before all of it has left."""
    story = await an_approved_child(town, 226)
    await at_rest(story)
    async with away(town, "screening", "timeline") as gone:
        await begins(story)
        await story.trained(date(2025, 4, 9))
        await gone("rehab")

    handed_over = await story.facts("case_handed_over")
    assert [one["institution"] for one in handed_over] == [str(town.city.ids[CENTRE])]
    await at_rest(story)
    told = Counter(map(kind, await story.entries()))
    assert told == await said(story)
    assert only(told, "enrolment_started", "session_recorded", "placement_decided", "custody_admitted") == [1, 1, 1, 1]
    ends = {one["rule"]: one["outcome"] for one in await story.facts("duty_met")}
    assert (ends["approved-not-enrolled"], ends["placement-due"]) == ("in_time", "in_time")
    for who in (CENTRE, ORDINARY_SCHOOL, CARE_HOME):
        asked = await town.write(who, "screening", "/v1/children/resolve", {"cases": [story.case]}, f"name-for-{who}")
        assert [one["name"] for one in asked.json()] == [story.person.name]


async def test_facts_that_overtake_a_death_and_a_move_on_its_way_are_ended_and_moved_when_it_arrives(town: Town):
    """Screening has recorded both, but nothing leaves it; three institutions begin, in good faith, with the child."""
    dying, moving = await asyncio.gather(an_approved_child(town, 227), a_diagnosed_child(town, 228))
    await at_rest(dying, moving)
    async with on_its_way(town, "screening"):
        await dying.by(HOSPITAL, "screening", "/v1/cases/{case}/death", {"died_on": DIED})
        move = {"region": OTHER_COUNTY, "moved_on": "2025-04-28"}
        await moving.by(FEDERATION, "screening", "/v1/cases/{case}/moves", move)
        application = {
            "category": "autism", "mode": "centralised", "basis": "diagnosis", "submitted_on": "2025-05-06",
            "materials": ["identity", "diagnosis", "residence"],
        }  # fmt: skip
        applying = moving.by(FEDERATION, "rehab", "/v1/cases/{case}/applications", application)
        await asyncio.gather(begins(dying), applying)
        assert not {*ENDS} & {*await said(dying)}

    await dying.tells(*ENDS)
    await becomes(moving, OTHER_FEDERATION, "rehab", "/v1/applications")
    await at_rest(dying, moving)
    assert only(await said(dying), "enrolment_started", "placement_decided", "custody_admitted", *ENDS) == [1] * 6
    assert {(await dying.facts(name))[0]["reason"] for name in ENDS} == {"deceased"}
    assert moving.case not in await listed(moving, FEDERATION, "rehab", "/v1/applications")
    assert await status(moving, OTHER_FEDERATION, "rehab", "/v1/cases/{case}/assistance") == OK
