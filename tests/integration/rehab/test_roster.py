"""A centre's day over HTTP: who is to come, what is logged, what is odd."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType
from tests.support.rehab import NINE, STARTED, a_line, a_session, record
from tests.support.stages import code_of

DAY = NINE.date().isoformat()


@pytest.fixture
async def child(county):
    return await county.enrolled()


async def roster(county, on=DAY, actor=None, **query):
    return (await county.get(actor or county.centre, "/v1/roster", on=on, **query)).json()


async def test_the_roster_has_the_children_of_the_day_and_what_was_logged(county, child):
    session = record(await county.log(child, words="拼图"))
    (row,) = (await roster(county))["items"]
    assert (row["enrolment"], row["case_id"], row["resting"], row["busy"]) == (
        child.enrolment,
        str(child.case),
        None,
        [],
    )
    (logged,) = row["sessions"]
    assert (logged["id"], logged["words"], logged["remarks"], logged["usual_length"]) == (session, "拼图", [], True)


async def test_a_session_made_void_is_off_the_roster(county, child):
    session = record(await county.log(child))
    await county.post(county.centre, f"/v1/sessions/{session}/correction", {"reason": "did_not_happen"})
    (row,) = (await roster(county))["items"]
    assert row["sessions"] == []


async def test_what_was_corrected_stands_on_the_day_as_it_was_before(county, child):
    session = record(await county.log(child, after=10))
    moved = a_session(child, after=24 * 60, discipline="pt")
    del moved["enrolment"]
    for body in ({"reason": "wrong_time", "replacement": moved}, {"reason": "entered_twice"}):
        record(await county.post(county.centre, f"/v1/sessions/{session}/correction", body))
    (row,) = (await roster(county))["items"]
    (was,) = row["corrected"]
    assert (was["session_id"], was["reason"], was["discipline"], was["void"]) == (session, "wrong_time", "st", True)
    assert datetime.fromisoformat(was["starts_at"]) == NINE + timedelta(minutes=10)
    assert datetime.fromisoformat(was["now_at"]) == NINE + timedelta(days=1)
    (row,) = (await roster(county, on=(NINE + timedelta(days=1)).date().isoformat()))["items"]
    assert [one["reason"] for one in row["corrected"]] == ["wrong_time", "entered_twice"]


async def test_before_the_enrolment_and_after_it_nobody_is_to_come(county, child):
    assert (await roster(county, on=(STARTED - timedelta(days=1)).isoformat()))["items"] == []
    await county.post(county.centre, f"/v1/enrolments/{child.enrolment}/end", {"ended_on": DAY, "reason": "finished"})
    assert (await roster(county))["items"] == []


async def test_the_last_session_is_how_the_next_one_is_proposed(county, child):
    therapist = str(uuid4())
    await county.log(child, therapist=therapist, discipline="pt")
    await county.log(child, after=60 * 24, attended=False)
    assert (await roster(county))["items"][0]["last"] is None
    (row,) = (await roster(county, on=(NINE + timedelta(days=3)).date().isoformat()))["items"]
    assert (row["last"]["therapist"], row["last"]["discipline"]) == (therapist, "pt")


async def test_a_therapist_with_two_children_at_once_and_a_closed_day_are_pointed_out(county, child):
    other, therapist = await county.enrolled(), str(uuid4())
    lines = [a_line(child, therapist=therapist), a_line(other, therapist=therapist, after=20)]
    await county.post(county.centre, "/v1/sessions/batch", {"sessions": lines})
    await county.post(county.centre, "/v1/closures", {"days": [DAY]})
    answer = await roster(county)
    assert answer["closed"]
    told = [session["remarks"] for row in answer["items"] for session in row["sessions"]]
    assert told == [["therapist_elsewhere", "closed_day"]] * 2


async def test_a_child_on_leave_says_so(county, child):
    body = {"kind": "leave_illness", "suspended_on": DAY, "expected_back": None}
    await county.post(county.centre, f"/v1/enrolments/{child.enrolment}/leave", body)
    await county.log(child)
    (row,) = (await roster(county))["items"]
    assert row["resting"] == "leave_illness"
    assert [session["remarks"] for session in row["sessions"]] == [["resting"]]


async def test_staff_and_hours_of_the_day_are_those_in_force(county, child):
    listed, gone = str(uuid4()), str(uuid4())
    for therapist in (listed, gone):
        body = {"therapist": therapist, "disciplines": ["st"], "since": STARTED.isoformat(), "licence_until": DAY}
        record(await county.post(county.centre, "/v1/staff", body))
    await county.post(county.centre, f"/v1/staff/{gone}/leaving", {"lapsed_on": DAY})
    await county.log(child, therapist=gone)
    answer = await roster(county)
    assert answer["staff"] == [{"therapist": listed, "disciplines": ["st"]}]
    assert answer["items"][0]["sessions"][0]["remarks"] == ["not_on_staff"]
    assert answer["hours"] is None


async def test_pages_follow_each_other(county, child):
    second = await county.enrolled()
    first = await roster(county, limit=1)
    rest = await roster(county, limit=1, after=first["next"])
    assert [row["enrolment"] for row in first["items"] + rest["items"]] == [child.enrolment, second.enrolment]
    assert rest["next"] is None


async def test_another_centre_sees_an_empty_day_and_a_federation_has_none(county, child):
    other = county.stage.organisation(OrgType.REHAB_CENTRE, county.region)
    assert (await roster(county, actor=other))["items"] == []
    assert (await roster(county, actor=county.federation))["items"] == []


async def test_a_day_that_is_none_is_refused(county):
    assert code_of(await county.get(county.centre, "/v1/roster", on="yesterday"))[0] == 422
