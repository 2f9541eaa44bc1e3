"""How the timeline stands, for those who run it."""

from datetime import date
from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType
from shared.journal.inbox import Record
from shared.testing.eventually import eventually
from tests.integration.timeline.snapshot import emptied
from tests.support.children import Child


@pytest.fixture
async def clean(timeline) -> None:
    await emptied(timeline)
    await timeline.fetch("DELETE FROM parked_event")


@pytest.fixture
def status(timeline):
    async def ask():
        operator = timeline.organisation(OrgType.FEDERATION, "37", "administrator")
        async with timeline.client(operator) as client:
            answer = await client.get("/internal/status")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


async def test_it_counts_what_is_applied_and_what_is_parked(timeline, clean, status):
    child = Child()
    child.registered()
    for day in (4, 5, 6):
        child.trained(date(2024, 3, day), uuid4(), uuid4())
    await timeline.deliver(*child.records[:2], child.records[3])
    told = await status()
    assert (told["service"], told["parked"]) == ("timeline", {"gap": 1})
    assert told["applied"] == [
        {"producer": "rehab", "streams": 1, "facts": 1},
        {"producer": "screening", "streams": 1, "facts": 1},
    ]


async def test_every_partition_passed_is_accounted_for(timeline, clean, status):
    child = Child()
    child.trained(date(2024, 3, 4), uuid4(), uuid4())
    good, topic = child.records[0], "tongkang.rehab"
    place = 41
    await timeline.deliver(good._replace(partition=place), Record(b"?", b"?", topic, place, 1))
    await timeline.deliver(good._replace(partition=place, offset=2))
    (account,) = [one for one in (await status())["partitions"] if one["partition"] == place]
    counted = {key: account[key] for key in ("passed", "applied", "duplicate", "parked", "rejected", "balanced")}
    assert counted == {"passed": 3, "applied": 1, "duplicate": 1, "parked": 0, "rejected": 1, "balanced": True}


async def test_it_listens_and_its_own_facts_are_complete_after_a_while(timeline, status):
    async def listening() -> bool:
        return bool((await status())["listening"])

    await eventually(listening)
    told = await status()
    assert told["recorded"]["owed"] >= 0
    assert {"streams", "facts", "owed"} == told["recorded"].keys()
