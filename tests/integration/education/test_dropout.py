"""Dropout control: the daily watch, and what the records make certain."""

import asyncio
from datetime import date, timedelta

import pytest

from services.education.handlers.dropout import DropoutWatch
from shared import clock
from shared.contracts.codes import OrgType
from shared.testing.eventually import eventually
from tests.integration.education.doors import a_confirmed_child, a_day, an_order, attend, batch, get, place, post
from tests.support.stages import a_child, code_of

REASONS = {
    "nearby_ordinary": "needs_special_support",
    "designated_ordinary": "needs_special_support",
    "special_school": "needs_full_time_nursing",
}


@pytest.fixture
def authority(education):
    return education.organisation(OrgType.EDUCATION_AUTHORITY)


@pytest.fixture
def school(education):
    return education.organisation(OrgType.SCHOOL)


@pytest.fixture
async def watch(education):
    """The watch of a service that looked last on 4 March 2024; afterwards nothing is left to look at."""
    await education.fetch("DELETE FROM watched_until")
    await education.fetch("INSERT INTO watched_until (clock, day) VALUES ('gaps', DATE '2024-03-04')")
    yield DropoutWatch(education.service.ledger, 3600)
    await education.fetch("UPDATE watched_until SET day = $1", clock.today())


@pytest.fixture
async def case(education, authority, school):
    """A child that was at school on 1 March 2024 and is not seen since."""
    stream = await a_confirmed_child(education)
    order = an_order(school, mode="regular_class", starts_on="2024-02-26")
    assert (await place(education, authority, stream.subject, order)).status_code == 201
    await attend(education, school, stream.subject, on="2024-03-01")
    return stream.subject


async def gaps_of(education, case):
    facts = await education.facts(case)
    return [fact["data"] for fact in facts if fact["type"].endswith("attendance_gap_detected.v1")]


async def test_ten_school_days_of_silence_are_a_gap_and_nine_are_not(education, watch, case, school):
    await watch.look(date(2024, 3, 14))
    assert await gaps_of(education, case) == []
    await watch.look(date(2024, 3, 15))
    (gap,) = await gaps_of(education, case)
    assert (gap["kind"], gap["since"], gap["missing"]) == ("no_attendance", "2024-03-01", 10)
    assert gap["school"] == str(school.organisation)
    assert gap["actor"]["role"] == "service"


async def test_a_gap_is_noticed_once_though_replicas_look_together_and_days_go_by(education, watch, case):
    other = DropoutWatch(watch.ledger, 3600)
    await asyncio.gather(*(one.look(date(2024, 3, 18)) for one in (watch, other, watch)))
    await asyncio.gather(watch.look(date(2024, 3, 19)), other.look(date(2024, 3, 20)))
    await watch.look(date(2024, 3, 18))
    assert len(await gaps_of(education, case)) == 1


async def test_a_gap_that_began_and_ended_during_a_stand_still_is_noticed_afterwards_and_closed(
    education, watch, case, school, authority
):
    await attend(education, school, case, on="2024-03-22")
    await watch.look(date(2024, 3, 25))
    (gap,) = await gaps_of(education, case)
    assert (gap["since"], gap["missing"]) == ("2024-03-01", 14)
    assert await listed(education, authority, case) == []
    assert [row["closed_on"] for row in await listed(education, authority, case, "?open=false&limit=200")] == [
        "2024-03-22"
    ]


async def listed(education, actor, case, query="?limit=200"):
    page = (await get(education, actor, f"/v1/gaps{query}")).json()
    return [row for row in page["items"] if row["case_id"] == str(case)]


async def test_a_child_that_comes_closes_the_gap_and_a_correction_opens_it_again(
    education, watch, case, school, authority
):
    await watch.look(date(2024, 3, 18))
    (row,) = await listed(education, authority, case)
    assert (row["kind"], row["missing"], row["explanation"]["outcome"]) == ("no_attendance", 11, "no_attendance")
    came = (await attend(education, school, case, on="2024-03-19")).json()["fact"]
    assert await listed(education, authority, case) == []
    await attend(education, school, case, on="2024-03-19", status="absent", corrects=came)
    assert len(await listed(education, school, case)) == 1
    await watch.look(date(2024, 3, 20))
    assert len(await gaps_of(education, case)) == 1


