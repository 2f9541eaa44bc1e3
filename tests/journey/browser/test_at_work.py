"""People of each kind at their work, from signing in to the result."""

from collections.abc import Mapping

from playwright.async_api import Browser

from deploy.simulator.directory import Login
from tests.journey.browser.visitor import PHONE, Visitor, a_visitor
from tests.journey.children import FEDERATION, Plan
from tests.journey.town import Traveller

CHILD = Plan(number=1).person


async def test_the_federation_opens_a_name_with_reason_and_stands_in_the_log_of_reading(
    visitor: Visitor, people: Mapping[str, Login], traveller: Traveller
):
    page = visitor.page
    await visitor.signs_in(people[FEDERATION], to=f"/cases/{traveller.case}")
    assert CHILD.name not in await visitor.text()
    await page.get_by_role("button", name="显示儿童姓名").click()
    assert CHILD.name in await visitor.text()
    await page.get_by_role("link", name="返回档案").click()
    await page.get_by_role("link", name="谁查看过此档案").click()
    assert people[FEDERATION].organisation in await page.locator("tbody tr").first.inner_text()


async def test_somebody_of_the_demo_comes_in_by_one_click_on_a_phone(
    browser: Browser, portal: str, people: Mapping[str, Login]
):
    async with a_visitor(browser, portal, viewport=PHONE) as visitor:
        await visitor.goes("/sign-in")
        await visitor.page.get_by_role("button", name=people[FEDERATION].organisation).first.click()
        assert visitor.path == "/"
        assert people[FEDERATION].organisation in await visitor.text()
