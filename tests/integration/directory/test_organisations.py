"""Organisations: taken up one by one or by the hundred, renamed, closed, listed; the register that services read."""

from uuid import UUID, uuid4

import pytest

from shared.access.clients import _entry
from shared.contracts.codes import OrgType
from shared.identifiers import credit_check
from tests.support.directory import COUNTY, an_administrator, code_of, made
from tests.support.tokens import an_actor


def a_clinic(**changes):
    return {"name": f"样例卫生院 {uuid4()}", "org_type": "clinic", "region": COUNTY} | changes


def a_credit_code() -> str:
    first17 = f"92{uuid4().int % 10**15:015d}"
    return first17 + credit_check(first17)


async def create(directory, body, **how):
    return await directory.send("POST", "/v1/organisations", body, by=how.pop("by", an_administrator()), **how)


async def create_all(directory, bodies, **how):
    body = {"organisations": bodies}
    return await directory.send("POST", "/v1/organisations/batch", body, by=how.pop("by", an_administrator()), **how)


async def register(directory) -> dict[str, dict]:
    answer = await directory.send("GET", "/v1/organisations/register", by=an_actor(OrgType.SERVICE, "", "service"))
    return {row["id"]: row for row in answer.json()["organisations"]}


async def test_an_organisation_is_taken_up_and_stands_in_the_register_as_services_read_it(directory):
    body = a_clinic(credit_code=a_credit_code())
    answer = made(await create(directory, body))
    assert {key: answer[key] for key in body} == body
    entry = _entry((await register(directory))[answer["id"]])
    assert (str(entry.id), entry.name, entry.org_type, entry.region) == (
        answer["id"],
        body["name"],
        OrgType.CLINIC,
        COUNTY,
    )
    one = await directory.send("GET", f"/v1/organisations/{answer['id']}", by=an_actor(OrgType.CLINIC))
    assert one.json() == answer
    assert await directory.audited(answer["id"]) == [("organisation.create", None)]


