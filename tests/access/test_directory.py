"""Who must not pass at the directory's doors."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from services.directory.api import ROUTERS
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.support.directory import COUNTY, Directory, a_directory, a_manager, an_administrator, code_of
from tests.support.stack import Servers
from tests.support.tokens import an_actor

PEOPLE = frozenset(OrgType) - {OrgType.SERVICE}
NAME, MACHINE = {"name": "样例"}, {"label": "HIS", "roles": ["staff"]}
PERSON = {"user_name": "somebody", "display_name": "某人", "roles": ["staff"]}
CLINIC = {"name": "样例卫生院", "org_type": "clinic", "region": COUNTY}

DOORS = {
    "create organisation": ("POST", "/v1/organisations", CLINIC, "administrator"),
    "create organisations": ("POST", "/v1/organisations/batch", {"organisations": [CLINIC]}, "administrator"),
    "rename organisation": ("PUT", "/v1/organisations/{organisation}/name", NAME, "administrator"),
    "close organisation": ("POST", "/v1/organisations/{organisation}/close", None, "administrator"),
    "list organisations": ("GET", "/v1/organisations", None, "everybody"),
    "read organisation": ("GET", "/v1/organisations/{organisation}", None, "everybody"),
    "register": ("GET", "/v1/organisations/register", None, "everybody"),
    "create account": ("POST", "/v1/accounts", PERSON, "manager"),
    "list accounts": ("GET", "/v1/accounts", None, "manager"),
    "list colleagues": ("GET", "/v1/colleagues", None, "people"),
    "disable account": ("POST", "/v1/accounts/{account}/disable", None, "manager"),
    "reset password": ("POST", "/v1/accounts/{account}/password", None, "manager"),
    "change own password": ("PUT", "/v1/account/password", {"current": "x", "new": "y" * 12}, "people"),
    "read own account": ("GET", "/v1/account", None, "people"),
    "sign out everywhere": ("POST", "/v1/account/logins/end", None, "people"),
    "create client": ("POST", "/v1/clients", MACHINE, "manager"),
    "create clients": ("POST", "/v1/clients/batch", {"clients": [MACHINE]}, "manager"),
    "list clients": ("GET", "/v1/clients", None, "manager"),
    "rotate client": ("POST", "/v1/clients/{client}/rotate", None, "manager"),
    "disable client": ("POST", "/v1/clients/{client}/disable", None, "manager"),
}
ROLES = ("staff", "manager", "administrator", "approver", "auditor", "service")


def passes(kind: OrgType, role: str, who: str) -> bool:
    """Say who may knock at all, in words of the design note and not of the policy table."""
    return {
        "administrator": kind is OrgType.FEDERATION and role == "administrator",
        "everybody": True,
        "manager": kind in PEOPLE and role in {"manager", "administrator"},
        "people": kind in PEOPLE,
    }[who]


SHUT = [
    (door, kind, role)
    for door, (_, _, _, who) in DOORS.items()
    for kind in OrgType
    for role in ROLES
    if not passes(kind, role, who)
]


@pytest.fixture(scope="module")
async def directory(servers: Servers) -> AsyncIterator[Directory]:
    async with a_directory(servers) as it:
        yield it


@pytest.fixture(scope="module")
async def ids(directory) -> dict[str, str]:
    """A clinic with one person and one machine."""
    clinic = await directory.organisation()
    account, machine = await directory.account(clinic), await directory.machine(clinic)
    return {"organisation": str(clinic), "account": account["id"], "client": machine["id"]}


async def knock(directory, ids, door, by=None, bearer=""):
    method, path, body, _ = DOORS[door]
    return await directory.send(method, path.format(**ids), body, by=by, bearer=bearer)


def test_every_door_of_the_directory_stands_in_this_table():
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    built = {(method, route.path) for route in routes for method in route.methods}
    documents = {("GET", "/.well-known/jwks.json"), ("GET", "/.well-known/openid-configuration")}
    open_ones = {("POST", "/v1/token"), ("POST", "/v1/token/revocation")} | documents
    assert built == {(method, path) for method, path, _, _ in DOORS.values()} | open_ones


async def test_whoever_has_no_business_at_a_door_is_refused_and_leaves_nothing(directory, ids):
    before = await directory.running.counts()
    wrong = []
    for door, kind, role in SHUT:
        answer = await knock(directory, ids, door, an_actor(kind, COUNTY, role))
        if code_of(answer) != (403, "not-allowed"):
            wrong.append((door, kind, role, answer.status_code))
    assert wrong == []
    assert len(SHUT) > 500
    assert await directory.running.counts() == before


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_passes_without_a_valid_token(directory, ids, door):
    before, by = await directory.running.counts(), an_administrator()
    issuer = directory.running.servers.issuer
    bad = [issuer.token(by, **wrong) for wrong in ({"exp": 1_700_000_000}, {"aud": "elsewhere"}, {"iss": "elsewhere"})]
    bad += [issuer.token(by, typ="JWT"), issuer.token(by)[:-8] + "AAAAAAAA", "no-token"]
    for bearer in ("", *bad):
        assert code_of(await knock(directory, ids, door, bearer=bearer)) == (401, "not-authenticated")
    assert await directory.running.counts() == before


@pytest.mark.parametrize("door", [door for door, (method, _, _, who) in DOORS.items() if who == "manager"])
async def test_a_manager_of_another_organisation_gets_no_further_than_the_door(directory, ids, door):
    method, path, body, _ = DOORS[door]
    stranger = a_manager(await directory.organisation())
    before = await directory.running.counts()
    theirs = {"organisation": ids["organisation"]}
    if body in (MACHINE, PERSON):
        answer = await directory.send(method, path, body | theirs, by=stranger)
        assert code_of(answer) == (403, "not-allowed")
    elif method == "POST" and body:
        answer = await directory.send(method, path, {"clients": [MACHINE | theirs]}, by=stranger)
        assert code_of(answer) == (403, "not-allowed")
    elif method == "GET":
        assert (await directory.send(method, path, by=stranger)).json()["items"] == []
    else:
        assert code_of(await knock(directory, ids, door, stranger)) == (404, "not-found")
    assert await directory.running.counts() == before


@pytest.mark.parametrize("door", ["rename organisation", "close organisation", "disable account", "rotate client"])
async def test_an_administrator_of_another_region_changes_nothing(directory, ids, door):
    before = await directory.running.counts()
    answer = await knock(directory, ids, door, an_administrator("3701"))
    assert answer.status_code in {403, 404}
    assert await directory.running.counts() == before


@pytest.mark.parametrize("kind", OrgType)
async def test_everybody_who_has_a_token_reads_the_register(directory, ids, kind):
    assert (await knock(directory, ids, "register", an_actor(kind, COUNTY))).status_code == 200


async def test_the_register_names_no_person_and_no_number(directory, ids):
    entries = (await knock(directory, ids, "register", an_actor(OrgType.CLINIC))).json()["organisations"]
    assert {frozenset(entry) for entry in entries} == {frozenset({"id", "name", "org_type", "region"})}


async def test_an_account_that_is_not_there_cannot_be_told_from_one_of_others(directory, ids):
    stranger = a_manager(await directory.organisation())
    answers = []
    for account in (ids["account"], str(uuid4())):
        answer = (await knock(directory, ids | {"account": account}, "disable account", stranger)).json()
        del answer["request_id"]
        answers.append(answer)
    assert answers[0] == answers[1]


async def test_a_token_of_a_disabled_account_cannot_be_renewed(directory):
    clinic = await directory.organisation()
    account = await directory.account(clinic, Role.MANAGER)
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200
    await directory.send("POST", f"/v1/accounts/{account['id']}/disable", by=an_administrator())
    answer = await directory.log_in(account["user_name"], account["password"])
    assert code_of(answer) == (400, "directory.grant-invalid")
