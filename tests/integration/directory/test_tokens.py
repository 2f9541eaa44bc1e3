"""Tokens: who gets one, what it says, and that a refusal tells nothing."""

from base64 import b64encode
from urllib.parse import quote_plus
from uuid import UUID

import httpx
import pytest

from services.directory.passwords import Passwords
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.ids import of_service
from tests.support.directory import ADMINISTRATOR, PASSWORD, SERVICES, an_administrator, code_of
from tests.support.stages import UNKNOWN

INVALID = (400, "directory.grant-invalid")
INVALID_CLIENT = (401, "directory.client-invalid")


async def test_a_person_gets_a_token_that_says_who_they_are(directory):
    clinic = await directory.organisation()
    account = await directory.account(clinic, "staff", "manager")
    answer = await directory.log_in(account["user_name"], account["password"])
    assert {key: answer.json()[key] for key in ("token_type", "expires_in", "password_change_due")} == {
        "token_type": "Bearer", "expires_in": 300, "password_change_due": True,
    }  # fmt: skip
    assert answer.headers["cache-control"] == "no-store"
    claims = directory.claims(answer)
    assert (claims["sub"], claims["org"]) == (account["id"], str(clinic))
    assert (claims["org_type"], claims["region"], claims["purpose"]) == ("clinic", "371602", "care")
    assert claims["roles"] == ["manager", "staff"]
    assert (claims["iss"], claims["aud"]) == ("tongkang-directory", "tongkang")
    assert claims["exp"] - claims["iat"] == 300
    assert claims["nbf"] == claims["iat"]
    assert UUID(claims["jti"])


async def test_two_tokens_of_one_person_can_be_told_apart(directory):
    first, second = [directory.claims(await directory.log_in(ADMINISTRATOR, PASSWORD)) for _ in range(2)]
    assert first["sub"] == second["sub"]
    assert first["jti"] != second["jti"]


async def test_the_directorys_own_doors_open_to_its_own_token_and_not_to_a_changed_one(directory):
    token = (await directory.log_in(ADMINISTRATOR, PASSWORD)).json()["access_token"]
    assert (await directory.send("GET", "/v1/organisations/register", bearer=token)).status_code == 200
    head, claims, signature = token.split(".")
    other = (await directory.log_in_machine("rehab", "secret of rehab")).json()["access_token"].split(".")[1]
    forged = await directory.send("GET", "/v1/organisations/register", bearer=f"{head}.{other}.{signature}")
    assert code_of(forged) == (401, "not-authenticated")
    assert claims != other


async def test_a_user_name_is_the_same_in_capitals_and_with_spaces_around(directory):
    assert (await directory.log_in(f" {ADMINISTRATOR.upper()} ", PASSWORD)).status_code == 200


async def test_a_password_is_the_same_from_another_keyboard(directory):
    account = await directory.account(await directory.organisation())
    token = (await directory.log_in(account["user_name"], account["password"])).json()["access_token"]
    composed, decomposed = "a caf\u00e9 long enough", "a cafe\u0301 long enough"
    body = {"current": account["password"], "new": decomposed}
    assert (await directory.send("PUT", "/v1/account/password", body, bearer=token)).status_code == 204
    assert (await directory.log_in(account["user_name"], composed)).status_code == 200


async def turned_away(directory) -> dict[str, tuple[str, str]]:
    """User name and password of everybody who must not get in, by why."""
    open_one, closed = await directory.organisation(), await directory.organisation()
    wrong, disabled, orphan = [await directory.account(one) for one in (open_one, open_one, closed)]
    by = an_administrator()
    await directory.send("POST", f"/v1/accounts/{disabled['id']}/disable", by=by)
    await directory.send("POST", f"/v1/organisations/{closed}/close", by=by)
    return {
        "nobody": ("nobody-has-this-name", "a long invented password"),
        "no possible name": ("不是用户名", "a long invented password"),
        "wrong password": (wrong["user_name"], wrong["password"] + "x"),
        "disabled account": (disabled["user_name"], disabled["password"]),
        "closed organisation": (orphan["user_name"], orphan["password"]),
    }


