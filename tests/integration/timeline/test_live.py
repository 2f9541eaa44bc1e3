"""Live views over a real connection: what is new appears by itself, after a lost connection too."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from services.timeline.domain.chain import PRODUCERS
from services.timeline.live import from_marker, to_marker
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.http.paging import BadCursor
from shared.testing.eventually import eventually
from tests.support.children import COUNTY, Child, event_of, merge, unmerge
from tests.support.stack import served
from tests.support.stages import code_of

CENTRE = uuid4()


@pytest.fixture(scope="module")
async def address(timeline) -> AsyncIterator[str]:
    async with served(timeline.app) as it:
        yield it


@dataclass
class Watched:
    """What a live view has sent so far."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    last_id: str = ""
    comments: int = 0
    over: bool = False

    def take(self, line: str) -> None:
        if line.startswith("id: "):
            self.last_id = line.removeprefix("id: ")
        elif line.startswith("data: "):
            self.entries += orjson.loads(line.removeprefix("data: "))
        elif line.startswith(":"):
            self.comments += 1

    @property
    def ids(self) -> list[str]:
        return [entry["id"] for entry in self.entries]


@asynccontextmanager
async def watching(
    timeline, address: str, actor: Actor, case: UUID, last_id: str | None = None, **token: Any
) -> AsyncIterator[Watched]:
    headers = {"Authorization": f"Bearer {timeline.servers.issuer.token(actor, **token)}"}
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    watched = Watched()

    async def read() -> None:
        url = f"{address}/v1/cases/{case}/live"
        async with (
            httpx.AsyncClient(timeout=30, trust_env=False) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                watched.take(line)
        watched.over = True

    reading = asyncio.create_task(read())
    try:
        await eventually(lambda: watched.last_id != "" or reading.done())
        yield watched
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


@pytest.fixture
async def child(timeline) -> Child:
    child = Child()
    child.registered()
    await timeline.deliver(*child.records)
    return child


@pytest.fixture
def auditor(timeline) -> Actor:
    return timeline.organisation(OrgType.AUDITOR, COUNTY)


async def test_new_entries_appear_and_no_old_ones(timeline, address, child, auditor):
    async with watching(timeline, address, auditor, child.case) as watched:
        session = child.trained(date(2024, 3, 4), CENTRE, uuid4())
        await timeline.deliver(child.records[-1])
        await eventually(lambda: watched.ids == [str(session.id)])
        assert watched.entries[0]["fact"]["id"] == str(session.id)


async def test_what_this_process_applied_rings_the_bell(timeline, address, child, auditor, monkeypatch):
    never_looking = timeline.service.settings.model_copy(update={"live_poll_seconds": 3600.0})
    monkeypatch.setattr(timeline.service, "settings", never_looking)
    async with watching(timeline, address, auditor, child.case) as watched:
        child.trained(date(2024, 3, 4), CENTRE, uuid4())
        await timeline.deliver(child.records[-1])
        await eventually(lambda: len(watched.ids) == 1)


async def test_what_another_replica_applied_is_found_by_looking(timeline, address, child, auditor, monkeypatch):
    monkeypatch.setattr(timeline.service.inbox, "news", None)
    async with watching(timeline, address, auditor, child.case) as watched:
        child.trained(date(2024, 3, 4), CENTRE, uuid4())
        await timeline.deliver(child.records[-1])
        await eventually(lambda: len(watched.ids) == 1)


async def test_after_a_lost_connection_nothing_is_missing_and_nothing_twice(timeline, address, child, auditor):
    async with watching(timeline, address, auditor, child.case) as watched:
        child.trained(date(2024, 3, 4), CENTRE, uuid4())
        await timeline.deliver(child.records[-1])
        await eventually(lambda: len(watched.ids) == 1)
    child.trained(date(2024, 3, 6), CENTRE, uuid4())
    # Arrives late: it happened, and was recorded, long before the others.
    child.confirmed(date(2020, 1, 1))
    await timeline.deliver(*child.records[-2:])
    async with watching(timeline, address, auditor, child.case, watched.last_id) as again:
        missed = {str(event_of(record).id) for record in child.records[-2:]}
        await eventually(lambda: set(again.ids) == missed)
        assert len(again.ids) == 2


async def test_a_view_shows_no_more_than_a_page_would(timeline, address, child):
    school = timeline.organisation(OrgType.SCHOOL)
    child.placed(date(2024, 3, 1), school=school.organisation)
    await timeline.deliver(child.records[-1])
    async with watching(timeline, address, school, child.case) as watched:
        child.confirmed(date(2024, 3, 2))
        day = child.at_school(date(2024, 3, 4), school.organisation, by=school)
        await timeline.deliver(*child.records[-2:])
        await eventually(lambda: watched.ids == [str(day.id)])


async def test_opening_a_view_is_a_look_at_the_file(timeline, address, child, auditor):
    async with watching(timeline, address, auditor, child.case):
        rows = await timeline.fetch("SELECT person, act FROM access_log WHERE case_id = $1", child.case)
    assert [tuple(row) for row in rows] == [(auditor.person, "timeline.read")]


async def test_a_view_ends_when_its_token_does(timeline, address, child, auditor):
    until = int(time.time()) + 2
    async with watching(timeline, address, auditor, child.case, exp=until) as watched:
        assert not watched.over
        await eventually(lambda: watched.over)
    assert time.time() >= until


async def test_a_silent_view_says_that_it_is_alive(timeline, address, child, auditor, monkeypatch):
    quick = timeline.service.settings.model_copy(update={"live_heartbeat_seconds": 0.2, "live_poll_seconds": 0.1})
    monkeypatch.setattr(timeline.service, "settings", quick)
    async with watching(timeline, address, auditor, child.case) as watched:
        await eventually(lambda: watched.comments >= 2)
        assert watched.entries == []


async def test_only_so_many_views_at_a_time(timeline, child, auditor, monkeypatch):
    monkeypatch.setattr(timeline.app.state.bells, "most", 0)
    async with timeline.client(auditor) as client:
        answer = await client.get(f"/v1/cases/{child.case}/live")
    assert code_of(answer) == (503, "timeline.too-many-live-views")


@pytest.mark.parametrize("marker", ["screening", "screening:1", "screening:one:2", "a:1:2,b"])
async def test_a_marker_that_no_view_gave_out_is_refused(timeline, child, auditor, marker):
    with pytest.raises(BadCursor):
        from_marker(marker, child.case)
    async with timeline.client(auditor) as client:
        answer = await client.get(f"/v1/cases/{child.case}/live", headers={"Last-Event-ID": marker})
    assert code_of(answer) == (400, "bad-cursor")


def test_a_marker_reads_back_as_it_was_written():
    own, other = UUID(int=2), UUID(int=1)
    streams = {(own, "rehab", 1): 340, (own, "screening", 2): 12, (other, "rehab", 1): 7}
    assert to_marker(streams, own) == f"rehab:1:340,screening:2:12,rehab:1:7:{other}"
    assert from_marker(to_marker(streams, own), own) == streams
    assert from_marker("", own) == {}


async def test_the_marker_of_a_child_of_twenty_cases_is_taken(timeline, address, child, auditor):
    seen = {(uuid4(), producer, 1): 1_000 for producer in PRODUCERS for _ in range(20)}
    marker = to_marker(seen | {(child.case, "screening", 1): 1}, child.case)
    async with watching(timeline, address, auditor, child.case, marker) as watched:
        assert watched.last_id == marker


async def merged_with(timeline, child: Child) -> Child:
    """Another case that turns out to be the same child; both say so."""
    other = Child()
    other.registered()
    merge(child, other)
    await timeline.deliver(*child.records, *other.records)
    return other


@pytest.mark.parametrize("opened", ["survivor", "merged"])
async def test_a_view_of_two_cases_that_are_one_child_shows_what_is_new_in_either(
    timeline, address, child, auditor, opened
):
    other = await merged_with(timeline, child)
    case = child.case if opened == "survivor" else other.case
    async with watching(timeline, address, auditor, case) as watched:
        sessions = [str(one.trained(date(2024, 3, 4), CENTRE, uuid4()).id) for one in (child, other)]
        await timeline.deliver(child.records[-1], other.records[-1])
        await eventually(lambda: sorted(watched.ids) == sorted(sessions))
    missed = other.trained(date(2024, 3, 6), CENTRE, uuid4())
    await timeline.deliver(other.records[-1])
    async with watching(timeline, address, auditor, case, watched.last_id) as again:
        await eventually(lambda: again.ids == [str(missed.id)])
    rows = await timeline.fetch("SELECT DISTINCT case_id FROM access_log WHERE person = $1", auditor.person)
    assert {row[0] for row in rows} == {child.case, other.case}


async def test_a_view_ends_when_its_child_is_merged_and_goes_on_with_the_file_of_both(
    timeline, address, child, auditor
):
    async with watching(timeline, address, auditor, child.case) as watched:
        other = await merged_with(timeline, child)
        await eventually(lambda: watched.over)
    async with watching(timeline, address, auditor, child.case, watched.last_id) as again:
        theirs = {str(event_of(record).id) for record in other.records}
        await eventually(lambda: theirs <= set(again.ids))
    unmerge(child, other)
    async with watching(timeline, address, auditor, child.case) as watched:
        await timeline.deliver(child.records[-1], other.records[-1])
        await eventually(lambda: watched.over)


async def test_a_view_stays_open_though_all_that_came_of_the_other_case_is_parked(timeline, address, child, auditor):
    other = Child()
    other.registered()
    merge(child, other)
    await timeline.deliver(*child.records, *other.records[1:])
    async with watching(timeline, address, auditor, child.case) as watched:
        session = child.trained(date(2024, 3, 4), CENTRE, uuid4())
        await timeline.deliver(child.records[-1])
        await eventually(lambda: watched.ids == [str(session.id)])
        assert not watched.over
