"""Roll, programmes, roster, change and end of placements, disputes, over HTTP on a real database."""

import asyncio
from uuid import uuid4

import pytest

from shared import clock
from shared.contracts.codes import OrgType
from tests.integration.education.doors import (
    a_day,
    a_school_child,
    an_order,
    attend,
    batch,
    get,
    license_site,
    place,
    post,
    types_of,
)
from tests.support.stages import UNKNOWN, code_of

ENDED = "placement_ended"


@pytest.fixture
def authority(education):
    return education.organisation(OrgType.EDUCATION_AUTHORITY)


@pytest.fixture
def school(education):
    return education.organisation(OrgType.SCHOOL)


@pytest.fixture
async def case(education):
    return await a_school_child(education)


@pytest.fixture
async def placement(education, authority, school, case):
    return (await place(education, authority, case, an_order(school, mode="regular_class"))).json()["record"]


async def enrol(education, actor, placement, on="2023-09-01"):
    return await post(education, actor, f"/v1/placements/{placement}/roll", {"enrolled_on": on})


async def test_the_decision_explains_itself_and_names_the_county(education, authority, school, case):
    order = an_order(school, mode="special_school")
    answer = (await place(education, authority, case, order)).json()
    assert (answer["explanation"]["rule"], answer["explanation"]["outcome"]) == (
        "education.placement-order",
        "special_school",
    )
    codes = [step["code"] for step in answer["explanation"]["steps"]]
    assert codes == ["nearby-ordinary", "designated-ordinary", "chosen"]
    assert (await education.facts(case))[0]["data"]["county"] == "371602"


async def test_a_site_without_a_licence_is_flagged_and_its_partner_school_is_asked_for(education, authority, school):
    site, case = education.organisation(OrgType.REHAB_CENTRE), await a_school_child(education)
    answer = (await place(education, authority, case, an_order(school, site=site))).json()
    assert answer["explanation"]["steps"][-1] | {"en": "", "zh": ""} == {
        "code": "site-licensed",
        "holds": False,
        "en": "",
        "zh": "",
    }
    await license_site(education, authority, site, school)
    other = education.organisation(OrgType.SCHOOL)
    refused = await place(education, authority, case, an_order(other, site=site, starts_on="2024-02-26"))
    assert code_of(refused) == (422, "education.not-the-partner-school")
    accepted = await place(education, authority, case, an_order(school, site=site, starts_on="2024-02-26"))
    assert accepted.json()["explanation"]["steps"][-1]["holds"] is True


async def test_the_school_that_keeps_the_roll_enrols_once(education, school, case, placement):
    answers = await asyncio.gather(*(enrol(education, school, placement) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert code_of(refused) == (409, "education.on-the-roll-before")
    fact = (await education.facts(case))[-1]
    assert fact["type"] == "tongkang.education.school_enrolled.v1"
    expected = {"placement": placement, "school": str(school.organisation), "stage": "compulsory"}
    assert {key: fact["data"][key] for key in expected} == expected


async def test_a_partner_school_enrols_the_child_that_its_site_teaches(education, authority, school, case):
    site = education.organisation(OrgType.REHAB_CENTRE)
    placement = (await place(education, authority, case, an_order(school, site=site))).json()["record"]
    assert (await enrol(education, school, placement)).status_code == 201


@pytest.mark.parametrize(("on", "code"), [("2023-08-31", "education.day-outside-placement"), ("2999-09-01", None)])
async def test_a_child_is_enrolled_inside_its_placement(education, school, placement, on, code):
    before = await education.counts()
    assert code_of(await enrol(education, school, placement, on)) == (422, code or "in-the-future")
    assert await education.counts() == before


def a_programme(school, **changes):
    words = {"goals": ["asks for help", "holds a pen"], "accommodations": ["front row"], "services": []}
    return words | {"reviewer": str(school.person), "agreed_on": "2024-03-01", "resource_room": True} | changes


async def agree(education, school, placement, **changes):
    return await post(education, school, f"/v1/placements/{placement}/ieps", a_programme(school, **changes))


async def test_a_programme_is_a_fact_with_counts_and_its_words_stay_with_the_school(
    education, authority, school, case, placement
):
    assert code_of(await agree(education, school, placement)) == (409, "education.not-on-the-roll")
    await enrol(education, school, placement)
    assert (await agree(education, school, placement)).status_code == 201
    fact = (await education.facts(case))[-1]
    expected = {"term_from": "2024-02-26", "term_until": "2024-07-05", "goals": 2, "resource_room": True}
    assert {key: fact["data"][key] for key in expected} == expected
    assert "pen" not in str(await education.facts(case))
    own, other = [
        (await get(education, actor, f"/v1/cases/{case}/ieps")).json()["items"] for actor in (school, authority)
    ]
    assert own[0]["words"]["goals"] == ["asks for help", "holds a pen"]
    assert (other[0]["goals"], other[0]["words"]) == (2, None)
    assert code_of(await agree(education, school, placement)) == (409, "education.iep-agreed-before")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"goals": []}, "invalid-request"),
        ({"goals": ["x" * 501]}, "invalid-request"),
        ({"resource_room": 1}, "invalid-request"),
        ({"note": "free text"}, "invalid-request"),
        ({"agreed_on": "2999-01-01"}, "in-the-future"),
        ({"term_from": "2024-03-01"}, "education.no-such-term"),
    ],
)
async def test_a_bad_programme_is_refused_and_leaves_no_trace(education, school, placement, changes, code):
    await enrol(education, school, placement)
    before = await education.counts()
    assert code_of(await agree(education, school, placement, **changes)) == (422, code)
    assert await education.counts() == before


