"""The assessment: cases that facts touched are judged, in any order of arrival and by any number of processes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4, uuid5

import pytest

from services.timeline.assessment import Assessment
from services.timeline.domain.assessment import Assessed, Conclusion
from services.timeline.domain.casebook import CaseBook
from services.timeline.repository import dirty
from services.timeline.repository.projection import Projection
from services.timeline.repository.rebuild import only_rebuild
from shared.access.second_wall import PROJECT
from shared.contracts.codes import OrgType
from shared.contracts.events import rehab, screening
from shared.contracts.events.rehab import ClosureDayDeclared, SessionRecorded
from shared.contracts.events.timeline import DutyOpened
from shared.testing.eventually import eventually
from shared.testing.streams import Stream
from tests.integration.timeline.snapshot import emptied, until_all_are_back
from tests.support.children import Child, a_whole_way, event_of

CENTRE, SCHOOL, HOME = UUID(int=11), UUID(int=12), UUID(int=13)
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
WAIT = timedelta(days=7)


def a_duty_per_session(book: CaseBook, now: datetime) -> Assessed:
    """Somebody owes something for each session, from a week after it; nothing once the centre was closed that day."""
    known = {fact.id_of("opened_by") for fact in book.own if fact.is_a(DutyOpened)}
    sessions = [
        fact
        for fact in book.of(SessionRecorded)
        if fact.id not in known and book.institutions[fact.id_of("institution")].closed_on(fact.happened_on) is None
    ]
    ripe = [fact for fact in sessions if fact.occurred_at + WAIT <= now]
    later = [fact.occurred_at + WAIT for fact in sessions if fact.occurred_at + WAIT > now]
    opened = [(fact.id, fact.occurred_at) for fact in ripe]
    return Assessed(tuple(_opened(book.case, *one) for one in opened), min(later, default=None))


def _opened(case: UUID, fact: UUID, at: datetime) -> Conclusion:
    duty = DutyOpened(
        duty=uuid5(case, fact.hex), rule="test", owner_kind=OrgType.REHAB_CENTRE, due_at=at + WAIT, opened_by=fact
    )
    return Conclusion(case, duty, at)


@pytest.fixture
async def assessment(timeline) -> AsyncIterator[Assessment]:
    """The task as the app builds it, with an assessor of this test and a clock that stands."""
    await emptied(timeline)
    task: Assessment = timeline.app.state.assessment
    async with until_all_are_back(timeline):
        yield replace(task, assessors=(a_duty_per_session,), now=lambda: NOON)


async def a_licensed_centre(timeline) -> Stream:
    stream = Stream("rehab", uuid4())
    staff = rehab.StaffQualified(
        therapist=uuid4(), disciplines=(rehab.Discipline.PT,), since=date(2024, 1, 1), licence_until=date(2030, 1, 1)
    )
    await timeline.deliver(stream.append(staff))
    return stream


async def opened(timeline, *children: Child) -> list[UUID]:
    rows = await timeline.fetch(
        "SELECT opened_by FROM duty WHERE case_id = ANY($1::uuid[]) ORDER BY due_at", [child.case for child in children]
    )
    return [row[0] for row in rows]


async def waiting(timeline) -> dict[UUID, int]:
    return {row[0]: row[1] for row in await timeline.fetch("SELECT case_id, mark FROM dirty_case")}


async def test_a_batch_marks_each_case_that_it_touched_once(timeline, assessment):
    first, second = (a_whole_way(CENTRE, SCHOOL, HOME) for _ in range(2))
    await timeline.deliver(*first.records, *second.records)
    assert await waiting(timeline) == {first.case: 1, second.case: 1}
    first.trained(date(2024, 4, 2), CENTRE, uuid4())
    await timeline.deliver(first.records[-1])
    assert await waiting(timeline) == {first.case: 2, second.case: 1}


async def test_what_was_assessed_waits_no_longer_and_its_conclusions_are_facts_and_rows(timeline, assessment):
    centre, child = await a_licensed_centre(timeline), Child()
    session = child.trained(date(2024, 3, 4), centre.subject, child.enrolled(date(2024, 3, 1), centre.subject, uuid4()))
    await timeline.deliver(*child.records)
    assert await assessment.settle() == 1
    assert await waiting(timeline) == {}
    assert await opened(timeline, child) == [session.id]
    (fact,) = await timeline.facts(child.case)
    assert fact["data"]["opened_by"] == str(session.id)
    assert fact["data"]["actor"]["role"] == "service"


async def test_own_conclusions_that_come_back_touch_nothing_and_are_not_concluded_again(timeline, assessment):
    centre, child = await a_licensed_centre(timeline), Child()
    child.trained(date(2024, 3, 4), centre.subject, child.enrolled(date(2024, 3, 1), centre.subject, uuid4()))
    await timeline.deliver(*child.records)
    await assessment.settle()
    came = "SELECT 1 FROM entry WHERE case_id = $1 AND producer = 'timeline'"

    async def back() -> bool:
        return bool(await timeline.fetch(came, child.case))

    await eventually(back)
    assert await waiting(timeline) == {}
    await timeline.deliver(child.registered())
    assert await assessment.settle() == 1
    assert len(await timeline.facts(child.case)) == 1


async def test_a_fact_about_an_institution_has_its_children_assessed_again(timeline, assessment):
    centre, other = await a_licensed_centre(timeline), await a_licensed_centre(timeline)
    here, there = Child(), Child()
    here.enrolled(date(2024, 3, 1), centre.subject, uuid4())
    there.enrolled(date(2024, 3, 1), other.subject, uuid4())
    await timeline.deliver(*here.records, *there.records)
    await assessment.settle()
    await timeline.deliver(centre.append(ClosureDayDeclared(closed_on=date(2024, 3, 4))))
    await marked(timeline)
    assert await waiting(timeline) == {here.case: 1}
    here.trained(date(2024, 3, 4), centre.subject, uuid4())
    there.trained(date(2024, 3, 4), other.subject, uuid4())
    await timeline.deliver(here.records[-1], there.records[-1])
    await assessment.settle()
    assert (len(await opened(timeline, here)), len(await opened(timeline, there))) == (0, 1)


async def marked(timeline) -> None:
    """Mark whom an assessment would look at."""
    async with timeline.service.database.transaction() as session:
        await session.driver.execute(PROJECT)
        await dirty.mark_due(session.driver, NOON, 10)


async def test_a_child_that_joins_while_a_fact_about_its_institution_comes_is_assessed_with_that_fact(
    timeline, assessment
):
    """That fact was written first and is committed last: the child is judged once without it, and then once more."""
    centre, child = await a_licensed_centre(timeline), Child()
    child.trained(date(2024, 3, 4), centre.subject, child.enrolled(date(2024, 3, 1), centre.subject, uuid4()))
    closure = event_of(centre.append(ClosureDayDeclared(closed_on=date(2024, 3, 4))))
    async with timeline.service.database.transaction() as session:
        await Projection().apply([closure], SimpleNamespace(driver=session.driver))
        await timeline.deliver(*child.records)
        assert await assessment.settle() == 1
    assert await assessment.settle() == 1
    assert await waiting(timeline) == {}


async def test_a_case_is_looked_at_again_when_its_next_moment_comes(timeline, assessment):
    centre, child = await a_licensed_centre(timeline), Child()
    enrolment = child.enrolled(date(2026, 5, 1), centre.subject, uuid4())
    child.trained(date(2026, 5, 30), centre.subject, enrolment)
    await timeline.deliver(*child.records)
    await assessment.settle()
    assert await opened(timeline, child) == []
    assert await assessment.settle() == 0
    (due,) = await timeline.fetch("SELECT next_look_at FROM case_clock WHERE case_id = $1", child.case)
    assessment.now = lambda: due[0]
    assert await assessment.settle() == 1
    assert len(await opened(timeline, child)) == 1
    assert await timeline.fetch("SELECT 1 FROM case_clock WHERE case_id = $1", child.case) == []


async def test_what_comes_while_a_case_is_assessed_is_not_overlooked(timeline, assessment):
    centre, child = await a_licensed_centre(timeline), Child()
    enrolment = child.enrolled(date(2024, 3, 1), centre.subject, uuid4())
    await timeline.deliver(*child.records)
    async with timeline.service.database.transaction() as session:
        claimed = await dirty.claim(session.driver, timedelta(), timedelta(), 10)
    child.trained(date(2024, 3, 4), centre.subject, enrolment)
    await timeline.deliver(child.records[-1])
    async with timeline.service.database.transaction() as session:
        await dirty.done(session.driver, claimed)
    assert await waiting(timeline) == {child.case: 2}
    assert await assessment.settle() == 1
    assert len(await opened(timeline, child)) == 1


async def test_several_processes_conclude_the_same_once(timeline, assessment):
    centre = await a_licensed_centre(timeline)
    children = [Child() for _ in range(30)]
    for child in children:
        enrolment = child.enrolled(date(2024, 3, 1), centre.subject, uuid4())
        for day in range(1, 6):
            child.trained(date(2024, 3, day), centre.subject, enrolment)
    await timeline.deliver(*(record for child in children for record in child.records))
    others = [replace(assessment, pace=replace(assessment.pace, cases=3)) for _ in range(4)]
    looked = await asyncio.gather(*(other.settle() for other in others))
    assert sum(looked) == len(children)
    facts = [await timeline.facts(child.case) for child in children]
    assert {len(told) for told in facts} == {5}
    assert len(await opened(timeline, *children)) == 150


async def test_a_case_that_two_processes_took_is_concluded_once(timeline, assessment):
    centre, child = await a_licensed_centre(timeline), Child()
    child.trained(date(2024, 3, 4), centre.subject, child.enrolled(date(2024, 3, 1), centre.subject, uuid4()))
    await timeline.deliver(*child.records)

    async def taken_anew() -> None:
        await timeline.fetch("UPDATE dirty_case SET claimed_mark = NULL WHERE case_id = $1", child.case)
        await assessment.settle()

    await asyncio.gather(*(taken_anew() for _ in range(4)))
    assert len(await timeline.facts(child.case)) == 1


async def test_cases_of_one_child_are_assessed_as_one_and_apart_again_when_they_are_two(timeline, assessment):
    centre, survivor, merged = await a_licensed_centre(timeline), Child(), Child()
    for child in (survivor, merged):
        child.enrolled(date(2024, 3, 1), centre.subject, uuid4())
    late = merged.trained(date(2024, 3, 4), centre.subject, uuid4())
    ids = {"survivor": survivor.case, "merged": merged.case}
    for child in (survivor, merged):
        child.add(screening.IdentityMerged(**ids, merged_on=date(2024, 4, 1)), date(2024, 4, 1))
    await timeline.deliver(*survivor.records, *merged.records)
    await assessment.settle()
    assert (await opened(timeline, survivor), await opened(timeline, merged)) == ([late.id], [])
    for child in (survivor, merged):
        child.add(screening.IdentityUnmerged(**ids, unmerged_on=date(2024, 5, 1)), date(2024, 5, 1))
    await timeline.deliver(survivor.records[-1], merged.records[-1])
    assert set(await waiting(timeline)) == {survivor.case, merged.case}
    await assessment.settle()
    assert await opened(timeline, merged) == [late.id]


async def test_a_case_that_cannot_be_assessed_stops_only_itself(timeline, assessment):
    centre, sound, odd = await a_licensed_centre(timeline), Child(), Child()
    for child, where in ((sound, centre.subject), (odd, uuid4())):
        child.trained(date(2024, 3, 4), where, child.enrolled(date(2024, 3, 1), where, uuid4()))
    await timeline.deliver(*sound.records, *odd.records)
    await assessment.settle()
    assert len(await opened(timeline, sound)) == 1
    assert set(await waiting(timeline)) == {odd.case}


async def test_nothing_is_concluded_while_a_rebuild_has_emptied_the_projections(timeline, assessment):
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    async with only_rebuild(timeline.service.database):
        assert await assessment.settle() == 0
    assert await assessment.settle() == 1
