"""The outline of a case: what lasts, how many facts by day or week, as known when, behind a mask, and logged."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.events import screening
from shared.contracts.events.screening import ConsentWithdrawn
from tests.support.children import BORN, Child, a_whole_way, merge
from tests.support.stages import code_of

CENTRE, SCHOOL, HOME = uuid4(), uuid4(), uuid4()
SESSION = "tongkang.rehab.session_recorded.v1"
CORRECTION = "tongkang.rehab.session_corrected.v1"
WITHDRAWN_ON = date(2024, 9, 2)


async def outline(timeline, actor: Actor, case: UUID, **query: Any) -> dict[str, Any]:
    async with timeline.client(actor) as client:
        answer = await client.get(f"/v1/cases/{case}/outline", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(answer: dict[str, Any], kind: str) -> list[tuple[str, int, int]]:
    return [(row["day"], row["facts"], row["corrected"]) for row in answer["counts"] if row["type"] == kind]


@pytest.fixture
async def child(timeline) -> Child:
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    return child


@pytest.fixture
def auditor(timeline) -> Actor:
    return timeline.organisation(OrgType.AUDITOR, "3716")


async def test_sessions_are_counted_by_week_and_by_day(timeline, child, auditor):
    by_week = await outline(timeline, auditor, child.case)
    assert counts(by_week, SESSION) == [("2024-03-04", 3, 2)]
    by_day = await outline(timeline, auditor, child.case, by="day")
    assert counts(by_day, SESSION) == [("2024-03-04", 1, 0), ("2024-03-06", 1, 1), ("2024-03-08", 1, 1)]
    assert sum(row["facts"] for row in by_day["counts"]) == len(child.records)


async def test_what_lasts_is_told_whatever_time_is_counted(timeline, child, auditor):
    answer = await outline(timeline, auditor, child.case, **{"from": "2024-03-06", "to": "2024-03-06", "by": "day"})
    assert [row["type"] for row in answer["counts"]] == [CORRECTION, SESSION]
    assert [(row["kind"], row["lane"]) for row in answer["periods"]] == [
        ("approval", "rehabilitation"), ("enrolment", "rehabilitation"), ("custody_stay", "custody"),
        ("placement", "schooling"),
    ]  # fmt: skip
    assert answer["born_on"] == BORN.isoformat()


async def test_the_outline_as_it_stood_knows_no_later_fact_and_no_later_correction(timeline, auditor):
    child, then = Child(), datetime(2024, 3, 20, 12, 0, tzinfo=UTC)
    child.registered(recorded_at=then - timedelta(days=9))
    session = child.trained(date(2024, 3, 4), CENTRE, uuid4(), recorded_at=then - timedelta(days=1))
    child.trained(date(2024, 3, 5), CENTRE, uuid4(), recorded_at=then + timedelta(seconds=1))
    child.corrected(session, recorded_at=then + timedelta(seconds=2))
    await timeline.deliver(*child.records)
    stood = await outline(timeline, auditor, child.case, as_known_at=then.isoformat())
    assert counts(stood, SESSION) == [("2024-03-04", 1, 0)]
    assert counts(await outline(timeline, auditor, child.case), SESSION) == [("2024-03-04", 2, 1)]


async def test_a_merged_case_is_drawn_with_the_other(timeline, auditor):
    child, other = Child(), Child()
    for one in (child, other):
        one.registered()
        one.trained(date(2024, 3, 4), CENTRE, uuid4())
    merge(child, other)
    await timeline.deliver(*child.records, *other.records)
    assert counts(await outline(timeline, auditor, child.case), SESSION) == [("2024-03-04", 2, 0)]


async def test_behind_a_mask_facts_are_counted_but_nothing_is_told_of_them(timeline, child):
    federation = timeline.organisation(OrgType.FEDERATION, "3716")
    child.add(ConsentWithdrawn(withdrawn_on=WITHDRAWN_ON), WITHDRAWN_ON)
    await timeline.deliver(*child.records)
    answer = await outline(timeline, federation, child.case)
    assert (answer["periods"], answer["born_on"]) == ([], None)
    assert counts(answer, SESSION) == [("2024-03-04", 3, 2)]


async def test_an_erased_child_has_no_periods_for_anybody(timeline, child, auditor):
    erased = screening.ChildErased(basis=screening.ErasureBasis.GUARDIAN_REQUEST, erased_on=WITHDRAWN_ON)
    child.add(erased, WITHDRAWN_ON)
    await timeline.deliver(*child.records)
    assert (await outline(timeline, auditor, child.case))["periods"] == []


async def test_an_empty_time_is_an_empty_outline_not_a_missing_case(timeline, child, auditor):
    answer = await outline(timeline, auditor, child.case, **{"from": "2012-01-01", "to": "2012-12-31"})
    assert answer["counts"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2024-03-06", "to": "2024-03-05"}, (422, "timeline.period-reversed")),
        ({"by": "hour"}, (422, "invalid-request")),
        ({"lane": "custody"}, (422, "invalid-request")),
    ],
)
async def test_a_question_without_sense_is_refused(timeline, child, auditor, query, code):
    async with timeline.client(auditor) as client:
        assert code_of(await client.get(f"/v1/cases/{child.case}/outline", params=query)) == code


async def test_the_look_is_logged_before_anything_is_shown(timeline, child, auditor):
    await outline(timeline, auditor, child.case)
    rows = await timeline.fetch("SELECT person, act, outcome FROM access_log WHERE case_id = $1", child.case)
    assert [tuple(row) for row in rows] == [(auditor.person, "timeline.read", "shown")]


async def test_two_thousand_sessions_are_as_few_rows_as_weeks(timeline, auditor):
    child, enrolment = Child(), uuid4()
    child.registered()
    for number in range(2000):
        child.trained(date(2022, 1, 3) + timedelta(days=number % 364), CENTRE, enrolment)
    await timeline.deliver(*child.records)
    answer = await outline(timeline, auditor, child.case)
    assert len(counts(answer, SESSION)) == 52
    assert sum(facts for _, facts, _ in counts(answer, SESSION)) == 2000
