"""Applications on their desk: by clock, with what a decision rests on, decided once and by another person."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.support.rehab import APPROVED, County

DAY = APPROVED.isoformat()


@pytest.fixture(scope="module")
async def office(servers, directory, rehab) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, rehab) as it:
        yield it


@pytest.fixture
async def county(rehab) -> County:
    county = County(rehab)
    await county.designated()
    return county


async def send(browser: Browser, application: str, deed: str, **typed: Any) -> Any:
    await browser.look(f"/applications/{application}")
    return await browser.send(f"/applications/{application}/{deed}", **typed)


async def test_an_application_waits_in_the_queue_with_its_clocks(office, rehab, county):
    case, application = await county.applied()
    page = (await (await office.clerk(rehab, Role.REVIEWER)).look("/applications")).text
    assert f'href="/applications/{application}"' in page
    assert "training · autism" in page
    assert f"Case {str(case)[:8]}" in page


async def test_the_queue_is_taken_along_as_a_workbook(office, rehab, county):
    case, application = await county.applied()
    desk = await office.clerk(rehab, Role.REVIEWER)
    assert 'href="/applications.xlsx"' in (await desk.look("/applications")).text
    rows = list(load_workbook(BytesIO((await desk.look("/applications.xlsx")).content)).active.values)
    assert rows[1][0].startswith("As of ")
    told = next(dict(zip(rows[2], row, strict=True)) for row in rows[3:] if row[0] == application)
    assert (told["Case"], told["Asked for"], told["Check"]) == (str(case), "training", "not checked yet")


async def test_what_a_decision_rests_on_and_the_figure_with_its_source_stand_beside_it(office, rehab, county):
    _, application = await county.applied()
    page = (await (await office.clerk(rehab, Role.APPROVER)).look(f"/applications/{application}")).text
    assert "What a decision today would rest on" in page
    assert "CN¥20,000.00" in page
    assert "Source of the figure: 山东办法2026" in page
    assert "鲁政字〔2025〕188号" in page


async def test_a_reviewer_checks_and_another_person_approves(office, rehab, county):
    case, application = await county.applied()
    reviewer = await office.clerk(rehab, Role.REVIEWER, Role.APPROVER)
    answer = await send(reviewer, application, "eligibility", checked_on=DAY)
    assert answer.headers["location"] == f"/applications/{application}?done=eligibility"
    own = await send(reviewer, application, "approval", approved_on=DAY)
    assert own.status_code == 403
    assert 'role="alert"' in own.text
    approver = await office.clerk(rehab, Role.APPROVER)
    assert (await send(approver, application, "approval", approved_on=DAY, other_counties="1")).status_code == 303
    page = (await approver.look(f"/applications/{application}", done="approval")).text
    assert "What was approved" in page
    assert "The application is approved." in page
    assert (await rehab.facts(case))[-1]["data"]["other_counties"] is True


async def test_an_application_is_returned_completed_and_then_approved(office, rehab, county):
    case, application = await county.applied(materials=["identity", "residence"])
    desk = await office.clerk(rehab, Role.INTAKE_CLERK)
    page = (await desk.look(f"/applications/{application}")).text
    assert 'value="diagnosis" checked' in page
    typed = {"missing": "diagnosis", "returned_on": DAY, "note": "The hospital's page is missing."}
    assert (await send(desk, application, "return", **typed)).status_code == 303
    assert "The hospital&#39;s page is missing." in (await desk.look(f"/applications/{application}")).text
    assert (await send(desk, application, "completion", materials="diagnosis", submitted_on=DAY)).status_code == 303
    assert (await send(desk, application, "approval", approved_on=DAY)).status_code == 403
    approver = await office.clerk(rehab, Role.APPROVER)
    assert (await send(approver, application, "approval", approved_on=DAY)).status_code == 303
    assert (await rehab.facts(case))[-1]["type"] == "tongkang.rehab.assistance_approved.v1"


async def test_a_refusal_says_why_and_one_without_a_reason_is_not_taken_but_kept_as_typed(office, rehab, county):
    case, application = await county.applied()
    approver = await office.clerk(rehab, Role.APPROVER)
    answer = await send(approver, application, "refusal", refused_on=DAY, note="Words that must stay")
    assert answer.status_code == 422
    assert "Words that must stay" in answer.text
    assert "<details open>" in answer.text
    typed = {"reasons": "assisted_elsewhere", "refused_on": DAY}
    for _ in range(2):
        assert (await send(approver, application, "refusal", once="one-click", **typed)).status_code == 303
    refusals = [fact for fact in await rehab.facts(case) if "assistance_refused" in fact["type"]]
    assert [fact["data"]["reasons"] for fact in refusals] == [["assisted_elsewhere"]]


async def test_who_only_reads_is_offered_no_decision(office, rehab, county):
    _, application = await county.applied()
    page = (await (await office.clerk(rehab, Role.AUDITOR)).look(f"/applications/{application}")).text
    assert "Record the check" not in page
    assert "Refuse the application" not in page


async def test_neither_another_county_nor_a_centre_opens_an_application(office, rehab, county):
    _, application = await county.applied()
    other = await office.clerk(rehab, Role.REVIEWER, region="371624")
    assert (await other.look(f"/applications/{application}")).status_code == 404
    assert "No application waits" in (await other.look("/applications")).text
    centre = await office.signed_in(await office.person(OrgType.REHAB_CENTRE))
    assert (await centre.look(f"/applications/{application}")).status_code == 403
