from collections.abc import AsyncIterator

import pytest

from tests.support.rehab import County
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage


@pytest.fixture(scope="session")
async def rehab(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "rehab") as stage:
        yield stage


@pytest.fixture
async def county(rehab: Running) -> County:
    """A county with a designated centre of its own."""
    county = County(rehab)
    await county.designated()
    return county
