"""The service processes of a run, started by the same entry point as in docker-compose.yml, and the wish to stop."""

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

import httpx

from deploy.local.child import Child, Command
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK, require_free
from deploy.local.server import Server

PROCESS_ENV = {
    "PYTHONUNBUFFERED": "1",
    # Or glibc keeps the largest batch that it ever saw, once for every thread: a quarter of a service's memory.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""What the image sets too (deploy/images/Dockerfile)."""

GRACE_S = 5
"""Time that open requests get when a service stops; a page that follows a case live never ends by itself."""

PROBE_S = 2.0
OK = 200


def service_command(name: str, host: str, port: int) -> list[str]:
    """Return the arguments of uvicorn that start a service; docker-compose.yml says the same."""
    return [
        "uvicorn",
        "--factory",
        f"services.{name}.app:create_app",
        f"--host={host}",
        f"--port={port}",
        "--log-config=deploy/logging.json",
        "--no-access-log",  # addresses hold case ids; reading is recorded in the access log of the service
        f"--timeout-graceful-shutdown={GRACE_S}",
    ]


class Service(Server):
    """One service process on a loopback port."""

    def __init__(self, home: Home, name: str, env: Mapping[str, str], port: int | None = None) -> None:
        super().__init__(home)
        self.name, self.env = name, dict(env)
        self.port = port or home.port(name)
        self.url = f"http://{LOOPBACK}:{self.port}"

    def launch(self) -> None:
        """Start the process."""
        require_free(self.port, self.name)
        argv = [sys.executable, "-m", *service_command(self.name, LOOPBACK, self.port)]
        env = {**PROCESS_ENV, **self.env}
        self.child = Child(self.home, Command(name=self.name, argv=argv, env=env, cwd=self.home.settings.code))

    def ready(self) -> bool:
        """Ask its own page of readiness: database and broker reached."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=PROBE_S, trust_env=False).status_code == OK
        except httpx.TransportError:
            return False


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event, to end in order: `while not stop.wait(1): check_all(…)`."""
    wish = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a signal handler
        wish.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
