"""The journeys' installation, seen by people through Chromium."""

from collections.abc import AsyncIterator, Mapping

import pytest
from playwright.async_api import Browser

from deploy.local.stack import ADMINISTRATOR, Stack
from deploy.simulator.directory import City, Login
from pictures.chromium import chromium
from tests.journey.browser.inspection import Inspection
from tests.journey.browser.visitor import Visitor, a_visitor
from tests.journey.browser.walk import Map, walk
from tests.journey.town import Town, Traveller


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
async def found(portal: str, people: Mapping[str, Login], town: Town, traveller: Traveller) -> Map:
    """The pages that each of them reaches from the first page, and from the file of one child."""
    await town.settled(traveller.case)
    return await walk(portal, [*people.values()], ["/", f"/cases/{traveller.case}"])


@pytest.fixture(scope="session")
async def inspection(browser: Browser, portal: str, found: Map) -> AsyncIterator[Inspection]:
    it = Inspection(browser, portal, found)
    yield it
    await it.close()
