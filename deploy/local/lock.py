"""One run at a time on one data folder. The kernel drops the lock when its holder dies, however it dies."""

import fcntl
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.errors import HomeBusy, HomeUnusable
from deploy.local.running import wait_until
from shared.clock import now

GLANCE_S = 0.5
"""Who asks for the holder takes the lock for an instant; a start does not give up because of that."""


@dataclass(frozen=True)
class Holder:
    """The run that holds a data folder."""

    pid: int
    since: str
    command: str


class Lock:
    """The file `lock` of a data folder; while it is held, it says by whom."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._held: int | None = None

    def take(self) -> None:
        """Take the lock for this process; raises HomeBusy, naming the holder, when another has it."""
        lock = self._open()
        if not wait_until(lambda: _locked(lock), GLANCE_S):
            os.close(lock)
            raise HomeBusy(self._busy())
        self._held = lock
        self._sign(lock)

    def release(self) -> None:
        """Let go; the next run may start."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def is_held(self) -> bool:
        """Whether any process holds the lock."""
        if not self.file.exists():
            return False
        lock = self._open()
        free = _locked(lock)
        os.close(lock)
        return not free

    def holder(self) -> Holder | None:
        """Return who holds the lock, or None."""
        return _read(self.file.read_text(encoding="utf-8")) if self.is_held() else None

    def _open(self) -> int:
        try:
            return os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise HomeUnusable(
                f"The data folder {self.file.parent} cannot be used by this user ({error.strerror}). Give it to "
                "this user (it may have been made by root), or set TONGKANG_HOME to another folder."
            ) from error

    def _sign(self, lock: int) -> None:
        us = Holder(pid=os.getpid(), since=now().isoformat(timespec="seconds"), command=" ".join(sys.argv))
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps(asdict(us)).encode(), 0)

    def _busy(self) -> str:
        holder = self.holder()
        who = f"process {holder.pid} since {holder.since} ({holder.command})" if holder else "another run"
        return (
            f"The data folder {self.file.parent} is in use by {who}. Stop that run first (tongkang down), "
            "or set TONGKANG_HOME to another folder."
        )


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(text: str) -> Holder | None:
    # The holder signs a moment after it has locked.
    return Holder(**json.loads(text)) if text else None
