"""The raw ceilings: what the same machine does when nothing of Tongkang is in the way.

The bare app is served by the same server, on the same event loop, as a service: Starlette and asyncpg, two inserts in
one transaction.
"""

import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from uuid import uuid4

import asyncpg
import httpx
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.child import Child, Command
from deploy.local.ports import LOOPBACK
from deploy.local.processes import service_command
from deploy.local.server import Server
from deploy.local.stack import Stack
from shared.contracts.topics import topics

DATABASE = "bare"
CLIENTS = 16
BATCH = 1000
TABLES = """
CREATE TABLE IF NOT EXISTS bare_session (id uuid PRIMARY KEY, body jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS bare_log (id uuid PRIMARY KEY, session uuid NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS bare_entry (key bytea, topic text, partition int, place bigint, value bytea);
"""
Places = Mapping[TopicPartition, int]
"""An offset for each partition."""


def create_app() -> Starlette:
    """Build the bare application: parse the body, two inserts, commit, answer."""
    return Starlette(routes=[Route("/sessions", _record, methods=["POST"]), Route("/", _ready)], lifespan=_lifespan)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_DSN"], min_size=CLIENTS, max_size=CLIENTS) as app.state.pool:
        await app.state.pool.execute(TABLES)
        yield


async def _ready(_: Request) -> Response:
    return Response(b"ready")


async def _record(request: Request) -> Response:
    body = orjson.loads(await request.body())
    session = uuid4()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO bare_session (id, body) VALUES ($1, $2)", session, orjson.dumps(body).decode()
        )
        await connection.execute("INSERT INTO bare_log (id, session) VALUES ($1, $2)", uuid4(), session)
    return Response(orjson.dumps({"id": str(session)}), 201, media_type="application/json")


class Bare(Server):
    """The bare app as a process, started with the same options as a service."""

    name = "bare"

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.home)
        self.port = stack.home.port(self.name)
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.dsn = stack.postgres.dsn(DATABASE)

    def launch(self) -> None:
        """Start the process."""
        options = service_command(self.name, LOOPBACK, self.port)
        argv = [word.replace(f"services.{self.name}.app:create_app", f"{__name__}:create_app") for word in options]
        command = Command(self.name, [sys.executable, "-m", *argv], {"BARE_DSN": self.dsn}, self.home.settings.code)
        self.child = Child(self.home, command)

    def ready(self) -> bool:
        """Ask its page."""
        try:
            return httpx.get(self.url, timeout=1, trust_env=False).is_success
        except httpx.TransportError:
            return False


async def make_database(stack: Stack) -> None:
    """Make the database of the ceilings, with its tables, where it is missing."""
    server = await asyncpg.connect(stack.postgres.dsn())
    try:
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await server.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await server.close()


@contextmanager
def bare_server(stack: Stack) -> Iterator[Bare]:
    """Run the bare app for as long as the context lasts."""
    server = Bare(stack)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def drain_and_copy(bootstrap: str, begins: Places, ends: Places, dsn: str) -> float:
    """Read the records between these offsets with aiokafka and COPY them, unparsed; return records per second."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=f"ceiling-{uuid4()}",
        enable_auto_commit=False,
        max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"{TABLES} TRUNCATE bare_entry")
    await consumer.start()
    try:
        return await _drain(consumer, begins, ends, connection)
    finally:
        await consumer.stop()
        await connection.close()


async def _drain(consumer: AIOKafkaConsumer, begins: Places, ends: Places, connection: asyncpg.Connection) -> float:
    consumer.assign(list(ends))
    for place, offset in begins.items():
        consumer.seek(place, offset)
    expected, seen, begin = sum(ends.values()) - sum(begins.values()), 0, 0.0
    while seen < expected:
        batches = await consumer.getmany(timeout_ms=5000, max_records=BATCH)
        begin = begin or time.perf_counter()
        rows = [(r.key, r.topic, r.partition, r.offset, r.value) for batch in batches.values() for r in batch]
        if not rows:
            raise RuntimeError(f"only {seen} of {expected} records came")
        async with connection.transaction():
            await connection.copy_records_to_table("bare_entry", records=rows)
        await consumer.commit()
        seen += len(rows)
    return seen / (time.perf_counter() - begin)


async def offsets(bootstrap: str, *names: str) -> Places:
    """Return where each partition of these topics ends now."""
    wanted = [topic for topic in topics() if topic.name in names]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        places = [TopicPartition(topic.name, part) for topic in wanted for part in range(topic.partitions)]
        ends: Places = await consumer.end_offsets(places)
        return ends
    finally:
        await consumer.stop()
