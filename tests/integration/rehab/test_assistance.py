"""Applications with all their steps, surgery and devices, and the working lists, over HTTP on a real database."""

from uuid import uuid4

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.events.screening import ConsentWithdrawn, DeathRegistered
from tests.support.rehab import (
    APPROVED,
    COUNTY,
    STARTED,
    YEAR,
    County,
    Told,
    a_diagnosis,
    a_session,
    an_application,
    data_of,
    record,
    registered,
    slip_of,
)
from tests.support.stages import code_of

DAY = APPROVED.isoformat()
APPROVE = {"approved_on": DAY}


async def types(stage, case):
    return [fact["type"].split(".")[2] for fact in await stage.facts(case)]


def once(item, **kind):
    return an_application(item=item, mode="once", category="autism", **kind)


def assessed(**changes):
    return {
        "assessor": str(uuid4()), "assessed_on": DAY, "outcome": "suitable", "recommended_mode": "once",
        "estimate": 12_000_000,
    } | changes  # fmt: skip


async def asked_once(county, item, **kind):
    case = await county.diagnosed()
    return case, record(await county.post(county.federation, f"/v1/cases/{case}/applications", once(item, **kind)))


async def test_a_family_is_informed_and_its_intake_is_answered(rehab):
    county = County(rehab, "371624")
    case = await county.diagnosed()
    contact = {"outcome": "declined", "informed_on": DAY, "note": "asks again after the summer"}
    path = f"/v1/cases/{case}/intakes/autism/contact"
    answer = await county.post(county.federation, path, contact)
    assert answer.status_code == 201
    assert data_of((await rehab.facts(case))[-1], "category", "outcome", "informed_on") == ("autism", "declined", DAY)
    assert "note" not in (await rehab.facts(case))[-1]["data"]
    assert (await county.get(county.federation, "/v1/intakes")).json()["items"] == []
    early = contact | {"informed_on": f"{YEAR - 1}-12-31"}
    assert code_of(await county.post(county.federation, path, early)) == (422, "rehab.before-diagnosis")
    other = f"/v1/cases/{case}/intakes/vision/contact"
    assert code_of(await county.post(county.federation, other, contact)) == (404, "case-not-found")


async def test_a_reviewer_checks_and_another_person_approves(rehab, county):
    case, application = await county.applied()
    door = f"/v1/applications/{application}"
    checked = await county.post(county.federation, f"{door}/eligibility", {"checked_on": DAY})
    explanation = checked.json()["explanation"]
    assert (explanation["rule"], explanation["outcome"]) == ("rehab.eligibility", "eligible")
    assert data_of((await rehab.facts(case))[-1], "eligible", "reasons", "policy") == (True, [], "SD-2026")
    own = await county.post(county.federation, f"{door}/approval", APPROVE)
    assert code_of(own) == (403, "rehab.reviewer-approves")
    approver = rehab.organisation(OrgType.FEDERATION, COUNTY, Role.APPROVER)
    approved = await county.post(approver, f"{door}/approval", APPROVE)
    assert approved.json()["explanation"]["outcome"] == "approved"
    assert (await types(rehab, case))[-2:] == ["eligibility_checked", "assistance_approved"]


async def test_what_an_agent_brings_names_principal_agent_and_authorisation(rehab, county):
    case = await county.diagnosed()
    agency = {"guardian": "grandparent", "agent": {"kind": "community", "authorised_on": f"{YEAR}-01-02"}}
    path = f"/v1/cases/{case}/applications"
    application = record(await county.post(county.federation, path, an_application(**agency)))
    shown = (await county.get(county.federation, f"/v1/applications/{application}")).json()
    assert (shown["guardian"], shown["agent"], shown["authorised_on"]) == ("grandparent", "community", f"{YEAR}-01-02")
    own = await county.post(county.federation, f"/v1/applications/{application}/approval", APPROVE)
    assert code_of(own) == (403, "rehab.agent-decides")


