from collections.abc import AsyncIterator

import pytest

from tests.support.directory import Directory, a_directory
from tests.support.stack import Servers


@pytest.fixture(scope="session")
async def directory(servers: Servers) -> AsyncIterator[Directory]:
    async with a_directory(servers) as it:
        yield it
