"""Before a child is registered: likely duplicates, the verdict of its screening, and nothing written."""

from uuid import UUID

import pytest

from shared.contracts.codes import OrgType
from tests.support.screening import a_birth_certificate, a_child, a_resident_number, a_screening
from tests.support.stages import code_of

PREVIEW = "/v1/children/preview"


async def preview(chain, actor=None, *positive, **child):
    body = {"child": a_child(**child), "screening": a_screening(*positive)}
    return await chain.done(actor or chain.clinic, PREVIEW, body)


async def test_the_verdict_is_told_with_its_steps_before_anything_is_written(chain):
    before = await chain.stage.counts()
    told = await preview(chain, None, 1, name="童无双", guardian_name="童大双", address="虚构路九号")
    assert (told["number_known"], told["known_as"], told["likely"]) == (False, None, [])
    assert (told["verdict"]["outcome"], told["verdict"]["rule"]) == ("abnormal", "screening.initial-screen")
    assert [step["holds"] for step in told["verdict"]["steps"]] == [None, True, False, False, False, False]
    assert told["suggested_categories"] == ["hearing", "intellectual", "autism"]
    assert await chain.stage.counts() == before


async def test_it_is_the_verdict_that_the_recorded_screening_tells_ever_after(chain):
    told = await preview(chain, None, 2, name="童前后")
    case = await chain.register(name="童前后")
    await chain.screen(case, 2)
    (screening,) = (await chain.file(case))["screenings"]
    assert screening["explanation"] == told["verdict"]


async def test_an_examiners_finding_is_explained_ever_after_too(chain):
    case = await chain.register()
    await chain.screen(
        case, category="hearing", instrument="behavioural_hearing", finding="abnormal", signs={}, regression="not_asked"
    )
    (screening,) = (await chain.file(case))["screenings"]
    assert [step["code"] for step in screening["explanation"]["steps"]] == ["examiner-finding"]


async def test_a_child_of_the_same_clinic_that_is_likely_the_same_is_named_with_what_they_share(chain):
    case = await chain.register(name="童相似", guardian_name="童大相", address="虚构路七号")
    (one,) = [
        found
        for found in (await preview(chain, name="童相似", guardian_name="童大相", address="虚构路八号"))["likely"]
        if found["case"] == case
    ]
    assert {"name", "birth_date", "sex", "guardian_name"} <= {step["code"] for step in one["explanation"]["steps"]}
    rows = "SELECT person, act FROM access_log WHERE case_id = $1"
    assert (chain.clinic.person, "children.compare") in {
        tuple(row) for row in await chain.stage.fetch(rows, UUID(case))
    }


@pytest.mark.parametrize("kind", [OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL])
async def test_of_another_institutions_child_nothing_is_told(chain, kind):
    await chain.register(name="童别处", guardian_name="童大别")
    told = await preview(chain, chain.stage.organisation(kind), name="童别处", guardian_name="童大别")
    assert (told["likely"], told["number_known"]) == ([], False)


@pytest.mark.parametrize("number", [{"resident_number": a_resident_number()}, {"birth_certificate": "Q987654321"}])
async def test_a_number_that_is_taken_is_told_and_whose_only_to_who_may_know(chain, number):
    given = {"birth_certificate": None} | number
    case = await chain.register(**given)
    own = await preview(chain, **given)
    other = await preview(chain, chain.stage.organisation(OrgType.CLINIC), **given)
    assert (own["number_known"], own["known_as"]) == (True, case)
    assert (other["number_known"], other["known_as"]) == (True, None)
    assert case not in str(other)


@pytest.mark.parametrize(
    ("child", "sent", "code"),
    [
        (a_child(birth_certificate=None), None, "screening.number-needed"),
        (a_child(resident_number="379999202203150019"), None, "screening.invalid-number"),
        (a_child(birth_certificate=a_birth_certificate()), a_screening() | {"signs": {}}, "screening.wrong-signs"),
        (a_child(), a_screening() | {"on": "2028-03-15"}, "in-the-future"),
    ],
)
async def test_it_is_refused_what_registering_would_be_refused(chain, child, sent, code):
    answer = await chain.post(chain.clinic, PREVIEW, {"child": child, "screening": sent})
    assert code_of(answer) == (422, code)