async def test_whoever_is_turned_away_gets_one_answer_after_one_hash(directory, monkeypatch):
    hashed: list[str] = []
    verify = Passwords._verify
    monkeypatch.setattr(
        Passwords, "_verify", lambda self, hash_, password: hashed.append(hash_) or verify(self, hash_, password)
    )
    answers = set()
    for name, password in (await turned_away(directory)).values():
        before = len(hashed)
        answer = await directory.log_in(name, password)
        assert code_of(answer) == INVALID
        assert len(hashed) == before + 1
        document = answer.json()
        del document["request_id"]
        headers = {key: value for key, value in answer.headers.items() if key != "x-request-id"}
        answers.add(str((document, headers)))
    assert len(answers) == 1
    # The hash of nobody costs what a real one costs.
    assert {hash_.rsplit("$", 2)[0] for hash_ in hashed} == {"$argon2id$v=19$m=8,t=1,p=1"}


async def test_logins_and_refused_ones_are_audited_without_the_password(directory):
    account = await directory.account(await directory.organisation())
    await directory.log_in(account["user_name"], "a wrong but long password")
    await directory.log_in(account["user_name"], account["password"])
    assert await directory.audited(account["id"]) == [
        ("account.create", None),
        ("login.refuse", "directory.grant-invalid"),
        ("login.succeed", None),
    ]
    rows = await directory.running.fetch("SELECT a::text FROM audit a")
    assert not any("long password" in row[0] or account["password"] in row[0] for row in rows)


async def test_a_hash_of_other_parameters_is_renewed_at_login_and_at_no_other_time(directory):
    account = await directory.account(await directory.organisation())
    costly = directory.desk.settings.model_copy(update={"argon2_time_cost": 2})
    old = await Passwords(costly).hash(account["password"])

    async def stored() -> str:
        rows = await directory.running.fetch("SELECT password_hash FROM account WHERE id = $1", UUID(account["id"]))
        return rows[0][0]

    await directory.running.fetch("UPDATE account SET password_hash = $2 WHERE id = $1", UUID(account["id"]), old)
    await directory.log_in(account["user_name"], "a wrong but long password")
    assert await stored() == old
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200
    renewed = await stored()
    assert "t=1" in renewed
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200
    assert await stored() == renewed


@pytest.mark.parametrize("name", SERVICES)
async def test_a_tongkang_service_gets_a_token_under_its_fixed_id(directory, name):
    claims = directory.claims(await directory.log_in_machine(name, f"secret of {name}"))
    own = str(of_service(name))
    assert (claims["sub"], claims["org"], claims["org_type"]) == (own, own, "service")
    assert (claims["region"], claims["roles"], claims["purpose"]) == ("", ["service"], "operation")


@pytest.mark.parametrize(
    ("client", "secret"), [("screening", "secret of rehab"), ("nobody", "secret"), (str(UNKNOWN), "secret")]
)
async def test_an_unknown_machine_or_a_wrong_secret_gets_nothing(directory, client, secret):
    answer = await directory.log_in_machine(client, secret)
    assert code_of(answer) == INVALID_CLIENT
    assert answer.json()["error"] == "invalid_client"


async def test_a_machine_speaks_for_its_organisation(directory):
    hospital = await directory.organisation(OrgType.HOSPITAL, "3716")
    machine = await directory.machine(hospital)
    claims = directory.claims(await directory.log_in_machine(machine["id"], machine["secret"]))
    assert (claims["sub"], claims["org"], claims["region"]) == (machine["id"], str(hospital), "3716")
    assert claims["roles"] == ["staff"]


async def test_a_machine_may_send_its_secret_in_the_header(directory):
    machine = await directory.machine(await directory.organisation())
    pair = f"{quote_plus(machine['id'])}:{quote_plus(machine['secret'])}"
    headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    async with directory.running.client() as client:
        answer = await client.post("/v1/token", data={"grant_type": "client_credentials"}, headers=headers)
    assert directory.claims(answer)["sub"] == machine["id"]


