"""Attendance over HTTP, single and in batches, on a real database."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest

from shared import clock
from shared.contracts.codes import OrgType
from tests.integration.education.doors import a_day, a_school_child, an_order, attend, batch, get, license_site, place
from tests.support.stages import code_of


@pytest.fixture
def authority(education):
    return education.organisation(OrgType.EDUCATION_AUTHORITY)


@pytest.fixture
def school(education):
    return education.organisation(OrgType.SCHOOL)


@pytest.fixture
async def site(education, authority, school):
    """A rehabilitation centre that is licensed from March 2024 on."""
    centre = education.organisation(OrgType.REHAB_CENTRE)
    await license_site(education, authority, centre, school, valid_from="2024-03-01")
    return centre


@pytest.fixture
async def case(education, authority, school, site):
    child = await a_school_child(education)
    await place(education, authority, child, an_order(school, site=site))
    return child


async def days_of(education, actor, case, month="2024-03"):
    return (await get(education, actor, f"/v1/cases/{case}/attendance?month={month}")).json()


async def test_a_day_is_a_fact_and_stands_in_the_childs_month(education, site, case):
    answer = await attend(education, site, case)
    assert (answer.status_code, answer.json()["counts"]) == (201, True)
    fact = (await education.facts(case))[-1]
    assert fact["type"] == "tongkang.education.attendance_recorded.v1"
    assert fact["id"] == answer.json()["fact"]
    assert (fact["data"]["on"], fact["data"]["status"], fact["data"]["mode"]) == (
        "2024-03-04",
        "present",
        "teaching_site",
    )
    assert fact["data"]["institution"] == str(site.organisation)
    assert fact["time"] == "2024-03-03T16:00:00.000000Z"
    (day,) = await days_of(education, site, case)
    assert (day["day"], day["status"], day["said_by"]) == ("2024-03-04", "present", fact["id"])
    assert await days_of(education, site, case, "2024-02") == []


@pytest.mark.parametrize(
    ("on", "status", "counted"),
    [("2024-02-29", "present", False), ("2024-03-01", "present", True), ("2024-03-01", "leave", False)],
)
async def test_a_day_without_a_valid_licence_is_recorded_and_does_not_count(education, site, case, on, status, counted):
    answer = await attend(education, site, case, on=on, status=status)
    assert (answer.status_code, answer.json()["counts"]) == (201, counted)


async def test_a_correction_is_a_new_fact_that_names_the_old_one(education, site, case):
    wrong = (await attend(education, site, case)).json()["fact"]
    assert code_of(await attend(education, site, case, status="leave")) == (409, "education.attendance-recorded-before")
    assert code_of(await attend(education, site, case, status="leave", corrects=str(uuid4()))) == (
        409,
        "education.attendance-recorded-before",
    )
    right = await attend(education, site, case, status="leave", corrects=wrong)
    assert right.status_code == 201
    assert (await education.facts(case))[-1]["data"]["correction_of"] == wrong
    (day,) = await days_of(education, site, case)
    assert (day["status"], day["said_by"]) == ("leave", right.json()["fact"])


async def test_a_day_that_nobody_recorded_cannot_be_corrected(education, site, case):
    before = await education.counts()
    answer = await attend(education, site, case, corrects=str(uuid4()))
    assert code_of(answer) == (409, "education.nothing-to-correct")
    assert await education.counts() == before


async def test_a_batch_answers_each_day_by_itself(education, authority, school, site, case):
    elsewhere = await a_school_child(education)
    await place(education, authority, elsewhere, an_order(school, mode="regular_class"))
    await attend(education, site, case, on="2024-03-05")
    answer = await batch(
        education,
        site,
        [
            a_day(case),
            a_day(case),
            a_day(case, on="2024-03-05"),
            a_day(case, on="2023-08-31"),
            a_day(case, on=TOMORROW),
            a_day(elsewhere),
            a_day(uuid4()),
            a_day(case, on="2024-03-06", status="absent"),
        ],
    )
    assert answer.status_code == 200
    document = answer.json()
    assert (document["recorded"], document["refused"]) == (2, 6)
    assert [result["code"] for result in document["results"]] == [
        None,
        "education.attendance-recorded-before",
        "education.attendance-recorded-before",
        "education.day-outside-placement",
        "in-the-future",
        "case-not-found",
        "case-not-found",
        None,
    ]
    assert all(result["title"] for result in document["results"] if result["code"])
    assert [day["day"] for day in await days_of(education, site, case)] == ["2024-03-04", "2024-03-05", "2024-03-06"]
    recorded = [result["fact"] for result in document["results"] if result["fact"]]
    assert [fact["id"] for fact in (await education.facts(case))[-2:]] == recorded


async def test_a_thousand_days_go_in_at_once_and_a_thousand_and_one_or_none_do_not(education, site, case):
    first = date(2023, 9, 1)
    days = [a_day(case, on=(first + timedelta(days=number)).isoformat()) for number in range(760)]
    others = [a_day(uuid4()) for _ in range(240)]
    answer = (await batch(education, site, days + others)).json()
    assert (answer["recorded"], answer["refused"]) == (760, 240)
    before = await education.counts()
    assert code_of(await batch(education, site, [*days, *others, a_day(case)])) == (422, "invalid-request")
    assert code_of(await batch(education, site, [])) == (422, "invalid-request")
    assert await education.counts() == before


async def test_the_same_batch_sent_twice_is_answered_the_same_way(education, site, case):
    key = {"Idempotency-Key": f"once-{uuid4()}"}
    first = await batch(education, site, [a_day(case)], **key)
    again = await batch(education, site, [a_day(case)], **key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert first.json()["recorded"] == 1
    assert code_of(await batch(education, site, [a_day(case, status="leave")], **key)) == (
        409,
        "idempotency-key-reused",
    )
    assert len(await education.facts(case)) == 2


async def test_batches_that_meet_record_each_day_once(education, site, case):
    days = [a_day(case, on=f"2024-03-{number:02}") for number in range(1, 29)]
    answers = await asyncio.gather(*(batch(education, site, days[::step]) for step in (1, -1, 2, 1)))
    assert sum(answer.json()["recorded"] for answer in answers) == 28
    assert len(await education.facts(case)) == 1 + 28


TOMORROW = (clock.today() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"on": "2024-13-01"}, "invalid-request"),
        ({"on": "2024-03-04T24:30:00"}, "invalid-request"),
        ({"status": "asleep"}, "invalid-request"),
        ({"status": None}, "invalid-request"),
        ({"corrects": "the old one"}, "invalid-request"),
        ({"note": "free text"}, "invalid-request"),
        ({"on": TOMORROW}, "in-the-future"),
        ({"on": "2023-08-31"}, "education.day-outside-placement"),
    ],
)
async def test_a_bad_day_is_refused_and_leaves_no_trace(education, site, case, changes, refusal):
    before = await education.counts()
    assert code_of(await attend(education, site, case, **changes)) == (422, refusal)
    assert await education.counts() == before


@pytest.mark.parametrize("month", ["2024-3", "2024-13", "1999-01", "march", "2024-03-01"])
async def test_a_month_that_is_none_is_refused(education, site, case, month):
    assert code_of(await get(education, site, f"/v1/cases/{case}/attendance?month={month}")) == (422, "invalid-request")


async def test_days_of_an_unknown_child_are_refused(education, site):
    before = await education.counts()
    assert code_of(await attend(education, site, uuid4())) == (404, "case-not-found")
    assert code_of(await get(education, site, f"/v1/cases/{uuid4()}/attendance?month=2024-03")) == (
        404,
        "case-not-found",
    )
    assert await education.counts() == before
