"""The services' doors, opened with the token of whoever reads: what they refuse, a page tells in their own words."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from shared.errors import TemporarilyUnavailable

LONG = httpx.Timeout(20, connect=3)
MOST_ROWS = 200
"""Of one page of a service's list."""
ENDLESS = httpx.Timeout(None, connect=3)


class TurnedDown(Exception):  # noqa: N818 - an answer of a service, not an error of the program
    """A service said no, as problem details (RFC 9457)."""

    def __init__(self, service: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{service}: {status} {problem.get('code')}")
        self.service, self.status, self.problem = service, status, problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", f"http-{self.status}"))

    @property
    def words(self) -> str:
        """What the service says, in the language in which it was asked."""
        return str(self.problem.get("title", ""))


@dataclass(frozen=True, slots=True)
class Upstream:
    """The addresses of the services and one pool of connections."""

    urls: Mapping[str, str]
    http: httpx.AsyncClient

    def caller(self, token: str, language: str) -> "Caller":
        """Return who asks for one person in one language."""
        return Caller(self, {"Authorization": f"Bearer {token}", "Accept-Language": language})

    async def form(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """Send a form to the directory and return its answer. Raises TurnedDown or TemporarilyUnavailable."""
        answer: dict[str, Any] = await self.ask("directory", "POST", path, data=fields, headers=headers)
        return answer

    async def ask(self, service: str, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401 - JSON
        """Ask a service. Raises TurnedDown, or TemporarilyUnavailable when it is away."""
        content = await self.content(service, method, path, **options)
        return orjson.loads(content) if content else {}

    async def content(self, service: str, method: str, path: str, **options: Any) -> bytes:
        """Ask a service and return the bytes of its answer. Raises as `ask`."""
        try:
            answer = await self.http.request(method, f"{self.urls[service]}{path}", timeout=LONG, **options)
        except (httpx.TransportError, OSError) as error:
            raise TemporarilyUnavailable(what=service) from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise TemporarilyUnavailable(what=service)
        if not answer.is_success:
            raise TurnedDown(service, answer.status_code, _problem(answer))
        return answer.content

    async def listen(self, service: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """Open a stream of a service; whoever asks closes it. Raises TurnedDown or TemporarilyUnavailable."""
        request = self.http.build_request("GET", f"{self.urls[service]}{path}", headers=headers, timeout=ENDLESS)
        try:
            answer = await self.http.send(request, stream=True)
        except (httpx.TransportError, OSError) as error:
            raise TemporarilyUnavailable(what=service) from error
        if answer.is_success:
            return answer
        await answer.aread()
        await answer.aclose()
        raise TurnedDown(service, answer.status_code, _problem(answer))


async def as_it_comes(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Yield what a stream sends until it ends, breaks or nobody listens any more; a browser asks again by itself."""
    try:
        async for piece in answer.aiter_raw():
            yield piece
    except httpx.TransportError:
        return
    finally:
        await answer.aclose()


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks the services as one person."""

    upstream: Upstream
    headers: Mapping[str, str] = field(repr=False)

    async def get(self, service: str, path: str, **query: Any) -> Any:  # noqa: ANN401 - JSON
        """Read. What is None is not asked for."""
        asked = {key: value for key, value in query.items() if value is not None}
        return await self.upstream.ask(service, "GET", path, params=asked, headers=self.headers)

    async def file(self, service: str, path: str) -> bytes:
        """Read a file as it is."""
        return await self.upstream.content(service, "GET", path, headers=self.headers)

    async def every(self, service: str, path: str, **query: Any) -> list[dict[str, Any]]:
        """Read all pages of a list of which a page shows the whole, such as an institution's open leaves."""
        rows: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = await self.get(service, path, limit=MOST_ROWS, after=after, **query)
            rows, after = [*rows, *page["items"]], page["next"]
            if after is None:
                return rows

    async def listen(self, service: str, path: str, *, last_event_id: str | None) -> httpx.Response:
        """Open a live view, or go on with one where its connection was lost."""
        headers = {**self.headers, **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        return await self.upstream.listen(service, path, headers)

    async def post(self, service: str, path: str, body: Any, *, key: str) -> Any:  # noqa: ANN401 - JSON
        """Write; a repeat with the same key is answered as before and does nothing more."""
        headers = {**self.headers, "Idempotency-Key": key}
        return await self.upstream.ask(service, "POST", path, json=body, headers=headers)

    async def put(self, service: str, path: str, body: Any) -> Any:  # noqa: ANN401 - JSON
        """Replace."""
        return await self.upstream.ask(service, "PUT", path, json=body, headers=self.headers)

    async def together(self, *asked: tuple[str, str, Mapping[str, Any]]) -> list[Any]:
        """Read several (service, path, query) at once; what cannot be had is the TurnedDown or Unavailable itself."""
        reads = (self.get(service, path, **query) for service, path, query in asked)
        answers = await asyncio.gather(*reads, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, TurnedDown | TemporarilyUnavailable):
                raise answer
        return list(answers)


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        document: Mapping[str, Any] = answer.json()
    except ValueError:
        return {}
    return document
