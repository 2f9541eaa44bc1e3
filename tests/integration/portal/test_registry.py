"""The federation's registry work in the portal: likely duplicates, merges, doubts, certificates with their hospital."""

import re
from datetime import date

import pytest

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.portal.test_clinic_deeds import County, Desk, county, office  # noqa: F401 - fixtures
from tests.support.screening import a_resident_number
from tests.support.stages import UNKNOWN


async def alike(county: County, born: date) -> tuple[str, str]:  # noqa: F811 - the fixture's name
    return await county.register(born=born), await county.register(born=born)


async def test_two_cases_are_shown_as_one_child_and_taken_apart_again(county):  # noqa: F811
    one, two = await alike(county, date(2021, 3, 1))
    page = await county.federation_desk.page(f"/registry/{one}")
    assert "Children who are likely the same" in page
    assert "童一一" not in page
    page = await county.federation_desk.done(f"/record/merge/{one}?of={two}", on="2024-05-01")
    assert "Cases of the same child" in page
    page = await county.federation_desk.done(f"/record/merge-undoing/{one}?of={two}", on="2024-06-01")
    assert "taken apart on 1 Jun" in page


async def test_another_child_is_decided_once_and_stands_beside_the_comparison(county):  # noqa: F811
    one, two = await alike(county, date(2021, 3, 2))
    page = await county.federation_desk.done(f"/record/another-child/{one}?of={two}")
    assert "another child, as decided" in page
    assert "another child, as decided" in await county.federation_desk.page(f"/registry/{two}")
    assert "another-child" not in county.federation_desk.browser.last.text


async def test_a_doubt_is_settled_from_the_childs_page(county):  # noqa: F811
    number = a_resident_number()
    case = await county.register(resident_number=number)
    refused = await county.clinic_desk.fill(
        f"/record/identity/{case}", resident_number=a_resident_number(), confirmed_on="2024-05-01"
    )
    assert refused.status_code == 409
    settled = {"kind": "two_numbers_one_child", "outcome": "number_mistyped"}
    at = f"/record/doubt/{case}"
    early = await county.federation_desk.fill(at, **settled, on="2024-05-01")
    assert early.status_code == 422
    today = re.search(r'name="on"[^>]*max="([0-9-]{10})"', early.text).group(1)
    page = await county.federation_desk.done(at, **settled, on=today)
    assert "Saved." in page


async def test_a_certificate_goes_from_application_to_issue(office, county):  # noqa: F811
    number = a_resident_number()
    case = await county.register(resident_number=number)
    clerk = Desk(await office.reader(OrgType.FEDERATION, Role.INTAKE_CLERK), county.federation)
    typed = {"hospital": str(county.hospital.organisation), "applied_on": "2024-05-01"}
    page = await clerk.done(f"/record/certificate-application/{case}", **typed)
    assert "applied" in page
    listed = (await county.hospital_desk.browser.look("/certificates", status="applied")).text
    assert case in listed
    (link,) = {one for one in re.findall(r'href="(/record/grading/[^"]+)"', listed) if case in one}
    nothing = await county.hospital_desk.fill(link, on="2024-05-10")
    assert nothing.status_code == 422
    page = await county.hospital_desk.done(link, **{"on": "2024-05-10", "hearing.better_ear_db": "85"})
    assert "Saved." in page
    page = await county.federation_desk.page(f"/registry/{case}")
    assert "hearing, grade 2" in page
    link = re.search(r'href="(/record/certificate-grant/[^"]+)"', county.federation_desk.browser.last.text).group(1)
    wrong = await county.federation_desk.fill(link, number=f"{number}24", on="2024-05-30")
    assert wrong.status_code == 422
    page = await county.federation_desk.done(link, number=f"{number}22", on="2024-05-30")
    assert "valid until 29 May 2034" in page or "valid until 30 May 2034" in page
    link = re.search(r'href="(/record/certificate-cancellation/[^"]+)"', county.federation_desk.browser.last.text)
    typed = {"reason": "own_request", "cancelled_on": "2024-07-01"}
    assert "cancelled on 1 Jul 2024" in await county.federation_desk.done(link.group(1), **typed)


async def test_a_clerk_takes_applications_and_decides_nothing(office, county):  # noqa: F811
    one, two = await alike(county, date(2021, 3, 3))
    clerk = Desk(await office.reader(OrgType.FEDERATION, Role.INTAKE_CLERK), county.federation)
    page = await clerk.page(f"/registry/{one}")
    assert "Application for a disability certificate" in page
    assert "likely the same" not in page
    await clerk.page(f"/record/merge/{one}?of={two}", 403)


@pytest.mark.parametrize("path", [f"/registry/{UNKNOWN}", "/certificates"])
async def test_who_keeps_no_register_is_refused(office, path):  # noqa: F811
    teacher = await office.reader(OrgType.SCHOOL)
    assert (await teacher.look(path)).status_code == 403


async def test_a_clinic_has_its_own_page_of_a_child(county):  # noqa: F811
    case = await county.register()
    await county.clinic_desk.page(f"/registry/{case}", 404)


async def test_a_federation_that_moves_a_child_is_led_to_a_list_of_its_own(county):  # noqa: F811
    case = await county.register()
    page = (await county.federation_desk.browser.look(f"/record/move/{case}")).text
    assert f'href="/registry/{case}"' in page
    moved = await county.federation_desk.fill(f"/record/move/{case}", region="371603", moved_on="2024-05-01")
    assert moved.headers["location"] == "/cases?done=1"
