"""Memory of a run's processes: the peak of each, and the highest sum of all at one moment."""

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

    `whole()` is what the machine needs for all of them: the highest sum of one look, memory that several share (the
    code of Python and its libraries, PostgreSQL's buffers) counted once.
    """

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self._peaks: dict[str, int] = {}
        self._whole = 0
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
        running = {server.name: server.child.pid for server in self._servers if server.child and server.child.alive}
        shares = {name: _shares(pid) for name, pid in running.items()}
        self._whole = max(self._whole, sum(sum(share) for share in shares.values()))
        for name, pid in running.items():
            peak = sum(shares[name]) if len(shares[name]) > 1 else _own_peak(pid)
            self._peaks[name] = max(self._peaks.get(name, 0), peak)

    def whole(self) -> int:
        """Return the highest sum of all so far, in MB."""
        self.sample()
        return round(self._whole / MB)

    def peaks(self) -> dict[str, int]:
        """Return the highest figures so far, in MB, by name of the server."""
        self.sample()
        return {name: round(peak / MB) for name, peak in self._peaks.items()}

    def _watch(self) -> None:
        while not self._closed.wait(EVERY_S):
            self.sample()


def _shares(pid: int) -> list[int]:
    """Return the PSS of a process and of all below it, in bytes; none of one that has just ended."""
    try:
        process = psutil.Process(pid)
        return [_share(each) for each in [process, *process.children(recursive=True)]]
    except psutil.NoSuchProcess:
        return []


def _own_peak(pid: int) -> int:
    """Return a lone process's own peak; 0 when it has just ended."""
    rows = _rows(pid, "status")
    return int(rows["VmHWM"].split()[0]) * KB if "VmHWM" in rows else _resident(pid)


def _share(process: psutil.Process) -> int:
    rows = _rows(process.pid, "smaps_rollup")
    return int(rows["Pss"].split()[0]) * KB if "Pss" in rows else _resident(process.pid)


def _resident(pid: int) -> int:
    """Return what a process holds, where the system tells no more (not Linux, or another's process)."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _rows(pid: int, name: str) -> dict[str, str]:
    try:
        text = Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")
    except OSError:
        return {}
    return {key: value for key, colon, value in (line.partition(":") for line in text.splitlines()) if colon}
