"""Waiting in tests: ask again until it holds, never sleep and hope."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.2


async def eventually(probe: Callable[[], Awaitable[T] | T], *, within: float = 10.0) -> T:
    """Return the first truthy answer of `probe`; raises AssertionError with its last answer when time is up.

    The longer it takes, the less often it is asked: who asks all the time keeps busy what it waits for.
    """
    deadline, pause = time.monotonic() + within, FIRST_PAUSE_S
    while True:
        answer = probe()
        value: T = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; the last answer was {value!r}")
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE_S)
