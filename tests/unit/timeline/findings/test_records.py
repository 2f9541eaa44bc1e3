"""F14, F16, F20, F23: what the records themselves give away."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.timeline.domain.crossing import Cloned, Crossing, SharedDevice
from shared.contracts.codes import RehabCategory
from shared.contracts.events import rehab, screening
from shared.contracts.events.rehab import Checkpoint
from tests.support.findings import MONDAY, Centre, Way, a_centre, a_child_in_training, evidence, flagged

WORDING = "q83vEjRWeJCrze8SNFZ4kA"


@pytest.mark.parametrize(
    ("later", "raised"),
    [(timedelta(days=7, minutes=45), False), (timedelta(days=7, minutes=46), True)],
)
def test_f14_a_note_may_be_recorded_up_to_seven_days_after_the_session(later, raised):
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, recorded=later)
    assert bool(flagged("F14", way)) is raised


def test_f14_a_correction_that_comes_late_makes_no_note_late_and_a_void_session_has_none():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    in_time = way.trained(enrolment, centre.id)
    way.moved(in_time, in_time.occurred_at + timedelta(hours=30))
    assert flagged("F14", way) == []
    late = way.trained(enrolment, centre.id, recorded=timedelta(days=30))
    assert evidence(flagged("F14", way)) == {late.id}
    way.voided(late, recorded=timedelta(days=31))
    assert flagged("F14", way) == []


def test_f14_what_was_taken_over_from_paper_is_not_late():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY, recorded=timedelta(days=90))
    assert flagged("F14", way, live_since=MONDAY + timedelta(days=1)) == []
    assert flagged("F14", way, live_since=MONDAY)


def test_f14_sessions_under_a_cloned_wording_are_flagged_and_those_of_another_institution_are_not():
    here, there = a_centre(), a_centre()
    way, enrolment = a_child_in_training(here)
    same = way.trained(enrolment, here.id, wording=WORDING)
    way.trained(enrolment, here.id, clock="11:00", wording=WORDING[::-1])
    way.trained(enrolment, there.id, clock="13:00", wording=WORDING)
    cloned = Cloned(here.id, WORDING, 5, frozenset({way.case, uuid4()}))
    (flag,) = flagged("F14", way, crossing=Crossing(cloned=(cloned,)))
    assert flag.evidence == (same.id,)
    assert flag.ties == {cloned.tie}
    assert flagged("F14", way) == []


def test_f20_only_what_the_shared_device_confirmed_is_flagged():
    centre, device = a_centre(), uuid4()
    way, enrolment = a_child_in_training(centre)
    app = rehab.ConfirmationMethod.APP
    shared = way.trained(enrolment, centre.id, confirmation=rehab.Confirmation(method=app, device=device))
    way.trained(enrolment, centre.id, clock="11:00", confirmation=rehab.Confirmation(method=app, device=uuid4()))
    families = SharedDevice(device, frozenset(uuid4() for _ in range(4)) | {way.case}, families=5)
    (flag,) = flagged("F20", way, crossing=Crossing(devices=(families,)))
    assert flag.evidence == (shared.id,)
    assert "5 families" in flag.steps[0].en
    assert flagged("F20", way) == []


def evaluated(way: Way, enrolment: UUID, centre: Centre, day: date, *, instrument="gmfm_88", **scores: str) -> UUID:
    told = scores or {"a": "10", "b": "20", "c": "30", "d": "20", "e": "40"}
    fact = rehab.StageEvaluationRecorded(
        evaluation=uuid4(), enrolment=enrolment, institution=centre.id, assessor=uuid4(), assessed_on=day,
        checkpoint=Checkpoint.STAGE, instrument=instrument, instrument_version="2002",
        scores=tuple(rehab.ScaleScore(dimension=name, value=value) for name, value in told.items()),
    )  # fmt: skip
    return way.told(fact, day).id


def owing(until: date) -> tuple[Way, UUID, Centre]:
    """A child enrolled on 1 January, assessed that day; the last thing recorded of it is a session on a day."""
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, until)
    evaluated(way, enrolment, centre, date(2026, 1, 1), a="1", b="2", c="3")
    return way, enrolment, centre


@pytest.mark.parametrize(("until", "raised"), [(date(2026, 4, 15), False), (date(2026, 4, 16), True)])
def test_f16_an_evaluation_is_missing_once_its_window_is_over(until, raised):
    way, *_ = owing(until)
    assert bool(flagged("F16", way)) is raised


@pytest.mark.parametrize(
    ("day", "raised"),
    [(date(2026, 3, 17), True), (date(2026, 3, 18), False), (date(2026, 4, 20), False), (date(2026, 6, 17), True)],
)
def test_f16_one_that_is_told_late_clears_it_from_its_window_up_to_the_next_one(day, raised):
    way, enrolment, centre = owing(date(2026, 5, 1))
    (flag,) = flagged("F16", way)
    assert (flag.first_day, flag.last_day) == (date(2026, 3, 18), date(2026, 4, 15))
    evaluated(way, enrolment, centre, day, a="4", b="5", c="6")
    assert any("month-3" in step.en for flag in flagged("F16", way) for step in flag.steps) is raised


def test_f16_an_orderly_end_asks_for_one_more_and_a_death_does_not():
    for reason, missing in ((rehab.EnrolmentEndReason.FINISHED, True), (rehab.EnrolmentEndReason.DECEASED, False)):
        way, enrolment, centre = owing(date(2026, 3, 30))
        end = rehab.EnrolmentEnded(enrolment=enrolment, institution=centre.id, ended_on=date(2026, 3, 2), reason=reason)
        way.told(end, end.ended_on)
        assert bool(flagged("F16", way)) is missing


def test_f16_an_assessment_at_the_beginning_is_the_first_evaluation():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id)
    assert flagged("F16", way)
    first = rehab.AssessmentRecorded(
        assessment=uuid4(), enrolment=enrolment, institution=centre.id, assessor=uuid4(),
        assessed_on=date(2026, 1, 10), category=RehabCategory.PHYSICAL,
        outcome=rehab.NeedsOutcome.SUITABLE, recommended_mode=rehab.TrainingMode.CENTRALISED,
    )  # fmt: skip
    way.told(first, first.assessed_on)
    assert flagged("F16", way) == []


def test_f16_all_values_of_an_instrument_again_are_copied_and_one_that_differs_or_a_single_value_is_not():
    way, enrolment, centre = owing(date(2026, 3, 30))
    twice = [evaluated(way, enrolment, centre, day) for day in (date(2026, 1, 2), date(2026, 3, 25))]
    (flag,) = flagged("F16", way)
    assert set(flag.evidence) == set(twice)
    differing, other, house = owing(date(2026, 3, 30))
    evaluated(differing, other, house, date(2026, 1, 2))
    evaluated(differing, other, house, date(2026, 3, 25), a="10", b="20", c="30", d="20", e="41")
    for day in (date(2026, 1, 3), date(2026, 3, 26)):
        evaluated(differing, other, house, day, instrument="cap", level="3")
    assert flagged("F16", differing) == []


@pytest.mark.parametrize(
    ("instrument", "score", "raised"),
    [
        ("gmfm_88", {"a": "51"}, False), ("gmfm_88", {"a": "52"}, True), ("cars", {"total": "15"}, False),
        ("cars", {"total": "14.5"}, True), ("cars", {"total": "30", "item_15": "4.5"}, True),
        ("gmfcs", {"level": "V"}, False), ("gmfcs", {"level": "VI"}, True),
        ("pure_tone_average", {"left_ear": "-10"}, False), ("ss_language", {"stage": "4-3"}, True),
        ("cap", {"level": "X"}, True), ("an_unknown_one", {"total": "99999"}, False),
    ],
)  # fmt: skip
def test_f16_a_value_outside_the_range_of_its_instrument_is_flagged(instrument, score, raised):
    way, enrolment, centre = owing(date(2026, 3, 2))
    evaluated(way, enrolment, centre, date(2026, 1, 5), instrument=instrument, **score)
    assert bool(flagged("F16", way)) is raised


@pytest.mark.parametrize("kind", screening.ConflictKind)
def test_f23_a_conflict_that_the_registry_noticed_is_flagged(kind):
    way = Way()
    way.registered()
    assert flagged("F23", way) == []
    fact = way.told(screening.IdentityConflictNoticed(kind=kind, other=uuid4(), noticed_on=MONDAY), MONDAY)
    (flag,) = flagged("F23", way)
    assert (flag.institution, flag.evidence, flag.first_day) == (None, (fact.id,), MONDAY)


def test_f23_a_merge_says_that_one_child_had_two_numbers_until_they_are_told_apart():
    one, other = Way(), Way()
    merged = screening.IdentityMerged(survivor=one.case, merged=other.case, merged_on=MONDAY)
    noticed = screening.IdentityConflictNoticed(
        kind=screening.ConflictKind.TWO_NUMBERS_ONE_CHILD, other=other.case, noticed_on=MONDAY
    )
    told = [one.told(noticed, MONDAY).id, one.told(merged, MONDAY).id]
    (flag,) = flagged("F23", one)
    assert set(flag.evidence) == set(told)
    parted = screening.IdentityUnmerged(survivor=one.case, merged=other.case, unmerged_on=MONDAY)
    one.told(parted, MONDAY, recorded=timedelta(days=9))
    assert flagged("F23", one) == []
    again = one.told(noticed, MONDAY, recorded=timedelta(days=20))
    (flag,) = flagged("F23", one)
    assert flag.evidence == (again.id,)


@pytest.mark.parametrize("kind", screening.ConflictKind)
def test_f23_a_doubt_that_a_person_settles_late_is_none_and_one_that_is_noticed_afterwards_is_another(kind):
    way, other = Way(), uuid4()
    noticed = screening.IdentityConflictNoticed(kind=kind, other=other, noticed_on=MONDAY)
    way.told(noticed, MONDAY)
    outcome = screening.ConflictOutcome.NUMBER_MISTYPED
    settled = screening.IdentityConflictSettled(kind=kind, other=None, outcome=outcome, settled_on=MONDAY)
    way.told(settled, MONDAY, recorded=timedelta(days=8))
    assert flagged("F23", way), "another doubt than this one was settled"
    way.told(settled.model_copy(update={"other": other}), MONDAY, recorded=timedelta(days=9))
    assert flagged("F23", way) == []
    again = way.told(noticed, MONDAY, recorded=timedelta(days=20))
    assert evidence(flagged("F23", way)) == {again.id}
