"""The raw ceilings: what the same machine does when nothing of Tongkang is in the way.

`bare` is served by uvicorn like a service: Starlette and asyncpg, two inserts in one transaction.
"""

import os
import time
from collections.abc import Sequence
from uuid import uuid4

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

TABLES = """
CREATE TABLE IF NOT EXISTS bare_session (id uuid PRIMARY KEY, body jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS bare_log (id uuid PRIMARY KEY, session uuid NOT NULL, at timestamptz NOT NULL DEFAULT now());
"""
DRAINED = "CREATE TABLE IF NOT EXISTS bare_entry (key bytea, topic text, partition int, place bigint, value bytea)"


def create_app() -> Starlette:
    """Build the bare application: parse the body, two inserts, commit, answer."""
    app = Starlette(routes=[Route("/sessions", _record, methods=["POST"])], lifespan=_lifespan)
    return app


class _lifespan:  # noqa: N801 - the shape that Starlette asks for
    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __aenter__(self) -> None:
        self._app.state.pool = await asyncpg.create_pool(os.environ["BARE_DSN"], min_size=16, max_size=16)
        await self._app.state.pool.execute(TABLES)

    async def __aexit__(self, *_: object) -> None:
        await self._app.state.pool.close()


async def _record(request: Request) -> Response:
    body = orjson.loads(await request.body())
    session = uuid4()
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO bare_session (id, body) VALUES ($1, $2)", session, orjson.dumps(body).decode())
        await connection.execute("INSERT INTO bare_log (id, session) VALUES ($1, $2)", uuid4(), session)
    return Response(orjson.dumps({"id": str(session)}), 201, media_type="application/json")


async def drain_and_copy(bootstrap: str, topics: Sequence[str], dsn: str, expected: int) -> float:
    """Read all records of topics with aiokafka and COPY them, without parsing; return records per second."""
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, group_id=f"ceiling-{uuid4()}", auto_offset_reset="earliest",
        enable_auto_commit=False, max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    connection = await asyncpg.connect(dsn)
    await connection.execute(DRAINED)
    await consumer.start()
    try:
        return await _drain(consumer, connection, expected)
    finally:
        await consumer.stop()
        await connection.close()


async def _drain(consumer: AIOKafkaConsumer, connection: asyncpg.Connection, expected: int) -> float:
    seen, begin = 0, 0.0
    while seen < expected:
        batches = await consumer.getmany(timeout_ms=5000, max_records=1000)
        begin = begin or time.perf_counter()
        rows = [(r.key, r.topic, r.partition, r.offset, r.value) for batch in batches.values() for r in batch]
        if not rows:
            raise RuntimeError(f"only {seen} of {expected} records came")
        async with connection.transaction():
            await connection.copy_records_to_table("bare_entry", records=rows)
        await consumer.commit()
        seen += len(rows)
    return seen / (time.perf_counter() - begin)
