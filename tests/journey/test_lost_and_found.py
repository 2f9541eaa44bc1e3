"""Journey 10: a child is lost, and traced again."""

from datetime import date

from tests.journey.chain import listed
from tests.journey.story import CLINIC, HOSPITAL, MCH, Story, quotients
from tests.journey.town import Town, kind

BORN = date(2023, 1, 16)
CITY = "health-3716"


async def test_a_child_that_did_not_come_is_traced_lost_found_and_diagnosed(town: Town):
    """Three failed traces lose the case; a neighbour finds the family, and the case goes on where it was lost."""
    story = Story(town, 910, BORN)
    await story.registered(date(2026, 1, 20))
    await story.screened(date(2026, 1, 20), "autism", "M36-1", "M36-2")
    await story.referred(date(2026, 1, 20), "autism", "rescreening", CLINIC, MCH)
    for day in (date(2026, 2, 6), date(2026, 3, 9), date(2026, 4, 9)):
        tracing = {"on": day.isoformat(), "outcome": "not_reached"}
        await story.by(MCH, "screening", story.suspicion("autism", "tracings"), tracing)
    await story.by(MCH, "screening", story.suspicion("autism", "loss"), {"on": "2026-04-10"})
    assert (await story.facts("case_lost"))[0]["state_before"] == "rescreen_referred"

    found = {"on": "2026-06-02", "reason": "family_found"}
    await story.by(MCH, "screening", story.suspicion("autism", "reopening"), found)
    assert (await story.facts("case_reopened"))[0]["state"] == "rescreen_referred"

    rescreening = {"on": "2026-06-08", "concerns": ["language"], "cdss_ii": quotients(total=65, language=58), "abc": 70}
    await story.by(MCH, "screening", story.suspicion("autism", "rescreenings"), rescreening)
    await story.referred(date(2026, 6, 8), "autism", "diagnosis", MCH, HOSPITAL)
    await story.confirmed(date(2026, 6, 20), "autism", cars="36.5")
    told = [kind(entry) for entry in reversed(await story.tells("intake_opened"))]
    assert told.index("case_lost") < told.index("case_reopened") < told.index("diagnosis_recorded")
    assert told.count("tracing_attempted") == 3

    period = {"since": "2026-01-20", "until": "2026-06-30"}
    up = {"initial_abnormal": MCH, "rescreening_abnormal": CITY, "diagnosis_results": CITY}
    for register, reader in up.items():
        assert story.case in await listed(story, reader, "screening", f"/v1/registers/{register}", **period)
    down = await story.reads(CLINIC, "screening", "/v1/feedback", limit=200)
    (line,) = [one for one in down["items"] if one["case"] == story.case]
    assert (line["state"], line["diagnosed_on"]) == ("confirmed", "2026-06-20")


async def test_a_refusal_that_closes_the_case_is_told_with_its_reason(town: Town):
    """The family refuses with a signature; whoever reads the timeline sees that the case closed, and why."""
    story = Story(town, 911, BORN)
    await story.registered(date(2026, 1, 20))
    await story.screened(date(2026, 1, 20), "autism", "M36-1", "M36-2")
    refused = {"on": "2026-02-02", "reason": "guardian_refused", "guardian_signed_on": "2026-02-01"}
    await story.by(CLINIC, "screening", story.suspicion("autism", "closure"), refused)
    closed = next(entry for entry in await story.tells("case_closed") if kind(entry) == "case_closed")
    assert closed["fact"]["data"]["reason"] == "guardian_refused"
