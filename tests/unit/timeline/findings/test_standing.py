"""What is concluded: raised once, raised anew when it changes, closed when its ground falls away; a person decides."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import orjson
import pytest

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.crossing import ClashDay, Crossing, OverPlace, SharedDevice, out_of_step, ties_of
from services.timeline.domain.findings import JUDGES, table
from services.timeline.domain.findings.assessor import findings_by
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.questions import ASKED
from services.timeline.domain.findings.standing import FindingState, reviewed, standing
from shared.clock import now
from shared.contracts.envelope import Fact
from shared.contracts.events import custody, education, rehab, screening
from shared.contracts.events.timeline import FindingClosed, FindingRaised, FindingReviewed, ReviewDecision, Severity
from shared.rulebook.registry import RULES
from shared.testing.streams import Stream
from tests.support.findings import MONDAY, Way, a_centre, a_child_in_training, at, book_of, noted

ASSESS = findings_by(Limits())


class Desk:
    """The timeline's own stream of one case, and how it grows by assessing."""

    def __init__(self, way: Way) -> None:
        self.way, self.stream = way, Stream("timeline", way.case)

    def book(self) -> CaseBook:
        return replace(book_of(self.way), own=tuple(map(noted, self.stream.records)))

    def assess(self) -> list[Fact]:
        facts = [one.fact for one in ASSESS(self.book(), now()).conclusions if getattr(one.fact, "rule", "") == "F05"]
        self.stream.extend(facts)
        return facts

    def decide(self, decision: ReviewDecision) -> None:
        (one,) = self.states()
        self.stream.extend(reviewed(one, "F05", decision))

    def states(self) -> dict[UUID, FindingState]:
        return {one.finding: one.state for one in standing(self.book().own).values() if one.rule == "F05"}


@pytest.fixture
def desk() -> Desk:
    """A child with a session two days after its death."""
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    way.trained(enrolment, centre.id, MONDAY + timedelta(days=2))
    way.told(screening.DeathRegistered(died_on=MONDAY), MONDAY)
    desk = Desk(way)
    desk.enrolment, desk.centre = enrolment, centre  # type: ignore[attr-defined]
    return desk


def another_session(desk: Desk, day: int) -> None:
    desk.way.trained(desk.enrolment, desk.centre.id, MONDAY + timedelta(days=day))  # type: ignore[attr-defined]


def told_wrong(desk: Desk) -> None:
    """The death turns out to have been on a later day."""
    death = desk.way.streams["screening"].events[-1]
    later = screening.DeathRegistered(died_on=MONDAY + timedelta(days=20), correction_of=death.id)
    desk.way.told(later, MONDAY + timedelta(days=20))


def test_a_finding_is_raised_once_with_severity_version_days_and_evidence(desk):
    (fact,) = desk.assess()
    assert (fact.rule, fact.rule_version, fact.severity) == ("F05", 1, Severity.HOLD)
    assert (fact.first_day, fact.last_day, len(fact.evidence)) == (date(2026, 3, 4), date(2026, 3, 4), 2)
    assert desk.assess() == []


def test_more_evidence_raises_it_anew_and_corrects_what_was_said_before(desk):
    (first,) = desk.assess()
    another_session(desk, 3)
    (second,) = desk.assess()
    assert second.finding == first.finding
    assert second.correction_of == desk.stream.events[0].id
    assert set(first.evidence) < set(second.evidence)


def test_without_ground_it_is_closed_and_with_new_ground_raised_again(desk):
    desk.assess()
    told_wrong(desk)
    (closed,) = desk.assess()
    assert isinstance(closed, FindingClosed)
    assert closed.reason == "facts_changed"
    assert desk.assess() == []
    another_session(desk, 25)
    (again,) = desk.assess()
    assert (again.correction_of, list(desk.states().values())) == (None, [FindingState.OPEN])


@pytest.mark.parametrize("decision", ReviewDecision)
def test_a_reviewed_finding_stays_as_decided_until_its_evidence_grows(desk, decision):
    desk.assess()
    desk.decide(decision)
    assert desk.assess() == []
    assert list(desk.states().values()) == [FindingState(decision.value)]
    another_session(desk, 3)
    assert [type(fact) for fact in desk.assess()] == [FindingRaised]
    assert list(desk.states().values()) == [FindingState.OPEN]


