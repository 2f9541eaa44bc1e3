"""The file of a child as a page: its picture, its entries, what is new, who may see it, and the same as files."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from openpyxl import load_workbook

from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.events.screening import ConsentWithdrawn, IdentityMerged
from shared.testing.eventually import eventually
from tests.integration.portal.conftest import Browser, Portal, a_portal
from tests.support.children import Child, a_whole_way
from tests.support.stack import served

CENTRE, SCHOOL, HOME = uuid4(), uuid4(), uuid4()


@pytest.fixture(scope="module")
async def office(servers, directory, timeline) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, timeline) as it:
        yield it


@pytest.fixture
async def child(timeline) -> Child:
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    return child


async def auditor(office: Portal) -> Browser:
    return await office.reader(OrgType.FEDERATION, Role.AUDITOR)


async def page_of(browser: Browser, case: UUID, **query: Any) -> str:
    answer = await browser.look(f"/cases/{case}", **query)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_file_shows_lanes_bars_strip_and_the_same_as_tables(office, child):
    page = await page_of(await auditor(office), child.case)
    for lane in ("Screening", "Rehabilitation", "Schooling", "Custody", "Findings"):
        assert lane.lower() in page.lower()
    assert page.count('class="bar') == 4 + 2  # four periods, and two in the legend
    assert 'class="dense4" d="M' in page
    assert "<caption>Periods, all that are known</caption>" in page
    assert "lasts, planned until" in page


async def test_the_picture_is_zoomed_by_links_to_a_year_a_month_and_a_week(office, child):
    browser = await auditor(office)
    page = await page_of(browser, child.case, zoom="year", at="2024-03-05")
    assert "1 Jan 2024 – 31 Dec 2024" in page
    assert "?zoom=month&amp;at=2024-03-01#picture" in page
    assert "4 Mar 2024 – 10 Mar 2024" in await page_of(browser, child.case, zoom="week", at="2024-03-05")
    assert "No fact in this time" in await page_of(browser, child.case, zoom="month", at="2012-05-05")


async def test_a_corrected_entry_is_struck_through_beside_its_correction(office, child):
    page = await page_of(await auditor(office), child.case)
    assert page.count("<del>") == 3
    assert page.count("corrects an entry") == 3


async def test_entries_tell_their_main_words(office, child):
    page = await page_of(await auditor(office), child.case)
    assert "autism · confirmed" in page
    assert "09:00–09:45" in page
    assert "most per month: CN¥1,500.00" in page


async def test_filters_narrow_the_entries_and_are_kept_by_the_links(office, child):
    browser = await auditor(office)
    page = await page_of(browser, child.case, lane="custody", since="2024-05-01")
    assert page.count('<li class="entry ') == 1
    assert "lane=custody&amp;since=2024-05-01" in page
    typed = await page_of(browser, child.case, type="tongkang.rehab.session_corrected.v1")
    assert typed.count('<li class="entry ') == 2
    assert "No entry fits" in await page_of(browser, child.case, since="2012-01-01", until="2012-01-02")
    everything = await page_of(browser, child.case, lane="", type="", organisation="", since="", until="", known_on="")
    assert everything.count('<li class="entry ') == len(child.records)


async def test_each_view_that_the_form_offers_is_shown(office, child):
    browser = await auditor(office)
    page = await page_of(browser, child.case)
    (form,) = re.findall(r'<select id="view".*?</select>', page, re.DOTALL)
    assert re.findall(r'<option value="(\w*)"[^>]*>(\w+)', form) == [("", "Full"), ("compact", "Compact")]
    full = await page_of(browser, child.case, view="")
    assert '<div class="full">' in full
    assert full.count('class="by"') == page.count('class="by"') > 0
    compact = await page_of(browser, child.case, view="compact")
    assert '<div class="compact">' in compact
    assert compact.count('class="by"') < full.count('class="by"')


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2024-99-01"},
        {"zoom": "decade"},
        {"organisation": "x"},
        {"zoom": "year", "at": "9999-01-01"},
        {"zoom": "week", "at": "0001-01-01"},
    ],
)
async def test_an_address_that_somebody_changed_by_hand_is_refused_in_words(office, child, query):
    browser = await auditor(office)
    assert (await browser.look(f"/cases/{child.case}", **query)).status_code == 422


async def test_the_file_as_known_on_a_day_shows_neither_later_facts_nor_later_corrections(office, timeline):
    child, then = Child(), datetime(2024, 3, 20, 12, 0, tzinfo=UTC)
    child.registered(recorded_at=then - timedelta(days=2))
    session = child.trained(date(2024, 3, 4), CENTRE, uuid4(), recorded_at=then - timedelta(days=1))
    child.corrected(session, recorded_at=then + timedelta(days=1))
    await timeline.deliver(*child.records)
    browser = await auditor(office)
    page = await page_of(browser, child.case, known_on="2024-03-20")
    assert "The file as it was known on 20 Mar 2024." in page
    assert "<del>" not in page
    assert 'id="news"' not in page
    assert "<del>" in await page_of(browser, child.case)


async def test_what_a_mask_hides_is_said_to_be_shown_in_part(office, timeline, child):
    withdrawn = date(2024, 9, 2)
    child.add(ConsentWithdrawn(withdrawn_on=withdrawn), withdrawn)
    await timeline.deliver(*child.records)
    page = await page_of(await auditor(office), child.case)
    assert "consent withdrawn" in page
    assert "shown in part" in page
    assert "09:00–09:45" not in page


async def test_a_file_outside_of_the_visitors_region_does_not_exist_in_any_of_its_forms(office, child):
    organisation = await office.directory.organisation(OrgType.FEDERATION, "371624")
    browser = await office.signed_in(await office.directory.account(organisation, Role.AUDITOR))
    for path in ("", "/live", "/export.json", "/export.xlsx", "/access-log"):
        assert (await browser.look(f"/cases/{child.case}{path}")).status_code == 404, path


async def test_all_entries_that_fit_come_as_json_with_the_time_as_of_which_they_stand(office, child):
    browser = await auditor(office)
    answer = await browser.look(f"/cases/{child.case}/export.json", lane="rehabilitation")
    told = json.loads(answer.text)
    assert answer.headers["content-disposition"] == f'attachment; filename="{child.case}.json"'
    assert {entry["lane"] for entry in told["entries"]} == {"rehabilitation"}
    assert told["as_of"]
    assert told["completeness"]["producers"]


async def test_all_entries_come_as_a_table_page_after_page(office, timeline):
    child, enrolment = Child(), uuid4()
    child.registered()
    for number in range(230):
        child.trained(date(2022, 1, 3) + timedelta(days=number), CENTRE, enrolment)
    await timeline.deliver(*child.records)
    browser = await auditor(office)
    browser.client.headers["Sec-Fetch-Site"] = "same-origin"
    answer = await browser.look(f"/cases/{child.case}/export.xlsx")
    assert "content-encoding" not in answer.headers  # a workbook is compressed already
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    header = next(number for number, row in enumerate(rows) if row[0] == "Day")
    assert len(rows) - header - 1 == 231
    assert rows[1][0].startswith("As of ")
    assert rows[-1][2:4] == ("session recorded", "physiotherapy; individual; attended: yes; 09:00–09:45")


async def test_two_thousand_sessions_are_a_page_as_small_as_of_a_few(office, timeline):
    child, enrolment = Child(), uuid4()
    child.registered()
    for number in range(2000):
        child.trained(date(2022, 1, 3) + timedelta(days=number % 700), CENTRE, enrolment)
    await timeline.deliver(*child.records)
    page = await page_of(await auditor(office), child.case)
    assert page.count('<li class="entry ') == 50
    assert len(page) < 100_000


async def test_a_child_that_is_shown_under_another_case_leads_there(office, timeline):
    child, other = Child(), Child()
    for one in (child, other):
        one.registered()
        day = date(2024, 6, 3)
        one.add(IdentityMerged(survivor=other.case, merged=child.case, merged_on=day), day)
    await timeline.deliver(*child.records, *other.records)
    assert f'href="/cases/{other.case}"' in await page_of(await auditor(office), child.case)


async def test_new_entries_of_an_open_file_reach_its_page_by_themselves(office, timeline, child):
    browser, upstream = await auditor(office), office.running.app.state.reception.upstream
    cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    lines: list[str] = []

    async def listen(address: str) -> None:
        url = f"{address}/cases/{child.case}/live"
        async with (
            httpx.AsyncClient(timeout=30, trust_env=False) as client,
            client.stream("GET", url, headers={"Cookie": cookies, "Sec-Fetch-Site": "same-origin"}) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in answer.headers  # compressed, a piece would wait for the next
            async for line in answer.aiter_lines():
                lines.append(line)  # noqa: PERF401 - read while it grows

    async with served(timeline.app) as behind, served(office.running.app) as address:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(upstream.urls, "timeline", behind)
            listening = asyncio.create_task(listen(address))
            await eventually(lambda: any(line.startswith("id: ") for line in lines), within=10)
            child.trained(date(2024, 3, 11), CENTRE, uuid4())
            await timeline.deliver(child.records[-1])
            await eventually(lambda: "event: entries" in lines, within=10)
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
