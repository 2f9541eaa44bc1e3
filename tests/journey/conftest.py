"""One whole installation for all journeys of a session, as `tongkang up` starts it: each service a process."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.home import Home
from deploy.local.settings import LocalSettings
from deploy.local.stack import ADMINISTRATOR, Stack, up
from deploy.simulator.callers import Callers
from deploy.simulator.directory import City, set_up
from deploy.simulator.organisations import all_organisations
from tests.journey import children
from tests.journey.children import Plan
from tests.journey.town import Town, Traveller

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the loss of Kafka behind all other journeys.

    After it a consumer may pass over what is put on the topics, until the log is as long as it was: repair brings the
    facts, but nobody counts what a journey sends a second time.
    """
    places = [at for at, item in enumerate(items) if item.path.parent == HERE]
    last = sorted((items[at] for at in places), key=lambda item: item.path.name == "test_survival.py")
    for at, item in zip(places, last, strict=True):
        items[at] = item


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    # Not pytest's own temporary folder: run as root, PostgreSQL's user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="tongkang-journey-"))
    folder.chmod(0o711)
    jars = LocalSettings().home / "kafka" / "jars"  # fetched once per checkout
    home = Home(LocalSettings(home=folder / "home", kafka_jars=jars))
    try:
        with home, up(home, request.config.getoption("--kafka"), lambda _: None) as running:
            yield running
    finally:
        home.remove()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def city(stack: Stack) -> City:
    password = stack.home.secret(ADMINISTRATOR)
    keep = stack.home.path / "demo-city.json"
    return set_up(stack.urls["directory"], ADMINISTRATOR, password, all_organisations(), keep)


@pytest.fixture(scope="session")
async def town(stack: Stack, city: City) -> AsyncIterator[Town]:
    async with (
        httpx.AsyncClient(timeout=30, trust_env=False) as http,
        Callers(stack.urls, city.credentials, "journey") as callers,
        Town(stack, city, callers, http) as town,
    ):
        await town.designate(children.CENTRE, children.FEDERATION, children.YEAR)
        await town.license_houses()
        yield town


@pytest.fixture(scope="session")
async def traveller(town: Town) -> Traveller:
    """The child whose whole way the journeys follow: from the suspicion to sessions, school and care."""
    sent = await town.send_child(Plan(number=1).child())
    await town.handed_over(sent.case)
    return sent
