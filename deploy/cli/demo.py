"""The main job on invented children: the programme, and beside its figures what became of every fact."""

import json
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Column, Table

from deploy.cli import counting
from deploy.cli.child_timeline import table_of
from deploy.cli.console import addresses_table, console
from deploy.cli.programme import Figures, Programme, figures_table, reached
from deploy.local.files import write_whole
from deploy.local.memory import MemoryMeter
from deploy.simulator.directory import City


@dataclass
class Report:
    """What `.tongkang/demo.json` says."""

    kafka: str
    children: int
    figures: Figures
    producers: counting.Account
    seconds: dict[str, float]
    peak_memory_mb: dict[str, int]
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        applied = all(one["committed"] == one["applied"] and one["parked"] == 0 for one in self.producers.values())
        self.ok = reached(self.figures) and applied

    def document(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        names = ("ok", "kafka", "children", "figures", "producers", "seconds", "peak_memory_mb")
        return {name: getattr(self, name) for name in names}


def run(programme: Programme, meter: MemoryMeter) -> Report:
    """Run the programme, count the facts at every place, and keep the report. Raises Trouble."""
    figures = programme.run()
    counted = counting.count(programme.installation, all_on_topics=programme.sent_now)
    producers = programme.timed("count", lambda: programme.wait_for(counted))
    installation, children = programme.installation, len(programme.cohort)
    report = Report(installation.kafka, children, figures, producers, programme.seconds, meter.peaks())
    write_whole(installation.home.path / "demo.json", json.dumps(report.document(), indent=1))
    return report


def show(programme: Programme, report: Report) -> None:
    """Print figures, account, one child, addresses and logins."""
    console.print(Group(figures_table(report.children, report.figures), _account_table(report)))
    console.print(table_of(programme.auditor(), programme.showcase, programme.city.names))
    console.print(addresses_table(programme.installation.urls), _logins_table(programme.city))
    console.print(f"The whole file of this child: tongkang timeline {programme.showcase} --whole", soft_wrap=True)
    console.print(_entrance(programme))


def _entrance(programme: Programme) -> Panel:
    """Return where the pages are: what somebody who starts the demo wants to see first, so it stands last."""
    logins = programme.city.logins
    institutions = len({login.organisation for login in logins})
    words = Group(
        f"[bold]{programme.installation.urls['portal']}/sign-in[/bold]",
        f"The page offers {len(logins)} people of {institutions} institutions to sign in as, by one click each.",
        "All children, names and numbers are invented.",
    )
    return Panel(words, title="open in a browser", border_style="green", expand=False)


def _account_table(report: Report) -> Table:
    names = ("committed", "published", "applied", "duplicate", "parked")
    table = Table("producer", *names, title="every fact, counted at each place by itself")
    for producer, one in report.producers.items():
        table.add_row(producer, *(str(one[name]) for name in names))
    if report.kafka == "embedded":
        table.caption = "The embedded broker forgets when it stops: `published` counts this run."
    return table


def _logins_table(city: City) -> Table:
    # In one piece, even on eighty columns: they are there to be copied.
    user, password = Column("user", no_wrap=True), Column("password", no_wrap=True)
    role, organisation = Column("role", overflow="fold"), Column("organisation", overflow="fold")
    table = Table(user, password, role, organisation, title="people to sign in as, on the page or by POST /v1/token")
    for login in city.logins:
        table.add_row(login.user_name, login.password, login.role, login.organisation)
    return table
