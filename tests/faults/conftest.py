"""Servers of these tests' own, which they may kill: PostgreSQL, a broker, a producer and a consumer process."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.broker import Broker
from deploy.local.errors import TopicDiffers
from deploy.local.home import Home
from deploy.local.kafka_option import broker_from
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Postgres
from deploy.local.server import start_all, stop_all
from deploy.local.settings import LocalSettings
from deploy.postgres.databases import role_of
from shared.contracts.codes import OrgType
from tests.conftest import declare_topics
from tests.faults.flow import Client, Flow
from tests.faults.processes import Place, Running, consume, produce
from tests.support.probe import CONSUMER, PRODUCER, a_bench, declare_topic, empty_database, make_database
from tests.support.stack import NOWHERE, PASSWORD, Servers, session_seconds
from tests.support.tokens import an_actor

DATABASE = "faults"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes minutes; left out by `make test`")


@dataclass
class Machine:
    """One machine with its servers."""

    home: Home
    postgres: Postgres
    broker: Broker
    folder: Path
    servers: Servers

    async def declare(self) -> None:
        """Declare the topics; the embedded broker makes one by itself, otherwise cut, when a client asks before us."""
        for declare in (declare_topics, declare_topic):
            with suppress(TopicDiffers):
                await declare(self.broker.bootstrap)


@pytest.fixture(scope="session")
async def machine(request: pytest.FixtureRequest) -> AsyncIterator[Machine]:
    folder = Path(tempfile.mkdtemp(prefix="tongkang-faults-"))
    await asyncio.to_thread(folder.chmod, 0o711)
    home = Home(LocalSettings(home=folder / "home"))
    try:
        with home:
            postgres, broker = Postgres(home), broker_from(request.config.getoption("--kafka"), home)
            await asyncio.to_thread(start_all, [postgres, broker])
            try:
                machine = Machine(home, postgres, broker, folder, Servers(postgres, broker, folder))
                await machine.declare()
                await make_database(postgres, DATABASE)
                yield machine
            finally:
                await asyncio.to_thread(stop_all, [postgres, broker])
    finally:
        home.remove()
        shutil.rmtree(folder)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    given: int | None = request.config.getoption("--seed")
    return random.SystemRandom().randrange(10_000) if given is None else given


@pytest.fixture
async def flow(machine: Machine, seed: int) -> AsyncIterator[Flow]:
    print(f"seed {seed}")  # noqa: T201 - with it a failed run is repeated
    await empty_database(machine.postgres, DATABASE)
    producer, consumer = Running(produce, place(machine, PRODUCER)), Running(consume, place(machine, CONSUMER))
    clinic = machine.servers.issuer.token(an_actor(OrgType.CLINIC))
    client = Client(f"http://{LOOPBACK}:{producer.place.port}", clinic, machine.folder / f"{uuid4()}.acknowledged")
    async with a_bench(machine.postgres, DATABASE) as bench:
        yield Flow(bench, machine.broker.bootstrap, producer, consumer, client, seed)
    await producer.stop()
    await consumer.stop()
    for each in (producer, consumer):  # shown by pytest where the run failed
        print(each.place.log.name, each.place.log.read_text()[-4000:] if each.place.log.exists() else "")  # noqa: T201
        each.place.log.unlink(missing_ok=True)


def place(machine: Machine, name: str) -> Place:
    servers = machine.servers
    settings = {
        "database_url": machine.postgres.dsn(role_of(DATABASE), role_of(DATABASE), "-"),
        "database_password_file": servers.secret_file("password", PASSWORD),
        "kafka": machine.broker.bootstrap,
        "kafka_idempotent": machine.broker.idempotent,
        "directory_url": NOWHERE["directory"],
        "signing_key_file": servers.key_file(name),
        "client_secret_file": servers.secret_file("client-secret", PASSWORD),
        "peers": {PRODUCER: f"http://{LOOPBACK}:{machine.home.port(PRODUCER)}"},
        "relay_lease_seconds": 1,
        "checkpoint_seconds": 0.5,
        "repair_after_seconds": 0.5,
        "consumer_session_seconds": session_seconds(machine.broker),
    }
    token = servers.issuer.token(an_actor(OrgType.SERVICE))
    jwks = servers.issuer.key.as_dict(private=False)
    return Place(settings, machine.home.port(name), machine.folder / f"{name}.log", {"keys": [jwks]}, token)
