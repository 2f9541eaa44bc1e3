"""Journey 8: forged attendance: a therapist who was in two places, found when the second centre enters its sessions."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from deploy.simulator.sending import person
from shared.testing.eventually import eventually
from tests.journey.story import CENTRE, COUNTY, FEDERATION, HOSPITAL, OTHER_CENTRE, Story
from tests.journey.town import AUDITOR, PATIENCE_S, Town

BORN = date(2021, 10, 8)
CITY_FEDERATION = "federation-3716"
THERAPIST = person("therapist in two places")
MARCH = [day for day in (date(2026, 3, 2) + timedelta(days=n) for n in range(26)) if day.isoweekday() <= 5][:17]


async def a_child_at(town: Town, number: int, centre: str) -> Story:
    story = Story(town, number, BORN)
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "autism", cars="37.0")
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "autism")
    await story.enrolled(date(2026, 2, 2), centre)
    for day, checkpoint in (("2026-02-03", "baseline"), ("2026-05-04", "stage")):
        evaluation = {
            "enrolment": story.records["enrolment"], "assessor": person("assessor"), "assessed_on": day,
            "checkpoint": checkpoint, "instrument": "cars", "instrument_version": "1980", "scores": {"total": "37.0"},
        }  # fmt: skip
        await story.by(centre, "rehab", "/v1/cases/{case}/evaluations", evaluation)
    return story


@pytest.fixture(scope="module")
async def paid(town: Town) -> Story:
    """A child whose March was claimed, audited and paid: the file is clean by itself."""
    for centre in (CENTRE, OTHER_CENTRE):
        await town.designate(centre, FEDERATION, 2026)
    story = await a_child_at(town, 908, CENTRE)
    for day in MARCH:
        await story.trained(day, therapist=THERAPIST)
    enrolment = story.records["enrolment"]
    claim = {
        "county": COUNTY, "cycle_from": "2026-01-01", "submitted_on": "2026-04-07",
        "lines": [{"month": "2026-03", "enrolment": enrolment}],
    }  # fmt: skip
    claimed = await story.by(CENTRE, "rehab", "/v1/claims", claim)
    line = (await story.facts("claim_submitted"))[0]["lines"][0]["line"]
    path = f"/v1/claims/{claimed['record']}"
    audit = {"audited_on": "2026-04-20", "lines": [{"line": line, "verdict": "accepted"}]}
    await story.by(CITY_FEDERATION, "rehab", f"{path}/audit", audit)
    payment = await story.by(CITY_FEDERATION, "rehab", f"{path}/payments", {"paid_on": "2026-05-06"})
    story.records |= {"line": line, "payment": payment["record"]}
    return story


async def test_a_therapist_in_two_places_is_found_and_the_money_comes_back(town: Town, paid: Story):
    """Neither file shows it alone; the finding stands in both, a person confirms it, and only then money moves."""
    await town.settled(paid.case)
    assert not await doubted(paid)
    other = await a_child_at(town, 918, OTHER_CENTRE)
    for day in MARCH[:3]:
        await other.trained(day, centre=OTHER_CENTRE, therapist=THERAPIST, at=time(9, 20))
    for story, centre in ((paid, CENTRE), (other, OTHER_CENTRE)):
        flagged = await eventually(lambda story=story: flagged_in(story), within=PATIENCE_S)
        assert flagged[-1]["institution"] == str(town.city.ids[centre])
        assert flagged[-1]["severity"] == "hold"

    finding = (await flagged_in(paid))[-1]["finding"]
    shown = await paid.reads(AUDITOR, "timeline", f"/v1/findings/{finding}")
    assert shown["state"] == "open"
    assert shown["explanation"]["steps"]
    review = {"decision": "confirmed", "reason": "两家机构同一治疗师同一时段均有训练记录，经现场核实，前者未实际开展。"}
    await paid.by(AUDITOR, "timeline", f"/v1/findings/{finding}/reviews", review)
    assert (await paid.facts("finding_reviewed"))[0]["decision"] == "confirmed"
    assert "经现场核实" not in str(await paid.entries())

    demand = {
        "reason": "finding_confirmed", "demanded_on": "2026-11-02",
        "lines": [{"line": paid.records["line"], "amount": 200_000}],
    }  # fmt: skip
    path = f"/v1/payments/{paid.records['payment']}/recoveries"
    demanded = await paid.by(CITY_FEDERATION, "rehab", path, demand)
    assert (await paid.facts("recovery_demanded"))[0]["due_on"] == "2026-12-02", "thirty days"
    back = f"/v1/recoveries/{demanded['record']}/receipt"
    await paid.by(CITY_FEDERATION, "rehab", back, {"recovered_on": "2026-11-16"})
    recovered = (await paid.facts("payment_recovered"))[0]
    assert (recovered["amount"], recovered["reason"]) == (200_000, "finding_confirmed")


async def flagged_in(story: Story) -> list[dict[str, Any]]:
    """Return the facts by which such a finding was raised; they follow the finding by Kafka."""
    return [fact for fact in await story.facts("finding_raised") if fact["rule"] == "F03"]


async def doubted(story: Story) -> bool:
    """Tell whether a finding that the therapist was in two places stands in the child's file."""
    found = await story.reads(AUDITOR, "timeline", "/v1/cases/{case}/findings")
    return "F03" in {item["rule"] for item in found["items"]}
