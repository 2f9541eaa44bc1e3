"""People of each kind at their work, from signing in to the result."""

import re
from collections.abc import AsyncIterator, Mapping

import pytest
from playwright.async_api import Browser

from deploy.simulator.directory import Login
from deploy.simulator.sending import person
from tests.journey.browser.inspection import complaints_of_axe
from tests.journey.browser.lives import SCHOOL_DAY
from tests.journey.browser.visitor import PHONE, Visitor, a_visitor
from tests.journey.story import CARE_HOME, CENTRE, CLINIC, FEDERATION, SPECIAL_SCHOOL, Story

AUDITING = "federation-3716"
REPORTED = {
    "name": "童上报", "birth_certificate": "T979000200", "birth_date": "20240506", "guardian_name": "童大报",
    "guardian_phone": "00000000000", "on": "20260320",
}  # fmt: skip
"""An invented child of 22 months."""
Two = tuple[Story, Story]


@pytest.fixture
async def phone(browser: Browser, portal: str) -> AsyncIterator[Visitor]:
    async with a_visitor(browser, portal, viewport=PHONE, has_touch=True) as it:
        yield it


async def test_somebody_of_the_demo_comes_in_by_one_tap_on_a_phone(phone: Visitor, people: Mapping[str, Login]):
    await phone.goes("/sign-in")
    await phone.presses(phone.page.get_by_role("button", name=people[CARE_HOME].organisation))
    assert phone.path == "/"
    assert people[CARE_HOME].organisation in await phone.text()


async def test_a_clinic_reports_a_child_though_the_line_is_lost_and_the_browser_closed(
    visitor: Visitor, people: Mapping[str, Login]
):
    page = visitor.page
    await visitor.signs_in(people[CLINIC], to="/report")
    for name, text in REPORTED.items():
        await page.fill(f"#{name}", text)
    await page.locator("[name=sex][value=male]").check()
    await page.locator(".signs").wait_for()
    await page.locator("#kept", has_text="草稿").wait_for()
    await visitor.context.set_offline(True)
    await page.fill("#address", "虚构路九十号")
    await page.locator("#kept", has_text="本机").wait_for()
    await page.close()
    await visitor.context.set_offline(False)
    assert {told.rpartition(" ")[2] for told in visitor.said} == {"net::ERR_INTERNET_DISCONNECTED"}
    visitor.said.clear()

    visitor.page = page = await visitor.context.new_page()
    await page.goto("/report")
    await page.locator("#kept", has_text="已恢复").wait_for()
    assert await page.input_value("#address") == "虚构路九十号"
    for sign in await page.locator(".signs fieldset").all():
        await sign.locator("[value=yes]").check()
    await page.locator("[name=category][value=autism]").check()
    await page.locator("#verdict").wait_for()
    assert "异常" in await page.locator("#verdict").inner_text()
    await visitor.presses(page.locator("#report .actions [value=save]"))
    assert visitor.path.startswith("/my-children/")
    assert REPORTED["name"] in await visitor.text()


async def test_a_centre_logs_a_day_by_keyboard_and_is_told_of_a_clash_while_typing(
    visitor: Visitor, people: Mapping[str, Login], two: Two
):
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.signs_in(people[CENTRE], to=f"/today?day={SCHOOL_DAY}")
    first, second = (page.locator("table.sheet tbody tr", has_text=one.person.name) for one in two)
    for row in (first, second):
        await row.locator("[name$='.therapist']").select_option(person(f"therapist of {CENTRE}"))
    await first.locator("[name$='.start']").focus()
    await keys.type("0910")
    await keys.press("Tab")
    assert await first.locator("[name$='.end']").input_value() == "09:50"
    assert "⚠" in await first.locator(".wrong").inner_text()
    await first.locator("[name$='.start']").fill("1500")
    await first.locator("[name$='.end']").fill("1540")
    assert await first.locator(".wrong").inner_text() == ""
    await second.locator("[name$='.start']").fill("1520")
    await keys.press("Tab")
    assert "康复师" in await second.locator(".wrong").inner_text()
    await second.locator("[name$='.start']").fill("1540")
    await second.locator("[name$='.end']").fill("1620")
    async with page.expect_navigation():
        await keys.press("Control+Enter")
    assert "2 " in await page.get_by_role("status").first.inner_text()
    assert "15:00–15:40" in await first.inner_text()


async def test_a_centre_finds_its_child_and_opens_its_plan(visitor: Visitor, people: Mapping[str, Login], two: Two):
    page, child = visitor.page, two[0].person
    await visitor.signs_in(people[CENTRE])
    await page.get_by_role("searchbox").fill(f"{child.name} {child.birth_date:%Y%m%d}")
    await page.keyboard.press("Tab")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert visitor.path == "/find"
    assert child.name not in page.url
    assert "找到 1 名儿童" in await page.get_by_role("heading", level=2).inner_text()
    assert await complaints_of_axe(visitor) == []
    await visitor.presses(page.get_by_role("link", name=child.name))
    assert visitor.path == f"/children/{two[0].case}/plan"