async def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(directory):
    by, body, key = an_administrator(), a_clinic(), str(uuid4())
    first = await create(directory, body, by=by, key=key)
    before = await directory.running.counts()
    again = await create(directory, body, by=by, key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert code_of(await create(directory, a_clinic(), by=by, key=key)) == (409, "idempotency-key-reused")
    assert await directory.running.counts() == before


async def test_five_hundred_are_taken_up_at_once_in_their_order(directory):
    bodies = [a_clinic() for _ in range(500)]
    answer = made(await create_all(directory, bodies))["organisations"]
    assert [one["name"] for one in answer] == [body["name"] for body in bodies]
    assert {one["id"] for one in answer} <= (await register(directory)).keys()
    assert await directory.audited(answer[499]["id"]) == [("organisation.create", None)]


BAD = {
    "a school without a county": ({"org_type": "school", "region": "3716"}, 422, "directory.region-does-not-fit"),
    "a wrong check character": ({"credit_code": "91350100M000100Y44"}, 422, "directory.credit-code-invalid"),
    "a credit code that is none": ({"credit_code": "x"}, 422, "directory.credit-code-invalid"),
    "outside the region": ({"region": "440103"}, 403, "directory.outside-region"),
    "an empty name": ({"name": "  "}, 422, "invalid-request"),
    "a name with a line end": ({"name": "a\nb"}, 422, "invalid-request"),
    "a name with a NUL": ({"name": "a\0b"}, 422, "invalid-request"),
    "a long name": ({"name": "x" * 121}, 422, "invalid-request"),
    "an unknown kind": ({"org_type": "bank"}, 422, "invalid-request"),
    "a service": ({"org_type": "service"}, 422, "invalid-request"),
    "an odd region": ({"region": "37160"}, 422, "invalid-request"),
    "a region in other digits": ({"region": "37１６02"}, 422, "invalid-request"),
    "no region": ({"region": ""}, 422, "invalid-request"),
    "an unknown field": ({"phone": "1"}, 422, "invalid-request"),
    "a number for a name": ({"name": 7}, 422, "invalid-request"),
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_is_refused_and_leaves_nothing_not_even_of_a_batch(directory, what):
    changes, status, code = BAD[what]
    before = await directory.running.counts()
    assert code_of(await create(directory, a_clinic(**changes))) == (status, code)
    batch = await create_all(directory, [a_clinic(), a_clinic(**changes)])
    assert code_of(batch) == (status, code)
    if status == 422 and code != "invalid-request":
        assert batch.json()["place"] == 1
    assert await directory.running.counts() == before


@pytest.mark.parametrize("size", [0, 501])
async def test_a_batch_has_one_to_five_hundred(directory, size):
    assert code_of(await create_all(directory, [a_clinic() for _ in range(size)])) == (422, "invalid-request")


async def test_a_name_is_taken_once_in_a_region_and_a_credit_code_once_at_all(directory):
    body = a_clinic(credit_code=a_credit_code())
    made(await create(directory, body))
    before = await directory.running.counts()
    same_name, same_code = a_clinic(name=body["name"]), a_clinic(credit_code=body["credit_code"])
    for double in (same_name, same_code):
        assert code_of(await create(directory, double)) == (409, "directory.organisation-exists")
    batch = await create_all(directory, [a_clinic(), same_name, a_clinic(), same_code])
    assert batch.json()["places"] == [1, 3]
    twins = a_clinic()
    assert (await create_all(directory, [twins, twins])).json()["places"] == [1]
    assert await directory.running.counts() == before
    made(await create(directory, a_clinic(name=body["name"], region="371603")))


async def test_a_region_is_set_up_by_its_own_administrator_and_by_those_above(directory):
    for region, allowed in (("37", True), ("3716", True), ("371602", True), ("371603", False), ("3701", False)):
        answer = await create(directory, a_clinic(), by=an_administrator(region))
        assert answer.status_code == (201 if allowed else 403)
    upwards = a_clinic(org_type="federation", region="3716")
    assert code_of(await create(directory, upwards, by=an_administrator(COUNTY))) == (403, "directory.outside-region")


async def test_a_renamed_organisation_has_the_new_name_everywhere(directory):
    organisation = await directory.organisation()
    name = f"新名称（样例）{uuid4()}"
    path = f"/v1/organisations/{organisation}/name"
    answer = await directory.send("PUT", path, {"name": name}, by=an_administrator())
    assert answer.json()["name"] == name
    assert (await register(directory))[str(organisation)]["name"] == name
    other = await directory.organisation()
    taken = await directory.send("PUT", f"/v1/organisations/{other}/name", {"name": name}, by=an_administrator())
    assert code_of(taken) == (409, "directory.organisation-exists")
    assert (await directory.audited(organisation))[-1] == ("organisation.rename", None)
    assert await directory.audited(other) == [("organisation.create", None)]


async def test_a_closed_organisation_leaves_the_register_and_nobody_of_it_gets_a_token(directory):
    organisation = await directory.organisation()
    account, machine = await directory.account(organisation), await directory.machine(organisation)
    path = f"/v1/organisations/{organisation}/close"
    assert (await directory.send("POST", path, by=an_administrator())).json()["closed_at"]
    assert str(organisation) not in await register(directory)
    refused = await directory.log_in_machine(machine["id"], machine["secret"])
    assert code_of(refused) == (401, "directory.client-invalid")
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 400
    again = await directory.send("POST", path, by=an_administrator())
    assert code_of(again) == (409, "directory.organisation-closed")
    for body, where in (({"user_name": "somebody", "display_name": "x"}, "accounts"), ({"label": "HIS"}, "clients")):
        body |= {"organisation": str(organisation), "roles": ["staff"]}
        late = await directory.send("POST", f"/v1/{where}", body, by=an_administrator())
        assert code_of(late) == (409, "directory.organisation-closed")


async def test_nobody_closes_the_own_organisation(directory):
    own = await directory.organisation(OrgType.FEDERATION, "3716")
    by = an_actor(OrgType.FEDERATION, "3716", "administrator", organisation=own)
    answer = await directory.send("POST", f"/v1/organisations/{own}/close", by=by)
    assert code_of(answer) == (409, "directory.not-yourself")


async def test_an_organisation_of_another_region_is_neither_renamed_nor_closed(directory):
    organisation, by = await directory.organisation(), an_administrator("371603")
    rename = await directory.send("PUT", f"/v1/organisations/{organisation}/name", {"name": "x"}, by=by)
    close = await directory.send("POST", f"/v1/organisations/{organisation}/close", by=by)
    assert code_of(rename) == code_of(close) == (403, "directory.outside-region")


async def test_a_list_is_read_page_by_page_without_gap_or_repeat(directory):
    region = "371681"
    wanted = {made(await create(directory, a_clinic(region=region)))["id"] for _ in range(5)}
    seen, after = [], None
    while True:
        query = f"?region={region[:4]}&org_type=clinic&limit=2" + (f"&after={after}" if after else "")
        page = (await directory.send("GET", f"/v1/organisations{query}", by=an_actor(OrgType.SCHOOL))).json()
        assert len(page["items"]) <= 2
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    ids = [row["id"] for row in seen]
    assert len(set(ids)) == len(ids)
    assert wanted <= set(ids)
    assert [(row["region"], row["id"]) for row in seen] == sorted((row["region"], row["id"]) for row in seen)
    assert {row["org_type"] for row in seen} == {"clinic"}


@pytest.mark.parametrize("query", ["?region=3x", "?org_type=bank", "?limit=0", "?limit=201", f"?after={'A' * 401}"])
async def test_a_bad_question_is_refused(directory, query):
    answer = await directory.send("GET", f"/v1/organisations{query}", by=an_actor(OrgType.CLINIC))
    assert code_of(answer) == (422, "invalid-request")


async def test_a_cursor_that_no_list_gave_out_is_refused(directory):
    answer = await directory.send("GET", "/v1/organisations?after=AAAA", by=an_actor(OrgType.CLINIC))
    assert code_of(answer) == (400, "bad-cursor")


async def test_an_unknown_organisation_is_not_found(directory):
    unknown, by = UUID(int=1), an_administrator()
    for method, path, body in (("GET", "", None), ("PUT", "/name", {"name": "x"}), ("POST", "/close", None)):
        answer = await directory.send(method, f"/v1/organisations/{unknown}{path}", body, by=by)
        assert code_of(answer) == (404, "not-found")
