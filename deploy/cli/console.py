"""What the commands share: the console, troubles as sentences, the installation that runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.errors import Trouble
from deploy.local.home import Home
from deploy.local.stack import running_urls

console = Console()
complaints = Console(stderr=True)

Kafka = Annotated[str, typer.Option(help="embedded, apache, or HOST:PORT of a running broker.")]


class NotRunning(Trouble):
    """Nothing runs on this data folder."""


@contextmanager
def troubles_as_sentences() -> Iterator[None]:
    """Print a trouble of this machine as its sentence and exit with 1."""
    try:
        yield
    except Trouble as trouble:
        complaints.print(str(trouble), style="red", markup=False, highlight=False)
        sys.exit(1)


def urls(home: Home) -> dict[str, str]:
    """Return the URLs of the running installation. Raises NotRunning."""
    found = running_urls(home)
    if not found:
        raise NotRunning(f"Nothing runs on {home.path}. Start it with `make up` or `make demo`.")
    return found
