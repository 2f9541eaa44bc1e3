"""Finding a child by what people know of it: who finds whom, and what a search leaves behind."""

import logging
from datetime import date
from uuid import UUID

import pytest

from services.screening.api import searches
from services.screening.repository import searching
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from tests.support.screening import BORN, Chain, a_birth_certificate, a_resident_number
from tests.support.stages import code_of

SEARCH = "/v1/children/searches"
LOGGED = "SELECT case_id, act, purpose FROM access_log WHERE organisation = $1"
NAME, OTHER_DAY = "童寻寻", date(2022, 3, 16)


@pytest.fixture
async def known(chain: Chain) -> str:
    """A child of the chain's clinic that no other test names so."""
    return await chain.register(name=NAME, resident_number=a_resident_number())


async def found(chain, actor=None, **said):
    return await chain.done(actor or chain.clinic, SEARCH, said)


async def cases(chain, actor=None, **said):
    return [child["case"] for child in (await found(chain, actor, **said))["children"]]


async def number_of(chain, case):
    number: str = (await chain.file(case))["identity"]["resident_number"]
    return number


async def test_its_institution_finds_a_child_by_whatever_it_knows(chain, known):
    number = await number_of(chain, known)
    for said in (
        {"name": NAME}, {"name": "寻"}, {"name": NAME, "birth_date": BORN.isoformat()}, {"number": number},
        {"number": number[-4:]}, {"birth_date": BORN.isoformat()}, {"case": known[:8]}, {"case": known},
    ):  # fmt: skip
        assert await cases(chain, **said) == [known], said
    assert await cases(chain, name=NAME, birth_date=OTHER_DAY.isoformat()) == []
    assert await cases(chain, name="童别名", number=number) == []


async def test_what_is_found_tells_children_apart(chain, known):
    (child,) = (await found(chain, name=NAME))["children"]
    assert child == {
        "case": known, "name": NAME, "sex": "male", "birth_date": "2022-03-15", "region": "371602", "died_on": None,
        "registered_by": str(chain.clinic.organisation),
    }  # fmt: skip


async def test_a_birth_certificate_number_finds_a_newborn(chain):
    certificate = a_birth_certificate()
    case = await chain.register(birth_certificate=certificate)
    assert await cases(chain, number=certificate.lower()) == [case]


async def test_the_whole_name_comes_first(chain):
    whole = await chain.register(name="童前")
    part = await chain.register(name="童前前")
    assert await cases(chain, name="童前") == [whole, part]


async def test_each_child_that_is_shown_is_logged_and_nothing_else_is_written(chain, known):
    await chain.register(name="童旁人")
    before = await chain.stage.counts()
    await found(chain, name=NAME)
    rows = [tuple(row) for row in await chain.stage.fetch(LOGGED, chain.clinic.organisation)]
    assert rows == [(UUID(known), "children.find", "care")]
    after = await chain.stage.counts()
    assert {table for table in after if after[table] != before[table]} <= {"access_log", "access_log_head"}


@pytest.mark.parametrize("kind", sorted(set(OrgType) - {OrgType.AUDITOR, OrgType.SERVICE}))
async def test_strangers_find_nobody_and_cannot_tell_that_there_is_anybody(chain, known, kind):
    stranger = chain.stage.organisation(kind, "371603")
    number, unborn = await number_of(chain, known), a_resident_number()
    for there, not_there in (
        ({"number": number}, {"number": unborn}),
        ({"name": NAME, "birth_date": "2022-03-15"}, {"name": "童无人", "birth_date": "2022-03-15"}),
        ({"case": known}, {"case": "00000000"}),
    ):
        assert await found(chain, stranger, **there) == await found(chain, stranger, **not_there)
        assert await cases(chain, stranger, **there) == []
    assert await chain.stage.fetch(LOGGED, stranger.organisation) == []


@pytest.mark.parametrize("kind", [OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY, OrgType.EDUCATION_AUTHORITY])
async def test_an_authority_finds_in_its_region_whom_it_names_and_reads_no_name(chain, known, kind):
    county = chain.stage.organisation(kind)
    for said in (
        {"number": await number_of(chain, known)}, {"name": NAME, "birth_date": "2022-03-15"}, {"case": known[:8]}
    ):  # fmt: skip
        answer = await found(chain, county, **said)
        assert known in [child["case"] for child in answer["children"]], said
        assert {child["name"] for child in answer["children"]} == {None}
        assert NAME not in str(answer)
    assert {tuple(row)[:2] for row in await chain.stage.fetch(LOGGED, county.organisation)} >= {
        (UUID(known), "children.find")
    }


@pytest.mark.parametrize(
    "said", [{"name": NAME}, {"birth_date": "2022-03-15"}, {"number": "0019"}, {"name": NAME, "number": "0019"}]
)
async def test_an_authority_that_names_nobody_is_asked_to_say_more(chain, known, said):
    answer = await chain.post(chain.federation, SEARCH, said)
    assert code_of(answer) == (422, "screening.say-more")
    assert NAME not in answer.text


async def test_a_part_of_a_name_finds_nothing_for_an_authority(chain, known):
    assert await cases(chain, chain.federation, name="童寻", birth_date="2022-03-15") == []


