"""Audit, payment and recovery of lines (handbook §3.3 step 7, §3.4)."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.rehab.domain.rules import Rules
from services.rehab.domain.settlement import (
    Demand,
    StandingLine,
    Verdict,
    audit,
    audit_line,
    audited,
    check_auditor,
    demand,
    paid,
    payable,
    recovered,
)
from services.rehab.errors import (
    AlreadyRecovered,
    ApprovedByAuditor,
    EvaluationMissing,
    LineHeld,
    LineNotAudited,
    LinePaid,
    NotAReduction,
    NothingToPay,
    ReasonNeeded,
    RecoveryTooHigh,
    StepTooEarly,
)
from shared.contracts.events.rehab import LineVerdict, Payee, RecoveryReason
from shared.errors import NotFound

CLAIM, CENTRE, PAYMENT = uuid4(), uuid4(), uuid4()
MARCH, AUDITED, PAID = date(2026, 3, 1), date(2026, 4, 10), date(2026, 4, 20)
LINE = StandingLine(UUID(int=1), UUID(int=11), CLAIM, CENTRE, MARCH, 1000)
ACCEPTED, REDUCED, REJECTED = LineVerdict


def verdict(kind, amount=None, reason="invented reason"):
    return Verdict(LINE.id, kind, amount, reason)


def by_id(*lines):
    return {line.id: line for line in lines}


@pytest.mark.parametrize(
    ("said", "fen"), [(verdict(ACCEPTED, reason=None), 1000), (verdict(REDUCED, 400), 400), (verdict(REJECTED), 0)]
)
def test_a_verdict_grants_all_some_or_nothing(said, fen):
    assert audit_line(LINE, said, AUDITED).amount == fen


@pytest.mark.parametrize(
    ("said", "line", "refusal"),
    [
        (verdict(REDUCED, 1000), LINE, NotAReduction),
        (verdict(REDUCED, 0), LINE, NotAReduction),
        (verdict(REDUCED), LINE, NotAReduction),
        (verdict(REDUCED, 5, None), LINE, ReasonNeeded),
        (verdict(REJECTED, reason=None), LINE, ReasonNeeded),
        (verdict(ACCEPTED), replace(LINE, held=True), LineHeld),
        (verdict(REDUCED, 5), replace(LINE, held=True), LineHeld),
        (verdict(ACCEPTED), replace(LINE, missing=("month-3",)), EvaluationMissing),
        (verdict(REJECTED), replace(LINE, payment=PAYMENT), LinePaid),
        (verdict(ACCEPTED), replace(LINE, audited_on=PAID, granted=0), StepTooEarly),
    ],
)
def test_what_stands_against_a_verdict(said, line, refusal):
    with pytest.raises(refusal):
        audit_line(line, said, AUDITED)


@pytest.mark.parametrize("line", [replace(LINE, held=True), replace(LINE, missing=("exit",))])
def test_a_held_or_blocked_line_can_be_rejected(line):
    assert audit_line(line, verdict(REJECTED), AUDITED).amount == 0


def test_nobody_audits_what_they_approved():
    approver = uuid4()
    with pytest.raises(ApprovedByAuditor):
        check_auditor(approver, {approver, uuid4()})
    check_auditor(uuid4(), {approver})


def test_an_audit_follows_its_claim_and_knows_its_lines():
    with pytest.raises(StepTooEarly):
        audit(by_id(LINE), [verdict(ACCEPTED)], PAID, AUDITED)
    with pytest.raises(NotFound):
        audit({}, [verdict(ACCEPTED)], AUDITED, AUDITED)


def test_each_child_gets_its_own_part_of_an_audit_and_a_payment():
    sister, brother = replace(LINE, id=UUID(int=2)), replace(LINE, id=UUID(int=3), case=UUID(int=12))
    said = [replace(verdict(ACCEPTED), line=line.id) for line in (brother, sister, LINE)]
    facts = audited(audit(by_id(LINE, sister, brother), said, AUDITED, AUDITED), AUDITED)
    assert {case: [line.line for line in fact.lines] for case, fact in facts.items()} == {
        LINE.case: [LINE.id, sister.id], brother.case: [brother.id],
    }  # fmt: skip
    done = [replace(line, granted=700, audited_on=AUDITED) for line in (LINE, sister, brother)]
    made = paid(PAYMENT, done, Payee.GUARDIAN, PAID)
    assert {case: fact.amount for case, fact in made.items()} == {LINE.case: 1400, brother.case: 700}


READY = replace(LINE, granted=1000, audited_on=AUDITED)


def test_without_names_all_that_is_ready_is_paid():
    others = [
        replace(READY, id=UUID(int=2), held=True), replace(READY, id=UUID(int=3), payment=PAYMENT),
        replace(READY, id=UUID(int=4), granted=0), replace(LINE, id=UUID(int=5)),
    ]  # fmt: skip
    assert payable(by_id(READY, *others), (), PAID) == [READY]
    with pytest.raises(NothingToPay):
        payable(by_id(*others), (), PAID)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (LINE, LineNotAudited),
        (replace(READY, granted=0), LineNotAudited),
        (replace(READY, held=True), LineHeld),
        (replace(READY, payment=PAYMENT), LinePaid),
        (replace(READY, audited_on=date(2026, 4, 21)), StepTooEarly),
    ],
)
def test_a_line_that_is_named_must_be_ready(line, refusal):
    with pytest.raises(refusal):
        payable(by_id(line), [line.id], PAID)


DONE = replace(READY, payment=PAYMENT)
DEMAND = Demand(uuid4(), PAYMENT, RecoveryReason.OVERPAID, PAID, {LINE.id: 600})


def test_money_is_due_back_in_the_time_that_the_settings_name():
    assert demand(DEMAND, by_id(DONE), PAID, Rules()) == date(2026, 5, 20)
    assert demand(DEMAND, by_id(DONE), PAID, Rules(recover_within_days=0)) == PAID


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (replace(DONE, recovered=401), RecoveryTooHigh),
        (replace(DONE, demanded=401), RecoveryTooHigh),
        (replace(DONE, granted=599), RecoveryTooHigh),
        (replace(DONE, payment=uuid4()), NotFound),
    ],
)
def test_no_more_comes_back_than_was_paid(line, refusal):
    with pytest.raises(refusal):
        demand(DEMAND, by_id(line), PAID, Rules())


def test_a_demand_follows_its_payment_and_comes_back_once():
    with pytest.raises(StepTooEarly):
        demand(DEMAND, by_id(DONE), date(2026, 4, 21), Rules())
    (fact,) = recovered(DEMAND, by_id(DONE), None, PAID).values()
    assert (fact.amount, fact.reason, fact.lines) == (600, RecoveryReason.OVERPAID, (LINE.id,))
    with pytest.raises(AlreadyRecovered):
        recovered(DEMAND, by_id(DONE), PAID, PAID)
    with pytest.raises(StepTooEarly):
        recovered(DEMAND, by_id(DONE), None, AUDITED)
