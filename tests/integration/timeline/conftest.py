from collections.abc import AsyncIterator

import pytest

from tests.support.stack import Running, Servers
from tests.support.stages import a_stage


@pytest.fixture(scope="session")
async def timeline(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "timeline") as stage:
        yield stage
