"""The operator at the keyboard: signs in as the administrator of this installation and asks the services."""

from dataclasses import dataclass
from typing import Any

import httpx

from deploy.cli.console import urls
from deploy.local.errors import Trouble
from deploy.local.home import Home
from deploy.local.stack import ADMINISTRATOR


class NotAnswered(Trouble):
    """A service did not do what the operator asked."""


@dataclass
class Operator:
    """Speaks for the administrator, or for whoever signs in; `Operator.of(home)`."""

    urls: dict[str, str]
    token: str

    @classmethod
    def of(cls, home: Home) -> "Operator":
        """Sign in as the administrator of the running installation. Raises NotRunning or NotAnswered."""
        return cls.signed_in(urls(home), ADMINISTRATOR, home.secret(ADMINISTRATOR))

    @classmethod
    def signed_in(cls, addresses: dict[str, str], user_name: str, password: str) -> "Operator":
        """Sign in as a person."""
        form = {"grant_type": "password", "username": user_name, "password": password}
        answer = _sent("POST", f"{addresses['directory']}/v1/token", data=form)
        return cls(addresses, str(answer.json()["access_token"]))

    def get(self, service: str, path: str, **query: Any) -> dict[str, Any]:
        """Read from a service. Raises NotAnswered with the service's own words."""
        return self._call("GET", service, path, params=query)

    def post(self, service: str, path: str, **body: Any) -> dict[str, Any]:
        """Write to a service. Raises NotAnswered with the service's own words."""
        return self._call("POST", service, path, json=body)

    def _call(self, method: str, service: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        document: dict[str, Any] = _sent(method, f"{self.urls[service]}{path}", headers=headers, **options).json()
        return document


def _sent(method: str, url: str, **options: Any) -> httpx.Response:
    try:
        answer = httpx.request(method, url, timeout=120, trust_env=False, **options)
    except httpx.TransportError as error:
        raise NotAnswered(f"{url} does not answer ({type(error).__name__}).") from error
    if not answer.is_success:
        raise NotAnswered(f"{url} answered {answer.status_code}: {_words(answer)}")
    return answer


def _words(answer: httpx.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return answer.text[:200]
    return f"{document.get('title')} ({document.get('code')})"
