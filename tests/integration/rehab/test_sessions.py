"""Sessions over HTTP: one, a day of them, a correction, and what happens when two come at once."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from shared import clock
from shared.contracts.codes import OrgType
from shared.journal.unit_of_work import UnitOfWork
from tests.support.rehab import COUNTY, NINE, YEAR, a_line, a_session, data_of, record
from tests.support.stages import code_of

MONTH = {"month": f"{YEAR}-01"}


@pytest.fixture
async def child(county):
    return await county.enrolled()


async def batch(county, lines, key=None, centre=None):
    return await county.post(centre or county.centre, "/v1/sessions/batch", {"sessions": lines}, key)


async def correct(county, child, session, **body):
    return await county.post(child.centre, f"/v1/sessions/{session}/correction", {"reason": "wrong_time"} | body)


async def logged(rehab, case):
    rows = await rehab.fetch("SELECT starts_at, void FROM session WHERE case_id = $1 ORDER BY starts_at", case)
    return [((row["starts_at"] - NINE) / timedelta(minutes=1), row["void"]) for row in rows]


async def test_a_session_is_a_fact_with_its_times_in_utc(rehab, county, child):
    body = a_session(child, discipline="pt", mode="group", group=str(uuid4()), attended=False)
    session = record(await county.post(child.centre, f"/v1/cases/{child.case}/sessions", body))
    fact = (await rehab.facts(child.case))[-1]
    assert data_of(fact, "session", "enrolment", "institution", "therapist") == (
        session, child.enrolment, str(child.centre.organisation), body["therapist"],
    )  # fmt: skip
    assert data_of(fact, "discipline", "mode", "attended") == ("pt", "group", False)
    assert data_of(fact, "starts_at", "ends_at") == (f"{YEAR}-01-12T01:00:00Z", f"{YEAR}-01-12T01:40:00Z")
    assert fact["time"] == f"{YEAR}-01-12T01:00:00.000000Z"


async def test_the_same_request_is_answered_again_and_records_nothing(rehab, county, child):
    body, path, key = a_session(child), f"/v1/cases/{child.case}/sessions", str(uuid4())
    first = await county.post(child.centre, path, body, key)
    before = await rehab.counts()
    again = await county.post(child.centre, path, body, key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = await county.post(child.centre, path, a_session(child, after=60), key)
    assert code_of(other) == (409, "idempotency-key-reused")
    assert await rehab.counts() == before


async def test_back_to_back_is_no_clash_and_a_minute_more_is(rehab, county, child):
    assert (await county.log(child)).status_code == 201
    assert (await county.log(child, after=40)).status_code == 201
    refused = await county.log(child, after=79)
    assert code_of(refused) == (409, "rehab.session-overlaps")
    assert datetime.fromisoformat(refused.json()["starts_at"]) == NINE + timedelta(minutes=40)
    assert await logged(rehab, child.case) == [(0, False), (40, False)]


async def test_a_missed_session_holds_its_time_too(county, child):
    assert (await county.log(child, attended=False)).status_code == 201
    assert code_of(await county.log(child, after=20)) == (409, "rehab.session-overlaps")


async def test_of_many_overlapping_sessions_at_once_one_is_taken(rehab, county, child):
    answers = await asyncio.gather(*(county.log(child, after=minute) for minute in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + 11 * [409]
    assert {code_of(answer)[1] for answer in answers if answer.status_code != 201} == {"rehab.session-overlaps"}
    assert len(await logged(rehab, child.case)) == 1


async def test_without_the_hold_on_the_case_more_than_one_would_be_taken(rehab, county, monkeypatch):
    async def no_hold(uow, cases):
        return None

    monkeypatch.setattr(UnitOfWork, "hold", no_hold)
    for _ in range(10):
        child = await county.enrolled()
        await asyncio.gather(*(county.log(child, after=minute) for minute in range(12)))
        if len(await logged(rehab, child.case)) > 1:
            return
    pytest.fail("the test above cannot fail: nothing overlapped without the lock either")


async def test_batches_and_single_sessions_at_once_leave_no_overlap(rehab, county):
    children = [await county.enrolled() for _ in range(4)]
    lines = [a_line(child, after=10 * n, minutes=30) for child in children for n in range(6)]
    work = [batch(county, lines) for _ in range(3)]
    work += [batch(county, lines[::-1]) for _ in range(3)]
    work += [county.log(child, after=5 * n, minutes=20) for child in children for n in range(4)]
    await asyncio.gather(*work)
    for child in children:
        rows = await rehab.fetch("SELECT starts_at, ends_at FROM session WHERE case_id = $1 ORDER BY 1", child.case)
        assert rows
        assert all(one["ends_at"] <= two["starts_at"] for one, two in pairwise(rows))
        facts = [fact for fact in await rehab.facts(child.case) if "session_recorded" in fact["type"]]
        assert len(facts) == len(rows)


async def test_a_session_and_the_end_of_its_enrolment_stand_in_line(rehab, county):
    """The session first: no end before it. The end first: the child is no longer the centre's, seen early or late."""
    for _ in range(8):
        child = await county.enrolled()
        ending = {"ended_on": f"{YEAR}-01-12", "reason": "withdrawn"}
        end = county.post(child.centre, f"/v1/enrolments/{child.enrolment}/end", ending)
        answers = [answer.status_code for answer in await asyncio.gather(county.log(child), end)]
        assert sorted(answers) in ([201, 404], [201, 409], [201, 422])


