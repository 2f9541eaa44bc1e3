"""What happens to a child, over HTTP and on a real database: guardian, residence, consent, hospital, death, erasure."""

from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared import clock
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.contracts.events.custody import CustodyAdmitted, CustodyMode
from shared.journal.verify import verify
from shared.testing.streams import Stream
from tests.support.screening import Chain, a_child, a_resident_number, a_screening, of
from tests.support.stages import code_of


def about(case: str, what: str) -> str:
    return f"/v1/cases/{case}/{what}"


async def told(chain: Chain, case: str, kind: str) -> list[dict]:
    """Return the data of the facts of one kind about a case, without who recorded them."""
    found = [fact for fact in await chain.stage.facts(case) if fact["type"].split(".")[2] == kind]
    return [{name: value for name, value in fact["data"].items() if name != "actor"} for fact in found]


# Guardians ----------------------------------------------------------------------------------------------------------

GRANDMOTHER = {
    "kind": "grandparent",
    "changed_on": "2024-05-01",
    "name": "童奶奶",
    "phone": "000 1111 1111",
    "unavailable": {"parent": "incapable"},
}


async def test_another_guardian_answers_for_the_child_and_the_fact_does_not_say_who(chain):
    case = await chain.register()
    answer = await chain.done(chain.clinic, about(case, "guardians"), GRANDMOTHER)
    assert [step["code"] for step in answer["explanation"]["steps"]] == ["no-parent"]
    file = await chain.file(case)
    assert (file["identity"]["guardian_name"], file["identity"]["guardian_phone"]) == ("童奶奶", "000 1111 1111")
    assert [change["kind"] for change in file["guardian_changes"]] == ["grandparent"]
    (fact,) = await told(chain, case, "guardian_changed")
    assert fact == {"kind": "grandparent", "changed_on": "2024-05-01", "policy": "CN-REGISTRY-2018"}
    for row in await chain.stage.fetch("SELECT g::text FROM guardian_change g WHERE case_id = $1", UUID(case)):
        assert "童大一".encode().hex() not in row[0]


async def test_a_grandparent_does_not_pass_over_the_parents(chain):
    case = await chain.register()
    before = await chain.stage.counts()
    silent = GRANDMOTHER | {"unavailable": {}}
    refused = await chain.post(chain.clinic, about(case, "guardians"), silent)
    assert code_of(refused) == (422, "screening.earlier-guardian-first")
    assert await chain.stage.counts() == before


# Residence ----------------------------------------------------------------------------------------------------------


async def test_a_move_takes_the_child_to_its_new_county_and_leaves_a_stub(chain):
    case = await chain.suspected()
    here, there = (chain.stage.organisation(OrgType.FEDERATION, region) for region in ("371602", "371603"))
    receiver = chain.stage.organisation(OrgType.MCH, "371603")
    assert code_of(await chain.get(there, f"/v1/cases/{case}")) == (404, "case-not-found")
    move = {
        "region": "371603",
        "moved_on": "2024-06-01",
        "institution": str(receiver.organisation),
        "address": "虚构路二号",
    }
    await chain.done(chain.clinic, about(case, "moves"), move)
    file = await chain.file(case, there)
    assert (file["region"], file["identity"]["address"]) == ("371603", "虚构路二号")
    assert [one["region"] for one in file["former_residences"]] == ["371602"]
    assert (await chain.get(receiver, f"/v1/cases/{case}")).status_code == 200
    stub = (await chain.get(here, f"/v1/cases/{case}")).json()
    assert stub == {"case": case, "former_region": "371602", "region": "371603", "moved_on": "2024-06-01"}
    (suspicion,) = file["suspicions"]
    assert suspicion["owner"] == str(receiver.organisation)
    assert await told(chain, case, "residence_moved") == [
        {"previous": "371602", "region": "371603", "moved_on": "2024-06-01"}
    ]


async def test_the_old_county_does_nothing_more_and_sees_no_name(chain):
    case = await chain.register()
    old = chain.stage.organisation(OrgType.FEDERATION, "371602")
    await chain.done(old, about(case, "moves"), {"region": "371603", "moved_on": "2024-06-01"})
    assert await chain.done(old, "/v1/children/resolve", {"cases": [case]}) == []
    refused = await chain.post(old, about(case, "death"), {"died_on": "2024-06-02"})
    assert code_of(refused) == (404, "case-not-found")


