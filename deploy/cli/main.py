"""The commands: each through the services' own doors, or through the database where only that proves it."""

import threading
import time
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.console import Kafka, complaints, console, troubles_as_sentences
from deploy.cli.demo import Demo
from deploy.local.home import Home
from deploy.local.memory import MemoryMeter
from deploy.local.processes import asked_to_stop
from deploy.local.server import check_all
from deploy.local.stack import Stack
from deploy.local.stack import up as bring_up
from deploy.simulator.cohort import cohort

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="Tongkang (童康)")


def main() -> None:
    """Run the command line."""
    with troubles_as_sentences():
        app()


@app.command()
def up(kafka: Kafka = "embedded") -> None:
    """Start servers and services, say where they are, and stay until Ctrl-C."""
    with asked_to_stop() as stop, Home() as home, bring_up(home, kafka, _say) as stack:
        table = Table("service", "address", "API")
        for name, url in stack.urls.items():
            table.add_row(name, url, f"{url}/docs")
        console.print(table)
        console.print("Ctrl-C stops everything.")
        _stay(stack, stop)


@app.command()
def demo(
    kafka: Kafka = "embedded",
    *,
    children: Annotated[
        int | None, typer.Option(min=1, help="How many children; a tenth of the city unless given.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="The whole city.")] = False,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the summary; exit code 0 when all figures hold.")
    ] = False,
) -> None:
    """Start everything, send the invented cohort through every stage, compare the figures, and stay until Ctrl-C."""
    begin = time.monotonic()
    with (
        asked_to_stop() as stop,
        Home() as home,
        bring_up(home, kafka, _say) as stack,
        MemoryMeter(stack.servers) as meter,
    ):
        seconds = {"start": round(time.monotonic() - begin, 2)}
        show = Demo(home, stack, cohort(children, full=full), stop, seconds)
        report = show.run(meter)
        show.show(report)
        if leave:
            raise typer.Exit(0 if report.ok else 1)
        console.print("Ctrl-C stops everything; the next start finds all of it again.")
        _stay(stack, stop)


@app.command()
def down(within: Annotated[float, typer.Option(help="Seconds to wait.")] = 30) -> None:
    """Stop what runs on this data folder, wherever it was started."""
    home = Home()
    holder = home.holder()
    if holder is None:
        console.print(f"Nothing runs on {home.path}.")
        return
    console.print(f"asking process {holder.pid} to stop ...")
    if not home.stop_holder(within):
        complaints.print(f"Process {holder.pid} still runs after {within:g} seconds.", style="red")
        raise typer.Exit(1)
    console.print("stopped")


def _stay(stack: Stack, stop: threading.Event) -> None:
    while not stop.wait(1):
        check_all(stack.servers)
    console.print("stopping ...")


def _say(step: str) -> None:
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {step}")
