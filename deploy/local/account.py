"""The system user that runs PostgreSQL. The server refuses to run as root, so root lends it to a lesser one."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import HomeUnusable

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of the system."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether we are that user, so that nothing has to be changed or handed over."""
        return self.uid == os.geteuid()

    def run(self, *command: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run a short program as this user and return what it said."""
        identity = {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": ()}
        return subprocess.run(  # type: ignore[call-overload, no-any-return] # noqa: S603 - a command line of our own
            [str(word) for word in command],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            **identity,
        )

    def can_enter(self, folder: Path) -> bool:
        """Whether this user may pass through every folder down to this one; asked of the system, not computed."""
        return self.is_ours or self.run("/bin/sh", "-c", 'cd "$1"', "sh", folder).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether this user reaches a program and its libraries."""
        return self.is_ours or self._runs(program)

    def _runs(self, program: Path) -> bool:
        try:
            return self.run(program, "--version").returncode == 0
        except PermissionError:
            return False

    def own(self, path: Path) -> None:
        """Hand a file or folder over to this user."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)


def ourselves() -> Account:
    """Return the user that we are."""
    return Account(name=str(os.geteuid()), uid=os.geteuid(), gid=os.getegid())


def server_account(wanted: str, data: Path) -> Account:
    """Choose who runs PostgreSQL: ourselves; for root the owner of the data, the wanted user, or a usual one.

    Raises HomeUnusable when there is no such user.
    """
    if os.geteuid() != 0:
        return ourselves()
    owner = _owner(data)
    return owner or next(filter(None, map(_named, [wanted] if wanted else CANDIDATES)), None) or _nobody_to_ask(wanted)


def _owner(data: Path) -> Account | None:
    if not data.exists() or data.stat().st_uid == 0:
        return None
    return Account(name=str(data.stat().st_uid), uid=data.stat().st_uid, gid=data.stat().st_gid)


def _named(name: str) -> Account | None:
    try:
        row = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name=name, uid=row.pw_uid, gid=row.pw_gid) if row.pw_uid else None


def _nobody_to_ask(wanted: str) -> Account:
    tried = wanted or " or ".join(CANDIDATES)
    raise HomeUnusable(
        f"PostgreSQL does not run as root, and this system has no unprivileged user {tried}. "
        "Run as an ordinary user, or name one in TONGKANG_POSTGRES_ACCOUNT."
    )
