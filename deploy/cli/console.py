"""What the commands share: the console, troubles as sentences, the installation that runs."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.local.errors import Trouble
from deploy.local.home import Home
from deploy.local.stack import Installation

console = Console()
complaints = Console(stderr=True)

Kafka = Annotated[str, typer.Option(help="embedded, apache, or HOST:PORT of a running broker.")]


class NotRunning(Trouble):
    """Nothing runs on this data folder."""


def say(step: str) -> None:
    """Print what is begun or done now, with the time; a log without a terminal has no bars."""
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/dim] {step}")


@contextmanager
def troubles_as_sentences() -> Iterator[None]:
    """Print a trouble of this machine as its sentence and exit with 1."""
    try:
        yield
    except Trouble as trouble:
        complaints.print(str(trouble), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


def running(home: Home) -> Installation:
    """Return the installation that runs on this data folder. Raises NotRunning."""
    found = Installation.running(home)
    if found:
        return found
    holder = home.holder()
    if holder:
        raise NotRunning(f"Process {holder.pid} is just starting or stopping on {home.path}. Try again in a moment.")
    raise NotRunning(f"Nothing runs on {home.path}. Start it with `make up` or `make demo`.")


def addresses_table(urls: Mapping[str, str]) -> Table:
    """Return where the services are."""
    table = Table("service", "address", "API")
    for name, url in urls.items():
        table.add_row(name, url, f"{url}/docs")
    return table