async def test_an_auditor_and_who_only_runs_the_installation_are_refused(chain, known):
    only_runs = chain.stage.organisation(OrgType.FEDERATION, "371602", Role.ADMINISTRATOR)
    for actor in (chain.stage.organisation(OrgType.AUDITOR), only_runs):
        assert code_of(await chain.post(actor, SEARCH, {"case": known})) == (403, "not-allowed")


async def test_who_received_a_child_finds_it_and_who_declined_it_does_not_any_more(chain):
    case = await chain.register(name="童转诊")
    await chain.screen(case, 1)
    referral = await chain.refer(case, chain.clinic, chain.mch)
    assert await cases(chain, chain.mch, name="转诊") == [case]
    await chain.done(chain.mch, f"/v1/referrals/{referral}/rejection", {"on": "2024-03-25", "reason": "outside_area"})
    assert await cases(chain, chain.mch, name="转诊") == []


async def test_merged_cases_are_one_child_under_either_name(chain):
    one = await chain.register(name="童合一")
    other = await chain.register(name="童合二")
    reviewer = chain.stage.organisation(OrgType.FEDERATION, "371602", Role.REVIEWER)
    await chain.done(reviewer, f"/v1/cases/{one}/merges", {"merged": other, "on": "2024-05-01"})
    for name in ("童合", "童合一", "童合二"):
        assert await cases(chain, name=name) == [one]


async def test_an_erased_child_is_nobody(chain):
    case = await chain.register(name="童删除")
    officer = chain.stage.organisation(OrgType.FEDERATION, "371602", Role.PRIVACY_OFFICER)
    assert await cases(chain, officer, case=case) == [case]
    await chain.done(officer, f"/v1/cases/{case}/erasure", {"basis": "guardian_request"})
    assert await cases(chain, case=case) == []
    assert await cases(chain, name="童删除") == []


async def test_more_than_can_be_shown_is_said(chain, monkeypatch):
    monkeypatch.setattr(searches, "MOST", 2)
    for _ in range(3):
        await chain.register(name="童许多")
    answer = await found(chain, name="许多")
    assert (len(answer["children"]), answer["more"], answer["all_compared"]) == (2, True, True)


async def test_more_than_can_be_compared_is_said_and_the_birth_date_reaches_the_rest(chain, monkeypatch):
    monkeypatch.setattr(searching, "LARGEST_SEARCH", 2)
    old = await chain.register(born=OTHER_DAY, name="童较早")
    for _ in range(2):
        await chain.register(name="童较晚")
    answer = await found(chain, name="较")
    assert ([child["name"] for child in answer["children"]], answer["all_compared"]) == (["童较晚"] * 2, False)
    reached = await found(chain, name="较", birth_date=OTHER_DAY.isoformat())
    assert ([child["case"] for child in reached["children"]], reached["all_compared"]) == ([old], True)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "screening.say-more"),
        ({"name": " "}, "invalid-request"),
        ({"name": "童" * 61}, "invalid-request"),
        ({"birth_date": 20220315}, "invalid-request"),
        ({"case": "0a1b2c3"}, "invalid-request"),
        ({"case": "童童童童童童童童"}, "invalid-request"),
        ({"number": "379999202203150018"}, "screening.invalid-number"),
        ({"number": "12"}, "screening.invalid-number"),
        ({"phone": "000 0000 0000"}, "invalid-request"),
    ],
)
async def test_bad_input_is_told(chain, said, code):
    assert code_of(await chain.post(chain.clinic, SEARCH, said)) == (422, code)


@pytest.mark.parametrize(
    "said", [{"name": "童不见", "birth_date": "?"}, {"name": "童不见", "number": "379999202203159999"},
             {"name": "童不见", "birth_date": "2022-03-15", "extra": "童不见"}, {"name": "童不见"}]
)  # fmt: skip
async def test_nothing_that_was_typed_stands_in_a_refusal_or_a_log(chain, caplog, said):
    caplog.set_level(logging.DEBUG)
    await chain.register(name="童不见")
    for actor in (chain.clinic, chain.federation, chain.stage.organisation(OrgType.AUDITOR)):
        answer = await chain.post(actor, SEARCH, said)
        assert answer.is_success or "童不见" not in answer.text
        assert "379999202203159999" not in answer.text
    assert "童不见" not in caplog.text
    assert "379999202203159999" not in caplog.text


async def test_a_child_in_later_stages_is_found_by_who_has_it_while_consent_stands(chain, known):
    centre = chain.stage.organisation(OrgType.REHAB_CENTRE)
    assert await cases(chain, centre, name=NAME) == []
    sql = "INSERT INTO participant (organisation, case_id, basis, source, since) VALUES ($1, $2, 'enrolled', $2, now())"
    await chain.stage.fetch(sql, centre.organisation, UUID(known))
    (child,) = (await found(chain, centre, name=NAME))["children"]
    assert (child["case"], child["name"], child["registered_by"]) == (known, NAME, None)
    await chain.stage.fetch("UPDATE child SET masked = true WHERE case_id = $1", UUID(known))
    assert await cases(chain, centre, name=NAME) == []
