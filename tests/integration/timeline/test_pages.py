"""One case's entries: order, paging, filters, corrections, the file as it stood."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import chain, unb64
from shared.contracts.events.custody import CustodyEnded, CustodyEndReason
from tests.support.children import Child, a_whole_way, event_of
from tests.support.stack import Running
from tests.support.stages import code_of

CENTRE, SCHOOL, HOME = uuid4(), uuid4(), uuid4()


async def get(timeline: Running, actor: Actor, path: str, **query: Any) -> httpx.Response:
    async with timeline.client(actor) as client:
        return await client.get(path, params=query)


async def entries(timeline: Running, actor: Actor, case: UUID, **query: Any) -> dict[str, Any]:
    answer = await get(timeline, actor, f"/v1/cases/{case}/entries", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def child(timeline: Running) -> Child:
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    await timeline.deliver(*child.records)
    return child


@pytest.fixture
def auditor(timeline: Running) -> Actor:
    return timeline.organisation(OrgType.AUDITOR, "3716")


async def test_entries_come_newest_first_with_the_published_bytes(timeline, child, auditor):
    page = await entries(timeline, auditor, child.case, limit=200)
    happened = [item["fact"]["time"] for item in page["items"]]
    assert happened == sorted(happened, reverse=True)
    published = {str(event_of(record).id): record.value for record in child.records}
    assert {item["id"] for item in page["items"]} == published.keys()
    for item in page["items"]:
        prev_hash = unb64(item["fact"]["prevhash"])
        assert item["hash"] == chain(prev_hash, published[item["id"]]).hex()


async def test_pages_add_up_to_the_whole_without_gap_or_repeat(timeline, child, auditor):
    whole = [item["id"] for item in (await entries(timeline, auditor, child.case, limit=200))["items"]]
    paged, after = [], {}
    while True:
        page = await entries(timeline, auditor, child.case, limit=3, **after)
        assert len(page["items"]) <= 3
        paged += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == whole
    assert len(paged) == len(child.records)


async def test_a_corrected_entry_names_the_correction_beside_it(timeline, child, auditor):
    page = await entries(timeline, auditor, child.case, limit=200)
    by_id = {item["id"]: item for item in page["items"]}
    corrections = [item for item in page["items"] if "correction_of" in item["fact"]["data"]]
    assert len(corrections) == 3
    for correction in corrections:
        assert by_id[correction["fact"]["data"]["correction_of"]]["corrected_by"]["id"] == correction["id"]
    assert sum(item["corrected_by"] is not None for item in page["items"]) == 3


async def test_the_file_as_it_stood_knows_no_later_fact_and_no_later_correction(timeline, auditor):
    child, then = Child(), datetime(2024, 3, 20, 12, 0, tzinfo=UTC)
    child.registered()
    before = {"recorded_at": then - timedelta(days=1)}
    enrolment = uuid4()
    session = child.trained(date(2024, 3, 4), CENTRE, enrolment, **before)
    late = child.trained(date(2024, 3, 5), CENTRE, enrolment, recorded_at=then + timedelta(seconds=1))
    correction = child.corrected(session, recorded_at=then + timedelta(seconds=2))
    await timeline.deliver(*child.records)
    at = f"/v1/cases/{child.case}/entries"
    stood = (await get(timeline, auditor, at, as_known_at=then.isoformat(), lane="rehabilitation")).json()["items"]
    assert [(item["id"], item["corrected_by"]) for item in stood] == [(str(session.id), None)]
    now = (await get(timeline, auditor, at, lane="rehabilitation")).json()["items"]
    assert {item["id"] for item in now} == {str(session.id), str(late.id), str(correction.id)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"lane": "custody"}, {"custody_admitted", "custody_ended"}),
        ({"type": "tongkang.rehab.session_corrected.v1"}, {"session_corrected"}),
        ({"type": ["tongkang.screening.child_registered.v1", "tongkang.custody.custody_ended.v1"]},
         {"child_registered", "custody_ended"}),
        ({"organisation": str(HOME)}, {"custody_admitted", "custody_ended"}),
        ({"from": "2024-05-01"}, {"custody_ended"}),
        ({"from": "2024-03-05", "to": "2024-03-05"}, {"attendance_recorded"}),
        ({"to": "2024-01-10"}, {"child_registered", "screening_recorded"}),
    ],
)  # fmt: skip
async def test_filters_narrow_a_page(timeline, child, auditor, query, expected):
    page = await entries(timeline, auditor, child.case, limit=200, **query)
    assert {item["type"].split(".")[2] for item in page["items"]} == expected


async def test_a_day_is_a_day_in_shanghai(timeline, auditor):
    child = Child()
    child.registered()
    child.trained(date(2024, 3, 4), CENTRE, uuid4())
    early = child.add(child_fact_at_half_past_midnight(), datetime(2024, 3, 4, 16, 30, tzinfo=UTC))
    await timeline.deliver(*child.records)
    page = await entries(timeline, auditor, child.case, **{"from": "2024-03-05", "to": "2024-03-05"})
    assert [(item["id"], item["day"]) for item in page["items"]] == [(str(event_of(early).id), "2024-03-05")]


def child_fact_at_half_past_midnight():
    return CustodyEnded(
        stay=uuid4(), institution=HOME, ended_on=date(2024, 3, 5), reason=CustodyEndReason.RETURNED_HOME
    )


async def test_a_case_without_matching_entries_is_an_empty_page_not_a_missing_case(timeline, child, auditor):
    page = await entries(timeline, auditor, child.case, lane="findings")
    assert (page["items"], page["next"], page["case"]) == ([], None, str(child.case))


async def test_every_page_is_logged_with_who_looked(timeline, child, auditor):
    answer = await get(timeline, auditor, f"/v1/cases/{child.case}/entries")
    rows = await timeline.fetch("SELECT * FROM access_log WHERE case_id = $1", child.case)
    assert [(row["person"], row["organisation"], row["act"], row["outcome"]) for row in rows] == [
        (auditor.person, auditor.organisation, "timeline.read", "shown")
    ]
    assert str(rows[0]["request_id"]) == answer.headers["x-request-id"]


async def test_an_answer_says_how_complete_it_is(timeline, child, auditor):
    stamp = (await entries(timeline, auditor, child.case))["completeness"]
    assert [one["producer"] for one in stamp["producers"]] == [
        "screening", "rehab", "education", "custody", "timeline",
    ]  # fmt: skip
    assert stamp["parked"] == 0


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ({"limit": 0}, (422, "invalid-request")),
        ({"limit": 201}, (422, "invalid-request")),
        ({"limit": "many"}, (422, "invalid-request")),
        ({"lane": "prison"}, (422, "invalid-request")),
        ({"organisation": "nobody"}, (422, "invalid-request")),
        ({"from": "2024-02-30"}, (422, "invalid-request")),
        ({"from": "2024-05-02", "to": "2024-05-01"}, (422, "timeline.period-reversed")),
        ({"as_known_at": "2024-05-02T10:00:00"}, (422, "invalid-request")),
        ({"after": "%%%"}, (400, "bad-cursor")),
        ({"after": "WzEsMl0"}, (400, "bad-cursor")),
        ({"type": ["x"] * 21}, (422, "invalid-request")),
        ({"colour": "red"}, (422, "invalid-request")),
    ],
)
async def test_a_question_of_the_wrong_form_is_refused_and_shows_nothing(timeline, child, auditor, query, refusal):
    before = await timeline.counts()
    assert code_of(await get(timeline, auditor, f"/v1/cases/{child.case}/entries", **query)) == refusal
    assert await timeline.counts() == before


async def test_an_unknown_case_and_a_malformed_id(timeline, auditor):
    assert code_of(await get(timeline, auditor, f"/v1/cases/{uuid4()}/entries")) == (404, "case-not-found")
    assert code_of(await get(timeline, auditor, "/v1/cases/371602/entries")) == (422, "invalid-request")
    assert code_of(await get(timeline, auditor, f"/v1/cases/{CENTRE}/entries")) == (404, "case-not-found")


async def test_the_head_tells_where_how_old_who_takes_part_and_how_much_there_is(timeline, child, auditor):
    head = (await get(timeline, auditor, f"/v1/cases/{child.case}")).json()
    assert (head["county"], head["sex"], head["stage"]) == ("371602", "female", "in_custody")
    assert head["states"] == {"autism": "confirmed"}
    assert head["entries"] == {"screening": 6, "rehabilitation": 7, "schooling": 4, "custody": 2, "findings": 0}
    parts = {(part["basis"], part["organisation"], part["since"], part["until"]) for part in head["participants"]}
    assert ("enrolled", str(CENTRE), "2024-02-20", None) in parts
    assert ("placed", str(SCHOOL), "2024-03-01", None) in parts
    assert ("placed", str(CENTRE), "2024-03-01", None) in parts
    assert ("admitted", str(HOME), "2024-03-01", "2024-06-01") in parts
    assert [until for basis, _, _, until in parts if basis == "referred"].count(None) == 1


async def test_who_looked_is_shown_to_who_may_ask_and_that_is_a_look_too(timeline, child, auditor):
    await get(timeline, auditor, f"/v1/cases/{child.case}")
    await get(timeline, auditor, f"/v1/cases/{child.case}/access-log")
    looks = (await get(timeline, auditor, f"/v1/cases/{child.case}/access-log")).json()["items"]
    assert [look["act"] for look in looks] == ["access-log.read", "timeline.read"]
    assert {look["person"] for look in looks} == {str(auditor.person)}
    assert len(await timeline.fetch("SELECT 1 FROM access_log WHERE case_id = $1", child.case)) == 3


@pytest.mark.parametrize("door", ["entries", "outline"])
async def test_days_before_and_after_all_facts_ask_for_all_of_them(timeline, child, auditor, door):
    whole, asked = [
        (await get(timeline, auditor, f"/v1/cases/{child.case}/{door}", **query)).json()
        for query in ({}, {"from": "0001-01-01", "to": "9999-12-31"})
    ]
    counted = "items" if door == "entries" else "counts"
    assert whole[counted]
    assert asked[counted] == whole[counted]
