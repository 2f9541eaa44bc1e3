"""Frauds: who is chosen for one, and how what was planted is compared with what was found."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from deploy.simulator.callers import Callers
from deploy.simulator.cohort import cohort
from deploy.simulator.frauds.planting import NO_DOOR, PLANTERS
from deploy.simulator.frauds.records import Found, Fraud, compare
from deploy.simulator.frauds.scene import STRANGERS, Scene, TooFew, by, months, trained
from services.timeline.domain.findings.catalogue import table
from shared.identifiers import resident_check

CHILD, OTHER, CENTRE, HOUSE = "child", "other", "centre", "house"
FRAUD = Fraud("F04", CHILD, CENTRE, "2024-06", "in hospital", frozenset({"F15"}))
FOUND = Found("F04", CHILD, CENTRE, date(2024, 6, 3), date(2024, 6, 7))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"rule": "F05"}, False),
        ({"case": OTHER}, False),
        ({"institution": OTHER}, False),
        ({"first_day": date(2024, 5, 30)}, True),
        ({"first_day": date(2024, 7, 1), "last_day": date(2024, 7, 2)}, False),
        ({"first_day": date(2024, 5, 1), "last_day": date(2024, 5, 31)}, False),
    ],
)
def test_a_finding_is_about_a_fraud_by_rule_child_centre_and_month(changes, same):
    assert replace(FOUND, **changes).is_about(FRAUD) is same


def test_what_lies_with_a_house_may_be_found_with_any_of_its_children():
    crowded = Fraud("F22", None, HOUSE, "2024-06", "no carer")
    assert Found("F22", CHILD, HOUSE, date(2024, 6, 1), date(2024, 6, 1)).is_about(crowded)
    assert not Found("F22", CHILD, CENTRE, date(2024, 6, 1), date(2024, 6, 1)).is_about(crowded)


def test_found_and_missed_and_false_alarms_are_counted_by_rule():
    missed = replace(FRAUD, case=OTHER)
    alarm = replace(FOUND, case="somebody", rule="F08")
    outcomes = {one.rule: one for one in compare([FRAUD, missed], [FOUND, alarm])}
    assert (outcomes["F04"].planted, outcomes["F04"].found, outcomes["F04"].missed) == (2, 1, (missed,))
    assert (outcomes["F08"].planted, outcomes["F08"].false_alarms) == (0, (alarm,))


def test_what_rightly_follows_is_no_false_alarm():
    follows = replace(FOUND, rule="F15")
    later = replace(FOUND, first_day=date(2024, 7, 1), last_day=date(2024, 7, 2))
    outcomes = compare([FRAUD], [FOUND, follows, later])
    assert [one.false_alarms for one in outcomes] == [(), ()]
    claim = replace(FOUND, rule="F17", first_day=date(2024, 5, 1), last_day=date(2024, 5, 31))
    assert [one.false_alarms for one in compare([FRAUD], [FOUND, claim])] == [(), ()]
    assert compare([FRAUD], [replace(follows, case=OTHER)])[1].false_alarms == (replace(follows, case=OTHER),)


def test_an_evaluation_that_the_cohort_itself_lacks_is_no_false_alarm_either():
    (outcome,) = compare([], [replace(FOUND, rule="F16")])
    assert (len(outcome.of_the_cohort), outcome.false_alarms) == (1, ())


def test_every_rule_is_planted_by_one_planter_or_no_door_lets_a_fraud_in():
    rules = [rule for planted in PLANTERS for rule in planted]
    assert sorted([*rules, *NO_DOOR]) == sorted(table())


@pytest.fixture
def scene():
    nobody = Callers({}, {}, "frauds")
    return Scene(tuple(cohort(children=60)), nobody, nobody, {}, Random(7))


def test_a_child_is_taken_for_one_fraud_only(scene):
    fitting = sum(map(trained, scene.children))
    taken = [child.index for _ in range(fitting) for child in scene.fitting(trained, 1)]
    assert len(set(taken)) == fitting > 10
    with pytest.raises(TooFew):
        scene.fitting(trained, 1)


def test_the_same_seed_takes_the_same_children(scene):
    again = replace(scene, dice=Random(7), _taken=set())
    first = [child.index for child in scene.fitting(trained, 5)]
    assert [child.index for child in again.fitting(trained, 5)] == first


def test_somebody_else_has_another_number_and_no_school_or_care(scene):
    (child,) = scene.fitting(trained, 1)
    one, two = scene.somebody_else(child), scene.somebody_else(child)
    numbers = {one.person.resident_number, two.person.resident_number, child.person.resident_number}
    assert len(numbers) == 3
    assert all(number[-1] == resident_check(number[:17]) for number in numbers - {None})
    assert (one.index, one.stay, one.placement) == (STRANGERS + 1, None, None)


def test_a_forged_session_is_by_a_therapist_who_sees_nobody_else(scene):
    (child,) = scene.fitting(trained, 1)
    forged = by("rehab-371602-1", child.sessions[0], "double")
    assert forged.therapist not in {session.therapist for one in scene.children for session in one.sessions}
    assert months([forged, forged]) == [forged.starts_at.date().isoformat()[:7]]
