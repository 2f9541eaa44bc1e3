"""Work that goes on beside requests: kept alive whatever befalls it, and ended in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

Task = Callable[[], Awaitable[None]]


async def kept_alive(name: str, task: Task) -> None:
    """Run a task for ever; one that fails is logged and begun again."""
    while True:
        try:
            await task()
        except Exception:
            log.exception("background task failed and begins again", extra={"task": name})
        await asyncio.sleep(1)


async def cancelled(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
