"""The plan of the cohort: the figures counted anew by the handbook's definitions, and what every plan must keep."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulator.casting import deal, full_size, role_counts, scaled_figures
from deploy.simulator.cohort import cohort
from deploy.simulator.journeys import Child, Course, Suspicion
from deploy.simulator.organisations import SHOWN_CENTRE, SHOWN_CLINIC, SHOWN_COUNTY, care_home_of, houses_of
from deploy.simulator.people import resident_number
from deploy.simulator.rates import rates_of
from deploy.simulator.sources import Role, source
from shared.ages import birthday
from shared.clock import SHANGHAI, local_date
from shared.contracts.codes import OrgType
from shared.contracts.events.education import AttendanceStatus, PlacementMode
from shared.contracts.events.screening import Regression
from shared.identifiers import ResidentNumber

PERIOD = source().period
TODAY = date(2026, 11, 23)
NEWLY_FOUND = "newly_found_suspected_children"
REHABILITATED = "children_given_free_rehabilitation"
EDUCATED = "children_educated_in_rehabilitation_institutions"
LICENSED = "rehabilitation_institutions_with_education_licence"
INTEGRATED = "children_in_integrated_rehabilitation_education_custody"


@cache
def a_tenth() -> tuple[Child, ...]:
    return tuple(cohort(today=TODAY))


def in_period(day: date) -> bool:
    return PERIOD.since <= day <= PERIOD.to


def newly_found(child: Child) -> bool:
    screening = child.suspicion.screening
    found = screening is not None and (screening.positive_signs or screening.regression is not Regression.NONE)
    return bool(found) and in_period(screening.on)


def training_days(child: Child) -> set[date]:
    return {day for s in child.sessions if s.attended and in_period(day := local_date(s.starts_at))}


def licensed_days(child: Child, licences) -> set[date]:
    if child.placement is None or child.placement.mode is not PlacementMode.TEACHING_SITE:
        return set()
    held = [licence for licence in licences if licence.centre == child.placement.site]
    return {
        day.on
        for day in child.school_days
        if day.status is AttendanceStatus.PRESENT
        and in_period(day.on)
        and any(licence.valid_from <= day.on <= licence.valid_until for licence in held)
    }


def in_all_three(child: Child, licences) -> bool:
    """Overlap by spans: the strictest reading of overlap that days of one week can show."""
    trained, taught = training_days(child), licensed_days(child, licences)
    if not trained or not taught or child.stay is None:
        return False
    since = max(min(trained), min(taught), child.stay.admitted_on)
    until = min(max(trained), max(taught), (child.stay.ended_on or date.max) - timedelta(days=1))
    return since <= until


def counted(plan) -> dict[str, int]:
    licences, counts = plan.licences, Counter()
    for child in plan:
        counts[NEWLY_FOUND] += newly_found(child)
        counts[REHABILITATED] += child.application is not None and bool(training_days(child))
        counts[EDUCATED] += bool(licensed_days(child, licences))
        counts[INTEGRATED] += in_all_three(child, licences)
    counts[LICENSED] = len(
        {licence.centre for licence in licences if licence.valid_from <= PERIOD.to <= licence.valid_until}
    )
    return dict(counts)


def test_the_whole_cohort_has_the_figures_of_the_press_conference():
    whole = cohort(full=True)
    said = source().figures
    assert (said[NEWLY_FOUND], said[REHABILITATED], said[EDUCATED], said[LICENSED], said[INTEGRATED]) == (
        159,
        1783,
        622,
        8,
        497,
    )
    assert whole.figures == {key: said[key] for key in whole.figures}
    assert counted(whole) == whole.figures


@pytest.mark.parametrize("children", [195, 40, 7, 1])
def test_a_smaller_cohort_has_its_share(children):
    plan = cohort(children)
    assert len(plan) == children
    assert {key: n for key, n in counted(plan).items() if n} == {key: n for key, n in plan.figures.items() if n}


def test_the_default_is_a_tenth():
    assert len(cohort()) == 195
    assert cohort().figures == {NEWLY_FOUND: 16, REHABILITATED: 179, EDUCATED: 62, LICENSED: 8, INTEGRATED: 50}


@given(size=st.integers(1, 3000))
def test_the_roles_add_up_at_any_size(size):
    roles, figures = role_counts(size), scaled_figures(size)
    assert sum(roles.values()) == size
    assert min(roles.values()) >= 0
    assert figures[LICENSED] == 8
    for key in (NEWLY_FOUND, REHABILITATED, EDUCATED, INTEGRATED):
        assert abs(figures[key] - source().figures[key] * size / full_size()) <= 1


@given(
    number=st.integers(0, 5000),
    weights=st.dictionaries(st.text(max_size=3), st.integers(1, 90), min_size=1, max_size=9),
)
def test_dealing_loses_nothing_and_is_fair_to_one(number, weights):
    shares = deal(number, weights)
    assert sum(shares.values()) == number
    for key, weight in weights.items():
        assert abs(shares[key] - number * weight / sum(weights.values())) < 1


def test_every_kind_of_decoy_is_there_in_the_default_cohort():
    assert {child.role for child in a_tenth()} == set(Role)


def by_role(role: Role) -> list[Child]:
    return [child for child in a_tenth() if child.role is role]


def test_the_decoys_are_what_they_say():
    licences = cohort().licences
    for role in (Role.UNLICENSED_SITE, Role.EXPIRED_LICENCE, Role.BEFORE_LICENCE):
        for child in by_role(role):
            assert any(d.status is AttendanceStatus.PRESENT for d in child.school_days)
            assert not licensed_days(child, licences)
    for child in by_role(Role.ONLY_ABSENT):
        assert child.school_days
        assert all(d.status is not AttendanceStatus.PRESENT for d in child.school_days)
    for child in by_role(Role.CUSTODY_ONLY):
        assert child.stay is not None
        assert child.placement is None or child.placement.starts_on > PERIOD.to
    for child in by_role(Role.CUSTODY_BEFORE_SCHOOLING):
        assert child.stay.ended_on <= child.placement.starts_on
    for child in by_role(Role.NEVER_CAME):
        assert child.application.approved_on is not None
        assert child.enrolment is None
    for child in by_role(Role.NEVER_ATTENDED):
        assert child.sessions
        assert not any(s.attended for s in child.sessions)
    for child in by_role(Role.ENDED_BEFORE):
        assert any(s.attended for s in child.sessions)
        assert all(local_date(s.starts_at) < PERIOD.since for s in child.sessions)
    for child in by_role(Role.FOUND_BEFORE):
        assert child.suspicion.screening.on < PERIOD.since <= child.suspicion.diagnosis.on


def test_the_same_arguments_give_the_same_plan_and_another_seed_another():
    assert tuple(cohort(60)) == tuple(cohort(60))
    assert tuple(cohort(60)) != tuple(cohort(60, seed=7))


@settings(max_examples=8)
@given(seed=st.integers(0, 10**6))
def test_the_figures_hold_whatever_the_dice_say(seed):
    plan = cohort(60, seed=seed)
    assert counted(plan) == plan.figures


def test_the_counties_have_their_weights_and_every_county_has_children():
    counties = Counter(child.county for child in a_tenth())
    assert set(counties) == {county.region for county in source().counties}
    assert counties.most_common(1)[0][0] == "371602"


def test_numbers_are_valid_unique_and_of_nobody():
    plan = cohort(full=True, today=TODAY)
    whole = (*plan.casts, *plan.lately)
    numbers = [resident_number(cast.born, cast.sex, cast.serial) for cast in whole]
    assert len(set(numbers)) == len(whole) == 1947 + 130
    assert len({cast.serial for cast in plan.lately}) == 130, "whatever their birthdays are"
    for cast, text in zip(whole, numbers, strict=True):
        number = ResidentNumber.parse(text)
        assert (number.region, number.born, number.sex) == ("379999", cast.born, cast.sex)


def test_a_child_is_known_by_one_number_and_a_name_that_nobody_else_has():
    people = [child.person for child in a_tenth()]
    assert all((person.resident_number is None) != (person.birth_certificate is None) for person in people)
    assert len({person.name for person in people}) == len({person.guardian_phone for person in people}) == len(people)
    assert all(person.name.startswith("样例") for person in people)


def test_all_are_children_through_the_whole_period_and_toddlers_and_teenagers_are_among_them():
    for child in (child for child in a_tenth() if child.role is not Role.LATELY):
        assert child.person.birth_date < PERIOD.to < birthday(child.person.birth_date, 18)
    years = {(PERIOD.to - child.person.birth_date).days // 365 for child in a_tenth()}
    assert {1, 2, 3, 4, 5, 6, 7, 10, 14}.issubset(years)


def dates_of(child: Child):
    yield from dates_of_suspicion(child.suspicion)
    for course in child.courses:
        yield from dates_of_course(course)
    yield from (day.on for day in child.school_days)
    yield from child.programmes
    yield from (local_date(visit.starts_at) for visit in child.visits)
    if child.stay is not None:
        yield from filter(None, (child.stay.admitted_on, child.stay.ended_on))


def dates_of_suspicion(s: Suspicion):
    steps = (s.screening, s.rescreening, s.recheck, s.diagnosis, s.second_diagnosis, s.closing, s.loop_closed)
    yield from (step.on for step in steps if step is not None)
    for slip in filter(None, (s.to_rescreening, s.to_diagnosis)):
        yield from filter(None, (slip.issued_on, slip.accepted_on))
    yield from (*s.failed_tracings, *s.follow_ups)
    yield from filter(None, (s.contacted_on,))


def dates_of_course(course: Course):
    application = course.application
    yield from filter(None, (application.submitted_on, application.approved_on, application.refused_on))
    if course.enrolment is not None:
        yield from filter(None, (course.enrolment.started_on, course.enrolment.ended_on))
    if course.care is not None:
        yield from (course.care.assessed_on, course.care.signed_on)
    yield from (local_date(session.starts_at) for session in course.sessions)
    yield from (evaluation.on for evaluation in course.evaluations)


def test_nothing_happens_before_birth_or_after_today():
    for child in a_tenth():
        assert all(child.person.birth_date <= day <= TODAY for day in dates_of(child))


@pytest.mark.parametrize("today", [date(2025, 1, 2), date(2026, 7, 20), date(2027, 9, 1), date(2031, 2, 17)])
def test_on_whatever_day_the_demo_begins_nothing_lies_ahead_and_the_figures_hold(today):
    plan = cohort(60, today=today)
    assert all(day <= today for child in plan for day in dates_of(child))
    assert counted(plan) == plan.figures


@pytest.mark.parametrize("today", [date(2024, 9, 30), date(2026, 11, 23), date(2027, 1, 1), date(2031, 2, 17)])
def test_who_cares_for_or_teaches_children_holds_one_licence_on_whatever_day_the_demo_begins(today):
    plan = cohort(60, today=today)
    cares = Counter(one.house for one in plan.care if one.valid_from <= today <= one.valid_until)
    teaches = Counter(one.centre for one in plan.licences if one.valid_from <= today <= one.valid_until)
    assert cares == dict.fromkeys((house for county in source().counties for house in houses_of(county.region)), 1)
    assert (len(teaches), set(teaches.values())) == (8, {2}), "for preschool and for compulsory years"


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2027, 3, 1), date(2027, 7, 20), date(2031, 9, 17)])
@pytest.mark.parametrize("size", [60, 195])
def test_whoever_a_visitor_of_the_demo_signs_in_as_has_children_on_whatever_day_it_begins(size, today):
    plan = tuple(cohort(size, today=today))
    trained = [one for child in plan if child.renewal and (one := child.renewal.enrolment).centre == SHOWN_CENTRE]
    assert len(trained) >= 5
    cared_for = [child for child in plan if child.stay and child.stay.institution == care_home_of(SHOWN_COUNTY)]
    assert len([child for child in cared_for if child.stay.ended_on is None]) >= 3
    found = [child for child in plan if child.role is Role.LATELY and child.registered_by == SHOWN_CLINIC]
    assert len(found) >= min(round(size / 15), 10)


def test_the_steps_of_a_child_follow_each_other():
    for child in a_tenth():
        s, a, e = child.suspicion, child.application, child.enrolment
        slips = [day for r in (s.to_rescreening, s.to_diagnosis) if r for day in (r.issued_on, r.accepted_on) if day]
        steps = [s.screening and s.screening.on, *slips[:2], s.rescreening and s.rescreening.on, *slips[2:]]
        steps += [s.diagnosis and s.diagnosis.on, a and a.submitted_on, a and a.approved_on, e and e.started_on]
        known = [step for step in steps if step]
        assert known == sorted(known)


def test_no_two_sessions_of_a_child_or_of_a_therapist_overlap():
    times = defaultdict(list)
    for child in a_tenth():
        for session in child.sessions:
            assert timedelta() < session.ends_at - session.starts_at <= timedelta(minutes=45)
            times[child.index].append((session.starts_at, session.ends_at))
            times[session.therapist].append((session.starts_at, session.ends_at))
    for spans in times.values():
        spans.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_sessions_lie_inside_the_enrolment_and_come_two_or_three_times_a_week():
    for child in a_tenth():
        for session in child.sessions:
            day = session.starts_at.astimezone(SHANGHAI).date()
            assert child.enrolment.started_on <= day
            assert child.enrolment.ended_on is None or day < child.enrolment.ended_on
        weeks = Counter(s.starts_at.isocalendar()[:2] for s in child.sessions)
        assert all(1 <= number <= 3 for number in weeks.values())
    assert sum(len(child.sessions) for child in a_tenth()) > 12_000


def test_every_organisation_that_a_plan_names_exists_and_is_of_the_right_kind():
    kinds = {organisation.key: organisation.org_type for organisation in cohort().organisations}
    assert len(kinds) == len(cohort().organisations)
    for child in a_tenth():
        if child.enrolment:
            assert kinds[child.enrolment.centre] is OrgType.REHAB_CENTRE
        if child.stay:
            assert kinds[child.stay.institution] in {OrgType.REHAB_CENTRE, OrgType.CARE_HOME}
        if child.placement:
            assert kinds[child.placement.authority] is OrgType.EDUCATION_AUTHORITY
            assert child.placement.school is None or kinds[child.placement.school] is OrgType.SCHOOL
        if child.application:
            assert kinds[child.application.federation] is OrgType.FEDERATION
        assert kinds[child.registered_by] in {OrgType.CLINIC, OrgType.HOSPITAL}
    assert Counter(kinds.values())[OrgType.REHAB_CENTRE] == 16
    assert {d.centre for d in cohort().designations} == {
        key for key, kind in kinds.items() if kind is OrgType.REHAB_CENTRE
    }


def test_no_centre_has_more_children_than_places():
    places = {designation.centre: designation.capacity for designation in cohort().designations}
    enrolled = Counter(child.enrolment.centre for child in a_tenth() if child.enrolment)
    assert enrolled.total() > 150
    assert all(enrolled[centre] <= places[centre] for centre in places)


def test_a_cohort_of_nobody_is_refused():
    with pytest.raises(ValueError, match="at least one child"):
        cohort(-3)


def test_each_rate_of_the_plan_is_a_share_of_what_it_is_counted_of():
    rates = rates_of(cohort())
    assert set(rates) == {"initial_screening", "rescreening", "diagnosis"}
    assert all(0 < numerator <= denominator for numerator, denominator in rates.values())