async def test_the_guardian_takes_an_application_back_and_may_come_again(rehab, county):
    case, application = await county.applied()
    body = {"withdrawn_on": DAY}
    record(await county.post(county.federation, f"/v1/applications/{application}/withdrawal", body))
    assert data_of((await rehab.facts(case))[-1], "reasons") == (["withdrawn_by_guardian"],)
    shown = (await county.get(county.federation, f"/v1/applications/{application}")).json()
    assert shown["state"] == "withdrawn"
    await county.applied(case)


async def test_a_residence_permit_without_a_record_is_refused_with_its_reason(rehab, county):
    permit = {"residence": {"kind": "residence_permit", "proofs": []}}
    _, application = await county.applied(**permit)
    refused = await county.post(county.federation, f"/v1/applications/{application}/approval", APPROVE)
    assert code_of(refused) == (422, "rehab.not-eligible")
    assert refused.json()["reasons"] == ["not_resident"]
    permit["residence"]["proofs"] = ["social_insurance"]
    _, application = await county.applied(**permit)
    record(await county.post(county.federation, f"/v1/applications/{application}/approval", APPROVE))


async def test_a_surgery_goes_from_the_hospitals_evaluation_to_what_assistance_pays(rehab, county):
    hospital = rehab.organisation(OrgType.HOSPITAL, "3701")
    case, application = await asked_once(county, "surgery", surgery="cochlear_implant")
    door = f"/v1/applications/{application}"
    early = await county.post(county.federation, f"{door}/approval", APPROVE)
    assert early.json()["reasons"] == ["needs_evaluation"]
    evaluation = f"/v1/cases/{case}/applications/{application}/assessment"
    refused = await county.post(county.centre, evaluation, assessed())
    assert code_of(refused) == (403, "rehab.hospital-needed")
    record(await county.post(hospital, evaluation, assessed()))
    approval = record(await county.post(county.federation, f"{door}/approval", APPROVE))
    bill = {"given_on": f"{YEAR}-02-01", "cost": 18_000_000, "insurance_paid": 6_000_000}
    path = f"/v1/cases/{case}/approvals/{approval}/operation"
    done = await county.post(hospital, path, bill)
    assert done.json()["explanation"]["outcome"] == "12000000"
    assert data_of((await rehab.facts(case))[-1], "surgery", "insurance_paid", "assistance_paid") == (
        "cochlear_implant", 6_000_000, 12_000_000,
    )  # fmt: skip
    assert code_of(await county.post(hospital, path, bill)) == (409, "rehab.already-given")
    assert (await types(rehab, case))[-3:] == ["assessment_recorded", "assistance_approved", "surgery_completed"]
    shown = (await county.get(county.federation, f"/v1/cases/{case}/assistance")).json()
    assert [(row["assistance_paid"], row["policy"]) for row in shown["given"]] == [(12_000_000, "SD-2026")]
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    enrol = await county.post(county.centre, f"/v1/cases/{case}/enrolments", start)
    assert code_of(enrol) == (422, "rehab.not-this-item")


async def test_a_device_comes_again_after_its_cycle_and_not_before(rehab, county):
    case, application = await asked_once(county, "device", device="orthosis")
    evaluation = f"/v1/cases/{case}/applications/{application}/assessment"
    record(await county.post(county.centre, evaluation, assessed(estimate=200_000)))
    door = f"/v1/applications/{application}/approval"
    approval = record(await county.post(county.federation, door, APPROVE))
    bill = {"given_on": f"{YEAR}-01-09", "cost": 180_000, "insurance_paid": 30_000}
    record(await county.post(county.centre, f"/v1/cases/{case}/approvals/{approval}/fitting", bill))
    assert data_of((await rehab.facts(case))[-1], "device", "replace_after", "assistance_paid") == (
        "orthosis", f"{YEAR + 1}-01-09", 150_000,
    )  # fmt: skip
    body = once("device", device="orthosis", submitted_on=f"{YEAR}-01-12")
    again = record(await county.post(county.federation, f"/v1/cases/{case}/applications", body))
    path = f"/v1/cases/{case}/applications/{again}/assessment"
    record(await county.post(county.centre, path, assessed(assessed_on=f"{YEAR}-01-12")))
    soon = await county.post(county.federation, f"/v1/applications/{again}/approval", {"approved_on": f"{YEAR}-01-12"})
    assert soon.json()["reasons"] == ["device_cycle"]


