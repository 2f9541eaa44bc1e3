"""A child's way through rehab over HTTP, on a real database: what each step records and shows."""

from datetime import date
from uuid import UUID, uuid4

from shared.contracts.codes import OrgType
from shared.contracts.events.screening import DiagnosisOutcome
from shared.testing.streams import Stream
from tests.support.rehab import (
    APPROVED,
    COUNTY,
    STARTED,
    YEAR,
    County,
    a_designation,
    a_diagnosis,
    an_application,
    an_evaluation,
    data_of,
    record,
    registered,
)
from tests.support.stages import code_of


async def types(stage, case):
    return [fact["type"].split(".")[2] for fact in await stage.facts(case)]


async def test_every_step_is_a_fact_of_the_case(rehab, county):
    child = await county.enrolled()
    assert (await county.log(child)).status_code == 201
    body = {"ended_on": f"{YEAR}-01-13", "reason": "withdrawn"}
    assert (await county.post(county.centre, f"/v1/enrolments/{child.enrolment}/end", body)).status_code == 201
    assert await types(rehab, child.case) == [
        "intake_opened", "application_submitted", "assistance_approved", "enrolment_started", "session_recorded",
        "enrolment_ended",
    ]  # fmt: skip
    assert [fact["sequence"] for fact in await rehab.facts(child.case)] == [str(n) for n in range(1, 7)]


async def test_a_confirmed_diagnosis_opens_one_intake_however_often_it_comes(rehab):
    stream = Stream("screening")
    records = stream.extend([registered(), a_diagnosis(), a_diagnosis()])
    await rehab.deliver(*records)
    await rehab.deliver(*records)
    (fact,) = await rehab.facts(stream.subject)
    assert data_of(fact, "category", "county", "diagnosed_on") == ("autism", COUNTY, f"{YEAR}-01-01")
    assert fact["causationid"] == str(stream.events[1].id)


async def test_an_excluded_diagnosis_opens_none(rehab):
    stream = Stream("screening")
    await rehab.deliver(*stream.extend([registered(), a_diagnosis(outcome=DiagnosisOutcome.EXCLUDED)]))
    assert await rehab.facts(stream.subject) == []


async def test_an_intake_waits_in_the_federations_list_until_an_application_comes(rehab):
    county = County(rehab, "371625")
    case = await county.diagnosed()
    waiting = (await county.get(county.federation, "/v1/intakes")).json()["items"]
    assert [(row["case_id"], row["category"]) for row in waiting] == [(str(case), "autism")]
    await county.applied(case)
    assert (await county.get(county.federation, "/v1/intakes")).json()["items"] == []


async def test_an_approval_follows_the_policy_of_its_day(rehab, county):
    case, approval = await county.approved()
    fact = (await rehab.facts(case))[-1]
    assert data_of(fact, "approval", "ceiling", "monthly_cap", "policy", "age_band") == (
        approval, 2_000_000, 200_000, "SD-2026", "under_7",
    )  # fmt: skip
    assert data_of(fact, "valid_from", "valid_until") == (APPROVED.isoformat(), f"{YEAR}-12-31")
    shown = (await county.get(county.federation, f"/v1/cases/{case}/assistance")).json()
    assert [(row["id"], row["ceiling"]) for row in shown["approvals"]] == [(approval, 2_000_000)]
    assert [row["state"] for row in shown["applications"]] == ["approved"]


async def test_an_approval_of_2024_follows_the_older_policy(rehab, county):
    case = await county.diagnosed(born=date(2020, 5, 1))
    _, application = await county.applied(case, submitted_on="2024-03-01")
    record(
        await county.post(county.federation, f"/v1/applications/{application}/approval", {"approved_on": "2024-03-05"})
    )
    fact = (await rehab.facts(case))[-1]
    assert data_of(fact, "ceiling", "monthly_cap", "policy") == (1_500_000, 150_000, "SD-2018")


async def test_a_returned_application_comes_back_and_is_approved(rehab, county):
    case, application = await county.applied(materials=["identity", "residence"])
    door = f"/v1/applications/{application}"
    missing = {"missing": ["diagnosis"], "returned_on": APPROVED.isoformat()}
    record(await county.post(county.federation, f"{door}/return", missing))
    assert code_of(await county.post(county.federation, f"{door}/approval", {"approved_on": f"{YEAR}-01-06"})) == (
        409, "rehab.application-not-open",
    )  # fmt: skip
    completion = {"materials": ["diagnosis"], "submitted_on": f"{YEAR}-01-06"}
    record(await county.post(county.federation, f"{door}/completion", completion))
    record(await county.post(county.federation, f"{door}/approval", {"approved_on": f"{YEAR}-01-07"}))
    assert (await types(rehab, case))[1:] == [
        "application_submitted", "application_returned", "application_submitted", "assistance_approved",
    ]  # fmt: skip
    shown = (await county.get(county.federation, door)).json()
    assert (shown["state"], shown["materials"]) == ("approved", ["diagnosis", "identity", "residence"])


async def test_a_refusal_states_its_reasons_and_makes_room_for_another_application(rehab, county):
    case, application = await county.applied()
    body = {"reasons": ["not_resident", "materials_not_supplied"], "refused_on": APPROVED.isoformat()}
    record(await county.post(county.federation, f"/v1/applications/{application}/refusal", body))
    assert data_of((await rehab.facts(case))[-1], "reasons") == (["materials_not_supplied", "not_resident"],)
    await county.applied(case)


async def test_the_hospital_that_made_the_diagnosis_may_apply_for_the_family(rehab, county):
    hospital = rehab.organisation(OrgType.HOSPITAL, "3716")
    case = await county.diagnosed(hospital.organisation)
    record(await county.post(hospital, f"/v1/cases/{case}/applications", an_application()))


