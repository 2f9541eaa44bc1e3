"""Whatever the order across producers, the batches and the repeats: one timeline, the one that a rebuild gives."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.journal.inbox import WORTH_DIVIDING, Record
from tests.integration.timeline.snapshot import emptied, snapshot
from tests.support.children import Child, Institution, a_whole_way

CENTRE, SCHOOL, HOME = UUID(int=1), UUID(int=2), UUID(int=3)


def a_small_world() -> list[Record]:
    """Two children that went through every stage, one of them with a second placement, and a licensed institution."""
    first, second = a_whole_way(CENTRE, SCHOOL, HOME), a_whole_way(CENTRE, SCHOOL, HOME, county="371621")
    second.placed(date(2024, 9, 1), school=SCHOOL)
    second.placed(date(2025, 9, 1), school=SCHOOL, ends_on=date(2026, 6, 30))
    centre = Institution(CENTRE)
    centre.licensed(date(2024, 1, 1), date(2024, 12, 31))
    return [*first.records, *second.records, *centre.stream.records]


WORLD = a_small_world()
BY_FEED = sorted(WORLD, key=lambda record: (record.topic, record.key, record.offset))
"""In the order of a rebuild: producer by producer, case by case."""


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[Record]]:
    """Draw an order of all records with repeats, cut into batches."""
    order = draw(st.permutations(WORLD))
    repeats = draw(st.lists(st.sampled_from(WORLD), max_size=12))
    for record in repeats:
        order.insert(draw(st.integers(0, len(order))), record)
    cuts = sorted(draw(st.sets(st.integers(1, len(order) - 1), max_size=8)))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


async def deliver_all(timeline, batches: Sequence[Sequence[Record]]) -> None:
    await emptied(timeline)
    for batch in batches:
        await timeline.deliver(*batch)


@settings(settings.get_profile("on-servers"), max_examples=40)
@given(batches=deliveries())
async def test_any_order_and_any_repeats_give_the_timeline_of_a_rebuild(timeline, batches):
    await deliver_all(timeline, [BY_FEED])
    rebuilt = await snapshot(timeline)
    await deliver_all(timeline, batches)
    assert await snapshot(timeline) == rebuilt
    assert await timeline.fetch("SELECT 1 FROM parked_event WHERE reason <> 'unreadable'") == []


async def test_a_repeat_is_a_duplicate_and_a_forgery_of_an_old_number_an_incident(timeline):
    child = Child()
    child.registered()
    for day in (4, 5, 6):
        child.trained(date(2024, 3, day), CENTRE, UUID(int=9))
    await timeline.deliver(*child.records)
    assert await timeline.deliver(*child.records) == {"duplicate": 4}
    forged = Child(case=child.case)
    forged.trained(date(2024, 3, 20), CENTRE, UUID(int=9))
    assert await timeline.deliver(*forged.records) == {"rejected": 1}
    rows = await timeline.fetch("SELECT reason FROM parked_event WHERE case_id = $1", child.case)
    assert [row["reason"] for row in rows] == ["equivocation"]
    days = await timeline.fetch("SELECT day FROM attended_session WHERE case_id = $1 ORDER BY day", child.case)
    assert [row["day"].day for row in days] == [4, 5, 6]


async def test_a_large_batch_taken_in_parts_gives_the_same_and_its_account_balances(timeline):
    await emptied(timeline)
    children = [a_whole_way(CENTRE, SCHOOL, HOME) for _ in range(30)]
    records, place, offsets = [record for child in children for record in child.records], 57, defaultdict(count)
    travelled = [record._replace(partition=place, offset=next(offsets[record.topic])) for record in records]
    assert timeline.service.inbox.at_once > 1
    assert len(records) // 2 >= WORTH_DIVIDING
    await timeline.deliver(*records)
    whole = await snapshot(timeline)
    await emptied(timeline)
    half = len(records) // 2
    assert await timeline.deliver(*travelled[:half]) == {"applied": half}
    assert await timeline.deliver(*travelled[half:]) == {"applied": len(records) - half}
    assert await snapshot(timeline) == whole
    accounts = await timeline.fetch("SELECT * FROM partition_account WHERE partition = $1", place)
    assert {row["topic"]: (row["passed"], row["applied"]) for row in accounts} == {
        topic: (number, number) for topic, number in Counter(record.topic for record in records).items()
    }
