"""A person stays signed in where a portal keeps the login: until they sign out, for so long, and no longer."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared import clock
from tests.support.directory import an_administrator, code_of

PORTAL = {"client_id": "portal", "client_secret": "secret of portal"}
OVER = (400, "directory.session-over")


@pytest.fixture
async def person(directory):
    return await directory.account(await directory.organisation())


async def sign_in(directory, person, **more):
    form = {"grant_type": "password", "username": person["user_name"], "password": person["password"]}
    return await directory.token(**form | {"scope": "offline_access"} | PORTAL | more)


async def renew(directory, kept, **more):
    return await directory.token(**{"grant_type": "refresh_token", "refresh_token": kept} | PORTAL | more)


async def kept_login(directory, person) -> str:
    return (await sign_in(directory, person)).json()["refresh_token"]


async def age(directory, person, *, used: timedelta, begun: timedelta) -> None:
    now, own = clock.now(), UUID(person["id"])
    set_back = "UPDATE kept_login SET used_at = $1, begun_at = $2 WHERE account_id = $3"
    await directory.running.fetch(set_back, now - used, now - begun, own)


async def test_a_kept_login_gives_tokens_of_its_person_without_a_password(directory, person):
    kept = await kept_login(directory, person)
    claims = directory.claims(await renew(directory, kept))
    assert claims["sub"] == person["id"]
    assert "refresh_token" not in (await renew(directory, kept)).json()


async def test_the_database_holds_no_token(directory, person):
    kept = await kept_login(directory, person)
    rows = await directory.running.fetch("SELECT k::text FROM kept_login k")
    assert rows
    assert not any(kept in row[0] for row in rows)


async def test_without_the_scope_nothing_is_kept(directory, person):
    answer = await directory.log_in(person["user_name"], person["password"])
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize("secret", ["", "secret of rehab"])
async def test_a_login_is_kept_only_for_a_service_that_proves_itself(directory, person, secret):
    assert code_of(await sign_in(directory, person, client_secret=secret)) == (401, "directory.client-invalid")


async def test_a_machine_of_an_organisation_keeps_nobodys_login(directory, person):
    machine = await directory.machine(await directory.organisation())
    answer = await sign_in(directory, person, client_id=machine["id"], client_secret=machine["secret"])
    assert code_of(answer) == (401, "directory.client-invalid")


async def test_another_service_cannot_use_a_kept_login(directory, person):
    kept = await kept_login(directory, person)
    other = {"client_id": "rehab", "client_secret": "secret of rehab"}
    assert code_of(await renew(directory, kept, **other)) == OVER
    assert (await directory.send_form("/v1/token/revocation", token=kept, **other)).status_code == 204
    assert (await renew(directory, kept)).status_code == 200


async def test_who_signs_out_is_out_and_the_audit_tells_of_it(directory, person):
    kept = await kept_login(directory, person)
    for _ in range(2):
        assert (await directory.send_form("/v1/token/revocation", token=kept, **PORTAL)).status_code == 204
    assert code_of(await renew(directory, kept)) == OVER
    deeds = [deed for deed, _ in await directory.audited(person["id"])]
    assert deeds == ["account.create", "login.succeed", "login.end"]


async def test_signing_out_of_what_nobody_knows_tells_nothing(directory):
    assert (await directory.send_form("/v1/token/revocation", token="nothing", **PORTAL)).status_code == 204
    assert code_of(await directory.send_form("/v1/token/revocation", token="nothing")) == (
        400, "directory.token-request-invalid",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("used", "begun", "holds"),
    [
        (timedelta(minutes=59), timedelta(hours=11), True),
        (timedelta(minutes=61), timedelta(hours=2), False),
        (timedelta(minutes=1), timedelta(hours=12, minutes=1), False),
    ],
)
async def test_a_kept_login_ends_by_itself(directory, person, used, begun, holds):
    kept = await kept_login(directory, person)
    await age(directory, person, used=used, begun=begun)
    assert ((await renew(directory, kept)).status_code == 200) == holds


async def test_use_keeps_a_login_from_ending_as_idle(directory, person):
    kept = await kept_login(directory, person)
    await age(directory, person, used=timedelta(minutes=50), begun=timedelta(minutes=50))
    await renew(directory, kept)
    idle = "UPDATE kept_login SET used_at = used_at - interval '50 minutes' WHERE account_id = $1"
    await directory.running.fetch(idle, UUID(person["id"]))
    assert (await renew(directory, kept)).status_code == 200


async def test_who_signs_out_everywhere_is_out_everywhere(directory, person):
    kept = [await kept_login(directory, person) for _ in range(2)]
    token = (await renew(directory, kept[0])).json()["access_token"]
    answer = await directory.send("POST", "/v1/account/logins/end", bearer=token, key="everywhere")
    assert answer.status_code == 200
    assert [code_of(await renew(directory, one)) for one in kept] == [OVER, OVER]


@pytest.mark.parametrize("way", ["disable", "password"])
async def test_a_manager_ends_the_logins_of_an_account(directory, person, way):
    kept = await kept_login(directory, person)
    await directory.send("POST", f"/v1/accounts/{person['id']}/{way}", by=an_administrator())
    assert code_of(await renew(directory, kept)) == OVER


async def test_a_new_password_ends_the_logins_that_the_old_one_began(directory, person):
    kept = await kept_login(directory, person)
    token = (await renew(directory, kept)).json()["access_token"]
    body = {"current": person["password"], "new": "another long invented password"}
    assert (await directory.send("PUT", "/v1/account/password", body, bearer=token)).status_code == 204
    assert code_of(await renew(directory, kept)) == OVER


async def test_a_login_that_ended_long_ago_is_forgotten(directory, person):
    await kept_login(directory, person)
    await age(directory, person, used=timedelta(days=3), begun=timedelta(days=3))
    await kept_login(directory, person)
    rows = await directory.running.fetch("SELECT used_at FROM kept_login WHERE account_id = $1", UUID(person["id"]))
    assert [row[0] > clock.now() - timedelta(days=2) for row in rows] == [True]


async def test_a_person_reads_who_they_are_signed_in_as(directory, person):
    token = (await sign_in(directory, person)).json()["access_token"]
    own = (await directory.send("GET", "/v1/account", bearer=token)).json()
    assert (own["id"], own["display_name"], own["roles"]) == (person["id"], "某工作人员（样例）", ["staff"])
    assert (own["at"]["org_type"], own["at"]["region"]) == ("clinic", "371602")
    assert own["purposes"] == ["care"]


async def test_a_machine_has_no_account(directory):
    machine = await directory.machine(await directory.organisation())
    token = (await directory.log_in_machine(machine["id"], machine["secret"])).json()["access_token"]
    assert code_of(await directory.send("GET", "/v1/account", bearer=token)) == (404, "not-found")
