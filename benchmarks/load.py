"""A load client that costs little, so that what is measured is the server: keep-alive, prepared bytes, no parsing of bodies.

Product and ceiling are driven by this same client, on the same machine, in the same run.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson


@dataclass
class Result:
    """What a run measured: answers per second, latencies in seconds, statuses that were not 2xx."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Good answers per second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the latency below which this share of the answers lies, in milliseconds."""
        ranked = sorted(self.latencies)
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def request(method: str, url: str, token: str, body: object = None, **headers: str) -> bytes:
    """Return a whole request as bytes."""
    parts = urlsplit(url)
    payload = b"" if body is None else orjson.dumps(body)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Authorization: Bearer {token}",
        f"Content-Length: {len(payload)}",
        *(["Content-Type: application/json"] if payload else []),
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


async def closed_loop(url: str, requests: Callable[[], Iterator[bytes]], *, clients: int, seconds: float) -> Result:
    """Let so many clients send one request after the other for so long; each takes the next from `requests`."""
    source, result = requests(), Result()
    begin = time.perf_counter()
    await asyncio.gather(*(_client(url, source, result, begin + seconds) for _ in range(clients)))
    result.seconds = time.perf_counter() - begin
    return result


async def _client(url: str, source: Iterator[bytes], result: Result, until: float) -> None:
    async with connection(url) as (reader, writer):
        for one in source:
            sent = time.perf_counter()
            if sent >= until:
                return
            status, _ = await exchange(reader, writer, one)
            _note(result, status, time.perf_counter() - sent)


def _note(result: Result, status: int, latency: float) -> None:
    if 200 <= status < 300:
        result.latencies.append(latency)
    else:
        result.refused[status] = result.refused.get(status, 0) + 1


class connection:  # noqa: N801 - reads as what it is: async with connection(url) as (reader, writer)
    """One keep-alive connection."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    async def __aenter__(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, self._writer = await asyncio.open_connection(self._parts.hostname, self._parts.port, limit=2**24)
        return reader, self._writer

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, one: bytes) -> tuple[int, bytes]:
    """Send one request and return status and body of its answer (which must say its length)."""
    writer.write(one)
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    place = lower.index(b"content-length:") + len(b"content-length:")
    length = int(lower[place : lower.index(b"\r\n", place)])
    body = await reader.readexactly(length) if length else b""
    return int(head[9:12]), body


def forever(prepared: Sequence[bytes]) -> Callable[[], Iterator[bytes]]:
    """Return a source that repeats prepared requests round and round."""

    def source() -> Iterator[bytes]:
        while True:
            yield from prepared

    return source
