"""The plan, step by step through the rules of the services: what the demo sends must not be refused by any of them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4, uuid5

import pytest

from deploy.simulator.casting import Progress
from deploy.simulator.cohort import cohort
from deploy.simulator.journeys import Child, HomeVisit, Session
from deploy.simulator.journeys import Course as Assisted
from deploy.simulator.schooling import BEHIND_EVERY, WITHOUT_PROGRAMME, teach_at_home
from deploy.simulator.sources import Role
from services.custody.domain.admission import Admission, Leaver, Subject, admit, end_stay
from services.custody.domain.admission import Stay as CustodyStay
from services.custody.domain.going_out import Presence
from services.custody.domain.incidents import Incident, clocks, report
from services.custody.domain.leave import Leave, LeavePlan, end_leave, start_leave
from services.custody.domain.papers import AdmissionPaper
from services.custody.domain.places import Licence as CustodyLicence
from services.custody.domain.places import check_places
from services.custody.domain.rules import Rules as CustodyRules
from services.education.domain.attendance import SchoolDay, record_attendance
from services.education.domain.calendar import Term, read_school_policies
from services.education.domain.gaps import is_behind
from services.education.domain.home_teaching import Pace, Visit, pace, record_visit
from services.education.domain.licences import Licence, grant_licence
from services.education.domain.placement import Placement, PlacementOrder, Pupil, decide_placement
from services.education.domain.roll import Programme, agree_iep
from services.education.domain.school_age import compulsory_age
from services.rehab.domain.care import AssessmentOrder, GoalOrder, PlanOrder, record_assessment, sign_plan
from services.rehab.domain.checkpoints import Course, Evaluated, PointState, evaluations_due
from services.rehab.domain.designation import Designation, DesignationOrder, designation_for, grant_designation
from services.rehab.domain.enrolment import Enrolment
from services.rehab.domain.entitlement import entitle
from services.rehab.domain.evaluation import EvaluationOrder, record_evaluation
from services.rehab.domain.policy import read_assistance_policies
from services.rehab.domain.rules import Rules
from services.rehab.domain.series import Scored, Series, Trend, series_of
from services.rehab.domain.sessions import BusyTimes, check_times, record_session
from services.screening.domain import closing, diagnosis, initial, referral, rescreening, tracing
from services.screening.domain.instruments import Quotients
from services.screening.domain.protocol import protocols
from services.screening.domain.suspicion import Child as ScreenedChild
from services.screening.domain.tracing import Attempt
from services.screening.domain.warning_signs import table
from shared.clock import local_date, moment_of
from shared.contracts.codes import OrgType, RehabCategory
from shared.contracts.events.education import PlacementMode
from shared.contracts.events.rehab import AssistanceItem, NeedsOutcome, SessionContent, TrainingMode
from shared.contracts.events.screening import Instrument, ReferralStep, SuspicionState, TracingOutcome
from tests.support.tokens import an_actor

TODAY = date(2026, 11, 23)
END_OF_TODAY = moment_of(TODAY + timedelta(days=1))
ID = UUID(int=1)
EDUCATION = read_school_policies().in_force(TODAY)
CUSTODY = CustodyRules()
RULES = Rules()
PROTOCOL = protocols().in_force(date(2024, 1, 1))


def org(key: str) -> UUID:
    return uuid5(ID, key)


def by(key: str):
    return an_actor(OrgType.CLINIC, organisation=org(key))


@cache
def children() -> tuple[Child, ...]:
    return tuple(cohort(400, today=TODAY))


@cache
def designations() -> dict[str, list[Designation]]:
    held = defaultdict(list)
    for plan in cohort(today=TODAY).designations:
        order = DesignationOrder(
            ID, plan.county, plan.categories, plan.valid_from, plan.valid_until, plan.capacity, legal_person=True
        )
        fact = grant_designation(order, held[plan.centre], RULES)
        agreement = Designation(
            ID, org(plan.centre), fact.county, frozenset(fact.categories), fact.valid_from, fact.valid_until
        )
        held[plan.centre].append(agreement)
    return held


def test_the_licences_are_granted_one_by_one():
    held = {}
    for plan in cohort(today=date(2031, 2, 17)).licences:
        licence = Licence(plan.stage, plan.valid_from, plan.valid_until, org(plan.partner_school))
        grant_licence(licence, plan.county, held.setdefault(plan.centre, []))
        held[plan.centre].append(licence)
    assert len(held) == 9


def test_every_placement_and_school_day_is_accepted():
    recorded = 0
    for child in (child for child in children() if child.placement):
        p = child.placement
        order = PlacementOrder(
            p.mode, p.school and org(p.school), p.site and org(p.site), p.decided_on, p.starts_on, p.ends_on, p.reasons,
            applied_on=p.applied_on,
        )  # fmt: skip
        born = child.person.birth_date
        pupil = Pupil(born, child.county, compulsory_age(born, EDUCATION).first)
        fact = decide_placement(pupil, order, [], EDUCATION, today=TODAY)
        placement = Placement(
            fact.placement, fact.mode, fact.site or fact.school, fact.starts_on, fact.ends_on, fact.school
        )
        schooled(placement, child)
        for day in child.school_days:
            record_attendance([placement], org(day.institution), SchoolDay(day.on, day.status), None, today=TODAY)
            recorded += 1
        assert len({day.on for day in child.school_days}) == len(child.school_days)
    assert recorded > 10_000


def schooled(placement: Placement, child: Child) -> None:
    held = []
    for agreed_on in child.programmes:
        programme = Programme(("words",), (), (), resource_room=False, reviewer=ID, agreed_on=agreed_on)
        held.append(agree_iep(placement, placement.school, programme, held, EDUCATION, today=TODAY).term_from)
    for visit in child.visits:
        taught = Visit(ID, visit.starts_at, visit.ends_at, visit.class_hours)
        record_visit([placement], placement.school, taught, [], EDUCATION, now=END_OF_TODAY)


def terms_without_programme(child: Child) -> list[Term]:
    """Return the terms of a placement, each from its first day to its last or until today, that have no programme."""
    since, until = child.placement.starts_on, child.placement.ends_on or date.max
    terms = [term for term in EDUCATION.terms.value if since <= term.first <= TODAY and term.last <= until]
    return [term for term in terms if not any(map(term.holds, child.programmes))]


def test_every_pupil_has_a_programme_in_each_term_but_for_a_few_in_the_present_one():
    schooled = [child for child in children() if child.placement and child.placement.mode not in WITHOUT_PROGRAMME]
    without = [term for child in schooled for term in terms_without_programme(child)]
    now = [child for child in schooled if child.placement.ends_on is None]
    assert len(schooled) > 200
    assert 0 < len(without) < len(now) * 0.08
    assert {term.first for term in without} == {date(2026, 9, 1)}


def test_home_teaching_keeps_its_pace_but_for_some():
    at_home = [child for child in children() if child.placement and child.placement.mode is PlacementMode.HOME_TEACHING]
    taught = [child for child in at_home if child.placement.ends_on is None]
    fallen = {child.index for child in taught if is_behind(pace_of(child.visits, child, TODAY), EDUCATION)}
    assert fallen == {child.index for child in taught if child.index % BEHIND_EVERY == 0}
    assert len(taught) > 2 * len(fallen) > 0


@pytest.mark.parametrize("day", [date(2026, 9, 1) + timedelta(days=9 * number) for number in range(40)])
def test_on_any_day_of_a_school_year_home_teaching_is_on_pace(day):
    casts = {cast.index: cast for cast in cohort(400, today=TODAY).casts}
    child = next(one for one in children() if one.visits and one.index % BEHIND_EVERY)
    visits = tuple(teach_at_home(casts[child.index], child.placement, day))
    weeks = Counter(local_date(visit.starts_at).isocalendar()[:2] for visit in visits)
    assert {visit.class_hours for visit in visits} <= {3}
    assert all(number <= 2 for number in weeks.values())
    assert not is_behind(pace_of(visits, child, day), EDUCATION)


def pace_of(visits: Sequence[HomeVisit], child: Child, day: date) -> Pace:
    return pace(sum(visit.class_hours for visit in visits), child.placement.starts_on, day, EDUCATION)


def test_every_stay_is_accepted():
    stays = [child for child in children() if child.stay]
    assert len(stays) > 100
    for child in stays:
        stay = child.stay
        admission = Admission(org(stay.institution), stay.mode, stay.admitted_on, None, frozenset(AdmissionPaper))
        fact = admit(Subject(child.person.birth_date), admission, [], CUSTODY, today=TODAY)
        cared_for(child, CustodyStay(fact.stay, fact.institution, fact.admitted_on, None))
        if stay.ended_on:
            held = CustodyStay(fact.stay, fact.institution, fact.admitted_on, None)
            end_stay(held, stay.ended_on, stay.reason, Leaver(child.person.birth_date), CUSTODY, today=TODAY)


def cared_for(child: Child, stay: CustodyStay) -> None:
    now = END_OF_TODAY - timedelta(hours=24)
    for plan in child.incidents:
        said = Incident(plan.level, plan.kind, plan.at, plan.at)
        done = report(stay, said, CUSTODY, now=now)[0]
        late = [step for step, at in plan.steps if at > clocks(said, CUSTODY)[step]]
        assert done.level is plan.level
        assert not late
    if plan := child.leave:
        there = Presence(stay.id, stay.institution, inside=True, since=moment_of(stay.admitted_on))
        leave = start_leave(
            there, LeavePlan(plan.kind, plan.starts_at, plan.expected_back_at, ID), {ID}, CUSTODY, now=now
        )
        if plan.returned_at:
            end_leave(Leave(leave.leave, stay.id, stay.institution, plan.starts_at, None), plan.returned_at, now=now)


def test_a_few_boarders_are_not_back_in_time_and_a_few_are_on_leave():
    away = [child.leave for child in children() if child.leave and child.leave.returned_at is None]
    overdue = [leave for leave in away if leave.expected_back_at < END_OF_TODAY - timedelta(days=2)]
    back = [child for child in children() if child.leave and child.leave.returned_at]
    assert len(away) > len(overdue) > 0
    assert len(back) > len(away)


def test_every_house_has_a_place_for_each_child_that_comes():
    there = defaultdict(list)
    licences = defaultdict(list)
    for one in cohort(400, today=TODAY).care:
        licences[one.house].append(CustodyLicence(one.places, one.places, one.valid_from, one.valid_until))
    for child in children():
        if stay := child.stay:
            check_places(stay.mode, stay.admitted_on, there[stay.institution], licences[stay.institution], CUSTODY)
            new = CustodyStay(uuid4(), org(stay.institution), stay.admitted_on, stay.ended_on, stay.mode)
            there[stay.institution].append(new)
    assert sum(map(len, there.values())) > 100


def an_enrolment(child: Child) -> Enrolment:
    plan, application, policies = child.enrolment, child.application, read_assistance_policies()
    policy = policies.in_force(application.approved_on)
    training = (application.category, application.mode)
    approved = entitle(policy, child.person.birth_date, application.basis, training, application.approved_on)
    assert set(application.materials) == policy.materials(application.basis)
    assert 0 <= (plan.started_on - application.approved_on).days <= RULES.enrol_within_days
    assert plan.started_on <= approved.valid_until
    agreement = designation_for(application.category, plan.started_on, designations()[plan.centre])
    assert agreement.county == child.county
    if child.care:
        running = Enrolment(
            ID, ID, ID, org(plan.centre), AssistanceItem.TRAINING, plan.started_on, approved.valid_until, None
        )
        planned(running, child)
    return Enrolment(
        ID, ID, ID, org(plan.centre), AssistanceItem.TRAINING, plan.started_on, approved.valid_until, plan.ended_on
    )


def planned(running: Enrolment, child: Child) -> None:
    care = child.care
    assessed = AssessmentOrder(ID, ID, care.assessed_on, NeedsOutcome.SUITABLE, TrainingMode.CENTRALISED)
    record_assessment(running, child.application.category, assessed, RULES)
    goals = [GoalOrder(uuid4(), goal.term, goal.icf, goal.words) for goal in care.goals]
    signed = PlanOrder(
        ID, care.signed_on, care.signed_on, care.valid_until, care.planned_days, home_training=False, goals=goals
    )
    sign_plan(running, signed, care.assessed_on)


def content_of(session: Session) -> SessionContent:
    return SessionContent(
        therapist=org(session.therapist),
        discipline=session.discipline,
        mode=session.mode,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        attended=session.attended,
    )


def test_every_enrolment_session_and_evaluation_is_accepted():
    enrolled = [child for child in children() if child.enrolment]
    assert len(enrolled) > 300
    for child in enrolled:
        enrolment, busy = an_enrolment(child), BusyTimes()
        for session in child.sessions:
            check_times(content_of(session), END_OF_TODAY, RULES)
            record_session(ID, enrolment, content_of(session))
            busy.add(session.starts_at, session.ends_at)
        for plan in child.evaluations:
            order = EvaluationOrder(
                ID, ID, plan.on, plan.checkpoint, plan.instrument, plan.instrument_version, plan.scores
            )
            record_evaluation(enrolment, child.person.birth_date, order, RULES)


def course_of(child: Child) -> Course:
    made = tuple(Evaluated(plan.on, plan.checkpoint) for plan in child.evaluations)
    enrolment = child.enrolment
    return Course(enrolment.started_on, enrolment.ended_on, enrolment.reason, made)


def test_no_evaluation_is_missing_of_a_child_that_came():
    for child in (child for child in children() if child.care):
        states = {point.state for point in evaluations_due(course_of(child), TODAY, RULES)}
        assert states == {PointState.IN_TIME}


def test_children_get_better_and_nobody_is_scored_alike_twice():
    trends = Counter(one.trend for child in children() for course in child.courses for one in scored(course))
    assert trends.keys() == {Trend.BETTER, Trend.NONE}
    assert trends[Trend.BETTER] > 300
    for child in children():
        scores = [tuple(plan.scores.values()) for plan in child.evaluations]
        assert len(set(scores)) == len(scores)


def scored(course: Assisted) -> list[Series]:
    made = [
        Scored(uuid4(), plan.on, plan.instrument, plan.instrument_version, plan.scores) for plan in course.evaluations
    ]
    return series_of(made, RULES)


def test_the_leave_of_a_child_holds_no_session():
    on_leave = [child for child in children() if child.enrolment and child.enrolment.leave]
    assert on_leave
    for child in on_leave:
        rest = child.enrolment.leave
        days = {local_date(session.starts_at) for session in child.sessions}
        assert not any(rest.since <= day < rest.back_on for day in days)


def test_an_application_that_waits_is_not_approved():
    waiting = [child for child in children() if child.application and child.application.approved_on is None]
    assert waiting
    assert {child.role for child in waiting} == {Role.FOUND_IN_PROGRESS, Role.LATELY}
    assert all((child.application.refused_on is None) == (child.role is Role.LATELY) for child in waiting)


def screened(child: Child):
    plan = child.suspicion.screening
    born = ScreenedChild(ID, child.person.birth_date)
    signs = {sign: sign in plan.positive_signs for sign in table().column_for(born.born, plan.on).ids}
    assert set(plan.positive_signs) <= signs.keys()
    order = initial.InitialScreening(
        ID, child.suspicion.category, Instrument.WARNING_SIGNS, plan.on, signs, plan.regression
    )
    return initial.record_screening(born, order, None, by(plan.clinic), PROTOCOL).suspicion


def referred(suspicion, plan, step):
    slip = referral.Slip(ID, suspicion.category, step, org(plan.receiver), plan.issued_on)
    issued = referral.issue_referral(suspicion, slip, None, by(plan.sender), PROTOCOL)
    if plan.accepted_on is None:
        return issued.decision.suspicion
    return referral.accept_referral(issued.decision.suspicion, issued.referral, plan.accepted_on, by(plan.receiver))[
        0
    ].suspicion


def rescreened(suspicion, plan):
    order = rescreening.Rescreening(
        ID,
        plan.on,
        frozenset(rescreening.Concern(concern) for concern in plan.concerns),
        plan.m_chat_yes and {item: item in plan.m_chat_yes for item in range(1, 24)},
        plan.abc,
        plan.quotients and Quotients(**{part: Decimal(value) for part, value in plan.quotients.items()}),
        frozenset(plan.examined_by),
        plan.outcome if plan.examined_by else None,
    )
    done = rescreening.record_rescreening(suspicion, order, by(plan.mch), PROTOCOL)
    assert done.fact.outcome is plan.outcome
    return done.decision.suspicion


def diagnosed(child: Child, suspicion):
    plan = child.suspicion.diagnosis
    order = diagnosis.Diagnosis(
        ID, child.suspicion.category, plan.on, plan.outcome, plan.rehab_category, plan.cars and Decimal(plan.cars)
    )
    assert not diagnosis.aid_disagrees(order, PROTOCOL.cars)
    if suspicion is None:
        born = ScreenedChild(ID, child.person.birth_date)
        return diagnosis.start_by_diagnosis(born, order, None, by(plan.hospital), PROTOCOL, screened=False).suspicion
    return diagnosis.record_diagnosis(suspicion, order, by(plan.hospital), PROTOCOL, screened=True).suspicion


def traced(suspicion, days, lost_on, owner):
    for day in days:
        assert day >= suspicion.trace_on
        suspicion = tracing.attempt_tracing(
            suspicion, Attempt(day, TracingOutcome.NOT_REACHED), owner, PROTOCOL
        ).suspicion
    return tracing.give_up(suspicion, lost_on, owner, PROTOCOL).suspicion


def end_of(child: Child):
    plan = child.suspicion
    suspicion = screened(child) if plan.screening else None
    if plan.to_rescreening:
        suspicion = referred(suspicion, plan.to_rescreening, ReferralStep.RESCREENING)
    for step in filter(None, (plan.rescreening, plan.recheck)):
        suspicion = rescreened(suspicion, step)
    if plan.to_diagnosis:
        suspicion = referred(suspicion, plan.to_diagnosis, ReferralStep.DIAGNOSIS)
    if plan.diagnosis:
        suspicion = diagnosed(child, suspicion)
    if plan.second_diagnosis:
        again = replace(child, suspicion=replace(plan, diagnosis=plan.second_diagnosis))
        suspicion = diagnosed(again, suspicion)
    if plan.lost_on:
        suspicion = traced(suspicion, plan.failed_tracings, plan.lost_on, by(plan.screening.clinic))
    if plan.closing:
        end, owner = plan.closing, by(plan.closing.organisation)
        suspicion = closing.close(suspicion, end.reason, end.on, end.guardian_signed_on, owner, PROTOCOL).suspicion
    return suspicion


STANDS = {
    Progress.REFERRED: SuspicionState.RESCREEN_REFERRED,
    Progress.SLIP_OPEN: SuspicionState.RESCREEN_REFERRED,
    Progress.RECHECK_DUE: SuspicionState.RECHECK_DUE,
    Progress.EXCLUDED: SuspicionState.CLOSED,
    Progress.CONFIRMED: SuspicionState.CONFIRMED,
    Progress.LOST: SuspicionState.LOST_TO_FOLLOW_UP,
    Progress.NORMAL_ON_RECHECK: SuspicionState.CLOSED,
    Progress.UNDETERMINED: SuspicionState.DIAGNOSIS_PENDING,
    Progress.APPLIED: SuspicionState.CONFIRMED,
    Progress.REFUSED: SuspicionState.CLOSED,
}


@pytest.mark.parametrize("progress", Progress)
def test_a_child_that_was_screened_lately_stands_where_its_progress_says_or_is_still_on_the_way_there(progress):
    progress_of = {cast.index: cast.progress for cast in cohort(400, today=TODAY).lately}
    lately = [child for child in children() if child.role is Role.LATELY]
    ends = [end_of(child).state for child in lately if progress_of[child.index] is progress]
    assert STANDS[progress] in ends


def test_what_was_under_way_in_the_year_of_the_cohort_is_settled_today():
    under_way = [child for child in children() if child.role in {Role.FOUND_IN_PROGRESS, Role.FOUND_BEFORE}]
    assert len(under_way) > 10
    assert {end_of(child).state for child in under_way} == {SuspicionState.CLOSED}


REHABILITATED = set(Role) - {
    Role.FOUND_IN_PROGRESS, Role.FOUND_BEFORE, Role.NEVER_CAME, Role.SCREENED_NORMAL, Role.LATELY
}  # fmt: skip


@pytest.mark.parametrize("role", sorted(REHABILITATED))
def test_every_child_that_came_to_a_centre_was_confirmed(role):
    for child in (child for child in children() if child.role is role):
        assert end_of(child).state is SuspicionState.CONFIRMED


def test_the_hospital_sees_children_with_autism_again_and_closes_the_loop_of_those_who_do_not_go_on():
    autism = [child for child in children() if child.enrolment and child.application.category is RehabCategory.AUTISM]
    going_on = [child for child in autism if child.renewal]
    assert 0 < len(going_on) < len(autism) / 3
    for child in autism:
        plan = child.suspicion
        assert (plan.loop_closed is None) == (child in going_on)
        assert list(plan.follow_ups) == sorted(plan.follow_ups)
        assert all(plan.diagnosis.on < day <= TODAY for day in plan.follow_ups)


def test_children_who_go_on_are_enrolled_under_the_policy_of_today():
    going_on = [child for child in children() if child.renewal]
    assert len(going_on) > 20
    for child in going_on:
        again = child.renewal
        enrolment = an_enrolment(
            replace(
                child, application=again.application, enrolment=again.enrolment, care=again.care,
                sessions=again.sessions, evaluations=again.evaluations,
            )
        )  # fmt: skip
        for session in again.sessions:
            check_times(content_of(session), END_OF_TODAY, RULES)
            record_session(ID, enrolment, content_of(session))


def test_a_normal_screening_opens_no_suspicion():
    normal = [child for child in children() if child.role is Role.SCREENED_NORMAL]
    assert normal
    assert {end_of(child) for child in normal} == {None}
