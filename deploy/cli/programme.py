"""The cohort of a data folder: sent once through the services' doors, waited for, its figures read."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.cli import counting
from deploy.cli.console import console, say
from deploy.cli.operator import Operator
from deploy.local.errors import Trouble
from deploy.local.files import write_whole
from deploy.local.home import Home
from deploy.local.stack import ADMINISTRATOR, Installation
from deploy.simulator.callers import Refused
from deploy.simulator.cohort import Cohort
from deploy.simulator.directory import City, city_file, set_up
from deploy.simulator.rates import rates_of
from deploy.simulator.run import Simulation
from deploy.simulator.sources import source
from shared import clock

LOOK_EVERY_S = 0.5
AUDITOR, HEALTH_AUTHORITY = "auditor-3716", "health-3716"
T = TypeVar("T")
Figures = dict[str, dict[str, int | str]]
"""What the plan expects and what the services say, by the name of the figure; a rate as `numerator of denominator`."""


class OtherCohort(Trouble):
    """The data folder holds another cohort."""


def require_cohort(home: Home, children: int) -> dict[str, Any]:
    """Return what the data folder notes of its cohort. Raises OtherCohort when it is one of another size."""
    file = note(home)
    begun: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"children": children}
    if begun["children"] != children:
        raise OtherCohort(
            f"{home.path} holds a cohort of {begun['children']} children, not of {children}. Ask for that number, "
            "remove the folder (make clean), or set TONGKANG_HOME to another one."
        )
    return begun


def note(home: Home) -> Path:
    """Return where it stands which cohort the folder holds, and whether it was sent to the end."""
    return home.path / "demo-cohort.json"


class Interrupted(Trouble):
    """Somebody pressed Ctrl-C in the middle."""


class Unexpected(Trouble):
    """A service refused what the plan holds to be right."""


@dataclass
class Programme:
    """A cohort and the installation that it is sent to."""

    installation: Installation
    cohort: Cohort
    stop: threading.Event
    look: Callable[[], None] = lambda: None
    """Called while something is waited for; raises when waiting is in vain."""
    seconds: dict[str, float] = field(default_factory=dict)
    sent_now: bool = False
    """Whether the cohort was sent by this run, and not by an earlier one."""
    city: City = field(init=False)

    @property
    def showcase(self) -> str:
        """The case of a child that a clinic suspected and a centre trains; once the cohort was sent."""
        return str(json.loads(note(self.installation.home).read_text(encoding="utf-8"))["showcase"])

    def run(self) -> Figures:
        """Send what is still to be sent, wait until the timeline is complete, and read the figures. Raises Trouble."""
        begun = require_cohort(self.installation.home, len(self.cohort))
        self._remember(begun)
        self.city = self.timed("organisations", self._set_up)
        if not begun.get("sent"):
            lately = len(self.cohort.lately)
            say(f"sending {len(self.cohort):,} children through every stage, and {lately} who were screened lately")
            begun["showcase"] = self._send()
            self.sent_now = True
            self._remember(begun | {"sent": True})
        self.wait_until_complete()
        return self.timed("figures", self._figures)

    def wait_until_complete(self) -> None:
        """Wait until all that was recorded stands on the timeline, and the timeline has looked at every child."""
        say("waiting until the timeline is complete and every child is assessed")
        self.timed("complete", lambda: self.wait_for(_complete(self.installation)))

    def auditor(self) -> Operator:
        """Sign in as the city's auditor."""
        return self._signed_in(AUDITOR)

    def _signed_in(self, user_name: str) -> Operator:
        login = next(login for login in self.city.logins if login.user_name == user_name)
        return Operator.signed_in(self.installation.urls, login.user_name, login.password)

    def timed(self, name: str, work: Callable[[], T]) -> T:
        """Do some work and keep how long it took."""
        begin = time.monotonic()
        result = work()
        self.seconds[name] = round(time.monotonic() - begin, 2)
        return result

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Run work to its end. Raises Interrupted when Ctrl-C comes first."""
        return asyncio.run(self._unless_stopped(work))

    def _remember(self, begun: dict[str, Any]) -> None:
        write_whole(note(self.installation.home), json.dumps(begun | {"seed": self.cohort.seed}))

    def _set_up(self) -> City:
        home, organisations = self.installation.home, self.cohort.organisations
        password, keep = home.secret(ADMINISTRATOR), city_file(home.path)
        try:
            return set_up(self.installation.urls["directory"], ADMINISTRATOR, password, organisations, keep)
        except (Refused, httpx.TransportError) as trouble:
            raise Unexpected(f"The directory did not take the city up: {trouble}") from trouble

    def _send(self) -> str:
        """Send the cohort; return the case that is shown at the end."""
        with bars() as progress:
            simulation = Simulation(self.cohort, self.city, self.installation.urls, progress, say)
            try:
                self.wait_for(simulation.run())
            except* Refused as refused:
                raise Unexpected("\n".join(str(one) for one in refused.exceptions)) from refused
        self.seconds |= simulation.seconds
        return simulation.showcase

    def _figures(self) -> Figures:
        period = source().period
        answer = self.auditor().get("timeline", "/v1/indicators", **{"from": period.since, "to": period.to})
        found = {one["key"]: one["value"] for one in answer["indicators"]}
        counted: Figures = {
            key: {"expected": wanted, "timeline": found[key]} for key, wanted in self.cohort.figures.items()
        }
        return counted | self._rates()

    def _rates(self) -> Figures:
        """Compare the three official rates, which screening counts county by county, with those of the plan."""
        found: Counter[tuple[str, str]] = Counter()
        health, period = self._signed_in(HEALTH_AUTHORITY), source().period
        for county in source().counties:
            asked = {"county": county.region, "since": period.since.isoformat(), "until": period.to.isoformat()}
            for rate in health.get("screening", "/v1/rates", **asked)["rates"]:
                found[rate["name"], "numerator"] += rate["numerator"]
                found[rate["name"], "denominator"] += rate["denominator"]
        return {
            f"{name}_rate": {
                "expected": f"{numerator} of {denominator}",
                "timeline": f"{found[name, 'numerator']} of {found[name, 'denominator']}",
            }
            for name, (numerator, denominator) in rates_of(self.cohort).items()
        }

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                self.look()
                if self.stop.is_set():
                    raise Interrupted("Stopped half-way. The same command goes on where it was; nothing is sent twice.")
                await asyncio.wait([task], timeout=LOOK_EVERY_S)
        finally:
            task.cancel()
            await asyncio.wait([task])
        return task.result()


def reached(figures: Figures) -> bool:
    """Tell whether every figure is as the plan expects it."""
    return all(one["expected"] == one["timeline"] for one in figures.values())


def figures_table(children: int, figures: Figures) -> Table:
    """Return the figures beside the plan's."""
    table = Table("figure of the programme", "expected", "found", "", title=f"{children} children")
    for key, one in figures.items():
        same = one["expected"] == one["timeline"]
        table.add_row(key.replace("_", " "), str(one["expected"]), str(one["timeline"]), "✓" if same else "✗")
    return table


def bars() -> Progress:
    """Return progress bars."""
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


async def _complete(installation: Installation) -> None:
    """Wait, with a bar, until the timeline has applied every fact, concluded, and every checkpoint says the same."""
    begin = clock.now()
    with bars() as progress:
        bar = progress.add_task("on the timeline", total=None)
        while True:
            committed, applied = await counting.committed_and_applied(installation)
            progress.update(bar, total=committed, completed=applied)
            waiting = await counting.to_be_assessed(installation)
            if applied == committed and not waiting and await counting.complete_since(installation, begin):
                return
            await asyncio.sleep(LOOK_EVERY_S)
