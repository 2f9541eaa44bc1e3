from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.timeline import consumers
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage


@pytest.fixture(scope="session")
async def timeline(servers: Servers) -> AsyncIterator[Running]:
    """A timeline that hears its own facts by Kafka, and of the others' only what a test delivers.

    It assesses when a test says so, as if it were the time that the test names.
    """
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TIMELINE_ASSESS_POLL_SECONDS", "3600")
            patch.setattr(consumers, "TOPICS", frozenset({"tongkang.timeline"}))
            stage = await stack.enter_async_context(a_stage(servers, "timeline", listens=True))
        yield stage
