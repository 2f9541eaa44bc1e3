"""The chain moves by itself: what each stage and the timeline do when another stage says something (docs/events.md).

Every test ends at rest: all stages have heard all, and nobody says anything more because of what others said.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from deploy.cli import mending
from deploy.local.stack import ADMINISTRATOR
from deploy.services import NAMES, PRODUCERS
from deploy.simulator.callers import Callers, Credentials
from shared.access.policy import Role
from shared.testing.eventually import eventually
from tests.journey.children import BORN, DIAGNOSED, IN_CARE, SCREENED, Plan
from tests.journey.story import (
    CARE_HOME,
    CENTRE,
    CLINIC,
    COUNTY,
    EDUCATION,
    FEDERATION,
    HOSPITAL,
    MCH,
    OTHER_COUNTY,
    Story,
    moment,
)
from tests.journey.test_privacy import everything_stored, found
from tests.journey.town import AUDITOR, PATIENCE_S, Town, kind

WORDS = "金丝雀不肯午睡，外婆金丝雀说了"
THIRD_COUNTY = "371681"
DIED = "2025-05-20"
REST_S = 0.5
OK = 200


async def a_child(town: Town, number: int, *, goes_on: bool = False) -> Story:
    """Send a child as far as its enrolment, or on to school and care."""
    sent = await town.send_child(Plan(number, goes_on=goes_on).child())
    await town.handed_over(sent.case)
    return Story(town, number, BORN, case=sent.case, records={"enrolment": sent.enrolment})


async def said(story: Story) -> Counter[str]:
    """Count what all producers have recorded of a child, by kind."""
    recorded = await story.town.recorded(story.case)
    return Counter(kind(fact) for facts in recorded.values() for fact in facts)


async def heard(story: Story) -> bool:
    """Tell whether every stage that follows a child has applied all that the others recorded of it."""
    case = UUID(story.case)
    last = "SELECT last_seq FROM case_stream WHERE case_id = $1"
    told = {one: sum(row[0] for row in await story.town.fetch(one, last, case)) for one in PRODUCERS}
    applied = "SELECT producer, sum(last_seq) AS n FROM stream_position WHERE case_id = $1 GROUP BY producer"
    rows = [row for one in PRODUCERS for row in await story.town.fetch(one, applied, case)]
    return all(row["n"] == told[row["producer"]] for row in rows) and await story.town.is_assessed(story.case)


async def at_rest(*stories: Story) -> None:
    """Wait until all is heard, and see that after that nobody says any more."""
    for story in stories:
        await eventually(lambda one=story: heard(one), within=PATIENCE_S)
    before = [await said(story) for story in stories]
    await asyncio.sleep(REST_S)
    assert [await said(story) for story in stories] == before
    assert all([await heard(story) for story in stories])


async def listed(story: Story, who: str, service: str, path: str) -> set[str]:
    """Return the cases of a whole list, page by page."""
    cases: set[str] = set()
    after: Mapping[str, Any] = {}
    while True:
        page = await story.reads(who, service, path, limit=200, **after)
        cases |= {item["case_id"] for item in page["items"]}
        if page["next"] is None:
            return cases
        after = {"after": page["next"]}


async def becomes(story: Story, who: str, service: str, path: str, *, shown: bool) -> None:
    """Wait until a child stands in a list, or no longer does."""

    async def so() -> bool:
        return (story.case in await listed(story, who, service, path)) is shown

    await eventually(so, within=PATIENCE_S)


async def status(story: Story, who: str, service: str, path: str) -> int:
    return (await story.town.ask(who, service, path.replace("{case}", story.case))).status_code


async def test_a_child_in_rehabilitation_is_shown_to_those_who_offer_care_until_it_is_admitted(town: Town):
    story = await a_child(town, 211)
    for who in (CENTRE, FEDERATION):
        await becomes(story, who, "custody", "/v1/care-candidates", shown=True)
    assert story.case not in await listed(story, CARE_HOME, "custody", "/v1/care-candidates")
    papers = ["guardian_contract", "health_check", "allergy_and_medication_list", "emergency_contacts", "pick_up_list"]
    body = {"mode": "day", "admitted_on": IN_CARE.isoformat(), "papers": papers}
    await story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", body)
    await becomes(story, FEDERATION, "custody", "/v1/care-candidates", shown=False)
    await at_rest(story)


async def test_what_nobody_does_becomes_a_duty_of_whoever_should(town: Town):
    """A centre that logs nothing, an authority that places no child: nobody has to notice it first."""
    story = await a_child(town, 212)

    async def owed() -> bool:
        rules = {one["rule"]: one for one in await story.facts("duty_opened")}
        return {"silence", "placement-due"} <= set(rules)

    await eventually(owed, within=PATIENCE_S)
    opened = {one["rule"]: one for one in await story.facts("duty_opened")}
    assert opened["silence"]["owner"] == str(town.city.ids[CENTRE])
    assert (opened["placement-due"]["owner_kind"], opened["placement-due"]["county"]) == ("education_authority", COUNTY)
    await at_rest(story)


async def test_a_slip_that_nobody_answers_is_the_senders_and_is_missed(town: Town):
    """The receiver has it on its list; the day passes; the sender still owes the child."""
    story = Story(town, 921, date(2023, 2, 8))
    await story.registered(date(2026, 3, 2))
    await story.screened(date(2026, 3, 2), "autism", "M36-1")
    slip = {"step": "rescreening", "receiver": str(town.city.ids[MCH]), "on": "2026-03-02"}
    record = (await story.by(CLINIC, "screening", story.suspicion("autism", "referrals"), slip))["record"]
    missed = [one["level"] for one in await story.facts("duty_missed") if one["rule"] == "referral-answer"]
    assert missed[0] == "county"
    owners = {one["rule"]: one["owner"] for one in await story.facts("duty_opened")}
    assert owners["referral-answer"] == str(town.city.ids[MCH])
    assert owners["rescreening-trace"] == str(town.city.ids[CLINIC])
    await story.by(MCH, "screening", f"/v1/referrals/{record}/acceptance", {"on": "2026-04-20"})
    (met,) = [one for one in await story.facts("duty_met") if one["rule"] == "referral-answer"]
    assert met["outcome"] == "late"
    await at_rest(story)


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
    enrolments = await merged.reads(FEDERATION, "rehab", "/v1/cases/{case}/enrolments")
    views = {
        "timeline": head["shown_under"] == survivor.case and survivor.case in head["same_child"],
        "rehab": {one["case_id"] for one in enrolments} == {survivor.case, merged.case},
        "education": await status(merged, EDUCATION, "education", "/v1/cases/{case}/placements") == OK,
        "custody": await status(merged, FEDERATION, "custody", "/v1/cases/{case}/stays") == OK,
    }
    assert len(set(views.values())) == 1, views
    return views["timeline"]


async def test_where_consent_is_withdrawn_later_stages_stop_and_the_timeline_masks(town: Town):
    story = await a_child(town, 215)
    lists = (
        (FEDERATION, "custody", "/v1/care-candidates"),
        (EDUCATION, "education", "/v1/school-age/unplaced"),
    )
    consent = {"basis": "guardian_consent", "given_on": SCREENED.isoformat()}
    await story.by(CLINIC, "screening", "/v1/cases/{case}/consents", consent)
    for place in lists:
        await becomes(story, *place, shown=True)
    await story.by(CLINIC, "screening", "/v1/cases/{case}/consents/withdrawal", {"withdrawn_on": "2025-06-02"})
    for place in lists:
        await becomes(story, *place, shown=False)
    await eventually(lambda: masked(story), within=PATIENCE_S)
    assert {one["detail"] for one in await story.entries()} == {"full"}
    assert [one for one in await story.entries(FEDERATION) if "fact" in one and one["lane"] == "screening"] == []

    await story.by(CLINIC, "screening", "/v1/cases/{case}/consents", consent | {"given_on": "2025-06-16"})
    for place in lists:
        await becomes(story, *place, shown=True)
    await at_rest(story)


async def masked(story: Story) -> bool:
    return (await story.reads(FEDERATION, "timeline", "/v1/cases/{case}"))["masked"] is True


async def test_a_death_that_is_told_late_ends_what_runs_in_every_stage_once(town: Town):
    """Custody is down when it is told; when it comes back it ends its stay as the others ended theirs."""
    story = await a_child(town, 216, goes_on=True)
    custody = town.stack.services["custody"]
    await asyncio.to_thread(custody.kill)
    await story.by(HOSPITAL, "screening", "/v1/cases/{case}/death", {"died_on": DIED})
    await story.tells("enrolment_ended", "placement_ended")
    assert (await said(story))["custody_ended"] == 0
    await asyncio.to_thread(custody.start)
    await story.tells("custody_ended")
    await at_rest(story)
    ends = {name: await story.facts(name) for name in ("enrolment_ended", "placement_ended", "custody_ended")}
    assert {name: [one["reason"] for one in facts] for name, facts in ends.items()} == {
        name: ["deceased"] for name in ends
    }
    open_duties = await story.reads(AUDITOR, "timeline", "/v1/cases/{case}/duties", limit=200)
    assert [one["rule"] for one in open_duties["items"] if one["outcome"] is None] == []


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


async def test_a_stage_that_was_down_catches_up_in_order_and_says_nothing_twice(town: Town):
    """Screening goes on while rehab is away: a diagnosis, two moves one after the other, a death."""
    moving, dying = await asyncio.gather(a_child(town, 218), a_child(town, 219))
    found_out = Story(town, 922, date(2021, 2, 8))
    rehab = town.stack.services["rehab"]
    await asyncio.to_thread(rehab.kill)
    await found_out.registered(DIAGNOSED, by=HOSPITAL)
    await found_out.confirmed(DIAGNOSED, "intellectual")
    for region, day in ((OTHER_COUNTY, "2025-05-06"), (THIRD_COUNTY, "2025-05-20")):
        move = {"region": region, "moved_on": day}
        await moving.by(f"federation-{region_before(region)}", "screening", "/v1/cases/{case}/moves", move)
    await dying.by(HOSPITAL, "screening", "/v1/cases/{case}/death", {"died_on": DIED})
    await asyncio.to_thread(rehab.start)

    await found_out.tells("intake_opened")
    await dying.tells("enrolment_ended")
    await at_rest(moving, dying, found_out)
    assert (await said(found_out))["intake_opened"] == 1
    assert (await said(dying))["enrolment_ended"] == 1
    seen = {
        county: await status(moving, f"federation-{county}", "rehab", "/v1/cases/{case}/enrolments")
        for county in (OTHER_COUNTY, THIRD_COUNTY)
    }
    assert seen == {OTHER_COUNTY: 404, THIRD_COUNTY: 200}
    waiting = await town.fetch("rehab", "SELECT count(*) FROM parked_event WHERE case_id = $1", UUID(moving.case))
    assert waiting[0][0] == 0


def region_before(region: str) -> str:
    return {OTHER_COUNTY: COUNTY, THIRD_COUNTY: OTHER_COUNTY}[region]
