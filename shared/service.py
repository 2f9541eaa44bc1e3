"""A service at run time: its database, its ledger, and the work that goes on beside its requests."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from faststream.kafka import KafkaBroker

from shared.access.clients import OrganisationRegister, ServiceTokens
from shared.access.tokens import TokenVerifier, keys_from
from shared.background import Task, cancelled, kept_alive
from shared.contracts.catalogue import FACTS
from shared.contracts.envelope import Fact
from shared.db import Database
from shared.journal.checkpoint import TOPIC, CheckpointPublisher, Signer
from shared.journal.completeness import Completeness, Peer
from shared.journal.forgetting import Forgetting
from shared.journal.inbox import Effects, Inbox, News
from shared.journal.reactions import Reaction, Reactions, topics_of
from shared.journal.relay import Producer, Relay
from shared.journal.sealing import Sealer
from shared.journal.unit_of_work import Ledger, UnitOfWork
from shared.messaging.consumer import listen, new_broker, watch
from shared.settings import ServiceSettings

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Service:
    """All that a process of one service holds. Built in the service's `app.py`, reached as `app.state.service`."""

    name: str
    settings: ServiceSettings
    database: Database
    ledger: Ledger
    relay: Relay
    producer: Producer
    signer: Signer
    verifier: TokenVerifier
    http: httpx.AsyncClient
    tokens: ServiceTokens
    organisations: OrganisationRegister
    broker: KafkaBroker | None = None
    inbox: Inbox | None = None
    completeness: Completeness | None = None
    tasks: list[tuple[str, Task]] = field(default_factory=list)
    listening: bool = False
    hears: tuple[type[Fact], ...] = ()
    """Facts that it has effects for, for its documents."""

    def react(self, reactions: Sequence[Reaction]) -> None:
        """Listen to what a table of reactions names."""
        self.listen(Reactions(reactions), topics_of(reactions), {reaction.fact.producer for reaction in reactions})
        self.hears = tuple(dict.fromkeys(reaction.fact for reaction in reactions))

    def listen(
        self, effects: Effects, topics: Collection[str], producers: Collection[str], *, news: News | None = None
    ) -> None:
        """Apply the facts of some topics with these effects, and watch that nothing of their producers is missing.

        `news` is told of applied facts once they are committed.
        """
        settings = self.settings
        self.inbox = Inbox(self.ledger, effects, news=news, at_once=settings.consumer_at_once)
        peers = {name: Peer(name, str(settings.peers[name]).rstrip("/"), self.tokens, self.http) for name in producers}
        self.completeness = Completeness(self.database, self.inbox, peers, settings.repair_after_seconds)
        self.broker = new_broker(settings.kafka, self.name)
        group = f"tongkang.{self.name}"
        listen(
            self.broker,
            topics,
            self.inbox,
            group=group,
            batch=settings.consumer_batch,
            gather=settings.consumer_gather_seconds,
            fetch_wait_ms=settings.kafka_fetch_wait_ms,
            session_seconds=(session := settings.consumer_session_seconds),
        )
        watch(self.broker, TOPIC, self.completeness, group=f"{group}.checkpoints", session_seconds=session)
        self.tasks.append(("completeness", self.completeness.run))
        self.hears = tuple(fact for fact in FACTS.values() if fact.topic in topics and fact.producer in producers)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run relay, consumers and tasks for as long as the context is open; then stop in order and close."""
        _spare_the_collector()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            stack.push_async_callback(self.producer.close)
            stack.push_async_callback(self.http.aclose)
            for name, task in self.tasks:
                running = asyncio.create_task(kept_alive(name, task), name=name)
                stack.push_async_callback(cancelled, running)
            if self.broker is not None:
                stack.push_async_callback(self.broker.stop)
                starting = asyncio.create_task(self._listen(), name="listen")
                stack.push_async_callback(cancelled, starting)
            yield

    async def readiness(self) -> dict[str, Any]:
        """Return what works at the moment; `database` decides whether requests can be served."""
        return {"service": self.name, "database": await self._database_answers(), "listening": self.listening}

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(2), self.database.session() as session:
                return bool(await session.driver.fetchval("SELECT to_regclass('event_log') IS NOT NULL"))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _listen(self) -> None:
        """Start the consumers as soon as the broker is there; a service does not wait for Kafka to serve."""
        assert self.broker is not None  # noqa: S101 - only called with one
        while not self.listening:
            try:
                await self.broker.start()
                self.listening = True
            except (OSError, Exception) as error:  # noqa: BLE001 - the client raises many kinds while a broker comes up
                log.warning("broker not there yet", extra={"error": type(error).__name__})
                with suppress(Exception):
                    await self.broker.stop()
                await asyncio.sleep(0.5)


def _spare_the_collector() -> None:
    """Let Python look for garbage in cycles less often, and never among what was loaded at the start.

    Facts come and go by the thousand and are in no cycle; looking after every few of them took a fourth of the
    consumer's time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def assemble(name: str, settings: ServiceSettings, *, uow: Callable[..., UnitOfWork] = UnitOfWork) -> Service:
    """Build a service from its settings: everything but its routers and what it listens to."""
    database = Database(settings.database_url, settings.password, size=settings.database_pool)
    producer = Producer(settings.kafka, idempotent=settings.kafka_idempotent)
    relay = Relay(
        database,
        producer.send_all,
        settings.relay_shards,
        settings.relay_lease_seconds,
        settings.relay_poll_seconds,
        settings.relay_batch,
        settings.relay_gather_seconds,
    )
    directory = str(settings.directory_url).rstrip("/")
    keys = str(settings.jwks_url or f"{directory}/.well-known/jwks.json")
    # More than httpx allows by itself: a live view keeps its connection for minutes.
    http = httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_connections=1000, max_keepalive_connections=50))
    signer = Signer(settings.signing_key_file)
    checkpoints = CheckpointPublisher(database, name, signer, producer.send_all, settings.checkpoint_seconds)
    sealer = Sealer(database, name, signer, settings.seal_seconds)
    forgetting = Forgetting(database, timedelta(days=settings.answers_days))
    tokens = ServiceTokens(directory, name, read_secret(settings.client_secret_file), http)
    return Service(
        name=name,
        settings=settings,
        database=database,
        ledger=Ledger(database, name, uow, settings.relay_shards, relay.wake),
        relay=relay,
        producer=producer,
        signer=signer,
        verifier=TokenVerifier(settings.issuer, settings.audience, keys_from(keys)),
        http=http,
        tokens=tokens,
        organisations=OrganisationRegister(directory, tokens, http),
        tasks=[
            ("relay", relay.run),
            ("checkpoints", checkpoints.run),
            ("sealing", sealer.run),
            ("forgetting", forgetting.run),
        ],
    )


def read_secret(path: Path) -> str:
    """Return the content of a secret file without the trailing newline."""
    return path.read_text().strip()
