"""The list of cases: newest activity first, whole or restricted, paged by keyset."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType
from tests.integration.timeline.snapshot import emptied
from tests.support.children import Child
from tests.support.stages import code_of

COUNTIES = ("371602", "371603", "371621", "370302")
BEGIN = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
async def children(timeline):
    """Twelve children over four counties, each active a minute after the one before."""
    await emptied(timeline)
    children = [Child() for _ in range(12)]
    for number, child in enumerate(children):
        moment = BEGIN + timedelta(minutes=number)
        child.registered(COUNTIES[number % 4], recorded_at=moment)
        await timeline.deliver(*child.records)
    return children


async def listed(timeline, actor, limit=200, **narrowed):
    """Return all cases of an actor's list, page by page."""
    cases, after = [], {}
    async with timeline.client(actor) as client:
        while True:
            answer = await client.get("/v1/cases", params={"limit": limit} | narrowed | after)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            cases += [row["case"] for row in page["items"]]
            if page["next"] is None:
                return cases
            after = {"after": page["next"]}


@pytest.mark.parametrize("limit", [1, 2, 5, 12, 200])
@pytest.mark.parametrize(("region", "counties"), [("37", COUNTIES), ("3716", COUNTIES[:3]), ("371621", COUNTIES[2:3])])
async def test_a_region_lists_its_cases_newest_activity_first(timeline, children, region, counties, limit):
    wanted = [str(c.case) for n, c in enumerate(children) if COUNTIES[n % 4] in counties]
    assert await listed(timeline, timeline.organisation(OrgType.FEDERATION, region), limit) == wanted[::-1]


async def test_an_institution_lists_the_cases_in_which_it_takes_part(timeline, children):
    centre = timeline.organisation(OrgType.REHAB_CENTRE)
    for child in (children[3], children[7]):
        child.enrolled(date(2024, 2, 1), centre.organisation, uuid4())
        await timeline.deliver(child.records[-1])
    assert await listed(timeline, centre, 1) == [str(children[7].case), str(children[3].case)]


async def test_new_activity_moves_a_case_to_the_top(timeline, children):
    auditor = timeline.organisation(OrgType.AUDITOR, "37")
    children[0].trained(date(2024, 3, 6), uuid4(), uuid4())
    await timeline.deliver(children[0].records[-1])
    assert (await listed(timeline, auditor))[0] == str(children[0].case)


async def test_a_case_without_registration_is_in_nobodys_region(timeline, children):
    child = Child()
    child.trained(date(2024, 3, 4), uuid4(), uuid4())
    await timeline.deliver(*child.records)
    assert str(child.case) not in await listed(timeline, timeline.organisation(OrgType.AUDITOR, "37"))


async def test_a_row_tells_what_the_reader_may_know(timeline, children):
    school, child = timeline.organisation(OrgType.SCHOOL), children[0]
    child.confirmed(date(2024, 2, 1))
    child.placed(date(2024, 3, 1), school=school.organisation)
    await timeline.deliver(*child.records[-2:])
    rows = {}
    for actor in (school, timeline.organisation(OrgType.HEALTH_AUTHORITY, "371602")):
        async with timeline.client(actor) as client:
            page = (await client.get("/v1/cases")).json()
        rows[actor.org_type] = next(row for row in page["items"] if row["case"] == str(child.case))
    assert (rows[OrgType.SCHOOL]["states"], rows[OrgType.SCHOOL]["stage"]) == (None, None)
    assert rows[OrgType.HEALTH_AUTHORITY]["states"] == {"autism": "confirmed"}


async def test_every_case_of_a_page_is_logged_and_no_other(timeline, children):
    auditor = timeline.organisation(OrgType.AUDITOR, "3716")
    async with timeline.client(auditor) as client:
        shown = [row["case"] for row in (await client.get("/v1/cases", params={"limit": 3})).json()["items"]]
    rows = await timeline.fetch("SELECT case_id, act FROM access_log WHERE person = $1", auditor.person)
    assert sorted((str(row["case_id"]), row["act"]) for row in rows) == sorted(
        (case, "timeline.list") for case in shown
    )


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}])
async def test_a_wrong_limit_is_refused(timeline, query):
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, "37")) as client:
        assert code_of(await client.get("/v1/cases", params=query)) == (422, "invalid-request")


async def test_a_cursor_of_another_list_is_refused(timeline):
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, "37")) as client:
        assert code_of(await client.get("/v1/cases", params={"after": "WzFd"})) == (400, "bad-cursor")


@pytest.mark.parametrize("limit", [1, 5, 200])
@pytest.mark.parametrize("region", ["37", "3716", "371602"])
async def test_a_list_is_narrowed_by_stage_category_and_county_and_goes_on_page_by_page(
    timeline, children, region, limit
):
    federation = timeline.organisation(OrgType.FEDERATION, region)
    confirmed = [child for number, child in enumerate(children) if number in {0, 4, 8}]
    for child in confirmed:
        child.confirmed(date(2024, 2, 1))
        await timeline.deliver(child.records[-1])
    wanted = [str(child.case) for child in confirmed[::-1]]
    assert await listed(timeline, federation, limit, stage="confirmed") == wanted
    assert await listed(timeline, federation, limit, category="autism") == wanted
    assert await listed(timeline, federation, limit, category="autism", stage="confirmed", county="371602") == wanted
    assert await listed(timeline, federation, limit, category="vision") == []
    assert await listed(timeline, federation, limit, stage="in_custody") == []


async def test_a_province_narrows_its_list_to_a_city_and_a_county(timeline, children):
    province = timeline.organisation(OrgType.FEDERATION, "37")
    for county, counties in (("3716", COUNTIES[:3]), ("371621", COUNTIES[2:3]), ("371699", ())):
        wanted = [str(child.case) for number, child in enumerate(children) if COUNTIES[number % 4] in counties]
        assert await listed(timeline, province, 2, county=county) == wanted[::-1], county


async def test_who_names_cases_is_shown_those_of_them_that_are_theirs_and_only_those_are_logged(timeline, children):
    county = timeline.organisation(OrgType.FEDERATION, "371602")
    named = [str(child.case) for child in (children[0], children[1], children[4])]
    shown = [named[2], named[0]]
    assert await listed(timeline, county, case=named) == shown
    assert await listed(timeline, county, case=str(uuid4())) == []
    rows = await timeline.fetch("SELECT case_id FROM access_log WHERE person = $1", county.person)
    assert sorted(str(row["case_id"]) for row in rows) == sorted(shown)


async def test_whoever_is_shown_no_states_does_not_learn_them_by_asking(timeline, children):
    school, child = timeline.organisation(OrgType.SCHOOL), children[0]
    child.placed(date(2024, 3, 1), school=school.organisation)
    await timeline.deliver(child.records[-1])
    async with timeline.client(school) as client:
        for asked in ({"stage": "confirmed"}, {"category": "autism"}):
            assert code_of(await client.get("/v1/cases", params=asked)) == (403, "not-allowed")
    assert await listed(timeline, school, county="371602") == [str(child.case)]
    assert await listed(timeline, school, county="371603") == []


@pytest.mark.parametrize(
    "query", [{"stage": "happy"}, {"stage": ""}, {"category": "happiness"}, {"overdue": "perhaps"}, {"x": "y"},
              {"case": "童"}, {"case": [str(uuid4())] * 51}]
)  # fmt: skip
async def test_a_question_that_is_none_is_refused(timeline, query):
    async with timeline.client(timeline.organisation(OrgType.AUDITOR, "37")) as client:
        assert code_of(await client.get("/v1/cases", params=query)) == (422, "invalid-request")
