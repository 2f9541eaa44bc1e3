"""Processes are killed and Kafka is lost in the middle of the work: what was acknowledged is there, and once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import time, timedelta

import httpx
import pytest

from deploy.local.errors import TopicDiffers
from deploy.setup import declare_topics
from deploy.simulator.journeys import Session
from shared.testing.eventually import eventually
from tests.journey.children import ENROLLED, Plan, a_session
from tests.journey.town import AUDITOR, PATIENCE_S, Town, Traveller, kind

SESSIONS = 48
TROUBLE_AFTER = 12
AT_ONCE = 4
HOURS = (time(8), time(9), time(10), time(14))

Trouble = Callable[[], Awaitable[None]]


def many_sessions() -> list[Session]:
    """Sessions that do not overlap: four a day."""
    days = [ENROLLED + timedelta(days=1 + number) for number in range(SESSIONS // len(HOURS))]
    return [a_session(day, starts=hour) for day in days for hour in HOURS]


async def log_through(town: Town, traveller: Traveller, trouble: Trouble) -> list[str]:
    """Log sessions, four at a time; in the middle of it comes the trouble. Return what was acknowledged."""
    acknowledged: list[str] = []
    turn, struck = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    async def one(session: Session) -> None:
        async with turn:
            acknowledged.append(await town.log(traveller, session))
        if len(acknowledged) >= TROUBLE_AFTER:
            struck.set()

    async def strike() -> None:
        await struck.wait()
        await trouble()

    await asyncio.gather(strike(), *(one(session) for session in many_sessions()))
    return acknowledged


async def all_there(town: Town, traveller: Traveller, acknowledged: list[str]) -> None:
    """Wait until each acknowledged session stands on the timeline, and see that none does twice."""
    assert len(set(acknowledged)) == SESSIONS

    async def complete() -> bool:
        return len(await shown(town, traveller)) >= SESSIONS

    await eventually(complete, within=PATIENCE_S)
    assert sorted(await shown(town, traveller)) == sorted(acknowledged)


async def shown(town: Town, traveller: Traveller) -> list[str]:
    """Return the sessions on a child's timeline; none while the timeline does not answer, or does not know it yet."""
    if not await answers(town, traveller):
        return []
    entries = await town.entries(AUDITOR, traveller.case, type="tongkang.rehab.session_recorded.v1")
    return [entry["fact"]["data"]["session"] for entry in entries]


async def answers(town: Town, traveller: Traveller) -> bool:
    try:
        answer = await town.ask(AUDITOR, "timeline", f"/v1/cases/{traveller.case}")
    except httpx.TransportError:
        return False
    return answer.status_code == 200


@pytest.mark.parametrize(("number", "service"), [(101, "rehab"), (102, "timeline")])
async def test_a_service_is_killed_in_the_middle_and_comes_back(town: Town, number: int, service: str):
    traveller = await town.send_child(Plan(number, goes_on=False).child())
    process = town.stack.services[service]

    async def killed_and_back() -> None:
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.start)

    acknowledged = await log_through(town, traveller, killed_and_back)
    await all_there(town, traveller, acknowledged)


async def test_kafka_is_lost_with_everything_in_it(town: Town):
    traveller = await town.send_child(Plan(103, goes_on=False).child())
    broker = town.stack.broker

    async def lost_and_empty_again() -> None:
        await asyncio.to_thread(broker.wipe)
        # A client that asks first makes the embedded broker create a topic, with fewer partitions; they do as well.
        with suppress(TopicDiffers):
            await declare_topics(broker.bootstrap)

    acknowledged = await log_through(town, traveller, lost_and_empty_again)
    await all_there(town, traveller, acknowledged)


async def test_after_the_loss_the_chain_moves_on_by_itself(town: Town):
    traveller = await town.send_child(Plan(104, goes_on=False).child())
    entries = await town.settled(traveller.case)
    recorded = await town.recorded(traveller.case)
    assert [kind(entry) for entry in entries].count("case_handed_over") == 1
    assert len(entries) == sum(map(len, recorded.values()))
