"""Peak memory of a run's processes."""

import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from deploy.local.home import MB
from deploy.local.server import Server

EVERY_S = 1.0
KB = 1024


class MemoryMeter:
    """Looks once a second while it is open. `with MemoryMeter(servers) as meter: …; meter.peaks()`.

    A single process knows its own peak (VmHWM). A server of many processes, as PostgreSQL, has none: there, memory
    shared between them is counted once (PSS, summed) and the highest look counts.
    """

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._peaks: dict[str, int] = {}
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._thread.join()

    def sample(self) -> None:
        """Look once, now."""
        for server in self._servers:
            child = server.child
            if child and child.alive:
                self._peaks[server.name] = max(self._peaks.get(server.name, 0), peak_bytes(child.pid))

    def peaks(self) -> dict[str, int]:
        """Return the highest figures so far, in MB, by name of the server."""
        self.sample()
        return {name: round(peak / MB) for name, peak in self._peaks.items()}

    def _watch(self) -> None:
        while not self._closed.wait(EVERY_S):
            self.sample()


def peak_bytes(pid: int) -> int:
    """Return a lone process's own peak, or what a process and all below it hold now; 0 when it has just ended."""
    try:
        process = psutil.Process(pid)
        below = process.children(recursive=True)
        return sum(_share(each) for each in [process, *below]) if below else _own_peak(process)
    except (psutil.Error, FileNotFoundError):
        return 0


def _own_peak(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return process.memory_info().rss  # not Linux: no peak is kept
    rows = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(rows.get("VmHWM", "0 kB").split()[0]) * KB


def _share(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0
    return int(getattr(memory, "pss", memory.rss))
