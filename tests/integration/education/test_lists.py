"""Working lists and figures of a county: school age, enrolment rate, resource rooms, licences, the calendar."""

from datetime import date

import pytest

from shared.contracts.codes import OrgType
from shared.contracts.events.screening import ConsentWithdrawn, DeathRegistered
from tests.integration.education.doors import (
    a_confirmed_child,
    a_school_child,
    an_order,
    get,
    license_site,
    place,
    post,
)
from tests.support.stages import a_child, code_of

COUNTIES = iter(range(371101, 371199))
"""A county of its own for each test, so that figures are exact."""


@pytest.fixture
def county():
    return str(next(COUNTIES))


@pytest.fixture
def authority(education, county):
    return education.organisation(OrgType.EDUCATION_AUTHORITY, county)


@pytest.fixture
def school(education, county):
    return education.organisation(OrgType.SCHOOL, county)


async def listed(education, actor, path):
    answer = await get(education, actor, path)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_county_without_children_has_empty_lists(education, authority):
    for path in ("/v1/school-age/unplaced", "/v1/school-age/next-september", "/v1/figures/enrolment-rate/children"):
        assert await listed(education, authority, path) == []
    for path in ("/v1/figures/enrolment-rate", "/v1/resource-rooms"):
        assert (await get(education, authority, path)).json() == []


async def test_children_of_compulsory_age_without_a_placement_are_listed_with_since_and_why(
    education, authority, school, county
):
    never = await a_confirmed_child(education, county=county)
    over = await a_confirmed_child(education, county=county)
    await place(education, authority, over.subject, an_order(school, mode="regular_class", ends_on="2024-07-05"))
    young = await a_confirmed_child(education, born=date(2020, 3, 1), county=county)
    placed = await a_confirmed_child(education, county=county)
    await place(education, authority, placed.subject, an_order(school, mode="regular_class"))
    rows = await listed(education, authority, "/v1/school-age/unplaced?on=2024-09-18")
    found = {row["case_id"]: (row["since"], row["why"]) for row in rows}
    assert found == {
        str(never.subject): ("2022-09-01", "never_decided"),
        str(over.subject): ("2024-07-06", "placement_over"),
    }
    assert rows[0]["explanation"]["rule"] == "education.compulsory-age"
    assert str(young.subject) not in found
    logged = await education.fetch("SELECT act FROM access_log WHERE case_id = $1", never.subject)
    assert [row[0] for row in logged] == ["school-age.read"]


async def test_an_undiagnosed_a_dead_and_a_masked_child_are_not_listed(education, authority, county):
    await a_school_child(education, county)
    dead, masked = [await a_confirmed_child(education, county=county) for _ in range(2)]
    await education.deliver(dead.append(DeathRegistered(died_on=date(2024, 3, 4))))
    await education.deliver(masked.append(ConsentWithdrawn(withdrawn_on=date(2024, 3, 4))))
    assert await listed(education, authority, "/v1/school-age/unplaced?on=2024-09-18") == []
    before = await listed(education, authority, "/v1/school-age/unplaced?on=2024-03-03")
    assert [row["case_id"] for row in before] == [str(dead.subject)]


async def test_an_ended_placement_says_why_it_ended(education, authority, school, county):
    stream = await a_confirmed_child(education, county=county)
    placement = (await place(education, authority, stream.subject, an_order(school, mode="regular_class"))).json()
    ended = {"ended_on": "2024-03-08", "reason": "moved_away"}
    await post(education, school, f"/v1/placements/{placement['record']}/end", ended)
    (row,) = await listed(education, authority, "/v1/school-age/unplaced?on=2024-03-08")
    assert (row["since"], row["why"], row["end_reason"]) == ("2024-03-08", "placement_ended", "moved_away")


async def test_who_comes_next_september_is_known_a_year_before(education, authority, school, county):
    five = await a_confirmed_child(education, born=date(2018, 9, 1), county=county)
    await a_confirmed_child(education, born=date(2018, 8, 31), county=county)
    await a_confirmed_child(education, born=date(2019, 9, 1), county=county)
    path = "/v1/school-age/next-september?on=2024-09-18"
    (row,) = await listed(education, authority, path)
    assert (row["case_id"], row["compulsory_from"], row["decided"]) == (str(five.subject), "2025-09-01", None)
    order = an_order(school, mode="regular_class", decided_on="2025-06-20", starts_on="2025-09-01")
    await place(education, authority, five.subject, order)
    (row,) = await listed(education, authority, path)
    assert row["decided"] == "regular_class"


REASONS = dict.fromkeys(("nearby_ordinary", "designated_ordinary", "special_school"), "needs_full_time_nursing")


async def test_the_enrolment_rate_has_numerator_denominator_and_the_list_behind_it(
    education, authority, school, county
):
    site = education.organisation(OrgType.REHAB_CENTRE, county)
    for mode in ("regular_class", "home_teaching", "special_school", "teaching_site"):
        case = await a_school_child(education, county)
        order = an_order(school, mode=mode, reasons=REASONS, site=site if mode == "teaching_site" else None)
        assert (await place(education, authority, case, order)).status_code == 201
    await a_confirmed_child(education, county=county)
    await a_school_child(education, county)
    (rate,) = (await get(education, authority, "/v1/figures/enrolment-rate?on=2024-09-18")).json()
    assert (rate["numerator"], rate["denominator"], rate["percent"]) == (3, 5, "60.00")
    assert (rate["county"], rate["as_of"], rate["threshold"], rate["met"]) == (county, "2024-09-18", 95, False)
    assert rate["by_mode"]["unplaced"] == 1
    behind = await listed(education, authority, "/v1/figures/enrolment-rate/children?on=2024-09-18")
    assert sorted(row["counted"] for row in behind) == [False, False, True, True, True]
    auditor = education.organisation(OrgType.AUDITOR, county)
    assert (await get(education, auditor, "/v1/figures/enrolment-rate?on=2024-09-18")).json() == [rate]


