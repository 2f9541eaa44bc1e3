"""Whatever a child's facts are heard in, and whenever it is looked at meanwhile: in the end the same conclusions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.domain.assessment import Assessor
from services.timeline.domain.casebook import CaseBook, casebook
from services.timeline.domain.duties.comparing import assessor, said
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.findings.assessor import findings_by
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.standing import FindingState, standing
from services.timeline.domain.institutionbook import institutionbook
from services.timeline.domain.noted import Noted
from shared.clock import moment_of
from shared.contracts.events import education, rehab, screening
from shared.testing.streams import Stream
from tests.support.life import Life, noted

CENTRE, SCHOOL, CLINIC, CASE = (UUID(int=number) for number in range(1, 5))
FIRST, SECOND, REFERRAL, STAY, DESIGNATION, PLACEMENT = (UUID(int=number) for number in range(11, 17))
AUTISM = {"category": "autism"}
NOW = moment_of(date(2026, 12, 1))
Key = tuple[str, UUID]
"""A stream: its producer, and the case or institution that it is about."""
Heard = Mapping[Key, int]
"""How much of each stream is known."""


@cache
def streams() -> Mapping[Key, Sequence[Noted]]:
    """Return what was told of a child that was referred, trained, ill, schooled, moved, and thought dead."""
    life = Life(CASE)
    for tell in (_screened, _trained, _rested, _schooled, _thought_dead):
        tell(life)
    found: dict[Key, list[Noted]] = {}
    for fact in (*life.told, *(fact for facts in life.about.values() for fact in facts)):
        found.setdefault((fact.producer, fact.case), []).append(fact)
    return found


def _screened(life: Life) -> None:
    life.add(screening.ScreeningRecorded, date(2026, 1, 5), **AUTISM, outcome="abnormal", state="screen_positive",
             instrument="m_chat_23")  # fmt: skip
    life.add(screening.ReferralIssued, date(2026, 1, 6), **AUTISM, referral=REFERRAL, step="rescreening",
             sender=CLINIC, receiver=CENTRE, answer_by=date(2026, 1, 20), trace_on=date(2026, 1, 20))  # fmt: skip
    life.add(screening.ReferralRejected, date(2026, 1, 12), **AUTISM, referral=REFERRAL, step="rescreening",
             sender=CLINIC, receiver=CENTRE, rejected_on=date(2026, 1, 12))  # fmt: skip
    life.add(screening.RecheckScheduled, date(2026, 1, 14), **AUTISM, basis="borderline", due_on=date(2026, 4, 14),
             trace_on=date(2026, 4, 28))  # fmt: skip
    life.add(screening.DiagnosisRecorded, date(2026, 1, 20), **AUTISM, diagnosed_on=date(2026, 1, 20))


def _trained(life: Life) -> None:
    enrolled, until = {"institution": CENTRE, "item": "training"}, date(2026, 6, 30)
    life.add(rehab.EnrolmentStarted, date(2026, 2, 2), **enrolled, enrolment=FIRST, started_on=date(2026, 2, 2),
             expected_until=until)  # fmt: skip
    sessions = [_session(life, FIRST, date(2026, 2, 4) + timedelta(days=days)) for days in (0, 10, 31, 45, 80)]
    life.add(rehab.SessionCorrected, date(2026, 2, 16), session=sessions[1].data["session"], enrolment=FIRST,
             institution=CENTRE, replacement=None, correction_of=sessions[1].id)  # fmt: skip
    life.add(rehab.StageEvaluationRecorded, date(2026, 2, 6), enrolment=FIRST, institution=CENTRE)
    life.add(rehab.EnrolmentEnded, date(2026, 5, 15), enrolment=FIRST, institution=CENTRE, ended_on=date(2026, 5, 15),
             reason="finished")  # fmt: skip
    life.add(rehab.EnrolmentStarted, date(2026, 6, 1), **enrolled, enrolment=SECOND, started_on=date(2026, 6, 1),
             expected_until=date(2026, 7, 31))  # fmt: skip
    _session(life, SECOND, date(2026, 7, 20))
    life.add_about(CENTRE, rehab.DesignationRemoved, date(2026, 6, 10), designation=DESIGNATION,
                   removed_on=date(2026, 6, 10))  # fmt: skip
    life.add_about(CENTRE, rehab.DesignationReinstated, date(2026, 6, 25), designation=DESIGNATION)


def _session(life: Life, enrolment: UUID, day: date) -> Noted:
    starts = moment_of(day) + timedelta(hours=9)
    session = UUID(int=day.toordinal())
    return life.add(rehab.SessionRecorded, starts, enrolment=enrolment, institution=CENTRE, session=session,
                    starts_at=starts, ends_at=starts + timedelta(minutes=45))  # fmt: skip


def _rested(life: Life) -> None:
    leave: dict[str, Any] = {"enrolment": FIRST, "institution": CENTRE, "kind": "leave_illness"}
    life.add(rehab.EnrolmentSuspended, date(2026, 4, 1), **leave, suspended_on=date(2026, 4, 1),
             expected_back=date(2026, 4, 9))  # fmt: skip
    life.add(rehab.EnrolmentResumed, date(2026, 4, 11), enrolment=FIRST, institution=CENTRE,
             resumed_on=date(2026, 4, 11))  # fmt: skip
    life.add(screening.HospitalAdmitted, date(2026, 2, 20), stay=STAY, admitted_on=date(2026, 2, 20))
    life.add(screening.HospitalDischarged, date(2026, 3, 1), stay=STAY, discharged_on=date(2026, 3, 1))


def _schooled(life: Life) -> None:
    life.add(education.SchoolAgeWatchOpened, date(2026, 1, 10), opened_on=date(2026, 1, 10),
             compulsory_from=date(2026, 3, 1), compulsory_until=date(2035, 8, 31))  # fmt: skip
    life.add(education.PlacementDecided, date(2026, 2, 25), placement=PLACEMENT, school=SCHOOL, mode="regular_class",
             starts_on=date(2026, 3, 1), ends_on=None)  # fmt: skip
    life.add(education.PlacementEnded, date(2026, 9, 20), placement=PLACEMENT, school=SCHOOL, reason="moved_away",
             ended_on=date(2026, 9, 20))  # fmt: skip


def _thought_dead(life: Life) -> None:
    moved = date(2026, 4, 20)
    life.add(screening.ResidenceMoved, moved, previous="371602", region="371621", moved_on=moved)
    life.add(screening.OwnershipTransferred, moved, **AUTISM, previous=CENTRE, owner=CLINIC, transferred_on=moved)
    life.add(screening.ConsentWithdrawn, date(2026, 5, 1), withdrawn_on=date(2026, 5, 1))
    life.add(screening.ConsentGiven, date(2026, 5, 20), given_on=date(2026, 5, 20))
    died = life.add(screening.DeathRegistered, date(2026, 3, 4), died_on=date(2026, 3, 4))
    life.add(screening.DeathRetracted, date(2026, 8, 1), retracted_on=date(2026, 8, 1), correction_of=died.id)
    life.add(screening.DeathRegistered, date(2026, 7, 10), died_on=date(2026, 7, 10))


@dataclass
class Timeline:
    """What the timeline itself has recorded about the child so far."""

    assess: Assessor
    own: list[Noted] = field(default_factory=list)
    stream: Stream = field(default_factory=lambda: Stream("timeline", CASE))

    def look(self, heard: Heard, now: datetime) -> int:
        """Assess what was heard of and keep what is concluded; return how much that is."""
        concluded = self.assess(self.book(heard), now).conclusions
        for one in concluded:
            self.stream.append(one.fact, occurred_at=one.occurred_at, recorded_at=now)
            self.own.append(noted(self.stream.events[-1]))
        return len(concluded)

    def book(self, heard: Heard) -> CaseBook:
        known = {key: facts[: heard[key]] for key, facts in streams().items()}
        about = {subject for _, subject in known if subject != CASE}
        institutions = {one: institutionbook(one, _of(known, one)) for one in about if any(_of(known, one))}
        return casebook(CASE, _of(known, CASE), own=self.own, institutions=institutions)


def _of(known: Mapping[Key, Sequence[Noted]], subject: UUID) -> list[Noted]:
    return [fact for (_, about), facts in known.items() if about == subject for fact in facts]


def duties(own: Iterable[Noted]) -> dict[UUID, object]:
    """Return the duties that there are: what never was one by what is known in the end is none."""
    state = {duty: one for (_, duty), one in said(own).items()}
    return {duty: one for duty, one in state.items() if one.end is None or not one.end.fell_away}


def findings(own: Iterable[Noted]) -> dict[UUID, object]:
    """Return the findings that there are, as they were last raised."""
    stands = {one.finding: one for one in standing(own).values() if one.state is not FindingState.FACTS_CHANGED}
    return {finding: (one.rule, dict(one.said), one.state) for finding, one in stands.items()}


ALL = {key: len(facts) for key, facts in streams().items()}


@st.composite
def looks(draw: st.DrawFn) -> list[tuple[Heard, datetime]]:
    """Draw how much of each stream was known at some looks, each of them later than the one before."""
    number = draw(st.integers(1, 4))
    known = {
        key: sorted(draw(st.lists(st.integers(0, most), min_size=number, max_size=number))) for key, most in ALL.items()
    }
    days = sorted(draw(st.lists(st.integers(0, 330), min_size=number, max_size=number)))
    begins = NOW - timedelta(days=330)
    return [({key: known[key][n] for key in ALL}, begins + timedelta(days=days[n])) for n in range(number)]


@pytest.mark.parametrize(
    ("assess", "state", "least"),
    [(assessor(DutyLimits()), duties, 12), (findings_by(Limits()), findings, 3)],
    ids=["duties", "findings"],
)
@given(looks=looks())
def test_whatever_was_heard_first_the_same_conclusions_stand_in_the_end(
    assess: Assessor, state: Callable[[Iterable[Noted]], dict[UUID, object]], least: int, looks
):
    at_once, in_parts = Timeline(assess), Timeline(assess)
    at_once.look(ALL, NOW)
    for heard, now in [*looks, (ALL, NOW)]:
        in_parts.look(heard, now)
        assert in_parts.look(heard, now) == 0
    assert state(in_parts.own) == state(at_once.own)
    assert len(state(at_once.own)) >= least