async def test_a_clinic_that_finds_nobody_reports_the_child_on_a_phone(phone: Visitor, people: Mapping[str, Login]):
    await phone.signs_in(people[CLINIC], to="/find")
    await phone.page.get_by_role("searchbox").fill("童未登")
    await phone.page.get_by_label("出生日期").fill("20240507")
    await phone.presses(phone.page.get_by_role("search").get_by_role("button"))
    assert "未找到儿童" in await phone.page.get_by_role("heading", level=2).inner_text()
    assert await complaints_of_axe(phone) == []
    await phone.presses(phone.page.get_by_role("button", name="报告该儿童"))
    assert phone.path == "/report"
    assert await phone.page.input_value("#name") == "童未登"
    assert await phone.page.input_value("#birth_date") == "2024-05-07"
    # The form keeps what it holds; the next test begins with none.
    await phone.goes("/report")
    await phone.presses(phone.page.locator("form[action='/report/discard'] button"))


async def test_the_federation_says_what_for_and_finds_a_child_that_stays_covered(
    visitor: Visitor, people: Mapping[str, Login], two: Two
):
    page, child = visitor.page, two[0].person
    await visitor.signs_in(people[FEDERATION], to="/cases")
    await page.get_by_role("searchbox").fill(child.resident_number or "")
    await page.get_by_role("search").get_by_role("combobox").select_option("supervision")
    await visitor.presses(page.get_by_role("search").get_by_role("button"))
    assert child.name not in await visitor.text()
    assert await complaints_of_axe(visitor) == []
    await visitor.presses(page.locator("tbody th a"))
    assert visitor.path == f"/cases/{two[0].case}"


async def test_the_federation_opens_a_name_and_stands_in_the_log_of_reading(
    visitor: Visitor, people: Mapping[str, Login], two: Two
):
    await visitor.signs_in(people[FEDERATION], to=f"/cases/{two[0].case}")
    assert two[0].person.name not in await visitor.text()
    await visitor.presses(visitor.page.get_by_role("button", name="显示儿童姓名"))
    assert two[0].person.name in await visitor.text()
    await visitor.presses(visitor.page.get_by_role("link", name="返回档案"))
    await visitor.presses(visitor.page.get_by_role("link", name="谁查看过此档案"))
    assert people[FEDERATION].organisation in await visitor.page.locator("tbody tr").first.inner_text()


async def test_an_auditor_reads_a_finding_and_explains_it_with_a_reason(
    visitor: Visitor, people: Mapping[str, Login], two: Two
):
    page = visitor.page
    await visitor.signs_in(people[AUDITING], to="/findings")
    await visitor.presses(page.locator("tbody tr", has_text="F03").get_by_role("link").first)
    assert len(await page.locator(".entries .entry").all()) >= 1
    await page.locator("[name=decision][value=explained]").check()
    await page.fill("[name=reason]", "两名儿童实为小组训练，已向机构核实。")
    await visitor.presses(page.locator("form:has([name=reason]) button"))
    assert await page.get_by_role("status").count() == 1
    assert "两名儿童实为小组训练" in await visitor.text()


async def comes_in(phone: Visitor, child: str) -> None:
    """Sign a child in that comes in the morning."""
    await phone.goes("/door?now=outside")
    await phone.presses(phone.page.locator("li", has_text=child).get_by_role("button"))
    assert child in await phone.page.get_by_role("status").inner_text()


async def test_a_care_home_hands_a_child_over_at_the_door_and_takes_it_back(
    phone: Visitor, people: Mapping[str, Login], two: Two
):
    page, child = phone.page, two[0].person
    await phone.signs_in(people[CARE_HOME], to="/door")
    await comes_in(phone, child.name)
    await phone.goes("/door")
    await phone.presses(page.get_by_role("link", name=child.name))
    assert {await one.get_attribute("type") for one in await page.locator("[name=collector]").all()} == {"radio"}
    await page.get_by_label(re.compile(child.guardian_name)).check()
    await page.locator("[name=confirmation]").first.check()
    await phone.presses(page.locator("form:has([name=collector]) button"))
    await phone.presses(page.get_by_role("status").get_by_role("link", name=child.name))
    await phone.presses(page.locator("form[action$='/in'] > button"))
    assert child.name in await page.get_by_role("status").inner_text()
    await page.goto("/door?now=inside")
    assert await page.get_by_role("link", name=child.name).count() == 1


async def test_nobody_who_is_not_on_the_list_takes_a_child(phone: Visitor, people: Mapping[str, Login], two: Two):
    page, (child, other) = phone.page, (two[1].person, two[0].case)
    await phone.signs_in(people[CARE_HOME], to="/door")
    await comes_in(phone, child.name)
    await phone.goes(f"/door/{two[1].case}")
    # Somebody who changes the page by hand: the list is the house's, not the browser's.
    await page.locator("[name=collector]").first.evaluate(f"(one) => {{ one.value = '{other}' }}")
    await page.locator("[name=collector]").first.check()
    await page.locator("[name=confirmation]").first.check()
    await phone.presses(page.locator("form:has([name=collector]) button"))
    assert await page.get_by_role("alert").is_visible()
    await page.goto("/door?now=inside")
    assert await page.get_by_role("link", name=child.name).count() == 1


async def test_a_school_records_a_day_of_its_children(visitor: Visitor, people: Mapping[str, Login], two: Two):
    page, child = visitor.page, two[0].person
    await visitor.signs_in(people[SPECIAL_SCHOOL], to=f"/attendance?on={SCHOOL_DAY}")
    row = page.locator("tbody tr", has_text=child.name)
    await row.locator("[type=radio][value^=absent]").check()
    await visitor.presses(page.locator("form:has(table) button"))
    assert await page.get_by_role("status").count() == 1
    assert (
        await row.locator("[type=radio]:checked").evaluate("(one) => one.closest('label').className") == "mark absent"
    )
