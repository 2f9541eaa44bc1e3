"""Working lists and figures of a county: school age, enrolment rate, resource rooms, licences, the calendar."""

from datetime import date
from uuid import uuid4

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
    assert (await get(education, authority, "/v1/figures/enrolment-rate")).json() == []
    for path in ("/v1/resource-rooms", "/v1/licences?ending_by=2030-01-01", "/v1/placements/reviews-due"):
        assert await listed(education, authority, path) == []


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
        (row,) = await listed(education, authority, "/v1/resource-rooms?on=2024-09-18")
        assert (row["pupils"], row["owed"], row["needed_from"]) == (number + 1, number == 4, 5)
        assert row["explanation"]["outcome"] == ("owed" if number == 4 else "not-owed")
    path = f"/v1/schools/{school.organisation}/resource-room"
    assert (await post(education, authority, path, {"opened_on": "2024-09-01"})).status_code == 201
    (row,) = await listed(education, authority, "/v1/resource-rooms?on=2024-09-18")
    assert (row["opened_on"], row["owed"]) == ("2024-09-01", False)
    (row,) = await listed(education, authority, "/v1/resource-rooms?on=2024-08-31")
    assert row["owed"] is True
    assert code_of(await post(education, authority, path, {"opened_on": "2999-09-01"})) == (422, "in-the-future")


async def test_pupils_count_for_the_room_of_their_school_wherever_they_live(education, authority, school, county):
    near = await a_school_child(education, county)
    await place(education, authority, near, an_order(school, mode="regular_class"))
    next_county = str(next(COUNTIES))
    neighbours = education.organisation(OrgType.EDUCATION_AUTHORITY, next_county)
    far = await a_school_child(education, next_county)
    await place(education, neighbours, far, an_order(school, mode="special_class"))
    (row,) = await listed(education, authority, "/v1/resource-rooms?on=2024-09-18")
    assert (row["school"], row["pupils"]) == (str(school.organisation), 2)
    assert await listed(education, neighbours, "/v1/resource-rooms?on=2024-09-18") == []
    assert await listed(education, school, "/v1/resource-rooms?on=2024-09-18") == [row]
    other = education.organisation(OrgType.SCHOOL, county)
    assert await listed(education, other, "/v1/resource-rooms?on=2024-09-18") == []


async def test_a_special_schools_room_is_listed_and_never_owed(education, authority, school, county):
    case = await a_school_child(education, county)
    placed = (await place(education, authority, case, an_order(school, mode="special_school"))).json()["record"]
    assert await listed(education, authority, "/v1/resource-rooms?on=2024-09-18") == []
    await post(education, authority, f"/v1/schools/{school.organisation}/resource-room", {"opened_on": "2024-09-01"})
    await post(education, school, f"/v1/placements/{placed}/roll", {"enrolled_on": "2023-09-01"})
    programme = {"goals": ["count to ten"], "reviewer": str(uuid4()), "agreed_on": "2024-09-03", "resource_room": True}
    await post(education, school, f"/v1/placements/{placed}/ieps", programme)
    (row,) = await listed(education, authority, "/v1/resource-rooms?on=2024-09-18")
    assert (row["pupils"], row["users"], row["opened_on"], row["owed"]) == (0, 1, "2024-09-01", False)


