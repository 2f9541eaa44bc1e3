"""The stack as a whole: how long it takes to come up, and how much memory it takes."""

import asyncio

from benchmarks.ceilings import CLIENTS
from benchmarks.figures import Figure, figure
from benchmarks.load import closed_loop
from benchmarks.sessions import batches, single_sessions
from benchmarks.town import Town
from deploy.local.memory import MemoryMeter

SINGLE, DAYS = 3000, 5
"""Single sessions, and days of a thousand, while memory is watched."""


def start_cold(seconds: float) -> list[Figure]:
    """Return the figure of the first start in an empty folder."""
    note = "an empty folder: databases made, migrated, topics declared, every service ready; no aim of its own"
    return [figure("start_cold", seconds, note)]


def start_warm(seconds: float, entries: int) -> list[Figure]:
    """Return the figure of a later start."""
    note = f"the same folder again with all that the run left, {entries:,} entries on the timeline; every service ready"
    return [figure("start_warm", seconds, note)]


async def memory(town: Town) -> list[Figure]:
    """Measure while a town works: after enrolments and a steady stream, single sessions and days of them."""
    await town.diary()
    with MemoryMeter(town.stack.servers) as meter:
        await _work(town)
        await town.quiet()
    peaks = meter.peaks()
    parts = ", ".join(f"{name} {peak}" for name, peak in sorted(peaks.items(), key=lambda one: -one[1]))
    facts = await town.count("timeline", "SELECT count(*) FROM entry")
    note = (
        f"highest sum at one moment, looked at every second, shared pages counted once (PSS); {facts:,} facts, "
        f"all of which the embedded broker holds; the peaks of each since its start, with the pages that they share: "
        f"{parts}"
    )
    return [figure("memory_mb", meter.whole(), note)]


async def _work(town: Town) -> None:
    url = town.stack.urls["rehab"]
    single = iter(await single_sessions(town, town.part(SINGLE)))
    days = iter(await batches(town, town.part(DAYS), 1))
    await asyncio.gather(closed_loop(url, single, clients=CLIENTS), closed_loop(url, days, clients=1))
