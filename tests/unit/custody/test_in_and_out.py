"""Who goes out, with whom, and when a return is overdue (handbook §5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.custody import errors
from services.custody.domain.going_out import Presence, WayOut, inside_at_first, sign_in, sign_out
from services.custody.domain.leave import Awaited, Leave, LeavePlan, end_leave, start_leave
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
PICKED_UP = WayOut(SignOutKind.PICK_UP, MOTHER, NOON)


def out(presence=INSIDE, **changes):
    return sign_out(presence, replace(PICKED_UP, **changes), LISTED, now=NOW)


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
        sign_in(presence, NOON, now=NOW)


@pytest.mark.parametrize(
    ("at", "refusal"),
    [(NOW + timedelta(seconds=1), InTheFuture), (CAME - timedelta(seconds=1), errors.BeforeTheLastMove)],
)
def test_moves_stand_in_the_order_of_time(at, refusal):
    with pytest.raises(refusal):
        out(at=at)
    with pytest.raises(refusal):
        sign_in(OUT, at, now=NOW)


def test_a_moment_of_the_last_move_is_not_too_early():
    assert out(at=CAME).at == CAME
    assert sign_in(OUT, NOW, now=NOW).at == NOW


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
