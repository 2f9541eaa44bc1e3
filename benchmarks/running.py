"""The stack as a whole: how long it takes to come up, and how much memory it takes."""

from benchmarks.figures import Figure, figure
from benchmarks.town import Town
from deploy.local.memory import MemoryMeter


def start_cold(seconds: float) -> list[Figure]:
    """Return the figure of the first start in an empty folder."""
    note = "an empty folder: databases made, migrated, topics declared, every service ready; no aim of its own"
    return [figure("start_cold", seconds, note)]


def start_warm(seconds: float, entries: int) -> list[Figure]:
    """Return the figure of a later start."""
    note = f"the same folder again with all that the run left, {entries:,} entries on the timeline; every service ready"
    return [figure("start_warm", seconds, note)]


async def memory(town: Town) -> list[Figure]:
    """Measure after what a town does: enrolments, a steady stream, single sessions at full speed."""
    await town.diary()
    await town.quiet()
    peaks = MemoryMeter(town.stack.servers).peaks()
    parts = ", ".join(f"{name} {peak}" for name, peak in sorted(peaks.items(), key=lambda one: -one[1]))
    facts = await town.count("timeline", "SELECT count(*) FROM entry")
    note = f"peak of every process so far, {facts:,} facts recorded, all of which the embedded broker holds: {parts}"
    return [figure("memory_mb", sum(peaks.values()), note)]
