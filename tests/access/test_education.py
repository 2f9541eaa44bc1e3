"""Who must not pass at education's doors."""

from collections.abc import AsyncIterator

import pytest

from shared.clock import today
from shared.contracts.codes import OrgType
from tests.integration.education.doors import (
    a_confirmed_child,
    a_day,
    a_school_child,
    an_order,
    attend,
    batch,
    get,
    license_site,
    place,
)
from tests.support.stack import Running, Servers
from tests.support.stages import a_stage, code_of

AUTHORITY = {OrgType.EDUCATION_AUTHORITY}
PLACES = {OrgType.SCHOOL, OrgType.REHAB_CENTRE}
READERS = AUTHORITY | PLACES | {OrgType.FEDERATION}
SCHOOL = {OrgType.SCHOOL}
COUNTY = AUTHORITY | {OrgType.FEDERATION}
FIGURES = COUNTY | {OrgType.HEALTH_AUTHORITY, OrgType.AUDITOR}
EVERYONE = set(OrgType) - {OrgType.SERVICE}
DOORS = {
    "decide": ("POST", "/v1/cases/{case}/placements", AUTHORITY),
    "placements of a child": ("GET", "/v1/cases/{case}/placements", READERS),
    "placements": ("GET", "/v1/placements", READERS),
    "attend": ("POST", "/v1/cases/{case}/attendance", PLACES),
    "attend in a batch": ("POST", "/v1/attendance/batch", PLACES),
    "attendance of a child": ("GET", "/v1/cases/{case}/attendance?month=2024-03", READERS),
    "license": ("POST", "/v1/institutions/{site}/licences", AUTHORITY),
    "licences": ("GET", "/v1/institutions/{site}/licences", EVERYONE),
    "licences of a region": ("GET", "/v1/licences", AUTHORITY),
    "reviews due": ("GET", "/v1/placements/reviews-due", READERS),
    "end": ("POST", "/v1/placements/{placement}/end", AUTHORITY | SCHOOL),
    "review": ("POST", "/v1/placements/{placement}/reviews", AUTHORITY),
    "dispute": ("POST", "/v1/placements/{placement}/disputes", AUTHORITY),
    "answer a dispute": ("POST", "/v1/placements/{placement}/disputes/{placement}/answer", AUTHORITY),
    "disputes": ("GET", "/v1/placements/{placement}/disputes", AUTHORITY),
    "call the roster": ("POST", "/v1/attendance/roster", PLACES),
    "roster": ("GET", "/v1/attendance/roster?on=2024-03-04", PLACES),
    "enrol": ("POST", "/v1/placements/{placement}/roll", SCHOOL),
    "agree": ("POST", "/v1/placements/{placement}/ieps", SCHOOL),
    "programmes": ("GET", "/v1/cases/{case}/ieps", AUTHORITY | PLACES),
    "without programme": ("GET", "/v1/pupils/without-iep", AUTHORITY | PLACES),
    "teach at home": ("POST", "/v1/cases/{case}/home-visits", SCHOOL),
    "hours so far": ("GET", "/v1/cases/{case}/home-teaching", READERS),
    "gaps": ("GET", "/v1/gaps", READERS),
    "unplaced": ("GET", "/v1/school-age/unplaced", COUNTY),
    "next september": ("GET", "/v1/school-age/next-september", COUNTY),
    "calendar": ("GET", "/v1/school-calendar", EVERYONE),
    "enrolment rate": ("GET", "/v1/figures/enrolment-rate", FIGURES),
    "behind the rate": ("GET", "/v1/figures/enrolment-rate/children", COUNTY),
    "resource rooms": ("GET", "/v1/resource-rooms", COUNTY | SCHOOL),
    "open a resource room": ("POST", "/v1/schools/{school}/resource-room", AUTHORITY),
}
SHUT = [(door, kind) for door, (_, _, let_in) in DOORS.items() for kind in OrgType if kind not in let_in]
OTHER_REGIONS = ["371603", "3701", "36", ""]


@pytest.fixture(scope="module")
async def education(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "education") as stage:
        yield stage


class Placed:
    """A child that is taught at a site since 2023, and who has to do with it."""

    def __init__(self, education):
        self.authority = education.organisation(OrgType.EDUCATION_AUTHORITY)
        self.school = education.organisation(OrgType.SCHOOL)
        self.site = education.organisation(OrgType.REHAB_CENTRE)


@pytest.fixture(scope="module")
async def placed(education):
    who = Placed(education)
    who.case = await a_school_child(education)
    placed = await place(education, who.authority, who.case, an_order(who.school, site=who.site))
    who.placement = placed.json()["record"]
    await attend(education, who.site, who.case, on="2024-03-01")
    return who


