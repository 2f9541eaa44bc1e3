"""Who goes out, with whom, and when a return is overdue (handbook §5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.custody import errors
from services.custody.domain.admission import Stay
from services.custody.domain.going_out import (
    Confirmation,
    Presence,
    WayIn,
    WayOut,
    inside_at_first,
    sign_in,
    sign_out,
)
from services.custody.domain.leave import (
    Awaited,
    Leave,
    LeavePlan,
    PastLeave,
    end_leave,
    enter_past_leave,
    start_leave,
)
from services.custody.domain.rules import Rules
from shared.contracts.events.custody import CustodyMode, LeaveType, SignOutKind
from shared.errors import InTheFuture

MOTHER, STRANGER = UUID(int=7), UUID(int=8)
LISTED = frozenset({MOTHER})
CAME = datetime(2024, 3, 1, 0, 0, tzinfo=UTC)
NOON, NOW = CAME + timedelta(hours=4), CAME + timedelta(days=2)
INSIDE = Presence(UUID(int=1), UUID(int=2), inside=True, since=CAME)
OUT, OVER = replace(INSIDE, inside=False), replace(INSIDE, ended=True)
AWAY = replace(OUT, on_leave=True)
PICKED_UP = WayOut(SignOutKind.PICK_UP, MOTHER, NOON, Confirmation.SIGNATURE)


def out(presence=INSIDE, rules=None, **changes):
    return sign_out(presence, replace(PICKED_UP, **changes), LISTED, rules or Rules(), now=NOW)


def back(presence=OUT, at=NOON, **said):
    return sign_in(presence, WayIn(at, **said), LISTED, now=NOW)


def test_a_person_of_the_list_may_take_the_child():
    fact = out()
    assert (fact.kind, fact.collector, fact.at) == (SignOutKind.PICK_UP, MOTHER, NOON)


@pytest.mark.parametrize("collector", [STRANGER, None])
def test_nobody_else_may_take_the_child(collector):
    with pytest.raises(errors.NotOnTheList):
        out(collector=collector)


@pytest.mark.parametrize("kind", [SignOutKind.ACTIVITY, SignOutKind.HOSPITAL])
def test_the_house_itself_takes_a_child_out_but_no_stranger_does(kind):
    assert out(kind=kind, collector=None).collector is None
    with pytest.raises(errors.NotOnTheList):
        out(kind=kind, collector=STRANGER)


@pytest.mark.parametrize(
    ("presence", "refusal"), [(OUT, errors.NotInside), (AWAY, errors.OnLeave), (OVER, errors.StayIsOver)]
)
def test_only_who_is_inside_goes_out(presence, refusal):
    with pytest.raises(refusal):
        out(presence)


@pytest.mark.parametrize(
    ("presence", "refusal"), [(INSIDE, errors.AlreadyInside), (AWAY, errors.OnLeave), (OVER, errors.StayIsOver)]
)
def test_only_who_is_out_comes_in(presence, refusal):
    with pytest.raises(refusal):
        back(presence)


@pytest.mark.parametrize(
    ("at", "refusal"),
    [(NOW + timedelta(seconds=1), InTheFuture), (CAME - timedelta(seconds=1), errors.BeforeTheLastMove)],
)
def test_moves_stand_in_the_order_of_time(at, refusal):
    with pytest.raises(refusal):
        out(at=at)
    with pytest.raises(refusal):
        back(at=at)


def test_a_moment_of_the_last_move_is_not_too_early():
    assert out(at=CAME).at == CAME
    assert back(at=NOW).at == NOW


def test_a_pick_up_says_how_the_house_made_sure_unless_the_county_does_not_ask():
    with pytest.raises(errors.ConfirmationNeeded):
        out(confirmation=None)
    assert out(kind=SignOutKind.HOSPITAL, collector=None, confirmation=None)
    assert out(rules=Rules(confirmation_required=False), confirmation=None)


def test_who_is_said_to_have_brought_the_child_is_one_of_its_people():
    assert back(brought_by=MOTHER, confirmation=Confirmation.KNOWN_PERSON).at == NOON
    with pytest.raises(errors.NotOneOfItsPeople):
        back(brought_by=STRANGER)


@pytest.mark.parametrize(("mode", "inside"), [(mode, mode is not CustodyMode.DAY) for mode in CustodyMode])
def test_who_sleeps_in_the_house_is_inside_from_the_admission_on(mode, inside):
    assert inside_at_first(mode) is inside


PLAN = LeavePlan(LeaveType.FAMILY, NOON, NOON + timedelta(hours=20), MOTHER)


def go(presence=INSIDE, rules=None, **changes):
    return start_leave(presence, replace(PLAN, **changes), LISTED, rules or Rules(), now=NOW)


@pytest.mark.parametrize(("hours", "rules"), [(12, None), (6, Rules(overdue_after_hours=6))])
def test_a_return_is_overdue_twelve_hours_after_it_was_expected_or_as_the_county_says(hours, rules):
    assert go(rules=rules).overdue_at == PLAN.expected_back_at + timedelta(hours=hours)


@pytest.mark.parametrize(("presence", "refusal"), [(AWAY, errors.OnLeave), (OVER, errors.StayIsOver)])
def test_there_is_one_leave_at_a_time(presence, refusal):
    with pytest.raises(refusal):
        go(presence)


def test_a_leave_is_no_way_round_the_list():
    for collector in (None, STRANGER):
        with pytest.raises(errors.NotOnTheList):
            go(collector=collector)


@pytest.mark.parametrize(("presence", "kind"), [(OUT, LeaveType.ILLNESS), (INSIDE, LeaveType.HOSPITAL)])
def test_a_child_that_is_out_already_or_goes_to_hospital_is_handed_to_nobody(presence, kind):
    assert go(presence, kind=kind, collector=None).kind is kind


@pytest.mark.parametrize("back", [NOON, NOON - timedelta(hours=1)])
def test_a_return_is_expected_after_the_start(back):
    with pytest.raises(errors.BackBeforeLeaving):
        go(expected_back_at=back)


def test_a_leave_does_not_begin_tomorrow():
    with pytest.raises(InTheFuture):
        go(starts_at=NOW + timedelta(minutes=1), expected_back_at=NOW + timedelta(days=1))


STAY = Stay(INSIDE.stay, INSIDE.institution, date(2024, 3, 1), None)
PAST = PastLeave(STAY, PLAN, NOON + timedelta(hours=19), meets=None)


def enter(**changes):
    return enter_past_leave(replace(PAST, **changes), LISTED, Rules(), now=NOW)


def test_a_leave_that_is_over_is_entered_with_its_return_also_after_the_stay():
    for stay in (STAY, replace(STAY, ended_on=date(2024, 3, 2))):
        started, ended = enter(stay=stay)
        assert (started.starts_at, started.overdue_at) == (NOON, PLAN.expected_back_at + timedelta(hours=12))
        assert (ended.leave, ended.ended_at) == (started.leave, PAST.ended_at)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ended_at": NOW + timedelta(seconds=1)}, InTheFuture),
        ({"ended_at": NOON}, errors.BackBeforeLeaving),
        ({"plan": replace(PLAN, expected_back_at=NOON)}, errors.BackBeforeLeaving),
        ({"plan": replace(PLAN, collector=STRANGER)}, errors.NotOnTheList),
        ({"plan": replace(PLAN, starts_at=NOON - timedelta(days=1))}, errors.LeaveOutsideStay),
        ({"stay": replace(STAY, ended_on=date(2024, 3, 1))}, errors.LeaveOutsideStay),
        ({"meets": NOON + timedelta(hours=1)}, errors.LeaveMeetsAnother),
    ],
    ids=["tomorrow", "at once", "no time away", "a stranger", "before the stay", "after the stay", "meets another"],
)
def test_a_leave_in_hindsight_lies_inside_the_stay_and_meets_nothing_else(changes, refusal):
    with pytest.raises(refusal):
        enter(**changes)


LEAVE = Leave(UUID(int=5), INSIDE.stay, INSIDE.institution, NOON, None)


def test_a_leave_ends_once_and_not_before_it_began():
    assert end_leave(LEAVE, NOON, now=NOW).ended_at == NOON
    with pytest.raises(errors.BeforeTheLastMove):
        end_leave(LEAVE, NOON - timedelta(seconds=1), now=NOW)
    with pytest.raises(InTheFuture):
        end_leave(LEAVE, NOW + timedelta(seconds=1), now=NOW)
    with pytest.raises(errors.LeaveEndedBefore):
        end_leave(replace(LEAVE, ended_at=NOON), NOW, now=NOW)


@pytest.mark.parametrize(
    ("after", "outcome"), [(timedelta(hours=12), "in_time"), (timedelta(hours=12, seconds=1), "overdue")]
)
def test_the_return_explains_whether_it_is_overdue(after, outcome):
    explained = Awaited(expected_back_at=NOON, now=NOON + after).explain()
    assert (explained.rule, explained.outcome) == ("custody.leave-overdue", outcome)
    assert explained.steps[0].holds is (outcome == "in_time")