async def test_a_batch_takes_what_it_can_and_says_why_for_the_rest(rehab, county, child):
    stranger = await county.enrolled(await a_second_centre(rehab, county))
    lines = [
        a_line(child),
        a_line(child, after=20),
        a_line(child, after=40, ends_at="2026-01-12T24:30:00+08:00"),
        a_line(child, after=40, minutes=0),
        a_line(stranger),
        a_line(child, after=100) | {"case": str(stranger.case)},
        a_line(child, after=100, discipline="magic", attended="yes"),
        "no session",
        a_line(child, after=200) | {"enrolment": str(uuid4())},
        a_line(child, after=300),
        a_line(child, starts_at=clock.now().isoformat(), ends_at=(clock.now() + timedelta(minutes=30)).isoformat()),
    ]
    answer = (await batch(county, lines)).json()
    assert [result["code"] for result in answer["results"]] == [
        None, "rehab.session-overlaps", "invalid-request", "rehab.session-backwards", "case-not-found",
        "case-not-found", "invalid-request", "invalid-request", "case-not-found", None, "in-the-future",
    ]  # fmt: skip
    assert (answer["recorded"], answer["refused"]) == (2, 9)
    assert [place["place"] for place in answer["results"][6]["details"]["errors"]] == [["discipline"], ["attended"]]
    assert await logged(rehab, child.case) == [(0, False), (300, False)]
    assert await logged(rehab, stranger.case) == []
    facts = (await rehab.facts(child.case))[-2:]
    assert [fact["data"]["session"] for fact in facts] == [answer["results"][n]["session"] for n in (0, 9)]


async def test_a_batch_meets_what_was_logged_before_and_by_others(rehab, county, child):
    await county.log(child)
    lines = [a_line(child, after=39), a_line(child, after=40), a_line(child, after=-30, minutes=30)]
    answer = (await batch(county, lines)).json()
    assert [result["code"] for result in answer["results"]] == ["rehab.session-overlaps", None, None]
    assert await logged(rehab, child.case) == [(-30, False), (0, False), (40, False)]


async def test_a_rehearsal_says_what_the_batch_then_says_and_writes_nothing(rehab, county, child):
    await county.log(child)
    stranger = await county.enrolled(await a_second_centre(rehab, county))
    lines = [
        a_line(child, after=20), a_line(child, after=40), a_line(child, after=60), a_line(child, after=200, minutes=0),
        a_line(stranger), a_line(stranger, minutes=0), a_line(child, after=300, discipline="magic"),
    ]  # fmt: skip
    before = await rehab.counts()
    answer = await county.post(county.centre, "/v1/sessions/preview", {"sessions": lines})
    told = [result["code"] for result in answer.json()["results"]]
    assert told[:3] == ["rehab.session-overlaps", None, "rehab.session-overlaps"]
    after = await rehab.counts()
    assert {table for table in after if after[table] != before[table]} <= {"access_log", "access_log_head"}
    assert [result["code"] for result in (await batch(county, lines)).json()["results"]] == told
    logged = "SELECT case_id FROM access_log WHERE act = 'session.record' AND organisation = $1"
    read = await rehab.fetch(logged, county.centre.organisation)
    assert [row["case_id"] for row in read] == [child.case]


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_rehearsal_of_none_or_too_many_is_refused_whole(county, child, size):
    lines = [a_line(child, after=n / 60, minutes=1 / 60) for n in range(size)]
    answer = await county.post(county.centre, "/v1/sessions/preview", {"sessions": lines})
    assert code_of(answer) == (422, "rehab.batch-size")