def body_of(door, placed):
    reviewer, partner = str(placed.school.person), str(placed.school.organisation)
    visit = {"starts_at": "2024-03-04T09:00:00+08:00", "ends_at": "2024-03-04T11:00:00+08:00"}
    licence = {"number": "1", "stage": "senior", "valid_from": "2023-09-01", "valid_until": "2026-08-31"}
    bodies = {
        "decide": an_order(placed.school, site=placed.site, starts_on="2024-09-02"),
        "attend": {"on": "2024-03-04", "status": "present"},
        "attend in a batch": {"days": [a_day(placed.case)]},
        "license": licence | {"partner_school": partner},
        "end": {"ended_on": "2024-09-02", "reason": "transferred"},
        "review": {"reviewed_on": "2024-09-02"},
        "dispute": {"raised_on": "2024-03-01", "note": "asks for another school"},
        "answer a dispute": {"settled_on": "2024-03-01", "answer": "kept"},
        "call the roster": {"on": "2024-03-04"},
        "enrol": {"enrolled_on": "2023-09-01"},
        "agree": {"goals": ["holds a pen"], "reviewer": reviewer, "agreed_on": "2024-03-01"},
        "teach at home": visit | {"teacher": reviewer, "class_hours": 3},
        "open a resource room": {"opened_on": "2024-03-01"},
    }
    return bodies.get(door)


async def knock(education, placed, door, actor=None, **token):
    method, path, _ = DOORS[door]
    ids = {"case": placed.case, "placement": placed.placement}
    url = path.format(site=placed.site.organisation, school=placed.school.organisation, **ids)
    async with education.client(actor, **token) as client:
        return await client.request(method, url, json=body_of(door, placed))


