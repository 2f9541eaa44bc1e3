"""The commands. Each does one thing through the services' own doors, or through the database where only that proves it."""

import signal
import time
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from deploy.cli.console import Kafka, complaints, console, troubles_as_sentences, urls
from deploy.cli.operator import Operator
from deploy.local.home import Home
from deploy.local.processes import asked_to_stop
from deploy.local.server import check_all
from deploy.local.stack import up as bring_up

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
        while not stop.wait(1):
            check_all(stack.servers)
        console.print("stopping ...")


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


def _say(step: str) -> None:
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {step}")
