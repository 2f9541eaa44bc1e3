"""The chain moves by itself: what every stage does about who a child is, where it lives, whether it may be shown.

Every test ends at rest: all stages have heard all, twice, and nobody says anything more because of what others said.
"""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from deploy.cli import mending
from deploy.local.stack import ADMINISTRATOR
from deploy.services import NAMES, PRODUCERS
from deploy.simulator.callers import Callers, Credentials
from shared.access.policy import Role
from shared.testing.eventually import eventually
from tests.journey.chain import (
    CANDIDATES,
    OK,
    OTHER_FEDERATION,
    UNPLACED,
    a_child,
    at_rest,
    becomes,
    listed,
    said,
    status,
)
from tests.journey.children import SCREENED, Plan
from tests.journey.story import (
    CARE_HOME,
    CLINIC,
    COUNTY,
    EDUCATION,
    FEDERATION,
    HOSPITAL,
    OTHER_COUNTY,
    Story,
    moment,
)
from tests.journey.test_privacy import everything_stored, found
from tests.journey.town import AUDITOR, PATIENCE_S, Town

WORDS = "金丝雀不肯午睡，外婆金丝雀说了"
DIED, MOVED = "2025-05-20", "2025-05-20"
FILES = (
    ("screening", "/v1/cases/{case}"),
    ("rehab", "/v1/cases/{case}/enrolments"),
    ("custody", "/v1/cases/{case}/stays"),
    ("timeline", "/v1/cases/{case}"),
)
"""The file of a child in each stage that a federation reads; education's is for the authority."""


async def test_a_death_that_is_told_late_ends_what_runs_in_every_stage_once(town: Town):
    story = await a_child(town, 216, goes_on=True)
    await at_rest(story)
    owed = await open_duties(story)
    await story.by(HOSPITAL, "screening", "/v1/cases/{case}/death", {"died_on": DIED})
    await story.tells("enrolment_ended", "placement_ended", "custody_ended")
    await at_rest(story)
    ends = {name: await story.facts(name) for name in ("enrolment_ended", "placement_ended", "custody_ended")}
    assert {name: [one["reason"] for one in facts] for name, facts in ends.items()} == {
        name: ["deceased"] for name in ends
    }
    (death,) = [one["id"] for one in await story.entries() if one["type"].endswith("death_registered.v1")]
    closed = {one["duty"]: (one["outcome"], one.get("met_by")) for one in await story.facts("duty_met")}
    assert {duty: closed[duty] for duty in owed} == dict.fromkeys(owed, ("void", death))
    assert await open_duties(story) == set()


async def open_duties(story: Story) -> set[str]:
    return {one["duty"] for one in await duties(story) if one["outcome"] is None}


async def duties(story: Story) -> list[dict[str, Any]]:
    found = await story.reads(AUDITOR, "timeline", "/v1/cases/{case}/duties", limit=200)
    assert found["next"] is None
    return list(found["items"])


async def test_with_its_residence_a_child_moves_in_every_stage_and_nothing_is_copied(town: Town):
    """The new county has the whole file, the old one a stub: that the child left, when and where to."""
    story = await a_child(town, 223, goes_on=True)
    await at_rest(story)
    before = await said(story)
    move = {"region": OTHER_COUNTY, "moved_on": MOVED}
    await story.by(FEDERATION, "screening", "/v1/cases/{case}/moves", move)
    for service, path in FILES:
        await eventually(lambda at=(service, path): reads_whole(story, OTHER_FEDERATION, *at), within=PATIENCE_S)
    authority, placements = f"education-{OTHER_COUNTY}", ("education", "/v1/cases/{case}/placements")
    await eventually(lambda: reads_whole(story, authority, *placements), within=PATIENCE_S)
    (placement,) = await story.reads(authority, *placements)
    assert placement["stub"] is False
    await at_rest(story)
    by_stages = {name: count for name, count in (await said(story) - before).items() if not name.startswith("duty_")}
    assert by_stages == {"residence_moved": 1}
    open_now = [one for one in await duties(story) if one["outcome"] is None]
    assert {one["county"] for one in open_now} == {OTHER_COUNTY}
    assert await stubs_of_the_old_county(story)


async def reads_whole(story: Story, who: str, service: str, path: str) -> bool:
    return await status(story, who, service, path) == OK


async def stubs_of_the_old_county(story: Story) -> bool:
    """Tell what the old county is shown in each stage: a child that left, and where to."""
    case = await story.reads(FEDERATION, "screening", "/v1/cases/{case}")
    assert (case["former_region"], case["region"], case["moved_on"]) == (COUNTY, OTHER_COUNTY, MOVED)
    assert "identity" not in case
    assert await status(story, FEDERATION, "rehab", "/v1/cases/{case}/assistance") != OK
    gone = (await listed(story, FEDERATION, "rehab", "/v1/former-residents"))[story.case]
    assert (gone["moved_to"], gone["until"]) == (OTHER_COUNTY, MOVED)
    (placement,) = await story.reads(EDUCATION, "education", "/v1/cases/{case}/placements")
    assert (placement["stub"], placement["school"], placement["site"]) == (True, None, None)
    assert await status(story, FEDERATION, "timeline", "/v1/cases/{case}") != OK
    left = (await listed(story, FEDERATION, "timeline", "/v1/cases/moved-away"))[story.case]
    return bool(left["region"] == OTHER_COUNTY)


