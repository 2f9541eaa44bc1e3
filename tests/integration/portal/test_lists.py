"""Working lists and the list of children: narrowed, counted by county and owner, and on the first page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from services.portal.api import duties, whole_lists
from services.portal.api.sheets import Sheet, workbook
from services.portal.upstream import Upstream
from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.errors import TemporarilyUnavailable
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.integration.timeline.snapshot import emptied
from tests.support.children import Child

HERE, THERE = "371602", "371603"


@pytest.fixture(scope="module")
async def office(servers, directory, timeline) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, timeline) as it:
        yield it


@dataclass
class City:
    """A child in each of two counties, each with one referral that is overdue and one that is not."""

    here: Child
    there: Child
    late: UUID
    """Who should have answered the referral here."""


@pytest.fixture(scope="module")
async def city(office, timeline) -> City:
    await emptied(timeline)
    late = await office.directory.organisation(OrgType.MCH, HERE)
    found = City(Child(), Child(), late)
    for child, county, receiver in ((found.here, HERE, late), (found.there, THERE, UUID(int=7))):
        child.registered(county)
        child.screened(date(2024, 2, 1))
        for days in (60, 11):
            child.referred(clock.today() - timedelta(days=days), receiver)
        await timeline.deliver(*child.records)
    await replace(timeline.app.state.assessment, now=clock.now).settle()
    return found


async def reader(office: Portal, org_type: OrgType, region: str, *, organisation: UUID | None = None) -> Browser:
    """Return the browser of somebody who reads English."""
    organisation = organisation or await office.directory.organisation(org_type, region)
    role = Role.REVIEWER if org_type is OrgType.FEDERATION else Role.STAFF
    browser = await office.signed_in(await office.directory.account(organisation, role))
    await browser.reads_english()
    return browser


async def page_of(browser: Browser, path: str, **query: str) -> str:
    answer = await browser.look(path, **query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def book_of(browser: Browser, path: str, **query: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return a list as a workbook: the lines above it, and its rows by the names of the columns."""
    answer = await browser.look(path, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    head = next(number for number, row in enumerate(rows) if row[1] is not None)
    return [str(row[0]) for row in rows[:head]], [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


async def test_a_city_sees_what_is_overdue_by_county_and_owner_and_opens_each(office, city):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    page = await page_of(browser, "/duties")
    assert "Overdue by county" in page
    assert f'href="/duties?standing=overdue&amp;county={HERE}"' in page
    assert f'href="/duties?standing=overdue&amp;owner={city.late}"' in page
    narrowed = await page_of(browser, "/duties", standing="overdue", county=HERE)
    assert f'<option value="{HERE}" selected>' in narrowed
    assert f"/cases/{city.here.case}" in narrowed
    assert f"/cases/{city.there.case}" not in narrowed
    assert "Overdue by county" not in narrowed


async def test_what_one_owner_owes_is_a_list_of_its_own(office, city):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    page = await page_of(browser, "/duties", owner=str(city.late))
    assert f'<option value="{city.late}" selected>' in page
    assert f"/cases/{city.there.case}" not in page
    assert page.count(f'href="/cases/{city.here.case}"') == 2
    assert "Nothing in this list" in await page_of(browser, "/duties", owner="federation")
    assert "Nothing in this list" in await page_of(browser, "/duties", owner=str(city.late), standing="later")


async def test_who_moved_a_child_away_is_told_on_the_list_that_it_is_saved(office, city):
    browser = await reader(office, OrgType.FEDERATION, HERE)
    assert "Saved." in await page_of(browser, "/cases", done="1")
    assert "done=1" not in browser.last.text.partition("<main")[2]
    assert "Saved." not in await page_of(browser, "/cases")


async def test_a_county_is_offered_owners_and_no_counties(office, city):
    page = await page_of(await reader(office, OrgType.FEDERATION, HERE), "/duties")
    assert "Overdue by owner" in page
    assert "Overdue by county" not in page
    assert 'name="county"' not in page


async def test_an_institution_sees_its_own_list_and_nobody_else_s_standing(office, city):
    page = await page_of(await reader(office, OrgType.MCH, HERE, organisation=city.late), "/duties")
    assert f"/cases/{city.here.case}" in page
    assert "Overdue by" not in page
    assert 'name="owner"' not in page


async def test_the_first_page_shows_what_is_overdue_longest(office, city):
    page = await page_of(await reader(office, OrgType.FEDERATION, HERE), "/")
    assert "Overdue longest" in page
    assert f"/cases/{city.here.case}" in page
    idle = await page_of(await reader(office, OrgType.CLINIC, HERE), "/")
    assert "Overdue longest" not in idle


async def test_the_first_page_says_when_the_list_of_what_is_overdue_cannot_be_had(office, city, monkeypatch):
    browser = await reader(office, OrgType.FEDERATION, HERE)
    ask = Upstream.ask

    async def without_list(self: Upstream, service: str, method: str, path: str, **options: Any) -> Any:
        if path == duties.DUTIES:
            raise TemporarilyUnavailable(what=service)
        return await ask(self, service, method, path, **options)

    monkeypatch.setattr(Upstream, "ask", without_list)
    page = await page_of(browser, "/")
    assert "This part cannot be shown at the moment" in page
    assert "What is waiting, by kind" in page


@pytest.mark.parametrize("query", [{"county": "x"}, {"owner": "nobody"}, {"county": "110101"}, {"rule": "happiness"}])
async def test_a_question_that_is_none_is_refused_in_words(office, city, query):
    answer = await (await reader(office, OrgType.FEDERATION, "3716")).look("/duties", **query)
    assert answer.status_code in {403, 422}
    assert "<h1>" in answer.text


async def test_children_are_narrowed_by_stage_suspicion_county_and_what_is_overdue(office, city):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    for query, seen in (
        ({"stage": "suspected"}, (True, True)), ({"stage": "in_custody"}, (False, False)),
        ({"category": "autism"}, (True, True)), ({"category": "vision"}, (False, False)),
        ({"county": HERE}, (True, False)), ({"overdue": "1", "county": THERE}, (False, True)),
        ({"stage": "", "category": "", "county": ""}, (True, True)),
    ):  # fmt: skip
        page = await page_of(browser, "/cases", **query)
        assert tuple(str(child.case) in page for child in (city.here, city.there)) == seen, query
        assert ("No child fits" in page) == (seen == (False, False)), query


async def test_who_is_shown_no_states_is_not_asked_for_them(office, city):
    page = await page_of(await reader(office, OrgType.SCHOOL, HERE), "/cases")
    assert 'name="stage"' not in page
    assert 'name="overdue"' in page


async def test_a_working_list_is_taken_along_as_narrowed_and_says_as_of_when_it_is(office, city, timeline):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    page = await page_of(browser, "/duties", standing="overdue", county=HERE)
    assert f'href="/duties.xlsx?standing=overdue&amp;county={HERE}"' in page
    before = await timeline.fetch("SELECT count(*) FROM access_log WHERE case_id = $1", city.here.case)
    said, rows = await book_of(browser, "/duties.xlsx", standing="overdue", county=HERE)
    after = await timeline.fetch("SELECT count(*) FROM access_log WHERE case_id = $1", city.here.case)
    assert said[0] == "Working list"
    assert said[1].startswith("As of ")
    assert said[2:4] == ["When: overdue", f"County: {HERE}"]
    assert said[4].startswith("Complete to ")
    assert {row["Case"] for row in rows} == {str(city.here.case)}
    assert {row["Standing"] for row in rows} == {"overdue"}
    assert "Child" not in rows[0]
    assert isinstance(rows[0]["Due before"], date)
    assert after[0][0] == before[0][0] + 1


async def test_what_a_kind_of_authority_owes_is_taken_along_too(office, city):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    said, rows = await book_of(browser, "/duties.xlsx", owner="federation")
    assert "Owed by: disabled persons' federation" in said
    assert rows == []


async def test_a_long_list_is_read_page_by_page_and_says_where_it_was_cut(office, city, monkeypatch):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    monkeypatch.setattr(whole_lists, "MOST_ROWS", 1)
    said, rows = await book_of(browser, "/cases.xlsx")
    assert len(rows) == 2
    assert not [line for line in said if "Only the first" in line]
    monkeypatch.setattr(whole_lists.whole, "__defaults__", (1,))
    said, rows = await book_of(browser, "/cases.xlsx", stage="suspected")
    assert len(rows) == 1
    assert "Stage: suspected" in said
    assert said[-1] == "Only the first 1 rows stand here. Narrow the list to have the rest."


async def test_every_list_of_the_desks_is_offered_as_a_workbook(office, city):
    browser = await reader(office, OrgType.FEDERATION, "3716")
    for path in ("/findings", "/parked"):
        said, _ = await book_of(browser, f"{path}.xlsx")
        assert said[1].startswith("As of "), path
    assert 'href="/cases.xlsx"' in await page_of(browser, "/cases")


async def test_a_list_that_is_refused_is_refused_as_a_workbook_too(office, city):
    centre = await reader(office, OrgType.REHAB_CENTRE, HERE)
    for path in ("/findings.xlsx", "/applications.xlsx", "/parked.xlsx"):
        assert (await centre.look(path)).status_code == 403, path
    city_clerk = await reader(office, OrgType.FEDERATION, "3716")
    assert (await city_clerk.look("/duties.xlsx", county="110101")).status_code == 403


def test_what_looks_like_a_formula_is_text_and_stays_text_when_it_is_typed_into_again():
    typed = ["=1+1", "+86", "-3", "@name", "name"]
    (sheet,) = load_workbook(BytesIO(workbook([Sheet("T", [], ["A"], [[one] for one in typed])]))).worksheets
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(one, "s") for one in typed]
    assert [bool(cell.quotePrefix) for cell in cells] == [True, True, True, True, False]
