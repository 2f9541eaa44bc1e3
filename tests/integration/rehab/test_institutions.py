"""Supervision of institutions over HTTP: grade, rectification, removal, transfers due, staff, closed days."""

import asyncio
from uuid import uuid4

import pytest

from shared.access.policy import Role
from shared.clock import today
from shared.contracts.codes import OrgType
from tests.support.rehab import APPROVED, COUNTY, STARTED, YEAR, County, a_designation, data_of, record
from tests.support.stages import code_of

DAY = APPROVED.isoformat()


@pytest.fixture
async def agreement(county: County) -> str:
    """The agreement of the county's centre."""
    query = {"institution": str(county.centre.organisation)}
    (row,) = (await county.get(county.federation, "/v1/designations", **query)).json()["items"]
    return row["id"]


async def types(stage, subject):
    return [fact["type"].split(".")[2] for fact in await stage.facts(subject)]


async def transfers_due(county, actor):
    return [row["id"] for row in (await county.get(actor, "/v1/transfers-due", limit=200)).json()["items"]]


async def test_a_failed_institution_rectifies_and_comes_back(rehab, county, agreement):
    child, door = await county.enrolled(), f"/v1/designations/{agreement}"
    score = {"year": YEAR, "score": 59, "graded_on": DAY}
    graded = await county.post(county.federation, f"{door}/grades", score)
    assert graded.json()["explanation"]["outcome"] == "failed"
    facts = await rehab.facts(county.centre.organisation)
    assert await types(rehab, county.centre.organisation) == [
        "designation_granted", "designation_graded", "designation_suspended",
    ]  # fmt: skip
    assert data_of(facts[-1], "reason", "suspended_on", "rectify_by") == ("grade_failed", DAY, f"{YEAR}-04-05")
    for actor in (county.centre, county.federation):
        assert child.enrolment in await transfers_due(county, actor)
    assert (await county.log(child)).status_code == 201, "the child stays until it is transferred"
    record(await county.post(county.federation, f"{door}/reinstatement", {"reinstated_on": f"{YEAR}-02-01"}))
    assert child.enrolment not in await transfers_due(county, county.centre)
    case, approval = await county.approved()
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    during = await county.post(county.centre, f"/v1/cases/{case}/enrolments", start)
    assert code_of(during) == (409, "rehab.designation-suspended")
    after = start | {"started_on": f"{YEAR}-02-01"}
    record(await county.post(county.centre, f"/v1/cases/{case}/enrolments", after))
    rows = (await county.get(county.centre, f"{door}/grades")).json()
    assert [(row["year"], row["score"], row["grade"]) for row in rows] == [(YEAR, 59, "failed")]
    twice = await county.post(county.federation, f"{door}/grades", score)
    assert code_of(twice) == (409, "rehab.already-graded")


async def test_children_are_transferred_before_a_designation_is_removed(rehab, county, agreement):
    child, other = await county.enrolled(), rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    await county.designated(other)
    body = {"removed_on": f"{YEAR}-02-01", "reason": "serious_breach"}
    path = f"/v1/designations/{agreement}/removal"
    refused = await county.post(county.federation, path, body)
    assert (code_of(refused), refused.json()["count"]) == ((409, "rehab.sitting-children"), 1)
    move = {"institution": str(other.organisation), "transferred_on": f"{YEAR}-02-01"}
    nowhere = move | {"institution": str(county.centre.organisation)}
    stays = await county.post(county.federation, f"/v1/enrolments/{child.enrolment}/transfer", nowhere)
    assert code_of(stays) == (422, "rehab.same-institution")
    record(await county.post(county.federation, f"/v1/enrolments/{child.enrolment}/transfer", move))
    unrectified = body | {"reason": "not_rectified"}
    assert code_of(await county.post(county.federation, path, unrectified)) == (409, "rehab.rectification-open")
    record(await county.post(county.federation, path, body))
    assert (await types(rehab, county.centre.organisation))[-1] == "designation_removed"
    assert code_of(await county.post(county.federation, path, body)) == (409, "rehab.designation-removed")
    granted = await county.post(
        county.federation, f"/v1/institutions/{county.centre.organisation}/designations", a_designation()
    )
    assert code_of(granted) == (409, "rehab.designation-overlaps")


async def test_after_fraud_a_designation_ends_at_once_and_the_transfers_follow(rehab, county, agreement):
    child = await county.enrolled()
    body = {"removed_on": f"{YEAR}-02-01", "reason": "fraud"}
    record(await county.post(county.federation, f"/v1/designations/{agreement}/removal", body))
    assert child.enrolment in await transfers_due(county, county.centre)
    case, approval = await county.approved()
    start = {"approval": approval, "started_on": f"{YEAR}-02-01"}
    refused = await county.post(county.centre, f"/v1/cases/{case}/enrolments", start)
    assert code_of(refused) == (409, "rehab.not-designated")


