"""Pieces of work: a write as one organisation, a batch of lines. They are made first and sent side by side."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from deploy.simulator.callers import Callers, Refused

LINES = 1000
"""Sessions or school days in one batch: the most that the services take."""
Work = Callable[[], Awaitable[None]]


def write(callers: Callers, who: str, service: str, path: str, body: Mapping[str, Any], key: str) -> Work:
    """Return what sends one write."""

    async def send() -> None:
        await callers.post(who, service, path, body, key=key)

    return send


def batches(
    callers: Callers, service: str, path: str, member: str, lines: Mapping[str, list[dict[str, Any]]]
) -> Iterable[Work]:
    """Yield what sends the lines of each organisation, as many at a time as the service takes."""
    for who, entries in lines.items():
        for number, start in enumerate(range(0, len(entries), LINES)):
            body = {member: entries[start : start + LINES]}
            yield _batch(callers, who, service, path, body, f"{member}/{who}/{number}")


def _batch(callers: Callers, who: str, service: str, path: str, body: Mapping[str, Any], key: str) -> Work:
    async def send() -> None:
        answer = await callers.post(who, service, path, body, key=key)
        if answer["refused"]:
            first = next(result for result in answer["results"] if result["code"])
            raise Refused(who, path, 200, f"{answer['refused']} lines, the first: {first}")

    return send
