"""Sessions: times, overlap, enrolment, correction (handbook §3.5, §3.7)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.rules import Rules
from services.rehab.domain.sessions import (
    BusyTimes,
    Correction,
    LoggedSession,
    check_times,
    correct_session,
    record_session,
)
from services.rehab.errors import (
    NothingCorrected,
    OutsideEnrolment,
    SessionBackwards,
    SessionOverlaps,
    SessionTooLong,
    SessionVoid,
)
from shared.clock import SHANGHAI
from shared.contracts.events.rehab import (
    AssistanceItem,
    CorrectionReason,
    Discipline,
    SessionContent,
    SessionMode,
    SessionRecorded,
)
from shared.errors import InTheFuture

NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = Rules()
ENROLMENT = Enrolment(
    uuid4(), uuid4(), uuid4(), uuid4(), AssistanceItem.TRAINING, date(2026, 3, 10), date(2026, 12, 31), None
)


def content(starts_at, ends_at, **other):
    values = {"therapist": uuid4(), "discipline": Discipline.ST, "mode": SessionMode.INDIVIDUAL, "attended": True}
    return SessionContent(starts_at=starts_at, ends_at=ends_at, **(values | other))


def log(starts_at, ends_at, now=NOW, rules=RULES):
    logged = content(starts_at, ends_at)
    check_times(logged, now, rules)
    return record_session(uuid4(), ENROLMENT, logged)


def test_a_session_that_just_ended_is_logged_under_its_enrolment():
    logged = log(NOW - HOUR, NOW)
    assert isinstance(logged, SessionRecorded)
    assert (logged.enrolment, logged.institution) == (ENROLMENT.id, ENROLMENT.institution)


@pytest.mark.parametrize(
    ("starts", "ends", "refusal"),
    [
        (NOW - HOUR, NOW - HOUR, SessionBackwards),
        (NOW - HOUR, NOW - 2 * HOUR, SessionBackwards),
        (NOW - 9 * HOUR, NOW - HOUR + timedelta(seconds=1), SessionTooLong),
        (NOW - HOUR, NOW + timedelta(seconds=1), InTheFuture),
        (NOW + HOUR, NOW + 2 * HOUR, InTheFuture),
    ],
)
def test_impossible_times_are_refused(starts, ends, refusal):
    with pytest.raises(refusal):
        log(starts, ends)


def test_the_longest_session_is_configured():
    assert log(NOW - 8 * HOUR, NOW)
    with pytest.raises(SessionTooLong):
        log(NOW - HOUR, NOW, rules=Rules(longest_session_minutes=59))


def test_half_past_twenty_four_is_no_time():
    with pytest.raises(ValidationError):
        SessionContent.model_validate_json(
            content(NOW - HOUR, NOW).model_dump_json().replace("2026-03-20T03:00:00", "2026-03-20T24:30:00")
        )


def test_a_time_without_zone_is_no_time():
    with pytest.raises(ValidationError):
        content(datetime(2026, 3, 20, 3), NOW)  # noqa: DTZ001


def test_back_to_back_sessions_do_not_clash():
    busy = BusyTimes([(NOW, NOW + HOUR)])
    busy.add(NOW + HOUR, NOW + 2 * HOUR)
    busy.add(NOW - HOUR, NOW)


@pytest.mark.parametrize(("after", "until"), [(0, 60), (-30, 30), (30, 90), (10, 20), (-10, 70), (59, 61)])
def test_a_child_is_not_in_two_places(after, until):
    busy = BusyTimes([(NOW - 3 * HOUR, NOW - 2 * HOUR), (NOW, NOW + HOUR), (NOW + 3 * HOUR, NOW + 4 * HOUR)])
    with pytest.raises(SessionOverlaps) as refusal:
        busy.add(NOW + timedelta(minutes=after), NOW + timedelta(minutes=until))
    assert refusal.value.details["starts_at"] == NOW.astimezone(SHANGHAI).isoformat(), "by the clock on the wall"


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=40))
def test_busy_times_agree_with_comparing_every_pair(times):
    busy, taken = BusyTimes(), []
    for start, length in times:
        interval = (NOW + timedelta(minutes=start), NOW + timedelta(minutes=start + length))
        clash = any(begin < interval[1] and interval[0] < end for begin, end in taken)
        try:
            busy.add(*interval)
            taken.append(interval)
            assert not clash
        except SessionOverlaps:
            assert clash


@pytest.mark.parametrize(
    "starts", [ENROLMENT.opens_at - timedelta(seconds=1), ENROLMENT.closes_at - HOUR + timedelta(seconds=1)]
)
def test_a_session_outside_the_enrolment_is_refused(starts):
    with pytest.raises(OutsideEnrolment):
        log(starts, starts + HOUR, now=ENROLMENT.closes_at + HOUR)


@pytest.mark.parametrize("starts", [ENROLMENT.opens_at, ENROLMENT.closes_at - HOUR])
def test_both_edges_of_the_enrolment_belong_to_it(starts):
    assert log(starts, starts + HOUR, now=ENROLMENT.closes_at).starts_at == starts


def correct(session, replacement, reason=CorrectionReason.WRONG_TIME):
    return correct_session(session, ENROLMENT, Correction(replacement, reason), NOW, RULES)


LOGGED = LoggedSession(uuid4(), ENROLMENT.id, ENROLMENT.institution, content(NOW - HOUR, NOW), uuid4())


def test_a_correction_names_the_fact_that_it_corrects():
    right = LOGGED.content.model_copy(update={"ends_at": NOW - HOUR / 2})
    fact = correct(LOGGED, right)
    assert (fact.correction_of, fact.session, fact.replacement) == (LOGGED.said_by, LOGGED.id, right)


def test_a_correction_without_replacement_makes_void():
    assert correct(LOGGED, None, CorrectionReason.DID_NOT_HAPPEN).replacement is None


def test_a_void_session_is_not_corrected():
    void = LoggedSession(LOGGED.id, LOGGED.enrolment, LOGGED.institution, None, uuid4())
    with pytest.raises(SessionVoid):
        correct(void, LOGGED.content)


def test_a_correction_that_changes_nothing_is_refused():
    with pytest.raises(NothingCorrected):
        correct(LOGGED, LOGGED.content)


@pytest.mark.parametrize(("starts", "refusal"), [(ENROLMENT.opens_at - HOUR, OutsideEnrolment), (NOW, InTheFuture)])
def test_a_replacement_keeps_the_rules_of_a_session(starts, refusal):
    with pytest.raises(refusal):
        correct(LOGGED, content(starts, starts + HOUR))