async def test_a_child_that_moved_back_is_seen_whole_again(chain):
    case = await chain.register()
    for region, on in (("371603", "2024-06-01"), ("371602", "2024-07-01")):
        await chain.done(chain.clinic, about(case, "moves"), {"region": region, "moved_on": on})
    assert (await chain.file(case, chain.federation))["region"] == "371602"
    between = chain.stage.organisation(OrgType.FEDERATION, "371603")
    assert (await chain.get(between, f"/v1/cases/{case}")).json()["moved_on"] == "2024-07-01"
    late = await chain.post(chain.clinic, about(case, "moves"), {"region": "371603", "moved_on": "2024-06-15"})
    assert code_of(late) == (422, "screening.before-last-move")


async def test_only_an_institution_of_the_health_side_takes_a_child_over(chain):
    case = await chain.register()
    school = chain.stage.organisation(OrgType.SCHOOL, "371603")
    body = {"region": "371603", "moved_on": "2024-06-01", "institution": str(school.organisation)}
    assert code_of(await chain.post(chain.clinic, about(case, "moves"), body)) == (422, "organisation-unknown")


async def test_a_child_that_moved_here_is_found_by_number_and_name_and_gets_no_second_case(chain):
    number = a_resident_number()
    case = await chain.register(resident_number=number, name="童可可")
    await chain.screen(case, 1)
    clinic = chain.stage.organisation(OrgType.CLINIC, "371603")
    arrival = {"name": "童 可可", "resident_number": number, "region": "371603", "moved_on": "2024-06-01"}
    taken = await chain.done(clinic, "/v1/children/arrivals", arrival | {"address": "虚构路二号"})
    assert taken["record"] == case
    file = await chain.file(case, clinic)
    assert (file["region"], file["identity"]["address"]) == ("371603", "虚构路二号")
    assert file["suspicions"][0]["owner"] == str(clinic.organisation)
    assert [kind for kind, _ in await chain.facts(case)][-2:] == ["residence_moved", "ownership_transferred"]


async def test_a_move_that_was_told_already_is_not_told_again_on_arrival(chain):
    number = a_resident_number()
    case = await chain.register(resident_number=number, birth_certificate=None)
    await chain.screen(case, 1)
    await chain.done(chain.clinic, about(case, "moves"), {"region": "371603", "moved_on": "2024-06-01"})
    clinic = chain.stage.organisation(OrgType.CLINIC, "371603")
    arrival = {"name": "童一一", "resident_number": number, "region": "371603", "moved_on": "2024-06-03"}
    await chain.done(clinic, "/v1/children/arrivals", arrival)
    assert [kind for kind, _ in await chain.facts(case)][-2:] == ["residence_moved", "ownership_transferred"]
    assert (await chain.suspicion(case))["owner"] == str(clinic.organisation)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "童二二"}, (404, "screening.no-such-child")),
        ({"resident_number": a_resident_number()}, (404, "screening.no-such-child")),
        ({"birth_certificate": "T379999999"}, (404, "screening.no-such-child")),
        ({"resident_number": None}, (422, "screening.number-needed")),
        ({"region": "371621"}, (422, "screening.institution-elsewhere")),
    ],
)
async def test_an_arrival_that_does_not_fit_tells_nothing_and_leaves_no_trace(chain, changes, refusal):
    number = a_resident_number()
    await chain.register(resident_number=number, birth_certificate=None)
    before = await chain.stage.counts()
    clinic = chain.stage.organisation(OrgType.CLINIC, "371603")
    arrival = {"name": "童一一", "resident_number": number, "region": "371603", "moved_on": "2024-06-01"}
    body = {name: value for name, value in (arrival | changes).items() if value is not None}
    assert code_of(await chain.post(clinic, "/v1/children/arrivals", body)) == refusal
    assert await chain.stage.counts() == before


