"""Before a child is registered: likely duplicates, the verdict of its screening, and nothing written."""

from datetime import date
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
        (a_child(), a_screening() | {"on": "2999-01-01"}, "in-the-future"),
    ],
)
async def test_it_is_refused_what_registering_would_be_refused(chain, child, sent, code):
    answer = await chain.post(chain.clinic, PREVIEW, {"child": child, "screening": sent})
    assert code_of(answer) == (422, code)


async def lines(chain, *lines, actor=None):
    answer = await chain.done(actor or chain.clinic, "/v1/children/previews", {"lines": list(lines)})
    return answer["lines"]


def numbered(*positive, child=None, **changes):
    screening = {name: value for name, value in a_screening(**changes).items() if name != "signs"}
    return {"child": child or a_child(), "screening": screening, "positive_signs": list(positive)}


async def test_the_lines_of_a_file_are_told_one_by_one_and_nothing_is_written(chain):
    before = await chain.stage.counts()
    child = a_child(name="童行行", guardian_name="童大行", address="虚构路十号")
    good, bad, wrong, odd = await lines(
        chain,
        numbered(2, child=child),
        numbered(child=a_child() | {"sex": "?"}),
        numbered(1, instrument="newborn_hearing"),
        "no line",
    )
    assert (good["preview"]["verdict"]["outcome"], good["code"]) == ("abnormal", None)
    assert good["signs"] == a_screening(2)["signs"]
    assert [bad["code"], wrong["code"], odd["code"]] == [
        "invalid-request", "screening.instrument-not-for-category", "invalid-request",
    ]  # fmt: skip
    assert bad["details"]["errors"][0]["place"] == ["child", "sex"]
    after = await chain.stage.counts()
    assert {table for table in after if after[table] != before[table]} <= {"access_log", "access_log_head"}


async def test_the_signs_that_a_line_names_by_number_are_those_of_the_childs_age(chain):
    (young,) = await lines(chain, numbered(1, child=a_child(date(2024, 3, 1)), on="2024-03-20"))
    assert young["code"] == "screening.no-sign-column"
    (none,) = await lines(chain, numbered())
    assert set(none["signs"].values()) == {False}
    (unasked,) = await lines(chain, numbered() | {"positive_signs": None})
    assert unasked["code"] == "screening.wrong-signs"


@pytest.mark.parametrize("size", [0, 101])
async def test_a_part_of_a_file_has_1_to_100_lines(chain, size):
    answer = await chain.post(chain.clinic, "/v1/children/previews", {"lines": [numbered()] * size})
    assert code_of(answer) == (422, "invalid-request")


async def test_a_line_finds_who_is_registered_and_who_is_alike(chain):
    certificate = a_birth_certificate()
    case = await chain.register(name="童行重", guardian_name="童大重", birth_certificate=certificate)
    known, alike = await lines(
        chain,
        numbered(child=a_child(birth_certificate=certificate)),
        numbered(child=a_child(name="童行重", guardian_name="童大重")),
    )
    assert known["preview"]["known_as"] == case
    assert case in {one["case"] for one in alike["preview"]["likely"]}
