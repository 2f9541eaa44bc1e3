"""What a run costs the processors, process by process: figures of time depend on what else runs, these hardly do."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

Seconds = Mapping[str, float]


@dataclass
class Cost:
    """Processor seconds of some processes since this was made, and of this one, the client.

    A process counts with all below it; the client, above all others, by itself.
    """

    processes: Mapping[str, int]
    """Name and process id."""
    _before: Seconds = field(init=False)

    def __post_init__(self) -> None:
        self._before = self._now()

    def microseconds(self, among: int) -> dict[str, float]:
        """Return what each process has used since, shared out among so many requests."""
        return {name: 1e6 * (spent - self._before[name]) / among for name, spent in self._now().items()}

    def _now(self) -> Seconds:
        return {name: _spent(pid) for name, pid in self.processes.items()} | {"client": time.process_time()}


def _spent(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(_own(each) for each in [process, *process.children(recursive=True)])


def _own(process: psutil.Process) -> float:
    """Return what a process and those below it that have ended have used."""
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def said(costs: Mapping[str, float]) -> str:
    """Return costs as words, the largest first."""
    ranked = sorted(costs.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {cost:,.0f}" for name, cost in ranked if cost >= 1)
