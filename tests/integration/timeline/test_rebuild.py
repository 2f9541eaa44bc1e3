"""Made anew from the producers' feeds, the timeline is the same, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.timeline.errors import RebuildRunning
from services.timeline.rebuild import Rebuild
from services.timeline.repository.rebuild import only_rebuild
from shared.contracts.codes import OrgType
from shared.journal.inbox import Record
from shared.testing.eventually import eventually
from tests.integration.timeline.snapshot import snapshot
from tests.integration.timeline.test_parked import days_of, waived
from tests.support.children import COUNTY, PRODUCERS, Child, Institution, a_whole_way
from tests.support.feeds import feeds, keep
from tests.support.stages import code_of

CENTRE, SCHOOL, HOME = uuid4(), uuid4(), uuid4()


def some_children(number: int) -> list[Child]:
    return [a_whole_way(CENTRE, SCHOOL, HOME) for _ in range(number)]


@pytest.fixture(scope="module")
async def producers(timeline) -> AsyncIterator[Any]:
    async with feeds(timeline, *PRODUCERS, "timeline") as apps:
        yield apps


@pytest.fixture
async def apps(timeline, producers) -> Any:
    """The producers' feeds, and a timeline that holds what they hold from earlier tests, no more and no less."""
    await Rebuild(timeline.service, 5000).run()
    return producers


async def published(timeline, apps, records, *, delivered=True) -> None:
    """Put facts into their producers' logs and, where they came by Kafka too, before the timeline."""
    for app in apps.values():
        await keep(app, records)
    if delivered:
        await timeline.deliver(*records)


async def test_a_rebuild_gives_the_same_timeline(timeline, apps):
    records = [record for child in some_children(8) for record in child.records]
    records.append(Institution(CENTRE).licensed(date(2024, 1, 1), date(2024, 12, 31)))
    await published(timeline, apps, records)
    before, told = await snapshot(timeline), []
    # A page that is smaller than a case, so that pages and batches cut cases in two.
    progress = await Rebuild(timeline.service, 7).run(lambda p: told.append(sum(p.facts.values())))
    assert await snapshot(timeline) == before
    assert sum(progress.facts.values()) == len(before["entry"]) >= len(records)
    assert told == sorted(told)
    assert await timeline.fetch("SELECT 1 FROM parked_event WHERE reason = 'gap'") == []


async def test_what_arrives_during_a_rebuild_is_neither_lost_nor_doubled(timeline, apps):
    children = some_children(8)
    records = [record for child in children for record in child.records]
    await published(timeline, apps, records)
    for child in children:
        child.trained(date(2024, 4, 4), CENTRE, uuid4())
    late = [child.records[-1] for child in children]
    arriving: list[asyncio.Task[Any]] = []

    def meanwhile(_: object) -> None:
        if len(arriving) < len(late):
            arriving.append(asyncio.create_task(timeline.deliver(late[len(arriving)])))

    await Rebuild(timeline.service, 7).run(meanwhile)
    await asyncio.gather(*arriving)
    assert len(arriving) == len(late)
    during = await snapshot(timeline)
    await published(timeline, apps, late)
    await Rebuild(timeline.service, 5000).run()
    assert during == await snapshot(timeline)


async def test_what_two_persons_stepped_over_stays_stepped_over(timeline, apps):
    operator, second = (timeline.organisation(OrgType.FEDERATION, COUNTY, "administrator") for _ in range(2))
    await timeline.fetch("DELETE FROM parked_event")
    child, _, records = await waived(timeline, operator, second)
    own = await timeline.fetch("SELECT envelope FROM event_log WHERE case_id = $1", child.case)
    for app in apps.values():
        await keep(app, [*records, *(Record(row["envelope"]) for row in own)])
    before = await snapshot(timeline)
    await Rebuild(timeline.service, 5000).run()
    assert await snapshot(timeline) == before
    assert await days_of(timeline, child.case) == [4, 6, 7]
    assert await timeline.fetch("SELECT 1 FROM parked_event") == []


async def test_one_rebuild_at_a_time_in_the_whole_installation(timeline, apps):
    async with only_rebuild(timeline.service.database):
        with pytest.raises(RebuildRunning):
            await Rebuild(timeline.service, 5000).run()
    await Rebuild(timeline.service, 5000).run()


async def test_an_operator_starts_a_rebuild_and_sees_how_far_it_is(timeline, apps):
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await published(timeline, apps, child.records, delivered=False)
    operator = timeline.organisation(OrgType.FEDERATION, "37", "administrator")
    async with timeline.client(operator) as client:
        assert (await client.post("/internal/timeline/rebuild")).status_code == 202

        async def done() -> bool:
            progress = (await client.get("/internal/timeline/rebuild")).json()
            return "custody" in progress["facts"] and not progress["running"]

        await eventually(done)
    entries = await timeline.fetch("SELECT 1 FROM entry WHERE case_id = $1", child.case)
    assert len(entries) == len(child.records)
    audited = await timeline.fetch("SELECT outcome FROM access_log WHERE person = $1", operator.person)
    assert [row["outcome"] for row in audited] == ["rebuild"]


async def test_a_second_request_while_one_runs_is_refused(timeline, apps, monkeypatch):
    monkeypatch.setattr(timeline.app.state.rebuild.progress, "running", True)
    async with timeline.client(timeline.organisation(OrgType.FEDERATION, "37", "administrator")) as client:
        assert code_of(await client.post("/internal/timeline/rebuild")) == (409, "timeline.rebuild-running")
