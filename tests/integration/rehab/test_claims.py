"""A claim from recorded sessions to its payment, and what stands in its way (handbook §3.2, §3.3, §3.5)."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from shared.contracts.codes import OrgType
from shared.contracts.events.screening import IdentityMerged
from shared.testing.streams import Stream
from tests.support.rehab import YEAR, an_evaluation, data_of, record
from tests.support.settlement import (
    CAP,
    CYCLE,
    DAYS,
    JANUARY,
    Bureau,
    a_claim,
    accepted,
)
from tests.support.stages import UNKNOWN, code_of


@pytest.fixture
async def bureau(rehab):
    bureau = Bureau(rehab)
    await bureau.designated()
    return bureau


def kinds(facts):
    return [fact["type"].split(".")[2] for fact in facts]


async def test_a_full_month_is_claimed_audited_and_paid(rehab, bureau):
    child = await bureau.trained()
    claim, (line,) = await bureau.claimed(child)
    assert (await bureau.totals(claim))["state"] == "submitted"
    record(await bureau.audit(claim, accepted(line)))
    assert (await bureau.totals(claim))["state"] == "audited"
    payment = record(await bureau.pay(claim))
    totals = await bureau.totals(claim)
    assert [totals[name] for name in ("state", "claimed", "granted", "paid", "held_amount")] == [
        "paid",
        CAP,
        CAP,
        CAP,
        0,
    ]
    facts = await rehab.facts(child.case)
    assert kinds(facts)[-3:] == ["claim_submitted", "claim_audited", "payment_made"]
    (said,) = facts[-3]["data"]["lines"]
    assert [said[name] for name in ("line", "month", "attended_days", "planned_days", "amount")] == [
        line, JANUARY, 16, 20, CAP,
    ]  # fmt: skip
    assert data_of(facts[-1], "payment", "amount", "payee", "lines") == (payment, CAP, "institution", [line])


async def test_fewer_days_are_paid_by_the_planned_days_and_the_preview_says_how(bureau):
    child = await bureau.trained(days=10)
    shown = (await bureau.get(child.centre, f"/v1/enrolments/{child.enrolment}/months/{JANUARY}/amount")).json()
    assert (shown["amount"], shown["explanation"]["rule"]) == (CAP * 10 // 20, "rehab.month-amount")
    assert [step["code"] for step in shown["explanation"]["steps"]][:3] == ["monthly-cap", "full-time", "earned"]
    claim, _ = await bureau.claimed(child)
    assert (await bureau.totals(claim))["claimed"] == CAP * 10 // 20


async def test_without_a_plan_nothing_was_planned_and_part_of_a_month_is_worth_nothing(bureau):
    child = await bureau.enrolled()
    await bureau.attended(child, DAYS[:5])
    shown = (await bureau.get(child.centre, f"/v1/enrolments/{child.enrolment}/months/{JANUARY}/amount")).json()
    assert shown["amount"] == 0


async def test_insurance_goes_first(bureau):
    child = await bureau.trained()
    path = f"/v1/enrolments/{child.enrolment}/months/{JANUARY}/amount"
    assert code_of(await bureau.get(child.centre, path, insurance_paid=1)) == (422, "rehab.cost-needed")
    claim, _ = await bureau.claimed(child, line={"cost": CAP, "insurance_paid": CAP - 700})
    assert [(one["amount"], one["insurance_paid"]) for one in await bureau.lines(claim)] == [(700, CAP - 700)]


async def test_a_claim_above_what_the_records_give_is_refused_with_the_explanation(rehab, bureau):
    child = await bureau.trained(days=10)
    before = await rehab.counts()
    answer = await bureau.claim(child, line={"amount": CAP})
    assert code_of(answer) == (422, "rehab.claim-too-high")
    problem = answer.json()
    assert problem.get("details", problem)["allowed"] == CAP * 10 // 20
    assert await rehab.counts() == before


async def test_the_proposal_lists_what_is_recorded_and_not_claimed_yet(bureau):
    first, second = await bureau.trained(), await bureau.trained(days=3)
    idle = await bureau.enrolled()

    async def proposed(**query):
        answer = await bureau.get(bureau.centre, "/v1/claims/proposal", county=bureau.region, cycle=CYCLE, **query)
        return answer.json()

    items = (await proposed())["items"]
    assert {(one["enrolment"], one["amount"]) for one in items if one["month"] == JANUARY} == {
        (first.enrolment, CAP), (second.enrolment, CAP * 3 // 20),
    }  # fmt: skip
    assert idle.enrolment not in {one["enrolment"] for one in items}
    await bureau.claimed(first)
    assert [one["enrolment"] for one in (await proposed())["items"]] == [second.enrolment]
    pages, cursor = [], None
    while True:
        page = await proposed(limit=1, **({"after": cursor} if cursor else {}))
        pages += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["enrolment"] for one in pages] == [second.enrolment]


async def test_a_month_is_claimed_once(rehab, bureau):
    child = await bureau.trained()
    assert code_of(await bureau.claim(child, child)) == (422, "rehab.line-twice")
    claim, (line,) = await bureau.claimed(child)
    before = await rehab.counts()
    assert code_of(await bureau.claim(child)) == (409, "rehab.already-claimed")
    assert await rehab.counts() == before
    record(await bureau.audit(claim, {"line": line, "verdict": "rejected", "reason": "invented reason"}))
    again, _ = await bureau.claimed(child)
    assert (await bureau.totals(again))["claimed"] == CAP


async def test_the_same_claim_sent_twice_is_answered_twice_and_kept_once(rehab, bureau):
    child = await bureau.trained()
    answers = [await bureau.post(child.centre, "/v1/claims", a_claim(child), key="a-claim-key") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert kinds(await rehab.facts(child.case)).count("claim_submitted") == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"cycle_from": f"{YEAR}-02-01"}, (422, "rehab.not-a-cycle")),
        ({"cycle_from": f"{YEAR - 1}-10-01"}, (422, "rehab.month-outside-cycle")),
        ({"county": "371621"}, (422, "rehab.other-county")),
        ({"submitted_on": f"{YEAR}-01-31"}, (409, "rehab.month-not-over")),
        ({"lines": []}, (422, "invalid-request")),
        ({"lines": [{"month": JANUARY}]}, (422, "invalid-request")),
    ],
)
async def test_what_stands_against_a_claim(rehab, bureau, change, refusal):
    child = await bureau.trained()
    before = await rehab.counts()
    assert code_of(await bureau.claim(child, **change)) == refusal
    assert await rehab.counts() == before


async def test_a_month_without_training_is_not_claimed(bureau):
    child = await bureau.trained(days=0)
    assert code_of(await bureau.claim(child)) == (422, "rehab.nothing-to-claim")


async def test_a_missing_baseline_blocks_its_stage_until_it_is_made_up_for(bureau):
    child = await bureau.enrolled()
    await bureau.attended(child, DAYS[:16])
    points = (await bureau.get(child.centre, f"/v1/enrolments/{child.enrolment}/evaluations-due")).json()
    assert (points["points"][0]["state"], points["explanation"]["steps"][0]["holds"]) == ("missing", False)
    refused = await bureau.claim(child)
    assert code_of(refused) == (409, "rehab.evaluation-missing")
    late = an_evaluation(child, assessed_on=f"{YEAR}-01-30")
    record(await bureau.post(child.centre, f"/v1/cases/{child.case}/evaluations", late))
    await bureau.evaluated(child)
    points = (await bureau.get(child.centre, f"/v1/enrolments/{child.enrolment}/evaluations-due")).json()["points"]
    assert points[0]["state"] == "late"
    record(await bureau.claim(child))


async def test_a_line_whose_stage_lost_its_evaluation_is_not_accepted(rehab, bureau):
    child = await bureau.trained()
    claim, (line,) = await bureau.claimed(child)
    await rehab.fetch("DELETE FROM evaluation WHERE case_id = $1 RETURNING id", child.case)
    assert code_of(await bureau.audit(claim, accepted(line))) == (409, "rehab.evaluation-missing")
    assert "month-0" in (await bureau.lines(claim))[0]["missing_evaluations"]
    record(await bureau.audit(claim, {"line": line, "verdict": "rejected", "reason": "no evaluation"}))


async def test_corrected_sessions_change_no_claim_and_show_beside_it(bureau):
    child = await bureau.trained(days=15)
    (late,) = await bureau.attended(child, DAYS[15:16])
    claim, (line,) = await bureau.claimed(child)
    void = {"reason": "did_not_happen"}
    record(await bureau.post(child.centre, f"/v1/sessions/{late}/correction", void))
    (shown,) = await bureau.lines(claim)
    assert (shown["amount"], shown["computed"], shown["computed_now"]) == (CAP, CAP, CAP * 15 // 20)
    assert (shown["ground_changed"], shown["id"]) == (True, line)


async def test_a_claim_on_paper_stands_as_it_was_claimed(rehab, bureau):
    child = await bureau.trained(days=10)
    await bureau.claimed(child)
    body = a_claim(child, line={"amount": CAP + 1}) | {"institution": str(child.centre.organisation)}
    claim = record(await bureau.post(bureau.federation, "/v1/claims/on-paper", body))
    (line,) = await bureau.lines(claim)
    assert (line["amount"], line["computed"]) == (CAP + 1, CAP // 2)
    assert data_of((await rehab.facts(child.case))[-1], "lines")[0][0]["amount"] == CAP + 1
    body["lines"][0].pop("amount")
    assert code_of(await bureau.post(bureau.federation, "/v1/claims/on-paper", body)) == (422, "rehab.amount-needed")


async def test_home_sessions_count_with_plan_visit_and_log_only(bureau):
    child = await bureau.trained(days=0, home_training=True)
    visit = record(
        await bureau.post(
            child.centre, f"/v1/enrolments/{child.enrolment}/home-visits",
            {"visitor": str(child.case), "visited_on": DAYS[0].isoformat(), "words": "invented visit"},
        )
    )  # fmt: skip
    log = {"method": "log", "device": str(child.case)}
    await bureau.attended(child, DAYS[:4], mode="home", visit=visit, confirmation=log)
    await bureau.attended(child, DAYS[4:6], mode="home", visit=visit)
    await bureau.attended(child, DAYS[6:9], mode="home", confirmation=log)
    path = f"/v1/enrolments/{child.enrolment}/months/{JANUARY}/amount"
    shown = (await bureau.get(child.centre, path)).json()
    assert shown["amount"] == CAP * 4 // 20
    assert [step["en"] for step in shown["explanation"]["steps"] if step["code"] == "home-proof"] == [
        "5 sessions at home lack plan, visit or log and do not count."
    ]


async def test_a_child_that_changed_centres_has_one_month_at_both(bureau):
    child = await bureau.trained(days=11)
    end = {"ended_on": DAYS[11].isoformat(), "reason": "withdrawn"}
    record(await bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/end", end))
    other = bureau.stage.organisation(OrgType.REHAB_CENTRE, bureau.region)
    await bureau.designated(other)
    taken = {"approval": child.approval, "started_on": DAYS[11].isoformat()}
    enrolment = record(await bureau.post(other, f"/v1/cases/{child.case}/enrolments", taken))
    moved = replace(child, enrolment=enrolment, centre=other)
    day = DAYS[11].isoformat()
    await bureau.planned(moved, assessed_on=day, signed_on=day, valid_from=day)
    await bureau.attended(moved, DAYS[11:22])
    first, _ = await bureau.claimed(child)
    second, _ = await bureau.claimed(moved)
    amounts = [(await bureau.totals(claim))["claimed"] for claim in (first, second)]
    assert amounts == [CAP * 11 // 20, CAP - CAP * 11 // 20]
    assert [line["computed_now"] for line in await bureau.lines(second)] == [amounts[1]]


async def test_a_device_is_claimed_once_as_its_record_says(rehab, bureau):
    case, approval = await bureau.a_device()
    bill = {"given_on": DAYS[0].isoformat(), "cost": 500_000, "insurance_paid": 200_000}
    fitting = record(await bureau.post(bureau.centre, f"/v1/cases/{case}/approvals/{approval}/fitting", bill))
    (given,) = await rehab.fetch("SELECT assistance_paid FROM given_once WHERE id = $1", UUID(fitting))
    proposal = await bureau.get(bureau.centre, "/v1/claims/proposal", county=bureau.region, cycle=CYCLE)
    assert [(one["provision"], one["amount"]) for one in proposal.json()["items"]] == [(fitting, given[0])]
    body = a_claim() | {"lines": [{"month": JANUARY, "provision": fitting}]}
    claim = record(await bureau.post(bureau.centre, "/v1/claims", body))
    (line,) = await bureau.lines(claim)
    assert (line["amount"], line["insurance_paid"], line["provision_id"]) == (given[0], 200_000, fitting)
    assert code_of(await bureau.post(bureau.centre, "/v1/claims", body)) == (409, "rehab.already-claimed")
    record(await bureau.audit(claim, accepted(line["id"])))
    record(await bureau.pay(claim))
    assert (await bureau.totals(claim))["paid"] == given[0]


async def test_sessions_during_leave_are_kept_and_not_paid(bureau):
    child = await bureau.trained(days=10)
    rest = {"kind": "leave_illness", "suspended_on": DAYS[6].isoformat()}
    record(await bureau.post(child.centre, f"/v1/enrolments/{child.enrolment}/leave", rest))
    path = f"/v1/enrolments/{child.enrolment}/months/{JANUARY}/amount"
    shown = (await bureau.get(child.centre, path)).json()
    assert shown["amount"] == CAP * 6 // 20
    assert [step["en"] for step in shown["explanation"]["steps"] if step["code"] == "at-rest"] == [
        "4 sessions during leave or suspension do not count."
    ]


async def test_two_cases_that_are_one_child_share_its_month(rehab, bureau):
    first, second = await bureau.trained(days=12), await bureau.trained(days=12)
    merged = IdentityMerged(survivor=first.case, merged=second.case, merged_on=date(YEAR, 2, 1))
    stream = Stream("screening", second.case, last=2)
    (head,) = await rehab.fetch(
        "SELECT last_seq, head_hash FROM stream_position WHERE producer = 'screening' AND case_id = $1", second.case
    )
    stream.last, stream.head = head
    await rehab.deliver(stream.append(merged))
    claims = [(await bureau.claimed(child))[0] for child in (first, second)]
    amounts = [(await bureau.totals(claim))["claimed"] for claim in claims]
    assert amounts == [CAP * 12 // 20, CAP - CAP * 12 // 20]


async def test_two_claims_for_one_month_at_once_are_one(bureau):
    child = await bureau.trained()
    answers = await asyncio.gather(*(bureau.claim(child) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ({"cycle": f"{YEAR}-02-30"}, (422, "invalid-request")),
        ({"cycle": f"{YEAR}-02-01"}, (422, "rehab.not-a-cycle")),
        ({"cycle": CYCLE, "county": "3703"}, (422, "invalid-request")),
        ({"cycle": CYCLE, "after": "bm9uc2Vuc2U"}, (400, "bad-cursor")),
    ],
)
async def test_what_a_proposal_cannot_be_asked(bureau, query, refusal):
    asked = {"county": bureau.region} | query
    assert code_of(await bureau.get(bureau.centre, "/v1/claims/proposal", **asked)) == refusal


async def test_claims_and_their_lines_come_in_pages_and_by_state(bureau):
    children = [await bureau.trained(days=4) for _ in range(3)]
    one, _ = await bureau.claimed(*children[:2])
    two, (line,) = await bureau.claimed(children[2])
    record(await bureau.audit(two, accepted(line)))

    async def pages(path, **query):
        found, cursor = [], None
        while True:
            asked = query | ({"after": cursor} if cursor else {})
            page = (await bureau.get(bureau.centre, path, limit=1, **asked)).json()
            found += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return found

    assert await pages("/v1/claims") == [one, two]
    assert await pages("/v1/claims", state="audited") == [two]
    assert await pages("/v1/claims", state="paid") == []
    assert await pages("/v1/claims", institution=str(UNKNOWN)) == []
    assert await pages("/v1/claims", county=bureau.region, institution=str(bureau.centre.organisation)) == [one, two]
    assert len(set(await pages(f"/v1/claims/{one}/lines"))) == 2
    assert code_of(await bureau.get(bureau.centre, "/v1/claims", state="lost")) == (422, "invalid-request")
