"""Audit, payment, recovery, and lines that findings hold (handbook §3.3 step 7, §3.4, §3.7)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.access.policy import Role
from shared.contracts.events.timeline import FindingCloseReason, ReviewDecision, Severity
from tests.support.rehab import YEAR, data_of, record
from tests.support.settlement import (
    AUDITED,
    CAP,
    CLAIMED,
    PAID,
    Bureau,
    Timeline,
    a_closing,
    a_finding,
    a_review,
    accepted,
)
from tests.support.stages import UNKNOWN, code_of


@pytest.fixture
async def bureau(rehab):
    bureau = Bureau(rehab)
    await bureau.designated()
    return bureau


async def holds(rehab, child):
    """Kinds of what was said about held lines of a child, in order."""
    kinds = [fact["type"].split(".")[2] for fact in await rehab.facts(child.case)]
    return [kind for kind in kinds if kind.startswith("claim_line")]


async def is_held(bureau, claim):
    return [line["held"] for line in await bureau.lines(claim)]


# Audit


async def test_a_line_is_reduced_or_rejected_with_a_reason(rehab, bureau):
    first, second = await bureau.trained(), await bureau.trained()
    claim, _ = await bureau.claimed(first, second)
    lines = {line["case_id"]: line["id"] for line in await bureau.lines(claim)}
    reduced = {"line": lines[str(first.case)], "verdict": "reduced", "amount": CAP - 1, "reason": "invented reason"}
    rejected = {"line": lines[str(second.case)], "verdict": "rejected", "reason": "invented reason"}
    record(await bureau.audit(claim, reduced, rejected))
    assert data_of((await rehab.facts(first.case))[-1], "lines", "audited_on") == (
        [{"line": reduced["line"], "verdict": "reduced", "amount": CAP - 1}], AUDITED,
    )  # fmt: skip
    assert "invented reason" not in str(await rehab.facts(second.case))
    record(await bureau.pay(claim))
    totals = await bureau.totals(claim)
    assert [totals[name] for name in ("state", "granted", "rejected", "paid")] == ["paid", CAP - 1, CAP + 1, CAP - 1]


@pytest.mark.parametrize(
    ("verdict", "refusal"),
    [
        ({"verdict": "rejected"}, (422, "rehab.reason-needed")),
        ({"verdict": "reduced", "amount": CAP, "reason": "x"}, (422, "rehab.not-a-reduction")),
        ({"verdict": "reduced", "reason": "x"}, (422, "rehab.not-a-reduction")),
        ({"verdict": "accepted", "line": str(UNKNOWN)}, (404, "not-found")),
        ({"verdict": "praised"}, (422, "invalid-request")),
    ],
)
async def test_what_stands_against_a_verdict(rehab, bureau, verdict, refusal):
    claim, (line,) = await bureau.claimed(await bureau.trained())
    before = await rehab.counts()
    assert code_of(await bureau.audit(claim, {"line": line} | verdict)) == refusal
    assert await rehab.counts() == before


async def test_who_approved_does_not_audit(rehab, bureau):
    both = replace(bureau.federation, roles=frozenset({Role.AUDITOR, Role.APPROVER}))
    claim, (line,) = await bureau.claimed(await bureau.trained())
    assert code_of(await bureau.audit(claim, accepted(line), by=both)) == (403, "rehab.approved-by-auditor")
    record(await bureau.audit(claim, accepted(line)))


async def test_a_paid_line_is_not_audited_again_and_an_unpaid_one_may_be(rehab, bureau):
    claim, (line,) = await bureau.claimed(await bureau.trained())
    record(await bureau.audit(claim, accepted(line)))
    record(await bureau.audit(claim, {"line": line, "verdict": "reduced", "amount": 5, "reason": "second look"}))
    record(await bureau.pay(claim))
    assert code_of(await bureau.audit(claim, accepted(line))) == (409, "rehab.line-paid")
    assert (await bureau.totals(claim))["paid"] == 5


async def test_nothing_is_paid_before_the_audit_or_twice(rehab, bureau):
    claim, lines = await bureau.claimed(await bureau.trained())
    assert code_of(await bureau.pay(claim)) == (409, "rehab.nothing-to-pay")
    assert code_of(await bureau.pay(claim, lines=lines)) == (409, "rehab.line-not-audited")
    record(await bureau.audit(claim, *map(accepted, lines)))
    assert code_of(await bureau.pay(claim, paid_on=CLAIMED)) == (422, "rehab.step-too-early")
    record(await bureau.pay(claim, payee="family"))
    assert code_of(await bureau.pay(claim)) == (409, "rehab.nothing-to-pay")
    assert code_of(await bureau.pay(claim, lines=lines)) == (409, "rehab.line-paid")
    statement = (await bureau.get(bureau.auditor, f"/v1/claims/{claim}")).json()
    assert [(one["payee"], one["amount"]) for one in statement["payments"]] == [("family", CAP)]


# Recovery


async def test_money_is_demanded_back_by_a_day_and_comes_back_once(rehab, bureau):
    child = await bureau.trained()
    claim, (line,), payment = await bureau.paid(child)
    body = {"reason": "overpaid", "demanded_on": PAID, "lines": [{"line": line, "amount": 1000}]}
    recovery = record(await bureau.post(bureau.finance, f"/v1/payments/{payment}/recoveries", body))
    (owed,) = (await bureau.get(bureau.finance, f"/v1/claims/{claim}")).json()["recoveries"]
    due = date.fromisoformat(PAID) + timedelta(days=30)
    assert (owed["due_on"], owed["recovered_on"]) == (due.isoformat(), None)
    demanded = (await rehab.facts(child.case))[-1]
    assert demanded["type"] == "tongkang.rehab.recovery_demanded.v1"
    assert data_of(demanded, "recovery", "amount", "lines", "due_on") == (recovery, 1000, [line], due.isoformat())
    back = {"recovered_on": PAID}
    record(await bureau.post(bureau.finance, f"/v1/recoveries/{recovery}/receipt", back))
    assert data_of((await rehab.facts(child.case))[-1], "amount", "reason", "lines", "payment") == (
        1000, "overpaid", [line], payment,
    )  # fmt: skip
    assert (await bureau.totals(claim))["recovered"] == 1000
    again = await bureau.post(bureau.finance, f"/v1/recoveries/{recovery}/receipt", back)
    assert code_of(again) == (409, "rehab.already-recovered")


@pytest.mark.parametrize("payee", ["institution", "family"])
async def test_a_demand_says_who_was_paid(rehab, bureau, payee):
    child = await bureau.trained()
    claim, lines = await bureau.claimed(child)
    record(await bureau.audit(claim, *map(accepted, lines)))
    payment = record(await bureau.pay(claim, payee=payee))
    body = {"reason": "overpaid", "demanded_on": PAID, "lines": [{"line": lines[0], "amount": 1000}]}
    record(await bureau.post(bureau.finance, f"/v1/payments/{payment}/recoveries", body))
    assert (await rehab.facts(child.case))[-1]["data"]["payee"] == payee


async def test_no_more_is_demanded_back_than_was_paid_and_is_not_demanded_yet(bureau):
    _, (line,), payment = await bureau.paid(await bureau.trained())

    async def demand(fen, **changes):
        body = {"reason": "overpaid", "demanded_on": PAID, "lines": [{"line": line, "amount": fen}]} | changes
        return await bureau.post(bureau.finance, f"/v1/payments/{payment}/recoveries", body)

    assert code_of(await demand(CAP + 1)) == (422, "rehab.recovery-too-high")
    assert code_of(await demand(1, demanded_on=CLAIMED)) == (422, "rehab.step-too-early")
    assert code_of(await demand(1, lines=[{"line": str(UNKNOWN), "amount": 1}])) == (404, "not-found")
    record(await demand(CAP - 1))
    assert code_of(await demand(2)) == (422, "rehab.recovery-too-high")
    record(await demand(1))


# Findings


async def test_a_finding_holds_the_line_and_its_explanation_frees_it(rehab, bureau):
    child = await bureau.trained()
    claim, (line,) = await bureau.claimed(child)
    timeline, finding = Timeline(bureau, child.case), a_finding(child.centre.organisation)
    await timeline.says(finding)
    assert (await bureau.totals(claim))["state"] == "partly_held"
    assert code_of(await bureau.audit(claim, accepted(line))) == (409, "rehab.line-held")
    await timeline.says(a_review(finding, ReviewDecision.EXPLAINED))
    assert await holds(rehab, child) == ["claim_line_held", "claim_line_released"]
    released = (await rehab.facts(child.case))[-1]
    assert data_of(released, "line", "reason", "free") == (line, "finding_explained", True)
    record(await bureau.audit(claim, accepted(line)))


async def test_a_line_that_is_audited_and_then_held_is_not_paid_until_it_is_free(bureau):
    child = await bureau.trained()
    claim, lines = await bureau.claimed(child)
    record(await bureau.audit(claim, *map(accepted, lines)))
    timeline, finding = Timeline(bureau, child.case), a_finding()
    await timeline.says(finding)
    assert code_of(await bureau.pay(claim)) == (409, "rehab.nothing-to-pay")
    assert code_of(await bureau.pay(claim, lines=lines)) == (409, "rehab.line-held")
    await timeline.says(a_closing(finding))
    record(await bureau.pay(claim))


async def test_a_finding_that_came_before_the_claim_holds_it_at_once(rehab, bureau):
    child = await bureau.trained()
    finding = a_finding(child.centre.organisation)
    await Timeline(bureau, child.case).says(finding)
    assert await holds(rehab, child) == []
    claim, (line,) = await bureau.claimed(child)
    assert await is_held(bureau, claim) == [True]
    assert data_of((await rehab.facts(child.case))[-1], "line", "finding", "held_on") == (
        line, str(finding.finding), CLAIMED,
    )  # fmt: skip
    assert await holds(rehab, child) == ["claim_line_held"]


async def test_a_finding_that_was_explained_before_the_claim_holds_nothing(rehab, bureau):
    child = await bureau.trained()
    timeline, finding = Timeline(bureau, child.case), a_finding()
    await timeline.says(finding, a_review(finding, ReviewDecision.DATA_ERROR))
    claim, _ = await bureau.claimed(child)
    assert await is_held(bureau, claim) == [False]


@pytest.mark.parametrize(
    "change",
    [
        {"severity": Severity.REVIEW},
        {"first_day": date(YEAR, 2, 1), "last_day": date(YEAR, 2, 1)},
        {"institution": UNKNOWN},
    ],
)
async def test_a_finding_that_does_not_concern_the_line_holds_nothing(rehab, bureau, change):
    child = await bureau.trained()
    await bureau.claimed(child)
    await Timeline(bureau, child.case).says(a_finding(**change))
    assert await holds(rehab, child) == []


async def test_a_confirmed_finding_keeps_the_line_held_also_when_it_is_closed_by_that(rehab, bureau):
    child = await bureau.trained()
    claim, (line,) = await bureau.claimed(child)
    timeline, finding = Timeline(bureau, child.case), a_finding()
    await timeline.says(finding, a_review(finding, ReviewDecision.CONFIRMED))
    await timeline.says(a_closing(finding, FindingCloseReason.REVIEWED))
    assert await is_held(bureau, claim) == [True]
    record(await bureau.audit(claim, {"line": line, "verdict": "rejected", "reason": "finding confirmed"}))
    assert (await bureau.totals(claim))["held"] == 0


async def test_a_line_is_free_only_when_no_finding_holds_it(rehab, bureau):
    child = await bureau.trained()
    claim, _ = await bureau.claimed(child)
    timeline, one, two = Timeline(bureau, child.case), a_finding(), a_finding(rule="F12")
    await timeline.says(one, two, a_closing(one))
    assert data_of((await rehab.facts(child.case))[-1], "finding", "free") == (str(one.finding), False)
    assert await is_held(bureau, claim) == [True]
    await timeline.says(a_review(two, ReviewDecision.DATA_ERROR))
    assert data_of((await rehab.facts(child.case))[-1], "reason", "free") == ("data_error", True)
    assert await is_held(bureau, claim) == [False]


async def test_a_finding_that_comes_again_holds_again_and_one_that_moves_frees_what_it_left(rehab, bureau):
    child = await bureau.trained()
    claim, _ = await bureau.claimed(child)
    timeline, finding = Timeline(bureau, child.case), a_finding()
    await timeline.says(finding, a_closing(finding), finding, finding)
    assert await holds(rehab, child) == ["claim_line_held", "claim_line_released", "claim_line_held"]
    moved = finding.model_copy(update={"first_day": date(YEAR, 3, 2), "last_day": date(YEAR, 3, 3)})
    await timeline.says(moved)
    assert await is_held(bureau, claim) == [False]
    milder = finding.model_copy(update={"severity": Severity.NOTE})
    await timeline.says(finding, milder)
    assert await is_held(bureau, claim) == [False]


async def test_a_fact_that_is_delivered_twice_holds_once(rehab, bureau):
    child = await bureau.trained()
    await bureau.claimed(child)
    timeline = Timeline(bureau, child.case)
    record_of = timeline.stream.append(a_finding())
    for _ in range(3):
        await rehab.deliver(record_of)
    assert await holds(rehab, child) == ["claim_line_held"]


async def test_what_is_said_of_an_unknown_child_or_finding_or_a_paid_line_has_no_effect(rehab, bureau):
    child = await bureau.trained()
    await bureau.paid(child)
    finding = a_finding()
    timeline = Timeline(bureau, child.case)
    await timeline.says(a_review(finding, ReviewDecision.EXPLAINED), a_closing(finding), a_finding())
    await Timeline(bureau, UNKNOWN).says(a_finding())
    assert await holds(rehab, child) == []
    assert (await rehab.facts(UNKNOWN)) == []
