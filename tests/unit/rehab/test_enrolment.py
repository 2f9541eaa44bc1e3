"""Enrolment with a designated institution (handbook §3.3 step 5)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.rehab.domain.assistance import Approval, Child
from services.rehab.domain.designation import Designation
from services.rehab.domain.enrolment import (
    Choice,
    Enrolment,
    EnrolmentOrder,
    age_out,
    end_enrolment,
    end_on_death,
    start_enrolment,
    transfer,
)
from services.rehab.domain.resting import Rest, resume_enrolment, suspend_enrolment
from services.rehab.errors import (
    AlreadyEnrolled,
    AlreadyResting,
    ApprovalLapsed,
    CapacityFull,
    ChildDied,
    DesignationIsSuspended,
    EnrolmentOver,
    NeedsCountyConsent,
    NotDesignated,
    NotResting,
    NotThisItem,
    OutsideApproval,
    OutsideRest,
    PeriodBackwards,
    RestOfOthers,
    SessionsAfterEnd,
    SharingStopped,
)
from shared.contracts.codes import OrgType, RehabCategory
from shared.contracts.events.rehab import AssistanceItem, EnrolmentEndReason, InterruptionKind, TrainingMode

CENTRE = uuid4()
HOME = False  # no consent to institutions of other counties
APPROVAL = Approval(
    uuid4(), AssistanceItem.TRAINING, RehabCategory.AUTISM, TrainingMode.CENTRALISED, "371602", HOME,
    date(2026, 3, 9), date(2026, 12, 31), date(2026, 4, 8),
)  # fmt: skip
HELD = Designation(uuid4(), CENTRE, "371602", frozenset({RehabCategory.AUTISM}), date(2026, 1, 1), date(2027, 12, 31))
ORDER = EnrolmentOrder(uuid4(), CENTRE, date(2026, 3, 16))
EARLIER = Enrolment(
    uuid4(), uuid4(), APPROVAL.id, CENTRE, AssistanceItem.TRAINING, date(2026, 3, 10), date(2026, 12, 31), None
)


CHILD = Child(uuid4(), date(2021, 3, 15), "371602")


def enrol(approval, order, held, earlier, child=CHILD, **choice):
    return start_enrolment(child, approval, order, Choice(held, earlier, **choice))


def test_an_enrolment_carries_what_was_approved():
    fact = enrol(APPROVAL, ORDER, [HELD], [])
    assert (fact.institution, fact.category, fact.started_on) == (CENTRE, RehabCategory.AUTISM, date(2026, 3, 16))
    assert fact.expected_until == date(2026, 12, 31)


def test_an_approval_lapses_after_its_last_day():
    assert enrol(APPROVAL, replace(ORDER, started_on=date(2026, 4, 8)), [HELD], [])
    with pytest.raises(ApprovalLapsed):
        enrol(APPROVAL, replace(ORDER, started_on=date(2026, 4, 9)), [HELD], [])


def test_nobody_enrols_before_the_approval():
    with pytest.raises(OutsideApproval):
        enrol(APPROVAL, replace(ORDER, started_on=date(2026, 3, 8)), [HELD], [])


def test_nobody_enrols_after_the_period_of_the_approval_though_it_was_taken_up_in_time():
    left = replace(EARLIER, ended_on=APPROVAL.valid_until)
    assert enrol(APPROVAL, replace(ORDER, started_on=APPROVAL.valid_until), [HELD], [left])
    with pytest.raises(OutsideApproval):
        enrol(APPROVAL, replace(ORDER, started_on=date(2027, 1, 1)), [HELD], [left])


def test_only_a_designated_institution_enrols():
    with pytest.raises(NotDesignated):
        enrol(APPROVAL, ORDER, [], [])
    with pytest.raises(NotDesignated):
        enrol(APPROVAL, ORDER, [replace(HELD, categories=frozenset({RehabCategory.VISION}))], [])


def test_a_suspended_institution_does_not_enrol():
    with pytest.raises(DesignationIsSuspended):
        enrol(APPROVAL, ORDER, [replace(HELD, suspended_on=date(2026, 3, 16))], [])


def test_an_institution_of_another_county_needs_consent():
    far = replace(HELD, county="371621")
    with pytest.raises(NeedsCountyConsent):
        enrol(APPROVAL, ORDER, [far], [])
    assert enrol(replace(APPROVAL, other_counties=True), ORDER, [far], [])


def test_one_active_enrolment_per_item():
    with pytest.raises(AlreadyEnrolled):
        enrol(APPROVAL, ORDER, [HELD], [EARLIER])


def test_a_transfer_on_the_same_day_is_no_clash_and_does_not_lapse():
    ended = replace(EARLIER, ended_on=date(2026, 6, 1))
    assert enrol(APPROVAL, replace(ORDER, started_on=date(2026, 6, 1)), [HELD], [ended])
    with pytest.raises(AlreadyEnrolled):
        enrol(APPROVAL, replace(ORDER, started_on=date(2026, 5, 31)), [HELD], [ended])


def test_an_enrolment_ends_once():
    fact = end_enrolment(EARLIER, date(2026, 6, 1), EnrolmentEndReason.TRANSFERRED, None)
    assert (fact.enrolment, fact.ended_on, fact.reason) == (
        EARLIER.id, date(2026, 6, 1), EnrolmentEndReason.TRANSFERRED,
    )  # fmt: skip
    with pytest.raises(EnrolmentOver):
        end_enrolment(replace(EARLIER, ended_on=date(2026, 6, 1)), date(2026, 6, 1), EnrolmentEndReason.FINISHED, None)


def test_an_enrolment_does_not_end_before_it_starts():
    with pytest.raises(PeriodBackwards):
        end_enrolment(EARLIER, date(2026, 3, 9), EnrolmentEndReason.WITHDRAWN, None)


def test_sessions_beyond_the_end_come_first():
    midnight = datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert end_enrolment(EARLIER, date(2026, 6, 1), EnrolmentEndReason.FINISHED, midnight)
    with pytest.raises(SessionsAfterEnd):
        end_enrolment(EARLIER, date(2026, 6, 1), EnrolmentEndReason.FINISHED, midnight.replace(minute=30))


def test_an_enrolment_runs_by_chinese_days():
    assert EARLIER.opens_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert EARLIER.closes_at == datetime(2026, 12, 31, 16, tzinfo=UTC)


def test_an_institution_takes_no_more_children_than_its_agreement_covers():
    held = replace(HELD, capacity=2)
    assert enrol(APPROVAL, ORDER, [held], [], sitting=1)
    with pytest.raises(CapacityFull):
        enrol(APPROVAL, ORDER, [held], [], sitting=2)


def test_training_is_what_a_child_enrols_for():
    with pytest.raises(NotThisItem):
        enrol(replace(APPROVAL, item=AssistanceItem.SURGERY), ORDER, [HELD], [])


def test_nobody_new_receives_a_child_whose_guardian_withdrew_consent():
    with pytest.raises(SharingStopped):
        enrol(APPROVAL, ORDER, [HELD], [], child=replace(CHILD, sharing_stopped_on=date(2026, 3, 1)))


def test_nothing_begins_after_death_and_what_began_before_may_be_entered_late():
    dead = replace(CHILD, died_on=date(2026, 3, 17))
    assert enrol(APPROVAL, ORDER, [HELD], [], child=dead)
    with pytest.raises(ChildDied):
        enrol(APPROVAL, replace(ORDER, started_on=date(2026, 3, 17)), [HELD], [], child=dead)


def test_a_lapsed_approval_holds_for_what_was_entered_late_unless_another_took_its_place():
    lapsed = replace(APPROVAL, lapsed_on=date(2026, 4, 9))
    assert enrol(lapsed, ORDER, [HELD], [])
    with pytest.raises(ApprovalLapsed):
        enrol(lapsed, ORDER, [HELD], [], superseded=True)


def test_a_transfer_is_told_when_both_ends_meet_on_one_day():
    left = replace(EARLIER, ended_on=date(2026, 6, 1), transferred=True)
    fact = enrol(APPROVAL, replace(ORDER, started_on=date(2026, 6, 1)), [HELD], [left])
    moved = transfer(left, fact)
    assert (moved.enrolment, moved.to_enrolment, moved.transferred_on) == (left.id, ORDER.id, date(2026, 6, 1))
    assert transfer(replace(left, transferred=False), fact) is None
    assert transfer(replace(left, ended_on=date(2026, 5, 31)), fact) is None


@pytest.mark.parametrize(
    ("died_on", "ended_on"),
    [
        (date(2026, 5, 4), date(2026, 5, 5)), (date(2026, 3, 1), date(2026, 3, 10)),
        (date(2026, 12, 30), date(2026, 12, 31)), (date(2026, 12, 31), None), (date(2027, 1, 1), None),
    ],
)  # fmt: skip
def test_death_ends_what_still_runs_after_that_day(died_on, ended_on):
    fact = end_on_death(EARLIER, died_on)
    assert (fact and fact.ended_on) == ended_on
    assert end_on_death(replace(EARLIER, ended_on=date(2026, 4, 1)), died_on) is None


def test_a_child_leaves_on_the_eighteenth_birthday_and_not_with_an_ordinary_end():
    last = replace(EARLIER, expected_until=date(2026, 8, 31))
    assert age_out(last, date(2008, 9, 1), 18).ended_on == date(2026, 9, 1)
    assert age_out(last, date(2008, 9, 2), 18) is None
    assert age_out(replace(last, ended_on=date(2026, 9, 1)), date(2008, 9, 1), 18) is None


ILL, BY_COUNTY = InterruptionKind.LEAVE_ILLNESS, InterruptionKind.SUSPENDED_BY_COUNTY
CENTRE_TYPE, FEDERATION = OrgType.REHAB_CENTRE, OrgType.FEDERATION
LEAVE = Rest(ILL, date(2026, 5, 4))


def test_a_centre_enters_leave_and_the_county_suspends():
    assert suspend_enrolment(EARLIER, LEAVE, date(2026, 5, 11), (), CENTRE_TYPE).expected_back == date(2026, 5, 11)
    assert suspend_enrolment(EARLIER, Rest(BY_COUNTY, date(2026, 5, 4)), None, (), FEDERATION).kind is BY_COUNTY
    for rest, by in ((LEAVE, FEDERATION), (Rest(BY_COUNTY, date(2026, 5, 4)), CENTRE_TYPE)):
        with pytest.raises(RestOfOthers):
            suspend_enrolment(EARLIER, rest, None, (), by)
    with pytest.raises(RestOfOthers):
        resume_enrolment(EARLIER, Rest(BY_COUNTY, date(2026, 5, 4)), date(2026, 5, 11), CENTRE_TYPE)


def test_an_enrolment_rests_once_at_a_time():
    for open_one in (LEAVE, replace(LEAVE, resumed_on=date(2026, 5, 11))):
        with pytest.raises(AlreadyResting):
            suspend_enrolment(EARLIER, Rest(ILL, date(2026, 5, 10)), None, (open_one,), CENTRE_TYPE)
    over = replace(LEAVE, resumed_on=date(2026, 5, 10))
    assert suspend_enrolment(EARLIER, Rest(ILL, date(2026, 5, 10)), None, (over,), CENTRE_TYPE)


@pytest.mark.parametrize(
    ("on", "back", "refusal"),
    [
        (date(2026, 3, 9), None, OutsideRest),
        (date(2026, 5, 4), date(2026, 5, 4), OutsideRest),
        (date(2027, 1, 1), None, EnrolmentOver),
    ],
)
def test_a_rest_lies_inside_its_enrolment(on, back, refusal):
    with pytest.raises(refusal):
        suspend_enrolment(EARLIER, Rest(ILL, on), back, (), CENTRE_TYPE)


def test_a_child_comes_back_after_it_left_and_before_the_end():
    assert resume_enrolment(EARLIER, LEAVE, date(2026, 5, 5), CENTRE_TYPE).resumed_on == date(2026, 5, 5)
    for rest, on, refusal in (
        (None, date(2026, 5, 5), NotResting), (LEAVE, date(2026, 5, 4), OutsideRest),
        (LEAVE, date(2027, 1, 1), EnrolmentOver),
    ):  # fmt: skip
        with pytest.raises(refusal):
            resume_enrolment(EARLIER, rest, on, CENTRE_TYPE)