@pytest.mark.parametrize(
    ("bill", "refusal"),
    [
        ({"cost": 100, "insurance_paid": 101}, (422, "rehab.insurance-above-cost")),
        ({"cost": -1, "insurance_paid": 0}, (422, "invalid-request")),
        ({"cost": 1.5, "insurance_paid": 0}, (422, "invalid-request")),
        ({"cost": 100_000_001, "insurance_paid": 0}, (422, "invalid-request")),
        ({"cost": 100, "insurance_paid": 0, "given_on": "2099-01-01"}, (422, "in-the-future")),
        ({"cost": 100, "insurance_paid": 0, "given_on": f"{YEAR}-01-04"}, (422, "rehab.outside-approval")),
    ],
)
async def test_a_bill_that_cannot_be_leaves_no_trace(rehab, county, bill, refusal):
    case, application = await asked_once(county, "device", device="seating")
    path = f"/v1/cases/{case}/applications/{application}/assessment"
    record(await county.post(county.centre, path, assessed()))
    approval = record(await county.post(county.federation, f"/v1/applications/{application}/approval", APPROVE))
    before = await rehab.counts()
    body = {"given_on": f"{YEAR}-01-09"} | bill
    answer = await county.post(county.centre, f"/v1/cases/{case}/approvals/{approval}/fitting", body)
    assert code_of(answer) == refusal
    assert await rehab.counts() == before


@pytest.mark.parametrize(
    "change",
    [
        {"item": "surgery"}, {"item": "surgery", "mode": "once"}, {"mode": "once"}, {"device": "seating"},
        {"item": "device", "mode": "once", "surgery": "cleft_repair"},
    ],
)  # fmt: skip
async def test_an_item_without_its_kind_leaves_no_trace(rehab, county, change):
    case = await county.diagnosed()
    before = await rehab.counts()
    answer = await county.post(county.federation, f"/v1/cases/{case}/applications", an_application(**change))
    assert code_of(answer) == (422, "rehab.kind-missing")
    assert await rehab.counts() == before


async def test_leave_and_suspension_begin_and_end(rehab, county):
    child = await county.enrolled()
    door = f"/v1/enrolments/{child.enrolment}"
    leave = {"kind": "leave_illness", "suspended_on": f"{YEAR}-01-12", "expected_back": f"{YEAR}-01-16"}
    record(await county.post(county.centre, f"{door}/leave", leave))
    twice = await county.post(county.centre, f"{door}/leave", leave)
    assert code_of(twice) == (409, "rehab.already-resting")
    theirs = await county.post(county.federation, f"{door}/suspension-end", {"resumed_on": f"{YEAR}-01-16"})
    assert code_of(theirs) == (403, "rehab.rest-of-others")
    record(await county.post(county.centre, f"{door}/leave-end", {"resumed_on": f"{YEAR}-01-16"}))
    suspension = {"suspended_on": f"{YEAR}-01-19"}
    record(await county.post(county.federation, f"{door}/suspension", suspension))
    record(await county.post(county.federation, f"{door}/suspension-end", {"resumed_on": f"{YEAR}-01-21"}))
    told = [fact for fact in await rehab.facts(child.case) if "suspended" in fact["type"] or "resumed" in fact["type"]]
    assert [data_of(fact, "kind", "suspended_on", "resumed_on") for fact in told] == [
        ("leave_illness", f"{YEAR}-01-12", None), (None, None, f"{YEAR}-01-16"),
        ("suspended_by_county", f"{YEAR}-01-19", None), (None, None, f"{YEAR}-01-21"),
    ]  # fmt: skip


async def test_the_county_transfers_a_child_on_one_day(rehab, county):
    child, other = await county.enrolled(), rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    await county.designated(other)
    body = {"institution": str(other.organisation), "transferred_on": f"{YEAR}-01-20"}
    new = record(await county.post(county.federation, f"/v1/enrolments/{child.enrolment}/transfer", body))
    assert (await types(rehab, child.case))[-3:] == ["enrolment_ended", "enrolment_transferred", "enrolment_started"]
    fact = (await rehab.facts(child.case))[-2]
    assert data_of(fact, "enrolment", "to_enrolment", "transferred_on") == (child.enrolment, new, f"{YEAR}-01-20")
    late = await county.post(other, f"/v1/cases/{child.case}/sessions", a_session(child, after=9 * 1440))
    assert code_of(late) == (404, "case-not-found"), "under the old enrolment, which is not theirs"


