"""Who a child is: number confirmed, contradictions noted, cases merged and taken apart (handbook §1.4, §2.3, F23)."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.screening.repository import merges
from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.events.custody import CustodyAdmitted, CustodyMode
from shared.testing.streams import Stream
from tests.support.screening import Chain, a_child, a_resident_number
from tests.support.stages import code_of

DAY = {"on": "2024-05-10"}


async def noticed(chain: Chain, case: str) -> list[tuple[str, str | None]]:
    facts = await chain.stage.facts(case)
    kind = "tongkang.screening.identity_conflict_noticed.v1"
    return [(fact["data"]["kind"], fact["data"].get("other")) for fact in facts if fact["type"] == kind]


@pytest.fixture
def reviewer(chain):
    return chain.stage.organisation(OrgType.FEDERATION, "3716", Role.REVIEWER)


# Confirming ---------------------------------------------------------------------------------------------------------


def a_confirmation(number: str) -> dict[str, str]:
    return {"resident_number": number, "confirmed_on": "2024-05-01"}


async def test_a_newborn_gets_its_number_in_the_same_case(chain):
    case, number = await chain.register(), a_resident_number()
    await chain.done(chain.clinic, f"/v1/cases/{case}/identity", a_confirmation(number))
    file = await chain.file(case)
    assert (file["identifier_kind"], file["identity"]["resident_number"]) == ("resident_number", number)
    assert file["identity"]["birth_certificate"] is not None
    assert [kind for kind, _ in await chain.facts(case)] == ["child_registered", "identity_confirmed"]
    again = await chain.post(chain.clinic, "/v1/children", a_child(resident_number=number))
    assert again.json()["case"] == case


async def test_the_same_number_again_is_refused_and_contradicts_nothing(chain):
    case, number = await chain.register(), a_resident_number()
    path = f"/v1/cases/{case}/identity"
    await chain.done(chain.clinic, path, a_confirmation(number))
    before = await chain.stage.counts()
    same = await chain.post(chain.clinic, path, a_confirmation(number))
    assert code_of(same) == (409, "screening.identity-confirmed-before")
    assert await chain.stage.counts() == before


async def test_a_second_number_for_one_child_is_refused_and_noted_once(chain):
    case, path = await chain.register(resident_number=a_resident_number()), "/v1/cases/{}/identity"
    other = a_confirmation(a_resident_number())
    for _ in range(2):
        refused = await chain.post(chain.clinic, path.format(case), other)
        assert code_of(refused) == (409, "screening.identity-confirmed-before")
    assert await noticed(chain, case) == [("two_numbers_one_child", None)]


async def test_a_number_of_another_case_is_refused_and_noted_in_both(chain):
    number = a_resident_number()
    known, newborn = await chain.register(resident_number=number), await chain.register()
    refused = await chain.post(chain.clinic, f"/v1/cases/{newborn}/identity", a_confirmation(number))
    assert code_of(refused) == (409, "screening.duplicate-child")
    assert refused.json()["case"] == known
    assert await noticed(chain, newborn) == [("two_numbers_one_child", known)]
    assert await noticed(chain, known) == [("two_numbers_one_child", newborn)]


async def test_two_clerks_confirm_one_number_for_two_children_and_one_wins(chain):
    number = a_confirmation(a_resident_number())
    cases = [await chain.register() for _ in range(3)]
    answers = await asyncio.gather(*(chain.post(chain.clinic, f"/v1/cases/{case}/identity", number) for case in cases))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


# Doubts -------------------------------------------------------------------------------------------------------------


def settlement(kind: str, outcome: str) -> dict[str, str]:
    return {"kind": kind, "outcome": outcome, "on": clock.today().isoformat()}


async def test_one_number_with_two_names_is_refused_and_noted_once(chain):
    number = a_resident_number()
    case = await chain.register(resident_number=number, name="童一一")
    stranger = chain.stage.organisation(OrgType.CLINIC)
    another = a_child(resident_number=number, name="童二二")
    for _ in range(2):
        refused = await chain.post(stranger, "/v1/children", another)
        assert code_of(refused) == (409, "screening.duplicate-child")
        assert case not in refused.text
    assert await noticed(chain, case) == [("one_number_two_names", None)]
    await chain.post(stranger, "/v1/children", a_child(resident_number=number, name="童三三"))
    assert len(await noticed(chain, case)) == 2


async def test_two_numbers_that_belong_to_two_cases_doubt_both(chain):
    number, certificate = a_resident_number(), "T370099999"
    one = await chain.register(resident_number=number, birth_certificate=None)
    other = await chain.register(birth_certificate=certificate)
    both = a_child(resident_number=number, birth_certificate=certificate)
    assert (await chain.post(chain.clinic, "/v1/children", both)).status_code == 409
    assert await noticed(chain, one) == [("two_numbers_one_child", other)]
    assert await noticed(chain, other) == [("two_numbers_one_child", one)]


async def test_a_reviewer_settles_what_is_in_doubt_and_the_same_contradiction_again_is_no_news(chain, reviewer):
    number = a_resident_number()
    case = await chain.register(resident_number=number, name="童一一")
    path = f"/v1/cases/{case}/doubts/settlement"
    decision = settlement("one_number_two_names", "name_written_otherwise")
    assert code_of(await chain.post(reviewer, path, decision)) == (409, "screening.nothing-doubted")
    others = [a_child(resident_number=number, name=name) for name in ("童二二", "童三三")]
    for other in (*others, others[0]):
        await chain.post(chain.clinic, "/v1/children", other)
    assert code_of(await chain.post(chain.clinic, path, decision)) == (403, "not-allowed")
    elsewhere = chain.stage.organisation(OrgType.FEDERATION, "3701", Role.REVIEWER)
    assert code_of(await chain.post(elsewhere, path, decision)) == (404, "case-not-found")
    await chain.done(reviewer, path, decision)
    (settled,) = [fact["data"] for fact in await chain.stage.facts(case) if "settled" in fact["type"]]
    assert (settled["kind"], settled["outcome"]) == ("one_number_two_names", "name_written_otherwise")
    await chain.post(chain.clinic, "/v1/children", others[0])
    assert code_of(await chain.post(reviewer, path, decision)) == (409, "screening.nothing-doubted")
    assert len(await noticed(chain, case)) == 2


async def test_of_two_cases_in_doubt_each_is_settled_in_its_own_file(chain, reviewer):
    number = a_resident_number()
    known, newborn = await chain.register(resident_number=number), await chain.register()
    await chain.post(chain.clinic, f"/v1/cases/{newborn}/identity", a_confirmation(number))
    for case, other in ((known, newborn), (newborn, known)):
        path, decision = f"/v1/cases/{case}/doubts/settlement", settlement("two_numbers_one_child", "two_children")
        assert code_of(await chain.post(reviewer, path, decision)) == (409, "screening.nothing-doubted")
        await chain.done(reviewer, path, decision | {"other": other})
        (settled,) = [fact["data"] for fact in await chain.stage.facts(case) if "settled" in fact["type"]]
        assert (settled["kind"], settled["other"]) == ("two_numbers_one_child", other)


async def test_of_two_doubts_about_a_child_one_is_settled_and_the_other_stays_open(chain, reviewer):
    number, path = a_resident_number(), "/v1/cases/{}/doubts/settlement"
    case = await chain.register(resident_number=number, name="童一一")
    await chain.post(chain.clinic, "/v1/children", a_child(resident_number=number, name="童二二"))
    await chain.post(chain.clinic, f"/v1/cases/{case}/identity", a_confirmation(a_resident_number()))
    assert await noticed(chain, case) == [("one_number_two_names", None), ("two_numbers_one_child", None)]
    for kind in ("two_numbers_one_child", "one_number_two_names"):
        await chain.done(reviewer, path.format(case), settlement(kind, "number_mistyped"))
        settled = [fact["data"]["kind"] for fact in await chain.stage.facts(case) if "settled" in fact["type"]]
        assert settled[-1] == kind
    assert len(settled) == 2


async def test_a_doubt_is_settled_when_it_is_known_and_not_in_the_future(chain, reviewer):
    number = a_resident_number()
    case = await chain.register(resident_number=number, name="童一一")
    await chain.post(chain.clinic, "/v1/children", a_child(resident_number=number, name="童二二"))
    path, decision = f"/v1/cases/{case}/doubts/settlement", settlement("one_number_two_names", "number_mistyped")
    before, a_day = await chain.stage.counts(), timedelta(days=1)
    for day, refusal in ((clock.today() - a_day, "screening.before-doubt"), (clock.today() + a_day, "in-the-future")):
        refused = await chain.post(reviewer, path, decision | {"on": day.isoformat()})
        assert code_of(refused) == (422, refusal)
    assert await chain.stage.counts() == before
    await chain.done(reviewer, path, decision)


async def test_an_import_notes_the_doubt_and_goes_on(chain):
    number = a_resident_number()
    case = await chain.register(resident_number=number, name="童一一")
    items = [{"child": a_child(resident_number=number, name="童二二")}, {"child": a_child()}]
    answer = await chain.done(chain.clinic, "/v1/children/import", {"items": items})
    assert [one["status"] for one in answer["results"]] == ["refused", "recorded"]
    assert await noticed(chain, case) == [("one_number_two_names", None)]


# Merging ------------------------------------------------------------------------------------------------------------


async def twice(chain: Chain, **second) -> tuple[str, str]:
    """Let two clinics register one child, and each suspect autism."""
    survivor = await chain.suspected()
    elsewhere = Chain(chain.stage)
    merged = await elsewhere.register(**({"name": "童一一"} | second))
    await elsewhere.screen(merged, 1)
    chain.other = elsewhere
    return survivor, merged


async def test_likely_duplicates_are_listed_with_what_they_have_in_common(chain, reviewer):
    born = date(2021, 7, 7)
    survivor = await chain.register(born=born)
    merged = await Chain(chain.stage).register(born=born)
    await chain.register(born=born, name="别名", guardian_name="别人", guardian_phone="111 1111", address="别处")
    answer = await chain.get(reviewer, f"/v1/cases/{survivor}/duplicates")
    assert answer.is_success, answer.text
    (found,) = answer.json()
    assert found["case"] == merged
    assert found["score"] == 75
    assert [step["code"] for step in found["explanation"]["steps"]][:3] == ["name", "birth_date", "sex"]
    rows = "SELECT count(*) FROM access_log WHERE act = 'children.compare' AND case_id = ANY($1::uuid[])"
    ((logged,),) = await chain.stage.fetch(rows, [UUID(survivor), UUID(merged)])
    assert logged == 2


async def apart(chain: Chain, reviewer, case: str) -> dict[str, bool]:
    """Return the children who are likely the same, and whether somebody decided that they are others."""
    found = (await chain.get(reviewer, f"/v1/cases/{case}/duplicates")).json()
    return {one["case"]: one["told_apart_at"] is not None for one in found}


async def test_what_a_clerk_decided_when_registering_stands_beside_the_comparison(chain, reviewer):
    born = date(2021, 7, 9)
    first = await chain.register(born=born)
    second = (await chain.done(chain.clinic, "/v1/children", a_child(born) | {"another_than": [first]}))["case"]
    item = {"child": a_child(born) | {"another_than": [second]}}
    imported = await chain.done(chain.clinic, "/v1/children/import", {"items": [item]})
    third = imported["results"][0]["case"]
    assert await apart(chain, reviewer, second) == {first: True, third: True}
    assert await apart(chain, reviewer, first) == {second: True, third: False}
    who = await chain.stage.fetch("SELECT organisation FROM told_apart WHERE other = $1 OR case_id = $1", UUID(third))
    assert [row[0] for row in who] == [chain.clinic.organisation]


async def test_nobody_decides_of_a_child_of_whom_it_does_not_know(chain, reviewer):
    born = date(2021, 7, 10)
    theirs = await Chain(chain.stage).register(born=born)
    own = (await chain.done(chain.clinic, "/v1/children", a_child(born) | {"another_than": [theirs]}))["case"]
    assert await apart(chain, reviewer, own) == {theirs: False}


async def test_the_federation_decides_that_two_children_are_two_and_the_first_decision_stands(chain, reviewer):
    born = date(2021, 7, 11)
    one, two = [await chain.register(born=born) for _ in range(2)]
    for _ in range(2):
        await chain.done(reviewer, f"/v1/cases/{one}/others", {"other": two})
    assert await apart(chain, reviewer, two) == {one: True}
    third, merged = [await chain.register(born=born) for _ in range(2)]
    await chain.done(reviewer, f"/v1/cases/{one}/merges", {"merged": merged, "on": "2024-05-01"})
    await chain.done(reviewer, f"/v1/cases/{merged}/others", {"other": third})
    assert await apart(chain, reviewer, one) == {two: True, third: True}
    itself = await chain.post(reviewer, f"/v1/cases/{one}/others", {"other": merged})
    assert code_of(itself) == (422, "screening.one-and-the-same-case")
    unknown = await chain.post(reviewer, f"/v1/cases/{one}/others", {"other": str(uuid4())})
    assert code_of(unknown) == (404, "case-not-found")


async def test_of_more_children_of_a_day_than_are_compared_the_nearest_are(chain, reviewer, monkeypatch):
    monkeypatch.setattr(merges, "LARGEST_DAY", 1)
    born = date(2021, 7, 8)
    await chain.done(chain.clinic, "/v1/children", a_child(born) | {"region": "371603"})
    near, child = [await chain.register(born=born) for _ in range(2)]
    found = (await chain.get(reviewer, f"/v1/cases/{child}/duplicates")).json()
    assert [one["case"] for one in found] == [near]


async def test_a_merge_shows_one_child_and_its_undoing_two_again(chain, reviewer):
    survivor, merged = await twice(chain)
    await chain.other.screen(merged, 1, category="hearing")
    answer = await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    assert answer["explanation"]["outcome"] == "likely"

    for case in (survivor, merged):
        for actor in (chain.clinic, chain.other.clinic, chain.federation):
            file = await chain.file(case, actor)
            assert file["case"] == survivor
            active = [one["category"] for one in file["suspicions"] if one["state"] != "closed"]
            assert sorted(active) == ["autism", "hearing"]
    (decided,) = file["merges"]
    assert (decided["score"], decided["reasons"][:2]) == (75, ["name", "birth_date"])
    names = await chain.done(chain.other.clinic, "/v1/children/resolve", {"cases": [merged]})
    assert names == [{"case": merged, "name": "童一一", "shown_as": survivor}]
    lines = (await chain.get(chain.other.clinic, "/v1/suspicions?state=screen_positive")).json()["items"]
    assert {line["case"] for line in lines} == {survivor}

    await chain.done(reviewer, f"/v1/cases/{survivor}/merges/{merged}/undoing", {"on": "2024-05-20"})
    assert (await chain.file(merged, chain.other.clinic))["case"] == merged
    apart = await chain.file(merged, chain.other.clinic)
    assert {one["category"]: one["state"] for one in apart["suspicions"]} == {
        "autism": "screen_positive",
        "hearing": "screen_positive",
    }
    assert code_of(await chain.get(chain.clinic, f"/v1/cases/{merged}")) == (404, "case-not-found")
    assert [kind for kind, _ in await chain.facts(merged)] == [
        "child_registered",
        "screening_recorded",
        "screening_recorded",
        "case_closed",
        "identity_merged",
        "case_reopened",
        "identity_unmerged",
    ]
    assert [kind for kind, _ in await chain.facts(survivor)][-2:] == ["identity_merged", "identity_unmerged"]


async def test_one_suspicion_of_a_category_is_active_over_merged_cases(chain, reviewer):
    survivor = await chain.register()
    elsewhere = Chain(chain.stage)
    merged = await elsewhere.suspected()
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    await chain.screen(survivor, 1)
    (suspicion,) = (await chain.file(survivor))["suspicions"]
    assert suspicion["owner"] == str(elsewhere.clinic.organisation)
    referral = await elsewhere.refer(survivor, elsewhere.clinic, elsewhere.mch)
    await elsewhere.accept(referral, elsewhere.mch)
    assert (await chain.facts(merged))[-2:] == [
        ("referral_issued", "rescreen_referred"),
        ("referral_accepted", "rescreen_referred"),
    ]
    assert (await chain.file(survivor, elsewhere.mch))["case"] == survivor


async def test_what_happens_to_a_merged_child_is_told_in_each_of_its_cases(chain, reviewer):
    survivor, merged = await twice(chain)
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    stay = {"admitted_on": "2024-05-11", "discharged_on": "2024-05-12"}
    await chain.done(chain.other.clinic, f"/v1/cases/{merged}/hospital-stays", stay)
    await chain.done(chain.clinic, f"/v1/cases/{survivor}/death", {"died_on": "2024-06-01"})
    for case in (survivor, merged):
        kinds = [kind for kind, _ in await chain.facts(case)]
        assert {"hospital_admitted", "hospital_discharged", "death_registered"} <= set(kinds)
    file = await chain.file(survivor)
    assert len(file["hospital_stays"]) == 1
    assert {one["state"] for one in file["suspicions"]} == {"closed"}
    overlapping = await chain.post(chain.clinic, f"/v1/cases/{survivor}/hospital-stays", stay)
    assert code_of(overlapping) == (409, "screening.stays-overlap")


async def test_a_child_that_died_in_one_case_died_in_the_other_once_they_are_merged(chain, reviewer):
    survivor, merged = await twice(chain)
    await chain.done(chain.other.clinic, f"/v1/cases/{merged}/death", {"died_on": "2024-05-01"})
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    file = await chain.file(survivor)
    assert (file["died_on"], {one["state"] for one in file["suspicions"]}) == ("2024-05-01", {"closed"})
    for case in (survivor, merged):
        assert [kind for kind, _ in await chain.facts(case)].count("death_registered") == 1
    again = await chain.post(chain.clinic, f"/v1/cases/{survivor}/death", {"died_on": "2024-05-02"})
    assert code_of(again) == (409, "screening.death-registered")
    await chain.done(chain.clinic, f"/v1/cases/{survivor}/death/correction", {"died_on": "2024-05-02"})
    for case in (survivor, merged):
        *_, told, corrected = [fact for fact in await chain.stage.facts(case) if ".death_" in fact["type"]]
        assert corrected["data"]["correction_of"] == told["id"]


async def test_of_two_children_who_were_merged_by_mistake_the_one_who_lives_is_told_to_live(chain, reviewer):
    dead, lives = await twice(chain)
    await chain.done(chain.clinic, f"/v1/cases/{dead}/death", {"died_on": "2024-05-01"})
    await chain.done(reviewer, f"/v1/cases/{dead}/merges", DAY | {"merged": lives})
    await chain.done(reviewer, f"/v1/cases/{dead}/merges/{lives}/undoing", DAY)
    retraction = {"on": "2024-06-10", "reason": "another_child"}
    await chain.done(chain.other.clinic, f"/v1/cases/{lives}/death/retraction", retraction)
    one, other = [await chain.file(case, chain.federation) for case in (dead, lives)]
    assert [one["died_on"], other["died_on"]] == ["2024-05-01", None]
    assert {suspicion["state"] for suspicion in other["suspicions"]} == {"screen_positive"}


@pytest.mark.parametrize("survives", ["the earlier case", "the later case"])
async def test_a_death_is_taken_back_in_each_case_of_a_child_and_the_survivors_suspicion_returns(
    chain, reviewer, survives
):
    survivor, merged = await twice(chain)
    for clinic, case in ((chain.clinic, survivor), (chain.other.clinic, merged)):
        await chain.done(clinic, f"/v1/cases/{case}/death", {"died_on": "2024-05-01"})
    if survives == "the later case":
        survivor, merged = merged, survivor
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    retraction = {"on": "2024-06-10", "reason": "report_was_wrong"}
    await chain.done(chain.clinic, f"/v1/cases/{merged}/death/retraction", retraction)
    for case in (survivor, merged):
        assert [kind for kind, _ in await chain.facts(case)].count("death_retracted") == 1
    states = sorted(one["state"] for one in (await chain.file(survivor))["suspicions"])
    assert states == ["closed", "screen_positive"]
    assert [("case_reopened", "screen_positive") in await chain.facts(case) for case in (survivor, merged)] == [
        True,
        False,
    ]


async def test_who_comes_to_take_part_in_a_merged_case_sees_the_child(chain, reviewer):
    survivor, merged = await twice(chain)
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    home = chain.stage.organisation(OrgType.CARE_HOME)
    stay = CustodyAdmitted(
        stay=uuid4(), institution=home.organisation, mode=CustodyMode.DAY, admitted_on=date(2025, 1, 6), until=None
    )
    await chain.stage.deliver(Stream("custody", UUID(merged)).append(stay))
    (name,) = await chain.done(home, "/v1/children/resolve", {"cases": [survivor]})
    assert name["case"] == survivor


async def test_a_merged_childs_county_is_the_survivors_until_they_are_taken_apart(chain, reviewer):
    survivor = await chain.register()
    elsewhere = a_child() | {"region": "371603"}
    merged = (await chain.done(chain.clinic, "/v1/children", elsewhere))["case"]
    there = chain.stage.organisation(OrgType.FEDERATION, "371603")
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    assert code_of(await chain.get(there, f"/v1/cases/{merged}")) == (404, "case-not-found")
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges/{merged}/undoing", DAY)
    assert (await chain.file(merged, there))["region"] == "371603"


async def test_a_move_that_was_told_of_a_merged_child_holds_when_it_is_taken_apart(chain, reviewer):
    survivor, merged = await twice(chain)
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    move = {"region": "371603", "moved_on": "2024-05-15"}
    await chain.done(chain.clinic, f"/v1/cases/{survivor}/moves", move)
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges/{merged}/undoing", {"on": "2024-05-20"})
    for case, clinic in ((survivor, chain.clinic), (merged, chain.other.clinic)):
        assert (await chain.file(case, clinic))["region"] == "371603"
        assert "residence_moved" in [kind for kind, _ in await chain.facts(case)]


async def test_a_merge_that_cannot_be_leaves_no_trace(chain, reviewer):
    survivor, merged = await twice(chain)
    third = await chain.register(born=date(2021, 1, 1), name="别名", guardian_name="别人", guardian_phone="111 1111",
                                 address="别处")  # fmt: skip
    path = f"/v1/cases/{survivor}/merges"
    await chain.done(reviewer, path, DAY | {"merged": merged})
    before = await chain.stage.counts()
    for target, body, refusal in (
        (survivor, merged, (409, "screening.merged-already")),
        (merged, third, (409, "screening.merged-already")),
        (third, survivor, (409, "screening.survivor-of-another")),
        (survivor, survivor, (422, "screening.one-and-the-same-case")),
        (survivor, str(uuid4()), (404, "case-not-found")),
    ):
        answer = await chain.post(reviewer, f"/v1/cases/{target}/merges", DAY | {"merged": body})
        assert code_of(answer) == refusal
    undoing = await chain.post(reviewer, f"/v1/cases/{third}/merges/{survivor}/undoing", DAY)
    assert code_of(undoing) == (409, "screening.not-merged")
    assert await chain.stage.counts() == before


async def test_a_reviewer_of_one_county_cannot_merge_with_a_child_of_another(chain):
    survivor = await chain.register()
    merged = (await chain.done(chain.clinic, "/v1/children", a_child() | {"region": "371603"}))["case"]
    county = chain.stage.organisation(OrgType.FEDERATION, "371602", Role.REVIEWER)
    refused = await chain.post(county, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    assert code_of(refused) == (404, "case-not-found")


async def test_an_erased_child_is_erased_in_all_of_its_cases(chain, reviewer):
    survivor, merged = await twice(chain)
    await chain.done(reviewer, f"/v1/cases/{survivor}/merges", DAY | {"merged": merged})
    officer = chain.stage.organisation(OrgType.FEDERATION, "371602", Role.PRIVACY_OFFICER)
    await chain.done(officer, f"/v1/cases/{merged}/erasure", {"basis": "guardian_request"})
    for case in (survivor, merged):
        assert code_of(await chain.get(chain.clinic, f"/v1/cases/{case}")) == (410, "screening.child-erased")
        assert (await chain.facts(case))[-1] == ("child_erased", None)


async def test_of_many_who_merge_the_same_two_one_decides(chain, reviewer):
    survivor, merged = await twice(chain)
    bodies = [(survivor, merged), (merged, survivor)] * 3
    answers = await asyncio.gather(
        *(chain.post(reviewer, f"/v1/cases/{one}/merges", DAY | {"merged": other}) for one, other in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
