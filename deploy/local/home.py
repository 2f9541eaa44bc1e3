"""The data folder of one run: who holds it, its subfolders, secrets and ports, and what an earlier run left behind.

.tongkang/
  lock          held by the run that uses the folder; says who
  begun         the day on which the folder was first taken
  ports.json    ports of the last run, used again while they are free
  logs/         one log per process
  run/          one file per started process (running.py)
  secrets/      random secrets, 0600, made once
  postgres/     the database, with the password of its superuser
  kafka/        jars and data of Apache Kafka, when it is used
  outside       root only: link to the place that the database's user can enter
"""

import logging
import os
import shutil
import signal
import tempfile
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.account import Account
from deploy.local.errors import HomeUnusable, NoSpace
from deploy.local.files import read_or_make_secret, write_whole
from deploy.local.lock import Holder, Lock
from deploy.local.ports import Ports
from deploy.local.running import remembered, stop, wait_until
from deploy.local.settings import LocalSettings
from shared import clock

log = logging.getLogger(__name__)

MB = 1024 * 1024
DEMO_CITY = "demo-city.json"
"""What the invented city's set-up keeps: ids, machines with their secrets, people to sign in as."""
PRIVATE, PASSABLE = 0o700, 0o711
"""A passable folder may be crossed by the database's user, but not listed."""


class Home:
    """One data folder. `with Home() as home:` takes it for this run alone and sweeps up after a killed one.

    Entering raises HomeBusy, HomeUnusable or NoSpace; looking (`holder`, `secret`) needs no entering.
    """

    def __init__(self, settings: LocalSettings | None = None) -> None:
        self.settings = settings or LocalSettings()
        self.path = self.settings.home.absolute()
        self._lock = Lock(self.path / "lock")
        self._ports = Ports(self.path / "ports.json", self.settings.first_port, self.settings.last_port)

    def __enter__(self) -> Self:
        self._make()
        self.require_space(self.path)
        self._lock.take()
        try:
            write_whole(self.path / "begun", self.begun_on.isoformat())
            self._sweep()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    @property
    def begun_on(self) -> date:
        """The day on which this folder was first taken, or today: what lies before it was taken over."""
        file = self.path / "begun"
        return date.fromisoformat(file.read_text(encoding="utf-8")) if file.exists() else clock.today()

    def folder(self, name: str) -> Path:
        """Return a private subfolder, made if need be."""
        path = self.path / name
        path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return path

    def secret(self, name: str, size: int = 32) -> str:
        """Return a random secret (URL-safe text of `size` random bytes), made at the first call and kept."""
        return read_or_make_secret(self.secret_file(name), size)

    def secret_file(self, name: str) -> Path:
        """Return where the secret of this name lies, for processes that take it as a file."""
        return self.folder("secrets") / name

    @property
    def demo_city(self) -> Path:
        """Where the invented city is kept, if one was set up."""
        return self.path / DEMO_CITY

    def port(self, name: str) -> int:
        """Return a free loopback port for the server of this name, the one of the last run where it can be."""
        return self._ports.of(name)

    def require_space(self, place: Path) -> None:
        """Raise NoSpace when the disk under `place` is nearly full."""
        free, need = shutil.disk_usage(place).free // MB, self.settings.min_free_mb
        if free < need:
            raise NoSpace(
                f"Only {free} MB are free under {place}; {need} MB are needed to start without risk. "
                "Make room, or set TONGKANG_HOME to a folder on another disk."
            )

    def base_for(self, account: Account) -> Path:
        """Return a folder that this user can enter: this home, or, for root with a closed one, a place outside.

        The place outside belongs to this home through the link `outside`, so that a removed home starts anew.
        """
        link = self.path / "outside"
        if link.is_symlink():
            return self._outside(link)
        return self.path if account.can_enter(self.path) else self._make_outside(link)

    def holder(self) -> Holder | None:
        """Return the run that holds this folder now, or None."""
        return self._lock.holder()

    def stop_holder(self, within_s: float) -> bool:
        """Ask the run that holds this folder to stop, as Ctrl-C would; return whether it did in time."""
        holder = self.holder()
        if holder:
            os.kill(holder.pid, signal.SIGTERM)
        return wait_until(lambda: not self._lock.is_held(), within_s)

    def remove(self) -> None:
        """Delete everything: data, secrets, logs. For tests and for a person who says so; never while servers run."""
        link = self.path / "outside"
        if link.exists():
            shutil.rmtree(link.resolve())
        shutil.rmtree(self.path)

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=PASSABLE, parents=True, exist_ok=True)
        except OSError as error:
            raise HomeUnusable(
                f"The data folder {self.path} cannot be made ({error.strerror}). "
                "Set TONGKANG_HOME to a folder that can."
            ) from error

    def _sweep(self) -> None:
        """Stop what a killed run left running, and forget it."""
        leftovers = remembered(self.folder("run"))
        alive = [each for each in leftovers if each.process()]
        if alive:
            log.warning("An earlier run was killed; stopping what it left: %s", ", ".join(each.name for each in alive))
        stop(alive, self.settings.stop_within_s)
        for each in leftovers:
            each.forget(self.folder("run"))

    def _outside(self, link: Path) -> Path:
        if not link.exists():
            raise HomeUnusable(
                f"The database of {self.path} lay in {link.readlink()}, which is gone. "
                f"Bring it back, or remove {self.path} to start anew."
            )
        return link.resolve()

    def _make_outside(self, link: Path) -> Path:
        try:
            self.settings.outside.mkdir(mode=0o755, parents=True, exist_ok=True)
            place = Path(tempfile.mkdtemp(prefix="home-", dir=self.settings.outside))
        except OSError as error:
            raise HomeUnusable(
                f"PostgreSQL does not run as root; its user cannot enter {self.path}, and "
                f"{self.settings.outside} cannot be made ({error.strerror}). Set TONGKANG_HOME to a folder that others "
                "may enter, or run as another user."
            ) from error
        place.chmod(PASSABLE)
        link.symlink_to(place)
        return place
