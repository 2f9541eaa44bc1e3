"""API clients: made by the hundred, their secrets shown once, exchanged and ended."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from shared import clock
from shared.contracts.codes import OrgType
from tests.support.directory import COUNTY, a_manager, an_administrator, code_of, made

INVALID = (401, "directory.client-invalid")


def a_machine(**changes):
    return {"label": "HIS", "roles": ["staff"]} | changes


@pytest.fixture
async def clinic(directory):
    return await directory.organisation()


async def enters(directory, client: str, secret: str) -> bool:
    return (await directory.log_in_machine(client, secret)).status_code == 200


async def test_a_manager_takes_up_a_machine_that_gets_tokens(directory, clinic):
    answer = await directory.send("POST", "/v1/clients", a_machine(), by=a_manager(clinic))
    machine = made(answer)
    assert machine["organisation"] == str(clinic)
    assert answer.headers["cache-control"] == "no-store"
    assert await enters(directory, machine["id"], machine["secret"])
    assert await directory.audited(machine["id"]) == [("client.create", None), ("login.succeed", None)]


async def test_a_secret_is_shown_once_and_only_its_hash_is_kept(directory, clinic):
    by, key = a_manager(clinic), str(uuid4())
    first = made(await directory.send("POST", "/v1/clients", a_machine(), by=by, key=key))
    again = made(await directory.send("POST", "/v1/clients", a_machine(), by=by, key=key))
    assert (again["id"], again["secret"]) == (first["id"], None)
    assert "secret" not in (await directory.send("GET", "/v1/clients", by=by)).json()["items"][0]
    rows = await directory.running.fetch("SELECT digest FROM client_secret WHERE client_id = $1", UUID(first["id"]))
    assert [row[0] for row in rows] == [sha256(first["secret"].encode()).digest()]
    answers = await directory.running.fetch("SELECT answer FROM idempotency")
    assert not any(first["secret"].encode() in row[0] for row in answers)


async def test_a_secret_has_256_random_bits(directory, clinic):
    secrets = {(await directory.machine(clinic))["secret"] for _ in range(3)}
    assert {len(secret) for secret in secrets} == {43}
    assert len(secrets) == 3


async def test_five_hundred_are_taken_up_at_once_and_each_gets_in(directory):
    organisations = [await directory.organisation() for _ in range(5)]
    bodies = [a_machine(organisation=str(organisations[n % 5]), label=f"HIS {n}") for n in range(500)]
    answer = await directory.send("POST", "/v1/clients/batch", {"clients": bodies}, by=an_administrator())
    machines = made(answer)["clients"]
    assert [one["label"] for one in machines] == [body["label"] for body in bodies]
    assert [one["organisation"] for one in machines] == [body["organisation"] for body in bodies]
    for one in machines[::100]:
        assert await enters(directory, one["id"], one["secret"])
        assert not await enters(directory, one["id"], machines[1]["secret"])


BAD = {
    "a role of another kind": ({"roles": ["approver"]}, 422, "directory.roles-do-not-fit"),
    "a machine that manages": ({"roles": ["manager"]}, 422, "directory.roles-do-not-fit"),
    "no role": ({"roles": []}, 422, "invalid-request"),
    "no label": ({"label": ""}, 422, "invalid-request"),
    "a secret of one's own choice": ({"secret": "x" * 43}, 422, "invalid-request"),
    "an unknown organisation": ({"organisation": str(UUID(int=1))}, 404, "not-found"),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_is_refused_and_leaves_nothing_not_even_of_a_batch(directory, clinic, what):
    changes, status, code = BAD[what]
    before = await directory.running.counts()
    by, bad = a_manager(clinic), a_machine(**changes)
    assert code_of(await directory.send("POST", "/v1/clients", bad, by=by)) == (status, code)
    batch = await directory.send("POST", "/v1/clients/batch", {"clients": [a_machine(), bad]}, by=by)
    assert code_of(batch) == (status, code)
    if code == "directory.roles-do-not-fit":
        assert batch.json()["place"] == 1
    assert await directory.running.counts() == before


@pytest.mark.parametrize("size", [0, 501])
async def test_a_batch_has_one_to_five_hundred(directory, clinic, size):
    body = {"clients": [a_machine() for _ in range(size)]}
    answer = await directory.send("POST", "/v1/clients/batch", body, by=a_manager(clinic))
    assert code_of(answer) == (422, "invalid-request")


async def test_no_machine_administers(directory):
    federation = await directory.organisation(OrgType.FEDERATION)
    body = a_machine(organisation=str(federation), roles=["administrator"])
    answer = await directory.send("POST", "/v1/clients", body, by=an_administrator())
    assert code_of(answer) == (422, "directory.roles-do-not-fit")


async def rotate(directory, machine, by):
    return await directory.send("POST", f"/v1/clients/{machine['id']}/rotate", by=by)


async def test_after_a_rotation_both_secrets_are_valid_for_a_day_then_only_the_new_one(directory, clinic, monkeypatch):
    machine = await directory.machine(clinic)
    answer = (await rotate(directory, machine, a_manager(clinic))).json()
    assert await enters(directory, machine["id"], machine["secret"])
    assert await enters(directory, machine["id"], answer["secret"])
    until = clock.datetime.fromisoformat(answer["older_valid_until"])
    assert timedelta(hours=23, minutes=59) < until - clock.now() <= timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: until)
    assert not await enters(directory, machine["id"], machine["secret"])
    assert await enters(directory, machine["id"], answer["secret"])


async def test_a_second_rotation_ends_the_oldest_secret_at_once(directory, clinic):
    machine, by = await directory.machine(clinic), a_manager(clinic)
    second = (await rotate(directory, machine, by)).json()["secret"]
    third = (await rotate(directory, machine, by)).json()["secret"]
    entered = [await enters(directory, machine["id"], secret) for secret in (machine["secret"], second, third)]
    assert entered == [False, True, True]


async def test_a_disabled_machine_gets_nothing_and_stays_disabled(directory, clinic):
    machine, by = await directory.machine(clinic), a_manager(clinic)
    path = f"/v1/clients/{machine['id']}"
    assert (await directory.send("POST", f"{path}/disable", by=by)).json()["disabled_at"]
    assert code_of(await directory.log_in_machine(machine["id"], machine["secret"])) == INVALID
    for again in ("disable", "rotate"):
        answer = await directory.send("POST", f"{path}/{again}", by=by)
        assert code_of(answer) == (409, "directory.client-disabled")
    assert await directory.audited(machine["id"]) == [
        ("client.create", None), ("client.disable", None), ("login.refuse", "directory.client-invalid"),
    ]  # fmt: skip


async def test_a_manager_keeps_the_own_machines_and_no_others(directory, clinic):
    stranger = a_manager(await directory.organisation())
    machine = await directory.machine(clinic)
    body = a_machine(organisation=str(clinic))
    assert code_of(await directory.send("POST", "/v1/clients", body, by=stranger)) == (403, "not-allowed")
    for path in ("rotate", "disable"):
        answer = await directory.send("POST", f"/v1/clients/{machine['id']}/{path}", by=stranger)
        assert code_of(answer) == (404, "not-found")
    assert (await directory.send("GET", "/v1/clients", by=stranger)).json()["items"] == []
    own = (await directory.send("GET", "/v1/clients", by=a_manager(clinic))).json()["items"]
    assert [row["id"] for row in own] == [machine["id"]]


async def test_an_administrator_keeps_the_machines_of_the_region(directory, clinic):
    machine = await directory.machine(clinic)
    query = f"/v1/clients?organisation={clinic}"
    for region, sees in ((COUNTY, True), ("37", True), ("371603", False)):
        items = (await directory.send("GET", query, by=an_administrator(region))).json()["items"]
        assert [row["id"] for row in items] == ([machine["id"]] if sees else [])
    outside = await directory.send(
        "POST", "/v1/clients", a_machine(organisation=str(clinic)), by=an_administrator("371603")
    )
    assert code_of(outside) == (403, "directory.outside-region")