async def test_the_queue_shows_the_most_urgent_first_page_by_page(rehab):
    county = County(rehab, "371681")
    days = [f"{YEAR}-01-{day:02}" for day in (9, 5, 7, 2)]
    cases = [(await county.applied(submitted_on=day))[0] for day in days]
    seen, after = [], None
    for _ in range(2):
        query = {"limit": 2} | ({"after": after} if after else {})
        page = (await county.get(county.federation, "/v1/applications", **query)).json()
        seen, after = seen + [UUID(row["case_id"]) for row in page["items"]], page["next"]
    assert seen == [cases[place] for place in (3, 1, 2, 0)]
    assert after is None


async def test_a_transfer_ends_one_enrolment_and_starts_another_the_same_day(rehab, county):
    child, other = await county.enrolled(), rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    await county.designated(other)
    body = {"ended_on": f"{YEAR}-01-20", "reason": "transferred"}
    record(await county.post(county.centre, f"/v1/enrolments/{child.enrolment}/end", body))
    start = {"approval": child.approval, "started_on": f"{YEAR}-01-20"}
    record(await county.post(other, f"/v1/cases/{child.case}/enrolments", start))
    assert (await types(rehab, child.case))[-3:] == ["enrolment_ended", "enrolment_transferred", "enrolment_started"]


async def test_designations_are_granted_suspended_and_listed(rehab):
    county = County(rehab)
    agreement = await county.designated()
    path = f"/v1/institutions/{county.centre.organisation}/designations"
    assert code_of(await county.post(county.federation, path, a_designation())) == (409, "rehab.designation-overlaps")
    child = await county.enrolled()
    suspension = {"suspended_on": STARTED.isoformat(), "reason": "safety"}
    record(await county.post(county.federation, f"/v1/designations/{agreement}/suspension", suspension))
    case, approval = await county.approved()
    start = {"approval": approval, "started_on": STARTED.isoformat()}
    refused = await county.post(county.centre, f"/v1/cases/{case}/enrolments", start)
    assert code_of(refused) == (409, "rehab.designation-suspended")
    assert (await county.log(child)).status_code == 201, "sitting children stay"
    assert await types(rehab, county.centre.organisation) == ["designation_granted", "designation_suspended"]
    query = {"institution": str(county.centre.organisation)}
    for reader in (county.centre, rehab.organisation(OrgType.SCHOOL)):
        rows = (await county.get(reader, "/v1/designations", **query)).json()["items"]
        assert [(row["id"], row["suspended_on"]) for row in rows] == [(agreement, STARTED.isoformat())]
        assert (await county.get(reader, "/v1/designations", on=STARTED.isoformat(), **query)).json()["items"] == []


async def test_institution_facts_travel_on_their_own_topic_under_the_institution(rehab, county):
    rows = await rehab.fetch("SELECT DISTINCT topic FROM outbox WHERE case_id = $1", county.centre.organisation)
    (fact,) = await rehab.facts(county.centre.organisation)
    assert fact["subject"] == str(county.centre.organisation)
    assert {row[0] for row in rows} <= {"tongkang.institutions"}


async def test_an_evaluation_is_recorded_and_read_as_a_curve(rehab, county):
    child = await county.enrolled()
    path = f"/v1/cases/{child.case}/evaluations"
    late = an_evaluation(child, assessed_on=f"{YEAR}-02-08", checkpoint="stage", scores={"total": "30"})
    for body in (late, an_evaluation(child)):
        record(await county.post(child.centre, path, body))
    curve = (await county.get(child.centre, path)).json()
    assert [(row["assessed_on"], row["scores"]) for row in curve] == [
        (STARTED.isoformat(), {"total": "32.5"}), (f"{YEAR}-02-08", {"total": "30"}),
    ]  # fmt: skip
    assert data_of((await rehab.facts(child.case))[-1], "instrument", "scores") == (
        "cars", [{"dimension": "total", "value": "32.5"}],
    )  # fmt: skip


async def test_policies_are_shown_with_the_ground_of_every_figure(rehab, county):
    answer = (await county.get(county.federation, "/v1/policies")).json()
    assert [policy["policy"] for policy in answer] == ["SD-2018", "SD-2026"]
    assert answer[1]["fundable_months"] == {"value": 10, "mark": "assumed"}


async def test_reading_a_child_leaves_a_row_in_the_access_log(rehab, county):
    child = await county.enrolled()
    reads = [
        (county.federation, f"/v1/cases/{child.case}/assistance", {}),
        (county.centre, f"/v1/cases/{child.case}/enrolments", {}),
        (county.centre, f"/v1/cases/{child.case}/evaluations", {}),
        (county.centre, f"/v1/cases/{child.case}/sessions", {"month": f"{YEAR}-01"}),
        (county.centre, "/v1/enrolments", {}),
    ]
    for actor, path, query in reads:
        assert (await county.get(actor, path, **query)).status_code == 200
    rows = await rehab.fetch("SELECT person, act FROM access_log WHERE case_id = $1 ORDER BY id", child.case)
    assert [tuple(row) for row in rows] == [
        (county.federation.person, "application.read"), (county.centre.person, "enrolment.read"),
        (county.centre.person, "enrolment.read"), (county.centre.person, "session.read"),
        (county.centre.person, "enrolment.read"),
    ]  # fmt: skip


async def test_a_case_that_rehab_has_not_heard_of_is_not_found(county):
    answer = await county.post(county.federation, f"/v1/cases/{uuid4()}/applications", an_application())
    assert code_of(answer) == (404, "case-not-found")
