"""The monthly reconciliation over HTTP and on a real database (handbook §1.4)."""

from calendar import monthrange
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.integration.screening.test_registers import County
from tests.support.screening import a_resident_number
from tests.support.stages import code_of

BORN = date(2022, 3, 16)


@pytest.fixture
async def county(screening):
    return County(screening, region=f"37{uuid4().int % 10_000:04d}")


@pytest.fixture
def reviewer(county):
    return county.stage.organisation(OrgType.FEDERATION, county.region, Role.REVIEWER)


@pytest.fixture
def authority(county):
    return county.stage.organisation(OrgType.HEALTH_AUTHORITY, county.region)


def a_list(county: County, *children: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"county": county.region, "month": "2024-06", "children": list(children)} | changes


def listed(number: str, name: str = "童县", **changes: Any) -> dict[str, Any]:
    return {"name": name, "resident_number": number, "category": "autism"} | changes


async def confirmed(county: County, number: str) -> str:
    """Return a child of the county with this number and a confirmed diagnosis."""
    case = await county.confirmed()
    body = {"resident_number": number, "confirmed_on": "2024-05-10"}
    await county.done(county.clinic, f"/v1/cases/{case}/identity", body)
    return case


async def reconciled(county: County, actor, body) -> list[tuple[Any, ...]]:
    made = await county.done(actor, "/v1/reconciliations", body)
    rows = await county.items(actor, f"/v1/reconciliations/{made['id']}/differences")
    assert made["differences"] == len(rows)
    return [(row["kind"], row["line"], row["case"]) for row in rows]


async def test_two_lists_that_agree_differ_in_nothing(county, reviewer):
    number = a_resident_number(BORN)
    await confirmed(county, number)
    assert await reconciled(county, reviewer, a_list(county, listed(number))) == []
    assert await reconciled(county, reviewer, a_list(county, listed(number, "童 县"))) == []


async def test_of_a_list_that_differs_no_name_and_no_number_is_kept(county, reviewer):
    numbers = [a_resident_number(BORN) for _ in range(2)]
    await confirmed(county, numbers[0])
    lines = listed(numbers[0], "别的名字"), listed(numbers[1], "别的名字"), listed("379999202203160000", "别的名字")
    path, key = "/v1/reconciliations", uuid4().hex
    made = await county.post(reviewer, path, a_list(county, *lines), **{"idempotency-key": key})
    kept = [
        *await county.stage.fetch("SELECT r::text FROM reconciliation r WHERE county = $1", county.region),
        *await county.stage.fetch(
            "SELECT d::text FROM reconciliation_difference d WHERE reconciliation = $1::uuid", made.json()["id"]
        ),
        *await county.stage.fetch("SELECT convert_from(answer, 'UTF8') FROM idempotency WHERE key = $1", key),
    ]
    assert (made.json()["differences"], len(kept)) == (3, 1 + 3 + 1)
    assert made.json()["id"] in kept[-1][0]
    for secret in (*numbers, "379999202203160000", "别的名字", "童县"):
        assert not any(secret in row[0] for row in kept)


async def test_what_differs_is_told_line_by_line_and_then_whom_the_list_lacks(county, reviewer, authority):
    numbers = [a_resident_number(BORN) for _ in range(3)]
    known, missing = await confirmed(county, numbers[0]), await confirmed(county, numbers[1])
    lines = (
        listed(numbers[0], "别的名字"),
        listed(numbers[2]),
        listed("379999202203160000"),
        {"name": "童县", "category": "hearing"},
    )
    told = await reconciled(county, reviewer, a_list(county, *lines))
    assert told == [
        ("other_name", 1, known),
        ("not_registered", 2, None),
        ("invalid_number", 3, None),
        ("invalid_number", 4, None),
        ("not_listed", None, missing),
    ]
    page = (await county.get(authority, f"/v1/reconciliations?county={county.region}")).json()
    (made,) = page["items"]
    assert (made["listed"], made["confirmed"], made["differences"]) == (4, 2, 5)
    assert (page["due_on"], page["overdue"]) == ("2024-07-31", True)
    path = f"/v1/reconciliations/{made['id']}/differences?limit=3"
    first = (await county.get(authority, path)).json()
    rest = (await county.get(authority, f"{path}&after={first['next']}")).json()
    assert [row["line"] for row in (*first["items"], *rest["items"])] == [1, 2, 3, 4, None]


