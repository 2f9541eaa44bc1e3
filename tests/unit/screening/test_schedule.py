"""What is due for a child: which check-up owes which check, done, late, missed (公卫规范; handbook §1.2)."""

from collections import Counter
from datetime import date

import pytest

from services.screening.domain.schedule import CheckStatus, Done, checks_of, due_for
from shared.contracts.events.screening import Instrument, ScreeningRound

BORN = date(2024, 1, 10)
SIGNS, EYES = Instrument.WARNING_SIGNS, Instrument.EYE_CARE_CHECK
GOLDEN = {
    "NB": {"eye_care_check", "hip_and_limb_check", "newborn_hearing"},
    "M1": {"eye_care_check", "hip_and_limb_check"},
    "M3": {"eye_care_check", "warning_signs"},
    "M6": {"eye_care_check", "warning_signs", "behavioural_hearing"},
    "M8": {"eye_care_check", "warning_signs"},
    "M12": {"eye_care_check", "warning_signs", "behavioural_hearing"},
    "M18": {"eye_care_check", "warning_signs"},
    "M24": {"eye_care_check", "warning_signs", "behavioural_hearing"},
    "M30": {"eye_care_check", "warning_signs"},
    "M36": {"eye_care_check", "warning_signs", "behavioural_hearing"},
    "Y4": {"eye_care_check", "warning_signs", "vision_test"},
    "Y5": {"eye_care_check", "warning_signs", "vision_test"},
    "Y6": {"eye_care_check", "warning_signs", "vision_test"},
}


def owed(protocol, today, *done):
    return due_for(BORN, done, today, protocol)


def status_of(protocol, round_, check, today, *done):
    (one,) = [one for one in owed(protocol, today, *done) if (one.round, one.check) == (round_, check)]
    return one.status, one.done_on


@pytest.mark.parametrize("round_", GOLDEN)
def test_each_check_up_owes_its_checks(protocol, round_):
    assert set(checks_of(ScreeningRound(round_), protocol)) == GOLDEN[round_]


def test_eye_care_is_owed_thirteen_times_the_signs_eleven_hearing_four_vision_three(protocol):
    counted = Counter(one.check.value for one in owed(protocol, BORN))
    assert counted == {
        "eye_care_check": 13,
        "warning_signs": 11,
        "behavioural_hearing": 4,
        "vision_test": 3,
        "hip_and_limb_check": 2,
        "newborn_hearing": 1,
    }


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2024, 4, 9), CheckStatus.UPCOMING),
        (date(2024, 4, 10), CheckStatus.DUE),
        (date(2024, 5, 9), CheckStatus.DUE),
        (date(2024, 5, 10), CheckStatus.OVERDUE),
        (date(2024, 7, 9), CheckStatus.OVERDUE),
        (date(2024, 7, 10), CheckStatus.MISSED),
    ],
)
def test_a_check_is_due_in_its_window_overdue_after_it_and_missed_when_the_next_begins(protocol, today, status):
    assert status_of(protocol, "M3", SIGNS, today) == (status, None)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2024, 4, 10), CheckStatus.DONE),
        (date(2024, 5, 9), CheckStatus.DONE),
        (date(2024, 5, 10), CheckStatus.DONE_LATE),
        (date(2024, 7, 9), CheckStatus.DONE_LATE),
    ],
)
def test_a_check_after_its_window_counts_late_until_the_next_check_up(protocol, on, status):
    assert status_of(protocol, "M3", SIGNS, date(2025, 1, 1), Done(SIGNS, on)) == (status, on)


def test_a_check_of_the_next_check_up_does_not_make_up_for_the_one_before(protocol):
    on = date(2024, 7, 10)
    assert status_of(protocol, "M3", SIGNS, on, Done(SIGNS, on)) == (CheckStatus.MISSED, None)
    assert status_of(protocol, "M6", SIGNS, on, Done(SIGNS, on)) == (CheckStatus.DONE, on)


def test_one_check_does_not_stand_for_another(protocol):
    on = date(2024, 4, 12)
    assert status_of(protocol, "M3", EYES, on, Done(SIGNS, on)) == (CheckStatus.DUE, None)


@pytest.mark.parametrize(
    ("today", "status"), [(date(2024, 2, 21), CheckStatus.DUE), (date(2024, 2, 22), CheckStatus.MISSED)]
)
def test_newborn_hearing_that_was_missed_is_due_until_42_days(protocol, today, status):
    assert status_of(protocol, "NB", Instrument.NEWBORN_HEARING, today) == (status, None)


@pytest.mark.parametrize(
    ("round_", "check", "today", "status"),
    [
        ("M1", Instrument.HIP_AND_LIMB_CHECK, date(2024, 4, 9), CheckStatus.OVERDUE),
        ("M1", Instrument.HIP_AND_LIMB_CHECK, date(2024, 4, 10), CheckStatus.MISSED),
        ("M6", Instrument.BEHAVIOURAL_HEARING, date(2025, 1, 9), CheckStatus.OVERDUE),
        ("M6", Instrument.BEHAVIOURAL_HEARING, date(2025, 1, 10), CheckStatus.MISSED),
        ("M36", Instrument.BEHAVIOURAL_HEARING, date(2028, 1, 9), CheckStatus.OVERDUE),
        ("M36", Instrument.BEHAVIOURAL_HEARING, date(2028, 1, 10), CheckStatus.MISSED),
    ],
)
def test_the_last_of_its_kind_can_be_made_up_for_until_the_next_check_up(protocol, round_, check, today, status):
    assert status_of(protocol, round_, check, today) == (status, None)


def test_the_last_check_up_ends_with_the_seventh_birthday(protocol):
    assert status_of(protocol, "Y6", SIGNS, date(2031, 1, 9)) == (CheckStatus.DUE, None)
    assert status_of(protocol, "Y6", SIGNS, date(2031, 1, 10)) == (CheckStatus.MISSED, None)


def test_the_list_comes_in_the_order_of_the_check_ups(protocol):
    order = list(ScreeningRound)
    places = [order.index(one.round) for one in owed(protocol, BORN)]
    assert places == sorted(places)
    assert all(one.since <= one.until for one in owed(protocol, BORN))


@pytest.mark.parametrize(
    ("on", "again"),
    [
        (date(2024, 1, 9), date(2024, 1, 10)),
        (date(2024, 4, 9), date(2024, 4, 10)),
        (date(2024, 4, 10), date(2024, 7, 10)),
        (date(2029, 6, 1), date(2030, 1, 10)),
        (date(2030, 1, 10), None),
    ],
)
def test_what_was_refused_is_offered_again_at_the_next_check_up(protocol, on, again):
    assert protocol.next_round(BORN, on) == again
