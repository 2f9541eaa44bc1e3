"""What lasts, read from the facts that open, rest and end it."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.outline import PeriodKind, Rest, Told, born_on, periods
from shared.contracts.envelope import Fact
from shared.contracts.events import custody, education, rehab, screening
from tests.support.children import BORN, Child, a_whole_way, event_of

CENTRE, SCHOOL, HOME = UUID(int=1), UUID(int=2), UUID(int=3)
FEBRUARY, MAY, JUNE, JULY = (date(2024, month, 1) for month in (2, 5, 6, 7))


def told(child: Child) -> list[Told]:
    events = sorted((event_of(record) for record in child.records), key=lambda event: event.occurred_at)
    return [Told(event.id, event.type, event.data) for event in events]


def spans(child: Child) -> list[tuple[PeriodKind, date, date | None]]:
    return [(period.kind, period.since, period.until) for period in periods(told(child))]


def test_a_whole_way_is_an_approval_an_enrolment_a_placement_and_a_stay():
    assert spans(a_whole_way(CENTRE, SCHOOL, HOME)) == [
        (PeriodKind.APPROVAL, date(2024, 2, 10), date(2025, 1, 1)),
        (PeriodKind.ENROLMENT, date(2024, 2, 20), None),
        (PeriodKind.CUSTODY_STAY, date(2024, 3, 1), JUNE),
        (PeriodKind.PLACEMENT, date(2024, 3, 1), None),
    ]


def test_a_period_says_what_it_is_where_and_until_when_it_was_meant():
    enrolment = periods(told(a_whole_way(CENTRE, SCHOOL, HOME)))[1]
    assert (enrolment.what, enrolment.institution, enrolment.planned_until) == ("autism", str(CENTRE), date(2025, 1, 1))


def resting(child: Child, enrolment: UUID, day: date) -> None:
    kind = rehab.InterruptionKind.LEAVE_ILLNESS
    child.add(rehab.EnrolmentSuspended(enrolment=enrolment, institution=CENTRE, kind=kind, suspended_on=day), day)


@pytest.mark.parametrize(
    ("after", "until"),
    [
        (None, None),
        (lambda one: rehab.EnrolmentResumed(enrolment=one, institution=CENTRE, resumed_on=JUNE), JUNE),
        (
            lambda one: rehab.EnrolmentEnded(
                enrolment=one, institution=CENTRE, ended_on=JULY, reason=rehab.EnrolmentEndReason.WITHDRAWN
            ),
            JULY,
        ),
    ],
)
def test_an_enrolment_rests_until_it_goes_on_or_ends(after, until):
    child = Child()
    enrolment = child.enrolled(FEBRUARY, CENTRE, uuid4())
    resting(child, enrolment, MAY)
    if after:
        child.add(after(enrolment), until)
    assert periods(told(child))[0].rests == [Rest("leave_illness", MAY, until)]


def test_a_rest_on_the_first_day_belongs_to_the_enrolment_that_is_told_after_it():
    child, enrolment = Child(), uuid4()
    resting(child, enrolment, FEBRUARY)
    started = child.enrolled(FEBRUARY, CENTRE, uuid4())
    facts = [Told(one.id, one.type, {**one.data, "enrolment": str(started)}) for one in told(child)]
    assert len(periods(facts)[0].rests) == 1


def test_leave_is_a_rest_of_the_stay_by_the_days_of_shanghai():
    child = Child()
    stay = child.admitted(FEBRUARY, HOME)
    late = datetime.fromisoformat("2024-05-01T16:30:00+00:00")
    leave = custody.LeaveStarted(
        leave=uuid4(), stay=stay, institution=HOME, kind=custody.LeaveType.FAMILY,
        starts_at=late, expected_back_at=late, overdue_at=late,
    )  # fmt: skip
    child.add(leave, late)
    assert periods(told(child))[0].rests == [Rest("family", date(2024, 5, 2), None)]


def test_an_approval_that_lapses_ends_before_its_last_day():
    child = Child()
    approval = child.approved(FEBRUARY, date(2024, 12, 31))
    child.add(rehab.AssistanceLapsed(approval=approval, lapsed_on=MAY), MAY)
    assert spans(child) == [(PeriodKind.APPROVAL, FEBRUARY, MAY)]


def test_a_hospital_stay_is_a_period_of_screening():
    child, stay = Child(), uuid4()
    child.add(screening.HospitalAdmitted(stay=stay, admitted_on=MAY), MAY)
    child.add(screening.HospitalDischarged(stay=stay, discharged_on=JUNE), JUNE)
    assert spans(child) == [(PeriodKind.HOSPITAL_STAY, MAY, JUNE)]


@pytest.mark.parametrize(
    "fact",
    [
        custody.CustodyEnded(
            stay=uuid4(), institution=HOME, ended_on=MAY, reason=custody.CustodyEndReason.RETURNED_HOME
        ),
        education.PlacementEnded(placement=uuid4(), ended_on=MAY, reason=education.PlacementEndReason.GRADUATED),
        rehab.EnrolmentResumed(enrolment=uuid4(), institution=CENTRE, resumed_on=MAY),
    ],
)
def test_the_end_of_what_is_not_seen_is_no_period(fact: Fact):
    child = Child()
    child.add(fact, MAY)
    assert periods(told(child)) == []


def test_the_day_of_birth_is_known_from_the_registration_only():
    child = Child()
    assert born_on(told(child)) is None
    child.registered()
    assert born_on(told(child)) == BORN
