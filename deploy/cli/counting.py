"""What became of every fact, counted by itself at each place: event log, topic, timeline."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.local.stack import Installation
from deploy.services import PRODUCERS, SERVICES
from shared.contracts.envelope import Event, Unreadable
from shared.contracts.topics import topics

FACTS = tuple(topic.name for topic in topics() if topic.key != "producer")
POLL_MS = 500
ENOUGH_QUIET_S, LONGEST_QUIET_S = 1.0, 20.0
"""How long nothing must come until a topic counts as read: when all was seen that is expected, and when it was not."""
Account = dict[str, dict[str, int]]

HEARD = next(spec.hears for spec in SERVICES if spec.name == "timeline")

_COMPLETE = "SELECT (count(*) FILTER (WHERE complete_to >= $1 AND behind = 0) >= $2)::int FROM completeness"
_COMMITTED = "SELECT count(*) FROM event_log"
_APPLIED = "SELECT producer, sum(last_seq)::bigint AS n FROM stream_position GROUP BY producer"
TO_BE_ASSESSED = "SELECT (SELECT count(*) FROM dirty_case) + (SELECT count(*) FROM dirty_institution)"
_PARKED = "SELECT producer, count(*) AS n FROM parked_event WHERE producer IS NOT NULL GROUP BY producer"
_DUPLICATE = (
    "SELECT substring(topic FROM 10) AS producer, sum(duplicate)::bigint AS n FROM partition_account GROUP BY topic"
)


async def committed_and_applied(place: Installation) -> tuple[int, int]:
    """Return how many facts the producers hold and how many of them the timeline has applied."""
    committed = [await _value(place, producer, _COMMITTED) for producer in PRODUCERS]
    return sum(committed), await _value(
        place, "timeline", "SELECT coalesce(sum(last_seq), 0)::bigint FROM stream_position"
    )


async def complete_since(place: Installation, moment: datetime) -> bool:
    """Tell whether every producer's checkpoint of this moment or later says that all it recorded is applied."""
    return await _value(place, "timeline", _COMPLETE, moment, len(HEARD)) > 0


async def to_be_assessed(place: Installation) -> int:
    """Return how many cases, and institutions with theirs, are still to be looked at; conclusions are facts again."""
    return await _value(place, "timeline", TO_BE_ASSESSED)


async def count(place: Installation, *, all_on_topics: bool) -> Account:
    """Return per producer: committed, published, applied, duplicate, parked.

    Where all should be on the topics, because they were recorded since the broker began, they are waited for longer.
    """
    committed = {producer: await _value(place, producer, _COMMITTED) for producer in PRODUCERS}
    published = await _published(place.bootstrap, expected=sum(committed.values()) if all_on_topics else 0)
    async with _database(place, "timeline") as timeline:
        applied, parked, duplicate = [await _by_producer(timeline, sql) for sql in (_APPLIED, _PARKED, _DUPLICATE)]
    return {
        producer: {
            "committed": committed[producer],
            "published": published[producer],
            "applied": applied.get(producer, 0),
            "duplicate": duplicate.get(producer, 0),
            "parked": parked.get(producer, 0),
        }
        for producer in PRODUCERS
    }


async def _published(bootstrap: str, expected: int) -> Counter[str]:
    """Read every topic from its beginning and count each fact once, by its place in its stream."""
    consumer = AIOKafkaConsumer(*FACTS, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return await _read_all(consumer, expected)
    finally:
        await consumer.stop()


async def _read_all(consumer: AIOKafkaConsumer, expected: int) -> Counter[str]:
    """Read until nothing comes for a while: the embedded broker's end offsets count batches, not records.

    What is expected only tells how long to wait for more; a broker under load can be silent for seconds.
    """
    seen: set[tuple[str, int, int, int]] = set()
    clock = asyncio.get_running_loop().time
    heard = clock()
    while clock() < heard + (ENOUGH_QUIET_S if len(seen) >= expected else LONGEST_QUIET_S):
        batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=5000)
        seen |= {found for records in batches.values() for record in records if (found := _place(record.value))}
        heard = clock() if batches else heard
    return Counter(found[0] for found in seen)


def _place(value: bytes) -> tuple[str, int, int, int] | None:
    try:
        event = Event.read(value)
    except Unreadable:
        return None
    return event.producer, event.subject.int, event.epoch, event.seq


@asynccontextmanager
async def _database(place: Installation, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(place.owned(service))
    try:
        yield connection
    finally:
        await connection.close()


async def _value(place: Installation, service: str, sql: str, *arguments: object) -> int:
    async with _database(place, service) as connection:
        return int(await connection.fetchval(sql, *arguments))


async def _by_producer(connection: asyncpg.Connection, sql: str) -> Mapping[str, int]:
    return {row["producer"]: row["n"] for row in await connection.fetch(sql)}
