"""Putting facts on the timeline: from Kafka, and anew from the producers."""

import asyncio
import time
from typing import Any

import httpx

from benchmarks.ceilings import Places, drain_and_copy, make_database, offsets
from benchmarks.figures import Figure, figure, middle
from benchmarks.load import closed_loop
from benchmarks.sessions import BATCHES_AT_ONCE, LINES, batches
from benchmarks.town import APPLIED, LOOK_EVERY_S, Town

TOPIC = "tongkang.rehab"
BACKLOG = 100_000
SAMPLE_EVERY_S = 0.05
REBUILT_WITHIN_S = 900.0


async def projection(town: Town) -> list[Figure]:
    """Let a backlog of sessions run onto the timeline; before and after, drain the same records raw."""
    await make_database(town.stack)
    await town.diary()
    await town.quiet()
    bootstrap, dsn = town.stack.broker.bootstrap, town.stack.postgres.dsn("bare")
    async with town.without("timeline"):
        begins = await offsets(bootstrap, TOPIC)
        await _send(town, town.part(BACKLOG))
        ends = await offsets(bootstrap, TOPIC)
        raw = [await drain_and_copy(bootstrap, begins, ends, dsn)]
        applied = await _caught_up(town, _records(begins, ends))
    raw.append(await drain_and_copy(bootstrap, begins, ends, dsn))
    note = (
        f"{_records(begins, ends):,} sessions of {len(begins)} partitions, from the first batch applied to the last; "
        "ceiling: aiokafka drains the same records and COPY writes them unparsed, the mean of before and after"
    )
    return [figure("projection", applied, note, ceiling=middle(raw))]


def _records(begins: Places, ends: Places) -> int:
    return sum(ends.values()) - sum(begins.values())


async def _send(town: Town, facts: int) -> None:
    """Record so many sessions and wait until all are on Kafka."""
    prepared = await batches(town, facts // LINES, 1)
    (await closed_loop(town.stack.urls["rehab"], iter(prepared), clients=BATCHES_AT_ONCE)).checked()
    await town.published()


async def _caught_up(town: Town, records: int) -> float:
    """Start the timeline and return the facts per second between the first batch that it applies and the last."""
    async with town.database("timeline") as database:
        before = await database.fetchval(APPLIED)
        starting = asyncio.create_task(asyncio.to_thread(town.stack.services["timeline"].start))
        samples = [(time.perf_counter(), before)]
        while samples[-1][1] < before + records:
            await asyncio.sleep(SAMPLE_EVERY_S)
            samples.append((time.perf_counter(), await database.fetchval(APPLIED)))
        await starting
    return rate(samples)


def rate(samples: list[tuple[float, int]]) -> float:
    """Return the facts per second from the first sample that has moved to the first one that holds all."""
    first = next(sample for sample in samples if sample[1] > samples[0][1])
    last = next(sample for sample in samples if sample[1] == samples[-1][1])
    if first == last:
        raise RuntimeError("all came between two looks: too few facts to measure")
    return (last[1] - first[1]) / (last[0] - first[0])


async def rebuild(town: Town) -> list[Figure]:
    """Make the whole timeline anew from the producers' feeds, as an operator would."""
    await town.diary()
    await town.quiet()
    headers = {"Authorization": f"Bearer {town.operator()}", "Idempotency-Key": "benchmark-rebuild"}
    url = town.stack.urls["timeline"]
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as timeline:
        (await timeline.post("/internal/timeline/rebuild")).raise_for_status()
        done = await _rebuilt(timeline)
    await town.quiet()
    facts = sum(done["facts"].values())
    note = f"{facts:,} facts of all producers from their feeds, as the service itself counts, the emptying included"
    return [figure("rebuild", facts / done["seconds"], note)]


async def _rebuilt(timeline: httpx.AsyncClient) -> dict[str, Any]:
    async with asyncio.timeout(REBUILT_WITHIN_S):
        while True:
            progress: dict[str, Any] = (await timeline.get("/internal/timeline/rebuild")).raise_for_status().json()
            if progress["failed"]:
                raise RuntimeError(f"the rebuild ended with {progress['failed']}")
            if progress["facts"] and not progress["running"]:
                return progress
            await asyncio.sleep(LOOK_EVERY_S)
