"""Registers up, feedback down, the slip on paper, families to trace, what is due, the official rates (handbook §1)."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from tests.support.screening import (
    DIAGNOSED,
    RESCREENED,
    SCREENED,
    Chain,
    a_child,
    a_rescreening,
    a_screening,
    of,
)
from tests.support.stages import code_of

YEAR = "since=2024-01-01&until=2024-12-31"


class County(Chain):
    """A county of its own, so that its lists hold only what a test put there; its children live in it."""

    async def register(self, actor: Actor | None = None, **child: object) -> str:
        # A family of its own, so that nobody else's child looks like this one.
        family: dict[str, object] = {
            "name": "童县",
            "guardian_name": "童大县",
            "guardian_phone": "000 1111 1111",
            "address": "虚构路九号",
        }
        family["born"] = date(2022, 3, 16)
        body = a_child(**(family | child)) | {"region": self.region}
        case: str = (await self.done(actor or self.clinic, "/v1/children", body))["case"]
        return case

    async def items(self, actor: Actor, path: str) -> list[dict[str, object]]:
        answer = await self.get(actor, path)
        assert answer.is_success, answer.text
        found: list[dict[str, object]] = answer.json()["items"]
        return found


@pytest.fixture
async def county(screening):
    return County(screening, region=f"37{uuid4().int % 10_000:04d}")


async def test_each_register_shows_what_its_form_holds_and_nothing_else(county):
    case = await county.confirmed()
    city = county.stage.organisation(OrgType.MCH, county.region[:4])
    (initial,) = await county.items(city, f"/v1/registers/initial_abnormal?{YEAR}&region={county.region}")
    assert (initial["case"], initial["on"], initial["positive_signs"]) == (case, SCREENED, ["M24-1"])
    assert initial["referred_to"] == str(county.mch.organisation)
    assert initial["institution"] == str(county.clinic.organisation)
    assert initial["guardian_phone"] == "000 1111 1111"
    (again,) = await county.items(city, f"/v1/registers/rescreening_abnormal?{YEAR}&region={county.region}")
    assert (again["on"], again["outcome"], again["instruments"]) == (RESCREENED, "abnormal", ["abc", "cdss_ii"])
    assert again["referred_to"] == str(county.hospital.organisation)
    (result,) = await county.items(city, f"/v1/registers/diagnosis_results?{YEAR}&region={county.region}")
    assert (result["on"], result["outcome"], result["rehab_category"]) == (DIAGNOSED, "confirmed", "autism")
    for line in (initial, again, result):
        assert {"scores", "concerns", "cars", "address", "resident_number"}.isdisjoint(line)
    assert {"positive_signs", "regression", "round"}.isdisjoint(result)


async def test_a_register_holds_the_abnormal_of_its_period_page_by_page_as_of_a_moment(county):
    cases = [await county.suspected() for _ in range(3)]
    normal = await county.register()
    await county.screen(normal)
    path = f"/v1/registers/initial_abnormal?{YEAR}&limit=2"
    first = (await county.get(county.mch, path)).json()
    as_of = first["as_of"].replace("+", "%2B")
    late = await county.suspected()
    rest = (await county.get(county.mch, f"{path}&after={first['next']}&as_of={as_of}")).json()
    assert [len(first["items"]), len(rest["items"])] == [2, 1]
    assert {line["case"] for line in first["items"] + rest["items"]} == set(cases)
    now = await county.items(county.mch, f"/v1/registers/initial_abnormal?{YEAR}")
    assert {line["case"] for line in now} == {*cases, late}
    assert await county.items(county.mch, "/v1/registers/initial_abnormal?since=2024-04-01&until=2024-12-31") == []


async def test_a_clinic_s_register_holds_what_it_found_itself(county):
    case = await county.suspected()
    other = county.stage.organisation(OrgType.CLINIC, county.region)
    path = f"/v1/registers/initial_abnormal?{YEAR}"
    assert [line["case"] for line in await county.items(county.clinic, path)] == [case]
    assert await county.items(other, path) == []


async def test_a_register_of_tomorrow_is_refused(county):
    answer = await county.get(county.mch, f"/v1/registers/initial_abnormal?{YEAR}&as_of=2999-01-01T00:00:00Z")
    assert code_of(answer) == (422, "in-the-future")


@pytest.mark.parametrize("path", ["/v1/registers/initial_abnormal?", "/v1/rates?county=371602&"])
async def test_a_period_does_not_end_before_it_begins(chain, path):
    authority = chain.stage.organisation(OrgType.HEALTH_AUTHORITY, "3716")
    answer = await chain.get(authority, f"{path}since=2024-12-31&until=2024-01-01")
    assert code_of(answer) == (422, "screening.period-reversed")


async def test_whom_a_register_shows_is_logged(county):
    case = await county.suspected()
    await county.items(county.mch, f"/v1/registers/initial_abnormal?{YEAR}")
    rows = await county.stage.fetch(
        "SELECT case_id::text FROM access_log WHERE organisation = $1 AND act = 'register.read'",
        county.mch.organisation,
    )
    assert [row[0] for row in rows] == [case]


async def test_the_first_screener_learns_what_became_of_its_children_and_no_more(county):
    confirmed, waiting = await county.confirmed(), await county.suspected()
    lines = {line["case"]: line for line in await county.items(county.clinic, "/v1/feedback")}
    assert lines[confirmed] == {
        "case": confirmed,
        "category": "autism",
        "episode": 1,
        "opened_on": SCREENED,
        "state": "confirmed",
        "since": DIAGNOSED,
        "rescreened_on": RESCREENED,
        "diagnosed_on": DIAGNOSED,
        "closing_reason": None,
    }
    assert (lines[waiting]["state"], lines[waiting]["diagnosed_on"]) == ("screen_positive", None)
    assert [line["case"] for line in await county.items(county.mch, "/v1/feedback")] == [confirmed]
    assert await county.items(county.hospital, "/v1/feedback") == []


async def test_the_slip_carries_what_the_form_asks_for_and_names_the_child(county):
    case = await county.suspected()
    body = {"step": "rescreening", "receiver": str(county.mch.organisation), "on": "2024-03-21", "consented": True}
    referral = (await county.done(county.clinic, of(case, "referrals"), body))["record"]
    slip = (await county.get(county.mch, f"/v1/referrals/{referral}/slip")).json()
    assert slip["number"].startswith("20240321-")
    assert (slip["case"], slip["name"], slip["address"]) == (case, "童县", "虚构路九号")
    assert slip["child_identifier"].startswith("T")
    assert (slip["screened_on"], slip["round"], slip["positive_signs"]) == (SCREENED, "M24", ["M24-1"])
    assert (slip["regression"], slip["category"], slip["consented"]) == ("none", "autism", True)
    assert slip["screener"] == str(county.clinic.person)
    assert (slip["received_on"], slip["rescreened_on"]) == (None, None)
    await county.accept(referral, county.mch)
    assert (await county.get(county.clinic, f"/v1/referrals/{referral}/slip")).json()["received_on"] == "2024-03-25"
    log = "SELECT count(*) FROM access_log WHERE act = 'referral.read-slip' AND case_id = $1"
    assert (await county.stage.fetch(log, UUID(case)))[0][0] == 2


async def test_the_second_slip_carries_the_rescreening(county):
    case = await county.at_rescreening()
    await county.done(county.mch, of(case, "rescreenings"), a_rescreening(abc=60))
    referral = await county.refer(case, county.mch, county.hospital, on="2024-04-11")
    slip = (await county.get(county.hospital, f"/v1/referrals/{referral}/slip")).json()
    assert (slip["rescreened_on"], slip["rescreening_outcome"]) == (RESCREENED, "abnormal")
    assert slip["rescreening_instruments"] == ["abc", "cdss_ii"]


async def test_families_to_trace_come_with_the_reason_and_a_refusal_waits_for_the_next_round(county):
    first, second = await county.suspected(), await county.suspected("hearing")
    await county.refer(first, county.clinic, county.mch, on="2024-03-22")
    await county.refer(second, county.clinic, county.mch, "hearing")

    async def due(actor, on):
        lines = await county.items(actor, f"/v1/tracings/due?on={on}")
        return [(line["case"], line["reason"], line["trace_on"]) for line in lines]

    assert await due(county.clinic, "2024-04-03") == []
    assert await due(county.clinic, "2024-04-05") == [
        (second, "no_rescreening", "2024-04-04"),
        (first, "no_rescreening", "2024-04-05"),
    ]
    assert await due(county.mch, "2024-04-05") == []
    refusal = {"on": "2024-04-05", "outcome": "refused", "guardian_signed_on": "2024-04-05"}
    await county.done(county.clinic, of(first, "tracings"), refusal)
    assert (first, "offer_again", "2024-09-16") in await due(county.clinic, "2024-09-16")
    assert first not in str(await due(county.clinic, "2024-09-15"))
    kept = (await county.file(first))["tracings"][0]
    assert (kept["outcome"], kept["signed_on"], kept["offer_again_on"]) == ("refused", "2024-04-05", "2024-09-16")


async def test_a_refusal_without_a_signature_leaves_no_trace(county):
    case = await county.suspected()
    await county.refer(case, county.clinic, county.mch)
    before = await county.stage.counts()
    answer = await county.post(county.clinic, of(case, "tracings"), {"on": "2024-04-05", "outcome": "refused"})
    assert code_of(answer) == (422, "screening.guardian-signature-needed")
    assert await county.stage.counts() == before


async def test_what_is_due_for_a_child_is_listed_with_what_it_had_and_missed(county):
    case = await county.suspected()
    due = (await county.get(county.clinic, f"/v1/cases/{case}/due?on=2024-05-01")).json()
    checks = {(one["round"], one["check"]): one for one in due["checks"]}
    assert len(checks) == 34
    assert checks["M24", "warning_signs"]["status"] == "done"
    assert checks["M24", "warning_signs"]["done_on"] == SCREENED
    assert checks["M18", "warning_signs"]["status"] == "missed"
    assert checks["M24", "eye_care_check"]["status"] == "overdue"
    assert checks["M30", "warning_signs"]["status"] == "upcoming"
    assert due["clocks"] == []
    await county.refer(case, county.clinic, county.mch)
    (clock,) = (await county.get(county.clinic, f"/v1/cases/{case}/due?on=2024-05-01")).json()["clocks"]
    assert (clock["trace_on"], clock["overdue"]) == ("2024-04-04", True)


async def test_a_slip_nobody_answered_is_listed_for_its_sender_and_the_authority(county):
    case = await county.suspected()
    referral = await county.refer(case, county.clinic, county.mch)
    authority = county.stage.organisation(OrgType.HEALTH_AUTHORITY, county.region)
    for actor in (county.clinic, authority):
        (slip,) = await county.items(actor, "/v1/referrals?expired=true")
        assert (slip["id"], slip["escalation"]) == (referral, "health_authority")
    await county.accept(referral, county.mch)
    assert await county.items(county.clinic, "/v1/referrals?expired=true") == []
    (slip,) = await county.items(county.clinic, "/v1/referrals")
    assert slip["escalation"] == "none"


async def test_follow_up_is_recorded_and_its_clock_runs_on(county):
    case = await county.confirmed()
    assert (await county.suspicion(case))["recheck_due_on"] == "2024-08-06"
    await county.done(county.hospital, of(case, "follow-ups"), {"on": "2024-08-01", "in_rehabilitation": True})
    assert (await county.facts(case))[-2:] == [("follow_up_recorded", "confirmed"), ("recheck_scheduled", "confirmed")]
    suspicion = await county.suspicion(case)
    assert (suspicion["recheck_due_on"], suspicion["recheck_basis"]) == ("2024-11-01", "follow_up")
    (kept,) = (await county.file(case))["follow_ups"]
    assert (kept["seen_on"], kept["in_rehabilitation"]) == ("2024-08-01", True)


async def test_answers_say_how_the_decision_came_about(county):
    case = await county.register()
    found = await county.done(county.clinic, f"/v1/cases/{case}/screenings", a_screening(3))
    assert (found["explanation"]["rule"], found["explanation"]["outcome"]) == ("screening.initial-screen", "abnormal")
    held = [step["code"] for step in found["explanation"]["steps"] if step["holds"]]
    assert held == ["sign-M24-3"]
    await county.accept(await county.refer(case, county.clinic, county.mch), county.mch)
    again = await county.done(county.mch, of(case, "rescreenings"), a_rescreening(abc=53))
    assert [step["code"] for step in again["explanation"]["steps"] if step["holds"]] == ["abc-total"]
    referral = await county.refer(case, county.mch, county.hospital, on="2024-04-11")
    await county.accept(referral, county.hospital, "2024-04-15")
    body = {"on": DIAGNOSED, "outcome": "confirmed", "rehab_category": "autism", "cars": "29.5"}
    made = await county.done(county.hospital, of(case, "diagnoses"), body)
    assert [step["code"] for step in made["explanation"]["steps"] if step["holds"]] == ["aid-disagrees"]


async def test_the_three_rates_name_what_they_are_counted_of(county):
    await county.confirmed()
    await county.at_rescreening()
    await county.suspected()
    healthy = await county.register()
    await county.screen(healthy)
    authority = county.stage.organisation(OrgType.HEALTH_AUTHORITY, county.region)
    path = f"/v1/rates?county={county.region}&{YEAR}"

    async def rates():
        answer = (await county.get(authority, path)).json()
        shown = {rate["name"]: (rate["numerator"], rate["denominator"], rate["percent"]) for rate in answer["rates"]}
        return shown, answer["residents_source"]

    counted, source = await rates()
    assert counted == {
        "initial_screening": (4, None, None),
        "rescreening": (1, 3, "33.3"),
        "diagnosis": (1, 1, "100.0"),
    }
    assert source is None
    given = {"county": county.region, "since": "2024-01-01", "until": "2024-12-31", "source": "人口年报"}
    for children in (4000, 16):
        await county.done(authority, "/v1/resident-children", given | {"children": children})
    counted, source = await rates()
    assert counted["initial_screening"] == (4, 16, "25.0")
    assert source == "人口年报"
    listed = await county.items(authority, f"/v1/resident-children?county={county.region}")
    assert [line["children"] for line in listed] == [16, 4000]


async def test_the_rates_of_a_region_are_those_of_its_counties(county):
    await county.confirmed()
    other = County(county.stage, region=f"{county.region[:4]}{(int(county.region[4:]) + 1) % 100:02}")
    await other.at_rescreening()
    authority = county.stage.organisation(OrgType.HEALTH_AUTHORITY, county.region[:4])
    listed = (await county.get(authority, f"/v1/rates/by-county?{YEAR}")).json()
    assert {one["county"] for one in listed} >= {county.region, other.region}
    for one in listed:
        alone = (await county.get(authority, f"/v1/rates?county={one['county']}&{YEAR}")).json()
        assert alone["rates"] == one["rates"]
    empty = f"/v1/rates/by-county?region={county.region}&since=2024-12-30&until=2024-12-31"
    (alone,) = (await county.get(authority, empty)).json()
    assert [(rate["numerator"], rate["percent"]) for rate in alone["rates"]] == [(0, None)] * 3


async def test_whoever_asks_for_rates_of_another_region_is_refused(county):
    authority = county.stage.organisation(OrgType.HEALTH_AUTHORITY, county.region)
    asked = f"/v1/rates/by-county?region={county.region[:4]}&{YEAR}"
    assert code_of(await county.get(authority, asked)) == (403, "not-allowed")


async def test_a_number_of_residents_is_of_a_period_that_can_be(county):
    authority = county.stage.organisation(OrgType.HEALTH_AUTHORITY, county.region)
    body = {"county": county.region, "since": "2024-12-31", "until": "2024-01-01", "children": 1, "source": "年报"}
    assert code_of(await county.post(authority, "/v1/resident-children", body)) == (422, "screening.period-reversed")
    for wrong in ({"children": 0}, {"source": ""}, {"children": "5"}):
        answer = await county.post(authority, "/v1/resident-children", body | {"until": "2025-01-01"} | wrong)
        assert code_of(answer) == (422, "invalid-request")


async def test_a_child_that_moves_is_owned_where_it_lives_now_and_no_second_case_is_opened(county):
    case = await county.suspected()
    referral = await county.refer(case, county.clinic, county.mch)
    elsewhere = County(county.stage, region="379997")
    move = {"region": "379997", "moved_on": "2024-04-01", "institution": str(elsewhere.mch.organisation)}
    await county.done(county.clinic, f"/v1/cases/{case}/moves", move)
    names = [name for name, _ in await county.facts(case)]
    assert names[-2:] == ["residence_moved", "ownership_transferred"]
    (suspicion,) = (await elsewhere.file(case, elsewhere.mch))["suspicions"]
    assert (suspicion["owner"], suspicion["state"]) == (str(elsewhere.mch.organisation), "rescreen_referred")
    (old,) = (await elsewhere.file(case, elsewhere.mch))["referrals"]
    assert (old["id"], old["status"]) == (referral, "withdrawn")
    await elsewhere.refer(case, elsewhere.mch, elsewhere.mch, on="2024-04-02")


async def test_a_newborn_that_did_not_pass_is_seen_again_and_what_passes_is_closed(county):
    child = a_child(born=date(2024, 1, 10), name="童新") | {"region": county.region}
    test = {"category": "hearing", "instrument": "newborn_hearing", "finding": "abnormal", "on": "2024-01-13"}
    imported = await county.done(county.clinic, "/v1/children/import", {"items": [{"child": child, "screening": test}]})
    case = imported["results"][0]["case"]
    suspicion = await county.suspicion(case)
    assert (suspicion["recheck_basis"], suspicion["recheck_due_on"]) == ("newborn_hearing", "2024-02-21")
    (clock,) = (await county.get(county.clinic, f"/v1/cases/{case}/due?on=2024-02-22")).json()["clocks"]
    assert clock["overdue"]
    await county.done(county.clinic, f"/v1/cases/{case}/screenings", test | {"finding": "normal", "on": "2024-02-10"})
    assert (await county.facts(case))[1:] == [
        ("screening_recorded", "screen_positive"),
        ("recheck_scheduled", "screen_positive"),
        ("screening_recorded", "screen_positive"),
        ("case_closed", "closed"),
    ]
