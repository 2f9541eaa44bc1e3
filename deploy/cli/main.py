"""The commands: each through the services' own doors, or through the database where only that proves it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deploy.cli import bundle, child_timeline, mending, rules
from deploy.cli import demo as demonstration
from deploy.cli import frauds as planted_frauds
from deploy.cli import status as standing
from deploy.cli.console import Kafka, addresses_table, complaints, console, running, say, troubles_as_sentences
from deploy.cli.people import reader
from deploy.cli.programme import AUDITOR, Programme, figures_table, reached, require_cohort
from deploy.local.home import Home
from deploy.local.memory import MemoryMeter
from deploy.local.processes import asked_to_stop
from deploy.local.server import check_all
from deploy.local.stack import Stack, running_file
from deploy.local.stack import up as bring_up
from deploy.services import PRODUCERS
from deploy.simulator.cohort import Cohort, cohort
from deploy.simulator.directory import city_file, read_city
from shared.clock import SHANGHAI

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="Tongkang (童康)")
app.add_typer(rules.app, name="rules")

Children = Annotated[int | None, typer.Option(min=1, help="How many children; a tenth of the city unless given.")]
Full = Annotated[bool, typer.Option("--full", help="The whole city.")]


def main() -> None:
    """Run the command line."""
    with troubles_as_sentences():
        app()


@app.command()
def up(kafka: Kafka = "embedded") -> None:
    """Start servers and services, say where they are, and stay until Ctrl-C."""
    with asked_to_stop() as stop, Home() as home, bring_up(home, kafka, say) as stack:
        console.print(addresses_table(stack.urls))
        console.print("Ctrl-C stops everything.")
        _stay(stack, stop)


@app.command()
def demo(
    kafka: Kafka = "embedded",
    *,
    children: Children = None,
    full: Full = False,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the summary; exit code 0 when all figures hold.")
    ] = False,
) -> None:
    """Start everything, send the invented cohort through every stage, compare the figures, and stay until Ctrl-C."""
    begin, whole = time.monotonic(), _cohort(children, full=full)
    with (
        asked_to_stop() as stop,
        _home_for(whole) as home,
        bring_up(home, kafka, say) as stack,
        MemoryMeter(stack.servers) as meter,
    ):
        seconds = {"start": round(time.monotonic() - begin, 2)}
        programme = Programme(stack.installation, whole, stop, lambda: check_all(stack.servers), seconds)
        report = demonstration.run(programme, meter)
        demonstration.show(programme, report)
        if leave:
            raise typer.Exit(0 if report.ok else 1)
        console.print("Ctrl-C stops everything; the next start finds all of it again.")
        _stay(stack, stop)


@app.command()
def simulate(*, children: Children = None, full: Full = False) -> None:
    """Send the invented cohort into the installation that runs, as `demo` does, and compare the figures."""
    whole = _cohort(children, full=full)
    with asked_to_stop() as stop:
        figures = Programme(running(Home()), whole, stop).run()
    console.print(figures_table(len(whole), figures))
    raise typer.Exit(0 if reached(figures) else 1)


@app.command()
def frauds(
    *,
    children: Children = None,
    full: Full = False,
    seed: Annotated[int, typer.Option(help="The same seed plants the same frauds.")] = 7,
    per_rule: Annotated[int, typer.Option(min=1, help="How many of each kind.")] = 1,
) -> None:
    """Plant known frauds in the cohort of the installation that runs, and say what the timeline found of them.

    The children who are invented for a fraud count in the figures of this data folder from then on.
    """
    whole = _cohort(children, full=full)
    with asked_to_stop() as stop:
        programme = Programme(running(Home()), whole, stop)
        report = planted_frauds.run(programme, seed, per_rule)
    console.print(planted_frauds.table_of(report, programme.city.names))
    raise typer.Exit(0 if report.ok else 1)


@app.command()
def down(within: Annotated[float, typer.Option(help="Seconds to wait.")] = 30) -> None:
    """Stop what runs on this data folder, wherever it was started."""
    home = Home()
    holder = home.holder()
    if holder is None:
        running_file(home).unlink(missing_ok=True)  # left by a run that was killed
        console.print(f"Nothing runs on {home.path}.")
        return
    console.print(f"asking process {holder.pid} to stop ...")
    if not home.stop_holder(within):
        complaints.print(f"Process {holder.pid} still runs after {within:g} seconds.", style="red")
        raise typer.Exit(1)
    console.print("stopped")


@app.command()
def status() -> None:
    """Show each service: what it owes Kafka, how far it follows, what is parked, up to when it is complete."""
    found = standing.statuses(running(Home()))
    console.print(standing.table_of(found))
    raise typer.Exit(0 if all(found.values()) else 1)


@app.command()
def timeline(
    case: UUID,
    *,
    whole: Annotated[bool, typer.Option("--whole", help="Each session and school day as a line of its own.")] = False,
    user: Annotated[str, typer.Option("--as", help="Who reads; a person of the demo, or the password is asked.")] = (
        AUDITOR
    ),
) -> None:
    """Show one child's timeline as this reader sees it; the reading is recorded."""
    installation = running(Home())
    city = read_city(city_file(installation.home.path))
    names = city.names if city else {}
    console.print(child_timeline.table_of(reader(installation, city, user), str(case), names, whole=whole))


