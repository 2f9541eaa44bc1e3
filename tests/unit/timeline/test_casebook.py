"""The book of one child: what holds, in the order in which it happened, whatever the order of telling."""

from datetime import date
from random import Random
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.casebook import CaseBook, casebook
from services.timeline.domain.institutionbook import InstitutionBook, institutionbook
from services.timeline.domain.noted import Noted
from shared.contracts.codes import RehabCategory
from shared.contracts.events import rehab, screening
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted, SessionCorrected, SessionRecorded
from shared.journal.inbox import Record
from shared.testing.streams import Stream
from tests.support.children import BORN, Child, a_whole_way, event_of

CENTRE, SCHOOL, HOME = UUID(int=1), UUID(int=2), UUID(int=3)


def noted(record: Record) -> Noted:
    event = event_of(record)
    return Noted(
        event.id,
        event.type,
        event.producer,
        event.subject,
        event.epoch,
        event.seq,
        event.occurred_at,
        event.recorded_at,
        UUID(event.data["actor"]["organisation"]),
        event.data,
    )


def book_of(child: Child) -> CaseBook:
    told = [noted(record) for record in child.records]
    Random(7).shuffle(told)
    return casebook(child.case, told)


def test_facts_stand_in_the_order_in_which_they_happened():
    book = book_of(a_whole_way(CENTRE, SCHOOL, HOME))
    assert [fact.occurred_at for fact in book.facts] == sorted(fact.occurred_at for fact in book.facts)
    assert book.born_on == BORN


def test_a_void_session_is_gone_and_a_corrected_one_stands_as_its_correction_puts_it():
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    book = book_of(child)
    sessions = book.of(SessionRecorded)
    assert [fact.happened_on for fact in sessions] == [date(2024, 3, 4), date(2024, 3, 9)]
    corrections = [fact for fact in book.told if fact.is_a(SessionCorrected)]
    put_right = max(corrections, key=lambda fact: fact.seq)
    assert sessions[1].evidence == (put_right.corrects, put_right.id)
    assert sessions[1].id_of("enrolment") == sessions[0].id_of("enrolment")


def test_of_two_corrections_of_one_session_the_later_one_holds():
    child = Child()
    session = child.trained(date(2024, 3, 4), CENTRE, uuid4())
    child.corrected(session, attended=True, day=date(2024, 3, 5))
    child.corrected(session, attended=False, day=date(2024, 3, 6))
    (stands,) = book_of(child).of(SessionRecorded)
    assert (stands.happened_on, stands.data["attended"]) == (date(2024, 3, 6), False)


def test_a_corrected_fact_of_any_kind_no_longer_holds_but_was_told():
    child = Child()
    day = child.at_school(date(2024, 3, 5), CENTRE)
    child.at_school(date(2024, 3, 5), CENTRE, present=False, corrects=day)
    book = book_of(child)
    assert [fact.data["status"] for fact in book.facts] == ["absent"]
    assert len(book.told) == 2


def test_an_enrolment_is_a_span_that_its_end_closes():
    child = Child()
    ended, running = (child.enrolled(date(2024, 2, day), CENTRE, uuid4()) for day in (1, 2))
    child.left(ended, CENTRE, date(2024, 3, 1))
    spans = {
        span.key: span
        for span in book_of(child).spans(
            EnrolmentStarted, EnrolmentEnded, "enrolment", since="started_on", until="ended_on"
        )
    }
    assert spans[ended].holds_on(date(2024, 2, 29))
    assert not spans[ended].holds_on(date(2024, 3, 1))
    assert (spans[running].until, spans[running].holds_on(date(2030, 1, 1))) == (None, True)


def test_residence_is_the_last_county_that_the_child_moved_to():
    child = Child()
    child.registered("371602")
    moved = screening.ResidenceMoved(previous="371602", region="371621", moved_on=date(2024, 6, 1))
    child.add(moved, date(2024, 6, 1))
    book = book_of(child)
    known = {day: book.county_on(day) for day in (date(2020, 1, 1), date(2024, 5, 31), date(2024, 6, 1))}
    assert list(known.values()) == ["371602", "371602", "371621"]
    assert casebook(child.case, ()).county_on(date(2024, 6, 1)) is None


DESIGNATION, THERAPIST = UUID(int=77), UUID(int=78)


def a_centre() -> InstitutionBook:
    stream = Stream("rehab", CENTRE)
    told = [
        rehab.DesignationGranted(
            designation=DESIGNATION,
            categories=(RehabCategory.AUTISM,),
            county="371602",
            valid_from=date(2024, 1, 1),
            valid_until=date(2025, 12, 31),
            capacity=20,
        ),
        rehab.DesignationSuspended(
            designation=DESIGNATION, suspended_on=date(2024, 5, 1), reason=rehab.SuspensionReason.SAFETY
        ),
        rehab.DesignationReinstated(designation=DESIGNATION, reinstated_on=date(2024, 6, 1)),
        rehab.StaffQualified(
            therapist=THERAPIST,
            disciplines=(rehab.Discipline.PT,),
            since=date(2024, 1, 1),
            licence_until=date(2024, 12, 31),
        ),
        rehab.StaffLapsed(therapist=THERAPIST, lapsed_on=date(2024, 9, 1), reason=rehab.LapseReason.LEFT),
        rehab.ClosureDayDeclared(closed_on=date(2024, 10, 1)),
        rehab.DesignationRemoved(
            designation=DESIGNATION, removed_on=date(2025, 3, 1), reason=rehab.RemovalReason.FRAUD
        ),
    ]
    return institutionbook(CENTRE, [noted(stream.append(fact)) for fact in told])


@pytest.mark.parametrize(
    ("day", "designated", "suspended", "staffed"),
    [
        (date(2023, 12, 31), False, False, False),
        (date(2024, 1, 1), True, False, True),
        (date(2024, 5, 1), True, True, True),
        (date(2024, 6, 1), True, False, True),
        (date(2024, 9, 1), True, False, False),
        (date(2025, 2, 28), True, False, False),
        (date(2025, 3, 1), False, False, False),
    ],
)
def test_what_an_institution_may_depends_on_the_day(day: date, designated, suspended, staffed):
    centre = a_centre()
    assert bool(centre.designations_on(day)) is designated
    assert bool(centre.suspended_on(day, DESIGNATION)) is suspended
    assert bool(centre.staffed_on(day, THERAPIST)) is staffed
    assert (centre.closed_on(date(2024, 10, 1)) is not None, centre.closed_on(day)) == (True, None)
