"""How a service listens: FastStream gives the raw batch, the inbox takes it, and only then the offsets are committed.

FastStream's own acknowledgement is off (`AckPolicy.MANUAL`): its defaults are at most once, and `ack()` would commit
the consumer's whole position. Its parser is replaced by one that touches no header: the stock one passes over records
whose header is null or not UTF-8, so that they would vanish without a trace.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from shared.journal.completeness import Completeness
from shared.journal.inbox import TRANSIENT, Inbox, Record
from shared.messaging.declared import never_make_topics
from shared.telemetry import LAG

log = logging.getLogger(__name__)
never_make_topics()

SHORTEST_POLL_MILLISECONDS = 20
"""FastStream sleeps this long after an empty poll, so it is also the price of an idle moment in freshness."""

GATHERED_FETCH = 32 * 1024
"""Bytes for which the broker waits, up to `fetch_wait_ms`. Without that it answers for every few facts, which took the
embedded one 40% of a processor at 300 facts a second."""
LARGEST_FETCH, LARGEST_OF_PARTITION = 4 * 1024 * 1024, 512 * 1024
"""Bytes of an answer: the client fetches for every partition of which it holds nothing, and what comes lies in memory
until its turn. The embedded broker looks at the first limit only."""

LONGEST_PAUSE_SECONDS = 10.0


def new_broker(servers: str, service: str) -> KafkaBroker:
    """Return the service's broker; topics are declared by `deploy`, never created on the way."""
    return KafkaBroker(
        servers, client_id=f"tongkang-{service}", allow_auto_create_topics=False, apply_types=False, logger=None
    )


def listen(  # noqa: PLR0913 - each is a limit of its own, by name
    broker: KafkaBroker,
    topics: Collection[str],
    inbox: Inbox,
    *,
    group: str,
    batch: int = 1000,
    gather: float = 0.0,
    fetch_wait_ms: int = 50,
    session_seconds: float = 10.0,
) -> None:
    """Subscribe an inbox to topics: one group per service, from the earliest record, in batches.

    A batch of three facts costs nearly as much as one of a hundred. So the first after a rest is taken at once, and
    what follows is gathered for `gather` seconds.

    A member that has died is noticed after `session_seconds`; only then its partitions go to another.
    """
    listener = _Listener(inbox, batch, gather)
    subscriber = broker.subscriber(
        *sorted(topics),
        batch=True,
        group_id=group,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        max_records=batch,
        batch_timeout_ms=max(SHORTEST_POLL_MILLISECONDS, fetch_wait_ms // 2),
        fetch_max_wait_ms=fetch_wait_ms,
        fetch_min_bytes=GATHERED_FETCH,
        fetch_max_bytes=LARGEST_FETCH,
        max_partition_fetch_bytes=LARGEST_OF_PARTITION,
        session_timeout_ms=int(session_seconds * 1000),
        heartbeat_interval_ms=int(session_seconds * 1000 / 3),
        listener=_OnRebalance(inbox),
        parser=raw_batch,
        decoder=raw_records,
    )
    listener.subscriber = subscriber
    subscriber(listener.take)


def watch(
    broker: KafkaBroker, topic: str, completeness: Completeness, *, group: str, session_seconds: float = 10.0
) -> None:
    """Subscribe to the producers' checkpoints. They need no account: the next one says all that a lost one said.

    The offsets are committed all the same, or every start would read the checkpoints of a week.
    """

    async def take(records: Sequence[Any]) -> None:
        await completeness.note(record.value or b"" for record in records)
        await commit_behind(subscriber.consumer, records)

    subscriber = broker.subscriber(
        topic,
        batch=True,
        group_id=group,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        batch_timeout_ms=200,
        session_timeout_ms=int(session_seconds * 1000),
        heartbeat_interval_ms=int(session_seconds * 1000 / 3),
        parser=raw_batch,
        decoder=raw_records,
    )
    subscriber(take)


async def raw_batch(message: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    """Pass a batch on as it came, without reading bodies or headers: reading is the inbox's work, record by record."""
    return KafkaMessage(raw_message=message, body=b"", consumer=FAKE_CONSUMER)


async def raw_records(message: KafkaMessage) -> Sequence[Any]:
    """Give the handler the records themselves."""
    raw = message.raw_message
    return raw if isinstance(raw, tuple | list) else (raw,)


@dataclass(slots=True)
class _OnRebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    inbox: Inbox

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        del revoked

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        del assigned
        self.inbox.forget_offsets()


@dataclass(slots=True)
class _Listener:
    inbox: Inbox
    batch: int
    gather: float
    subscriber: Any = None

    async def take(self, records: Sequence[Any]) -> None:
        """Take one batch. Never raises: FastStream would go on with the next batch and this one would be lost."""
        began = asyncio.get_running_loop().time()
        await self._apply([Record(r.value, r.key, r.topic, r.partition, r.offset) for r in records])
        await commit_behind(self.subscriber.consumer, records)
        left = began + self.gather - asyncio.get_running_loop().time()
        if left > 0 and len(records) < self.batch:
            await asyncio.sleep(left)

    async def _apply(self, batch: Sequence[Record]) -> None:
        pause = 0.1
        while True:
            try:
                await self.inbox.take(batch)
            except TRANSIENT as error:
                log.warning("inbox waits for its database", extra={"error": type(error).__name__})
            except Exception:
                # Not the fact's fault and not known to pass: stay here, loudly, rather than lose the batch.
                log.exception("inbox cannot take a batch")
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def commit_behind(consumer: AIOKafkaConsumer | None, records: Sequence[Any]) -> None:
    """Commit `offset + 1` of just these records. A failure only means that they come again, as duplicates."""
    if consumer is None:
        return
    offsets = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
    try:
        await consumer.commit(offsets)
    except (KafkaError, ConsumerStoppedError, OSError) as error:
        log.warning("offsets not committed", extra={"error": type(error).__name__})
    for place, offset in offsets.items():
        end = consumer.highwater(place)
        if end is not None:
            LAG.labels(place.topic, place.partition).set(max(0, end - offset))