async def test_two_cases_are_shown_as_one_child_everywhere_and_as_two_again(town: Town):
    survivor, merged = await asyncio.gather(a_child(town, 213, goes_on=True), a_child(town, 214))
    own = {one["id"] for one in await merged.entries()}
    merging = {"merged": merged.case, "on": "2025-06-02"}
    await survivor.by(FEDERATION, "screening", "/v1/cases/{case}/merges", merging)
    await survivor.tells("identity_merged")
    await at_rest(survivor, merged)
    assert await shown_together(survivor, merged)
    assert own <= {one["id"] for one in await survivor.entries()}

    undoing = f"/v1/cases/{{case}}/merges/{merged.case}/undoing"
    await survivor.by(FEDERATION, "screening", undoing, {"on": "2025-06-09"})
    await survivor.tells("identity_unmerged")
    await at_rest(survivor, merged)
    assert not await shown_together(survivor, merged)
    assert own <= {one["id"] for one in await merged.entries()}
    assert not own & {one["id"] for one in await survivor.entries()}


async def shown_together(survivor: Story, merged: Story) -> bool:
    """Tell whether every stage shows the child under both cases as one; all must say the same."""
    head = await merged.reads(AUDITOR, "timeline", "/v1/cases/{case}")
    suspicions = await listed(merged, FEDERATION, "screening", "/v1/suspicions")
    enrolments = await merged.reads(FEDERATION, "rehab", "/v1/cases/{case}/enrolments")
    views = {
        "timeline": head["shown_under"] == survivor.case and survivor.case in head["same_child"],
        "screening": merged.case not in suspicions,
        "rehab": {one["case_id"] for one in enrolments} == {survivor.case, merged.case},
        "education": await status(merged, EDUCATION, "education", "/v1/cases/{case}/placements") == OK,
        "custody": await status(merged, FEDERATION, "custody", "/v1/cases/{case}/stays") == OK,
    }
    assert len(set(views.values())) == 1, views
    return views["timeline"]


async def test_where_consent_is_withdrawn_later_stages_stop_and_the_timeline_masks(town: Town):
    story = await a_child(town, 215)
    lists = (
        (FEDERATION, "custody", CANDIDATES),
        (EDUCATION, "education", UNPLACED),
    )
    consent = {"basis": "guardian_consent", "given_on": SCREENED.isoformat()}
    await story.by(CLINIC, "screening", "/v1/cases/{case}/consents", consent)
    for place in lists:
        await becomes(story, *place)
    await story.by(CLINIC, "screening", "/v1/cases/{case}/consents/withdrawal", {"withdrawn_on": "2025-06-02"})
    for place in lists:
        await becomes(story, *place, shown=False)
    await eventually(lambda: masked(story), within=PATIENCE_S)
    assert {one["detail"] for one in await story.entries()} == {"full"}
    assert [one for one in await story.entries(FEDERATION) if "fact" in one and one["lane"] == "screening"] == []

    await story.by(CLINIC, "screening", "/v1/cases/{case}/consents", consent | {"given_on": "2025-06-16"})
    for place in lists:
        await becomes(story, *place)
    await at_rest(story)


async def masked(story: Story) -> bool:
    return (await story.reads(FEDERATION, "timeline", "/v1/cases/{case}"))["masked"] is True


async def test_an_erased_child_is_in_no_database_and_the_chains_still_hold(town: Town):
    story = await a_child(town, 217, goes_on=True)
    await with_words(story)
    canaries = (Plan(217),)
    stored = {service: await everything_stored(town, service) for service in NAMES}
    assert {service for service, content in stored.items() if WORDS.encode() in content} == {"rehab", "education"}
    async with await privacy_officer(town) as office:
        basis = {"basis": "guardian_request"}
        await office.post("privacy", "screening", f"/v1/cases/{story.case}/erasure", basis, key="erasure")
    await story.tells("child_erased")
    await at_rest(story)
    stored = {service: await everything_stored(town, service) for service in NAMES}
    assert {service for service, content in stored.items() if WORDS.encode() in content} == set()
    assert {service: words for service, content in stored.items() if (words := found(content, canaries))} == {}
    keys = await town.fetch("custody", "SELECT wrapped_key FROM child_key WHERE case_id = $1", UUID(story.case))
    assert [row[0] for row in keys] == [None]
    checked = await asyncio.to_thread(lambda: list(mending.verify(town.stack.installation, PRODUCERS)))
    assert [(one.service, one.verdict.faults) for one in checked] == [(service, 0) for service in PRODUCERS]


async def with_words(story: Story) -> None:
    """Say something about the child in words at every stage that keeps any."""
    await story.trained(date(2025, 4, 28), discipline="behavioural", words=WORDS)
    (placement,) = await story.reads(EDUCATION, "education", "/v1/cases/{case}/placements")
    dispute = {"raised_on": "2025-05-12", "note": WORDS}
    await story.by(EDUCATION, "education", f"/v1/placements/{placement['id']}/disputes", dispute)
    (stay,) = await story.reads(CARE_HOME, "custody", "/v1/cases/{case}/stays")
    incident = {"level": "minor", "kind": "other", "at": moment(date(2025, 5, 13)), "words": WORDS}
    await story.by(CARE_HOME, "custody", f"/v1/stays/{stay['id']}/incidents", incident)


async def privacy_officer(town: Town) -> Callers:
    """Return somebody of the federation who may erase a child: no machine of the demo may."""
    form = {"grant_type": "password", "username": ADMINISTRATOR, "password": town.stack.home.secret(ADMINISTRATOR)}
    url = town.stack.urls["directory"]
    token = (await town.http.post(f"{url}/v1/token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "journey/privacy-officer"}
    wanted = {"organisation": str(town.city.ids[FEDERATION]), "label": "invented", "roles": [Role.PRIVACY_OFFICER]}
    answer = await town.http.post(f"{url}/v1/clients/batch", headers=headers, json={"clients": [wanted]})
    (client,) = answer.json()["clients"]
    return Callers(town.stack.urls, {"privacy": Credentials(client["id"], client["secret"])}, "journey-privacy")