async def test_who_takes_a_child_over_works_where_it_lives(chain):
    case = await chain.register()
    elsewhere = chain.stage.organisation(OrgType.MCH, "371621")
    city = chain.stage.organisation(OrgType.MCH, "3716")
    body = {"region": "371603", "moved_on": "2024-06-01"}
    refused = await chain.post(chain.clinic, about(case, "moves"), body | {"institution": str(elsewhere.organisation)})
    assert code_of(refused) == (422, "screening.institution-elsewhere")
    await chain.done(chain.clinic, about(case, "moves"), body | {"institution": str(city.organisation)})


# Consent ------------------------------------------------------------------------------------------------------------


async def test_a_withdrawn_consent_hides_the_child_from_later_stages_and_a_new_one_shows_it(chain):
    case, home = await chain.register(), chain.stage.organisation(OrgType.CARE_HOME)
    day = date(2025, 1, 6)
    stay = CustodyAdmitted(
        stay=uuid4(), institution=home.organisation, mode=CustodyMode.DAY, admitted_on=day, until=None
    )
    await chain.stage.deliver(Stream("custody", UUID(case)).append(stay))

    async def seen() -> bool:
        return bool(await chain.done(home, "/v1/children/resolve", {"cases": [case]}))

    assert await seen()
    agreed = {"basis": "guardian_consent", "given_on": "2025-01-01"}
    await chain.done(chain.clinic, about(case, "consents"), agreed)
    assert code_of(await chain.post(chain.clinic, about(case, "consents"), agreed)) == (409, "screening.consent-stands")
    withdrawal = {"withdrawn_on": "2025-02-01"}
    await chain.done(chain.clinic, about(case, "consents/withdrawal"), withdrawal)
    assert not await seen()
    assert (await chain.file(case))["case"] == case
    again = await chain.post(chain.clinic, about(case, "consents/withdrawal"), withdrawal)
    assert code_of(again) == (409, "screening.no-consent-to-withdraw")
    await chain.done(chain.clinic, about(case, "consents"), {"basis": "statutory_duty", "given_on": "2025-03-01"})
    assert await seen()
    facts = [kind for kind, _ in await chain.facts(case)]
    assert facts[1:] == ["consent_given", "consent_withdrawn", "consent_given"]


# Hospital -----------------------------------------------------------------------------------------------------------


async def test_a_stay_is_told_by_its_two_ends_and_a_correction_names_what_it_corrects(chain):
    case = await chain.register()
    stay = (await chain.done(chain.clinic, about(case, "hospital-stays"), {"admitted_on": "2024-05-01"}))["record"]
    path = about(case, f"hospital-stays/{stay}")
    await chain.done(chain.clinic, f"{path}/discharge", {"discharged_on": "2024-05-09"})
    await chain.done(chain.clinic, f"{path}/correction", {"admitted_on": "2024-05-02", "discharged_on": "2024-05-08"})
    admitted, discharged, *corrected = (await chain.stage.facts(case))[1:]
    assert [fact["data"]["correction_of"] for fact in corrected] == [admitted["id"], discharged["id"]]
    (shown,) = (await chain.file(case))["hospital_stays"]
    assert (shown["admitted_on"], shown["discharged_on"]) == ("2024-05-02", "2024-05-08")
    await chain.done(chain.clinic, f"{path}/correction", {"discharged_on": "2024-05-07"})
    assert (await chain.stage.facts(case))[-1]["data"]["correction_of"] == corrected[1]["id"]


async def test_a_stay_that_is_over_is_entered_with_its_end_and_overlaps_with_none(chain):
    case, path = await chain.register(), "hospital-stays"
    await chain.done(chain.clinic, about(case, path), {"admitted_on": "2024-05-05", "discharged_on": "2024-05-09"})
    for days in ({"admitted_on": "2024-05-01"}, {"admitted_on": "2024-05-08", "discharged_on": "2024-05-20"}):
        assert code_of(await chain.post(chain.clinic, about(case, path), days)) == (409, "screening.stays-overlap")
    await chain.done(chain.clinic, about(case, path), {"admitted_on": "2024-05-01", "discharged_on": "2024-05-05"})
    assert len((await chain.file(case))["hospital_stays"]) == 2
    elsewhere = about(await chain.register(), f"{path}/{uuid4()}/discharge")
    refused = await chain.post(chain.clinic, elsewhere, {"discharged_on": "2024-05-05"})
    assert code_of(refused) == (404, "screening.stay-not-found")