async def test_a_second_silence_is_a_second_gap(education, watch, case, school):
    await watch.look(date(2024, 3, 18))
    await attend(education, school, case, on="2024-03-19")
    await watch.look(date(2024, 3, 29))
    assert len(await gaps_of(education, case)) == 1
    await watch.look(date(2024, 4, 8))
    assert [gap["since"] for gap in await gaps_of(education, case)] == ["2024-03-01", "2024-03-19"]


async def test_recorded_absence_is_certain_without_the_clock(education, case, school):
    days = [f"2024-03-{day:02}" for day in (4, 5, 6, 7, 8, 11, 12, 13, 14)]
    await batch(education, school, [a_day(case, on=day, status="absent") for day in days])
    assert await gaps_of(education, case) == []
    await attend(education, school, case, on="2024-03-15", status="absent")
    (gap,) = await gaps_of(education, case)
    assert (gap["since"], gap["missing"]) == ("2024-03-01", 10)
    await attend(education, school, case, on="2024-03-18", status="absent")
    assert len(await gaps_of(education, case)) == 1


async def test_a_whole_month_in_one_batch_shows_a_gap_in_its_middle(education, case, school):
    away = [a_day(case, on=f"2024-03-{day:02}", status="absent") for day in (4, 5, 6, 7, 8, 11, 12, 13, 14, 15)]
    await batch(education, school, [*away, a_day(case, on="2024-03-18")])
    (gap,) = await gaps_of(education, case)
    assert gap["missing"] == 10
    rows = await education.fetch("SELECT closed_on FROM attendance_gap WHERE case_id = $1", case)
    assert [row[0] for row in rows] == [date(2024, 3, 18)]


async def test_leave_is_no_gap(education, watch, case, school):
    days = [a_day(case, on=f"2024-03-{day:02}", status="leave") for day in range(4, 16)]
    await batch(education, school, days)
    await watch.look(date(2024, 3, 18))
    assert await gaps_of(education, case) == []


async def test_who_is_not_of_compulsory_age_or_deferred_has_no_gap(education, watch, authority, school):
    young = await a_child(education, born=date(2020, 3, 1))
    order = an_order(school, mode="preschool_inclusive", starts_on="2024-02-26")
    assert (await place(education, authority, young, order)).status_code == 201
    deferred = await a_child(education, born=date(2017, 3, 1))
    order = an_order(school, mode="deferred", starts_on="2024-02-26", ends_on="2024-08-31", applied_on="2023-07-01")
    assert (await place(education, authority, deferred, order)).status_code == 201
    await watch.look(date(2024, 3, 25))
    assert await gaps_of(education, young) == await gaps_of(education, deferred) == []


async def test_a_placement_that_ended_in_silence_is_noticed_once_and_not_after(
    education, watch, case, authority, school
):
    placement = (await get(education, school, f"/v1/cases/{case}/placements")).json()[0]["id"]
    ended = {"ended_on": "2024-03-18", "reason": "transferred"}
    assert (await post(education, school, f"/v1/placements/{placement}/end", ended)).status_code == 200
    await watch.look(date(2024, 3, 25))
    await watch.look(date(2024, 4, 25))
    (gap,) = await gaps_of(education, case)
    assert gap["missing"] == 10


async def test_the_first_look_of_a_new_installation_is_at_yesterday_only(education, watch, case):
    await education.fetch("DELETE FROM watched_until")
    await watch.look(date(2024, 3, 14))
    assert await gaps_of(education, case) == []
    rows = await education.fetch("SELECT day FROM watched_until")
    assert [row[0] for row in rows] == [date(2024, 3, 14)]


async def test_the_clock_looks_by_itself_up_to_yesterday(education, watch):
    await education.fetch("DELETE FROM watched_until")
    running = asyncio.create_task(DropoutWatch(watch.ledger, 0.01).run())

    async def looked():
        rows = await education.fetch("SELECT day FROM watched_until")
        return [row[0] for row in rows] == [clock.today() - timedelta(days=1)]

    try:
        await eventually(looked)
    finally:
        running.cancel()
    assert "dropout watch" in dict(education.service.tasks)


@pytest.fixture
async def at_home(education, authority, school):
    stream = await a_confirmed_child(education)
    order = an_order(school, mode="home_teaching", starts_on="2024-02-26", reasons=REASONS)
    assert (await place(education, authority, stream.subject, order)).status_code == 201
    return stream.subject


