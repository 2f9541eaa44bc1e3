"""Education licences over HTTP, on a real database."""

import asyncio
from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType
from tests.integration.education.doors import get, license_site, post
from tests.support.stages import code_of


@pytest.fixture
def authority(education):
    return education.organisation(OrgType.EDUCATION_AUTHORITY)


@pytest.fixture
def school(education):
    return education.organisation(OrgType.SCHOOL)


@pytest.fixture
def site(education):
    return education.organisation(OrgType.REHAB_CENTRE)


async def test_a_licence_is_a_fact_about_the_institution_and_its_number_stays_here(education, authority, school, site):
    answer = await license_site(education, authority, site, school)
    assert answer.status_code == 201
    (fact,) = await education.facts(site.organisation)
    assert fact["type"] == "tongkang.education.education_licence_granted.v1"
    assert fact["subject"] == str(site.organisation)
    expected = {"licence": answer.json()["record"], "region": "371602", "stage": "compulsory"}
    expected |= {"valid_from": "2023-09-01", "valid_until": "2026-08-31", "partner_school": str(school.organisation)}
    assert {key: fact["data"][key] for key in expected} == expected
    assert "LIC-EXAMPLE-1" not in str(fact)
    clinic = education.organisation(OrgType.CLINIC, "3701")
    (licence,) = (await get(education, clinic, f"/v1/institutions/{site.organisation}/licences")).json()
    assert (licence["number"], licence["valid_until"]) == ("LIC-EXAMPLE-1", "2026-08-31")


async def test_one_stage_is_licensed_once_at_a_time_even_at_the_same_moment(education, authority, school, site):
    answers = await asyncio.gather(*(license_site(education, authority, site, school) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert code_of(refused) == (409, "education.licence-overlaps")
    assert (await license_site(education, authority, site, school, stage="preschool")).status_code == 201
    later = {"valid_from": "2026-09-01", "valid_until": "2029-08-31"}
    assert (await license_site(education, authority, site, school, **later)).status_code == 201
    assert len(await education.facts(site.organisation)) == 3


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"stage": "university"}, "invalid-request"),
        ({"number": ""}, "invalid-request"),
        ({"number": "9" * 41}, "invalid-request"),
        ({"valid_from": "soon"}, "invalid-request"),
        ({"teachers": ["no-id"]}, "invalid-request"),
        ({"valid_until": "2023-08-31"}, "education.period-reversed"),
        ({"partner_school": str(uuid4())}, "temporarily-unavailable"),
    ],
)
async def test_a_bad_licence_is_refused_and_leaves_no_trace(education, authority, school, site, changes, refusal):
    before = await education.counts()
    status = 503 if refusal == "temporarily-unavailable" else 422
    assert code_of(await license_site(education, authority, site, school, **changes)) == (status, refusal)
    assert await education.counts() == before


async def test_only_an_institution_that_can_teach_is_licensed_and_only_with_a_school(
    education, authority, school, site
):
    clinic = education.organisation(OrgType.CLINIC)
    before = await education.counts()
    assert code_of(await license_site(education, authority, clinic, school)) == (422, "organisation-unknown")
    assert code_of(await license_site(education, authority, site, clinic)) == (422, "organisation-unknown")
    assert code_of(await post(education, authority, "/v1/institutions/17/licences", {})) == (422, "invalid-request")
    assert await education.counts() == before
