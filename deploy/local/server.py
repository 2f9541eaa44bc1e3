"""What every server of a run can do: be launched, become ready, stop, crash. And the same for several at once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from deploy.local.child import Child, stop_children
from deploy.local.errors import NotReady, ServerDied
from deploy.local.home import Home
from deploy.local.running import wait_until


class Server(ABC):
    """A server of this run. `launch` and `wait` are apart so that several can come up side by side."""

    name: str

    def __init__(self, home: Home) -> None:
        self.home = home
        self.child: Child | None = None

    @abstractmethod
    def launch(self) -> None:
        """Start the process; do not wait for it."""

    @abstractmethod
    def ready(self) -> bool:
        """Ask the server once, over its own protocol, whether it serves."""

    def start(self) -> None:
        """Launch and wait until it serves."""
        start_all([self])

    def wait(self) -> None:
        """Wait until it serves; raises ServerDied or NotReady."""
        limit = self.home.settings.start_within_s
        if not wait_until(self._died_or_ready, limit):
            raise NotReady(f"{self.name} does not answer after {limit:g} seconds.{self._last_words()}")

    def stop(self) -> None:
        """Stop cleanly; nothing where it does not run."""
        stop_all([self])

    def kill(self) -> None:
        """Kill it as a crash would, for tests and benchmarks."""
        if self.child:
            self.child.kill()
            self.child = None

    def check(self) -> None:
        """Raise ServerDied, with the last log lines, when the process has ended by itself."""
        if self.child and not self.child.alive:
            words = self._last_words()
            self.child.forget()
            raise ServerDied(f"{self.name} has ended by itself.{words}")

    def _died_or_ready(self) -> bool:
        self.check()
        return self.ready()

    def _last_words(self) -> str:
        return f" Its last words, from {self.child.log}:\n{self.child.tail()}" if self.child else ""


def start_all(servers: Sequence[Server]) -> None:
    """Start side by side; when one fails, stop those of this call and raise, so that there is no half state."""
    try:
        for each in servers:
            each.launch()
        for each in servers:
            each.wait()
    except BaseException:
        stop_all(servers)
        raise


def stop_all(servers: Sequence[Server]) -> None:
    """Stop together within one time limit."""
    running = [each for each in servers if each.child]
    stop_children([each.child for each in running if each.child])
    for each in running:
        each.child = None


def check_all(servers: Sequence[Server]) -> None:
    """Raise ServerDied when any has ended by itself."""
    for each in servers:
        each.check()
