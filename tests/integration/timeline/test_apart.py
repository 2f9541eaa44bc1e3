"""The process that assesses apart from the service: it works, comes back, and outlives nobody."""

import asyncio
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import psutil
import pytest

from services.timeline.apart import __name__ as apart
from services.timeline.apart import keep_apart
from shared.testing.eventually import eventually
from tests.integration.timeline.snapshot import emptied, until_all_are_back
from tests.support.children import a_whole_way

CENTRE, SCHOOL, HOME = UUID(int=11), UUID(int=12), UUID(int=13)
STARTS_WITHIN_S = 60


@pytest.fixture
async def eager(timeline, monkeypatch) -> AsyncIterator[None]:
    """The timeline of these tests assesses when it is told to; a process that is started now does so by itself."""
    for name, value in (("POLL", "0.1"), ("UNTOUCHED", "0"), ("WAITING", "0")):
        monkeypatch.setenv(f"TIMELINE_ASSESS_{name}_SECONDS", value)
    async with until_all_are_back(timeline):
        yield


async def the_process() -> psutil.Process:
    def found() -> list[psutil.Process]:
        return [one for one in psutil.Process().children() if apart in one.cmdline()]

    await eventually(found)
    return found()[0]


async def test_it_concludes_what_facts_say_and_ends_with_its_task(timeline, eager):
    await emptied(timeline)
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    task = asyncio.create_task(keep_apart())
    process = await the_process()

    async def assessed() -> bool:
        return not await timeline.fetch("SELECT FROM dirty_case UNION ALL SELECT FROM dirty_institution")

    await eventually(assessed, within=STARTS_WITHIN_S)
    assert await timeline.facts(child.case)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not process.is_running()


async def test_its_end_is_an_error_to_the_task_that_keeps_it_alive(eager):
    task = asyncio.create_task(keep_apart())
    (await the_process()).kill()
    with pytest.raises(RuntimeError, match="ended with -9"):
        await task


async def test_it_ends_when_the_service_that_started_it_is_gone(eager):
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", apart, stdin=asyncio.subprocess.PIPE)
    process.stdin.close()
    async with asyncio.timeout(STARTS_WITHIN_S):
        assert await process.wait() == 0
