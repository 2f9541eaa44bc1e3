"""Producers of whom only the log and the internal feed are there, each with a database of its own."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from fastapi import FastAPI

from deploy.postgres.databases import MIGRATOR, provision, role_of
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import Event, service_actor
from shared.db import Database
from shared.http.app import create_app
from shared.journal.inbox import Record
from shared.journal.tables import new_metadata
from shared.migrations import grant
from shared.service import assemble
from shared.settings import ServiceSettings
from tests.support.stack import NOWHERE, PASSWORD, Running, Servers

LOG = """
INSERT INTO event_log (case_id, epoch, seq, event_id, prev_hash, hash, envelope, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
MONTHS = 10.0**9


@asynccontextmanager
async def feeds(timeline: Running, *producers: str) -> AsyncIterator[dict[str, FastAPI]]:
    """Serve the feeds of producers to the timeline's own peers, over ASGI."""
    apps = {name: await _producer(timeline.servers, name) for name in producers}
    mounts = {NOWHERE[name]: httpx.ASGITransport(app) for name, app in apps.items()}
    completeness = timeline.service.completeness
    assert completeness is not None
    http, tokens = timeline.service.http, timeline.service.tokens
    tokens._token = timeline.servers.issuer.token(_itself())
    tokens._until = MONTHS
    try:
        async with httpx.AsyncClient(mounts=mounts) as client:
            for peer in completeness.peers.values():
                peer.http = client
            yield apps
    finally:
        for peer in completeness.peers.values():
            peer.http = http
        for app in apps.values():
            await app.state.service.database.close()
            await app.state.service.http.aclose()


async def keep(app: FastAPI, records: Iterable[Record]) -> None:
    """Put facts into a producer's log, as if it had recorded them."""
    events = [Event.read(record.value or b"") for record in records]
    rows = [
        (e.subject, e.epoch, e.seq, e.id, e.prev_hash, e.hash, e.envelope, e.recorded_at)
        for e in events
        if e.producer == app.state.service.name
    ]
    async with app.state.service.database.session() as session:
        await session.driver.executemany(LOG, rows)


def _itself() -> Actor:
    ref = service_actor("timeline")
    return Actor(ref.person, ref.organisation, OrgType.SERVICE, "", frozenset({"service"}))


async def _producer(servers: Servers, name: str) -> FastAPI:
    database = f"{name}_feed_{uuid4().hex[:8]}"
    await provision(servers.postgres.dsn(), {MIGRATOR: PASSWORD, role_of(database): PASSWORD})
    owner = Database(servers.postgres.dsn(role_of(database), MIGRATOR, "-"), PASSWORD, size=1)
    async with owner.engine.connect() as connection:
        await connection.run_sync(new_metadata().create_all)
        await connection.run_sync(grant, role_of(database))
    await owner.close()
    service = assemble(name, _settings(servers, database))
    service.verifier.fetch_keys = servers.issuer.keys
    return create_app(service, [], title=name, description="Only a feed.")


def _settings(servers: Servers, database: str) -> ServiceSettings:
    secret: Path = servers.secret_file("password")
    return ServiceSettings(
        database_url=servers.postgres.dsn(role_of(database), role_of(database), "-"),
        database_password_file=secret,
        database_pool=4,
        kafka=servers.broker.bootstrap,
        directory_url=NOWHERE["directory"],
        signing_key_file=servers.key_file(database),
        client_secret_file=secret,
    )
