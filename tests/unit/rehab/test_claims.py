"""Claims: who pays, what blocks a line, how a year is used up (handbook §3.2, §3.3, §3.5)."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rehab.domain.amounts import Attendance, Limits
from services.rehab.domain.checkpoints import Course, Evaluated, evaluations_due
from services.rehab.domain.claims import (
    ClaimOrder,
    Cycle,
    Ground,
    Ledger,
    LineOrder,
    Provision,
    cycle_from,
    submit_claim,
    submitted,
)
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyClaimed,
    AmountNeeded,
    ClaimTooHigh,
    EvaluationMissing,
    LineTwice,
    MonthNotOver,
    MonthOutsideCycle,
    NotACycle,
    NothingToClaim,
    OtherCounty,
)
from shared.contracts.events.rehab import Checkpoint

TODAY, MARCH = date(2026, 4, 2), date(2026, 3, 1)
LIMITS = Limits(200_000, 2_000_000, 16)
CHILD, ENROLMENT = uuid4(), uuid4()
GROUND = Ground(CHILD, CHILD, uuid4(), "371602", LIMITS, Attendance(20, 20, 20))


def a_line(month=MARCH, **changes):
    return LineOrder(uuid4(), month, ENROLMENT, **changes)


def a_claim(*lines, **changes):
    order = ClaimOrder(uuid4(), uuid4(), "371602", Cycle(date(2026, 1, 1), date(2026, 3, 31)), TODAY, lines)
    return replace(order, **changes)


def claimed(*lines, ground=GROUND, ledger=None, today=TODAY, **changes):
    grounds = {line.id: ground for line in lines}
    return submit_claim(a_claim(*lines, **changes), grounds, ledger or Ledger(), today)


@pytest.mark.parametrize(
    ("months", "day", "until"),
    [
        (3, date(2026, 1, 1), date(2026, 3, 31)),
        (3, date(2026, 10, 1), date(2026, 12, 31)),
        (1, date(2028, 2, 1), date(2028, 2, 29)),
        (12, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_cycle_is_a_quarter_unless_another_was_agreed(months, day, until):
    assert cycle_from(day, Rules(claim_cycle_months=months)) == Cycle(day, until)


@pytest.mark.parametrize(("months", "day"), [(3, date(2026, 2, 1)), (3, date(2026, 1, 2)), (12, date(2026, 7, 1))])
def test_no_cycle_begins_elsewhere(months, day):
    with pytest.raises(NotACycle):
        cycle_from(day, Rules(claim_cycle_months=months))


def test_without_an_amount_all_that_is_payable_is_claimed_and_less_may_be():
    assert claimed(a_line())[0].amount == 200_000
    assert claimed(a_line(amount=150_000))[0].amount == 150_000


@pytest.mark.parametrize(
    ("line", "ground", "refusal"),
    [
        (a_line(amount=200_001), GROUND, ClaimTooHigh),
        (a_line(), replace(GROUND, month=Attendance(0, 0, 20)), NothingToClaim),
        (a_line(), replace(GROUND, claimed_before=True), AlreadyClaimed),
        (a_line(), replace(GROUND, county="371621"), OtherCounty),
        (a_line(date(2026, 4, 1)), GROUND, MonthOutsideCycle),
        (a_line(date(2025, 12, 1)), GROUND, MonthOutsideCycle),
    ],
)
def test_what_breaks_the_records_is_refused(line, ground, refusal):
    with pytest.raises(refusal):
        claimed(line, ground=ground)


def test_too_high_a_claim_is_refused_with_the_explanation():
    with pytest.raises(ClaimTooHigh) as refusal:
        claimed(a_line(amount=200_001))
    assert refusal.value.details["allowed"] == 200_000
    assert refusal.value.details["explanation"]["outcome"] == "200000"


@pytest.mark.parametrize(
    ("today", "submitted_on"), [(date(2026, 3, 31), date(2026, 3, 31)), (date(2026, 5, 1), date(2026, 3, 31))]
)
def test_a_month_is_claimed_when_it_is_over(today, submitted_on):
    with pytest.raises(MonthNotOver):
        claimed(a_line(), today=today, submitted_on=submitted_on)


def test_a_service_stands_in_a_claim_once():
    with pytest.raises(LineTwice):
        claimed(a_line(), a_line())
    assert len(claimed(a_line(), a_line(date(2026, 2, 1)))) == 2


@pytest.mark.parametrize(("on", "blocked"), [(date(2026, 4, 22), False), (date(2026, 4, 23), True)])
def test_a_stage_without_its_evaluation_is_not_settled_once_the_window_is_over(on, blocked):
    course = Course(date(2026, 1, 8), date(2027, 1, 1), None, (Evaluated(date(2026, 1, 8), Checkpoint.BASELINE),))
    ground = replace(GROUND, points=evaluations_due(course, on, Rules()))
    if blocked:
        with pytest.raises(EvaluationMissing) as refusal:
            claimed(a_line(), ground=ground)
        assert refusal.value.details["points"] == ["month-3"]
    else:
        assert claimed(a_line(), ground=ground)


def test_what_was_given_once_is_claimed_as_its_record_says_and_takes_nothing_of_the_year():
    provision, ledger = uuid4(), Ledger()
    given = replace(GROUND, provision=Provision(3_000_000, 2_000_000, 1_000_000))
    line = LineOrder(uuid4(), MARCH, provision=provision)
    (one,) = claimed(line, ground=given, ledger=ledger)
    assert (one.amount, one.said.provision, one.said.insurance_paid) == (1_000_000, provision, 2_000_000)
    assert ledger.of(CHILD, MARCH).year == 0
    with pytest.raises(ClaimTooHigh):
        claimed(replace(line, amount=1_000_001), ground=given)
    with pytest.raises(LineTwice):
        claimed(line, replace(line, id=uuid4(), month=date(2026, 2, 1)), ground=given)


def test_a_claim_on_paper_stands_as_it_was_claimed_whatever_the_records_give():
    poor = replace(GROUND, month=Attendance(0, 0, 0), claimed_before=True)
    (line,) = claimed(a_line(amount=999_999), ground=poor, on_paper=True)
    assert (line.amount, line.settled.amount) == (999_999, 0)
    with pytest.raises(AmountNeeded):
        claimed(a_line(), ground=poor, on_paper=True)
    with pytest.raises(OtherCounty):
        claimed(a_line(amount=1), ground=replace(poor, county="371621"), on_paper=True)


def test_the_earlier_months_use_up_the_year_first():
    ledger = Ledger()
    ledger.take(CHILD, date(2025, 12, 1), 2_000_000)
    ledger.take(uuid4(), MARCH, 2_000_000)
    ledger.take(CHILD, date(2026, 5, 1), 1_700_000)
    lines = claimed(a_line(), a_line(date(2026, 2, 1)), ledger=ledger)
    assert [(line.order.month.month, line.amount) for line in lines] == [(2, 200_000), (3, 100_000)]


def test_each_child_gets_its_own_part_of_a_claim():
    others = {number: UUID(int=number) for number in (1, 2)}
    lines = [a_line(date(2026, place // 2 + 2, 1)) for place in range(4)]
    lines = [replace(line, enrolment=uuid4()) for line in lines]
    grounds = {
        line.id: replace(GROUND, case=others[place % 2 + 1], child=others[place % 2 + 1])
        for place, line in enumerate(lines)
    }
    order = a_claim(*lines)
    facts = submitted(order, submit_claim(order, grounds, Ledger(), TODAY))
    assert {case: len(fact.lines) for case, fact in facts.items()} == {others[1]: 2, others[2]: 2}
    assert all(fact.claim == order.id and fact.county == "371602" for fact in facts.values())


months = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 31)), unique_by=lambda pair: pair[0], max_size=12)


@given(months, st.integers(1, 2_000_000))
def test_no_order_of_months_gets_more_than_the_year(attended, ceiling):
    limits, ledger, total = Limits(min(200_000, ceiling), ceiling, 16), Ledger(), 0
    for month, days in attended:
        first = date(2026, month, 1)
        ground = replace(GROUND, limits=limits, month=Attendance(days, days, 20))
        cycle = Cycle(date(2026, 1, 1), date(2026, 12, 31))
        try:
            (line,) = claimed(
                a_line(first), ground=ground, ledger=ledger, today=date(2027, 1, 2), cycle=cycle,
                submitted_on=date(2027, 1, 2),
            )  # fmt: skip
        except NothingToClaim:
            continue
        total += line.amount
        assert line.amount <= limits.monthly_cap
    assert total <= ceiling
    assert ledger.of(CHILD, MARCH).year == total
