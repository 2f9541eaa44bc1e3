"""Enrolment with a designated institution (handbook §3.3 step 5)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.rehab.domain.assistance import Approval
from services.rehab.domain.designation import Designation
from services.rehab.domain.enrolment import Enrolment, EnrolmentOrder, end_enrolment, start_enrolment
from services.rehab.errors import (
    AlreadyEnrolled,
    ApprovalLapsed,
    DesignationIsSuspended,
    EnrolmentOver,
    NeedsCountyConsent,
    NotDesignated,
    OutsideApproval,
    PeriodBackwards,
    SessionsAfterEnd,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import AssistanceItem, EnrolmentEndReason, TrainingMode

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


def test_an_enrolment_carries_what_was_approved():
    fact = start_enrolment(APPROVAL, ORDER, [HELD], [])
    assert (fact.institution, fact.category, fact.started_on) == (CENTRE, RehabCategory.AUTISM, date(2026, 3, 16))
    assert fact.expected_until == date(2026, 12, 31)


def test_an_approval_lapses_after_its_last_day():
    assert start_enrolment(APPROVAL, replace(ORDER, started_on=date(2026, 4, 8)), [HELD], [])
    with pytest.raises(ApprovalLapsed):
        start_enrolment(APPROVAL, replace(ORDER, started_on=date(2026, 4, 9)), [HELD], [])


def test_nobody_enrols_before_the_approval():
    with pytest.raises(OutsideApproval):
        start_enrolment(APPROVAL, replace(ORDER, started_on=date(2026, 3, 8)), [HELD], [])


def test_only_a_designated_institution_enrols():
    with pytest.raises(NotDesignated):
        start_enrolment(APPROVAL, ORDER, [], [])
    with pytest.raises(NotDesignated):
        start_enrolment(APPROVAL, ORDER, [replace(HELD, categories=frozenset({RehabCategory.VISION}))], [])


def test_a_suspended_institution_does_not_enrol():
    with pytest.raises(DesignationIsSuspended):
        start_enrolment(APPROVAL, ORDER, [replace(HELD, suspended_on=date(2026, 3, 16))], [])


def test_an_institution_of_another_county_needs_consent():
    far = replace(HELD, county="371621")
    with pytest.raises(NeedsCountyConsent):
        start_enrolment(APPROVAL, ORDER, [far], [])
    assert start_enrolment(replace(APPROVAL, other_counties=True), ORDER, [far], [])


def test_one_active_enrolment_per_item():
    with pytest.raises(AlreadyEnrolled):
        start_enrolment(APPROVAL, ORDER, [HELD], [EARLIER])


def test_a_transfer_on_the_same_day_is_no_clash_and_does_not_lapse():
    ended = replace(EARLIER, ended_on=date(2026, 6, 1))
    assert start_enrolment(APPROVAL, replace(ORDER, started_on=date(2026, 6, 1)), [HELD], [ended])
    with pytest.raises(AlreadyEnrolled):
        start_enrolment(APPROVAL, replace(ORDER, started_on=date(2026, 5, 31)), [HELD], [ended])


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
