"""Access tokens: JWT (EdDSA or RS256) checked with joserfc against a JWKS: `iss`, `aud`, `exp`, `nbf`, `typ`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import unb64
from shared.errors import NotAuthenticated, TemporarilyUnavailable

ALGORITHMS = ["EdDSA", "Ed25519", "RS256"]
TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068's media type, not a secret
LEEWAY_SECONDS = 30
KEEP = 10_000
REFETCH_SECONDS = 10.0

FetchKeys = Callable[[], Awaitable[Mapping[str, Any]]]


def keys_from(url: str) -> FetchKeys:
    """Return a function that fetches a JWKS document over HTTP."""

    async def fetch() -> Mapping[str, Any]:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            document: Mapping[str, Any] = answer.json()
            return document

    return fetch


@dataclass(slots=True)
class TokenVerifier:
    """Turns a bearer token into an Actor, or raises NotAuthenticated.

    A verified token is remembered until it expires: checking a signature costs more than all the rest of a request's
    access decision.
    """

    issuer: str
    audience: str
    fetch_keys: FetchKeys
    _keys: KeySet | None = None
    _fetched_at: float = 0.0
    _known: dict[str, tuple[float, Actor]] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def actor(self, token: str) -> Actor:
        """Return who the token speaks for. Raises NotAuthenticated, or TemporarilyUnavailable without keys."""
        known = self._known.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        self._known.pop(token, None)
        claims = await self._claims(token)
        actor = _actor(claims)
        if len(self._known) >= KEEP:
            self._known.clear()
        self._known[token] = (float(claims["exp"]), actor)
        return actor

    async def _claims(self, token: str) -> dict[str, Any]:
        keys = await self._current_keys()
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # A key may have been rotated in since; ask again, but not at every bad token.
            keys = await self._current_keys(refresh=True)
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise NotAuthenticated(reason="signature") from error
        if decoded.header.get("typ") != TOKEN_TYPE:
            raise NotAuthenticated(reason="typ")
        self._check(decoded.claims)
        return decoded.claims

    def _check(self, claims: dict[str, Any]) -> None:
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            nbf={"essential": True},
            sub={"essential": True},
        )
        try:
            registry.validate(claims)
        except JoseError as error:
            raise NotAuthenticated(reason=getattr(error, "claim", None) or error.error) from error
        if claims["exp"] <= time.time():
            raise NotAuthenticated(reason="exp")

    async def _current_keys(self, *, refresh: bool = False) -> KeySet:
        async with self._lock:
            stale = time.monotonic() - self._fetched_at > REFETCH_SECONDS
            if self._keys is None or (refresh and stale):
                self._keys = await self._fetch()
                self._fetched_at = time.monotonic()
            return self._keys

    async def _fetch(self) -> KeySet:
        try:
            return KeySet.import_key_set(dict(await self.fetch_keys()))  # type: ignore[arg-type]
        except (httpx.HTTPError, OSError, ValueError) as error:
            if self._keys is not None:
                return self._keys
            raise TemporarilyUnavailable(what="directory") from error


def _actor(claims: Mapping[str, Any]) -> Actor:
    try:
        return Actor(
            person=UUID(claims["sub"]),
            organisation=UUID(claims["org"]),
            org_type=OrgType(claims["org_type"]),
            region=str(claims["region"]),
            roles=frozenset(claims["roles"]),
            purpose=str(claims.get("purpose", "care")),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NotAuthenticated(reason="claims") from error


def expires_at(token: str) -> float:
    """Return the `exp` of a token that was verified before, for an answer that must not outlive it."""
    claims = orjson.loads(unb64(token.split(".")[1]))
    return float(claims["exp"])
