"""Who must not pass at custody's doors."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.clock import today
from shared.contracts.codes import OrgType
from tests.integration.custody.test_custody import a_house, admit, an_admission, an_enrolled_child, get, leave
from tests.support.stack import Running, Servers
from tests.support.stages import a_child, a_stage, code_of

CARERS = {OrgType.CARE_HOME, OrgType.REHAB_CENTRE}
DOORS = {
    "admit": ("POST", "/v1/cases/{case}/stays", CARERS),
    "end": ("POST", "/v1/stays/{stay}/end", CARERS),
    "stays of a child": ("GET", "/v1/cases/{case}/stays", CARERS | {OrgType.FEDERATION}),
    "stays": ("GET", "/v1/stays", CARERS | {OrgType.FEDERATION}),
    "candidates": ("GET", "/v1/care-candidates", CARERS | {OrgType.FEDERATION}),
}
SHUT = [(door, kind) for door, (_, _, let_in) in DOORS.items() for kind in OrgType if kind not in let_in]


@pytest.fixture(scope="module")
async def custody(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "custody") as stage:
        yield stage


@pytest.fixture(scope="module")
async def placed(custody):
    """A home, and a child that stays with it."""
    home, case = await a_house(custody), await a_child(custody)
    return home, case, (await admit(custody, home, case)).json()["record"]


async def knock(custody, placed, door, actor=None, **token):
    _, case, stay = placed
    method, path, _ = DOORS[door]
    body = {"ended_on": "2024-05-01", "reason": "returned_home"} if door == "end" else an_admission()
    async with custody.client(actor, **token) as client:
        return await client.request(method, path.format(case=case, stay=stay), json=body if method == "POST" else None)


@pytest.mark.parametrize(("door", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(custody, placed, door, kind):
    before = await custody.counts()
    assert code_of(await knock(custody, placed, door, custody.organisation(kind))) == (403, "not-allowed")
    assert await custody.counts() == before


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_passes_without_a_valid_token(custody, placed, door):
    before, home = await custody.counts(), placed[0]
    assert code_of(await knock(custody, placed, door)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"}, {"typ": "JWT"}):
        assert code_of(await knock(custody, placed, door, home, **wrong)) == (401, "not-authenticated")
    assert await custody.counts() == before


@pytest.mark.parametrize("kind", sorted(CARERS))
async def test_another_institution_cannot_tell_that_the_child_is_in_care_elsewhere(custody, placed, kind):
    other = custody.organisation(kind)
    before = await custody.counts()
    assert code_of(await knock(custody, placed, "stays of a child", other)) == (404, "case-not-found")
    assert code_of(await knock(custody, placed, "end", other)) == (404, "not-found")
    assert (await knock(custody, placed, "stays", other)).json()["items"] == []
    assert await custody.counts() == before


@pytest.mark.parametrize(
    ("region", "sees"), [("371602", True), ("3716", True), ("37", True), ("371603", False), ("3701", False)]
)
async def test_a_federation_sees_its_region_and_no_other(custody, placed, region, sees):
    federation = custody.organisation(OrgType.FEDERATION, region)
    one = await knock(custody, placed, "stays of a child", federation)
    cases = [item["case_id"] for item in (await get(custody, federation, "/v1/stays?limit=200")).json()["items"]]
    if sees:
        assert [stay["id"] for stay in one.json()] == [placed[2]]
        assert str(placed[1]) in cases
    else:
        assert code_of(one) == (404, "case-not-found")
        assert str(placed[1]) not in cases


async def test_a_child_that_left_long_ago_is_out_of_the_institutions_sight_and_one_that_left_now_is_not(custody):
    home = await a_house(custody)
    long_ago, now = await a_child(custody), await a_child(custody)
    for case, day in ((long_ago, "2024-05-01"), (now, today().isoformat())):
        await leave(custody, home, (await admit(custody, home, case)).json()["record"], ended_on=day)
    assert code_of(await get(custody, home, f"/v1/cases/{long_ago}/stays")) == (404, "case-not-found")
    assert (await get(custody, home, f"/v1/cases/{now}/stays")).status_code == 200
    assert [item["case_id"] for item in (await get(custody, home, "/v1/stays")).json()["items"]] == [str(now)]


async def test_a_refused_reading_is_shown_to_nobody_and_a_granted_one_is_logged(custody, placed):
    federation, stranger = custody.organisation(OrgType.FEDERATION), custody.organisation(OrgType.CARE_HOME)
    for actor in (stranger, federation):
        await knock(custody, placed, "stays of a child", actor)
    rows = await custody.fetch("SELECT organisation FROM access_log WHERE case_id = $1", placed[1])
    seen_by = {row[0] for row in rows}
    assert federation.organisation in seen_by
    assert stranger.organisation not in seen_by


async def test_an_unknown_child_is_not_admitted_by_guessing(custody, placed):
    assert code_of(await admit(custody, placed[0], uuid4())) == (404, "case-not-found")


async def candidates(custody, actor):
    page = (await get(custody, actor, "/v1/care-candidates?limit=200")).json()
    return [item["case_id"] for item in page["items"]]


async def test_a_centre_sees_its_own_children_without_care_and_a_care_home_sees_none(custody):
    centre, other = custody.organisation(OrgType.REHAB_CENTRE), custody.organisation(OrgType.REHAB_CENTRE)
    case = str((await an_enrolled_child(custody, centre)).subject)
    assert await candidates(custody, centre) == [case]
    assert case in await candidates(custody, custody.organisation(OrgType.FEDERATION, "3716"))
    strangers = (other, custody.organisation(OrgType.CARE_HOME), custody.organisation(OrgType.FEDERATION, "371603"))
    for stranger in strangers:
        assert case not in await candidates(custody, stranger)