async def test_a_transfer_to_a_full_institution_leaves_the_child_where_it_is(rehab, county):
    child, other = await county.enrolled(), rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    await county.designated(other, capacity=1)
    taken, approval = await county.approved()
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    record(await county.post(other, f"/v1/cases/{taken}/enrolments", start))
    before = await rehab.counts()
    body = {"institution": str(other.organisation), "transferred_on": f"{YEAR}-01-20"}
    full = await county.post(county.federation, f"/v1/enrolments/{child.enrolment}/transfer", body)
    assert code_of(full) == (409, "rehab.capacity-full")
    assert await rehab.counts() == before


async def due(county, **query):
    return (await county.get(county.federation, "/v1/worklist", limit=200, **query)).json()["items"]


async def test_the_working_list_tells_what_is_overdue_and_what_is_due_soon(rehab):
    county, today = County(rehab, "371626"), clock.today().isoformat()
    waiting = await county.diagnosed()
    fresh, _ = await county.applied(submitted_on=today)
    old, application = await county.applied()
    found = {(row["case_id"], row["clock"]): row["urgency"] for row in await due(county)}
    assert found[str(waiting), "contact"] == "overdue"
    assert found[str(old), "reply"] == found[str(old), "review"] == "overdue"
    assert str(fresh) not in {row["case_id"] for row in await due(county, state="overdue")}
    assert {row["record"] for row in await due(county, kind="review")} >= {application}
    body = {"contact": {"outcome": "will_apply", "informed_on": today}, "check": {"checked_on": today}}
    await county.post(county.federation, f"/v1/cases/{waiting}/intakes/autism/contact", body["contact"])
    await county.post(county.federation, f"/v1/applications/{application}/eligibility", body["check"])
    left = {(row["case_id"], row["clock"]) for row in await due(county)}
    assert (str(old), "review") in left
    assert not left & {(str(waiting), "contact"), (str(old), "reply")}


async def test_a_surgery_waits_for_its_evaluation_in_the_working_list(rehab):
    county = County(rehab, "371627")
    case, application = await asked_once(county, "surgery", surgery="cleft_repair")
    assert [row["record"] for row in await due(county, kind="assessment")] == [application]
    hospital = rehab.organisation(OrgType.HOSPITAL, "37")
    path = f"/v1/cases/{case}/applications/{application}/assessment"
    record(await county.post(hospital, path, assessed()))
    assert await due(county, kind="assessment") == []


async def test_an_approval_that_waits_for_an_enrolment_is_listed_until_it_is_taken_up(rehab):
    county = County(rehab, "371628")
    await county.designated()
    case, approval = await county.approved()
    assert [row["record"] for row in await due(county, kind="enrolment", state="overdue")] == [approval]
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    record(await county.post(county.centre, f"/v1/cases/{case}/enrolments", start))
    assert await due(county, kind="enrolment") == []


async def test_the_working_list_goes_page_by_page(rehab):
    county = County(rehab, "371629")
    cases = {str(await county.diagnosed()) for _ in range(3)}
    seen, after = [], None
    for _ in range(2):
        query = {"limit": 2} | ({"after": after} if after else {})
        page = (await county.get(county.federation, "/v1/worklist", **query)).json()
        seen, after = seen + [row["case_id"] for row in page["items"]], page["next"]
    assert (set(seen), len(seen), after) == (cases, 3, None)