async def test_pupils_without_a_programme_this_term_are_listed_until_they_have_one(
    education, authority, school, case, placement
):
    await enrol(education, school, placement)
    for actor in (school, authority):
        (row,) = [row for row in await without_iep(education, actor) if row["case_id"] == str(case)]
        assert (row["id"], row["enrolled_on"]) == (placement, "2023-09-01")
    await agree(education, school, placement, agreed_on=clock.today().isoformat())
    assert await without_iep(education, school) == []


async def without_iep(education, actor):
    return (await get(education, actor, "/v1/pupils/without-iep?limit=200")).json()["items"]


async def test_the_roster_records_the_day_of_every_child_that_has_none(education, authority, school):
    cases = [await a_school_child(education) for _ in range(4)]
    for case in cases:
        await place(education, authority, case, an_order(school, mode="regular_class"))
    await attend(education, school, cases[3], on="2024-03-04", status="leave")
    roster = {"on": "2024-03-04", "absent": [str(cases[1])], "on_leave": [str(cases[2])]}
    answer = (await post(education, school, "/v1/attendance/roster", roster)).json()
    assert (answer["recorded"], answer["refused"]) == (3, 0)
    seen = (await get(education, school, "/v1/attendance/roster?on=2024-03-04")).json()
    assert {row["case"]: row["status"] for row in seen} == dict(
        zip(map(str, cases), ["present", "absent", "leave", "leave"], strict=True)
    )
    for row in seen:
        facts = await education.facts(row["case"])
        assert row["said_by"] == facts[-1]["id"]
    again = await post(education, school, "/v1/attendance/roster", roster)
    assert (again.status_code, again.json()["recorded"]) == (200, 0)
    logged = await education.fetch("SELECT count(*) FROM access_log WHERE organisation = $1", school.organisation)
    assert logged[0][0] == 4


async def test_an_empty_roster_is_empty_and_a_stranger_on_it_is_refused(education, school):
    assert (await get(education, school, "/v1/attendance/roster?on=2024-03-04")).json() == []
    empty = await post(education, school, "/v1/attendance/roster", {"on": "2024-03-04"})
    assert (empty.status_code, empty.json()["results"]) == (200, [])
    before = await education.counts()
    strange = await post(education, school, "/v1/attendance/roster", {"on": "2024-03-04", "absent": [str(uuid4())]})
    assert code_of(strange) == (422, "education.not-on-the-roster")
    assert await education.counts() == before


async def test_arrival_and_departure_stand_in_the_fact(education, school, case, placement):
    times = {"starts_at": "2024-03-04T08:00:00+08:00", "ends_at": "2024-03-04T16:00:00+08:00"}
    assert (await attend(education, school, case, **times)).status_code == 201
    fact = (await education.facts(case))[-1]["data"]
    assert (fact["starts_at"], fact["ends_at"]) == ("2024-03-04T00:00:00Z", "2024-03-04T08:00:00Z")
    (day,) = (await get(education, school, f"/v1/cases/{case}/attendance?month=2024-03")).json()
    assert day["starts_at"] == "2024-03-04T00:00:00Z"
    late = {"on": "2024-03-05", "starts_at": "2024-03-06T08:00:00+08:00"}
    assert code_of(await attend(education, school, case, **late)) == (422, "education.times-outside-the-day")


async def test_a_change_of_placement_ends_the_earlier_both_ways(education, authority, school, case, placement):
    special = an_order(school, mode="special_school", starts_on="2024-02-26")
    await place(education, authority, case, special)
    await place(education, authority, case, an_order(school, mode="regular_class", starts_on="2024-09-02"))
    facts = [fact for fact in await education.facts(case) if fact["type"].endswith(f"{ENDED}.v1")]
    assert [(fact["data"]["ended_on"], fact["data"]["reason"]) for fact in facts] == [
        ("2024-02-26", "reviewed"),
        ("2024-09-02", "reviewed"),
    ]
    assert facts[0]["data"]["placement"] == placement


