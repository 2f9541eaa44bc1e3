"""F17, F18, F19: what was claimed and paid against what was given. Amounts are fen."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.findings.standing import Concluded, conclude, raised, reviewed, standing
from shared.contracts.events import rehab
from shared.contracts.events.timeline import ReviewDecision, Severity
from shared.testing.streams import Stream
from tests.support.findings import FROM, Centre, Way, a_centre, a_child_in_training, evidence, flagged, noted

CAP = 200_000
MARCH = [date(2026, 3, 2) + timedelta(days=n) for n in range(20)]


def in_march(days: int) -> tuple[Way, UUID, Centre]:
    """A child whose approval gives 200,000 a month, attended on so many days of March."""
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    for day in MARCH[:days]:
        way.trained(enrolment, centre.id, day)
    return way, enrolment, centre


NOTHING = {"sessions": 0, "attended_days": 0, "amount": 0}


def claimed(way: Way, enrolment: UUID | None, centre: UUID, *, later: int = 0, **changed: Any) -> tuple[UUID, UUID]:
    """Claim a line, some hours later than others of the day; return claim and line."""
    told: dict[str, Any] = {
        "line": uuid4(), "enrolment": enrolment, "month": "2026-03", "sessions": 16, "attended_days": 16,
        "planned_days": 20, "amount": CAP, "insurance_paid": 0,
    }  # fmt: skip
    line = rehab.ClaimLine(**{**told, **changed})
    claim = rehab.ClaimSubmitted(
        claim=uuid4(), institution=centre, county="371602", cycle_from=date(2026, 1, 1),
        cycle_until=date(2026, 3, 31), submitted_on=date(2026, 4, 5), lines=(line,),
    )  # fmt: skip
    way.told(claim, claim.submitted_on, recorded=timedelta(hours=2 + later))
    return claim.claim, line.line


def audited(way: Way, centre: UUID, claim: UUID, line: UUID, verdict: rehab.LineVerdict, amount: int) -> None:
    decided = rehab.AuditedLine(line=line, verdict=verdict, amount=amount)
    day = date(2026, 4, 10)
    way.told(rehab.ClaimAudited(claim=claim, institution=centre, lines=(decided,), audited_on=day), day)


def paid(way: Way, centre: UUID, claim: UUID, line: UUID, amount: int = CAP) -> UUID:
    day, payment = date(2026, 4, 20), uuid4()
    fact = rehab.PaymentMade(
        payment=payment, claim=claim, institution=centre, lines=(line,), amount=amount, payee=rehab.Payee.INSTITUTION,
        paid_on=day,
    )  # fmt: skip
    way.told(fact, day)
    return payment


def codes(way: Way) -> list[str]:
    return [step.code for flag in flagged("F17", way) for step in flag.steps]


def too_much(way: Way) -> list[str]:
    """Return grounds that hold a line; that one of several lines alone is less than the records give is none."""
    return [code for code in codes(way) if not code.startswith("below-")]


@pytest.mark.parametrize(
    ("days", "amount", "raised"),
    [
        (16, CAP, False),
        (16, CAP + 1, True),
        (15, CAP, True),
        (15, 150_000, False),
        (15, 150_001, True),
        (1, 10_000, False),
    ],
)
def test_f17_a_month_is_worth_its_cap_from_sixteen_days_and_its_part_below(days, amount, raised):
    way, enrolment, centre = in_march(days)
    claimed(way, enrolment, centre.id, sessions=days, attended_days=days, amount=amount)
    assert bool(flagged("F17", way)) is raised


def test_f17_a_line_names_its_whole_month_and_institution_so_that_it_is_found():
    way, enrolment, centre = in_march(15)
    claimed(way, enrolment, centre.id)
    (flag,) = flagged("F17", way)
    assert (flag.institution, flag.first_day, flag.last_day) == (centre.id, date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("said", "code", "severity"),
    [
        ({"sessions": 17}, "above-sessions", Severity.HOLD),
        ({"attended_days": 17}, "above-sessions", Severity.HOLD),
        ({"sessions": 15}, "below-sessions", Severity.REVIEW),
        ({"attended_days": 15}, "below-sessions", Severity.REVIEW),
        ({"amount": CAP - 1}, "below-sessions", Severity.REVIEW),
        ({"sessions": 15, "amount": CAP + 1}, "above-sessions", Severity.HOLD),
    ],
)
def test_f17_a_claim_that_asks_for_more_is_held_and_one_that_asks_for_less_is_for_review_only(said, code, severity):
    way, enrolment, centre = in_march(16)
    claimed(way, enrolment, centre.id, **said)
    (flag,) = flagged("F17", way)
    assert (flag.steps[0].code, raised(flag).severity) == (code, severity)


def test_f17_of_grounds_for_review_and_grounds_to_hold_the_gravest_counts():
    way, enrolment, centre = in_march(16)
    claim, line = claimed(way, enrolment, centre.id, sessions=15)
    assert [raised(flag).severity for flag in flagged("F17", way)] == [Severity.REVIEW]
    for _ in range(2):
        paid(way, centre.id, claim, line)
    (flag,) = flagged("F17", way)
    assert {one.code for one in flag.steps} == {"below-sessions", "paid-already"}
    assert raised(flag).severity is Severity.HOLD


def test_f17_a_session_told_late_makes_a_claim_too_small_and_one_voided_late_makes_it_right_again():
    way, enrolment, centre = in_march(15)
    claimed(way, enrolment, centre.id, sessions=15, attended_days=15, amount=150_000)
    assert flagged("F17", way) == []
    late = way.trained(enrolment, centre.id, date(2026, 3, 30), recorded=timedelta(days=60))
    assert codes(way) == ["below-sessions"]
    way.voided(late, recorded=timedelta(days=61))
    assert flagged("F17", way) == []


@pytest.mark.parametrize("decision", ReviewDecision)
def test_f17_a_claim_that_was_too_small_and_settled_is_raised_anew_once_it_is_too_large(decision):
    way, enrolment, centre = in_march(15)
    late = [way.trained(enrolment, centre.id, day) for day in MARCH[15:]]
    claimed(way, enrolment, centre.id, sessions=18)
    own = Stream("timeline", way.case)
    (small,) = [one.fact for one in concluded(way, own)]
    own.extend([small])
    assert small.severity is Severity.REVIEW
    own.extend(reviewed(small.finding, "F17", decision))
    assert concluded(way, own) == []
    for session in late:
        way.voided(session)
    (large,) = [one.fact for one in concluded(way, own)]
    assert (large.finding, large.severity) == (small.finding, Severity.HOLD)
    own.extend([large])
    assert concluded(way, own) == []


def concluded(way: Way, own: Stream) -> list[Concluded]:
    return list(conclude(flagged("F17", way), standing(map(noted, own.records))))


def test_f17_what_earlier_lines_or_insurance_took_of_a_month_makes_no_claim_too_small():
    way, enrolment, centre = in_march(20)
    claimed(way, enrolment, centre.id, sessions=20, attended_days=20, amount=CAP)
    other = way.enrolled(centre.id, way.approved().approval)
    way.trained(other, centre.id, MARCH[0], "14:00")
    claimed(way, other, centre.id, later=1, sessions=1, attended_days=1, amount=0)
    assert flagged("F17", way) == []
    insured, first, house = in_march(16)
    claimed(insured, first, house.id, amount=60_000, insurance_paid=40_000, cost=100_000)
    assert flagged("F17", insured) == []
    claimed(insured, insured.enrolled(house.id, insured.approved().approval), house.id, month="2026-04", **NOTHING)
    assert flagged("F17", insured) == []


@pytest.mark.parametrize(("cost", "raised"), [(100_000, False), (99_999, True)])
def test_f18_insurance_and_a_claimed_month_together_pay_what_the_month_cost_and_no_more(cost, raised):
    way, enrolment, centre = in_march(16)
    claimed(way, enrolment, centre.id, amount=60_000, insurance_paid=40_000, cost=cost)
    assert bool(flagged("F18", way)) is raised


def test_f17_sessions_during_a_leave_that_is_told_late_are_worth_nothing():
    way, enrolment, centre = in_march(16)
    claimed(way, enrolment, centre.id)
    assert flagged("F17", way) == []
    kind = rehab.InterruptionKind.LEAVE_FAMILY
    away, back = MARCH[3], MARCH[4]
    leave = rehab.EnrolmentSuspended(enrolment=enrolment, institution=centre.id, kind=kind, suspended_on=away)
    way.told(leave, away, recorded=timedelta(days=60))
    way.told(rehab.EnrolmentResumed(enrolment=enrolment, institution=centre.id, resumed_on=back), back)
    assert codes(way) == ["above-sessions"]


@pytest.mark.parametrize(("amount", "expected"), [(40_000, []), (40_001, ["above"]), (39_999, ["below"])])
def test_f17_what_was_given_once_is_claimed_as_it_is_on_record(amount, expected):
    way = Way()
    way.told(operated(60_000, 40_000), FROM)
    claimed(way, None, uuid4(), provision=UUID(int=77), month="2026-01", **NOTHING | {"amount": amount})
    assert codes(way) == [f"{one}-provision" for one in expected]


def test_f17_a_session_voided_late_makes_an_over_claim_and_one_recorded_late_clears_it():
    way, enrolment, centre = in_march(16)
    claimed(way, enrolment, centre.id)
    assert flagged("F17", way) == []
    way.voided(way.streams["rehab"].events[2], recorded=timedelta(days=60))
    assert codes(way) == ["above-sessions"]
    way.trained(enrolment, centre.id, date(2026, 3, 30), recorded=timedelta(days=60))
    assert flagged("F17", way) == []


def test_f17_the_plan_of_the_month_says_how_many_days_were_planned():
    way, enrolment, centre = in_march(10)
    claimed(way, enrolment, centre.id, sessions=10, attended_days=10, planned_days=10)
    assert flagged("F17", way) == []
    way.told(a_plan(enrolment, centre.id, planned=20), FROM)
    assert codes(way) == ["above-sessions"]


def a_plan(enrolment: UUID, centre: UUID, *, planned: int = 20, home: bool = False) -> rehab.CarePlanSigned:
    return rehab.CarePlanSigned(
        plan=uuid4(), enrolment=enrolment, institution=centre, signed_on=FROM, valid_from=FROM,
        valid_until=date(2026, 12, 31), planned_days_per_month=planned, home_training=home,
        goals=(rehab.PlannedGoal(goal=uuid4(), term=rehab.GoalTerm.SHORT, icf="d450"),),
    )  # fmt: skip


def test_f17_training_at_home_counts_only_with_plan_visit_and_log():
    way, enrolment, centre = in_march(15)
    log = rehab.Confirmation(method=rehab.ConfirmationMethod.LOG)
    home = {"mode": rehab.SessionMode.HOME, "visit": uuid4(), "confirmation": log}
    way.trained(enrolment, centre.id, date(2026, 3, 30), **home)
    claimed(way, enrolment, centre.id)
    assert codes(way) == ["above-sessions"]
    way.told(a_plan(enrolment, centre.id, home=True), FROM)
    assert flagged("F17", way) == []


def test_f17_an_audit_that_rejects_or_reduces_leaves_no_over_claim():
    for verdict, amount in ((rehab.LineVerdict.REJECTED, 0), (rehab.LineVerdict.REDUCED, 150_000)):
        way, enrolment, centre = in_march(15)
        claim, line = claimed(way, enrolment, centre.id, sessions=15, attended_days=15)
        assert flagged("F17", way)
        audited(way, centre.id, claim, line, verdict, amount)
        assert flagged("F17", way) == []


def test_f17_lines_of_one_month_together_stay_under_the_cap_and_those_of_a_year_under_the_ceiling():
    way, enrolment, centre = in_march(20)
    claimed(way, enrolment, centre.id, amount=120_000)
    assert too_much(way) == []
    claimed(way, enrolment, centre.id, amount=80_001, sessions=1, attended_days=1)
    assert too_much(way) == ["above-monthly-cap"]
    poor = Way()
    second = poor.enrolled(centre.id, poor.approved(ceiling=300_000).approval)
    for month in (2, 3):
        for day in range(1, 17):
            poor.trained(second, centre.id, date(2026, month, day))
        claimed(poor, second, centre.id, month=f"2026-0{month}", amount=150_000)
    assert too_much(poor) == []
    claimed(poor, second, centre.id, month="2026-02", amount=1, sessions=0, attended_days=0)
    assert too_much(poor) == ["above-ceiling"]


def test_f17_a_month_that_was_paid_is_not_claimed_again_until_the_money_came_back():
    way, enrolment, centre = in_march(20)
    claim, line = claimed(way, enrolment, centre.id, amount=100_000)
    claimed(way, enrolment, centre.id, amount=100_000)
    assert too_much(way) == []
    payment = paid(way, centre.id, claim, line)
    assert too_much(way) == ["paid-already"]
    back = rehab.PaymentRecovered(
        recovery=uuid4(), payment=payment, claim=claim, institution=centre.id, lines=(line,), amount=100_000,
        reason=rehab.RecoveryReason.PAID_TWICE, recovered_on=date(2026, 5, 1),
    )  # fmt: skip
    way.told(back, back.recovered_on)
    assert too_much(way) == []


def test_f17_a_line_that_was_paid_twice_is_flagged():
    way, enrolment, centre = in_march(16)
    claim, line = claimed(way, enrolment, centre.id)
    paid(way, centre.id, claim, line)
    assert flagged("F17", way) == []
    paid(way, centre.id, claim, line)
    assert codes(way) == ["paid-already"]


def operated(insurance: int, assistance: int, *, corrects: UUID | None = None) -> rehab.SurgeryCompleted:
    return rehab.SurgeryCompleted(
        operation=UUID(int=77), approval=uuid4(), institution=uuid4(), surgery=rehab.SurgeryKind.COCHLEAR_IMPLANT,
        operated_on=FROM, cost=100_000, insurance_paid=insurance, assistance_paid=assistance, correction_of=corrects,
    )  # fmt: skip


@pytest.mark.parametrize(("assistance", "raised"), [(40_000, False), (40_001, True)])
def test_f18_insurance_and_assistance_together_pay_the_cost_and_no_more(assistance, raised):
    way = Way()
    way.told(operated(60_000, assistance), FROM)
    assert bool(flagged("F18", way)) is raised


def test_f18_what_insurance_paid_is_told_late_and_changes_the_verdict_both_ways():
    way = Way()
    first = way.told(operated(0, 100_000), FROM)
    assert flagged("F18", way) == []
    second = way.told(operated(1, 100_000, corrects=first.id), FROM, recorded=timedelta(days=90))
    assert evidence(flagged("F18", way)) == {second.id}
    way.told(operated(1, 99_999, corrects=second.id), FROM, recorded=timedelta(days=91))
    assert flagged("F18", way) == []


def test_f18_a_claim_for_the_same_operation_counts_too():
    way = Way()
    way.told(operated(60_000, 0), FROM)
    claimed(way, None, uuid4(), provision=UUID(int=77), month="2026-01", amount=40_001, insurance_paid=60_000)
    (flag,) = flagged("F18", way)
    assert (flag.first_day, flag.last_day) == (FROM, date(2026, 1, 31))


def fitted(way: Way, day: date, kind: rehab.DeviceKind, *, lasts_until: date) -> UUID:
    fact = rehab.DeviceFitted(
        fitting=uuid4(), approval=uuid4(), institution=uuid4(), device=kind, fitted_on=day, replace_after=lasts_until,
        cost=480_000, insurance_paid=0, assistance_paid=480_000,
    )  # fmt: skip
    return way.told(fact, day, recorded=timedelta(days=5)).id


@pytest.mark.parametrize(("day", "raised"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False)])
def test_f19_a_device_of_a_kind_is_given_again_from_the_end_of_its_cycle_on(day, raised):
    way = Way()
    hearing_aid = rehab.DeviceKind.HEARING_AID
    fitted(way, day, hearing_aid, lasts_until=date(2030, 1, 1))
    assert flagged("F19", way) == []
    fitted(way, date(2023, 1, 1), hearing_aid, lasts_until=date(2026, 1, 1))
    assert bool(flagged("F19", way)) is raised


def test_f19_another_kind_has_a_cycle_of_its_own():
    way = Way()
    fitted(way, date(2025, 1, 1), rehab.DeviceKind.WHEELCHAIR, lasts_until=date(2030, 1, 1))
    fitted(way, date(2025, 6, 1), rehab.DeviceKind.ORTHOSIS, lasts_until=date(2026, 6, 1))
    assert flagged("F19", way) == []
