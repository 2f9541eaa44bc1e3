"""Placements over HTTP, on a real database."""

import asyncio
from datetime import date, timedelta

import pytest

from shared import clock
from shared.contracts.codes import OrgType
from tests.integration.education.doors import a_school_child, an_order, get, place
from tests.support.stages import UNKNOWN, a_child, code_of


@pytest.fixture
def authority(education):
    return education.organisation(OrgType.EDUCATION_AUTHORITY)


@pytest.fixture
def school(education):
    return education.organisation(OrgType.SCHOOL)


@pytest.fixture
def site(education):
    return education.organisation(OrgType.REHAB_CENTRE)


async def test_a_decision_is_a_fact_that_names_school_site_and_the_steps_passed_over(
    education, authority, school, site
):
    case = await a_school_child(education)
    answer = await place(education, authority, case, an_order(school, site=site))
    assert answer.status_code == 201
    (fact,) = await education.facts(case)
    assert fact["type"] == "tongkang.education.placement_decided.v1"
    assert fact["data"]["placement"] == answer.json()["record"]
    assert (fact["data"]["school"], fact["data"]["site"]) == (str(school.organisation), str(site.organisation))
    assert [skipped["step"] for skipped in fact["data"]["skipped"]] == [
        "nearby_ordinary",
        "designated_ordinary",
        "special_school",
    ]
    assert fact["data"]["actor"]["organisation"] == str(authority.organisation)


async def test_a_later_decision_replaces_the_earlier_from_its_first_day(education, authority, school, site):
    case = await a_school_child(education)
    await place(education, authority, case, an_order(school, site=site, starts_on="2023-09-01"))
    await place(education, authority, case, an_order(school, mode="regular_class", starts_on="2024-02-26"))
    placements = (await get(education, authority, f"/v1/cases/{case}/placements")).json()
    assert [(p["mode"], p["starts_on"], p["ends_on"], p["last_day"]) for p in placements] == [
        ("teaching_site", "2023-09-01", None, "2024-02-25"),
        ("regular_class", "2024-02-26", None, None),
    ]
    again = await place(education, authority, case, an_order(school, mode="regular_class", starts_on="2024-02-26"))
    assert code_of(again) == (409, "education.placement-not-after-the-last")


async def test_two_clerks_at_the_same_moment_place_a_child_once(education, authority, school):
    case = await a_school_child(education)
    order = an_order(school, mode="regular_class")
    answers = await asyncio.gather(*(place(education, authority, case, order) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(await education.facts(case)) == 1


async def test_the_list_of_placements_pages_by_key_and_logs_each_child(education, authority, school):
    cases = [await a_school_child(education) for _ in range(3)]
    for case in cases:
        await place(education, authority, case, an_order(school, mode="regular_class"))
    first = (await get(education, school, "/v1/placements?limit=2")).json()
    rest = (await get(education, school, f"/v1/placements?limit=2&after={first['next']}")).json()
    assert [row["case_id"] for row in first["items"] + rest["items"]] == [str(case) for case in cases]
    assert rest["next"] is None
    logged = await education.fetch("SELECT act FROM access_log WHERE case_id = ANY ($1::uuid[])", cases)
    assert [row[0] for row in logged] == ["placement.read"] * 3


TOMORROW = (clock.today() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"mode": "boarding_school"}, "invalid-request"),
        ({"mode": None}, "invalid-request"),
        ({"starts_on": "2024-02-30"}, "invalid-request"),
        ({"school": "no-id"}, "invalid-request"),
        ({"reasons": {"nearby_ordinary": "because"}}, "invalid-request"),
        ({"reasons": {"somewhere": "no_place_nearby"}}, "invalid-request"),
        ({"diagnosis": "free text"}, "invalid-request"),
        ({"decided_on": TOMORROW}, "in-the-future"),
        ({"ends_on": "2023-01-01"}, "education.period-reversed"),
        ({"reasons": {}}, "education.skipped-step-needs-reason"),
        ({"site": None}, "education.site-required"),
        ({"school": None}, "education.school-required"),
        ({"mode": "special_school"}, "education.site-not-expected"),
        ({"starts_on": "2031-03-01"}, "education.age-outside-mode"),
        ({"mode": "deferred", "school": None, "site": None}, "education.deferral-too-long"),
    ],
)
async def test_a_bad_decision_is_refused_and_leaves_no_trace(education, authority, school, site, changes, refusal):
    case = await a_child(education, born=date(2013, 3, 1))
    before = await education.counts()
    answer = await place(education, authority, case, an_order(school, site=site) | changes)
    assert code_of(answer) == (422, refusal)
    assert await education.counts() == before


async def test_a_deferral_names_no_school(education, authority, school):
    case = await a_school_child(education)
    order = an_order(school, mode="deferred", ends_on="2024-08-31", applied_on="2023-06-05") | {
        "school": str(school.organisation)
    }
    before = await education.counts()
    assert code_of(await place(education, authority, case, order)) == (422, "education.school-not-expected")
    assert await education.counts() == before
    assert (await place(education, authority, case, order | {"school": None})).status_code == 201


@pytest.mark.parametrize("place_name", ["school", "site"])
async def test_a_place_must_be_an_organisation_of_the_right_kind(education, authority, school, site, place_name):
    case, clinic = await a_school_child(education), education.organisation(OrgType.CLINIC)
    before = await education.counts()
    order = an_order(school, site=site) | {place_name: str(clinic.organisation)}
    assert code_of(await place(education, authority, case, order)) == (422, "organisation-unknown")
    assert await education.counts() == before


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("POST", f"/v1/cases/{UNKNOWN}/placements", (404, "case-not-found")),
        ("POST", "/v1/cases/not-an-id/placements", (422, "invalid-request")),
        ("GET", f"/v1/cases/{UNKNOWN}/placements", (404, "case-not-found")),
        ("GET", "/v1/placements?limit=0", (422, "invalid-request")),
        ("GET", "/v1/placements?after=nonsense", (400, "bad-cursor")),
    ],
)
async def test_unknown_and_malformed_ids_are_refused(education, authority, school, method, path, refusal):
    before = await education.counts()
    async with education.client(authority) as client:
        body = an_order(school, mode="regular_class") if method == "POST" else None
        answer = await client.request(method, path, json=body)
    assert code_of(answer) == refusal
    assert await education.counts() == before
