"""How a service speaks to another: its own token by client credentials, and the register of organisations."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from shared.contracts.codes import OrgType
from shared.errors import Refusal, TemporarilyUnavailable

REFRESH_BEFORE_SECONDS = 60
REFRESH_REGISTER_SECONDS = 1.0
KEEP_REGISTER_SECONDS = 60.0


class UnknownOrganisation(Refusal, code="organisation-unknown", status=422):
    en = "No organisation with the id in {field} exists, or it is not of the needed kind ({needed})."
    zh = "{field} 所指机构不存在，或机构类型不符（需要：{needed}）。"


@dataclass(slots=True)
class ServiceTokens:
    """The access token of this service, fetched anew before it runs out."""

    directory_url: str
    client_id: str
    secret: str
    http: httpx.AsyncClient
    _token: str = ""
    _until: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def headers(self) -> dict[str, str]:
        """Return the Authorization header. Raises httpx.HTTPError when the directory cannot be reached."""
        async with self._lock:
            if time.monotonic() > self._until:
                await self._renew()
        return {"Authorization": f"Bearer {self._token}"}

    async def _renew(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        answer = await self.http.post(f"{self.directory_url}/v1/token", data=form)
        answer.raise_for_status()
        document = answer.json()
        self._token = document["access_token"]
        self._until = time.monotonic() + max(1, document["expires_in"] - REFRESH_BEFORE_SECONDS)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An entry of the directory's register; public among services, no child in it."""

    id: UUID
    name: str
    org_type: OrgType
    region: str


@dataclass(slots=True)
class OrganisationRegister:
    """The directory's register as this service last saw it: asked again now and then, and for an unknown id."""

    directory_url: str
    tokens: ServiceTokens
    http: httpx.AsyncClient
    _known: dict[UUID, Organisation] = field(default_factory=dict)
    _asked_at: float = float("-inf")

    async def get(self, organisation: UUID, *, field_name: str, needed: frozenset[OrgType]) -> Organisation:
        """Return an organisation of a needed kind. Raises UnknownOrganisation, or TemporarilyUnavailable."""
        found = await self.look_up(organisation)
        if found is None or found.org_type not in needed:
            raise UnknownOrganisation(field=field_name, needed=sorted(needed))
        return found

    async def look_up(self, organisation: UUID) -> Organisation | None:
        """Return an open organisation, or None. Raises TemporarilyUnavailable when it cannot be told."""
        age = time.monotonic() - self._asked_at
        if age > KEEP_REGISTER_SECONDS or (organisation not in self._known and age > REFRESH_REGISTER_SECONDS):
            await self._refresh(needed_now=organisation not in self._known)
        return self._known.get(organisation)

    async def all_of(self, needed: frozenset[OrgType], region: str = "") -> list[Organisation]:
        """Return the open organisations of some kinds inside a region, by name."""
        await self.look_up(UUID(int=0))
        found = (one for one in self._known.values() if one.org_type in needed and one.region.startswith(region))
        return sorted(found, key=lambda one: one.name)

    def remember(self, organisations: Iterable[Organisation]) -> None:
        """Add organisations without asking the directory."""
        self._known |= {entry.id: entry for entry in organisations}

    async def _refresh(self, *, needed_now: bool) -> None:
        try:
            headers = await self.tokens.headers()
            answer = await self.http.get(f"{self.directory_url}/v1/organisations/register", headers=headers)
            answer.raise_for_status()
        except (httpx.HTTPError, OSError) as error:
            if needed_now:
                raise TemporarilyUnavailable(what="directory") from error
            return
        self._asked_at = time.monotonic()
        # Taken whole: an organisation that was closed is not in it any more.
        self._known = {entry.id: entry for entry in map(_entry, answer.json()["organisations"])}


def _entry(row: dict[str, Any]) -> Organisation:
    return Organisation(UUID(row["id"]), row["name"], OrgType(row["org_type"]), row["region"])
