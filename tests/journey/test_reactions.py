"""The chain moves by itself: what a diagnosis, a slip, an enrolment, silence and absence set going (docs/journeys.md).

Every test ends at rest: all stages have heard all, twice, and nobody says anything more because of what others said.
"""

from datetime import date, time

from deploy.simulator.sending import care_sheet
from tests.journey.chain import CANDIDATES, UNPLACED, a_child, a_diagnosed_child, at_rest, becomes, causes, listed
from tests.journey.children import BORN, DIAGNOSED, ENROLLED, IN_CARE
from tests.journey.story import (
    CARE_HOME,
    CENTRE,
    CLINIC,
    COUNTY,
    EDUCATION,
    FEDERATION,
    HEALTH,
    HOSPITAL,
    MCH,
    Story,
    moment,
)
from tests.journey.town import AUDITOR, Town

AWAY_FROM, AWAY_UNTIL = date(2025, 5, 11), date(2025, 5, 13)
ADMITTED, DISCHARGED = date(2025, 5, 13), date(2025, 5, 16)
DIED = date(2025, 5, 16)
TRAINED = {"F11": date(2025, 5, 12), "F04": date(2025, 5, 15), "F05": date(2025, 5, 19)}
"""Sessions that were recorded in good faith, and the rule that a late fact makes of each."""


async def test_a_confirmed_diagnosis_reaches_the_county_and_the_school_authority_with_a_clock(town: Town):
    """The federation has the family to speak to by a day; the authority has a child to place."""
    story = await a_diagnosed_child(town, 221)
    (intake,) = await story.facts("intake_opened")
    assert (intake["county"], intake["category"]) == (COUNTY, "autism")
    assert intake["contact_due_on"] > DIAGNOSED.isoformat()
    await becomes(story, FEDERATION, "rehab", "/v1/intakes")
    owed = (await listed(story, FEDERATION, "rehab", "/v1/worklist"))[story.case]
    assert (owed["due_on"], owed["urgency"]) == (intake["contact_due_on"], "overdue")
    await becomes(story, EDUCATION, "education", UNPLACED)
    assert story.case not in await listed(story, "education-371603", "education", UNPLACED)
    diagnosis = [one["id"] for one in await story.entries() if one["type"].endswith("diagnosis_recorded.v1")]
    assert await causes(story, "rehab", "intake_opened") == diagnosis
    assert await causes(story, "education", "school_age_watch_opened") == diagnosis
    await at_rest(story)


async def test_a_slip_is_work_for_the_receiver_and_the_childs_owner_stays_the_sender_until_it_is_accepted(town: Town):
    """Nobody answers it; the day passes, and it is shown to the county and to the health authority."""
    story = Story(town, 921, date(2023, 2, 8))
    await story.registered(date(2026, 3, 2))
    await story.screened(date(2026, 3, 2), "autism", "M36-1")
    slip = {"step": "rescreening", "receiver": str(town.city.ids[MCH]), "on": "2026-03-02"}
    record = (await story.by(CLINIC, "screening", story.suspicion("autism", "referrals"), slip))["record"]
    received = (await listed(story, MCH, "screening", "/v1/referrals", direction="received", expired=True))[story.case]
    assert (received["id"], received["escalation"]) == (record, "health_authority")
    assert story.case in await listed(story, HEALTH, "screening", "/v1/referrals", expired=True)
    assert await owners(story) == {CLINIC}
    missed = [one["level"] for one in await story.facts("duty_missed") if one["rule"] == "referral-answer"]
    assert missed[0] == "county"
    owed = {one["rule"]: one["owner"] for one in await story.facts("duty_opened")}
    assert owed["referral-answer"] == str(town.city.ids[MCH])
    assert owed["rescreening-trace"] == str(town.city.ids[CLINIC])
    await story.by(MCH, "screening", f"/v1/referrals/{record}/acceptance", {"on": "2026-04-20"})
    assert await owners(story) == {MCH}
    referred, met = await story.facts("duty_met", at_least=2)
    assert (referred["rule"], met["rule"]) == ("referral-due", "referral-answer")
    assert met["outcome"] == "late"
    await at_rest(story)


async def owners(story: Story) -> set[str]:
    """Return which of sender and receiver has the child's suspicion as its own."""
    whose = {who: await listed(story, who, "screening", "/v1/suspicions", mine=True) for who in (CLINIC, MCH)}
    return {who for who, cases in whose.items() if story.case in cases}


