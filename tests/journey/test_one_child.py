"""One child from the first suspicion to sessions, school and care, through six processes."""

from collections import Counter
from datetime import timedelta

from shared import clock
from shared.testing.eventually import eventually
from tests.journey import children
from tests.journey.children import (
    APPLIED,
    APPROVED,
    AT_SCHOOL,
    BORN,
    CLINIC,
    DIAGNOSED,
    ENROLLED,
    IN_CARE,
    PLACED,
    RESCREENED,
    SCHOOL_DAYS,
    SCREENED,
    SESSION_DAYS,
)
from tests.journey.town import AUDITOR, PATIENCE_S, Town, Traveller, kind, reaches

WAY = [
    (SCREENED, "child_registered"),
    (SCREENED, "screening_recorded"),
    (SCREENED, "referral_issued"),
    (SCREENED + timedelta(days=2), "referral_accepted"),
    (RESCREENED, "rescreening_recorded"),
    (RESCREENED, "referral_issued"),
    (RESCREENED + timedelta(days=3), "referral_accepted"),
    (DIAGNOSED, "diagnosis_recorded"),
    (DIAGNOSED, "recheck_scheduled"),
    (DIAGNOSED, "intake_opened"),
    (DIAGNOSED, "school_age_watch_opened"),
    (APPLIED, "application_submitted"),
    (APPROVED, "assistance_approved"),
    (ENROLLED, "enrolment_started"),
    (ENROLLED, "case_handed_over"),
    (ENROLLED, "stage_evaluation_recorded"),
    *((day, "session_recorded") for day in SESSION_DAYS),
    (PLACED, "placement_decided"),
    *((day, "attendance_recorded") for day in SCHOOL_DAYS),
    (IN_CARE, "custody_admitted"),
]
"""The whole way: on which day what happened."""


async def test_the_timeline_shows_every_fact_of_the_way_once(town: Town, traveller: Traveller):
    entries = [entry for entry in await town.settled(traveller.case) if entry["lane"] != "findings"]
    shown = Counter((entry["day"], kind(entry)) for entry in entries)
    assert shown == Counter((day.isoformat(), what) for day, what in WAY)


async def test_the_timeline_holds_exactly_what_the_stages_recorded_in_their_order(town: Town, traveller: Traveller):
    entries = await town.settled(traveller.case)
    recorded = await town.recorded(traveller.case)
    assert len({entry["id"] for entry in entries}) == len(entries)
    for producer, facts in recorded.items():
        shown = [entry["fact"] for entry in entries if entry["fact"]["source"] == f"/tongkang/{producer}"]
        assert sorted(shown, key=lambda fact: int(fact["sequence"])) == facts
    assert len(entries) == sum(map(len, recorded.values()))


async def test_the_newest_comes_first_and_what_happened_at_one_time_in_the_order_of_recording(
    town: Town, traveller: Traveller
):
    entries = await town.settled(traveller.case)
    places = [(entry["occurred_at"], entry["id"]) for entry in entries]
    assert places == sorted(places, reverse=True)
    assert kind(entries[-1]) == "child_registered"


async def test_the_head_of_the_case_says_where_the_child_stands(town: Town, traveller: Traveller):
    await town.settled(traveller.case)
    head = (await town.ask(AUDITOR, "timeline", f"/v1/cases/{traveller.case}")).json()
    assert head["county"] == children.COUNTY
    assert head["age_years"] >= clock.today().year - BORN.year - 1
    assert head["states"] == {"autism": "handed_over"}
    assert {str(town.city.ids[key]) for key in (CLINIC, children.CENTRE, children.SCHOOL, children.CARE_HOME)} <= {
        part["organisation"] for part in head["participants"]
    }


async def test_complete_to_moves_on_by_itself(town: Town, traveller: Traveller):
    await town.settled(traveller.case)
    now = clock.now()
    await eventually(lambda: town.is_complete(traveller.case, now), within=PATIENCE_S)
    stamp = (await town.ask(AUDITOR, "timeline", f"/v1/cases/{traveller.case}")).json()["completeness"]
    assert [one["producer"] for one in stamp["producers"] if not reaches(one, now)] == []


async def test_the_first_screener_sees_that_its_child_was_handed_over(town: Town, traveller: Traveller):
    await town.settled(traveller.case)
    entries = await town.entries(CLINIC, traveller.case)
    handed_over = next(entry for entry in entries if kind(entry) == "case_handed_over")
    assert handed_over["fact"]["data"]["institution"] == str(town.city.ids[children.CENTRE])
    later = next(entry for entry in entries if kind(entry) == "enrolment_started")
    assert later["detail"] == "reduced"
    assert "fact" not in later
    assert later["day"] == ENROLLED.isoformat()
    assert AT_SCHOOL.isoformat() in {entry["day"] for entry in entries if entry["lane"] == "schooling"}
