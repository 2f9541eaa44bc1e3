"""Loopback ports for our servers: the same as last time where they are free, so that bookmarks live on."""

import json
import secrets
import socket
from pathlib import Path

from deploy.local.errors import PortTaken
from deploy.local.files import write_whole

LOOPBACK = "127.0.0.1"


class Ports:
    """The file `ports.json`: which server had which port, within the range that the settings allow."""

    def __init__(self, file: Path, first: int, last: int) -> None:
        self.file, self.first, self.last = file, first, last

    def of(self, name: str) -> int:
        """Return a free port for the server of this name; raises PortTaken when the whole range is in use."""
        known = self._known()
        if name not in known or not port_is_free(known[name]):
            known[name] = self._new(taken=set(known.values()))
            write_whole(self.file, json.dumps(known, indent=2, sort_keys=True))
        return known[name]

    def _known(self) -> dict[str, int]:
        known: dict[str, int] = json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else {}
        return known

    def _new(self, taken: set[int]) -> int:
        candidates = [port for port in range(self.first, self.last + 1) if port not in taken]
        secrets.SystemRandom().shuffle(candidates)
        found = next(filter(port_is_free, candidates), None)
        if found is None:
            raise PortTaken(
                f"No port from {self.first} to {self.last} is free on {LOOPBACK}; "
                "set TONGKANG_FIRST_PORT and TONGKANG_LAST_PORT to another range."
            )
        return found


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def port_answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def require_free(port: int, name: str) -> None:
    """Raise PortTaken when somebody listens where `name` was told to."""
    if not port_is_free(port):
        raise PortTaken(
            f"Port {port} on {LOOPBACK}, meant for {name}, is in use. Stop what listens there, or take another."
        )
