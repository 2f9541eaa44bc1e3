"""Waiting in tests: ask again until it holds, never sleep and hope."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(probe: Callable[[], Awaitable[T] | T], *, within: float = 10.0) -> T:
    """Return the first truthy answer of `probe`; raises AssertionError with its last answer when time is up."""
    deadline = time.monotonic() + within
    while True:
        answer = probe()
        value: T = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; the last answer was {value!r}")
        await asyncio.sleep(0.02)
