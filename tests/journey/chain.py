"""What tests of the chain's reactions share: children on their way, what was said of them, and rest.

At rest all stages have heard all, even what they hear a second time and backwards, and nobody says anything more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer

from deploy.local.processes import Service
from deploy.local.server import start_all
from deploy.services import PRODUCERS, SERVICES
from shared.testing.eventually import eventually
from tests.journey.children import BORN, DIAGNOSED, Plan
from tests.journey.story import COUNTY, HOSPITAL, OTHER_COUNTY, Story
from tests.journey.town import PATIENCE_S, Town, kind

OTHER_FEDERATION = f"federation-{OTHER_COUNTY}"
CANDIDATES, UNPLACED = "/v1/care-candidates", "/v1/school-age/unplaced"
REST_S = 0.5
OK = 200


async def a_child(town: Town, number: int, *, goes_on: bool = False) -> Story:
    """Send a child as far as its enrolment, or on to school and care."""
    sent = await town.send_child(Plan(number, goes_on=goes_on).child())
    await town.handed_over(sent.case)
    return Story(town, number, BORN, case=sent.case, records={"enrolment": sent.enrolment})


async def a_diagnosed_child(town: Town, number: int, *, county: str = COUNTY) -> Story:
    """Register a child and confirm what it has, at the hospital."""
    story = Story(town, number, BORN, county=county)
    await story.registered(DIAGNOSED, by=HOSPITAL)
    await story.confirmed(DIAGNOSED, "autism", cars="36.5")
    return story


async def said(story: Story) -> Counter[str]:
    """Count what all producers have recorded of a child, by kind."""
    recorded = await story.town.recorded(story.case)
    return Counter(kind(fact) for facts in recorded.values() for fact in facts)


async def heard(story: Story) -> bool:
    """Tell whether every stage that follows a child has applied all that the others recorded of it."""
    case = UUID(story.case)
    last = "SELECT last_seq FROM case_stream WHERE case_id = $1"
    told = {one: sum(row[0] for row in await story.town.fetch(one, last, case)) for one in PRODUCERS}
    applied = "SELECT producer, sum(last_seq) AS n FROM stream_position WHERE case_id = $1 GROUP BY producer"
    rows = [row for one in PRODUCERS for row in await story.town.fetch(one, applied, case)]
    return all(row["n"] == told[row["producer"]] for row in rows) and await story.town.is_assessed(story.case)


async def at_rest(*stories: Story) -> None:
    """Wait until all is heard; tell it all once more, backwards; see that nobody says any more because of it."""
    for story in stories:
        await eventually(lambda one=story: heard(one), within=PATIENCE_S)
    before = [await said(story) for story in stories]
    await told_again(*stories)
    await asyncio.sleep(REST_S)
    assert [await said(story) for story in stories] == before
    assert all([await heard(story) for story in stories])


async def told_again(*stories: Story) -> None:
    """Put every fact of some children on its topic a second time, the newest first, and wait until all passed it."""
    town, recorded, sent = stories[0].town, Counter[str](), []
    before = await repeats(town)
    producer = AIOKafkaProducer(bootstrap_servers=town.stack.broker.bootstrap)
    await producer.start()
    try:
        for story in stories:
            for name, envelopes in (await stored(story)).items():
                recorded[name] += len(envelopes)
                topic, key = f"tongkang.{name}", story.case.encode()
                sent += [await producer.send(topic, key=key, value=envelope) for envelope in reversed(envelopes)]
        await asyncio.gather(*sent)  # whatever the broker did not take is said here
    finally:
        await producer.stop()
    wanted = {one.name: before[one.name] + sum(recorded[name] for name in one.hears) for one in SERVICES if one.hears}

    async def passed() -> bool:
        now = await repeats(town)
        return all(now[name] >= number for name, number in wanted.items())

    await eventually(passed, within=PATIENCE_S)


async def stored(story: Story) -> dict[str, list[bytes]]:
    """Return the bytes of every fact of a child as its producer keeps them, in its order."""
    sql = "SELECT envelope FROM event_log WHERE case_id = $1 ORDER BY epoch, seq"
    return {one: [row[0] for row in await story.town.fetch(one, sql, UUID(story.case))] for one in PRODUCERS}


async def repeats(town: Town) -> dict[str, int]:
    """Return how many facts each service has recognised as heard before."""
    sql = "SELECT coalesce(sum(duplicate), 0)::int FROM partition_account"
    return {one.name: (await town.fetch(one.name, sql))[0][0] for one in SERVICES if one.hears}


@asynccontextmanager
async def away(town: Town, *services: str, **told: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Kill services, more of them as the test goes on, and start all of them again side by side at the end.

    `told` is what the operator sets for that run of theirs.
    """
    gone: list[Service] = []

    async def kill(service: str) -> None:
        gone.append(town.stack.services[service])
        await asyncio.to_thread(gone[-1].kill)

    for service in services:
        await kill(service)
    try:
        yield kill
    finally:
        await asyncio.to_thread(start_told, gone, told)


def start_told(services: Sequence[Service], told: Mapping[str, str]) -> None:
    """Start services, each with some settings for this one run."""
    usual = [service.env for service in services]
    for service in services:
        service.env = service.env | told
    start_all(services)
    for service, env in zip(services, usual, strict=True):
        service.env = env


@asynccontextmanager
async def on_its_way(town: Town, producer: str) -> AsyncIterator[None]:
    """Hold what a producer records from now on before it leaves its database, as a hanging relay would."""
    connection = await asyncpg.connect(town.stack.database(producer))
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM relay_lease FOR UPDATE")
            await eventually(lambda: connection.fetch(waiting), within=PATIENCE_S)
            yield
    finally:
        await connection.close()


async def listed(story: Story, who: str, service: str, path: str, **query: Any) -> dict[str, Any]:
    """Return a whole list, page by page, by case; of several lines of one case the last."""
    lines: dict[str, Any] = {}
    after: Mapping[str, Any] = {}
    while True:
        page = await story.reads(who, service, path, limit=200, **query, **after)
        lines |= {item.get("case_id") or item["case"]: item for item in page["items"]}
        if page.get("next") is None:
            return lines
        after = {"after": page["next"]}


async def becomes(story: Story, who: str, service: str, path: str, *, shown: bool = True, **query: Any) -> None:
    """Wait until a child stands in a list, or no longer does."""

    async def so() -> bool:
        return (story.case in await listed(story, who, service, path, **query)) is shown

    await eventually(so, within=PATIENCE_S)


async def status(story: Story, who: str, service: str, path: str) -> int:
    """Return how a read is answered."""
    return (await story.town.ask(who, service, path.replace("{case}", story.case))).status_code


async def causes(story: Story, producer: str, name: str) -> list[str]:
    """Return the facts that a producer gives as the cause of its own of one kind, in its order."""
    facts = [orjson.loads(envelope) for envelope in (await stored(story))[producer]]
    return [fact.get("causationid", "") for fact in facts if kind(fact) == name]