async def test_a_purpose_is_one_of_the_organisations(directory):
    auditor = await directory.account(await directory.organisation(OrgType.AUDITOR, "3716"), "auditor")
    form = {"grant_type": "password", "username": auditor["user_name"], "password": auditor["password"]}
    assert directory.claims(await directory.token(**form))["purpose"] == "audit"
    assert code_of(await directory.token(**form, purpose="care")) == (400, "directory.purpose-does-not-fit")
    federation = await directory.account(await directory.organisation(OrgType.FEDERATION), Role.APPROVER)
    form |= {"username": federation["user_name"], "password": federation["password"], "purpose": "supervision"}
    assert directory.claims(await directory.token(**form))["purpose"] == "supervision"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PERSON = "grant_type=password&username=somebody&password=a+long+password"
BAD = {
    "empty": ("", FORM),
    "no password": ("grant_type=password&username=somebody", FORM),
    "no grant": ("username=somebody&password=x", FORM),
    "a field twice": (f"{PERSON}&username=another", FORM),
    "json": ('{"grant_type": "password"}', {"Content-Type": "application/json"}),
    "no content type": (PERSON, {"Content-Type": ""}),
    "not utf-8": ("grant_type=password&username=%ff&password=x", FORM),
    "bytes beyond ascii": ("grant_type=password&username=某&password=x".encode(), FORM),
    "too long a name": (f"grant_type=password&username={'x' * 201}&password=x", FORM),
    "too long a password": (f"grant_type=password&username=somebody&password={'x' * 201}", FORM),
    "too long a form": (f"{PERSON}&x={'x' * 9000}", FORM),
    "too many fields": ("&".join(f"f{n}=1" for n in range(30)), FORM),
    "a header that is no base64": ("grant_type=client_credentials", FORM | {"Authorization": "Basic %%%"}),
    "a header without a secret": ("grant_type=client_credentials", FORM | {"Authorization": "Basic bm9jb2xvbg=="}),
    "a secret twice": (
        "grant_type=client_credentials&client_id=rehab&client_secret=x", FORM | {"Authorization": "Basic YTpi"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
async def test_a_request_that_is_none_is_refused_and_leaves_nothing(directory, what):
    body, headers = BAD[what]
    before = await directory.running.counts()
    async with directory.running.client() as client:
        answer = await client.post("/v1/token", content=body, headers=headers)
    assert code_of(answer) == (400, "directory.token-request-invalid")
    assert answer.json()["error"] == "invalid_request"
    assert await directory.running.counts() == before


async def test_other_grants_are_refused_by_their_name(directory):
    answer = await directory.token(grant_type="authorization_code", code="x")
    assert code_of(answer) == (400, "directory.grant-unsupported")
    assert answer.json()["error"] == "unsupported_grant_type"


async def test_a_name_with_a_nul_is_a_wrong_name(directory):
    assert code_of(await directory.log_in("founder\0", PASSWORD)) == INVALID
    assert code_of(await directory.log_in(ADMINISTRATOR, "\0" * 12)) == INVALID


async def test_what_the_documents_say_is_true(directory):
    said = (await directory.send("GET", "/.well-known/openid-configuration")).json()
    assert said["issuer"] == directory.claims(await directory.log_in(ADMINISTRATOR, PASSWORD))["iss"]
    for grant in said["grant_types_supported"]:
        answer = await directory.token(grant_type=grant)
        assert code_of(answer) == (400, "directory.token-request-invalid")
    path = httpx.URL(said["jwks_uri"]).path
    keys = (await directory.send("GET", path)).json()["keys"]
    assert [key["alg"] for key in keys] == ["Ed25519"]
    assert not any("d" in key for key in keys)
    assert httpx.URL(said["token_endpoint"]).path == "/v1/token"
