"""The relay: from the outbox to Kafka, in the order of each case (README.md, relay).

A row leaves the outbox only after the broker acknowledged it with acks=all, and per case only as an unbroken prefix.
Shards are leased, so several processes share the work; two relays at once only repeat, they never re-order.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.partitioner import murmur2

from shared.db import Database, Driver
from shared.failpoints import failpoint
from shared.messaging.declared import never_make_topics
from shared.telemetry import RELAY_FAILED, RELAYED

log = logging.getLogger(__name__)
never_make_topics()

_LEASE = """
INSERT INTO relay_lease AS l (shard, owner, until)
SELECT shard, $2, now() + make_interval(secs => $3) FROM generate_series(0, $1 - 1) AS t (shard) ORDER BY shard
ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE l.owner = excluded.owner OR l.until < now()
RETURNING shard
"""
_RELEASE = "DELETE FROM relay_lease WHERE owner = $1"

# A case with a failed row waits as a whole: its later rows must not overtake. Rows written under a larger number of
# shards fall into the present ones, or nobody would publish them.
_FETCH = """
SELECT o.id, o.case_id, o.topic, e.envelope
FROM outbox o JOIN event_log e USING (case_id, epoch, seq)
WHERE o.shard % $3 = ANY($1::int[])
  AND NOT EXISTS (SELECT 1 FROM outbox w WHERE w.case_id = o.case_id AND w.tries > 0 AND w.next_try > now())
ORDER BY o.id LIMIT $2
"""
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_BACK_OFF = """
UPDATE outbox SET tries = tries + 1, next_try = now() + make_interval(secs => least(30, 0.2 * 2 ^ least(tries, 8)))
WHERE id = ANY($1::bigint[])
"""

SEND_TIMEOUT_SECONDS = 10
PAUSE_SECONDS = 1.0
"""How long the relay waits when broker or database are away, and between two attempts at a lease that others hold."""

Message = tuple[str, bytes, bytes]
"""Topic, key, value."""


HEADERS = [("content-type", b"application/cloudevents+json")]
"""What the Kafka binding of CloudEvents asks of a record in structured mode."""


class BrokerAway(ConnectionError):  # noqa: N818 - a state, not a defect
    """Nothing can be sent at the moment. No fact is to blame, so none is put back for it; the relay itself waits."""


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
            "partitioner": _partition_of,
        }
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()

    async def send_all(self, messages: Sequence[Message]) -> list[bool]:
        """Send messages in order and return, in the same order, whether each was acknowledged. Raises BrokerAway."""
        producer = await self._opened()
        futures = await _queued(producer, messages)
        failpoint("relay.after-send")
        acknowledged = await _acknowledged(futures)
        if not all(acknowledged):
            self._drop(producer)
        return acknowledged

    async def _opened(self) -> AIOKafkaProducer:
        # Relay and checkpoints share the producer: without the lock both would open one, and one would never be closed.
        async with self._opening:
            if self._producer is None:
                self._producer = await self._started()
            return self._producer

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(**self._options)
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await producer.start()
        except (KafkaError, OSError) as error:
            await producer.stop()
            raise BrokerAway(type(error).__name__) from error
        except BaseException:
            await producer.stop()
            raise
        return producer

    def _drop(self, producer: AIOKafkaProducer) -> None:
        """Use this producer no more. It stops in the background, because it waits for what it still has in hand."""
        if self._producer is producer:
            self._producer = None
        task = asyncio.create_task(producer.stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def close(self) -> None:
        """Drop the connection and wait until it is closed; the next send opens a new one."""
        if self._producer is not None:
            self._drop(self._producer)
        if not self._stopping:
            return
        _, late = await asyncio.wait(self._stopping, timeout=SEND_TIMEOUT_SECONDS)
        for task in late:
            task.cancel()


def _partition_of(key: bytes, partitions: Sequence[int], available: Sequence[int]) -> int:
    """Return the partition that every Kafka client would choose for this key."""
    del available
    return partitions[(_hash_of(key) & 0x7FFFFFFF) % len(partitions)]


@lru_cache(maxsize=8192)
def _hash_of(key: bytes) -> int:
    """Keep hashes: in Python one costs as much as sealing a fact, and the same children come day after day."""
    return int(murmur2(key))


async def _queued(producer: AIOKafkaProducer, messages: Sequence[Message]) -> list["asyncio.Future[object] | None"]:
    """Hand messages to the producer, in order; None stands for one that it did not take.

    A topic that cannot be reached is not asked again in this batch: each time would cost the full time limit, for all.
    """
    futures: list[asyncio.Future[object] | None] = []
    away: set[str] = set()
    for topic, key, value in messages:
        future = None
        if topic not in away:
            try:
                future = await producer.send(topic, value, key, headers=HEADERS)
            except MessageSizeTooLargeError:
                log.error("fact is larger than the broker takes", extra={"key": key.decode()})  # noqa: TRY400
            except (KafkaError, OSError) as error:
                away.add(topic)
                log.warning("topic takes no facts", extra={"topic": topic, "error": type(error).__name__})
        futures.append(future)
    return futures


async def _acknowledged(futures: Sequence["asyncio.Future[object] | None"]) -> list[bool]:
    """Wait for the broker's answers; one that does not come in time is none, whatever the client still hopes for."""
    waiting = [future for future in futures if future is not None]
    if waiting:
        _, late = await asyncio.wait(waiting, timeout=2 * SEND_TIMEOUT_SECONDS)
        for future in late:
            future.cancel()
    return [_arrived(future) for future in futures]


def _arrived(future: "asyncio.Future[object] | None") -> bool:
    # A cancelled one is asked nothing; of the others the exception is fetched, or asyncio would report it as forgotten.
    return future is not None and future.done() and not future.cancelled() and future.exception() is None


Send = Callable[[Sequence[Message]], Awaitable[list[bool]]]


@dataclass(slots=True)
class Relay:
    """One process' relay. `wake()` after a commit; otherwise it looks every `poll` seconds.

    A turn costs about the same for one fact as for a hundred. So the first one after a rest goes at once, and what
    follows is gathered for `gather` seconds: without that, a busy service spends a third of its time on turns of two.
    """

    database: Database
    send_all: Send
    shards: int = 16
    lease_seconds: float = 10.0
    poll: float = 0.1
    batch: int = 1000
    gather: float = 0.01
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
                    log.warning("relay waits for broker or database", extra={"error": type(error).__name__})
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                if moved == 0:
                    await self._rest()
                elif moved < self.batch:
                    await asyncio.sleep(self.gather)
        finally:
            await self._release()

    async def turn(self) -> int:
        """Publish one batch of the leased shards; return how many facts left the outbox."""
        async with self.database.session() as session:
            await self._renew(session.driver)
            rows = await session.driver.fetch(_FETCH, self._leased, self.batch, self.shards)
        failpoint("relay.after-read")
        if not rows:
            return 0
        acknowledged = await self.send_all([(row[2], str(row[1]).encode(), row[3]) for row in rows])
        failpoint("relay.after-ack")
        done, failed = unbroken_prefix([(row[0], row[1]) for row in rows], acknowledged)
        # Each by itself: a failed row that is not put back is only tried again sooner.
        async with self.database.session() as session:
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
        rows = await driver.fetch(_LEASE, self.shards, self.owner, self.lease_seconds)
        self._leased = [row[0] for row in rows]
        self._lease_until = now + min(PAUSE_SECONDS, self.lease_seconds / 3)

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
