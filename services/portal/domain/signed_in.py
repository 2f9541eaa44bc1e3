"""A person who is signed in: a random cookie, of which only a digest is kept, changes now and then."""

import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self
from uuid import UUID

COOKIE_BYTES = 32
CROSSING = timedelta(seconds=60)
"""How long the cookie before still counts: requests that were on their way when it changed."""
RENEW_BEFORE = timedelta(seconds=60)
"""How long before its end an access token is exchanged."""


@dataclass(frozen=True, slots=True)
class Who:
    """Whom the pages greet, and for whom that person works."""

    display_name: str
    organisation: str
    org_type: str
    region: str
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens the services' doors for a person. It never reaches a browser."""

    access: str
    refresh: str
    who: Who

    def text(self) -> str:
        """Return it as it is sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what was sealed."""
        kept = json.loads(text)
        who = Who(**{**kept["who"], "purposes": tuple(kept["who"]["purposes"])})
        return cls(kept["access"], kept["refresh"], who)


@dataclass(frozen=True, slots=True)
class Login:
    """One login of one browser."""

    id: UUID
    person: UUID
    digest: bytes
    tokens: Tokens
    access_until: datetime
    rotated_at: datetime

    def token_ends(self, now: datetime) -> bool:
        """Tell whether its access token must be exchanged before it is used."""
        return now > self.access_until - RENEW_BEFORE

    def cookie_is_old(self, shown: bytes, now: datetime, every: timedelta) -> bool:
        """Tell whether the browser gets another cookie. Who shows the one before has another on its way already."""
        return shown == self.digest and now - self.rotated_at > every


def new_cookie() -> tuple[str, bytes]:
    """Return a cookie and its digest, of which the first is never kept."""
    cookie = secrets.token_urlsafe(COOKIE_BYTES)
    return cookie, digest_of(cookie)


def digest_of(cookie: str) -> bytes:
    """Return what is kept of a cookie: 256 random bits need no slow hash."""
    return sha256(cookie.encode()).digest()


def form_token(key: bytes, login: UUID | str) -> str:
    """Return what a form carries to prove that this login opened it (CSRF)."""
    return hmac.digest(key, f"form/{login}".encode(), "sha256").hex()


def proves(key: bytes, login: UUID | str, shown: str) -> bool:
    """Tell whether a form was opened by this login."""
    return hmac.compare_digest(form_token(key, login).encode(), shown.encode())
