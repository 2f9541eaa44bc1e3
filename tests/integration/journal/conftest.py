"""A producer and a consumer with nothing but the journal's tables: the engine without a service around it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from deploy.local.broker import Embedded
from deploy.local.home import Home
from deploy.local.settings import LocalSettings
from shared.journal.relay import Producer
from tests.support.probe import Bench, a_bench, declare_topic, empty_database, make_database
from tests.support.stack import Servers

DATABASE = "probe"


@pytest.fixture(scope="session")
async def probe(servers: Servers) -> Servers:
    await make_database(servers.postgres, DATABASE)
    return servers


@pytest.fixture
async def bench(probe: Servers) -> AsyncIterator[Bench]:
    await empty_database(probe.postgres, DATABASE)
    async with a_bench(probe.postgres, DATABASE) as bench:
        yield bench


@pytest.fixture(scope="session")
async def topic(servers: Servers) -> str:
    """The broker's address, once it has the probe's topic."""
    await declare_topic(servers.broker.bootstrap)
    return servers.broker.bootstrap


@dataclass
class OwnBroker:
    """A broker of one test's own, which it may kill."""

    server: Embedded

    @property
    def bootstrap(self) -> str:
        return self.server.bootstrap

    async def up(self) -> None:
        await asyncio.to_thread(self.server.start)
        await declare_topic(self.bootstrap)


@pytest.fixture
async def own_broker(probe: Servers) -> AsyncIterator[OwnBroker]:
    with Home(LocalSettings(home=probe.folder / f"own-{uuid4().hex[:8]}")) as home:
        own = OwnBroker(Embedded(home))
        yield own
        await asyncio.to_thread(own.server.stop)
    home.remove()


@pytest.fixture
async def producer(topic: str, probe: Servers) -> AsyncIterator[Producer]:
    producer = Producer(topic, idempotent=probe.broker.idempotent)
    yield producer
    await producer.close()
