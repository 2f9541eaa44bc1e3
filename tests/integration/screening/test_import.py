"""A clinic's own system sends its children in batches: a result per item, nothing left of a refused one."""

import asyncio
from uuid import uuid4

import pytest

from shared.contracts.codes import OrgType
from tests.support.screening import a_birth_certificate, a_child, a_screening
from tests.support.stages import code_of

IMPORT = "/v1/children/import"


def an_item(*positive, **child):
    return {"child": a_child(**child), "screening": a_screening(*positive)}


async def test_good_items_are_recorded_and_bad_ones_refused_each_for_itself(chain):
    certificate = a_birth_certificate()
    items = [
        an_item(1),
        an_item(birth_certificate=certificate),
        {"child": a_child(birth_certificate=certificate)},
        {"child": a_child(resident_number="379999202203150019")},
        {"child": a_child(), "screening": a_screening(on="2022-06-20")},
        {"child": a_child(), "screening": a_screening() | {"on": "2999-01-01"}},
        {"child": a_child(), "screening": a_screening() | {"on": "2024-09-20"}},
        {"child": a_child()},
    ]
    results = (await chain.done(chain.clinic, IMPORT, {"items": items}))["results"]
    assert [(result["status"], result["code"]) for result in results] == [
        ("recorded", None),
        ("recorded", None),
        ("refused", "screening.duplicate-child"),
        ("refused", "screening.invalid-number"),
        ("recorded", None),
        ("refused", "in-the-future"),
        ("refused", "screening.wrong-signs"),
        ("recorded", None),
    ]
    assert results[2]["details"] == {"case": results[1]["case"]}
    assert results[6]["details"]["expected"] == ["M30-1", "M30-2", "M30-3", "M30-4"]
    cases = [result["case"] for result in results if result["case"]]
    parts = "SELECT count(DISTINCT case_id) FROM participant WHERE organisation = $1"
    assert (await chain.stage.fetch(parts, chain.clinic.organisation))[0][0] == len(cases) == 4
    assert await chain.facts(cases[0]) == [("child_registered", None), ("screening_recorded", "screen_positive")]
    assert await chain.facts(cases[3]) == [("child_registered", None)]


async def test_a_refused_number_is_free_again_within_the_same_batch(chain):
    certificate = a_birth_certificate()
    bad = {"child": a_child(birth_certificate=certificate), "screening": a_screening() | {"signs": {}}}
    good = {"child": a_child(birth_certificate=certificate)}
    results = (await chain.done(chain.clinic, IMPORT, {"items": [bad, good]}))["results"]
    assert [result["status"] for result in results] == ["refused", "recorded"]


async def test_a_batch_of_five_hundred_is_one_request_answered_once(chain):
    body = {"items": [an_item(1) for _ in range(500)]}
    key = {"Idempotency-Key": str(uuid4())}
    first = await chain.post(chain.clinic, IMPORT, body, **key)
    again = await chain.post(chain.clinic, IMPORT, body, **key)
    assert first.status_code == 200, first.text
    assert {result["status"] for result in first.json()["results"]} == {"recorded"}
    assert again.json() == first.json()
    parts = "SELECT count(DISTINCT case_id) FROM participant WHERE organisation = $1"
    assert (await chain.stage.fetch(parts, chain.clinic.organisation))[0][0] == 500


@pytest.mark.parametrize("size", [0, 501])
async def test_a_batch_of_none_or_too_many_is_refused_whole(chain, size):
    before = await chain.stage.counts()
    answer = await chain.post(chain.clinic, IMPORT, {"items": [{"child": a_child()}] * size})
    assert code_of(answer) == (422, "invalid-request")
    assert await chain.stage.counts() == before


async def test_two_batches_with_the_same_children_at_once_register_each_child_once(chain):
    certificates = [a_birth_certificate() for _ in range(40)]
    orders = certificates, list(reversed(certificates)), certificates[10:30]
    bodies = [{"items": [an_item(birth_certificate=number) for number in order]} for order in orders]
    other = chain.stage.organisation(OrgType.CLINIC)
    answers = await asyncio.gather(
        chain.done(chain.clinic, IMPORT, bodies[0]),
        chain.done(other, IMPORT, bodies[1]),
        chain.done(chain.clinic, IMPORT, bodies[2]),
    )
    results = [result for answer in answers for result in answer["results"]]
    assert [result["status"] for result in results].count("recorded") == 40
    assert {result["code"] for result in results if result["status"] == "refused"} == {"screening.duplicate-child"}


async def test_children_of_an_older_register_come_with_its_day(chain):
    items = [
        {"child": a_child() | {"registered_on": "2023-09-01"}},
        {"child": a_child() | {"registered_on": "2999-01-01"}},
        {"child": a_child() | {"registered_on": "2022-03-14"}},
    ]
    results = (await chain.done(chain.clinic, IMPORT, {"items": items}))["results"]
    assert [result["code"] for result in results] == [None, "in-the-future", "in-the-future"]
    (fact,) = await chain.stage.facts(results[0]["case"])
    assert fact["time"] == "2023-08-31T16:00:00.000000Z"
