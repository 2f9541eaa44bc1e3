"""Journey 9: a death is registered six weeks late, and everything that was claimed to have happened since is seen."""

from datetime import date, time

import pytest

from deploy.simulator.sending import care_sheet
from tests.journey.story import CARE_HOME, CENTRE, COUNTY, EDUCATION, FEDERATION, HOSPITAL, ORDINARY_SCHOOL, Story
from tests.journey.town import Town

BORN = date(2021, 11, 2)
DIED, REGISTERED = date(2026, 5, 10), date(2026, 6, 24)
CITY_FEDERATION = "federation-3716"


@pytest.fixture(scope="module")
async def story(town: Town) -> Story:
    """A child in training, in care and placed in a kindergarten; two sessions were logged after its death."""
    await town.designate(CENTRE, FEDERATION, 2026)
    story = Story(town, 909, BORN)
    await story.registered(date(2026, 1, 12), by=HOSPITAL)
    await story.confirmed(date(2026, 1, 12), "autism", cars="37.0")
    await story.approved(date(2026, 1, 19), date(2026, 1, 26), "autism")
    await story.enrolled(date(2026, 2, 2))
    admitted = {"mode": "day", "admitted_on": "2026-02-09", "sheet": care_sheet(story.person, date(2026, 2, 9))}
    await story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", admitted)
    placement = {
        "mode": "preschool_inclusive", "school": str(town.city.ids[ORDINARY_SCHOOL]), "reasons": {},
        "decided_on": "2026-02-16", "starts_on": "2026-03-02",
    }  # fmt: skip
    await story.by(EDUCATION, "education", "/v1/cases/{case}/placements", placement)
    for day in (date(2026, 5, 8), date(2026, 5, 12), date(2026, 6, 3)):
        await story.trained(day, at=time(15))
    return story


async def test_every_stage_ends_what_it_does_and_the_sessions_after_the_death_are_flagged(story: Story):
    """The fact comes late and changes the verdict on what is recorded already; the session before it stays clean."""
    death = {"died_on": DIED.isoformat()}
    await story.by(HOSPITAL, "screening", "/v1/cases/{case}/death", death)
    await story.tells("enrolment_ended", "placement_ended", "custody_ended", "case_closed")
    # Training and schooling end with the day of death; of a stay, the day of leaving is no longer part.
    last = {"enrolment_ended": "2026-05-11", "placement_ended": "2026-05-11", "custody_ended": DIED.isoformat()}
    for name, day in last.items():
        ended = await story.facts(name)
        assert [(fact["ended_on"], fact["reason"]) for fact in ended] == [(day, "deceased")], name
    found = await story.facts("finding_raised", at_least=2)
    flagged = sorted((fact["first_day"], fact["severity"]) for fact in found if fact["rule"] == "F05")
    assert flagged == [("2026-05-12", "hold"), ("2026-06-03", "hold")]


async def test_open_duties_fall_away_with_the_death(story: Story):
    """Nobody is asked to evaluate a child that died."""
    ended = {fact["duty"]: fact["outcome"] for fact in await story.facts("duty_met")}
    assert "void" in ended.values()
    opened = {fact["duty"] for fact in await story.facts("duty_opened")}
    assert opened <= ended.keys()


async def test_what_is_claimed_for_the_time_after_is_held_and_not_accepted(story: Story):
    """Money waits, nobody is accused by a rule; the auditor decides (handbook §3.7, §0 rule 6)."""
    enrolment = story.records["enrolment"]
    claim = {
        "county": COUNTY, "cycle_from": "2026-04-01", "submitted_on": "2026-07-06",
        "institution": str(story.town.city.ids[CENTRE]),
        "lines": [{"month": "2026-06", "enrolment": enrolment, "amount": 200_000}],
    }  # fmt: skip
    entered = await story.by(FEDERATION, "rehab", "/v1/claims/on-paper", claim)
    held = await story.facts("claim_line_held")
    audit = {"audited_on": "2026-07-20", "lines": [{"line": held[0]["line"], "verdict": "accepted"}]}
    path = f"/v1/claims/{entered['record']}/audit"
    assert await story.refused(CITY_FEDERATION, "rehab", path, audit) == "rehab.line-held"
    rejected = {"line": held[0]["line"], "verdict": "rejected", "reason": "儿童已去世"}
    await story.by(CITY_FEDERATION, "rehab", path, {"audited_on": "2026-07-20", "lines": [rejected]})
    assert (await story.facts("claim_audited"))[0]["lines"][0]["verdict"] == "rejected"
