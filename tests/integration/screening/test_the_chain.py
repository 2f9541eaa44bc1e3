"""A suspected child's way from the clinic to a centre (handbook §1.4, §1.5), over HTTP and on a real database."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.contracts.codes import OrgType, RehabCategory
from shared.contracts.events.rehab import AssistanceItem, EnrolmentStarted, TrainingMode
from shared.testing.eventually import eventually
from shared.testing.streams import Stream
from tests.support.screening import DIAGNOSED, REFERRED_ON, SCREENED, a_child, a_rescreening, a_screening, of, quotients
from tests.support.stages import code_of


def an_enrolment(centre: UUID, category: RehabCategory = RehabCategory.AUTISM) -> EnrolmentStarted:
    return EnrolmentStarted(
        enrolment=uuid4(),
        approval=uuid4(),
        institution=centre,
        item=AssistanceItem.TRAINING,
        category=category,
        mode=TrainingMode.CENTRALISED,
        started_on=date(2024, 6, 3),
        expected_until=date(2024, 12, 31),
    )


async def test_the_whole_way(chain):
    case = await chain.confirmed()
    centre = uuid4()
    await chain.stage.deliver(Stream("rehab", UUID(case)).append(an_enrolment(centre)))
    await chain.done(chain.clinic, of(case, "closure"), {"on": "2024-06-10", "reason": "handed_over"})
    assert await chain.facts(case) == [
        ("child_registered", None),
        ("screening_recorded", "screen_positive"),
        ("referral_issued", "rescreen_referred"),
        ("referral_accepted", "rescreen_referred"),
        ("rescreening_recorded", "diagnosis_referred"),
        ("referral_issued", "diagnosis_referred"),
        ("referral_accepted", "diagnosis_referred"),
        ("diagnosis_recorded", "confirmed"),
        ("recheck_scheduled", "confirmed"),
        ("case_handed_over", "handed_over"),
        ("case_closed", "closed"),
    ]
    facts = await chain.stage.facts(case)
    assert [fact["sequence"] for fact in facts] == [str(number) for number in range(1, 12)]
    assert facts[7]["data"]["no_screening_record"] is False
    assert facts[9]["data"]["institution"] == str(centre)
    assert facts[7]["data"]["actor"]["organisation"] == str(chain.hospital.organisation)


async def test_what_is_recorded_leaves_for_kafka(chain):
    case = await chain.suspected()

    async def gone() -> bool:
        return not await chain.stage.fetch("SELECT 1 FROM outbox WHERE case_id = $1", UUID(case))

    await eventually(gone)


async def test_ownership_passes_with_acceptance_and_not_with_the_slip(chain):
    case = await chain.suspected()
    referral = await chain.refer(case, chain.clinic, chain.mch)
    assert (await chain.suspicion(case))["owner"] == str(chain.clinic.organisation)
    await chain.accept(referral, chain.mch)
    suspicion = await chain.suspicion(case)
    assert (suspicion["owner"], suspicion["first_screener"]) == (
        str(chain.mch.organisation),
        str(chain.clinic.organisation),
    )


async def test_a_rejected_referral_hides_the_child_again_and_leaves_it_with_its_sender(chain):
    case = await chain.suspected()
    referral = await chain.refer(case, chain.clinic, chain.mch)
    assert (await chain.get(chain.mch, f"/v1/cases/{case}")).status_code == 200
    rejection = {"on": "2024-03-22", "reason": "no_capacity"}
    await chain.done(chain.mch, f"/v1/referrals/{referral}/rejection", rejection)
    assert code_of(await chain.get(chain.mch, f"/v1/cases/{case}")) == (404, "case-not-found")
    other = chain.stage.organisation(OrgType.MCH)
    await chain.accept(await chain.refer(case, chain.clinic, other, on="2024-03-22"), other)
    assert (await chain.suspicion(case))["owner"] == str(other.organisation)
    assert [slip["status"] for slip in (await chain.file(case))["referrals"]] == ["rejected", "accepted"]


async def test_a_slip_nobody_answered_is_replaced_and_its_receiver_sees_the_child_no_longer(chain):
    case = await chain.suspected()
    silent, willing = chain.mch, chain.stage.organisation(OrgType.MCH)
    await chain.refer(case, chain.clinic, silent)
    early = {"step": "rescreening", "receiver": str(willing.organisation), "on": "2024-04-04"}
    refused = await chain.post(chain.clinic, of(case, "referrals"), early)
    assert code_of(refused) == (409, "screening.referral-open")
    await chain.refer(case, chain.clinic, willing, on="2024-04-05")
    assert code_of(await chain.get(silent, f"/v1/cases/{case}")) == (404, "case-not-found")
    assert [slip["status"] for slip in (await chain.file(case))["referrals"]] == ["replaced", "open"]


async def test_a_normal_rescreening_is_checked_once_more_and_then_ends(chain):
    case = await chain.at_rescreening()
    await chain.done(chain.mch, of(case, "rescreenings"), a_rescreening())
    suspicion = await chain.suspicion(case)
    assert (suspicion["state"], suspicion["recheck_due_on"]) == ("recheck_due", "2024-07-10")
    await chain.done(chain.mch, of(case, "rescreenings"), a_rescreening(on="2024-07-01"))
    assert (await chain.suspicion(case))["state"] == "closed"
    assert (await chain.facts(case))[4:] == [
        ("rescreening_recorded", "recheck_due"),
        ("recheck_scheduled", "recheck_due"),
        ("rescreening_recorded", "recheck_due"),
        ("case_closed", "closed"),
    ]


async def test_a_borderline_total_with_a_low_domain_alerts_a_clinician(chain):
    case = await chain.at_rescreening()
    await chain.done(chain.mch, of(case, "rescreenings"), a_rescreening(cdss_ii=quotients(75.5, language=69.5)))
    (rescreening,) = (await chain.file(case))["rescreenings"]
    assert (rescreening["outcome"], rescreening["clinician_alert"]) == ("borderline", True)
    assert rescreening["scores"]["cdss_ii"]["total"] == "75.5"


async def test_an_undetermined_diagnosis_comes_back_after_two_months_and_is_then_decided(chain):
    case = await chain.at_diagnosis()
    await chain.diagnose(case, outcome="undetermined", rehab_category=None)
    suspicion = await chain.suspicion(case)
    assert (suspicion["state"], suspicion["recheck_due_on"]) == ("diagnosis_pending", "2024-07-06")
    await chain.diagnose(case, on="2024-07-06", outcome="excluded", rehab_category=None, cars=25.5)
    closing = {"on": "2024-07-08", "reason": "excluded_by_diagnosis"}
    await chain.done(chain.hospital, of(case, "closure"), closing)
    assert (await chain.facts(case))[-4:] == [
        ("diagnosis_recorded", "diagnosis_pending"),
        ("recheck_scheduled", "diagnosis_pending"),
        ("diagnosis_recorded", "excluded"),
        ("case_closed", "closed"),
    ]


async def test_a_child_that_a_hospital_diagnoses_first_has_no_screening_record(chain):
    case = await chain.register(chain.hospital, born=date(2012, 5, 1))
    await chain.diagnose(case, on="2023-02-01", rehab_category="hearing")
    assert await chain.facts(case) == [("child_registered", None), ("diagnosis_recorded", "confirmed")]
    assert (await chain.stage.facts(case))[1]["data"]["no_screening_record"] is True
    (suspicion,) = (await chain.file(case, chain.hospital))["suspicions"]
    assert suspicion["owner"] == str(chain.hospital.organisation)


async def test_newborn_hearing_goes_straight_to_a_hospital(chain):
    case = await chain.register(born=date(2024, 2, 1))
    await chain.refer(case, chain.clinic, chain.hospital, "hearing", on="2024-03-01")
    assert (await chain.facts(case))[1:] == [
        ("referral_issued", "diagnosis_referred"),
        ("recheck_scheduled", "diagnosis_referred"),
    ]
    body = {"step": "diagnosis", "receiver": str(chain.hospital.organisation), "on": "2024-03-01"}
    refused = await chain.post(chain.clinic, of(case, "referrals", "vision"), body)
    assert code_of(refused) == (404, "screening.no-suspicion")


async def test_a_family_that_cannot_be_found_is_lost_and_taken_up_again_when_it_is(chain):
    case = await chain.suspected()
    await chain.refer(case, chain.clinic, chain.mch)
    attempt = {"on": "2024-04-04", "outcome": "not_reached"}
    for _ in range(2):
        await chain.done(chain.clinic, of(case, "tracings"), attempt)
    refused = await chain.post(chain.clinic, of(case, "loss"), {"on": "2024-04-05"})
    assert code_of(refused) == (409, "screening.too-few-traces")
    await chain.done(chain.clinic, of(case, "tracings"), attempt)
    await chain.done(chain.clinic, of(case, "loss"), {"on": "2024-04-05"})
    await chain.done(chain.clinic, of(case, "reopening"), {"on": "2024-05-01", "reason": "family_found"})
    assert (await chain.facts(case))[-2:] == [
        ("case_lost", "lost_to_follow_up"),
        ("case_reopened", "rescreen_referred"),
    ]
    assert len((await chain.file(case))["tracings"]) == 3


async def test_closing_withdraws_the_slip_that_nobody_answered(chain):
    case = await chain.suspected()
    referral = await chain.refer(case, chain.clinic, chain.mch)
    refusal = {"on": "2024-03-30", "reason": "guardian_refused", "guardian_signed_on": "2024-03-29"}
    await chain.done(chain.clinic, of(case, "closure"), refusal)
    late = await chain.post(chain.mch, f"/v1/referrals/{referral}/acceptance", {"on": "2024-04-01"})
    assert code_of(late) == (404, "case-not-found")
    assert [slip["status"] for slip in (await chain.file(case))["referrals"]] == ["withdrawn"]


async def test_after_closing_the_next_abnormal_screening_begins_a_new_episode(chain):
    case = await chain.suspected()
    await chain.done(chain.clinic, of(case, "closure"), {"on": "2024-03-30", "reason": "moved_out"})
    await chain.screen(case, 2, on="2024-09-20")
    suspicion = await chain.suspicion(case)
    assert (suspicion["episode"], suspicion["state"]) == (2, "screen_positive")


async def test_each_category_is_a_suspicion_of_its_own(chain):
    case = await chain.suspected("autism")
    await chain.screen(case, 1, category="hearing")
    vision = {"category": "vision", "instrument": "vision_test", "on": SCREENED, "finding": "normal"}
    await chain.done(chain.clinic, f"/v1/cases/{case}/screenings", vision)
    file = await chain.file(case)
    assert {one["category"]: one["state"] for one in file["suspicions"]} == {
        "autism": "screen_positive",
        "hearing": "screen_positive",
    }
    assert len(file["screenings"]) == 3
    assert "state" not in (await chain.stage.facts(case))[-1]["data"]


async def test_a_screening_suggests_categories_by_its_signs(chain):
    case = await chain.register()
    await chain.screen(case, 1, 3)
    (screening,) = (await chain.file(case))["screenings"]
    assert screening["positive_signs"] == ["M24-1", "M24-3"]
    assert screening["round"] == "M24"
    assert set(screening["suggested_categories"]) == {"hearing", "physical", "intellectual", "autism"}


@pytest.mark.parametrize("times", [1, 3])
async def test_an_enrolment_hands_the_child_over_once_however_often_it_is_delivered(chain, times):
    case = await chain.confirmed()
    record = Stream("rehab", UUID(case)).append(an_enrolment(uuid4()))
    for _ in range(times):
        await chain.stage.deliver(record)
    assert [name for name, _ in await chain.facts(case)].count("case_handed_over") == 1
    facts = await chain.stage.facts(case)
    assert facts[-1]["causationid"]
    assert (await chain.suspicion(case))["state"] == "handed_over"


async def test_a_confirmed_child_that_was_lost_is_found_by_its_enrolment(chain):
    case = await chain.confirmed()
    for on in ("2024-06-05", "2024-07-05", "2024-08-05"):
        await chain.done(chain.hospital, of(case, "tracings"), {"on": on, "outcome": "not_reached"})
    await chain.done(chain.hospital, of(case, "loss"), {"on": "2024-08-06"})
    record = Stream("rehab", UUID(case)).append(an_enrolment(uuid4()))
    await chain.stage.deliver(record, record)
    assert (await chain.facts(case))[-4:] == [
        ("case_lost", "lost_to_follow_up"),
        ("case_reopened", "confirmed"),
        ("case_handed_over", "handed_over"),
        ("recheck_scheduled", "handed_over"),
    ]
    assert (await chain.suspicion(case))["state"] == "handed_over"


async def test_an_enrolment_changes_nothing_that_was_not_confirmed_as_its_category(chain):
    screened, other, closed = await chain.suspected(), await chain.confirmed(), await chain.confirmed()
    await chain.done(chain.hospital, of(closed, "closure"), {"on": "2024-05-20", "reason": "moved_out"})
    before = [await chain.facts(case) for case in (screened, other, closed)]
    for case, category in ((screened, "autism"), (other, "speech"), (closed, "autism")):
        await chain.stage.deliver(Stream("rehab", UUID(case)).append(an_enrolment(uuid4(), RehabCategory(category))))
    assert [await chain.facts(case) for case in (screened, other, closed)] == before


async def test_an_enrolment_of_a_child_nobody_registered_here_is_passed_over(chain):
    stream = Stream("rehab")
    outcome = await chain.stage.deliver(stream.append(an_enrolment(uuid4())))
    assert {kind.value: number for kind, number in outcome.items() if number} == {"applied": 1}
    assert await chain.facts(str(stream.subject)) == []


async def test_of_several_answers_to_one_slip_at_once_only_one_counts(chain):
    case = await chain.suspected()
    referral = await chain.refer(case, chain.clinic, chain.mch)
    accepting = ("acceptance", {"on": "2024-03-25"})
    rejecting = ("rejection", {"on": "2024-03-25", "reason": "no_capacity"})
    async with chain.stage.client(chain.mch) as client:
        asked = [
            client.post(f"/v1/referrals/{referral}/{what}", json=body) for what, body in [accepting, rejecting] * 4
        ]
        answers = await asyncio.gather(*asked)
    assert sorted({answer.status_code for answer in answers} - {404, 409}) == [201]
    assert [answer.status_code for answer in answers].count(201) == 1
    answered = [name for name, _ in await chain.facts(case) if name in {"referral_accepted", "referral_rejected"}]
    assert len(answered) == 1


async def test_a_repeated_request_is_answered_again_and_another_with_its_key_refused(chain):
    key = {"Idempotency-Key": str(uuid4())}
    body = a_child()
    first = await chain.post(chain.clinic, "/v1/children", body, **key)
    again = await chain.post(chain.clinic, "/v1/children", body, **key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await chain.post(chain.clinic, "/v1/children", a_child(), **key)
    assert code_of(other) == (409, "idempotency-key-reused")
    case = first.json()["case"]
    key = {"Idempotency-Key": str(uuid4())}
    screenings = [await chain.post(chain.clinic, f"/v1/cases/{case}/screenings", a_screening(1), **key) for _ in "12"]
    assert screenings[0].json() == screenings[1].json()
    assert len((await chain.file(case))["screenings"]) == 1


async def test_the_signs_to_ask_are_those_of_the_childs_age(chain):
    path = "/v1/warning-signs?birth_date=2022-03-15&on=2024-03-20"
    answer = (await chain.get(chain.clinic, path)).json()
    assert answer["age"] == "M24"
    assert answer["signs"][0] == {
        "id": "M24-1", "zh": "不会说3个物品的名称", "en": "cannot name 3 objects",
        "suggests": ["hearing", "intellectual", "autism"],
    }  # fmt: skip
    young = await chain.get(chain.clinic, "/v1/warning-signs?birth_date=2024-03-15&on=2024-03-20")
    assert code_of(young) == (422, "screening.no-sign-column")


@pytest.mark.parametrize(
    ("asked", "scales", "examined_by", "diagnosis"),
    [
        ("category=autism&birth_date=2022-03-15&on=2023-09-14", ["cdss_ii"], [], ["cars", "clinical_examination"]),
        (
            "category=autism&birth_date=2022-03-15&on=2023-09-15",
            ["m_chat_23", "cdss_ii"], [], ["cars", "clinical_examination"],
        ),
        (
            "category=intellectual&birth_date=2022-03-15&on=2024-03-15",
            ["abc", "cdss_ii"], [], ["cdss_ii", "clinical_examination"],
        ),
        (
            "category=vision&birth_date=2022-03-15&on=2024-03-15",
            [], ["vision_test", "clinical_examination"], ["vision_test", "clinical_examination"],
        ),
    ],
)  # fmt: skip
async def test_what_a_child_is_examined_with_is_said_for_its_age(chain, asked, scales, examined_by, diagnosis):
    answer = (await chain.get(chain.mch, f"/v1/examinations?{asked}")).json()
    assert answer == {"scales": scales, "examined_by": examined_by, "diagnosis": diagnosis}


@pytest.mark.parametrize(
    ("on", "code"), [("2022-03-14", "screening.not-yet-born"), ("2040-03-15", "screening.child-too-old")]
)
async def test_who_is_not_born_or_grown_up_is_examined_with_nothing(chain, on, code):
    asked = f"category=autism&birth_date=2022-03-15&on={on}"
    assert code_of(await chain.get(chain.mch, f"/v1/examinations?{asked}")) == (422, code)


async def test_dates_of_the_record_are_those_of_the_acts(chain):
    case = await chain.confirmed()
    times = [(fact["type"].split(".")[2], fact["time"]) for fact in await chain.stage.facts(case)]
    assert ("screening_recorded", "2024-03-19T16:00:00.000000Z") in times
    assert ("diagnosis_recorded", "2024-05-05T16:00:00.000000Z") in times
    assert (REFERRED_ON, DIAGNOSED) == ("2024-04-11", "2024-05-06")
