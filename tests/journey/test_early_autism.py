"""Journey 1: autism, seen at eighteen months, confirmed after two rechecks, trained, evaluated, claimed and paid."""

from datetime import date, timedelta

import pytest

from deploy.simulator.sending import person
from tests.journey.story import CENTRE, CLINIC, COUNTY, FEDERATION, HOSPITAL, MCH, Story, quotients
from tests.journey.town import Town

BORN = date(2024, 1, 20)
ANSWERED_LIKE_MOST = {str(item): item not in {11, 18, 20, 22} for item in range(1, 24)}
"""M-CHAT-23 without a failed item: yes to all but four."""
NOT_POINTING = ANSWERED_LIKE_MOST | {"7": False, "9": False, "13": False}
ENROLLED, CYCLE = date(2026, 2, 16), date(2026, 1, 1)
CITY_FEDERATION = "federation-3716"


@pytest.fixture(scope="module")
async def story(town: Town) -> Story:
    await town.designate(CENTRE, FEDERATION, 2026)
    story = Story(town, 901, BORN)
    await story.registered(date(2025, 8, 1))
    return story


async def test_the_way_to_a_diagnosis_goes_through_two_rechecks(story: Story):
    """18 months: a warning sign; 75 in the scale: again within 3 months; undetermined: again after 2 (孤独症规范)."""
    await story.screened(date(2025, 8, 1), "autism", "M18-3")
    await story.referred(date(2025, 8, 1), "autism", "rescreening", CLINIC, MCH)
    await rescreened(story, date(2025, 8, 12), quotients(total=75), ANSWERED_LIKE_MOST)
    await rescreened(story, date(2025, 11, 5), quotients(total=66, social=60), NOT_POINTING)
    await story.referred(date(2025, 11, 5), "autism", "diagnosis", MCH, HOSPITAL)
    undetermined = {"on": "2025-11-25", "outcome": "undetermined", "cars": "29.5"}
    await story.by(HOSPITAL, "screening", story.suspicion("autism", "diagnoses"), undetermined)
    await story.confirmed(date(2026, 1, 26), "autism", cars="33.5")
    due = [(fact["basis"], fact["due_on"]) for fact in await story.facts("recheck_scheduled", at_least=3)]
    assert due[:2] == [("borderline", "2025-11-12"), ("undetermined_diagnosis", "2026-01-25")]
    assert due[2] == ("follow_up", "2026-04-26")
    rescreenings = await story.facts("rescreening_recorded", at_least=2)
    assert [fact["outcome"] for fact in rescreenings] == ["borderline", "abnormal"]


async def test_training_stands_on_assessment_plan_and_evaluations(story: Story):
    """Baseline, a plan with goals, eighteen days of March, and the evaluation of month three."""
    await story.approved(date(2026, 2, 2), date(2026, 2, 9), "autism")
    await story.enrolled(ENROLLED)
    enrolment = f"/v1/enrolments/{story.records['enrolment']}"
    assessed = {
        "assessor": person("assessor"), "assessed_on": ENROLLED.isoformat(), "outcome": "suitable",
        "recommended_mode": "centralised",
    }  # fmt: skip
    await story.by(CENTRE, "rehab", f"{enrolment}/assessments", assessed)
    goals = [
        {"term": "long", "icf": "d310", "words": "听懂两步指令"},
        {"term": "mid", "icf": "d710", "words": "轮流游戏"},
        {"term": "short", "icf": "b122", "words": "对名字有反应"},
    ]
    plan = {
        "signed_on": ENROLLED.isoformat(), "valid_from": ENROLLED.isoformat(), "valid_until": "2026-08-15",
        "planned_days_per_month": 20, "goals": goals,
    }  # fmt: skip
    await story.by(CENTRE, "rehab", f"{enrolment}/care-plans", plan)
    await story.evaluated(ENROLLED, "baseline", "34.0")
    for day in weekdays(date(2026, 3, 2), 18):
        await story.trained(day, discipline="behavioural")
    await story.evaluated(date(2026, 5, 18), "stage", "31.5")
    await story.tells("assessment_recorded", "care_plan_signed", "stage_evaluation_recorded")
    assert "听懂两步指令" not in str(await story.entries())
    series = await story.reads(CENTRE, "rehab", "/v1/cases/{case}/score-series")
    assert [(one["instrument"], one["direction"], one["trend"]) for one in series] == [("cars", "lower", "better")]


async def test_a_quarter_is_claimed_audited_by_somebody_else_and_paid(story: Story):
    """March had eighteen attended days: a full month, so the cap, a tenth of 20,000 yuan (handbook §3.2)."""
    query = {"county": COUNTY, "cycle": CYCLE.isoformat()}
    proposal = await story.reads(CENTRE, "rehab", "/v1/claims/proposal", **query)
    (line,) = [one for one in proposal["items"] if one["case_id"] == story.case]
    assert (line["month"], line["attended_days"], line["amount"]) == ("2026-03", 18, 200_000)
    claim = {
        "county": COUNTY, "cycle_from": CYCLE.isoformat(), "submitted_on": "2026-04-07",
        "lines": [{"month": line["month"], "enrolment": line["enrolment"]}],
    }  # fmt: skip
    claimed = await story.by(CENTRE, "rehab", "/v1/claims", claim)
    path = f"/v1/claims/{claimed['record']}"
    lines = (await story.facts("claim_submitted"))[0]["lines"]
    audit = {"audited_on": "2026-04-20", "lines": [{"line": lines[0]["line"], "verdict": "accepted"}]}
    assert await story.refused(FEDERATION, "rehab", f"{path}/audit", audit) == "not-allowed"
    await story.by(CITY_FEDERATION, "rehab", f"{path}/audit", audit)
    await story.by(CITY_FEDERATION, "rehab", f"{path}/payments", {"paid_on": "2026-05-06"})
    paid = (await story.facts("payment_made"))[0]
    assert (paid["amount"], paid["payee"]) == (200_000, "institution")
    assert (await story.reads(CENTRE, "rehab", path))["claim"]["state"] == "paid"


async def rescreened(story: Story, on: date, scale: dict[str, int], m_chat: dict[str, bool]) -> None:
    body = {"on": on.isoformat(), "concerns": [], "cdss_ii": scale, "m_chat_23": m_chat}
    await story.by(MCH, "screening", story.suspicion("autism", "rescreenings"), body)


def weekdays(first: date, count: int) -> list[date]:
    days = (first + timedelta(days=number) for number in range(60))
    return [day for day in days if day.isoweekday() <= 5][:count]
