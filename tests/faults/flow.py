"""A flow of commands from a client through producer, Kafka and consumer, and the checker that compares the four.

The client writes each acknowledged command into a file of its own and syncs it before it goes on: what is there must
be in the log, and nothing that was never sent may be.
"""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from shared.testing.eventually import eventually
from tests.faults.processes import Running
from tests.support.probe import Bench, check_first_sight, check_kept, check_log, check_on_topic, read_topic

HANDS = 6
PAUSE_SECONDS = 0.03


@dataclass(frozen=True)
class Command:
    key: str
    case: UUID
    number: int


@dataclass
class Client:
    """Sends commands until each is acknowledged, always under the same key; knows nothing of what goes on behind."""

    url: str
    token: str
    file: Path
    sent: list[Command] = field(default_factory=list)

    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, cases: Sequence[UUID], luck: random.Random) -> None:
        """Send until it is enough, and then until the last one is acknowledged."""
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as http:
            await asyncio.gather(*(self._hand(http, cases, luck) for _ in range(HANDS)))

    async def _hand(self, http: httpx.AsyncClient, cases: Sequence[UUID], luck: random.Random) -> None:
        while not self.enough.is_set():
            command = Command(f"key-{uuid4()}", luck.choice(cases), len(self.sent))
            self.sent.append(command)
            while not await self._acknowledged(http, command):  # noqa: ASYNC110 - nothing tells when a server is back
                await asyncio.sleep(0.05)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _acknowledged(self, http: httpx.AsyncClient, command: Command) -> bool:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": command.key}
        try:
            answer = await http.post(f"/v1/notes/{command.case}", json={"number": command.number}, headers=headers)
        except httpx.HTTPError:
            return False
        if answer.status_code == 201:
            self._note(command)
        else:
            assert answer.status_code == 503, answer.text
        return answer.status_code == 201

    def _note(self, command: Command) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps([str(command.case), command.number]) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def acknowledged(self) -> list[tuple[UUID, int]]:
        rows = [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []
        return [(UUID(case), number) for case, number in rows]


@dataclass
class Flow:
    """Everything of one run."""

    bench: Bench
    bootstrap: str
    producer: Running
    consumer: Running
    client: Client
    seed: int
    luck: random.Random = field(init=False)
    cases: list[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self.luck = random.Random(self.seed)
        self.cases = [uuid4() for _ in range(5)]

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Let the client send while something happens to the others, and then until all is acknowledged."""
        task = asyncio.create_task(self.client.send(self.cases, self.luck))
        try:
            yield
            self.client.enough.set()
            await asyncio.wait_for(task, 60)
        finally:
            task.cancel()

    async def more_kept(self, count: int = 1, within: float = 40) -> None:
        """Wait until the consumer has kept some facts more than now."""
        before = len(await self.bench.kept())

        async def more() -> bool:
            return len(await self.bench.kept()) >= before + count

        await eventually(more, within=within)

    async def settles(self, within: float = 40) -> None:
        """Wait until all that was recorded is published and kept."""

        async def settled() -> bool:
            return not await self.bench.waiting() and len(await self.bench.kept()) >= len(await self.bench.log())

        await eventually(settled, within=within)

    async def parked(self) -> list[tuple[int, str]]:
        """Return what waits of this run's cases; what an earlier run left on the topic is parked too, and not ours."""
        mine = "SELECT seq, reason FROM parked_event WHERE case_id = ANY($1::uuid[])"
        return [tuple(row) for row in await self.bench.fetch(mine, self.cases)]

    async def check(self, *, kafka_lost: bool = False) -> None:
        """Compare the client's file, the log, the topic and what the consumer kept.

        When Kafka was lost, the topic holds only what came after, and its offsets began anew in mid-account.
        """
        log = await self.bench.log()
        check_log(log)
        check_acknowledged(self.client.acknowledged(), self.client.sent, [(e.subject, e.data["number"]) for e in log])
        check_kept(log, await self.bench.kept())
        assert not await self.parked()
        if not kafka_lost:
            there = await read_topic(self.bootstrap, self.cases)
            check_on_topic(log, there)
            check_first_sight(there)
            await check_account(self.bench)


def check_acknowledged(
    acknowledged: list[tuple[UUID, int]], sent: list[Command], recorded: list[tuple[UUID, int]]
) -> None:
    """Whatever was acknowledged was recorded, exactly once; and nothing was recorded that was not sent."""
    assert len(recorded) == len(set(recorded)), "recorded twice"
    assert set(acknowledged) <= set(recorded), "acknowledged and lost"
    assert set(recorded) <= {(command.case, command.number) for command in sent}, "recorded and never sent"


async def check_account(bench: Bench) -> None:
    """Offsets passed = applied + duplicate + parked + rejected."""
    for passed, *outcomes in await bench.fetch(
        "SELECT passed, applied, duplicate, parked, rejected FROM partition_account"
    ):
        assert passed == sum(outcomes)