@pytest.mark.parametrize(("door", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(education, placed, door, kind):
    before = await education.counts()
    assert code_of(await knock(education, placed, door, education.organisation(kind))) == (403, "not-allowed")
    assert await education.counts() == before


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_passes_without_a_valid_token(education, placed, door):
    before = await education.counts()
    assert code_of(await knock(education, placed, door)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"}, {"typ": "JWT"}):
        assert code_of(await knock(education, placed, door, placed.site, **wrong)) == (401, "not-authenticated")
    assert await education.counts() == before


@pytest.mark.parametrize("region", OTHER_REGIONS)
async def test_the_authority_of_another_region_cannot_tell_that_the_child_exists(education, placed, region):
    authority = education.organisation(OrgType.EDUCATION_AUTHORITY, region)
    before = await education.counts()
    for door in ("decide", "placements of a child", "attendance of a child"):
        assert code_of(await knock(education, placed, door, authority)) == (404, "case-not-found")
    for door in ("license", "open a resource room"):
        assert code_of(await knock(education, placed, door, authority)) == (403, "not-allowed")
    for door in ("end", "review", "dispute", "answer a dispute"):
        assert code_of(await knock(education, placed, door, authority)) == (404, "not-found")
    assert await education.counts() == before
    for door in ("disputes", "programmes", "gaps", "reviews due", "licences of a region", "without programme"):
        shown = await knock(education, placed, door, authority)
        assert shown.status_code == 200
        assert not {str(placed.case), str(placed.site.organisation)} & set(str(shown.json()).split("'"))


@pytest.mark.parametrize("kind", [OrgType.FEDERATION, OrgType.EDUCATION_AUTHORITY])
@pytest.mark.parametrize(("region", "sees"), [("371602", True), ("3716", True), ("371603", False), ("3701", False)])
async def test_authority_and_federation_see_their_region_and_no_other(education, placed, kind, region, sees):
    actor = education.organisation(kind, region)
    one = await knock(education, placed, "placements of a child", actor)
    page = (await get(education, actor, "/v1/placements?limit=200")).json()
    days = await knock(education, placed, "attendance of a child", actor)
    assert (str(placed.case) in [item["case_id"] for item in page["items"]]) is sees
    if sees:
        assert [row["case_id"] for row in one.json()] == [str(placed.case)]
        assert [day["day"] for day in days.json()] == ["2024-03-01"]
    else:
        assert code_of(one) == code_of(days) == (404, "case-not-found")


@pytest.mark.parametrize("kind", sorted(PLACES))
async def test_an_institution_cannot_tell_that_a_child_placed_elsewhere_exists(education, placed, kind):
    other = education.organisation(kind)
    before = await education.counts()
    for door in ("placements of a child", "attendance of a child", "attend"):
        assert code_of(await knock(education, placed, door, other)) == (404, "case-not-found")
    assert (await knock(education, placed, "placements", other)).json()["items"] == []
    assert await education.counts() == before


async def test_another_institutions_child_in_a_batch_is_refused_like_one_that_does_not_exist(education, placed):
    other = education.organisation(OrgType.REHAB_CENTRE)
    answer = (await batch(education, other, [a_day(placed.case)])).json()
    assert [result["code"] for result in answer["results"]] == ["case-not-found"]
    assert len(await education.facts(placed.case)) == 2


async def test_the_partner_school_of_a_site_keeps_the_roll_and_records_no_days_there(education, placed):
    before = await education.counts()
    assert code_of(await knock(education, placed, "attend", placed.school)) == (404, "case-not-found")
    assert await education.counts() == before


async def test_a_child_that_moved_on_leaves_the_old_places_sight_and_its_days_stay_there(education):
    who = Placed(education)
    old, new = await a_school_child(education), education.organisation(OrgType.SCHOOL)
    await place(education, who.authority, old, an_order(who.school, site=who.site))
    await attend(education, who.site, old, on="2024-03-01")
    await place(education, who.authority, old, an_order(new, mode="regular_class", starts_on="2024-09-02"))
    assert code_of(await get(education, who.site, f"/v1/cases/{old}/placements")) == (404, "case-not-found")
    seen = (await get(education, new, f"/v1/cases/{old}/placements")).json()
    assert [row["mode"] for row in seen] == ["regular_class"]
    assert (await get(education, new, f"/v1/cases/{old}/attendance?month=2024-03")).json() == []
    moved_today = await a_school_child(education)
    await place(education, who.authority, moved_today, an_order(who.school, site=who.site))
    leaving = an_order(new, mode="regular_class", starts_on=today().isoformat())
    await place(education, who.authority, moved_today, leaving)
    assert (await get(education, who.site, f"/v1/cases/{moved_today}/placements")).status_code == 200


async def test_who_read_is_logged_and_who_was_refused_has_seen_nothing(education, placed):
    federation, stranger = education.organisation(OrgType.FEDERATION), education.organisation(OrgType.SCHOOL)
    for actor in (stranger, federation):
        await knock(education, placed, "attendance of a child", actor)
    rows = await education.fetch("SELECT organisation, act FROM access_log WHERE case_id = $1", placed.case)
    assert (federation.organisation, "placement.read") in [tuple(row) for row in rows]
    assert stranger.organisation not in {row[0] for row in rows}


async def test_a_city_authority_may_license_in_all_its_counties(education):
    who = Placed(education)
    city = education.organisation(OrgType.EDUCATION_AUTHORITY, "3716")
    assert (await license_site(education, city, who.site, who.school)).status_code == 201


OTHERS_DOORS = {"end": "not-found", "enrol": "not-found", "agree": "not-found", "teach at home": "case-not-found"}


@pytest.mark.parametrize("door", OTHERS_DOORS)
async def test_another_school_cannot_tell_that_the_placement_exists(education, placed, door):
    before = await education.counts()
    stranger = education.organisation(OrgType.SCHOOL)
    assert code_of(await knock(education, placed, door, stranger)) == (404, OTHERS_DOORS[door])
    assert await education.counts() == before


async def test_another_school_reads_no_programme_no_gap_no_hours_and_no_pupil(education, placed):
    stranger = education.organisation(OrgType.SCHOOL)
    for door in ("programmes", "gaps", "without programme", "reviews due"):
        assert (await knock(education, placed, door, stranger)).json()["items"] == []
    assert code_of(await knock(education, placed, "hours so far", stranger)) == (404, "case-not-found")
    assert (await knock(education, placed, "roster", stranger)).json() == []


async def test_the_site_teaches_and_does_not_keep_the_roll(education, placed):
    before = await education.counts()
    for door in ("enrol", "agree", "end", "teach at home"):
        assert code_of(await knock(education, placed, door, placed.site)) == (403, "not-allowed")
    assert await education.counts() == before
    assert (await knock(education, placed, "roster", placed.site)).json()[0]["case"] == str(placed.case)


@pytest.mark.parametrize("region", OTHER_REGIONS)
@pytest.mark.parametrize("door", ["unplaced", "next september", "behind the rate"])
async def test_lists_of_children_end_at_the_region(education, region, door):
    stream = await a_confirmed_child(education)
    authority = education.organisation(OrgType.EDUCATION_AUTHORITY, region)
    path = f"{DOORS[door][1]}?on=2024-09-18&limit=200"
    items = (await get(education, authority, path)).json()["items"]
    assert str(stream.subject) not in [item["case_id"] for item in items]


async def test_an_auditor_sees_the_figure_and_not_the_children_behind_it(education, placed):
    auditor = education.organisation(OrgType.AUDITOR)
    (rate,) = (await knock(education, placed, "enrolment rate", auditor)).json()
    assert (rate["county"], "case" in str(rate)) == ("371602", False)
    assert code_of(await knock(education, placed, "behind the rate", auditor)) == (403, "not-allowed")
    elsewhere = education.organisation(OrgType.AUDITOR, "3701")
    assert (await knock(education, placed, "enrolment rate", elsewhere)).json() == []