# Death --------------------------------------------------------------------------------------------------------------


MISTAKEN = {"on": "2024-06-12", "reason": "report_was_wrong"}


async def test_a_death_that_is_registered_late_closes_what_waits_for_a_diagnosis(chain):
    case = await chain.at_diagnosis()
    await chain.screen(case, 1, category="hearing")
    await chain.done(chain.federation, about(case, "death"), {"died_on": "2024-05-01"})
    file = await chain.file(case)
    assert {one["category"]: one["state"] for one in file["suspicions"]} == {"autism": "closed", "hearing": "closed"}
    closed = await told(chain, case, "case_closed")
    assert {(fact["reason"], fact["closed_on"]) for fact in closed} == {("deceased", "2024-05-01")}
    assert {fact["state_before"] for fact in closed} == {"diagnosis_referred", "screen_positive"}
    again = await chain.post(chain.clinic, about(case, "death"), {"died_on": "2024-05-02"})
    assert code_of(again) == (409, "screening.death-registered")


async def test_a_wrong_day_of_death_is_corrected_again_and_again(chain):
    case = await chain.register()
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-05-01"})
    for day in ("2024-05-03", "2024-05-02"):
        await chain.done(chain.clinic, about(case, "death/correction"), {"died_on": day})
    first, second, third = (await chain.stage.facts(case))[1:]
    assert (second["data"]["correction_of"], third["data"]["correction_of"]) == (first["id"], second["id"])
    assert (await chain.file(case))["died_on"] == "2024-05-02"


async def test_what_is_found_out_late_about_a_dead_child_ends_with_its_death(chain):
    case = await chain.register()
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-05-01"})
    await chain.screen(case, 1)
    assert (await chain.suspicion(case))["state"] == "closed"
    after = await chain.post(chain.clinic, about(case, "screenings"), a_screening(1, on="2024-05-02"))
    assert code_of(after) == (422, "screening.after-death")


async def test_nothing_is_reopened_for_long_after_a_death(chain):
    case = await chain.suspected()
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-05-01"})
    reopening = {"on": "2024-04-30", "reason": "closed_in_error"}
    await chain.done(chain.clinic, of(case, "reopening"), reopening)
    assert (await chain.suspicion(case))["state"] == "closed"


async def test_a_death_registered_wrongly_is_taken_back_and_what_it_closed_is_open_again(chain):
    case = await chain.at_diagnosis()
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-05-01"})
    await chain.done(chain.clinic, about(case, "death/correction"), {"died_on": "2024-05-02"})
    corrected = (await chain.stage.facts(case))[-1]
    early = await chain.post(chain.clinic, about(case, "death/retraction"), MISTAKEN | {"on": "2024-05-01"})
    assert code_of(early) == (422, "screening.retracted-before-death")
    await chain.done(chain.federation, about(case, "death/retraction"), MISTAKEN)
    (retracted,) = [fact for fact in await chain.stage.facts(case) if "death_retracted" in fact["type"]]
    assert retracted["data"]["correction_of"] == corrected["id"]
    file = await chain.file(case)
    assert (file["died_on"], [one["state"] for one in file["suspicions"]]) == (None, ["diagnosis_referred"])
    assert (await told(chain, case, "case_reopened"))[0]["reason"] == "closed_in_error"
    again = await chain.post(chain.clinic, about(case, "death/retraction"), MISTAKEN)
    assert code_of(again) == (409, "screening.death-not-registered")
    await chain.screen(case, 1, category="hearing")
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-08-01"})
    assert (await chain.file(case))["died_on"] == "2024-08-01"


async def test_a_confirmed_child_whose_death_is_taken_back_is_followed_up_again(chain):
    case = await chain.confirmed()
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-06-01"})
    assert (await chain.suspicion(case))["recheck_due_on"] is None
    await chain.done(chain.federation, about(case, "death/retraction"), MISTAKEN)
    suspicion = await chain.suspicion(case)
    assert (suspicion["state"], suspicion["recheck_due_on"]) == ("confirmed", MISTAKEN["on"])
    last = (await told(chain, case, "recheck_scheduled"))[-1]
    assert (last["basis"], last["due_on"], last["state"]) == ("follow_up", MISTAKEN["on"], "confirmed")
    assert last["owner"] == str(chain.hospital.organisation), "whoever took the death back"


