"""Accounts: made and ended by managers and administrators; each person's own password."""

import json
from uuid import UUID, uuid4

import pytest

from shared.contracts.codes import OrgType
from tests.support.directory import COUNTY, a_manager, a_user_name, an_administrator, code_of, made
from tests.support.tokens import an_actor

NEW = "another long password"


def a_person(**changes):
    return {"user_name": a_user_name(), "display_name": "某工作人员（样例）", "roles": ["staff"]} | changes


@pytest.fixture
async def clinic(directory):
    return await directory.organisation()


async def create(directory, body, by, **how):
    return await directory.send("POST", "/v1/accounts", body, by=by, **how)


async def ids_seen(directory, by, query: str = "") -> list[str]:
    page = (await directory.send("GET", f"/v1/accounts?limit=200{query}", by=by)).json()
    return [row["id"] for row in page["items"]]


async def test_a_manager_takes_up_a_person_of_the_own_organisation_who_can_log_in(directory, clinic):
    answer = await create(directory, a_person(), a_manager(clinic))
    account = made(answer)
    assert account["organisation"] == str(clinic)
    assert account["password_is_initial"]
    assert answer.headers["cache-control"] == "no-store"
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200


async def test_the_initial_password_is_shown_once_and_kept_nowhere(directory, clinic):
    by, body, key = a_manager(clinic), a_person(), str(uuid4())
    first = made(await create(directory, body, by, key=key))
    again = await create(directory, body, by, key=key)
    assert (again.status_code, again.json()["id"], again.json()["password"]) == (201, first["id"], None)
    assert "password" not in (await directory.send("GET", "/v1/accounts", by=by)).json()["items"][0]
    for table in ("account", "idempotency", "audit"):
        rows = await directory.running.fetch(f"SELECT coalesce(t::text, '') FROM {table} t")
        assert not any(first["password"] in row[0] for row in rows)
    answers = await directory.running.fetch("SELECT answer FROM idempotency")
    assert not any(first["password"].encode() in row[0] for row in answers)