async def test_nobody_enrols_above_capacity(rehab):
    county = County(rehab)
    await county.designated(capacity=1)
    await county.enrolled()
    case, approval = await county.approved()
    before = await rehab.counts()
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    full = await county.post(county.centre, f"/v1/cases/{case}/enrolments", start)
    assert (code_of(full), full.json()["capacity"]) == ((409, "rehab.capacity-full"), 1)
    assert await rehab.counts() == before


async def test_of_two_who_come_for_the_last_place_at_once_one_gets_it(rehab):
    county = County(rehab)
    await county.designated(capacity=1)
    coming = [await county.approved() for _ in range(3)]
    bodies = [(case, {"approval": approval, "started_on": STARTED.isoformat()}) for case, approval in coming]
    answers = await asyncio.gather(
        *(county.post(county.centre, f"/v1/cases/{case}/enrolments", body) for case, body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_opening_hours_stand_in_the_agreement(rehab):
    county = County(rehab)
    hours = [{"weekday": 1, "opens": "08:00", "closes": "17:30"}]
    await county.designated(hours=hours)
    assert data_of((await rehab.facts(county.centre.organisation))[-1], "hours") == (hours,)
    path = f"/v1/institutions/{county.centre.organisation}/designations"
    backwards = a_designation(categories=["vision"], hours=[hours[0] | {"closes": "07:00"}])
    assert code_of(await county.post(county.federation, path, backwards)) == (422, "rehab.hours-backwards")


async def test_a_staff_list_is_kept_by_the_centre_and_a_federation_strikes_off(rehab, county):
    therapist, door = str(uuid4()), f"/v1/institutions/{county.centre.organisation}/staff"
    body = {
        "therapist": therapist, "disciplines": ["st"], "since": DAY, "licence_until": f"{today().year + 2}-01-01",
    }  # fmt: skip
    record(await county.post(county.centre, "/v1/staff", body))
    school = rehab.organisation(OrgType.SCHOOL)
    assert [row["therapist"] for row in (await county.get(school, door)).json()["items"]] == [therapist]
    strike = {"lapsed_on": f"{YEAR}-01-20"}
    record(await county.post(county.federation, f"{door}/{therapist}/striking-off", strike))
    again = await county.post(county.centre, f"/v1/staff/{therapist}/leaving", strike)
    assert code_of(again) == (409, "rehab.not-on-staff")
    assert data_of((await rehab.facts(county.centre.organisation))[-1], "therapist", "reason") == (
        therapist, "struck_off",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"disciplines": []}, (422, "invalid-request")),
        ({"licence_until": f"{YEAR - 1}-01-01"}, (422, "rehab.licence-over")),
        ({"since": "2099-01-01", "licence_until": "2100-01-01"}, (422, "in-the-future")),
        ({"name": "invented"}, (422, "invalid-request")),
    ],
)
async def test_a_staff_entry_that_cannot_be_leaves_no_trace(rehab, county, change, refusal):
    body = {"therapist": str(uuid4()), "disciplines": ["st"], "since": DAY, "licence_until": f"{YEAR + 2}-01-01"}
    before = await rehab.counts()
    assert code_of(await county.post(county.centre, "/v1/staff", body | change)) == refusal
    assert await rehab.counts() == before


async def test_a_closed_day_is_declared_once(rehab, county):
    days = [f"{YEAR}-02-16", f"{YEAR}-02-17"]
    assert (await county.post(county.centre, "/v1/closures", {"days": days})).status_code == 201
    assert (await county.post(county.centre, "/v1/closures", {"days": [*days, f"{YEAR}-02-18"]})).status_code == 201
    again = await county.post(county.centre, "/v1/closures", {"days": days})
    assert code_of(again) == (409, "rehab.closure-declared")
    declared = (await types(rehab, county.centre.organisation)).count("closure_day_declared")
    path = f"/v1/institutions/{county.centre.organisation}/closures"
    shown = [row["closed_on"] for row in (await county.get(county.centre, path)).json()["items"]]
    assert (declared, shown) == (3, [*days, f"{YEAR}-02-18"])


async def test_a_city_supervisor_may_grade_in_each_of_its_counties(rehab, county, agreement):
    city = rehab.organisation(OrgType.FEDERATION, "3716", Role.INSTITUTION_SUPERVISOR)
    body = {"year": YEAR, "score": 85, "graded_on": DAY}
    graded = await county.post(city, f"/v1/designations/{agreement}/grades", body)
    assert graded.json()["explanation"]["outcome"] == "a"
