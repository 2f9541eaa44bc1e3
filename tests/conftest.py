"""Servers for all tests of a session: one PostgreSQL, one broker (`--kafka embedded|apache|HOST:PORT`)."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from deploy.local.home import Home
from deploy.local.kafka_option import broker_from
from deploy.local.postgres import Postgres
from deploy.local.server import start_all, stop_all
from deploy.local.settings import LocalSettings
from deploy.local.topics import Topic, declare
from shared.contracts.topics import topics
from tests.support.stack import Servers

# No wall-clock time is asserted here: these machines are shared.
settings.register_profile("tongkang", deadline=None, print_blob=True)
settings.load_profile("tongkang")
# Where servers take part in each try, making a failing one smaller takes longer than the suite: it is shown as drawn.
settings.register_profile(
    "on-servers",
    settings.get_profile("tongkang"),
    phases=[phase for phase in Phase if phase not in {Phase.shrink, Phase.explain}],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kafka", default="embedded", help="embedded, apache or HOST:PORT")
    parser.addoption("--seed", type=int, help="seed of a fault run that is to be repeated; a failed one prints it")


@pytest.fixture(scope="session")
async def servers(request: pytest.FixtureRequest) -> AsyncIterator[Servers]:
    # Not pytest's own temporary folder: run as root, PostgreSQL's user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="tongkang-tests-"))
    await asyncio.to_thread(folder.chmod, 0o711)
    jars = LocalSettings().home / "kafka" / "jars"  # fetched once per checkout
    home = Home(LocalSettings(home=folder / "home", kafka_jars=jars))
    try:
        with home:
            postgres, broker = Postgres(home), broker_from(request.config.getoption("--kafka"), home)
            await asyncio.to_thread(start_all, [postgres, broker])
            try:
                await declare_topics(broker.bootstrap)
                yield Servers(postgres, broker, folder)
            finally:
                await asyncio.to_thread(stop_all, [postgres, broker])
    finally:
        home.remove()
        shutil.rmtree(folder)


async def declare_topics(bootstrap: str, partitions: int = 3) -> None:
    wanted = [Topic(t.name, min(t.partitions, partitions), t.replicas, t.retention_ms) for t in topics()]
    await declare(bootstrap, wanted)
