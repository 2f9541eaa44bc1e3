from collections.abc import AsyncIterator

import pytest

from tests.support.screening import Chain
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage


@pytest.fixture(scope="session")
async def screening(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "screening") as stage:
        yield stage


@pytest.fixture
def chain(screening: Running) -> Chain:
    return Chain(screening)
