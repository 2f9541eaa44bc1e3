"""The relay: from the outbox to Kafka, in the order of each case (README.md, relay).

A row leaves the outbox only after the broker acknowledged it with acks=all, and per case only as an unbroken prefix.
Shards are leased, so several processes share the work; two relays at once only repeat, they never re-order.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.db import Database, Driver
from shared.failpoints import failpoint
from shared.telemetry import RELAYED, RELAY_FAILED

log = logging.getLogger(__name__)

_LEASE = """
INSERT INTO relay_lease AS l (shard, owner, until)
SELECT shard, $2, now() + make_interval(secs => $3) FROM unnest($1::smallint[]) AS t (shard)
ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE l.owner = excluded.owner OR l.until < now()
RETURNING shard
"""
_RELEASE = "DELETE FROM relay_lease WHERE owner = $1"

# A case with a failed row waits as a whole: its later rows must not overtake.
_FETCH = """
SELECT o.id, o.case_id, o.topic, e.envelope
FROM outbox o JOIN event_log e USING (case_id, epoch, seq)
WHERE o.shard = ANY($1::smallint[])
  AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.case_id = o.case_id AND w.tries > 0 AND w.next_try > now())
ORDER BY o.id LIMIT $2
"""
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_BACK_OFF = """
UPDATE outbox SET tries = tries + 1, next_try = now() + make_interval(secs => least(30, 0.2 * 2 ^ least(tries, 8)))
WHERE id = ANY($1::bigint[])
"""

SEND_TIMEOUT_SECONDS = 10


class Producer:
    """A Kafka producer that is dropped and opened anew after any error: a timed-out batch has an unknown fate."""

    def __init__(self, servers: str, *, idempotent: bool) -> None:
        self._options = {
            "bootstrap_servers": servers,
            "acks": "all",
            "enable_idempotence": idempotent,
            "max_batch_size": 512 * 1024,
            "request_timeout_ms": SEND_TIMEOUT_SECONDS * 1000,
            "metadata_max_age_ms": 60_000,
        }
        self._producer: AIOKafkaProducer | None = None

    async def send_all(self, messages: Sequence[tuple[str, bytes, bytes]]) -> list[bool]:
        """Send (topic, key, value) in order and return, in the same order, whether each was acknowledged."""
        try:
            producer = await self._opened()
            futures = [await producer.send(topic, value, key) for topic, key, value in messages]
            failpoint("relay.after-send")
            results = await asyncio.gather(*futures, return_exceptions=True)
        except (KafkaError, OSError) as error:
            log.warning("broker did not take facts", extra={"error": type(error).__name__})
            results = [error] * len(messages)
        acknowledged = [not isinstance(result, BaseException) for result in results]
        if not all(acknowledged):
            await self.close()
        return acknowledged

    async def _opened(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**self._options)
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def close(self) -> None:
        """Drop the connection; the next send opens a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(producer.stop(), SEND_TIMEOUT_SECONDS)


Send = Callable[[Sequence[tuple[str, bytes, bytes]]], Awaitable[list[bool]]]


@dataclass(slots=True)
class Relay:
    """One process' relay. `wake()` after a commit; otherwise it looks every `poll` seconds."""

    database: Database
    send_all: Send
    shards: int = 16
    lease_seconds: float = 10.0
    poll: float = 0.1
    batch: int = 1000
    owner: UUID = field(default_factory=uuid4)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _leased: list[int] = field(default_factory=list)
    _lease_until: float = 0.0

    def wake(self) -> None:
        """Say that there may be something to publish."""
        self._woken.set()

    async def run(self) -> None:
        """Relay until cancelled. Trouble with database or broker is waited out."""
        try:
            while True:
                try:
                    moved = await self.turn()
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    log.warning("relay waits for its database", extra={"error": type(error).__name__})
                    await asyncio.sleep(1)
                    continue
                if moved == 0:
                    await self._rest()
        finally:
            await self._release()

    async def turn(self) -> int:
        """Publish one batch of the leased shards; return how many facts left the outbox."""
        async with self.database.session() as session:
            await self._renew(session.driver)
            rows = await session.driver.fetch(_FETCH, self._leased, self.batch)
        failpoint("relay.after-read")
        if not rows:
            return 0
        acknowledged = await self.send_all([(row[2], str(row[1]).encode(), row[3]) for row in rows])
        failpoint("relay.after-ack")
        done, failed = unbroken_prefix([(row[0], row[1]) for row in rows], acknowledged)
        async with self.database.transaction() as session:
            await session.driver.execute(_DELETE, done)
            if failed:
                await session.driver.execute(_BACK_OFF, failed)
        failpoint("relay.after-delete")
        RELAYED.inc(len(done))
        RELAY_FAILED.inc(len(failed))
        return len(done)

    async def _renew(self, driver: Driver) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._lease_until:
            return
        rows = await driver.fetch(_LEASE, list(range(self.shards)), self.owner, self.lease_seconds)
        self._leased = [row[0] for row in rows]
        self._lease_until = now + self.lease_seconds / 3

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), self.poll)
        self._woken.clear()

    async def _release(self) -> None:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self.database.session() as session:
                await session.driver.execute(_RELEASE, self.owner)


def unbroken_prefix(rows: Sequence[tuple[int, UUID]], acknowledged: Sequence[bool]) -> tuple[list[int], list[int]]:
    """Split outbox rows (id, case), in order, into those that may go and the first failed one of each broken case.

    Per case only what stands before its first failure may leave the outbox; the rest is sent again, in order.
    """
    done: list[int] = []
    broken: dict[UUID, int] = {}
    for (row_id, case), ok in zip(rows, acknowledged, strict=True):
        if case in broken:
            continue
        if ok:
            done.append(row_id)
        else:
            broken[case] = row_id
    return done, list(broken.values())
