"""`python -m benchmarks`, called by `make bench`: measure on an own stack, print, write `.tongkang/bench.json`."""

import fnmatch
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import assessing, day_sheet, freshness, pages, projection, reading, running, sessions
from benchmarks.figures import AIMS, OF_LONG_FILE, OF_MAIN_PAGES, Figure, failed, save, table
from benchmarks.town import Town, open_town
from deploy.cli.console import Kafka, console, say, troubles_as_sentences
from deploy.local.home import Home
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack, up

Measure = Callable[[Town], Awaitable[list[Figure]]]
Measures = Sequence[tuple[tuple[str, ...], Measure]]
"""What measures which figures."""

MEASURES: Measures = (
    (("freshness_p50", "freshness_p95", "freshness_p99"), freshness.freshness),
    (("memory_mb",), running.memory),
    (("day_sheet_40",), day_sheet.day_sheet),
    (("http_session",), sessions.http_session),
    (("batch_sessions", "batch_sessions_20"), sessions.batch_sessions),
    (("projection",), projection.projection),
    (("assessment",), assessing.assessment),
    # A rebuild leaves nothing that did not come from a producer, so what is filled in by sets comes after it.
    (("rebuild",), projection.rebuild),
    (("first_page_p95_100k",), reading.first_page_100k),
    (("first_page_p95_1m", "first_page_rps_8"), reading.first_page_1m),
    (("list_restricted_ratio",), reading.list_restricted_ratio),
)
OF_PAGES: Measures = (
    (tuple(OF_MAIN_PAGES), pages.main_pages),
    (tuple(OF_LONG_FILE), pages.long_file),
)
"""Measured on a stack of their own: the cohort has children with the same numbers as those of the town."""
ON_PAGES = frozenset(name for names, _ in OF_PAGES for name in names)


@dataclass
class Run:
    """One run: what it is to measure, and what it has found."""

    home: Home
    kafka: str
    wanted: frozenset[str]
    quick: bool
    found: dict[str, Figure] = field(default_factory=dict)

    @property
    def figures(self) -> list[Figure]:
        """What was found, in the order of the report."""
        return [self.found[name] for name in AIMS if name in self.found]

    def measure(self) -> None:
        """Measure everything that is wanted; what fails is noted, and the others go on."""
        if self.wanted - ON_PAGES:
            self._measure_town()
        if pages := self.wanted & ON_PAGES:
            self._try(sorted(pages), self._measure_pages)

    def _measure_town(self) -> None:
        begin = time.monotonic()
        with up(self.home, self.kafka, say) as stack:
            self._keep(running.start_cold(time.monotonic() - begin))
            entries = uvloop.run(self._measure_all(stack, MEASURES))
        if "start_warm" in self.wanted:
            self._try(("start_warm",), lambda: self._start_again(entries))

    def _measure_pages(self) -> list[Figure]:
        with _own_home() as home, up(home, self.kafka, say) as stack:
            uvloop.run(self._measure_all(stack, OF_PAGES))
        return []

    async def _measure_all(self, stack: Stack, measures: Measures) -> int:
        with _bars() as progress:
            town = open_town(stack, progress, quick=self.quick)
            for names, measure in measures:
                if self.wanted & {*names}:
                    say(", ".join(names))
                    await self._try_measure(names, measure, town)
            return await town.count("timeline", "SELECT count(*) FROM entry")

    async def _try_measure(self, names: tuple[str, ...], measure: Measure, town: Town) -> None:
        try:
            self._keep(await measure(town))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other figures are still worth having
            self._keep([failed(name, error) for name in names])

    def _try(self, names: Sequence[str], measure: Callable[[], list[Figure]]) -> None:
        try:
            self._keep(measure())
        except Exception as error:  # noqa: BLE001 - as above
            self._keep([failed(name, error) for name in names])

    def _start_again(self, entries: int) -> list[Figure]:
        say("start_warm")
        begin = time.monotonic()
        with up(self.home, self.kafka, say) as stack:
            seconds = time.monotonic() - begin
            return running.start_warm(seconds, uvloop.run(_still_there(stack, entries)))

    def _keep(self, figures: Sequence[Figure]) -> None:
        for one in figures:
            if one.name in self.wanted:
                self.found[one.name] = one
                console.print(f"  {one.name}: {one.value} {one.unit} ({one.note})", markup=False, highlight=False)


async def _still_there(stack: Stack, entries: int) -> int:
    """Return how many entries the timeline holds. Raises RuntimeError when some are gone."""
    with Progress(disable=True) as progress:
        town = open_town(stack, progress, quick=False)
        held = await town.count("timeline", "SELECT count(*) FROM entry")
    if held != entries:
        raise RuntimeError(f"{entries} entries before, {held} after the second start")
    return held


def main(
    kafka: Kafka = "embedded",
    only: Annotated[
        list[str] | None, typer.Option(help="Measure only this figure, or those like 'page_*'; can be given again.")
    ] = None,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A tenth of the data, short rounds: to try it out.")] = False,
) -> None:
    """Measure each figure beside its ceiling in the same run."""
    wanted = figures_like(only or ["*"])
    with troubles_as_sentences(), _own_home() as home:
        run = Run(home, kafka, wanted, quick)
        run.measure()
        report = LocalSettings().home / "bench.json"
        report.parent.mkdir(parents=True, exist_ok=True)
        save(run.figures, report)
    title = f"{kafka}{', quick: figures of a tenth of the data' if quick else ''}"
    console.print(table(run.figures, title))
    console.print(f"written to {report}", style="dim")
    raise typer.Exit(int(any(one.value is None for one in run.figures)))


def figures_like(patterns: Sequence[str]) -> frozenset[str]:
    """Return the figures that some patterns mean. Raises BadParameter for one that means none."""
    found = {pattern: fnmatch.filter(AIMS, pattern) for pattern in patterns}
    if unknown := [pattern for pattern, names in found.items() if not names]:
        raise typer.BadParameter(f"no such figure: {', '.join(unknown)}; there are {', '.join(AIMS)}")
    return frozenset(chain.from_iterable(found.values()))


@contextmanager
def _own_home() -> Iterator[Home]:
    """Give a data folder that is gone afterwards; Kafka's jars are those of the usual one."""
    usual = LocalSettings()
    folder = Path(tempfile.mkdtemp(prefix="tongkang-bench-"))
    jars = usual.kafka_jars or usual.home / "kafka" / "jars"
    home = Home(usual.model_copy(update={"home": folder, "kafka_jars": jars}))
    try:
        with home:
            yield home
    finally:
        home.remove()


def _bars() -> Progress:
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


if __name__ == "__main__":
    typer.run(main)
