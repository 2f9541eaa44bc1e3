"""What is odd about a session on its day (handbook §3.7 F03, F06, F09, F12)."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.rehab.domain.roster import CentreDay, Given, Remark, remarks
from shared.clock import SHANGHAI
from shared.contracts.events.rehab import Discipline, OpeningHours, SessionMode

MONDAY_NINE = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
FORTY = timedelta(minutes=40)
OPEN_DAY = CentreDay(closed=False, hours=None, staff=None)


def a_session(minutes_after_nine: int = 0, **changes) -> Given:
    starts = MONDAY_NINE + timedelta(minutes=minutes_after_nine)
    session = Given(
        uuid4(), uuid4(), Discipline.ST, SessionMode.INDIVIDUAL, (starts, starts + FORTY), attended=True, group=None
    )
    return replace(session, **changes)


def of(therapist, minutes_after_nine: int = 0, **changes) -> Given:
    return a_session(minutes_after_nine, therapist=therapist, **changes)


def said(session: Given, *others: Given, day: CentreDay = OPEN_DAY, resting: bool = False) -> list[Remark]:
    return remarks(session, day, [session, *others], resting=resting)


def test_nothing_is_odd_about_a_usual_session():
    assert said(a_session(), a_session()) == []


@pytest.mark.parametrize(("after", "expected"), [(20, [Remark.THERAPIST_ELSEWHERE]), (40, []), (-40, [])])
def test_a_therapist_is_in_one_place_and_back_to_back_is_not_two(after, expected):
    session = a_session()
    assert said(session, of(session.therapist, after)) == expected


def test_children_of_one_group_have_their_therapist_together():
    group, session = uuid4(), a_session(mode=SessionMode.GROUP)
    session = replace(session, group=group)
    assert said(session, of(session.therapist, group=group)) == []
    assert said(session, of(session.therapist, group=uuid4())) == [Remark.THERAPIST_ELSEWHERE]


def test_a_session_to_which_nobody_came_holds_no_therapist():
    session = a_session()
    assert said(session, of(session.therapist, attended=False)) == []
    assert said(replace(session, attended=False), of(session.therapist)) == []


def test_a_closed_day_and_a_rest_are_said():
    assert said(a_session(), day=replace(OPEN_DAY, closed=True), resting=True) == [Remark.RESTING, Remark.CLOSED_DAY]


@pytest.mark.parametrize(
    ("after", "mode", "expected"),
    [
        (0, SessionMode.INDIVIDUAL, []),
        (140, SessionMode.INDIVIDUAL, []),
        (141, SessionMode.GROUP, [Remark.OUTSIDE_HOURS]),
        (-1, SessionMode.INDIVIDUAL, [Remark.OUTSIDE_HOURS]),
        (-60, SessionMode.HOME, []),
    ],
)
def test_opening_hours_count_in_the_house(after, mode, expected):
    day = replace(OPEN_DAY, hours=(OpeningHours(weekday=1, opens="09:00", closes="12:00"),))
    assert said(a_session(after, mode=mode), day=day) == expected


def test_a_weekday_without_hours_is_outside_them():
    assert said(a_session(), day=replace(OPEN_DAY, hours=())) == [Remark.OUTSIDE_HOURS]
    assert said(a_session(bedside=True), day=replace(OPEN_DAY, hours=())) == []


def test_a_therapist_is_on_the_list_for_the_discipline():
    session = a_session()
    listed = {session.therapist: frozenset({Discipline.ST})}
    assert said(session, day=replace(OPEN_DAY, staff=listed)) == []
    assert said(replace(session, discipline=Discipline.PT), day=replace(OPEN_DAY, staff=listed)) == [
        Remark.NOT_ON_STAFF
    ]
    assert said(session, day=replace(OPEN_DAY, staff={})) == [Remark.NOT_ON_STAFF]
