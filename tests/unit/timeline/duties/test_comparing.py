"""What is said of duties: the difference to what was said before, once, and again when the facts say otherwise."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from services.timeline.domain.assessment import Assessed
from services.timeline.domain.duties.comparing import assessor
from services.timeline.domain.duties.limits import DutyLimits
from shared.clock import SHANGHAI, moment_of
from shared.contracts.catalogue import FACTS
from shared.contracts.envelope import Fact
from shared.contracts.events import rehab, screening
from shared.contracts.events.timeline import DutyEnd, DutyMet, DutyMissed, DutyOpened
from tests.support.life import COUNTY, Life

ENROLMENT, CENTRE, FIRST_OWNER, NEXT_OWNER, REFERRAL, RECEIVER = (UUID(int=number) for number in range(1, 7))
MONDAY = date(2026, 3, 2)
AUTISM = {"category": "autism"}


def say(life: Life, now: date | datetime) -> list[Fact]:
    """Assess and keep what is said, as the timeline would."""
    assessed = look(life, now)
    for conclusion in assessed.conclusions:
        assert conclusion.occurred_at <= moment_of(now)
        life.concluded(conclusion.fact, conclusion.occurred_at)
    return [conclusion.fact for conclusion in assessed.conclusions]


def look(life: Life, now: date | datetime) -> Assessed:
    return assessor(DutyLimits())(life.book, moment_of(now))


def recheck(life: Life, due_on: date = date(2026, 6, 2), owner: UUID | None = None) -> None:
    life.add(
        screening.RecheckScheduled, MONDAY, by=FIRST_OWNER, **AUTISM, basis="borderline", state="recheck_due",
        due_on=due_on, trace_on=None, owner=owner,
    )  # fmt: skip


def test_what_was_said_is_not_said_again():
    life = Life()
    recheck(life)
    assert [type(fact) for fact in say(life, MONDAY)] == [DutyOpened]
    assert say(life, date(2026, 4, 1)) == []


def test_the_next_look_is_when_it_falls_due_then_when_it_is_shown_higher_up_then_never():
    life, due = Life(), moment_of(date(2026, 6, 3))
    recheck(life)
    looks = [look(life, now).look_again_at for now in (moment_of(MONDAY), due, due + timedelta(days=7))]
    assert looks == [due, due + timedelta(days=7), due + timedelta(days=30)]
    assert look(life, due + timedelta(days=30)).look_again_at is None


def test_looked_at_late_every_level_that_was_reached_is_said_at_its_own_time():
    life = Life()
    recheck(life)
    missed = [fact for fact in say(life, date(2026, 12, 1)) if isinstance(fact, DutyMissed)]
    assert [fact.level.value for fact in missed] == ["county", "city", "province"]


def test_a_duty_that_was_met_late_and_turns_out_to_be_met_in_time_is_said_anew():
    life = Life()
    recheck(life)
    late = life.add(screening.RescreeningRecorded, date(2026, 6, 10), **AUTISM)
    first = say(life, date(2026, 7, 1))
    assert [fact.outcome for fact in first if isinstance(fact, DutyMet)] == [DutyEnd.LATE]
    early = life.add(screening.RescreeningRecorded, date(2026, 5, 10), **AUTISM, outcome="normal")
    (met,) = say(life, date(2026, 7, 1))
    assert isinstance(met, DutyMet)
    assert (met.outcome, met.met_by, late.id != early.id) == (DutyEnd.IN_TIME, early.id, True)


def test_a_duty_whose_ending_fact_is_corrected_stands_open_again():
    life = Life()
    recheck(life)
    done = life.add(screening.RescreeningRecorded, date(2026, 5, 10), **AUTISM, outcome="normal")
    say(life, date(2026, 7, 1))
    life.add(screening.IdentityConfirmed, date(2026, 5, 11), correction_of=done.id)
    assert [type(fact) for fact in say(life, date(2026, 6, 4))] == [DutyOpened, DutyMissed]


def test_a_duty_whose_opening_fact_is_corrected_is_void():
    life = Life()
    recheck(life)
    say(life, MONDAY)
    life.add(screening.IdentityConfirmed, MONDAY, correction_of=life.told[-1].id)
    (met,) = say(life, date(2026, 4, 1))
    assert isinstance(met, DutyMet)
    assert (met.outcome, met.met_by) == (DutyEnd.VOID, None)
    assert say(life, date(2026, 5, 1)) == []


def test_a_late_record_that_fills_a_silence_makes_its_duty_void_and_its_correction_brings_it_back():
    life = Life()
    life.add(
        rehab.EnrolmentStarted, MONDAY, enrolment=ENROLMENT, institution=CENTRE, item="training", started_on=MONDAY,
        expected_until=date(2026, 12, 31),
    )  # fmt: skip
    said = [fact.rule for fact in say(life, date(2026, 3, 18)) if isinstance(fact, DutyOpened)]
    assert said == ["stage-evaluation", "silence"]
    at = datetime(2026, 3, 12, 9, tzinfo=SHANGHAI)
    late = life.add(rehab.SessionRecorded, at, enrolment=ENROLMENT, institution=CENTRE, starts_at=at, ends_at=at)
    (void,) = say(life, date(2026, 3, 19))
    assert isinstance(void, DutyMet)
    assert (void.rule, void.outcome) == ("silence", DutyEnd.VOID)
    life.add(
        rehab.SessionCorrected, at, session=late.data["session"], enrolment=ENROLMENT, replacement=None,
        correction_of=late.id,
    )  # fmt: skip
    (again,) = say(life, date(2026, 3, 19))
    assert isinstance(again, DutyOpened)
    assert (again.rule, again.duty) == ("silence", void.duty)


def test_a_duty_that_opened_before_anybody_knew_of_a_death_is_void_because_of_it():
    life = Life()
    life.add(
        rehab.EnrolmentStarted, MONDAY, enrolment=ENROLMENT, institution=CENTRE, item="training", started_on=MONDAY,
        expected_until=date(2026, 12, 31),
    )  # fmt: skip
    opened = {fact.rule: fact.duty for fact in say(life, date(2026, 3, 18)) if isinstance(fact, DutyOpened)}
    died = life.add(screening.DeathRegistered, date(2026, 3, 9), died_on=date(2026, 3, 9))
    life.add(
        rehab.EnrolmentEnded, date(2026, 3, 10), enrolment=ENROLMENT, reason="deceased", ended_on=date(2026, 3, 10)
    )
    void = [fact for fact in say(life, date(2026, 4, 20)) if isinstance(fact, DutyMet)]
    assert {(fact.outcome, fact.met_by) for fact in void} == {(DutyEnd.VOID, died.id)}
    assert opened["silence"] in {fact.duty for fact in void}
    assert say(life, date(2026, 4, 21)) == []


def a_month(life: Life) -> None:
    """A child in training for one month of 2026, of which no session is known."""
    life.add(
        rehab.EnrolmentStarted, MONDAY, enrolment=ENROLMENT, institution=CENTRE, item="training", started_on=MONDAY,
        expected_until=date(2026, 3, 31),
    )  # fmt: skip


def trained(life: Life, day: date) -> None:
    starts = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    life.add(rehab.SessionRecorded, starts, enrolment=ENROLMENT, institution=CENTRE, starts_at=starts, ends_at=starts)


def test_what_a_death_made_void_and_then_never_was_a_duty_says_so_once():
    life = Life()
    a_month(life)
    died = life.add(screening.DeathRegistered, date(2026, 3, 20), died_on=date(2026, 3, 20))
    ended = [fact for fact in say(life, date(2026, 3, 21)) if isinstance(fact, DutyMet) and fact.rule == "silence"]
    assert [(fact.outcome, fact.met_by, fact.fell_away) for fact in ended] == [(DutyEnd.VOID, died.id, False)]
    trained(life, date(2026, 3, 12))
    (gone,) = say(life, date(2026, 3, 25))
    assert isinstance(gone, DutyMet)
    assert (gone.duty, gone.met_by, gone.fell_away) == (ended[0].duty, died.id, True)
    assert say(life, date(2026, 3, 26)) == []


def test_what_had_lapsed_and_then_never_was_a_duty_says_so_once():
    life = Life()
    a_month(life)
    lapsed = [fact for fact in say(life, date(2026, 4, 2)) if isinstance(fact, DutyMet) and fact.rule == "silence"]
    assert [(fact.outcome, fact.met_by, fact.fell_away) for fact in lapsed] == [(DutyEnd.VOID, None, False)]
    for day in (10, 20):
        trained(life, date(2026, 3, day))
    (gone,) = say(life, date(2026, 4, 3))
    assert isinstance(gone, DutyMet)
    assert (gone.duty, gone.met_by, gone.fell_away) == (lapsed[0].duty, None, True)
    assert say(life, date(2026, 4, 4)) == []


def test_a_duty_that_opens_a_day_later_but_is_due_as_before_is_said_anew():
    life, stay = Life(), UUID(int=9)
    a_month(life)
    trained(life, date(2026, 3, 6))
    (before,) = [
        fact for fact in say(life, date(2026, 3, 25)) if isinstance(fact, DutyOpened) and fact.rule == "silence"
    ]
    life.add(screening.HospitalAdmitted, date(2026, 3, 10), stay=stay, admitted_on=date(2026, 3, 10))
    life.add(screening.HospitalDischarged, date(2026, 3, 11), stay=stay, discharged_on=date(2026, 3, 11))
    (after,) = [fact for fact in say(life, date(2026, 3, 25)) if isinstance(fact, DutyOpened)]
    assert (before.due_at, before.from_day) == (after.due_at, date(2026, 3, 21))
    assert (after.duty, after.from_day) == (before.duty, date(2026, 3, 22))


def test_with_the_residence_the_county_of_what_is_open_moves_and_that_of_what_ended_stays():
    life = Life()
    recheck(life, date(2026, 4, 1))
    life.add(screening.RescreeningRecorded, date(2026, 3, 20), **AUTISM, outcome="normal")
    life.add(
        screening.RecheckScheduled,
        date(2026, 3, 21),
        **AUTISM,
        basis="borderline",
        due_on=date(2026, 6, 1),
        trace_on=None,
    )
    say(life, date(2026, 3, 22))
    life.add(screening.ResidenceMoved, date(2026, 4, 1), previous=COUNTY, region="371621", moved_on=date(2026, 4, 1))
    (moved,) = say(life, date(2026, 4, 2))
    assert isinstance(moved, DutyOpened)
    assert (moved.county, moved.opened_by) == ("371621", life.told[-2].id)


def test_who_takes_the_case_over_owes_it_from_then_on():
    life, day = Life(), date(2026, 4, 1)
    recheck(life)
    say(life, MONDAY)
    life.add(screening.OwnershipTransferred, day, **AUTISM, previous=FIRST_OWNER, owner=NEXT_OWNER, transferred_on=day)
    (anew,) = say(life, date(2026, 4, 2))
    assert isinstance(anew, DutyOpened)
    assert anew.owner == NEXT_OWNER


@pytest.mark.parametrize(("named", "owes"), [(None, FIRST_OWNER), (NEXT_OWNER, NEXT_OWNER)])
def test_whom_the_fact_names_owes_it_and_whoever_recorded_it_where_it_names_nobody(named: UUID | None, owes: UUID):
    life = Life()
    recheck(life, owner=named)
    (opened,) = say(life, MONDAY)
    assert isinstance(opened, DutyOpened)
    assert opened.owner == owes


def test_what_was_done_before_it_would_have_opened_never_was_a_duty():
    life, ends, next_one = Life(), date(2026, 12, 31), UUID(int=99)
    life.add(screening.CertificateIssued, MONDAY, grading=REFERRAL, valid_until=ends)
    life.add(screening.CertificateIssued, date(2026, 5, 1), grading=next_one, valid_until=date(2036, 12, 31))
    assert say(life, date(2026, 11, 1)) == []


@pytest.mark.parametrize(("given_on", "owed"), [(None, 0), (date(2026, 4, 1), 1)])
def test_without_consent_nothing_is_owed_until_it_is_given_again(given_on: date | None, owed: int):
    life = Life()
    life.add(screening.ConsentWithdrawn, date(2026, 3, 1), withdrawn_on=date(2026, 3, 1))
    if given_on is not None:
        life.add(screening.ConsentGiven, given_on, given_on=given_on)
    life.add(screening.RecheckScheduled, date(2026, 4, 2), **AUTISM, basis="borderline", due_on=date(2026, 7, 1))
    assert len(say(life, date(2026, 4, 3))) == owed


def test_a_fact_of_a_day_to_come_ends_a_duty_only_then():
    life = Life()
    recheck(life)
    life.add(screening.CaseClosed, date(2026, 5, 1), **AUTISM, reason="moved_out")
    assert [type(fact) for fact in say(life, MONDAY)] == [DutyOpened]
    assert look(life, MONDAY).look_again_at == moment_of(date(2026, 5, 1))
    assert [type(fact) for fact in say(life, date(2026, 5, 1))] == [DutyMet]


def test_a_child_with_one_of_every_fact_is_assessed_at_any_time_and_said_once():
    life, institution = Life(), UUID(int=77)
    for kind in FACTS.values():
        if kind.about == "institution":
            life.add_about(institution, kind, MONDAY)
        elif kind not in {DutyOpened, DutyMet, DutyMissed, screening.DeathRegistered, screening.ChildErased}:
            life.add(kind, MONDAY)
    for now in (MONDAY, date(2026, 9, 2), date(2030, 1, 1)):
        say(life, now)
        assert say(life, now) == []