async def test_an_enrolment_is_told_to_the_first_screener_and_shown_to_those_who_offer_care(town: Town):
    story = await a_child(town, 211)
    handed_over = (await story.facts("case_handed_over", CLINIC))[0]
    assert handed_over["institution"] == str(town.city.ids[CENTRE])
    for who in (CENTRE, FEDERATION):
        await becomes(story, who, "custody", CANDIDATES)
    assert story.case not in await listed(story, CARE_HOME, "custody", CANDIDATES)
    papers = ["guardian_contract", "health_check", "allergy_and_medication_list", "emergency_contacts", "pick_up_list"]
    body = {"mode": "day", "admitted_on": IN_CARE.isoformat(), "papers": papers}
    await story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", body)
    await becomes(story, FEDERATION, "custody", CANDIDATES, shown=False)
    await at_rest(story)


async def test_what_nobody_does_becomes_a_duty_of_whoever_should(town: Town):
    """A centre that logs nothing, an authority that places no child: nobody has to notice it first."""
    story = await a_child(town, 212)
    for who, rule in ((FEDERATION, "continuation"), (FEDERATION, "placement-due"), (EDUCATION, "placement-due")):
        await becomes(story, who, "timeline", "/v1/duties", rule=rule, standing="overdue")
    await at_rest(story)
    opened = {one["rule"]: one for one in await story.facts("duty_opened")}
    assert opened["silence"]["owner"] == str(town.city.ids[CENTRE])
    assert (opened["placement-due"]["owner_kind"], opened["placement-due"]["county"]) == ("education_authority", COUNTY)
    levels = [one["level"] for one in await story.facts("duty_missed") if one["rule"] == "placement-due"]
    assert levels[0] == "county"
    # The approved period of the enrolment is over by now: a session can be logged no more.
    (over,) = [one for one in await story.facts("duty_met") if one["rule"] == "silence"]
    assert (over["outcome"], over.get("met_by")) == ("void", None)


async def test_leave_hospital_and_death_that_are_told_late_change_the_verdict_on_sessions_recorded_before(town: Town):
    story = Story(town, 220, BORN, case=(await a_child(town, 220)).case)
    await in_care_and_training(story)
    await at_rest(story)
    assert await flagged(story) == {}

    leave = {"kind": "hospital", "starts_at": moment(AWAY_FROM), "expected_back_at": moment(AWAY_UNTIL)}
    left = await story.by(CARE_HOME, "custody", f"/v1/stays/{story.records['stay']}/leaves", leave)
    back = {"at": moment(AWAY_UNTIL, time(18))}
    await story.by(CARE_HOME, "custody", f"/v1/leaves/{left['record']}/return", back)
    stay = {"admitted_on": ADMITTED.isoformat(), "discharged_on": DISCHARGED.isoformat()}
    await story.by(HOSPITAL, "screening", "/v1/cases/{case}/hospital-stays", stay)
    await story.by(HOSPITAL, "screening", "/v1/cases/{case}/death", {"died_on": DIED.isoformat()})
    await story.tells("custody_ended", "enrolment_ended")
    await at_rest(story)

    found = await flagged(story)
    assert {rule: one["first_day"] for rule, one in found.items()} == {
        rule: day.isoformat() for rule, day in TRAINED.items()
    }
    told = {entry["id"]: entry["type"].split(".")[2] for entry in await story.entries()}
    late = {rule: {told[fact] for fact in one["evidence"]} - {"session_recorded"} for rule, one in found.items()}
    assert late == {
        "F11": {"leave_started", "leave_ended"},
        "F04": {"hospital_admitted", "hospital_discharged"},
        "F05": {"death_registered"},
    }


async def in_care_and_training(story: Story) -> None:
    """Admit a child that is in training, and log its sessions, before anybody says where it was."""
    enrolments = await story.reads(CENTRE, "rehab", "/v1/cases/{case}/enrolments")
    story.records["enrolment"] = enrolments[0]["id"]
    assert enrolments[0]["started_on"] == ENROLLED.isoformat()
    sheet = care_sheet(story.person, IN_CARE)
    body = {"mode": "weekday_boarding", "admitted_on": IN_CARE.isoformat(), "sheet": sheet}
    story.records["stay"] = (await story.by(CARE_HOME, "custody", "/v1/cases/{case}/stays", body))["record"]
    for day in (date(2025, 5, 8), *TRAINED.values()):
        await story.trained(day)


async def flagged(story: Story) -> dict[str, dict[str, object]]:
    """Return the open findings that are about where the child was, by rule, as the auditor reads them."""
    found = await story.reads(AUDITOR, "timeline", "/v1/cases/{case}/findings", limit=200)
    return {one["rule"]: one for one in found["items"] if one["rule"] in TRAINED}
