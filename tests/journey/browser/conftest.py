"""The journeys' installation, seen by people through Chromium."""

from collections.abc import AsyncIterator, Mapping

import pytest
from playwright.async_api import Browser

from deploy.local.stack import ADMINISTRATOR, Stack
from deploy.simulator.directory import City, Login
from pictures.chromium import chromium
from tests.journey.browser.files import files_of_two
from tests.journey.browser.inspection import Inspection
from tests.journey.browser.lives import SCHOOL_DAY, two_children
from tests.journey.browser.visitor import Visitor, a_visitor
from tests.journey.browser.walk import Map, walk
from tests.journey.story import Story
from tests.journey.town import Town, Traveller

OF_THE_DAY = (f"/today?day={SCHOOL_DAY}", f"/attendance?on={SCHOOL_DAY}")
"""Pages that show what is of today unless they are asked for another day."""
LISTS = ("/my-children?show=rescreen", "/schooling?show=placed")
"""Lists beside the first of their page."""


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as it:
        yield it


@pytest.fixture(scope="session")
def portal(stack: Stack) -> str:
    return stack.urls["portal"]


@pytest.fixture(scope="session")
def people(stack: Stack, city: City) -> Mapping[str, Login]:
    """Whoever can sign in, by user name."""
    administrator = Login(ADMINISTRATOR, stack.home.secret(ADMINISTRATOR), "administrator", "")
    return {login.user_name: login for login in (*city.logins, administrator)}


@pytest.fixture
async def visitor(browser: Browser, portal: str) -> AsyncIterator[Visitor]:
    async with a_visitor(browser, portal) as it:
        yield it


@pytest.fixture(scope="session")
async def two(town: Town) -> tuple[Story, Story]:
    return await two_children(town)


@pytest.fixture(scope="session")
async def found(
    portal: str, people: Mapping[str, Login], town: Town, traveller: Traveller, two: tuple[Story, Story]
) -> Map:
    """The pages that each of them reaches from the first page, and from pages on which there is something to see."""
    await town.settled(traveller.case)
    await files_of_two(portal, people)
    begin = [f"/cases/{traveller.case}", f"/cases/{two[0].case}", *OF_THE_DAY, *LISTS]
    return await walk(portal, [*people.values()], ["/", *begin])


@pytest.fixture(scope="session")
async def inspection(browser: Browser, portal: str, found: Map) -> AsyncIterator[Inspection]:
    it = Inspection(browser, portal, found)
    yield it
    await it.close()