BAD = {
    "a role of another kind": ({"roles": ["approver"]}, 422, "directory.roles-do-not-fit"),
    "an unknown role": ({"roles": ["king"]}, 422, "directory.roles-do-not-fit"),
    "the role of services": ({"roles": ["service"]}, 422, "directory.roles-do-not-fit"),
    "no role": ({"roles": []}, 422, "invalid-request"),
    "a short name": ({"user_name": "ab"}, 422, "directory.user-name-invalid"),
    "a name in other letters": ({"user_name": "某某某某"}, 422, "directory.user-name-invalid"),
    "a name with a NUL": ({"user_name": "abc\0"}, 422, "directory.user-name-invalid"),
    "a long name": ({"user_name": "x" * 65}, 422, "invalid-request"),
    "a password of one's own choice": ({"password": NEW}, 422, "invalid-request"),
    "an unknown organisation": ({"organisation": str(UUID(int=1))}, 404, "not-found"),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_is_refused_and_leaves_nothing(directory, clinic, what):
    changes, status, code = BAD[what]
    before = await directory.running.counts()
    assert code_of(await create(directory, a_person(**changes), a_manager(clinic))) == (status, code)
    assert await directory.running.counts() == before


async def test_a_user_name_is_given_once(directory, clinic):
    body = a_person()
    made(await create(directory, body, a_manager(clinic)))
    other = await directory.organisation()
    twin = body | {"user_name": body["user_name"].upper()}
    assert code_of(await create(directory, twin, a_manager(other))) == (409, "directory.user-name-taken")


async def test_a_manager_keeps_the_own_organisation_and_no_other(directory, clinic):
    stranger = a_manager(await directory.organisation())
    account = await directory.account(clinic)
    body = a_person(organisation=str(clinic))
    assert code_of(await create(directory, body, stranger)) == (403, "not-allowed")
    for path in ("disable", "password"):
        answer = await directory.send("POST", f"/v1/accounts/{account['id']}/{path}", by=stranger)
        assert code_of(answer) == (404, "not-found")
    assert await ids_seen(directory, stranger) == await ids_seen(directory, stranger, f"&organisation={clinic}") == []
    assert await ids_seen(directory, a_manager(clinic)) == [account["id"]]


async def test_an_administrator_keeps_the_region_and_no_other(directory, clinic):
    account = await directory.account(clinic)
    outside = an_administrator("371603")
    assert code_of(await create(directory, a_person(organisation=str(clinic)), outside)) == (
        403, "directory.outside-region",
    )  # fmt: skip
    disable = f"/v1/accounts/{account['id']}/disable"
    assert code_of(await directory.send("POST", disable, by=outside)) == (404, "not-found")
    query = f"&organisation={clinic}"
    assert await ids_seen(directory, outside, query) == []
    for region in (COUNTY, "3716", "37"):
        assert await ids_seen(directory, an_administrator(region), query) == [account["id"]]
    assert (await directory.send("POST", disable, by=an_administrator(COUNTY))).json()["disabled_at"]


async def test_a_manager_can_neither_make_nor_touch_an_administrator(directory):
    federation = await directory.organisation(OrgType.FEDERATION)
    administrator = await directory.account(federation, "administrator")
    manager = a_manager(federation, OrgType.FEDERATION)
    wanted = a_person(roles=["administrator"])
    assert code_of(await create(directory, wanted, manager)) == (403, "directory.not-yours-to-manage")
    for path in ("disable", "password"):
        answer = await directory.send("POST", f"/v1/accounts/{administrator['id']}/{path}", by=manager)
        assert code_of(answer) == (403, "directory.not-yours-to-manage")
    assert (await directory.log_in(administrator["user_name"], administrator["password"])).status_code == 200


async def test_who_runs_the_installation_holds_no_other_role(directory):
    federation = await directory.organisation(OrgType.FEDERATION)
    both = a_person(organisation=str(federation), roles=["administrator", "approver"])
    assert code_of(await create(directory, both, an_administrator())) == (422, "directory.roles-do-not-fit")


async def test_a_disabled_account_gets_no_token_and_stays_disabled(directory, clinic):
    account = await directory.account(clinic)
    path = f"/v1/accounts/{account['id']}"
    assert (await directory.send("POST", f"{path}/disable", by=a_manager(clinic))).json()["disabled_at"]
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 400
    for again in ("disable", "password"):
        answer = await directory.send("POST", f"{path}/{again}", by=a_manager(clinic))
        assert code_of(answer) == (409, "directory.account-disabled")
    assert (await directory.audited(account["id"]))[1] == ("account.disable", None)


async def test_nobody_disables_the_own_account(directory, clinic):
    account = await directory.account(clinic, "manager")
    token = (await directory.log_in(account["user_name"], account["password"])).json()["access_token"]
    answer = await directory.send("POST", f"/v1/accounts/{account['id']}/disable", bearer=token)
    assert code_of(answer) == (409, "directory.not-yourself")


async def test_a_reset_password_replaces_the_old_one_and_is_to_be_changed(directory, clinic):
    account = await directory.account(clinic)
    path = f"/v1/accounts/{account['id']}/password"
    new = (await directory.send("POST", path, by=a_manager(clinic))).json()["password"]
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 400
    answer = await directory.log_in(account["user_name"], new)
    assert answer.json()["password_change_due"] is True
    assert ("account.reset-password", None) in await directory.audited(account["id"])


async def test_a_list_of_accounts_is_read_page_by_page(directory, clinic):
    made_ids = [(await directory.account(clinic))["id"] for _ in range(5)]
    by, seen, after = a_manager(clinic), [], ""
    while after is not None:
        page = (await directory.send("GET", f"/v1/accounts?limit=2{after and f'&after={after}'}", by=by)).json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
    assert seen == made_ids


# One's own password -----------------------------------------------------------------------------------------------


@pytest.fixture
async def person(directory, clinic):
    account = await directory.account(clinic)
    answer = await directory.log_in(account["user_name"], account["password"])
    return account | {"token": answer.json()["access_token"]}


async def change(directory, person, current: str, new: str):
    body = {"current": current, "new": new}
    return await directory.send("PUT", "/v1/account/password", body, bearer=person["token"])


async def test_a_person_changes_the_own_password(directory, person):
    assert (await change(directory, person, person["password"], NEW)).status_code == 204
    assert (await directory.log_in(person["user_name"], person["password"])).status_code == 400
    assert (await directory.log_in(person["user_name"], NEW)).json()["password_change_due"] is False
    assert ("account.change-password", None) in await directory.audited(person["id"])


async def test_a_wrong_current_password_changes_nothing_and_counts_as_a_failed_login(directory, person):
    for _ in range(5):
        answer = await change(directory, person, "a wrong but long password", NEW)
        assert code_of(answer) == (400, "directory.grant-invalid")
    assert code_of(await change(directory, person, person["password"], NEW)) == (429, "directory.login-locked")
    assert code_of(await directory.log_in(person["user_name"], person["password"])) == (429, "directory.login-locked")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("eleven char", "directory.password-too-short"),
        ("", "invalid-request"),
        ("x" * 201, "invalid-request"),
        ("x" * 12 + "\ud800", "invalid-request"),
    ],
)
async def test_a_bad_new_password_is_refused(directory, person, new, code):
    before = await directory.running.counts()
    async with directory.running.client() as client:
        body = json.dumps({"current": person["password"], "new": new})
        headers = {"Authorization": f"Bearer {person['token']}", "Content-Type": "application/json"}
        answer = await client.put("/v1/account/password", content=body, headers=headers)
    assert code_of(answer) == (422, code)
    assert await directory.running.counts() == before


async def test_a_password_is_not_the_user_name(directory, person):
    answer = await change(directory, person, person["password"], person["user_name"].upper())
    assert code_of(answer) == (422, "directory.password-is-user-name")


async def test_a_machine_has_no_password_to_change(directory, clinic):
    machine = await directory.machine(clinic)
    token = (await directory.log_in_machine(machine["id"], machine["secret"])).json()["access_token"]
    answer = await change(directory, {"token": token}, "a long invented password", NEW)
    assert code_of(answer) == (404, "not-found")


async def test_no_hash_of_a_body_with_a_password_is_kept(directory, person):
    before = (await directory.running.counts())["idempotency"]
    assert (await change(directory, person, person["password"], NEW)).status_code == 204
    assert (await directory.running.counts())["idempotency"] == before


async def test_people_of_one_organisation_know_each_other_by_name_and_nobody_else(directory, clinic):
    working, left = await directory.account(clinic), await directory.account(clinic)
    await directory.account(await directory.organisation())
    await directory.send("POST", f"/v1/accounts/{left['id']}/disable", by=a_manager(clinic))
    by = an_actor(OrgType.CLINIC, COUNTY, organisation=clinic)
    page = (await directory.send("GET", "/v1/colleagues", by=by)).json()
    assert page["items"] == [{"id": working["id"], "display_name": working["display_name"]}]
    second = await directory.account(clinic)
    first = (await directory.send("GET", "/v1/colleagues?limit=1", by=by)).json()
    rest = (await directory.send("GET", f"/v1/colleagues?limit=1&after={first['next']}", by=by)).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == sorted([working["id"], second["id"]])
    assert rest["next"] is None