@pytest.mark.parametrize(
    ("decision", "closed"),
    [(ReviewDecision.CONFIRMED, True), (ReviewDecision.EXPLAINED, False), (ReviewDecision.DATA_ERROR, False)],
)
def test_a_confirmed_finding_without_ground_is_closed_and_one_that_was_closed_already_is_not_again(
    desk, decision, closed
):
    desk.assess()
    desk.decide(decision)
    told_wrong(desk)
    assert bool(desk.assess()) is closed


def test_a_confirmed_finding_stands_and_an_explained_one_is_closed_by_its_review():
    finding = uuid4()
    assert [type(fact) for fact in reviewed(finding, "F05", ReviewDecision.CONFIRMED)] == [FindingReviewed]
    for decision in (ReviewDecision.EXPLAINED, ReviewDecision.DATA_ERROR):
        assert [type(fact) for fact in reviewed(finding, "F05", decision)] == [FindingReviewed, FindingClosed]


def test_all_24_rules_stand_in_the_table_with_a_judge_and_in_the_rule_book():
    assert list(table()) == [f"F{number:02}" for number in range(1, 25)]
    assert JUDGES.keys() == table().keys()
    assert {row.id for row in table().values()} <= RULES.keys()
    hold = {code for code, row in table().items() if row.severity is Severity.HOLD}
    assert hold == {"F01", "F02", "F03", "F04", "F05", "F06", "F07", "F12", "F13", "F17", "F18", "F23"}
    assert {code for code, row in table().items() if row.severity is Severity.NOTE} == {"F15"}


def a_well_kept_child() -> tuple[Way, list[object]]:
    """A child that was trained, schooled and cared for in 2026, evaluated in time, claimed for as it was given."""
    centre, home = a_centre(), uuid4()
    way, enrolment = a_child_in_training(centre)
    for day in (date(2026, 1, 5), date(2026, 4, 1)):
        way.told(an_evaluation(enrolment, centre.id, day, f"{day.month}0"), day)
    for week in range(12):
        way.trained(enrolment, centre.id, date(2026, 1, 7) + timedelta(weeks=week), "15:30", attended=week != 4)
    stay = way.admitted(home, custody.CustodyMode.DAY)
    out = custody.SignedOut(
        stay=stay, institution=home, kind=custody.SignOutKind.PICK_UP, at=at(date(2026, 1, 7), "15:00")
    )
    way.told(out, out.at)
    way.told(custody.SignedIn(stay=stay, institution=home, at=at(date(2026, 1, 8), "08:00")), at(date(2026, 1, 8)))
    school_day = education.AttendanceRecorded(
        placement=uuid4(), mode=education.PlacementMode.PRESCHOOL_INCLUSIVE, institution=uuid4(), on=date(2026, 1, 7),
        status=education.AttendanceStatus.PRESENT, starts_at=at(date(2026, 1, 7), "08:30"),
        ends_at=at(date(2026, 1, 7), "15:00"),
    )  # fmt: skip
    way.told(school_day, school_day.on)
    return way, [centre]


def an_evaluation(enrolment: UUID, centre: UUID, day: date, value: str) -> rehab.StageEvaluationRecorded:
    return rehab.StageEvaluationRecorded(
        evaluation=uuid4(), enrolment=enrolment, institution=centre, assessor=uuid4(), assessed_on=day,
        checkpoint=rehab.Checkpoint.STAGE, instrument="gmfm_66", instrument_version="2002",
        scores=(rehab.ScaleScore(dimension="total", value=value),),
    )  # fmt: skip


def test_a_well_kept_child_has_no_finding_at_all():
    way, centres = a_well_kept_child()
    assert ASSESS(book_of(way, centres=centres), now()).flags == ()