async def teach(education, school, case, day, hours=3, **more):
    times = {"starts_at": f"{day}T09:00:00+08:00", "ends_at": f"{day}T11:00:00+08:00"}
    body = times | {"teacher": str(school.person), "class_hours": hours} | more
    return await post(education, school, f"/v1/cases/{case}/home-visits", body)


async def test_two_visits_a_week_keep_the_pace(education, watch, at_home, school):
    for day in ("2024-02-27", "2024-02-29", "2024-03-05", "2024-03-07"):
        assert (await teach(education, school, at_home, day)).status_code == 201
    hours = (await get(education, school, f"/v1/cases/{at_home}/home-teaching?on=2024-03-10")).json()
    assert (hours["hours"], hours["due"], hours["target"], hours["weeks"], hours["behind"]) == (12, 12, 216, 2, 0)
    assert hours["explanation"]["outcome"] == "on-pace"
    assert len(hours["visits"]) == 4
    await watch.look(date(2024, 3, 11))
    assert await gaps_of(education, at_home) == []


async def test_hours_a_week_behind_are_a_gap_once_in_a_school_year(education, watch, at_home, school):
    await teach(education, school, at_home, "2024-02-27")
    await teach(education, school, at_home, "2024-03-07")
    await watch.look(date(2024, 3, 11))
    (gap,) = await gaps_of(education, at_home)
    assert (gap["kind"], gap["since"], gap["missing"]) == ("hours_behind", "2024-02-26", 6)
    await watch.look(date(2024, 3, 13))
    await watch.look(date(2024, 3, 18))
    assert [one["kind"] for one in await gaps_of(education, at_home)] == ["hours_behind"]


async def test_hours_that_catch_up_close_the_gap_and_a_correction_opens_it_again(education, watch, authority, school):
    stream = await a_confirmed_child(education)
    order = an_order(school, mode="home_teaching", starts_on="2024-02-26", ends_on="2024-03-10", reasons=REASONS)
    await place(education, authority, stream.subject, order)
    await watch.look(date(2024, 3, 11))
    states = []
    for day, hours in (("2024-02-27", 3), ("2024-02-29", 2), ("2024-03-05", 3)):
        said = await teach(education, school, stream.subject, day, hours)
        states.append(await open_gaps(education, stream.subject))
    wrong = said.json()["facts"][0]["id"]
    assert (await teach(education, school, stream.subject, "2024-03-05", 1, corrects=wrong)).status_code == 201
    states.append(await open_gaps(education, stream.subject))
    assert states == [1, 1, 0, 1]
    fewer = (await education.facts(stream.subject))[-1]
    assert fewer["data"]["correction_of"] == wrong
    so_far = (await get(education, authority, f"/v1/cases/{stream.subject}/home-teaching?on=2024-03-10")).json()
    assert (so_far["hours"], so_far["behind"]) == (6, 6)


async def open_gaps(education, case):
    sql = "SELECT count(*) FROM attendance_gap WHERE case_id = $1 AND kind = 'hours_behind' AND closed_on IS NULL"
    return (await education.fetch(sql, case))[0][0]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ends_at": "2024-02-27T09:30:00+08:00"}, (422, "education.visit-too-short")),
        ({"class_hours": 0}, (422, "invalid-request")),
        ({"class_hours": 2.5}, (422, "invalid-request")),
        ({"starts_at": "2024-02-27T09:00:00"}, (422, "invalid-request")),
        ({"note": "free text"}, (422, "invalid-request")),
        ({"corrects": "019cf464-1c80-7000-8000-000000000001"}, (409, "education.no-visit-to-correct")),
    ],
)
async def test_a_bad_visit_is_refused_and_leaves_no_trace(education, at_home, school, changes, refusal):
    before = await education.counts()
    assert code_of(await teach(education, school, at_home, "2024-02-27", **changes)) == refusal
    assert await education.counts() == before


async def test_a_visit_to_a_child_in_class_or_in_the_future_is_refused(education, case, at_home, school):
    before = await education.counts()
    assert code_of(await teach(education, school, case, "2024-03-05")) == (422, "education.not-taught-at-home")
    later = (clock.today() + timedelta(days=2)).isoformat()
    assert code_of(await teach(education, school, at_home, later)) == (422, "in-the-future")
    assert await education.counts() == before