async def test_what_had_been_closed_for_another_reason_stays_closed_when_a_death_is_taken_back(chain):
    case = await chain.suspected()
    await chain.done(chain.clinic, of(case, "closure"), {"on": "2024-04-30", "reason": "entered_in_error"})
    await chain.done(chain.clinic, about(case, "death"), {"died_on": "2024-05-01"})
    await chain.done(chain.clinic, about(case, "death/retraction"), MISTAKEN)
    assert (await chain.suspicion(case))["state"] == "closed"


# Erasure ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(chain):
    return chain.stage.organisation(OrgType.FEDERATION, "371602", Role.PRIVACY_OFFICER)


async def test_an_erased_child_is_gone_and_its_chain_still_verifies(chain, officer):
    number = a_resident_number()
    case = await chain.register(name="童可可", resident_number=number, birth_certificate=None)
    await chain.done(chain.clinic, about(case, "guardians"), GRANDMOTHER)
    await chain.done(officer, about(case, "erasure"), {"basis": "guardian_request"})
    (sealed,) = await chain.stage.fetch("SELECT former_name FROM guardian_change WHERE case_id = $1", UUID(case))
    assert sealed["former_name"] is None
    superuser = await asyncpg.connect(chain.stage.servers.dsn("screening", superuser=True))
    row = await superuser.fetchrow("SELECT * FROM child_identity WHERE case_id = $1", UUID(case))
    await superuser.close()
    assert {value for name, value in row.items() if name != "case_id"} == {None}
    assert await chain.stage.fetch("SELECT 1 FROM child_number WHERE case_id = $1", UUID(case)) == []
    for actor in (chain.clinic, chain.federation):
        assert code_of(await chain.get(actor, f"/v1/cases/{case}")) == (410, "screening.child-erased")
        assert await chain.done(actor, "/v1/children/resolve", {"cases": [case]}) == []
    stranger = chain.stage.organisation(OrgType.CLINIC)
    assert code_of(await chain.get(stranger, f"/v1/cases/{case}")) == (404, "case-not-found")
    assert await told(chain, case, "child_erased") == [
        {"basis": "guardian_request", "erased_on": clock.today().isoformat()}
    ]
    assert (await verify(chain.stage.service.database)).sound


async def test_nothing_more_is_recorded_of_an_erased_child(chain, officer):
    case = await chain.register()
    await chain.done(officer, about(case, "erasure"), {"basis": "entered_in_error"})
    before = await chain.stage.counts()
    for actor, path, body in (
        (officer, about(case, "erasure"), {"basis": "entered_in_error"}),
        (chain.clinic, about(case, "death"), {"died_on": "2024-05-01"}),
        (chain.clinic, about(case, "screenings"), a_screening(1)),
    ):
        assert code_of(await chain.post(actor, path, body)) == (410, "screening.child-erased")
    assert await chain.stage.counts() == before


async def test_the_number_of_an_erased_child_can_be_registered_anew(chain, officer):
    number = a_resident_number()
    case = await chain.register(resident_number=number)
    await chain.done(officer, about(case, "erasure"), {"basis": "entered_in_error"})
    again = await chain.done(chain.clinic, "/v1/children", a_child(resident_number=number))
    assert again["case"] != case


async def test_facts_of_other_stages_about_an_erased_child_change_nothing(chain, officer):
    case, home = await chain.register(), chain.stage.organisation(OrgType.CARE_HOME)
    await chain.done(officer, about(case, "erasure"), {"basis": "retention_over"})
    stay = CustodyAdmitted(
        stay=uuid4(), institution=home.organisation, mode=CustodyMode.DAY, admitted_on=date(2025, 1, 6), until=None
    )
    await chain.stage.deliver(Stream("custody", UUID(case)).append(stay))
    parts = "SELECT 1 FROM participant WHERE case_id = $1 AND basis = 'in_custody'"
    assert await chain.stage.fetch(parts, UUID(case)) == []
