"""Processes that we started, recognised again later: by pid, start time and command line, never by pid alone."""

import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

SAME_START_S = 2.0
"""Start times are computed from the boot time, which moves by a moment when the clock is set."""

POLL_S = 0.02


def wait_until(probe: Callable[[], bool], within_s: float) -> bool:
    """Ask `probe` again and again; return whether it said yes within the time."""
    deadline = time.monotonic() + within_s
    while not probe():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


@dataclass(frozen=True)
class Running:
    """One started process, as the file `run/<name>.json` remembers it."""

    name: str
    pid: int
    created: float
    argv: tuple[str, ...]
    stop_signal: int

    def process(self) -> psutil.Process | None:
        """Return the process if it still lives and is the very one that we started."""
        try:
            process = psutil.Process(self.pid)
            ours = abs(process.create_time() - self.created) < SAME_START_S and self._is_command(process.cmdline())
        except psutil.Error:
            return None
        return process if ours else None

    def _is_command(self, cmdline: list[str]) -> bool:
        # Right after its start the process is still the leash, whose command line ends with ours. A zombie has none.
        return tuple(cmdline[-len(self.argv) :]) == self.argv

    def send(self, number: int) -> None:
        """Send a signal, if the process is still there."""
        process = self.process()
        if process:
            _quietly(process, number)

    def kill(self) -> None:
        """Kill the process and everything below it, at once and without a farewell."""
        process = self.process()
        if process:
            for each in [process, *_below(process)]:
                _quietly(each, signal.SIGKILL)

    def save(self, folder: Path) -> None:
        """Remember this process, in one step, so that a reader never sees half a file."""
        draft = folder / f".{self.name}.{os.getpid()}"
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(folder / f"{self.name}.json")

    def forget(self, folder: Path) -> None:
        """Remove the memory of this process."""
        (folder / f"{self.name}.json").unlink(missing_ok=True)


def remembered(folder: Path) -> list[Running]:
    """Return what an earlier run started and did not see stop."""
    rows = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return [Running(**{**row, "argv": tuple(row["argv"])}) for row in rows]


def stop(processes: Sequence[Running], within_s: float) -> None:
    """Ask all to stop, wait for all together, kill those that did not."""
    for each in processes:
        each.send(each.stop_signal)
        each.send(signal.SIGCONT)  # a paused process hears nothing
    if not wait_until(lambda: _all_gone(processes), within_s):
        for each in processes:
            each.kill()
        wait_until(lambda: _all_gone(processes), within_s)


def _all_gone(processes: Sequence[Running]) -> bool:
    return all(each.process() is None for each in processes)


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _quietly(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