async def test_what_a_decision_would_rest_on_is_told_before_anybody_decides(rehab, county):
    case, application = await county.applied()
    before = await rehab.counts()
    told = (await county.get(county.federation, f"/v1/applications/{application}/outlook", on=DAY)).json()
    assert told["eligibility"]["outcome"] == "eligible"
    assert (told["policy"], told["missing"], told["unset"]) == ("SD-2026", [], None)
    assert (told["gives"]["ceiling"], told["gives"]["ground"]) == (2_000_000, "source: 山东办法2026")
    after = await rehab.counts()
    assert {table for table in after if after[table] != before[table]} == {"access_log"}
    approval = await county.post(county.federation, f"/v1/applications/{application}/approval", APPROVE)
    steps = [*told["eligibility"]["steps"], *told["gives"]["steps"]]
    assert approval.json()["explanation"]["steps"] == steps
    assert data_of((await rehab.facts(case))[-1], "ceiling", "valid_until") == (2_000_000, told["gives"]["valid_until"])


async def test_an_outlook_names_what_is_missing_and_why_there_is_no_amount(county):
    _, lacking = await county.applied(materials=["identity", "residence"])
    told = (await county.get(county.federation, f"/v1/applications/{lacking}/outlook", on=DAY)).json()
    assert told["missing"] == ["diagnosis"]
    _, implant = await asked_once(county, "surgery", surgery="cochlear_implant")
    told = (await county.get(county.federation, f"/v1/applications/{implant}/outlook", on=DAY)).json()
    assert told["gives"] is None
    assert set(told["unset"]) == {"zh", "en"}
    assert told["eligibility"]["outcome"] == "not_eligible"


async def test_the_number_on_the_slip_shows_an_institution_what_it_assesses_or_takes_up(rehab, county):
    case, application = await county.applied()
    number = await slip_of(county, application)
    stranger = rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    slip = (await county.get(stranger, f"/v1/slips/{number}")).json()
    assert (slip["id"], slip["case_id"], slip["state"], slip["approval"]) == (application, str(case), "submitted", None)
    assert slip.keys().isdisjoint({"hardship", "guardian", "note", "materials"})
    approval = record(await county.post(county.federation, f"/v1/applications/{application}/approval", APPROVE))
    assert (await county.get(stranger, f"/v1/slips/{number}")).json()["approval"]["id"] == approval
    logged = await rehab.fetch("SELECT case_id, act FROM access_log WHERE organisation = $1", stranger.organisation)
    assert [tuple(row) for row in logged] == [(case, "application.read-slip")] * 2


async def test_a_number_that_nobody_has_is_not_found(county):
    assert code_of(await county.get(county.centre, "/v1/slips/0000-0000-0000")) == (404, "rehab.unknown-number")
    assert (await county.get(county.centre, "/v1/slips/someone")).status_code == 422


@pytest.mark.parametrize(
    "gone", [DeathRegistered(died_on=STARTED), ConsentWithdrawn(withdrawn_on=STARTED)], ids=["died", "shared no more"]
)
async def test_the_number_of_a_child_that_died_or_is_shared_no_more_is_not_found(rehab, county, gone):
    told = Told(rehab)
    await told.hear(registered(), a_diagnosis())
    _, application = await county.applied(told.case)
    number = await slip_of(county, application)
    assert (await county.get(county.centre, f"/v1/slips/{number}")).status_code == 200
    await told.hear(gone)
    assert code_of(await county.get(county.centre, f"/v1/slips/{number}")) == (404, "rehab.unknown-number")


async def test_an_enrolment_tells_that_it_rests_until_when_and_no_more_when_it_goes_on(rehab, county):
    child = await county.enrolled()
    leave = {"kind": "leave_illness", "suspended_on": f"{YEAR}-01-10", "expected_back": f"{YEAR}-01-20"}
    record(await county.post(child.centre, f"/v1/enrolments/{child.enrolment}/leave", leave))
    told = ("rests_as", "rests_since", "expected_back")
    (shown,) = (await county.get(child.centre, f"/v1/cases/{child.case}/enrolments")).json()
    assert [shown[name] for name in told] == list(leave.values())
    back = {"resumed_on": f"{YEAR}-01-18"}
    record(await county.post(child.centre, f"/v1/enrolments/{child.enrolment}/leave-end", back))
    (shown,) = (await county.get(child.centre, f"/v1/cases/{child.case}/enrolments")).json()
    assert [shown[name] for name in told] == [None, None, None]
