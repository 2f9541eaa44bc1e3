"""The portal with nothing but a keyboard."""

from collections.abc import Mapping

import pytest
from playwright.async_api import Locator

from deploy.simulator.directory import Login
from tests.journey.browser.visitor import Visitor
from tests.journey.story import FEDERATION

TABS_AT_MOST = 60
SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


async def tab_to(visitor: Visitor, wanted: Locator) -> None:
    """Press the tab key until something has the focus; wherever the focus comes by, it is seen."""
    handle = await wanted.element_handle()
    for _ in range(TABS_AT_MOST):
        await visitor.page.keyboard.press("Tab")
        assert await visitor.page.evaluate(SEEN), "the focus cannot be seen"
        if await visitor.page.evaluate("(wanted) => document.activeElement === wanted", handle):
            return
    pytest.fail(f"{wanted} is not reached within {TABS_AT_MOST} tabs")


async def choose(visitor: Visitor, wanted: Locator) -> None:
    await tab_to(visitor, wanted)
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press("Enter")


async def sign_in(visitor: Visitor, login: Login) -> None:
    await visitor.goes("/sign-in")
    await tab_to(visitor, visitor.page.get_by_label("用户名"))
    await visitor.page.keyboard.type(login.user_name)
    await tab_to(visitor, visitor.page.get_by_label("密码"))
    await visitor.page.keyboard.type(login.password)
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press("Enter")


@pytest.mark.usefixtures("found")  # there is a child to look at
async def test_from_signing_in_to_the_file_of_a_child_on_the_working_list(
    visitor: Visitor, people: Mapping[str, Login]
):
    await sign_in(visitor, people[FEDERATION])
    await choose(visitor, visitor.page.get_by_role("navigation").get_by_role("link", name="待办清单"))
    assert visitor.path == "/duties"
    await choose(visitor, visitor.page.locator("tbody a[href^='/cases/']").first)
    assert visitor.path.startswith("/cases/")


async def test_the_first_tab_skips_to_the_content(visitor: Visitor, people: Mapping[str, Login]):
    await sign_in(visitor, people[FEDERATION])
    await visitor.page.keyboard.press("Tab")
    skip = visitor.page.get_by_role("link", name="跳到正文")
    assert await skip.evaluate("(one) => document.activeElement === one && one.getBoundingClientRect().left >= 0")
    await visitor.page.keyboard.press("Enter")
    assert await visitor.page.evaluate("() => document.activeElement.id") == "main"


async def test_who_was_refused_finds_the_reason_under_the_focus_or_announced(visitor: Visitor):
    await visitor.goes("/sign-in")
    await visitor.page.fill("#user_name", FEDERATION)
    await visitor.page.fill("#password", "not the password")
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press("Enter")
    alert = visitor.page.get_by_role("alert")
    assert "用户名或密码" in await alert.inner_text()
    assert await visitor.page.input_value("#user_name") == FEDERATION
