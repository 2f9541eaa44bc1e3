"""One process of ours: started on a leash, logged to a file, remembered on disk, stopped in order."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy.local import leash, running
from deploy.local.account import Account, ourselves
from deploy.local.errors import ToolFailed
from deploy.local.home import MB, Home
from deploy.local.running import Running

TAIL_LINES = 15
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "JAVA_HOME")
"""What a child takes from our environment; the rest is said to it, so that a run does not depend on the shell."""

STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
"""Every child is started by this one thread, which lives as long as we do: the leash is tied to the starting thread."""


@dataclass(frozen=True)
class Command:
    """What to start and how to end it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path("/")
    account: Account = field(default_factory=ourselves)
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """A started process."""

    def __init__(self, home: Home, command: Command) -> None:
        self.home, self.name = home, command.name
        self.log = home.folder("logs") / f"{command.name}.log"
        self._log_start = _make_room(self.log, home.settings.log_max_mb)
        self._popen = STARTER.submit(_start, command, self.log).result()
        self.running = Running(
            name=command.name,
            pid=self._popen.pid,
            created=psutil.Process(self._popen.pid).create_time(),
            argv=tuple(command.argv),
            stop_signal=command.stop_signal,
        )
        self.running.save(home.folder("run"))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._popen.poll() is None

    def tail(self) -> str:
        """Return the last log lines of this very run."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            lines = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:]) or "(nothing in the log)"

    def finish(self) -> int:
        """Wait for a tool to end by itself and return its exit code; an interrupted wait kills it."""
        try:
            code = self._popen.wait()
        except BaseException:
            self.kill()
            raise
        self.forget()
        return code

    def stop(self) -> None:
        """Ask to stop, wait, kill if need be."""
        stop_children([self])

    def kill(self) -> None:
        """Kill the process and all below it, as a crash would."""
        self.running.kill()
        running.wait_until(lambda: not self.alive, self.home.settings.stop_within_s)
        self.forget()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, e.g. SIGSTOP and SIGCONT to pause and go on."""
        self.running.send(number)

    def forget(self) -> None:
        """Remove the memory of a process that has ended."""
        self._popen.wait()
        self.running.forget(self.home.folder("run"))


def run_tool(home: Home, command: Command, trouble: str) -> None:
    """Run a tool that prepares a server, on a leash too; raises ToolFailed with its last words."""
    child = Child(home, command)
    code = child.finish()
    if code:
        raise ToolFailed(f"{trouble} ({command.name} ended with {code}):\n{child.tail()}")


def stop_children(children: Sequence[Child]) -> None:
    """Stop all together within one time limit; those that do not listen are killed."""
    if children:
        running.stop([each.running for each in children], children[0].home.settings.stop_within_s)
    for each in children:
        each.forget()


def _start(command: Command, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - a command line of our own, no shell
            [*_leash(command), *command.argv],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=command.cwd,
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | dict(command.env),
            start_new_session=True,  # Ctrl-C is for us; we stop the children in order
        )


def _leash(command: Command) -> list[str]:
    numbers = (os.getpid(), command.stop_signal, command.account.uid, command.account.gid)
    return [sys.executable, "-I", "-S", leash.__file__, *(str(int(number)) for number in numbers)]


def _make_room(log: Path, max_mb: int) -> int:
    """Set a log aside that has grown too long; return where the new run's lines will start."""
    size = log.stat().st_size if log.exists() else 0
    if size <= max_mb * MB:
        return size
    log.replace(log.with_name(f"{log.name}.1"))
    return 0