async def test_a_masked_child_counts_and_is_not_named(education, authority, county):
    stream = await a_confirmed_child(education, county=county)
    await education.deliver(stream.append(ConsentWithdrawn(withdrawn_on=date(2024, 3, 4))))
    (rate,) = (await get(education, authority, "/v1/figures/enrolment-rate?on=2024-09-18")).json()
    assert rate["denominator"] == 1
    assert await listed(education, authority, "/v1/figures/enrolment-rate/children?on=2024-09-18") == []


async def test_a_city_sees_each_of_its_counties_and_may_ask_for_one(education, county):
    await a_confirmed_child(education, county=county)
    city = education.organisation(OrgType.EDUCATION_AUTHORITY, county[:4])
    rates = (await get(education, city, "/v1/figures/enrolment-rate?on=2024-09-18")).json()
    assert county in [rate["county"] for rate in rates]
    one = (await get(education, city, f"/v1/figures/enrolment-rate?on=2024-09-18&county={county}")).json()
    assert [rate["county"] for rate in one] == [county]
    elsewhere = await get(education, city, "/v1/figures/enrolment-rate?on=2024-09-18&county=371602")
    assert elsewhere.json() == []


async def test_an_ordinary_school_with_five_pupils_owes_a_resource_room_until_it_has_one(
    education, authority, school, county
):
    for number in range(5):
        case = await a_school_child(education, county)
        await place(education, authority, case, an_order(school, mode="regular_class"))
        (row,) = (await get(education, authority, "/v1/resource-rooms?on=2024-09-18")).json()
        assert (row["pupils"], row["owed"], row["needed_from"]) == (number + 1, number == 4, 5)
    path = f"/v1/schools/{school.organisation}/resource-room"
    assert (await post(education, authority, path, {"opened_on": "2024-09-01"})).status_code == 201
    (row,) = (await get(education, authority, "/v1/resource-rooms?on=2024-09-18")).json()
    assert (row["opened_on"], row["owed"]) == ("2024-09-01", False)
    (row,) = (await get(education, authority, "/v1/resource-rooms?on=2024-08-31")).json()
    assert row["owed"] is True
    assert code_of(await post(education, authority, path, {"opened_on": "2999-09-01"})) == (422, "in-the-future")


async def test_a_licence_is_valid_or_expired_by_the_day_that_is_asked_for(education, authority, school, county):
    site = education.organisation(OrgType.REHAB_CENTRE, county)
    await license_site(education, authority, site, school, teachers=[str(site.person)])
    for day, valid in (("2023-08-31", False), ("2023-09-01", True), ("2026-08-31", True), ("2026-09-01", False)):
        (row,) = await listed(education, authority, f"/v1/licences?on={day}")
        assert (row["valid"], row["teachers"]) == (valid, [str(site.person)])
        (public,) = (await get(education, school, f"/v1/institutions/{site.organisation}/licences?on={day}")).json()
        assert public["valid"] is valid


async def test_licences_of_a_region_come_in_pages(education, authority, school, county):
    sites = [education.organisation(OrgType.REHAB_CENTRE, county) for _ in range(3)]
    for site in sites:
        await license_site(education, authority, site, school)
    first = (await get(education, authority, "/v1/licences?limit=2")).json()
    rest = (await get(education, authority, f"/v1/licences?limit=2&after={first['next']}")).json()
    assert [row["institution"] for row in first["items"] + rest["items"]] == [str(site.organisation) for site in sites]
    assert rest["next"] is None


async def test_the_calendar_shows_the_months_of_placement(education, authority):
    calendar = (await get(education, authority, "/v1/school-calendar?on=2024-03-04")).json()
    assert (calendar["first"], calendar["last"], calendar["next_year_starts"]) == (
        "2023-09-01",
        "2024-08-31",
        "2024-09-01",
    )
    assert calendar["placement"] == {"first": "2024-06-01", "last": "2024-07-31"}
    assert calendar["cut_off"] == "2024-08-31"


async def test_lists_come_in_pages(education, authority, county):
    streams = [await a_confirmed_child(education, county=county) for _ in range(3)]
    first = (await get(education, authority, "/v1/school-age/unplaced?on=2024-09-18&limit=2")).json()
    path = f"/v1/school-age/unplaced?on=2024-09-18&limit=2&after={first['next']}"
    rest = (await get(education, authority, path)).json()
    found = {row["case_id"] for row in first["items"] + rest["items"]}
    assert found == {str(stream.subject) for stream in streams}
    assert rest["next"] is None


async def test_a_day_before_the_first_calendar_is_refused(education, authority, school, county):
    case = await a_child(education, county=county)
    assert code_of(await get(education, authority, "/v1/school-age/unplaced?on=1999-09-18")) == (
        422,
        "no-policy-in-force",
    )
    order = an_order(school, mode="regular_class", decided_on="1999-01-01")
    assert code_of(await place(education, authority, case, order)) == (422, "no-policy-in-force")
