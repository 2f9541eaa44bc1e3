"""The main job on invented children: set up the city, send the cohort, wait for the timeline, compare the figures."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.cli import counting
from deploy.cli.child_timeline import table_of
from deploy.cli.console import console
from deploy.cli.operator import Operator
from deploy.local.errors import Trouble
from deploy.local.files import write_whole
from deploy.local.home import Home
from deploy.local.memory import MemoryMeter
from deploy.local.stack import ADMINISTRATOR, Stack
from deploy.simulator.callers import Refused
from deploy.simulator.cohort import Cohort
from deploy.simulator.directory import City, set_up
from deploy.simulator.run import Simulation
from deploy.simulator.sources import Role, source
from shared.clock import now

LOOK_EVERY_S = 0.5
T = TypeVar("T")
AUDITOR = "auditor-3716"


class OtherCohort(Trouble):
    """The data folder holds another cohort."""


class Interrupted(Trouble):
    """Somebody pressed Ctrl-C in the middle."""


class Unexpected(Trouble):
    """A service refused what the plan holds to be right."""


@dataclass
class Report:
    """What `.tongkang/demo.json` says."""

    kafka: str
    children: int
    figures: dict[str, dict[str, int]]
    producers: counting.Account
    seconds: dict[str, float]
    peak_memory_mb: dict[str, int]
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        reached = all(one["expected"] == one["timeline"] for one in self.figures.values())
        applied = all(one["committed"] == one["applied"] and one["parked"] == 0 for one in self.producers.values())
        self.ok = reached and applied

    def document(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        names = ("ok", "kafka", "children", "figures", "producers", "seconds", "peak_memory_mb")
        return {name: getattr(self, name) for name in names}


@dataclass
class Demo:
    """One demo on a running stack."""

    home: Home
    stack: Stack
    cohort: Cohort
    stop: threading.Event
    seconds: dict[str, float] = field(default_factory=dict)
    city: City = field(init=False)

    @property
    def note(self) -> Path:
        """Where it stands which cohort the folder holds, and whether it was sent to the end."""
        return self.home.path / "demo-cohort.json"

    def run(self, meter: MemoryMeter) -> Report:
        """Send what is still to be sent, wait, and compare. Raises Trouble."""
        begun = self._begun()
        self.city = self._timed("organisations", self._set_up)
        if not begun.get("sent"):
            begun["showcase"] = self._send()
            self._remember(begun | {"sent": True})
        self._timed("complete", lambda: self._await(_complete(self.stack)))
        report = Report(
            kafka=self.stack.broker.kind,
            children=len(self.cohort),
            figures=self._timed("figures", self._figures),
            producers=self._timed("count", lambda: self._await(counting.count(self.stack))),
            seconds=self.seconds,
            peak_memory_mb=meter.peaks(),
        )
        write_whole(self.home.path / "demo.json", json.dumps(report.document(), indent=1))
        return report

    def show(self, report: Report) -> None:
        """Print figures, account, one child, addresses and logins."""
        showcase = json.loads(self.note.read_text(encoding="utf-8"))["showcase"]
        names = {str(self.city.ids[org.key]): org.name for org in self.cohort.organisations}
        console.print(Group(_figures_table(report), _account_table(report)))
        console.print(table_of(self._auditor(), showcase, names))
        console.print(_logins_table(self.city), _addresses_table(self.stack))
        console.print("All children, names and numbers are invented.", style="dim")

    def _begun(self) -> dict[str, Any]:
        if not self.note.exists():
            self._remember({})
        begun: dict[str, Any] = json.loads(self.note.read_text(encoding="utf-8"))
        if begun["children"] != len(self.cohort):
            raise OtherCohort(
                f"{self.home.path} holds a cohort of {begun['children']} children, not of {len(self.cohort)}. Ask for "
                "that number, remove the folder (make clean), or set TONGKANG_HOME to another one."
            )
        return begun

    def _remember(self, begun: dict[str, Any]) -> None:
        write_whole(self.note, json.dumps(begun | {"children": len(self.cohort), "seed": self.cohort.seed}))

    def _set_up(self) -> City:
        organisations, keep = self.cohort.organisations, self.home.path / "demo-city.json"
        return set_up(self.stack.urls["directory"], ADMINISTRATOR, self.home.secret(ADMINISTRATOR), organisations, keep)

    def _send(self) -> str:
        """Send the cohort; return the case that is shown at the end."""
        with _bars() as progress:
            simulation = Simulation(self.cohort, self.city, self.stack.urls, progress)
            try:
                self._await(simulation.run())
            except* Refused as refused:
                raise Unexpected("\n".join(str(one) for one in refused.exceptions)) from refused
        self.seconds |= simulation.seconds
        return simulation.case_of(Role.INTEGRATED)

    def _figures(self) -> dict[str, dict[str, int]]:
        period = source().period
        answer = self._auditor().get("timeline", "/v1/indicators", **{"from": period.since, "to": period.to})
        found = {one["key"]: one["value"] for one in answer["indicators"]}
        return {key: {"expected": wanted, "timeline": found[key]} for key, wanted in self.cohort.figures.items()}

    def _auditor(self) -> Operator:
        login = next(login for login in self.city.logins if login.user_name == AUDITOR)
        return Operator.signed_in(self.stack.urls, login.user_name, login.password)

    def _timed(self, name: str, work: Callable[[], T]) -> T:
        begin = time.monotonic()
        result = work()
        self.seconds[name] = round(time.monotonic() - begin, 2)
        return result

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(_unless(work, self.stop))


async def _unless(work: Coroutine[Any, Any, T], stop: threading.Event) -> T:
    """Run work until it is done, or raise Interrupted when Ctrl-C comes first."""
    task = asyncio.ensure_future(work)
    while not task.done():
        if stop.is_set():
            task.cancel()
            await asyncio.wait([task])
            raise Interrupted("Stopped half-way. The same command goes on where it was; nothing is sent twice.")
        await asyncio.wait([task], timeout=LOOK_EVERY_S)
    return task.result()


async def _complete(stack: Stack) -> None:
    """Wait, with a bar, until the timeline has applied every fact and every producer's checkpoint says the same."""
    begin = now()
    with _bars() as progress:
        bar = progress.add_task("on the timeline", total=None)
        while True:
            committed, applied = await counting.committed_and_applied(stack)
            progress.update(bar, total=committed, completed=applied)
            if applied == committed and await counting.complete_since(stack, begin):
                return
            await asyncio.sleep(LOOK_EVERY_S)


def _bars() -> Progress:
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _figures_table(report: Report) -> Table:
    table = Table("figure of the programme", "expected", "timeline", "", title=f"{report.children} children")
    for key, one in report.figures.items():
        same = one["expected"] == one["timeline"]
        table.add_row(key.replace("_", " "), str(one["expected"]), str(one["timeline"]), "✓" if same else "✗")
    return table


def _account_table(report: Report) -> Table:
    names = ("committed", "published", "applied", "duplicate", "parked")
    table = Table("producer", *names, title="every fact, counted at each place by itself")
    for producer, one in report.producers.items():
        table.add_row(producer, *(str(one[name]) for name in names))
    return table


def _logins_table(city: City) -> Table:
    table = Table("user", "password", "role", "organisation", title="people to sign in as (POST /v1/token)")
    for login in city.logins:
        table.add_row(login.user_name, login.password, login.role, login.organisation)
    return table


def _addresses_table(stack: Stack) -> Table:
    table = Table("service", "address", "API")
    for name, url in stack.urls.items():
        table.add_row(name, url, f"{url}/docs")
    return table