@app.command()
def replay(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(PRODUCERS)}.")],
    *,
    case: Annotated[UUID | None, typer.Option(help="Only this case.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what was recorded since then (Asia/Shanghai).")] = None,
) -> None:
    """Publish a service's facts again, so that Kafka is filled anew; consumers take what they have as duplicates."""
    _require_producer(service)
    installation = running(Home())
    count = mending.replay(installation, service, case, since.replace(tzinfo=SHANGHAI) if since else None)
    console.print(f"{count} facts of {service} are on their way to Kafka again.")


@app.command()
def redrive(
    ids: Annotated[list[int] | None, typer.Argument(help="Parked events of the timeline; all unless named.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Try the timeline's parked events again; exit code 1 when some stay parked."""
    done = mending.redrive(running(Home()), ids or [], dry_run=dry_run)
    console.print(mending.redriven_table(done, dry_run=dry_run) if done else "Nothing is parked.")
    raise typer.Exit(0 if dry_run or all(one.left for one in done) else 1)


@app.command()
def verify(
    services: Annotated[list[str] | None, typer.Argument(help="Which; all that record facts unless named.")] = None,
    bundled: Annotated[
        Path | None, typer.Option("--bundle", help="A verifier bundle (ZIP), checked without an installation.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help="Public keys kept elsewhere; those in the bundle unless given.")
    ] = None,
) -> None:
    """Walk every log of facts and of reading, recompute every hash, compare with heads, signatures and the timeline.

    With --bundle: the same for one child's file that somebody took along.
    """
    if (bundled and services) or (keys and not bundled):
        raise typer.BadParameter("--bundle takes no service, and --keys goes with it.")
    if bundled:
        verdicts = bundle.verified(bundled, keys)
        console.print(bundle.verdicts_table(verdicts))
        raise typer.Exit(1 if any(one.faults for one in verdicts) else 0)
    for service in services or ():
        _require_producer(service)
    installation = running(Home())
    done = list(mending.verify(installation, services or PRODUCERS))
    console.print(mending.verified_table(done))
    raise typer.Exit(0 if all(one.sound for one in done) else 1)


def _cohort(children: int | None, *, full: bool) -> Cohort:
    return cohort(children, full=full, today=Home().begun_on)


@contextmanager
def _home_for(whole: Cohort) -> Iterator[Home]:
    """Take the data folder, unless it holds another cohort."""
    with Home() as home:
        require_cohort(home, len(whole))
        yield home


def _require_producer(service: str) -> None:
    if service not in PRODUCERS:
        raise typer.BadParameter(f"{service!r} records no facts; one of {', '.join(PRODUCERS)} does.")


def _stay(stack: Stack, stop: threading.Event) -> None:
    while not stop.wait(1):
        check_all(stack.servers)
    console.print("stopping ...")
