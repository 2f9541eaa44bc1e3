"""Scenarios with their checkers, to be passed by the real relay and failed by each mutant of it."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from shared import clock
from shared.journal.relay import BrokerAway, Message, Producer, Relay
from shared.testing.eventually import eventually
from tests.support.probe import (
    ACTOR,
    Bench,
    Noted,
    as_records,
    check_first_sight,
    check_kept,
    check_on_topic,
    read_topic,
)


async def note_many(bench: Bench, cases: int, facts: int, shuffle: random.Random | None = None) -> set[UUID]:
    """Record facts about several cases, their commits interleaved."""
    ids = [uuid4() for _ in range(cases)]
    order = [case for case in ids for _ in range(facts)]
    (shuffle or random.Random(1)).shuffle(order)
    for number, case in enumerate(order):
        await bench.note(number, case=case)
    return set(ids)


async def drained(bench: Bench, relay: Relay, within: float = 20) -> None:
    async def empty() -> bool:
        with suppress(BrokerAway):
            await relay.turn()
        return not await bench.waiting()

    await eventually(empty, within=within)


async def gone(bench: Bench) -> None:
    """Wait until a relay that runs by itself has emptied the outbox."""

    async def empty() -> bool:
        return not await bench.waiting()

    await eventually(empty, within=40)


async def late_commit(bench: Bench, relay: Relay, bootstrap: str) -> None:
    slow, quick = uuid4(), uuid4()
    async with bench.ledger.open(ACTOR) as uow:
        uow.record(slow, Noted(number=1), occurred_at=clock.now())
        await uow.commit()
        await bench.note(2, case=quick)
        await relay.turn()
    await relay.turn()
    check_on_topic(await bench.log(), await read_topic(bootstrap, {slow, quick}))
    assert not await bench.waiting()


async def two_at_once(bench: Bench, kind: type[Relay], producer: Producer, bootstrap: str) -> None:
    """One relay has read the first facts of a case and is slow to send them; another comes by meanwhile."""
    case, reached, go_on = uuid4(), asyncio.Event(), asyncio.Event()

    async def slowly(messages: Sequence[Message]) -> list[bool]:
        reached.set()
        await go_on.wait()
        return await producer.send_all(messages)

    await bench.note(1, 2, 3, case=case)
    slow, quick = kind(bench.database, slowly, batch=2), kind(bench.database, producer.send_all)
    turn = asyncio.create_task(slow.turn())
    await reached.wait()
    await bench.fetch("UPDATE relay_lease SET until = now() - interval '1 second'")
    await quick.turn()
    go_on.set()
    await turn
    await drained(bench, quick)
    check_first_sight(await read_topic(bootstrap, {case}))


@dataclass
class Fickle:
    """The real broker behind a line that fails: some messages are not sent, some answers do not come back."""

    producer: Producer
    luck: random.Random
    acknowledged: set[bytes] = field(default_factory=set)

    async def send_all(self, messages: Sequence[Message]) -> list[bool]:
        fates = [self.luck.choice(("sent", "sent", "lost", "answer lost")) for _ in messages]
        sent = [message for message, fate in zip(messages, fates, strict=True) if fate != "lost"]
        arrived = iter(await self.producer.send_all(sent))
        answers = [fate != "lost" and next(arrived) and fate == "sent" for fate in fates]
        self.acknowledged |= {message[2] for message, ok in zip(messages, answers, strict=True) if ok}
        return answers


async def fickle_line(bench: Bench, kind: type[Relay], producer: Producer, bootstrap: str, seed: int) -> None:
    """Sends and answers get lost at random; the checker looks at the outbox after each turn."""
    luck = random.Random(seed)
    cases = await note_many(bench, 5, 8, luck)
    fickle = Fickle(producer, luck)
    relay = kind(bench.database, fickle.send_all, batch=15)
    for _ in range(200):
        await hurry(bench)
        await relay.turn()
        await check_prefix(bench, fickle.acknowledged)
        if not await bench.waiting():
            break
    there = await read_topic(bootstrap, cases)
    check_on_topic(await bench.log(), there)
    await bench.inbox().take(as_records(there))
    check_kept(await bench.log(), await bench.kept())


async def check_prefix(bench: Bench, acknowledged: set[bytes]) -> None:
    """What is gone from the outbox was acknowledged, and what remains of a case is its end."""
    waiting = await bench.waiting()
    lasts = {event.subject: event.seq for event in await bench.log()}
    for event in await bench.log():
        if event.seq not in waiting.get(event.subject, ()):
            assert event.envelope in acknowledged
    for case, seqs in waiting.items():
        assert seqs == list(range(seqs[0], lasts[case] + 1)), case


async def hurry(bench: Bench) -> None:
    """Let no case wait out its back-off."""
    await bench.fetch("UPDATE outbox SET next_try = now() - interval '1 second' WHERE tries > 0")
