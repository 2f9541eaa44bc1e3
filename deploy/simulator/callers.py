"""The organisations at their computers: each calls the services' HTTP APIs with its own token.

Every write carries an Idempotency-Key that is derived from the plan. So a run that was killed half-way is simply begun
again: what was done is answered as before, and the rest is done.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

RENEW_BEFORE_S = 60
ATTEMPTS_FOR_S, LONGEST_PAUSE_S = 60.0, 1.0
TOO_MANY, UNAVAILABLE = 429, 503
ON_ITS_WAY = frozenset(
    {"case-not-found", "rehab.no-confirmed-diagnosis", "rehab.no-intake", "screening.closing-reason-not-now"}
)
"""Refusals that pass when a fact arrives: a stage does not know a child before its registration has reached it."""


class Refused(Exception):  # noqa: N818 - the answer of a service
    """A service refused what the plan holds to be right: a defect of plan or service, so the run ends."""

    def __init__(self, who: str, path: str, status: int, problem: str) -> None:
        super().__init__(f"{who} was refused at {path}: {status} {problem}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """API client of an organisation."""

    client_id: str
    secret: str


@dataclass
class Callers:
    """All organisations. `async with Callers(urls, credentials) as callers: await callers.post(...)`."""

    urls: Mapping[str, str]
    credentials: Mapping[str, Credentials]
    prefix: str
    """Part of every Idempotency-Key: the plan's seed and size."""
    at_once: int = 12
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        limits = httpx.Limits(max_connections=self.at_once, max_keepalive_connections=self.at_once)
        self._http = httpx.AsyncClient(timeout=60, limits=limits, trust_env=False)
        self._turn = asyncio.Semaphore(self.at_once)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def post(self, who: str, service: str, path: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Send one write as an organisation and return the answer. Waits for facts on their way; raises Refused."""
        headers = {"Idempotency-Key": f"{self.prefix}/{key}"}
        answer = await self._patiently(who, "POST", f"{self.urls[service]}{path}", json=body, headers=headers)
        document: dict[str, Any] = answer.json()
        return document

    async def get(self, who: str, service: str, path: str, **query: str) -> Any:  # noqa: ANN401 - an object or a list
        """Read as an organisation."""
        return (await self._patiently(who, "GET", f"{self.urls[service]}{path}", params=query)).json()

    async def _patiently(self, who: str, method: str, url: str, **options: Any) -> httpx.Response:
        until, pause = time.monotonic() + ATTEMPTS_FOR_S, 0.05
        while True:
            answer = await self._once(who, method, url, **options)
            if answer.is_success:
                return answer
            if time.monotonic() > until or not _passes(answer):
                raise Refused(who, url, answer.status_code, answer.text[:400])
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _once(self, who: str, method: str, url: str, **options: Any) -> httpx.Response:
        async with self._turn:
            try:
                headers = {**options.pop("headers", {}), "Authorization": f"Bearer {await self._token(who)}"}
                return await self._http.request(method, url, headers={**headers, "Accept-Language": "en"}, **options)
            except httpx.TransportError as error:
                # A service that is starting again: whether it got the request is unknown, its key makes that safe.
                return httpx.Response(UNAVAILABLE, text=type(error).__name__)

    async def _token(self, who: str) -> str:
        token, until = self._tokens.get(who, ("", 0.0))
        if time.monotonic() < until:
            return token
        given = self.credentials[who]
        form = {"grant_type": "client_credentials", "client_id": given.client_id, "client_secret": given.secret}
        answer = await self._http.post(f"{self.urls['directory']}/v1/token", data=form)
        if not answer.is_success:
            raise Refused(who, "/v1/token", answer.status_code, answer.text[:400])
        document = answer.json()
        self._tokens[who] = (document["access_token"], time.monotonic() + document["expires_in"] - RENEW_BEFORE_S)
        return str(document["access_token"])


def _passes(answer: httpx.Response) -> bool:
    if answer.status_code in {TOO_MANY, UNAVAILABLE}:
        return True
    return _code(answer) in ON_ITS_WAY


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code"))
    except ValueError:
        return ""