async def test_schools_with_rooms_come_page_by_page(education, authority, county):
    for _ in range(3):
        school = education.organisation(OrgType.SCHOOL, county)
        path = f"/v1/schools/{school.organisation}/resource-room"
        await post(education, authority, path, {"opened_on": "2024-09-01"})
    first = (await get(education, authority, "/v1/resource-rooms?limit=2")).json()
    rest = (await get(education, authority, f"/v1/resource-rooms?limit=2&after={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


async def test_a_licence_that_runs_out_is_listed_with_the_children_beyond_it_until_it_is_renewed(
    education, authority, school, county
):
    site = education.organisation(OrgType.REHAB_CENTRE, county)
    await license_site(education, authority, site, school)
    stays, leaves = await a_school_child(education, county), await a_school_child(education, county)
    await place(education, authority, stays, an_order(school, site=site))
    await place(education, authority, leaves, an_order(school, site=site, ends_on="2026-08-31"))
    assert await listed(education, authority, "/v1/licences?ending_by=2026-08-30") == []
    (row,) = await listed(education, authority, "/v1/licences?ending_by=2026-08-31")
    assert (row["valid_until"], row["pupils_after"]) == ("2026-08-31", 1)
    await license_site(education, authority, site, school, valid_from="2026-09-01", valid_until="2028-08-31")
    assert await listed(education, authority, "/v1/licences?ending_by=2026-08-31") == []
    first, renewed = await listed(education, authority, "/v1/licences")
    assert (first["pupils_after"], renewed["pupils_after"]) == (0, 1)


async def test_a_licence_of_another_stage_lets_the_days_of_the_children_count_too(education, authority, school, county):
    site = education.organisation(OrgType.REHAB_CENTRE, county)
    await license_site(education, authority, site, school)
    await license_site(education, authority, site, school, stage="preschool", valid_until="2027-08-31")
    await place(education, authority, await a_school_child(education, county), an_order(school, site=site))
    (row,) = await listed(education, authority, "/v1/licences?ending_by=2026-08-31")
    assert (row["valid_until"], row["pupils_after"]) == ("2026-08-31", 0)


async def test_a_review_is_due_until_the_child_is_placed_anew_the_placement_kept_or_ended(
    education, authority, school, county
):
    due = "/v1/placements/reviews-due?until=2024-06-01"
    kept, changed, ended = [await a_school_child(education, county) for _ in range(3)]
    orders = an_order(school, mode="home_teaching", review_by="2024-06-01")
    ids = [(await place(education, authority, case, orders)).json()["record"] for case in (kept, changed, ended)]
    assert {row["id"] for row in await listed(education, authority, due)} == set(ids)
    review = {"reviewed_on": "2024-05-20", "review_by": "2025-05-20"}
    assert (await post(education, authority, f"/v1/placements/{ids[0]}/reviews", review)).status_code == 201
    back = an_order(school, mode="special_school", decided_on="2024-05-20", starts_on="2024-05-27")
    await place(education, authority, changed, back)
    left = {"ended_on": "2024-05-27", "reason": "transferred"}
    await post(education, school, f"/v1/placements/{ids[2]}/end", left)
    assert await listed(education, authority, due) == []
    (next_one,) = await listed(education, authority, "/v1/placements/reviews-due?until=2025-05-20")
    assert (next_one["id"], next_one["reviewed_on"], next_one["review_by"]) == (ids[0], "2024-05-20", "2025-05-20")
    reviewed = (await education.facts(kept))[-1]
    assert reviewed["type"] == "tongkang.education.placement_reviewed.v1"
    assert reviewed["data"]["review_by"] == "2025-05-20"
    again = await post(education, authority, f"/v1/placements/{ids[0]}/reviews", review)
    assert code_of(again) == (409, "education.reviewed-before")


async def test_a_deferral_that_ran_out_stays_on_the_list_until_it_is_decided_anew(education, authority, school, county):
    case = await a_school_child(education, county)
    year = an_order(school, mode="deferred", ends_on="2024-08-31", applied_on="2023-06-01", reasons={})
    placed = (await place(education, authority, case, year)).json()["record"]
    refused = await post(education, authority, f"/v1/placements/{placed}/reviews", {"reviewed_on": "2024-06-03"})
    assert code_of(refused) == (422, "education.deferral-decided-anew")
    due = "/v1/placements/reviews-due?until=2024-10-01"
    assert [row["id"] for row in await listed(education, authority, due)] == [placed]
    more = {"decided_on": "2024-09-10", "starts_on": "2024-09-01", "ends_on": "2025-08-31", "applied_on": "2024-09-02"}
    assert (await place(education, authority, case, year | more)).status_code == 201
    assert await listed(education, authority, due) == []


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
