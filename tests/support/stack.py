"""The test stack: real PostgreSQL, a real broker, and services in this process, with their relays and consumers."""

import asyncio
import importlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from starlette.types import ASGIApp

from deploy.local.broker import Broker
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Postgres
from deploy.local.stack import OWN_KEYS
from deploy.postgres.databases import MIGRATOR, PROJECTING, provision, role_of
from deploy.services import PRODUCERS
from shared.access.clients import Organisation
from shared.access.policy import Actor
from shared.access.second_wall import PROJECT
from shared.contracts.codes import OrgType
from shared.journal.inbox import Outcome, Record
from shared.migrations import migrate
from shared.service import Service
from tests.support.tokens import Issuer, an_actor

PASSWORD = "only-for-tests"
NOWHERE = {name: f"http://{LOOPBACK}:{port}" for port, name in enumerate(("directory", *PRODUCERS), start=1)}
"""Where a service's peers would be. Nobody listens there, so it is told at once: a name would be looked up first, and
where the network is slow or missing that takes seconds."""


def session_seconds(broker: Broker) -> int:
    """Return how soon a consumer that died is noticed: Apache Kafka takes no less than six seconds.

    The embedded broker makes a member that comes back wait for nearly two of them.
    """
    return 1 if broker.kind == "embedded" else 6


@dataclass
class Servers:
    """Servers of one test session; `name` keeps several sets of databases apart."""

    postgres: Postgres
    broker: Broker
    folder: Path
    issuer: Issuer = field(default_factory=Issuer)

    def dsn(self, service: str, *, superuser: bool = False) -> str:
        if superuser:
            return self.postgres.dsn(role_of(service))
        return self.postgres.dsn(role_of(service), role_of(service), PASSWORD)

    def key_file(self, name: str) -> Path:
        path = self.folder / f"{name}.pem"
        if not path.exists():
            key = Ed25519PrivateKey.generate()
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path

    def secret_file(self, name: str, value: str = PASSWORD) -> Path:
        path = self.folder / name
        path.write_text(value)
        return path

    def environment(self, service: str) -> dict[str, str]:
        """What deploy would put into the environment of this service."""
        prefix = service.upper()
        peers = ", ".join(f'"{name}": "{NOWHERE[name]}"' for name in PRODUCERS)
        values = {
            "DATABASE_URL": self.postgres.dsn(role_of(service), role_of(service), "-"),
            "DATABASE_PASSWORD_FILE": str(self.secret_file("password")),
            "KAFKA": self.broker.bootstrap,
            "KAFKA_IDEMPOTENT": str(self.broker.idempotent),
            "DIRECTORY_URL": NOWHERE["directory"],
            "SIGNING_KEY_FILE": str(self.key_file(service)),
            "CLIENT_SECRET_FILE": str(self.secret_file("client-secret")),
            "CONSUMER_SESSION_SECONDS": str(session_seconds(self.broker)),
            "CHECKPOINT_SECONDS": "1",
            "REPAIR_AFTER_SECONDS": "1",
            "PEERS": f"{{{peers}}}",
            # Of the timeline alone: what a test changes about its assessment, a process of its own would not know.
            "ASSESS_APART": "false",
        }
        keys = OWN_KEYS.get(service, {})
        values |= {
            f"{name.upper()}_KEY_FILE": str(self.secret_file(file, f"{file} " * 8)) for name, file in keys.items()
        }
        return {f"{prefix}_{key}": value for key, value in values.items()}

    async def prepare(self, *services: str) -> None:
        """Create and migrate the databases of services."""
        roles = {MIGRATOR: PASSWORD} | {role_of(service): PASSWORD for service in services}
        await provision(self.postgres.dsn(), roles)
        for service in services:
            url = self.postgres.dsn(role_of(service), MIGRATOR, PASSWORD)
            await asyncio.to_thread(migrate, service, url, PASSWORD, app_role=role_of(service))


@dataclass
class Running:
    """A service that runs in this process: its app, and clients for whoever should call it."""

    app: FastAPI
    servers: Servers

    @property
    def service(self) -> Service:
        service: Service = self.app.state.service
        return service

    def client(self, actor: Actor | None = None, *, language: str = "en", **token: Any) -> httpx.AsyncClient:
        """Return an HTTP client that speaks for an actor (or for nobody); each write gets a fresh Idempotency-Key."""
        headers = {"Accept-Language": language}
        if actor is not None:
            headers["Authorization"] = f"Bearer {self.servers.issuer.token(actor, **token)}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport,
            base_url="http://service.test",
            headers=headers,
            event_hooks={"request": [_with_key]},
        )

    async def deliver(self, *records: Record) -> dict[Outcome, int]:
        """Hand records to the service's inbox, as its Kafka consumer would."""
        assert self.service.inbox is not None
        return dict(await self.service.inbox.take(list(records)))

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        """Run a statement past row-level security, where the service has such a wall."""
        async with self.service.database.transaction() as session:
            if role_of(self.service.name) in PROJECTING:
                await session.driver.execute(PROJECT)
            return list(await session.driver.fetch(sql, *arguments))

    async def counts(self) -> dict[str, int]:
        """Return how many rows each table holds, to show that a refusal left no trace."""
        tables = await self.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        # What changes by the clock, or by what other tests did before.
        moving = {
            "alembic_version",
            "relay_lease",
            "stream_position",
            "partition_account",
            "completeness",
            "outbox",
            "access_block",
        }
        names = [row[0] for row in tables if row[0] not in moving]
        (counts,) = await self.fetch("SELECT " + ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names))
        return dict(zip(names, counts, strict=True))

    async def facts(self, case: UUID | str) -> list[dict[str, Any]]:
        """Return the envelopes that this service recorded about a case."""
        sql = "SELECT envelope FROM event_log WHERE case_id = $1 ORDER BY epoch, seq"
        rows = await self.fetch(sql, UUID(str(case)))
        return [orjson.loads(row[0]) for row in rows]

    def knows(self, *organisations: Organisation) -> None:
        """Put organisations into the register as the directory would."""
        self.service.organisations.remember(organisations)

    def organisation(self, org_type: OrgType, region: str = "371602", *roles: str) -> Actor:
        """Return an actor of a new organisation that the register knows."""
        actor = an_actor(org_type, region, *roles)
        self.knows(Organisation(actor.organisation, f"{org_type} (invented)", org_type, region))
        return actor


async def _with_key(request: httpx.Request) -> None:
    if request.method in {"POST", "PUT", "PATCH", "DELETE"}:
        request.headers.setdefault("Idempotency-Key", str(uuid4()))


@asynccontextmanager
async def running(servers: Servers, service: str, monkeypatch: Any, *, listens: bool = False) -> AsyncIterator[Running]:
    """Run a service in this process, from its own composition root, with HTTP, its relay and its other tasks.

    Unless it listens to Kafka too, nothing comes to it but what its tests deliver: the facts that other tests have
    published would come at any moment, and stand in its tables beside theirs.
    """
    await servers.prepare(service)
    for key, value in servers.environment(service).items():
        monkeypatch.setenv(key, value)
    create: Callable[[], FastAPI] = importlib.import_module(f"services.{service}.app").create_app
    app = create()
    app.state.service.verifier.fetch_keys = servers.issuer.keys
    if not listens:
        app.state.service.broker = None
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield Running(app, servers)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an app on a socket: a transport inside the process would give a stream only when it is over."""
    listening = socket.create_server((LOOPBACK, 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