async def test_a_batch_repeated_is_answered_again(rehab, county, child):
    lines, key = [a_line(child), a_line(child, after=20)], str(uuid4())
    first = await batch(county, lines, key)
    before = await rehab.counts()
    again = await batch(county, lines, key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert code_of(await batch(county, lines[:1], key)) == (409, "idempotency-key-reused")
    assert await rehab.counts() == before


async def test_a_batch_where_nothing_is_taken_is_answered_again_too(rehab, county, child):
    lines, key = [a_line(child, minutes=0)], str(uuid4())
    first = await batch(county, lines, key)
    assert (first.json()["recorded"], first.json()["refused"]) == (0, 1)
    assert (await batch(county, lines, key)).headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_batch_of_none_or_too_many_is_refused_whole(rehab, county, child, size):
    before = await rehab.counts()
    lines = [a_line(child, after=n / 60, minutes=1 / 60) for n in range(size)]
    assert code_of(await batch(county, lines)) == (422, "rehab.batch-size")
    assert await rehab.counts() == before


async def test_a_thousand_sessions_of_fifty_children_are_a_thousand_facts_in_order(rehab, county):
    children = [await county.enrolled() for _ in range(5)]
    lines = [a_line(child, after=2 * n, minutes=2) for n in range(200) for child in children]
    answer = (await batch(county, lines)).json()
    assert answer["recorded"] == 1000
    for place, child in enumerate(children):
        facts = (await rehab.facts(child.case))[-200:]
        assert [fact["data"]["session"] for fact in facts] == [r["session"] for r in answer["results"][place::5]]
        assert [int(fact["sequence"]) for fact in facts] == list(range(5, 205))


async def test_a_correction_replaces_and_a_second_one_names_the_first(rehab, county, child):
    session = record(await county.log(child))
    replacement = a_session(child, after=60)
    del replacement["enrolment"]
    record(await correct(county, child, session, replacement=replacement))
    record(await correct(county, child, session, reason="did_not_happen"))
    recorded, replaced, void = (await rehab.facts(child.case))[-3:]
    assert (replaced["data"]["correction_of"], void["data"]["correction_of"]) == (recorded["id"], replaced["id"])
    assert replaced["data"]["replacement"]["starts_at"] == f"{YEAR}-01-12T02:00:00Z"
    assert "replacement" not in void["data"]
    assert await logged(rehab, child.case) == [(60, True)]


async def test_a_void_session_makes_room_and_stays_void(rehab, county, child):
    session = record(await county.log(child))
    record(await correct(county, child, session, reason="entered_twice"))
    record(await county.log(child, after=10))
    replacement = a_session(child, after=200)
    del replacement["enrolment"]
    refused = await correct(county, child, session, replacement=replacement)
    assert code_of(refused) == (409, "rehab.session-void")


async def test_a_correction_may_shift_a_session_but_not_onto_another(rehab, county, child):
    session = record(await county.log(child))
    record(await county.log(child, after=60))
    shifted, onto = a_session(child, after=15), a_session(child, after=30)
    del shifted["enrolment"], onto["enrolment"]
    before = await rehab.counts()
    assert code_of(await correct(county, child, session, replacement=onto)) == (409, "rehab.session-overlaps")
    assert await rehab.counts() == before
    record(await correct(county, child, session, replacement=shifted))
    assert code_of(await correct(county, child, session, replacement=shifted)) == (422, "rehab.nothing-corrected")
    assert await logged(rehab, child.case) == [(15, False), (60, False)]


async def test_a_month_shows_own_sessions_and_when_else_the_child_is_busy(rehab, county):
    child, other = await county.enrolled(), await a_second_centre(rehab, county)
    first = record(await county.log(child))
    record(await county.log(child, after=60))
    path = f"/v1/cases/{child.case}/sessions"
    own = (await county.get(child.centre, path, **MONTH)).json()
    assert ([row["id"] for row in own["sessions"]].index(first), own["busy"]) == (0, [])
    assert (await county.get(child.centre, path, month=f"{YEAR}-02")).json() == {"sessions": [], "busy": []}
    end = {"ended_on": f"{YEAR}-01-20", "reason": "transferred"}
    record(await county.post(child.centre, f"/v1/enrolments/{child.enrolment}/end", end))
    start = {"approval": child.approval, "started_on": f"{YEAR}-01-20"}
    record(await county.post(other, f"/v1/cases/{child.case}/enrolments", start))
    theirs = (await county.get(other, path, **MONTH)).json()
    assert theirs["sessions"] == []
    assert [set(time) for time in theirs["busy"]] == [{"starts_at", "ends_at"}] * 2
    whole = (await county.get(county.federation, path, **MONTH)).json()
    assert len(whole["sessions"]) == 2


async def a_second_centre(rehab, county):
    centre = rehab.organisation(OrgType.REHAB_CENTRE, COUNTY)
    await county.designated(centre)
    return centre
