"""A person at the keyboard: signs in, by default as the administrator of this installation, and asks the services."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.local.errors import Trouble
from deploy.local.stack import ADMINISTRATOR, Installation
from shared.contracts.envelope import ActorRef, unb64

PATIENCE_S = 120


class NotAnswered(Trouble):
    """A service did not do what the person asked."""


class Unreachable(NotAnswered):
    """A service does not answer at all."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Speaks for the administrator, or for whoever signs in; `Operator.of(installation)`."""

    urls: Mapping[str, str]
    token: str

    @classmethod
    def of(cls, installation: Installation) -> "Operator":
        """Sign in as the administrator. Raises NotAnswered."""
        return cls.signed_in(installation.urls, ADMINISTRATOR, installation.home.secret(ADMINISTRATOR))

    @classmethod
    def signed_in(cls, urls: Mapping[str, str], user_name: str, password: str) -> "Operator":
        """Sign in as a person. Raises NotAnswered."""
        form = {"grant_type": "password", "username": user_name, "password": password}
        answer = _sent("POST", f"{urls['directory']}/v1/token", data=form)
        return cls(urls, str(answer.json()["access_token"]))

    @property
    def ref(self) -> ActorRef:
        """Who this is, as facts and audit lines name it; the directory has just said so."""
        payload = self.token.split(".")[1]
        claims = json.loads(unb64(payload))
        return ActorRef(person=UUID(claims["sub"]), organisation=UUID(claims["org"]), role=claims["roles"][0])

    def get(self, service: str, path: str, **query: Any) -> dict[str, Any]:
        """Read from a service. Raises NotAnswered with the service's own words."""
        return self._call("GET", service, path, params=query)

    def items(self, service: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield all items of a list, page by page."""
        after: dict[str, str] = {}
        while True:
            page = self.get(service, path, **query, **after)
            yield from page["items"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    def post(self, service: str, path: str, **query: Any) -> dict[str, Any]:
        """Write to a service. Raises NotAnswered with the service's own words."""
        return self._call("POST", service, path, params=query)

    def _call(self, method: str, service: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid4())
        document: dict[str, Any] = _sent(method, f"{self.urls[service]}{path}", headers=headers, **options).json()
        return document


def _sent(method: str, url: str, *, headers: Mapping[str, str] = {}, **options: Any) -> httpx.Response:
    headers = {"Accept-Language": "en", **headers}
    try:
        answer = httpx.request(method, url, headers=headers, timeout=PATIENCE_S, trust_env=False, **options)
    except httpx.TransportError as error:
        raise Unreachable(f"{url} does not answer ({type(error).__name__}).") from error
    if not answer.is_success:
        raise NotAnswered(f"{url} answered {answer.status_code}: {_words(answer)}")
    return answer


def _words(answer: httpx.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return answer.text[:200]
    return f"{document.get('title') or document.get('error_description')} ({document.get('code')})"