def test_the_same_facts_in_any_order_and_told_twice_give_the_same_findings():
    centre = a_centre()
    way, enrolment = a_child_in_training(centre)
    sessions = [
        way.trained(enrolment, centre.id, MONDAY + timedelta(days=n // 2), f"{9 + n % 2}:30", 90) for n in range(12)
    ]
    way.voided(sessions[3])
    way.moved(sessions[4], at(MONDAY, "20:00"))
    way.told(screening.DeathRegistered(died_on=MONDAY + timedelta(days=3)), MONDAY)
    stay = uuid4()
    way.told(screening.HospitalAdmitted(stay=stay, admitted_on=MONDAY), MONDAY)
    way.told(screening.HospitalDischarged(stay=stay, discharged_on=MONDAY + timedelta(days=3)), MONDAY)
    expected = set(ASSESS(book_of(way, centres=[centre]), now()).flags)
    assert {flag.rule for flag in expected} >= {"F02", "F04", "F05"}
    for seed in range(20):
        Random(seed).shuffle(way.records)
        assert set(ASSESS(book_of(way, centres=[centre]), now()).flags) == expected


ME, PEER, THIRD, THERAPIST = (UUID(int=number) for number in range(1, 5))


def a_day(*cases: UUID, state: int = 1) -> ClashDay:
    """The same therapist's same day, on which sessions of these cases clash."""
    return ClashDay(THERAPIST, MONDAY, state, frozenset(cases))


def test_a_peer_that_lacks_a_tie_is_asked_again_and_one_that_holds_it_is_not():
    day = a_day(ME, PEER)
    crossing = Crossing(clash_days=(day,))
    own = frozenset({ME})
    assert out_of_step(crossing, [(ME, tie) for tie in day.ties], own) == {PEER}
    assert out_of_step(crossing, [(case, tie) for case in (ME, PEER) for tie in day.ties], own) == set()


def test_who_was_judged_by_other_sessions_of_a_day_is_asked_again():
    before, day = a_day(ME, PEER, THIRD, state=1), a_day(ME, PEER, state=2)
    held = [*((ME, tie) for tie in day.ties), *((case, tie) for case in (PEER, THIRD) for tie in before.ties)]
    assert out_of_step(Crossing(clash_days=(day,)), held, frozenset({ME})) == {PEER, THIRD}


def test_a_peer_that_holds_a_tie_that_is_no_more_is_asked_again():
    assert out_of_step(Crossing(), [(PEER, a_day(ME, PEER).tie)], frozenset({ME})) == {PEER}


def test_of_a_group_all_should_hold_the_tie_and_only_those_who_do_not_are_asked_again():
    shared = SharedDevice(uuid4(), frozenset({ME, PEER, THIRD}), families=3)
    held = [(ME, shared.tie), (THIRD, shared.tie)]
    assert out_of_step(Crossing(devices=(shared,)), held, frozenset({ME})) == {PEER}


def test_of_a_house_only_who_came_beyond_its_places_should_hold_its_ties():
    over = OverPlace(PEER, uuid4(), uuid4(), "training", MONDAY, 3, 2, ())
    held = [(case, tie) for case in (THIRD, ME) for tie in ties_of([over])]
    assert out_of_step(Crossing(over_places=(over,)), held, frozenset({ME})) == {PEER, THIRD}


def test_who_is_beyond_the_places_otherwise_than_before_is_asked_again():
    over = OverPlace(PEER, uuid4(), uuid4(), "carers-by-day", MONDAY, 5, 1, (), severe=0, needed=2)
    now = replace(over, severe=1)
    later = replace(over, day=MONDAY + timedelta(days=1))
    held = [(PEER, tie) for tie in ties_of([over])]
    assert out_of_step(Crossing(over_places=(over,)), held, frozenset({ME})) == set()
    assert out_of_step(Crossing(over_places=(now,)), held, frozenset({ME})) == {PEER}
    assert out_of_step(Crossing(over_places=(over, later)), held, frozenset({ME})) == {PEER}


def test_every_rule_can_be_asked_about_facts_at_hand_and_answers_as_it_judges(desk):
    facts = [orjson.loads(record.value) for record in desk.way.records]
    asked = {code: ask.model_validate({"case": desk.way.case, "facts": facts}) for code, ask in ASKED.items()}
    assert asked.keys() == table().keys()
    answers = {code: question.explain() for code, question in asked.items()}
    assert (answers["F05"].outcome, answers["F02"].outcome) == ("flagged", "not-flagged")
    (flag,) = (one for one in ASSESS(desk.book(), now()).flags if one.rule == "F05")
    assert answers["F05"].steps == flag.steps
