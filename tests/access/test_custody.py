"""Who must not pass at custody's doors."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from shared.access.policy import Actor
from shared.clock import today
from shared.contracts.codes import OrgType
from tests.integration.custody.test_custody import a_house, admit, an_admission, an_enrolled_child, get, leave
from tests.integration.custody.test_daily_life import GRANDMOTHER as PERSON
from tests.integration.custody.test_daily_life import SHEET, post
from tests.support.stack import Running, Servers
from tests.support.stages import a_child, a_stage, code_of

STAFF = str(UUID(int=62))
CARERS = {OrgType.CARE_HOME, OrgType.REHAB_CENTRE}
READERS = CARERS | {OrgType.FEDERATION}
LICENSED = {"day_places": 1, "boarding_places": 1, "valid_from": "2024-01-01", "valid_until": "2024-12-31"}
AT = "2024-03-02T08:00:00+08:00"
DOORS = {
    "admit": ("POST", "/v1/cases/{case}/stays", CARERS, an_admission()),
    "end": ("POST", "/v1/stays/{stay}/end", CARERS, {"ended_on": "2024-05-01", "reason": "returned_home"}),
    "stays of a child": ("GET", "/v1/cases/{case}/stays", READERS, None),
    "stays": ("GET", "/v1/stays", READERS, None),
    "candidates": ("GET", "/v1/care-candidates", READERS, None),
    "sheet": ("GET", "/v1/stays/{stay}/sheet", CARERS, None),
    "add a person": ("POST", "/v1/stays/{stay}/contacts", CARERS, PERSON | {"kind": "pick_up"}),
    "remove a person": ("POST", "/v1/contacts/{contact}/removal", CARERS, None),
    "sign out": ("POST", "/v1/stays/{stay}/sign-outs", CARERS, {"kind": "activity", "at": AT}),
    "sign in": ("POST", "/v1/stays/{stay}/sign-ins", CARERS, {"at": AT}),
    "movements": ("GET", "/v1/stays/{stay}/movements", CARERS, None),
    "leave": ("POST", "/v1/stays/{stay}/leaves", CARERS, {"kind": "hospital", "starts_at": AT, "expected_back_at": AT}),
    "return": ("POST", "/v1/leaves/{leave}/return", CARERS, {"at": AT}),
    "leaves": ("GET", "/v1/leaves", READERS, None),
    "report": ("POST", "/v1/stays/{stay}/incidents", CARERS, {"level": "minor", "kind": "injury", "at": AT}),
    "find a child": ("POST", "/v1/incidents/{incident}/found", CARERS, {"at": AT}),
    "follow up": ("POST", "/v1/incidents/{incident}/steps", CARERS, {"step": "federation_told", "at": AT}),
    "incidents": ("GET", "/v1/incidents", READERS, None),
    "incident": ("GET", "/v1/incidents/{incident}", CARERS, None),
    "steps": ("GET", "/v1/incident-steps", READERS, None),
    "license": ("POST", "/v1/institutions/{house}/custody-licences", {OrgType.FEDERATION}, LICENSED),
    "carers": ("POST", "/v1/carers", CARERS, {"by_day": 1, "by_night": 1, "since": "2024-01-01"}),
    "houses": ("GET", "/v1/care-houses", READERS, None),
    "check staff": (
        "POST",
        "/v1/staff-checks",
        CARERS,
        {"person": STAFF, "checked_on": "2024-01-01", "result": "clear"},
    ),
    "checks of staff": ("GET", "/v1/staff-checks", READERS, None),
}
OF_A_CHILD = [
    door for door, (_, path, let_in, _) in DOORS.items() if let_in == CARERS and "{" in path and door != "admit"
]
"""Doors that open for the house alone that took the child in."""
LISTS = ["stays", "candidates", "leaves", "incidents", "steps", "houses", "checks of staff", "movements"]
SHUT = [(door, kind) for door, (_, _, let_in, _) in DOORS.items() for kind in OrgType if kind not in let_in]


@pytest.fixture(scope="module")
async def custody(servers: Servers) -> AsyncIterator[Running]:
    async with a_stage(servers, "custody") as stage:
        yield stage


@dataclass
class Placed:
    """A home, and a child that stays with it, is on leave, and had an accident there."""

    home: Actor
    case: UUID
    stay: str
    contact: str
    leave: str
    incident: str

    @property
    def names(self):
        return {"house": self.home.organisation} | {name: getattr(self, name) for name in NAMED}


NAMED = ("case", "stay", "contact", "leave", "incident")


@pytest.fixture(scope="module")
async def placed(custody):
    home, case = await a_house(custody), await a_child(custody)
    stay = (await admit(custody, home, case, papers=[], sheet=SHEET)).json()["record"]
    contacts = (await get(custody, home, f"/v1/stays/{stay}/sheet")).json()["contacts"]
    on_leave = {"kind": "hospital", "starts_at": AT, "expected_back_at": "2024-03-09T08:00:00+08:00"}
    leave = (await post(custody, home, f"/v1/stays/{stay}/leaves", on_leave)).json()["record"]
    incident = {"level": "serious", "kind": "injury", "at": AT}
    reported = (await post(custody, home, f"/v1/stays/{stay}/incidents", incident)).json()["record"]
    return Placed(home, case, stay, contacts[0]["id"], leave, reported)


async def knock(custody, placed, door, actor=None, **token):
    method, path, _, body = DOORS[door]
    async with custody.client(actor, **token) as client:
        return await client.request(method, path.format(**placed.names), json=body)


@pytest.mark.parametrize(("door", "kind"), SHUT)
async def test_a_kind_of_organisation_without_business_here_is_refused(custody, placed, door, kind):
    before = await custody.counts()
    assert code_of(await knock(custody, placed, door, custody.organisation(kind))) == (403, "not-allowed")
    assert await custody.counts() == before


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_passes_without_a_valid_token(custody, placed, door):
    before, home = await custody.counts(), placed.home
    assert code_of(await knock(custody, placed, door)) == (401, "not-authenticated")
    for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"}, {"typ": "JWT"}):
        assert code_of(await knock(custody, placed, door, home, **wrong)) == (401, "not-authenticated")
    assert await custody.counts() == before


@pytest.mark.parametrize("kind", sorted(CARERS))
async def test_another_institution_cannot_tell_that_the_child_is_in_care_elsewhere(custody, placed, kind):
    other = custody.organisation(kind)
    before = await custody.counts()
    assert code_of(await knock(custody, placed, "stays of a child", other)) == (404, "case-not-found")
    for door in set(OF_A_CHILD) - set(LISTS):
        assert code_of(await knock(custody, placed, door, other)) == (404, "not-found"), door
    for door in LISTS:
        assert (await knock(custody, placed, door, other)).json()["items"] == [], door
    assert await custody.counts() == before


@pytest.mark.parametrize(
    ("region", "sees"), [("371602", True), ("3716", True), ("37", True), ("371603", False), ("3701", False)]
)
async def test_a_federation_sees_its_region_and_no_other(custody, placed, region, sees):
    federation = custody.organisation(OrgType.FEDERATION, region)
    one = await knock(custody, placed, "stays of a child", federation)
    cases = [item["case_id"] for item in (await get(custody, federation, "/v1/stays?limit=200")).json()["items"]]
    for door, member, own in (("leaves", "id", placed.leave), ("incidents", "id", placed.incident)):
        items = (await get(custody, federation, f"{DOORS[door][1]}?limit=200")).json()["items"]
        assert (own in {item[member] for item in items}) is sees
    steps = (await get(custody, federation, "/v1/incident-steps?limit=200")).json()["items"]
    assert (placed.incident in {item["incident_id"] for item in steps}) is sees
    houses = (await get(custody, federation, "/v1/care-houses?limit=200")).json()["items"]
    assert (str(placed.home.organisation) in {item["institution"] for item in houses}) is sees
    if sees:
        assert [stay["id"] for stay in one.json()] == [placed.stay]
        assert str(placed.case) in cases
    else:
        assert code_of(one) == (404, "case-not-found")
        assert str(placed.case) not in cases


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
    rows = await custody.fetch("SELECT organisation FROM access_log WHERE case_id = $1", placed.case)
    seen_by = {row[0] for row in rows}
    assert federation.organisation in seen_by
    assert stranger.organisation not in seen_by


async def test_an_unknown_child_is_not_admitted_by_guessing(custody, placed):
    assert code_of(await admit(custody, placed.home, uuid4())) == (404, "case-not-found")


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
