"""What people meet who may not: words in their language, and nothing that they should not know."""

from collections.abc import Mapping

from playwright.async_api import Browser

from deploy.simulator.directory import Login
from tests.journey.browser.visitor import Visitor, a_visitor
from tests.journey.children import CARE_HOME, CLINIC, MCH
from tests.journey.town import Traveller

UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def test_who_is_not_signed_in_is_asked_to_and_then_sees_what_they_wanted(
    visitor: Visitor, people: Mapping[str, Login], traveller: Traveller
):
    wanted = f"/cases/{traveller.case}"
    await visitor.goes(wanted)
    assert visitor.path == "/sign-in"
    await visitor.page.fill("#user_name", CLINIC)
    await visitor.page.fill("#password", people[CLINIC].password)
    await visitor.page.keyboard.press("Enter")
    await visitor.page.wait_for_url(f"**{wanted}")


async def test_a_case_that_somebody_may_not_know_of_is_not_found(visitor: Visitor, people: Mapping[str, Login]):
    await visitor.signs_in(people[CLINIC])
    answer = await visitor.goes(f"/cases/{UNKNOWN}")
    assert answer.status == 404
    assert "未找到" in await visitor.text()
    await visitor.presses(visitor.page.get_by_role("link", name="返回首页"))
    assert visitor.path == "/"


async def test_a_form_that_was_opened_under_an_earlier_login_changes_nothing(
    visitor: Visitor, people: Mapping[str, Login]
):
    await visitor.signs_in(people[CLINIC])
    other_tab = await visitor.context.new_page()
    await other_tab.goto("/")
    await visitor.presses(visitor.page.get_by_role("button", name="退出"))
    assert visitor.path == "/sign-in"
    await visitor.signs_in(people[CARE_HOME])
    async with other_tab.expect_navigation():
        await other_tab.get_by_role("button", name="退出").click()
    assert "此表单不是在本次登录中打开的" in await other_tab.locator("main").inner_text()
    await visitor.goes("/account")
    assert visitor.path == "/account"


async def test_nobody_stays_signed_in_on_a_browser_that_was_left_behind(
    visitor: Visitor, browser: Browser, portal: str, people: Mapping[str, Login]
):
    await visitor.signs_in(people[MCH], to="/account")
    async with a_visitor(browser, portal) as elsewhere:
        await elsewhere.signs_in(people[MCH], to="/account")
        await elsewhere.presses(elsewhere.page.get_by_role("button", name="全部退出登录"))
        assert elsewhere.path == "/sign-in"
    await visitor.goes("/cases")
    assert visitor.path == "/sign-in"
