"""What tests of the directory share: the service with cheap hashes, and those who call it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from services.directory.login import LoginDesk
from shared.access.policy import Actor, Role
from shared.contracts.codes import OrgType
from tests.support.stack import Running, Servers, running
from tests.support.tokens import an_actor

COUNTY = "371602"
ADMINISTRATOR, PASSWORD = "founder", "a long invented password"
SERVICES = ("screening", "rehab", "education", "custody", "timeline", "directory", "portal")
CHEAP_HASH = {"ARGON2_TIME_COST": "1", "ARGON2_MEMORY_KIB": "8", "ARGON2_PARALLELISM": "1"}


def environment(servers: Servers) -> dict[str, str]:
    """What deploy would put into the environment of the directory alone, with hashes that cost nothing."""
    secrets = ", ".join(
        f'"{name}": "{servers.secret_file(f"client-{name}", f"secret of {name}")}"' for name in SERVICES
    )
    values = CHEAP_HASH | {
        "TOKEN_KEY_FILE": str(servers.key_file("tokens")),
        "SERVICE_SECRETS": f"{{{secrets}}}",
        "ADMINISTRATOR_NAME": ADMINISTRATOR,
        "ADMINISTRATOR_PASSWORD_FILE": str(servers.secret_file("administrator", f"{PASSWORD}\n")),
        # Many logins of one test come at once; the limits have tests of their own.
        "USER_NAME_BURST": "1000",
        "ADDRESS_BURST": "10000",
    }
    return {f"DIRECTORY_{key}": value for key, value in values.items()}


@dataclass
class Directory:
    """A running directory. Its own tokens open its doors, and so do those of the tests' issuer."""

    running: Running

    @property
    def desk(self) -> LoginDesk:
        desk: LoginDesk = self.running.app.state.desk
        return desk

    async def send(
        self, method: str, path: str, body: Any = None, *, by: Actor | None = None, bearer: str = "", key: str = ""
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        headers |= {"Idempotency-Key": key} if key else {}
        async with self.running.client(by) as client:
            return await client.request(method, path, json=body, headers=headers)

    async def token(self, **form: str) -> httpx.Response:
        return await self.send_form("/v1/token", **form)

    async def send_form(self, path: str, **form: str) -> httpx.Response:
        async with self.running.client() as client:
            return await client.post(path, data=form)

    async def log_in(self, user_name: str, password: str) -> httpx.Response:
        return await self.token(grant_type="password", username=user_name, password=password)

    async def log_in_machine(self, client: str, secret: str) -> httpx.Response:
        return await self.token(grant_type="client_credentials", client_id=client, client_secret=secret)

    def claims(self, answer: httpx.Response) -> dict[str, Any]:
        """Check a token's signature with the published keys, and return what it says."""
        assert answer.status_code == 200, answer.text
        keys = KeySet.import_key_set(self.desk.keys.jwks)  # type: ignore[arg-type]
        return jwt.decode(answer.json()["access_token"], keys, algorithms=["Ed25519"]).claims

    async def organisation(self, org_type: OrgType = OrgType.CLINIC, region: str = COUNTY, **more: Any) -> UUID:
        body = {"name": f"{org_type} {uuid4()}", "org_type": org_type.value, "region": region} | more
        return UUID(made(await self.send("POST", "/v1/organisations", body, by=an_administrator()))["id"])

    async def account(self, organisation: UUID, *roles: str, **more: Any) -> dict[str, Any]:
        body = {
            "organisation": str(organisation), "user_name": a_user_name(), "display_name": "某工作人员（样例）",
            "roles": roles or ("staff",),
        } | more  # fmt: skip
        return made(await self.send("POST", "/v1/accounts", body, by=an_administrator()))

    async def machine(self, organisation: UUID, *roles: str) -> dict[str, Any]:
        body = {"organisation": str(organisation), "label": "HIS", "roles": roles or ("staff",)}
        return made(await self.send("POST", "/v1/clients", body, by=an_administrator()))

    async def audited(self, of: UUID | str) -> list[tuple[str, str | None]]:
        """Return what the audit tells of an organisation, account or client: deed and reason, oldest first."""
        sql = "SELECT deed, reason FROM audit WHERE object = $1 ORDER BY id"
        return [tuple(row) for row in await self.running.fetch(sql, UUID(str(of)))]


def an_administrator(region: str = "37") -> Actor:
    return an_actor(OrgType.FEDERATION, region, Role.ADMINISTRATOR)


def a_manager(organisation: UUID, org_type: OrgType = OrgType.CLINIC, region: str = COUNTY) -> Actor:
    return an_actor(org_type, region, Role.MANAGER, organisation=organisation)


def a_user_name() -> str:
    return f"user-{uuid4().hex[:12]}"


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "none")


@asynccontextmanager
async def a_directory(servers: Servers) -> AsyncIterator[Directory]:
    """Run the directory in this process."""
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment(servers).items():
            patch.setenv(key, value)
        async with running(servers, "directory", patch) as it:
            own = it.app.state.desk.keys.jwks

            async def both() -> dict[str, Any]:
                return {"keys": own["keys"] + (await servers.issuer.keys())["keys"]}

            it.service.verifier.fetch_keys = both
            yield Directory(it)
