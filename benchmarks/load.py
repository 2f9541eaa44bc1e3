"""A load client that costs little, so that the server is measured: keep-alive, prepared bytes, bodies left unparsed.

Product and ceiling are driven by this same client, on the same machine, in the same run.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import orjson

from benchmarks.figures import quantile

Answer = tuple[int, bytes]
"""Status and body."""


@dataclass
class Result:
    """What a run measured: how long it took, latencies of good answers in seconds, statuses that were not 2xx."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)

    @property
    def answers(self) -> int:
        """Good answers."""
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        """Good answers per second."""
        return self.answers / self.seconds

    def milliseconds(self, share: float) -> float:
        """Return the latency that this share of the good answers does not exceed."""
        return 1000 * quantile(self.latencies, share)

    def note(self, status: int, latency: float) -> None:
        """Note one answer."""
        if 200 <= status < 300:
            self.latencies.append(latency)
        else:
            self.refused[status] += 1

    def checked(self) -> "Result":
        """Return the result of a run in which nothing was refused. Raises RuntimeError."""
        if self.refused or not self.latencies:
            raise RuntimeError(f"{self.answers} good answers, and by status: {dict(self.refused)}")
        return self


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time, answered with a Content-Length."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what came; the answer is complete when its body is."""
        self._received += data
        end = self._received.find(b"\r\n\r\n") + 4
        if end < 4 or len(self._received) < end + _length(self._received[:end]):
            return
        answer, self._received = self._received, b""
        if self._answer and not self._answer.done():
            self._answer.set_result((int(answer[9:12]), answer[end:]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that waits."""
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed by the server"))

    @property
    def open(self) -> bool:
        """Whether the server still keeps the line: it closes one that was idle for a few seconds."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, one: bytes) -> Answer:
        """Send one request and return its answer."""
        assert self._transport is not None  # noqa: S101 - connected
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(one)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()


def _length(head: bytes) -> int:
    lower = head.lower()
    place = lower.index(b"content-length:") + len(b"content-length:")
    return int(lower[place : lower.index(b"\r\n", place)])


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[Connection]:
    """Open a connection for as long as the context lasts."""
    opened = await _connect(url)
    try:
        yield opened
    finally:
        opened.close()


async def _connect(url: str) -> Connection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    _, opened = await asyncio.get_running_loop().create_connection(Connection, host, port)
    return opened


def request(method: str, url: str, token: str | None, body: object = None, **headers: str) -> bytes:
    """Return a whole request as bytes; without a token it speaks for nobody, or by a cookie among the headers."""
    parts = urlsplit(url)
    payload = b"" if body is None else orjson.dumps(body)
    lines = [
        f"{method} {parts.path}{'?' if parts.query else ''}{parts.query} HTTP/1.1",
        f"Host: {parts.netloc}",
        *([f"Authorization: Bearer {token}"] if token else []),
        f"Content-Length: {len(payload)}",
        *(["Content-Type: application/json"] if payload else []),
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


async def closed_loop(url: str, source: Iterator[bytes], *, clients: int, seconds: float = math.inf) -> Result:
    """Let so many clients send one request after the other, each the next one of the source, for so long or to its end.

    Raises RuntimeError when the source ends before the time.
    """
    result, begin = Result(), time.perf_counter()
    await asyncio.gather(*(_client(url, source, result, begin + seconds) for _ in range(clients)))
    result.seconds = time.perf_counter() - begin
    return result


async def _client(url: str, source: Iterator[bytes], result: Result, until: float) -> None:
    async with connection(url) as line:
        for one in source:
            sent = time.perf_counter()
            if sent >= until:
                return
            status, _ = await line.exchange(one)
            result.note(status, time.perf_counter() - sent)
    if until < math.inf:
        raise RuntimeError("the prepared requests ran out before the time was over")


async def open_loop(
    url: str, requests: Sequence[bytes], *, per_second: float, answered: Callable[[Answer], None] | None = None
) -> Result:
    """Send each request at its time, whether or not earlier ones were answered; tell whoever asks of good answers.

    A latency counts from the time at which a request was due, so that a server that is late cannot hide it.
    """
    result, begin, idle = Result(), time.perf_counter(), [await _connect(url)]

    async def send(one: bytes, due: float) -> None:
        while idle and not idle[-1].open:
            idle.pop()
        line = idle.pop() if idle else await _connect(url)
        answer = await line.exchange(one)
        result.note(answer[0], time.perf_counter() - due)
        if answered and answer[0] < 300:
            answered(answer)
        idle.append(line)

    async with asyncio.TaskGroup() as group:
        for number, one in enumerate(requests):
            due = begin + number / per_second
            await asyncio.sleep(due - time.perf_counter())
            group.create_task(send(one, due))
    result.seconds = time.perf_counter() - begin
    for line in idle:
        line.close()
    return result