async def end(education, actor, placement, ended_on="2024-03-08", reason="transferred"):
    body = {"ended_on": ended_on, "reason": reason}
    return await post(education, actor, f"/v1/placements/{placement}/end", body)


async def test_the_school_ends_a_placement_and_no_day_is_recorded_after(education, authority, school, case, placement):
    await attend(education, school, case, on="2024-03-07")
    assert code_of(await end(education, school, placement, "2024-03-07")) == (409, "education.recorded-after-the-end")
    assert code_of(await end(education, school, placement, reason="deceased")) == (422, "education.not-this-reason")
    assert (await end(education, school, placement)).status_code == 200
    assert (await types_of(education, case))[-1] == ENDED
    assert code_of(await attend(education, school, case, on="2024-03-08")) == (422, "education.day-outside-placement")
    assert code_of(await end(education, authority, placement, "2024-03-09")) == (422, "education.end-outside-placement")


async def test_what_was_entered_in_error_leaves_the_day_free_for_the_right_decision(
    education, authority, school, case, placement
):
    assert (await end(education, authority, placement, reason="entered_in_error")).status_code == 200
    assert code_of(await attend(education, school, case)) == (422, "education.day-outside-placement")
    assert (await place(education, authority, case, an_order(school, mode="regular_class"))).status_code == 201
    assert (await attend(education, school, case)).status_code == 201


async def test_a_deferral_is_due_for_review_until_it_is_decided_anew(education, authority, school, case):
    deferral = an_order(school, mode="deferred", ends_on="2024-08-31", applied_on="2023-06-05")
    assert (await place(education, authority, case, deferral)).status_code == 201
    assert (await education.facts(case))[-1]["data"]["review_by"] == "2024-08-31"
    assert str(case) in await due(education, authority, "2024-08-31")
    assert str(case) not in await due(education, authority, "2024-08-30")
    await place(education, authority, case, an_order(school, mode="regular_class", starts_on="2024-08-01"))
    assert str(case) not in await due(education, authority, "2024-08-31")


async def due(education, actor, until):
    page = (await get(education, actor, f"/v1/placements/reviews-due?until={until}&limit=200")).json()
    return [row["case_id"] for row in page["items"]]


async def test_a_dispute_is_answered_once_by_the_committee(education, authority, placement):
    path = f"/v1/placements/{placement}/disputes"
    raised = await post(education, authority, path, {"raised_on": "2024-03-01", "note": "asks for the near school"})
    answer = f"{path}/{raised.json()['record']}/answer"
    early = {"settled_on": "2024-02-28", "answer": "kept"}
    assert code_of(await post(education, authority, answer, early)) == (422, "education.period-reversed")
    right = {"settled_on": "2024-03-15", "answer": "kept"}
    assert (await post(education, authority, answer, right)).status_code == 200
    assert code_of(await post(education, authority, answer, right)) == (409, "education.dispute-settled-before")
    (row,) = (await get(education, authority, path)).json()["items"]
    assert (row["note"], row["answer"], row["settled_on"]) == ("asks for the near school", "kept", "2024-03-15")
    missing = await post(education, authority, f"{path}/{UNKNOWN}/answer", right)
    assert code_of(missing) == (404, "not-found")


async def test_placements_of_one_form_are_listed_while_they_have_not_ended(
    education, authority, school, case, placement
):
    path = "/v1/placements?mode=regular_class"
    assert [row["id"] for row in (await get(education, school, path)).json()["items"]] == [placement]
    assert (await get(education, school, "/v1/placements?mode=home_teaching")).json()["items"] == []
    assert (await end(education, school, placement, ended_on="2024-06-03")).status_code == 200
    assert (await get(education, school, path)).json()["items"] == []
    assert code_of(await get(education, school, "/v1/placements?mode=at_sea")) == (422, "invalid-request")


async def test_a_batch_of_a_child_taught_at_home_and_in_class_is_one_roster_without_the_home_taught(
    education, authority, school, case, placement
):
    reasons = dict.fromkeys(("nearby_ordinary", "designated_ordinary", "special_school"), "needs_full_time_nursing")
    at_home = await a_school_child(education)
    await place(education, authority, at_home, an_order(school, mode="home_teaching", reasons=reasons))
    seen = (await get(education, school, "/v1/attendance/roster?on=2024-03-04")).json()
    assert [(row["case"], row["status"], row["said_by"]) for row in seen] == [(str(case), None, None)]
    assert (await batch(education, school, [a_day(case), a_day(at_home)])).json()["recorded"] == 2
