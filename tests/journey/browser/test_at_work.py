"""People of each kind at their work, from signing in to the result."""

import re
from collections.abc import AsyncIterator, Mapping

import pytest
from playwright.async_api import Browser

from deploy.simulator.directory import Login
from tests.journey.browser.lives import SCHOOL_DAY
from tests.journey.browser.visitor import PHONE, Visitor, a_visitor
from tests.journey.story import CARE_HOME, FEDERATION, SPECIAL_SCHOOL, Story

AUDITING = "federation-3716"
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
