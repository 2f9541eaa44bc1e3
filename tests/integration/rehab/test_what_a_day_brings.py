"""Lapse, age-out and licences that ran out: by the clock, once, also after a standstill."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

from services.rehab.handlers import by_clock
from services.rehab.handlers.by_clock import ByClock
from shared import clock
from tests.support.rehab import APPROVED, STARTED, YEAR, County, data_of, record
from tests.support.stages import code_of

LONG_AGO = "UPDATE {table} SET recorded_at = now() - interval '30 days' WHERE id = $1 RETURNING id"


async def types(stage, case):
    return [fact["type"].split(".")[2] for fact in await stage.facts(case)]


async def entered_long_ago(rehab, table, record_id):
    assert await rehab.fetch(LONG_AGO.format(table=table), UUID(record_id))


def the_clock(rehab):
    return ByClock(rehab.service.ledger, every=3600)


async def test_an_approval_that_nobody_took_up_lapses_once_however_often_the_clock_strikes(rehab, county):
    case, approval = await county.approved()
    await entered_long_ago(rehab, "approval", approval)
    turns = [the_clock(rehab).turn(by_clock.lapse_approvals) for _ in range(4)]
    assert sum(await asyncio.gather(*turns)) >= 1
    await the_clock(rehab).turn(by_clock.lapse_approvals)
    assert (await types(rehab, case)).count("assistance_lapsed") == 1
    fact = (await rehab.facts(case))[-1]
    assert data_of(fact, "approval", "lapsed_on") == (approval, (APPROVED + timedelta(days=31)).isoformat())
    listed = (await county.get(county.federation, "/v1/approvals", lapsed="true", limit=200)).json()["items"]
    assert approval in {row["id"] for row in listed}


async def test_what_was_entered_just_now_is_left_alone(rehab, county):
    case, approval = await county.approved()
    await the_clock(rehab).turn(by_clock.lapse_approvals)
    assert "assistance_lapsed" not in await types(rehab, case)
    waiting = (await county.get(county.federation, "/v1/approvals", limit=200)).json()["items"]
    assert approval in {row["id"] for row in waiting}


async def test_a_child_that_enrolled_in_time_does_not_lapse(rehab, county):
    child = await county.enrolled()
    await entered_long_ago(rehab, "approval", child.approval)
    await the_clock(rehab).turn(by_clock.lapse_approvals)
    assert "assistance_lapsed" not in await types(rehab, child.case)


async def test_an_enrolment_in_time_that_was_entered_after_the_lapse_holds(rehab, county):
    case, approval = await county.approved()
    await entered_long_ago(rehab, "approval", approval)
    await the_clock(rehab).turn(by_clock.lapse_approvals)
    late = {"approval": approval, "started_on": (APPROVED + timedelta(days=31)).isoformat()}
    refused = await county.post(county.centre, f"/v1/cases/{case}/enrolments", late)
    assert code_of(refused) == (409, "rehab.approval-lapsed")
    in_time = {"approval": approval, "started_on": STARTED.isoformat()}
    record(await county.post(county.centre, f"/v1/cases/{case}/enrolments", in_time))
    lapsed = (await county.get(county.federation, "/v1/approvals", lapsed="true", limit=200)).json()["items"]
    assert approval not in {row["id"] for row in lapsed}


async def test_a_lapse_makes_room_for_another_application_and_the_old_approval_is_over(rehab, county):
    case, approval = await county.approved()
    await entered_long_ago(rehab, "approval", approval)
    await the_clock(rehab).turn(by_clock.lapse_approvals)
    _, again = await county.approved(case)
    body = {"approval": approval, "started_on": STARTED.isoformat()}
    refused = await county.post(county.centre, f"/v1/cases/{case}/enrolments", body)
    assert code_of(refused) == (409, "rehab.approval-lapsed")
    record(await county.post(county.centre, f"/v1/cases/{case}/enrolments", body | {"approval": again}))


async def test_a_child_leaves_on_the_eighteenth_birthday(rehab, county):
    eighteen = date(YEAR, 1, 18)
    case = await county.diagnosed(born=date(YEAR - 18, 1, 18))
    materials = ["identity", "residence", "certificate"]
    _, application = await county.applied(case, basis="certificate", materials=materials)
    approve = {"approved_on": APPROVED.isoformat()}
    approval = record(await county.post(county.federation, f"/v1/applications/{application}/approval", approve))
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    enrolment = record(await county.post(county.centre, f"/v1/cases/{case}/enrolments", start))
    await the_clock(rehab).turn(by_clock.end_aged_out)
    assert "enrolment_ended" not in await types(rehab, case), "it was entered just now"
    await entered_long_ago(rehab, "enrolment", enrolment)
    for _ in range(2):
        await the_clock(rehab).turn(by_clock.end_aged_out)
    ended = [fact for fact in await rehab.facts(case) if "enrolment_ended" in fact["type"]]
    assert [data_of(fact, "ended_on", "reason") for fact in ended] == [(eighteen.isoformat(), "aged_out")]


async def test_a_period_that_ends_with_the_year_is_not_aged_out(rehab):
    county = County(rehab)
    await county.designated(valid_from="2024-01-01", valid_until="2024-12-31")
    case = await county.diagnosed(born=date(2008, 3, 1))
    materials = ["identity", "residence", "certificate"]
    _, application = await county.applied(case, basis="certificate", materials=materials, submitted_on="2024-03-01")
    approve = {"approved_on": "2024-03-05"}
    approval = record(await county.post(county.federation, f"/v1/applications/{application}/approval", approve))
    start = {"approval": approval, "started_on": "2024-03-08"}
    await county.post(county.centre, f"/v1/cases/{case}/enrolments", start)
    await the_clock(rehab).turn(by_clock.end_aged_out)
    assert "enrolment_ended" not in await types(rehab, case)


async def test_a_licence_that_ran_out_takes_a_person_off_the_list(rehab, county):
    therapist, over = str(uuid4()), clock.today() - timedelta(days=3)
    body = {"therapist": therapist, "disciplines": ["st", "pt"], "since": f"{YEAR}-01-01"}
    record(await county.post(county.centre, "/v1/staff", body | {"licence_until": over.isoformat()}))
    for _ in range(2):
        await the_clock(rehab).turn(by_clock.expire_licences)
    facts = await rehab.facts(county.centre.organisation)
    assert [fact["type"].split(".")[2] for fact in facts] == ["designation_granted", "staff_qualified", "staff_lapsed"]
    assert data_of(facts[-1], "lapsed_on", "reason") == ((over + timedelta(days=1)).isoformat(), "licence_expired")
    renewed = body | {"since": clock.today().isoformat(), "licence_until": f"{YEAR + 9}-01-01"}
    record(await county.post(county.centre, "/v1/staff", renewed))
    (row,) = (await county.get(county.centre, f"/v1/institutions/{county.centre.organisation}/staff")).json()["items"]
    assert (row["disciplines"], row["lapsed_on"]) == (["pt", "st"], None)
