"""Bad input at every door: problem details with a stable code, and nothing in any table."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared import clock
from shared.access.clients import Organisation
from shared.contracts.codes import OrgType
from tests.support.rehab import (
    APPROVED,
    COUNTY,
    STARTED,
    SUBMITTED,
    YEAR,
    County,
    a_designation,
    a_session,
    an_application,
    an_evaluation,
    record,
)
from tests.support.stages import UNKNOWN, code_of

TOMORROW = (clock.today() + timedelta(days=1)).isoformat()
SOON = (clock.now() + timedelta(hours=1)).isoformat()
NOWHERE = str(UNKNOWN)
INVALID, FUTURE = (422, "invalid-request"), (422, "in-the-future")


@pytest.fixture(scope="module")
async def world(rehab):
    """A county with an enrolled and evaluated child, a second one approved, a third one applied for."""
    county = County(rehab)
    designation, child = await county.designated(), await county.enrolled()
    session = record(await county.log(child))
    (approved, approval), (waiting, application) = await county.approved(), await county.applied()
    ids = {"case": child.case, "enrolment": child.enrolment, "session": session, "approved": approved}
    ids |= {"waiting": waiting, "application": application, "designation": designation}
    ids |= {"centre": county.centre.organisation, "nowhere": NOWHERE}
    return county, child, approval, {name: str(value) for name, value in ids.items()}


async def refused(rehab, world, actor, path, body):
    county, _, _, ids = world
    before = await rehab.counts()
    answer = await county.post(getattr(county, actor), path.format(**ids), body)
    assert await rehab.counts() == before
    return code_of(answer)


GRANT, SUSPEND = "/v1/institutions/{centre}/designations", "/v1/designations/{designation}/suspension"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"categories": []}, INVALID),
        ({"categories": ["magic"]}, INVALID),
        ({"capacity": 0}, INVALID),
        ({"capacity": "60"}, INVALID),
        ({"legal_person": "yes"}, INVALID),
        ({"valid_from": 20240101}, INVALID),
        ({"valid_from": "2024-02-30"}, INVALID),
        ({"unknown": 1}, INVALID),
        ({"legal_person": False}, (422, "rehab.not-a-legal-person")),
        ({"valid_until": "2020-01-01"}, (422, "rehab.period-backwards")),
        ({}, (409, "rehab.designation-overlaps")),
    ],
)
async def test_designations(rehab, world, change, refusal):
    assert await refused(rehab, world, "federation", GRANT, a_designation() | change) == refusal


async def test_only_a_rehabilitation_centre_of_the_register_is_designated(rehab, world):
    clinic = rehab.organisation(OrgType.CLINIC).organisation
    path = f"/v1/institutions/{clinic}/designations"
    assert await refused(rehab, world, "federation", path, a_designation()) == (422, "organisation-unknown")
    assert await refused(rehab, world, "federation", "/v1/institutions/x/designations", a_designation()) == INVALID


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        (SUSPEND, {"suspended_on": TOMORROW, "reason": "safety"}, FUTURE),
        (SUSPEND, {"suspended_on": "2001-01-01", "reason": "safety"}, (422, "rehab.outside-agreement")),
        (SUSPEND, {"suspended_on": f"{YEAR}-01-05", "reason": "dislike"}, INVALID),
        (
            "/v1/designations/{nowhere}/suspension",
            {"suspended_on": f"{YEAR}-01-05", "reason": "safety"},
            (404, "not-found"),
        ),
    ],
)
async def test_suspensions(rehab, world, path, body, refusal):
    assert await refused(rehab, world, "federation", path, body) == refusal


@pytest.mark.parametrize(
    ("case", "change", "refusal"),
    [
        ("approved", {"category": "deafness"}, INVALID),
        ("approved", {"mode": 1}, INVALID),
        ("approved", {"basis": None}, INVALID),
        ("approved", {"materials": "identity"}, INVALID),
        ("approved", {"materials": ["passport"]}, INVALID),
        ("approved", {"submitted_on": "yesterday"}, INVALID),
        ("approved", {"submitted_on": f"{YEAR}-01-02T10:00:00"}, INVALID),
        ("approved", {"submitted_on": TOMORROW}, FUTURE),
        ("approved", {"submitted_on": "2017-01-01"}, (422, "no-policy-in-force")),
        ("approved", {}, (409, "rehab.already-applied")),
        ("waiting", {}, (409, "rehab.already-applied")),
        ("nowhere", {}, (404, "case-not-found")),
    ],
)
async def test_applications(rehab, world, case, change, refusal):
    path = f"/v1/cases/{{{case}}}/applications"
    assert await refused(rehab, world, "federation", path, an_application() | change) == refusal


@pytest.mark.parametrize(
    ("step", "body", "refusal"),
    [
        ("return", {"missing": [], "returned_on": APPROVED.isoformat()}, INVALID),
        ("return", {"missing": ["hardship"], "returned_on": TOMORROW}, FUTURE),
        ("return", {"missing": ["hardship"], "returned_on": f"{YEAR}-01-01"}, (422, "rehab.before-submission")),
        (
            "completion",
            {"materials": ["hardship"], "submitted_on": APPROVED.isoformat()},
            (409, "rehab.application-not-open"),
        ),
        ("completion", {"materials": [], "submitted_on": APPROVED.isoformat()}, INVALID),
        ("approval", {"approved_on": TOMORROW}, FUTURE),
        ("approval", {"approved_on": f"{YEAR}-01-01"}, (422, "rehab.before-submission")),
        ("approval", {"approved_on": APPROVED.isoformat(), "ceiling": 1}, INVALID),
        ("approval", {"approved_on": APPROVED.isoformat(), "experts_agree": 1}, INVALID),
        ("refusal", {"reasons": [], "refused_on": APPROVED.isoformat()}, INVALID),
        ("refusal", {"reasons": ["dislike"], "refused_on": APPROVED.isoformat()}, INVALID),
        ("refusal", {"reasons": ["aged_out"], "refused_on": TOMORROW}, FUTURE),
    ],
)
async def test_decisions(rehab, world, step, body, refusal):
    assert await refused(rehab, world, "federation", f"/v1/applications/{{application}}/{step}", body) == refusal
    if refusal == INVALID:
        return
    assert (await refused(rehab, world, "federation", f"/v1/applications/{{nowhere}}/{step}", body))[0] in {404, 422}


async def decision_on(rehab, county, case, **application: Any):
    _, made = await county.applied(case, **application)
    before = await rehab.counts()
    answer = await county.post(
        county.federation, f"/v1/applications/{made}/approval", {"approved_on": APPROVED.isoformat()}
    )
    assert await rehab.counts() == before
    return code_of(answer)


@pytest.mark.parametrize(
    ("application", "refusal"),
    [
        ({"materials": ["identity"]}, "rehab.materials-missing"),
        ({"category": "physical"}, "rehab.no-confirmed-diagnosis"),
        ({"mode": "institution_community_family"}, "rehab.rate-not-set"),
        ({"basis": "certificate"}, "rehab.materials-missing"),
    ],
)
async def test_what_stands_against_an_approval(rehab, county, application, refusal):
    case = await county.diagnosed()
    assert await decision_on(rehab, county, case, **application) == (422, refusal)


async def test_a_child_too_old_for_a_diagnosis_or_for_assistance_is_not_approved(rehab, county):
    for age, basis in ((7, "diagnosis"), (18, "certificate")):
        case = await county.diagnosed(born=APPROVED.replace(year=YEAR - age))
        materials = ["identity", "residence", basis]
        refusal = await decision_on(rehab, county, case, basis=basis, materials=materials)
        assert refusal == (422, "rehab.not-eligible")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"started_on": TOMORROW}, FUTURE),
        ({"started_on": "8 January"}, INVALID),
        ({"approval": "none"}, INVALID),
        ({"approval": NOWHERE}, (404, "case-not-found")),
        ({"started_on": SUBMITTED.isoformat()}, (422, "rehab.outside-approval")),
        ({"started_on": f"{YEAR}-02-05"}, (409, "rehab.approval-lapsed")),
        ({"institution": NOWHERE}, INVALID),
    ],
)
async def test_enrolments(rehab, world, change, refusal):
    body = {"approval": world[2], "started_on": STARTED.isoformat()} | change
    assert await refused(rehab, world, "centre", "/v1/cases/{approved}/enrolments", body) == refusal


async def test_a_second_enrolment_and_an_undesignated_centre_are_refused(rehab, world, county):
    _, child, approval, ids = world
    body = {"approval": child.approval, "started_on": STARTED.isoformat()}
    assert await refused(rehab, world, "centre", "/v1/cases/{case}/enrolments", body) == (409, "rehab.already-enrolled")
    before, anyone = await rehab.counts(), rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    path = f"/v1/cases/{ids['approved']}/enrolments"
    answer = await county.post(anyone, path, body | {"approval": approval})
    assert code_of(answer) == (409, "rehab.not-designated")
    assert await rehab.counts() == before


async def test_an_institution_of_another_county_needs_the_countys_consent(rehab, county):
    far = County(rehab, "371621")
    await far.designated()
    case, approval = await county.approved()
    body = {"approval": approval, "started_on": STARTED.isoformat()}
    before = await rehab.counts()
    refused = await far.post(far.centre, f"/v1/cases/{case}/enrolments", body)
    assert code_of(refused) == (422, "rehab.needs-county-consent")
    assert await rehab.counts() == before
    case, approval = await county.approved(other_counties=True)
    record(await far.post(far.centre, f"/v1/cases/{case}/enrolments", body | {"approval": approval}))


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("{enrolment}", {"ended_on": TOMORROW, "reason": "finished"}, FUTURE),
        ("{enrolment}", {"ended_on": f"{YEAR}-01-12", "reason": "finished"}, (409, "rehab.sessions-after-end")),
        ("{enrolment}", {"ended_on": f"{YEAR}-01-01", "reason": "finished"}, (422, "rehab.period-backwards")),
        ("{enrolment}", {"ended_on": f"{YEAR}-02-01", "reason": "bored"}, INVALID),
        ("{nowhere}", {"ended_on": f"{YEAR}-02-01", "reason": "finished"}, (404, "not-found")),
    ],
)
async def test_ends(rehab, world, path, body, refusal):
    assert await refused(rehab, world, "centre", f"/v1/enrolments/{path}/end", body) == refusal


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"scores": {"total": 32.5}}, INVALID),
        ({"scores": {"total": "32.25"}}, (422, "rehab.score-out-of-range")),
        ({"scores": {"total": "61"}}, (422, "rehab.score-out-of-range")),
        ({"scores": {"total": "30", "item_16": "1"}}, (422, "rehab.unknown-dimension")),
        ({"scores": {"item_1": "1"}}, (422, "rehab.score-missing")),
        ({"scores": {}}, INVALID),
        ({"instrument": "horoscope"}, (422, "rehab.unknown-instrument")),
        ({"instrument": "GMFM-88"}, INVALID),
        ({"instrument_version": "free text, with a name"}, INVALID),
        ({"checkpoint": "sometime"}, INVALID),
        ({"assessed_on": TOMORROW}, FUTURE),
        ({"assessed_on": SUBMITTED.isoformat()}, (422, "rehab.outside-enrolment")),
        ({"enrolment": NOWHERE}, (404, "case-not-found")),
        ({"assessor": "Dr Who"}, INVALID),
    ],
)
async def test_evaluations(rehab, world, change, refusal):
    body = an_evaluation(world[1]) | change
    assert await refused(rehab, world, "centre", "/v1/cases/{case}/evaluations", body) == refusal


SESSIONS = [
    ({"starts_at": f"{YEAR}-01-12T24:30:00+08:00"}, INVALID),
    ({"starts_at": f"{YEAR}-01-12T09:60:00+08:00"}, INVALID),
    ({"starts_at": f"{YEAR}-01-12T08:00:00"}, INVALID),
    ({"starts_at": 1_700_000_000}, INVALID),
    ({"attended": "yes"}, INVALID),
    ({"attended": 1}, INVALID),
    ({"discipline": "magic"}, INVALID),
    ({"mode": "by telepathy"}, INVALID),
    ({"therapist": "Ms Li"}, INVALID),
    ({"note": "free text"}, INVALID),
    ({"ends_at": SOON}, (422, "rehab.session-too-long")),
    ({"starts_at": clock.now().isoformat(), "ends_at": SOON}, FUTURE),
    ({"minutes": 0}, (422, "rehab.session-backwards")),
    ({"minutes": -30}, (422, "rehab.session-backwards")),
    ({"minutes": 481}, (422, "rehab.session-too-long")),
    ({"after": -5 * 24 * 60}, (422, "rehab.outside-enrolment")),
    ({"after": 20}, (409, "rehab.session-overlaps")),
    ({"enrolment": NOWHERE}, (404, "case-not-found")),
]


@pytest.mark.parametrize(("change", "refusal"), SESSIONS)
async def test_sessions(rehab, world, change, refusal):
    body = a_session(world[1], **({"after": 300} | change))
    assert await refused(rehab, world, "centre", "/v1/cases/{case}/sessions", body) == refusal


# A correction may stay where the session is, so the overlap with itself is none; it has no enrolment of its own.
CORRECTIONS = [(change, refusal) for change, refusal in SESSIONS if refusal[0] == 422]


@pytest.mark.parametrize(("change", "refusal"), CORRECTIONS)
async def test_corrections(rehab, world, change, refusal):
    replacement = a_session(world[1], **({"after": 300} | change))
    del replacement["enrolment"]
    body = {"reason": "wrong_time", "replacement": replacement}
    assert await refused(rehab, world, "centre", "/v1/sessions/{session}/correction", body) == refusal


async def test_a_correction_of_nothing_known_or_for_no_known_reason(rehab, world):
    path = "/v1/sessions/{nowhere}/correction"
    assert await refused(rehab, world, "centre", path, {"reason": "wrong_time"}) == (404, "not-found")
    assert await refused(rehab, world, "centre", "/v1/sessions/{session}/correction", {"reason": "mood"}) == INVALID


@pytest.mark.parametrize(
    "body", [None, [], "text", {"sessions": {}}, {"sessions": None}, {}, {"sessions": [], "more": 1}]
)
async def test_a_batch_that_is_none(rehab, world, body):
    assert await refused(rehab, world, "centre", "/v1/sessions/batch", body) == INVALID


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "schlüssel-x"])
async def test_a_write_needs_a_good_idempotency_key(rehab, world, key):
    county, child, _, ids = world
    before = await rehab.counts()
    async with rehab.client(county.centre) as client:
        headers = {"Idempotency-Key": key.encode()}
        answer = await client.post(
            f"/v1/cases/{ids['case']}/sessions", json=a_session(child, after=300), headers=headers
        )
    assert code_of(answer) == (400, "idempotency-key-missing")
    assert await rehab.counts() == before


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/v1/cases/not-an-id/enrolments", INVALID),
        (f"/v1/cases/{NOWHERE}/enrolments", (404, "case-not-found")),
        (f"/v1/cases/{NOWHERE}/evaluations", (404, "case-not-found")),
        (f"/v1/cases/{NOWHERE}/assistance", (404, "case-not-found")),
        (f"/v1/cases/{NOWHERE}/sessions?month={YEAR}-01", (404, "case-not-found")),
        (f"/v1/cases/{NOWHERE}/sessions?month={YEAR}-13", INVALID),
        (f"/v1/cases/{NOWHERE}/sessions", INVALID),
        (f"/v1/applications/{NOWHERE}", (404, "not-found")),
        ("/v1/applications?limit=0", INVALID),
        ("/v1/applications?limit=201", INVALID),
        ("/v1/applications?after=nonsense", (400, "bad-cursor")),
        ("/v1/intakes?after=WyIxIl0", (400, "bad-cursor")),
        ("/v1/enrolments?after=WzFd", (400, "bad-cursor")),
        ("/v1/designations?on=tomorrow", INVALID),
        ("/v1/designations?institution=x", INVALID),
    ],
)
async def test_reading(rehab, world, path, refusal):
    before = await rehab.counts()
    answer = await world[0].get(world[0].federation, path)
    assert code_of(answer) == refusal
    assert await rehab.counts() == before


async def test_refusals_speak_the_callers_language(rehab, world):
    county, child, _, ids = world
    body = a_session(child, minutes=0)
    for language, words in (("en", "does not end after it starts"), ("zh", "结束时间必须晚于开始时间")):
        async with rehab.client(county.centre, language=language) as client:
            answer = await client.post(f"/v1/cases/{ids['case']}/sessions", json=body)
        assert words in answer.json()["title"]


async def test_the_county_of_a_designation_comes_from_the_register_not_from_the_caller(rehab, county):
    centre = uuid4()
    rehab.knows(Organisation(centre, "invented", OrgType.REHAB_CENTRE, "371621"))
    answer = await county.post(county.federation, f"/v1/institutions/{centre}/designations", a_designation())
    assert code_of(answer) == (403, "not-allowed")
    assert await rehab.fetch("SELECT 1 FROM designation WHERE institution = $1", UUID(str(centre))) == []
