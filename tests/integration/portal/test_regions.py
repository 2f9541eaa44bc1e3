"""Counties by name: in filters, lists and workbooks, where whoever runs the portal gives their names."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID

import pytest
from openpyxl import load_workbook

from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import Browser, Portal, a_portal, words
from tests.integration.timeline.snapshot import emptied
from tests.support.children import Child
from tests.support.directory import COUNTY

CITY = COUNTY[:4]
NAMES = f"code,zh,en\n{CITY},样例市,Sample City\n{COUNTY},样例县,Sample County\n"


@pytest.fixture(scope="module")
async def office(servers, directory, timeline, tmp_path_factory) -> AsyncIterator[Portal]:
    file = tmp_path_factory.mktemp("regions") / "regions.csv"
    file.write_text(NAMES, "utf-8-sig")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_REGIONS_FILE", str(file))
        async with a_portal(servers, directory, timeline) as it:
            yield it


@pytest.fixture(scope="module")
async def child(timeline) -> UUID:
    await emptied(timeline)
    child = Child()
    child.registered(COUNTY, recorded_at=datetime(2024, 5, 1, tzinfo=UTC))
    await timeline.deliver(*child.records)
    return child.case


@pytest.fixture
async def city(office, child) -> Browser:
    organisation = await office.directory.organisation(OrgType.HEALTH_AUTHORITY, CITY)
    person = await office.directory.account(organisation)
    browser: Browser = await office.signed_in(person)
    await browser.reads_english()
    return browser


@pytest.mark.parametrize("path", ["/cases", "/indicators"])
async def test_a_list_is_narrowed_to_a_county_by_its_name(city, path):
    page = (await city.look(path)).text
    assert f'<option value="{COUNTY}">Sample County ({COUNTY})</option>' in page


async def test_a_county_that_has_no_name_is_still_chosen_when_it_was_asked_for(city):
    page = (await city.look("/cases", county="371698")).text
    assert '<option value="371698" selected>371698</option>' in page


async def test_a_form_that_asks_for_a_county_offers_its_name(office):
    page = (await (await office.reader(OrgType.CLINIC)).look("/record/arrival")).text
    assert 'list="regions"' in page
    assert f'<option value="{COUNTY}">Sample County ({COUNTY})</option>' in page


@pytest.mark.parametrize("path", ["/cases", "/cases/{case}"])
async def test_a_child_stands_in_its_county_by_name(city, child, path):
    assert f"Sample County ({COUNTY})" in words(await city.look(path.format(case=child)))


async def test_a_workbook_says_names_too(city):
    book = load_workbook(BytesIO((await city.look("/cases.xlsx", county=COUNTY)).content))
    cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row if cell]
    assert sum(f"Sample County ({COUNTY})" in str(cell) for cell in cells) == 2


async def test_chinese_names_are_for_who_reads_chinese(office, city):
    await city.look("/account")
    await city.send("/account/preferences", language="zh")
    assert f"样例县（{COUNTY}）" in words(await city.look("/cases"))
