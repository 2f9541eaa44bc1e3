"""One function per command: sign in, go on, sign out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.portal.domain.signed_in import Login, Tokens, Who, new_cookie
from services.portal.errors import SignInFirst
from services.portal.repository import Preference, Repository
from services.portal.settings import Settings
from services.portal.upstream import TurnedDown, Upstream
from shared import clock, ids
from shared.db import Database
from shared.vault import Seal, derived

FORGET_LOGINS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reception:
    """All that is needed to know who asks."""

    settings: Settings
    database: Database
    upstream: Upstream
    secret: str
    """With which the portal proves itself to the directory."""
    seal: Seal
    form_key: bytes

    @classmethod
    def of(cls, settings: Settings, database: Database, upstream: Upstream, secret: str, key: str) -> "Reception":
        """Derive the keys from the secret outside the database."""
        seal = Seal.of(key, b"tongkang portal seal v1")
        return cls(settings, database, upstream, secret, seal, derived(key, b"tongkang portal forms v1"))

    async def sign_in(self, user_name: str, password: str, address: str, language: str) -> tuple[str, Login, bool]:
        """Begin a login; return its cookie, and whether the password is still the initial one. Raises TurnedDown."""
        grant = {"grant_type": "password", "username": user_name, "password": password, "scope": "offline_access"}
        answer = await self._token(grant, {"X-Forwarded-For": address, "Accept-Language": language})
        own = await self.upstream.caller(answer["access_token"], language).get("directory", "/v1/account")
        tokens = Tokens(answer["access_token"], answer["refresh_token"], _who(own))
        cookie, digest = new_cookie()
        now = clock.now()
        login = Login(ids.new_record(), own["id"], digest, tokens, _until(answer, now), now)
        async with self.database.transaction() as session:
            rows = Repository(session, self.seal)
            await rows.begin(login)
            days = self.settings.draft_days, self.settings.import_days
            await rows.forget(now - FORGET_LOGINS, *(now - timedelta(days=kept) for kept in days))
        return cookie, login, bool(answer.get("password_change_due"))

    async def find(self, digest: bytes) -> tuple[Login, Preference | None]:
        """Return the login of a cookie with a token that is valid for a while. Raises SignInFirst."""
        now = clock.now()
        async with self.database.session() as session:
            found = await Repository(session, self.seal).find(digest, now)
        if found is None:
            raise SignInFirst
        login, preference = found
        return (await self._go_on(login) if login.token_ends(now) else login), preference

    async def rotate(self, login: Login) -> str | None:
        """Give a login another cookie, unless another request did so first."""
        cookie, digest = new_cookie()
        async with self.database.transaction() as session:
            return cookie if await Repository(session, self.seal).rotate(login, digest, clock.now()) else None

    async def sign_out(self, login: Login) -> None:
        """End a login here and where it is kept."""
        async with self.database.transaction() as session:
            await Repository(session, self.seal).end(login.id)
        await self.upstream.form("/v1/token/revocation", {"token": login.tokens.refresh, **self._proof}, {})

    async def sign_out_everywhere(self, login: Login, language: str, key: str) -> None:
        """End every login of a person."""
        await self.upstream.caller(login.tokens.access, language).post(
            "directory", "/v1/account/logins/end", None, key=key
        )
        async with self.database.transaction() as session:
            await Repository(session, self.seal).end_all(login.person)

    async def token_for(self, login: Login, purpose: str) -> str:
        """Return a token with which one thing is looked at for a purpose. Raises TurnedDown."""
        grant = {"grant_type": "refresh_token", "refresh_token": login.tokens.refresh, "purpose": purpose}
        answer = await self._token(grant, {})
        return str(answer["access_token"])

    async def _go_on(self, login: Login) -> Login:
        """Exchange the token of a login; requests that come at once wait for the first. Raises SignInFirst."""
        async with self.database.transaction() as session:
            rows = Repository(session, self.seal)
            held = await rows.locked(login.id)
            if held is None:
                raise SignInFirst
            if not held.token_ends(clock.now()):
                return held
            try:
                answer = await self._token({"grant_type": "refresh_token", "refresh_token": held.tokens.refresh}, {})
            except TurnedDown as refused:
                raise SignInFirst from refused
            renewed = replace(
                held,
                tokens=replace(held.tokens, access=answer["access_token"]),
                access_until=_until(answer, clock.now()),
            )
            await rows.renew(held.id, renewed.tokens, renewed.access_until)
            return renewed

    async def _token(self, grant: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        return await self.upstream.form("/v1/token", {**grant, **self._proof}, headers)

    @property
    def _proof(self) -> dict[str, str]:
        return {"client_id": "portal", "client_secret": self.secret}


def _until(answer: dict[str, Any], now: datetime) -> datetime:
    return now + timedelta(seconds=answer["expires_in"])


def _who(own: dict[str, Any]) -> Who:
    at = own["at"]
    return Who(own["display_name"], at["name"], at["org_type"], at["region"], tuple(own["purposes"]))