async def test_a_child_that_died_or_whose_case_never_was_true_is_not_the_federations_to_list(county, reviewer):
    numbers = [a_resident_number(BORN) for _ in range(2)]
    dead, wrong = [await confirmed(county, number) for number in numbers]
    await county.done(county.clinic, f"/v1/cases/{dead}/death", {"died_on": "2024-06-01"})
    closure = {"on": "2024-06-01", "reason": "entered_in_error"}
    await county.done(county.hospital, f"/v1/cases/{wrong}/suspicions/autism/closure", closure)
    assert await reconciled(county, reviewer, a_list(county)) == []
    told = await reconciled(county, reviewer, a_list(county, *map(listed, numbers)))
    assert told == [("died", 1, dead), ("not_confirmed", 2, wrong)]


async def test_a_child_that_moved_away_is_named_by_its_line_only_and_missed_by_nobody(county, reviewer):
    number = a_resident_number(BORN)
    case = await confirmed(county, number)
    made = await county.done(reviewer, "/v1/reconciliations", a_list(county))
    await county.done(county.clinic, f"/v1/cases/{case}/moves", {"region": "371602", "moved_on": "2024-06-03"})
    (before,) = await county.items(reviewer, f"/v1/reconciliations/{made['id']}/differences")
    assert (before["kind"], before["case"]) == ("not_listed", None)
    assert await reconciled(county, reviewer, a_list(county, listed(number))) == [("lives_elsewhere", 1, None)]


async def test_an_empty_county_has_compared_nothing_and_owes_this_month(county, authority):
    page = (await county.get(authority, f"/v1/reconciliations?county={county.region}")).json()
    today = clock.today()
    last_day = today.replace(day=monthrange(today.year, today.month)[1])
    assert (page["items"], page["due_on"], page["overdue"]) == ([], last_day.isoformat(), False)


async def test_a_county_that_never_compared_is_overdue_once_the_month_after_its_first_child_is_over(county, authority):
    case = await county.confirmed()
    path = "/v1/reconciliations?county={}"
    page = (await county.get(authority, path.format(county.region))).json()
    assert (page["items"], page["due_on"], page["overdue"]) == ([], "2024-06-30", True)
    there = f"37{uuid4().int % 10_000:04d}"
    await county.done(county.clinic, f"/v1/cases/{case}/moves", {"region": there, "moved_on": "2024-07-15"})
    theirs = county.stage.organisation(OrgType.HEALTH_AUTHORITY, there)
    assert (await county.get(theirs, path.format(there))).json()["due_on"] == "2024-08-31"
    assert (await county.get(authority, path.format(county.region))).json()["overdue"] is False


async def test_who_has_grown_up_is_not_missed_and_is_known_when_listed(county, reviewer):
    number = a_resident_number(BORN)
    case = await confirmed(county, number)
    assert await reconciled(county, reviewer, a_list(county)) == [("not_listed", None, case)]
    years_ago = "UPDATE child SET birth_date = birth_date - interval '18 years' WHERE case_id = $1::uuid"
    await county.stage.fetch(years_ago, case)
    assert await reconciled(county, reviewer, a_list(county)) == []
    assert await reconciled(county, reviewer, a_list(county, listed(number))) == []


async def test_a_large_list_comes_whole(county, reviewer):
    number = a_resident_number(BORN)
    await confirmed(county, number)
    lines = [listed(f"379999{place:012d}") for place in range(6000)]
    made = await county.done(reviewer, "/v1/reconciliations", a_list(county, *lines, listed(number)))
    assert (made["listed"], made["confirmed"], made["differences"]) == (6001, 1, 6000)


async def test_a_month_to_come_is_refused_without_a_trace(county, reviewer):
    before = await county.stage.counts()
    refused = await county.post(reviewer, "/v1/reconciliations", a_list(county, month="2099-01"))
    assert code_of(refused) == (422, "screening.month-not-begun")
    for wrong in ({"month": "2024-13"}, {"county": "37"}, {"children": [{"name": "童县"}]}):
        assert (await county.post(reviewer, "/v1/reconciliations", a_list(county) | wrong)).status_code == 422
    assert await county.stage.counts() == before


async def test_who_reads_differences_is_logged_and_another_county_finds_none(county, reviewer):
    number = a_resident_number(BORN)
    case = await confirmed(county, number)
    made = await county.done(reviewer, "/v1/reconciliations", a_list(county))
    path = f"/v1/reconciliations/{made['id']}/differences"
    await county.items(reviewer, path)
    log = await county.stage.fetch(
        "SELECT 1 FROM access_log WHERE case_id = $1::uuid AND organisation = $2", case, reviewer.organisation
    )
    assert len(log) == 1
    for kind in (OrgType.HEALTH_AUTHORITY, OrgType.FEDERATION):
        stranger = county.stage.organisation(kind, "371681")
        assert code_of(await county.get(stranger, path)) == (404, "screening.reconciliation-not-found")
