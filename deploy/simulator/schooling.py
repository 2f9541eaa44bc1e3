"""Schooling and care of one child: placement, school days, stay (handbook §4, §5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from random import Random

from deploy.simulator import days, organisations
from deploy.simulator.casting import EDUCATED, TAUGHT_ON_SITE, Cast
from deploy.simulator.journeys import HomeVisit, Placement, SchoolDay, Stay, Suspicion
from deploy.simulator.sources import Chance, Role, happens, source
from shared.ages import age_in_years
from shared.clock import SHANGHAI
from shared.contracts.events.custody import CustodyEndReason, CustodyMode
from shared.contracts.events.education import AttendanceStatus, PlacementMode, PlacementStep, SkipReason
from shared.contracts.events.screening import DiagnosisOutcome

AUTUMN_2023, SPRING_2024 = date(2023, 9, 1), date(2024, 2, 26)
BOARDING_AGE = 6
SCHOOL_AGE, CUT_OFF, SEPTEMBER, COMPULSORY_YEARS = 6, (8, 31), 9, 9
HOME_TEACHING_BEFORE = 16
AFTER_THE_PERIOD = 2025
"""Who is in care without schooling in the figures' period is placed the year after."""
NOT_CALLED = frozenset({PlacementMode.HOME_TEACHING, PlacementMode.VOCATIONAL, PlacementMode.DEFERRED})
"""Forms of schooling without a daily roster in the plan."""
WITHOUT_PROGRAMME = frozenset({PlacementMode.VOCATIONAL, PlacementMode.DEFERRED})
RECENT_DAYS = 5
LATE_EVERY = 17
"""With one child in so many the school has not agreed on the programme of the present term."""
BEHIND_EVERY = 4
HOURS_OF_A_VISIT = 3
SHOWN_EVERY = 3
"""Of so many children in care in the visitors' county one is at its care home."""
A_WEEK, A_YEAR, DEFERRED_FOR = timedelta(days=7), timedelta(days=365), timedelta(days=360)
REASONS = {
    PlacementStep.NEARBY_ORDINARY: SkipReason.NEEDS_SPECIAL_SUPPORT,
    PlacementStep.DESIGNATED_ORDINARY: SkipReason.NO_PLACE_NEARBY,
    PlacementStep.SPECIAL_SCHOOL: SkipReason.IN_RESIDENTIAL_REHABILITATION,
}


def place(dice: Random, cast: Cast, suspicion: Suspicion, today: date) -> Placement | None:
    """Return the child's placement: at its centre's teaching site, at a school, or none.

    A confirmed child that is in no role of schooling is placed when it is of compulsory age (handbook §4).
    """
    if cast.role in TAUGHT_ON_SITE:
        return _on_site(dice, cast)
    if cast.role is Role.ORDINARY_SCHOOL:
        return _at_school(dice, cast, AUTUMN_2023)
    diagnosis = suspicion.diagnosis
    if diagnosis is None or diagnosis.outcome is not DiagnosisOutcome.CONFIRMED:
        return None
    return _of_school_age(dice, cast, today)


def attend(dice: Random, cast: Cast, placement: Placement | None, today: date) -> Iterator[SchoolDay]:
    """Yield the child's school days: those inside the period of the figures, and the last ones before today."""
    if placement is None or (where := placement.site or placement.school) is None:
        return
    if placement.mode in NOT_CALLED:
        return
    for day in (*_counted_days(cast), *days.school_days_before(today, RECENT_DAYS)):
        if placement.starts_on <= day and (placement.ends_on is None or day <= placement.ends_on):
            yield SchoolDay(where, day, _status(dice, cast, day))


def programmes(dice: Random, cast: Cast, placement: Placement | None, today: date) -> Iterator[date]:
    """Yield the days on which the school agreed on a programme: in each term, but for a few in the present one."""
    if placement is None or placement.mode in WITHOUT_PROGRAMME:
        return
    for first, last in days.terms(today):
        since = max(first, placement.starts_on)
        agreed_on = days.workday_from(since + timedelta(days=dice.randint(3, 20)))
        over = min(last, placement.ends_on or last)
        late = last >= today and cast.index % LATE_EVERY == 0
        if since <= over and agreed_on <= min(last, today) and not late:
            yield agreed_on


def teach_at_home(cast: Cast, placement: Placement | None, today: date) -> Iterator[HomeVisit]:
    """Yield the visits of the present school year: twice a week three class hours; some stopped half-way (§4)."""
    if placement is None or placement.mode is not PlacementMode.HOME_TEACHING:
        return
    began = date(today.year if today.month >= SEPTEMBER else today.year - 1, SEPTEMBER, 1)
    since = max(began, placement.starts_on)
    over = min(today - timedelta(days=1), placement.ends_on or today)
    visits = [day for day in _days_of_visits(since, over) if day <= over]
    for day in visits[: len(visits) // 2] if cast.index % BEHIND_EVERY == 0 else visits:
        yield HomeVisit(
            datetime.combine(day, time(8), SHANGHAI), datetime.combine(day, time(10), SHANGHAI), HOURS_OF_A_VISIT
        )


def stay(dice: Random, cast: Cast) -> Stay | None:
    """Return the child's stay in care: beside schooling and rehabilitation only for the integrated."""
    match cast.role:
        case Role.INTEGRATED:
            leaves = happens(dice, Chance.HOME_FOR_SUMMER)
            ended_on = date(2024, 7, 6) if leaves else None
            return _stay(dice, cast, days.a_workday(dice, AUTUMN_2023, date(2024, 3, 8)), ended_on)
        case Role.CUSTODY_BEFORE_SCHOOLING:
            return _stay(dice, cast, days.a_workday(dice, AUTUMN_2023, date(2023, 12, 1)), date(2024, 1, 20))
        case Role.CUSTODY_ONLY | Role.ONLY_ABSENT:
            return _stay(dice, cast, days.a_workday(dice, AUTUMN_2023, date(2024, 3, 8)), None)
    return None


def _days_of_visits(since: date, over: date) -> Iterator[date]:
    """Yield two days of each week: its first and last school day, so that a holiday in the middle costs no hours."""
    school_days = (day for day in days.days(since, over + A_WEEK) if days.is_school_day(day))
    for _, week in groupby(school_days, key=lambda day: day.isocalendar()[:2]):
        of_week = list(week)
        yield from sorted({of_week[0], of_week[-1]})


def _on_site(dice: Random, cast: Cast) -> Placement:
    begins = SPRING_2024 if cast.role is Role.CUSTODY_BEFORE_SCHOOLING else _term(dice, cast)
    return Placement(
        authority=f"education-{cast.county}",
        mode=PlacementMode.TEACHING_SITE,
        school=organisations.special_school_of(cast.county),
        site=cast.centre,
        decided_on=_decided_on(dice, begins),
        starts_on=begins,
        ends_on=date(2024, 1, 31) if cast.role is Role.BEFORE_LICENCE else None,
        reasons=REASONS,
    )


def _of_school_age(dice: Random, cast: Cast, today: date) -> Placement | None:
    """Return a placement for the compulsory years, or at a vocational school for those who have them behind them."""
    first = _first_school_year(cast.born)
    earliest = AFTER_THE_PERIOD if cast.role is Role.CUSTODY_ONLY else AUTUMN_2023.year
    begins = date(max(first, earliest), SEPTEMBER, 1)
    over = date(first + COMPULSORY_YEARS, SEPTEMBER, 1) - timedelta(days=1)
    if begins > today:
        return None
    if over < begins:
        return _elsewhere(dice, cast, PlacementMode.VOCATIONAL, begins)
    placement = _by_need(dice, cast, begins, today)
    return replace(placement, ends_on=over) if over < today else placement


def _by_need(dice: Random, cast: Cast, begins: date, today: date) -> Placement:
    just_begun = today - begins < A_YEAR and begins.year == _first_school_year(cast.born)
    if just_begun and happens(dice, Chance.DEFERRED):
        placement = _elsewhere(dice, cast, PlacementMode.DEFERRED, begins)
        return replace(placement, school=None, ends_on=begins + DEFERRED_FOR, applied_on=placement.decided_on)
    if happens(dice, Chance.TAUGHT_AT_HOME) and age_in_years(cast.born, begins) < HOME_TEACHING_BEFORE:
        return _elsewhere(dice, cast, PlacementMode.HOME_TEACHING, begins)
    return _at_school(dice, cast, begins)


def _elsewhere(dice: Random, cast: Cast, mode: PlacementMode, begins: date) -> Placement:
    at_home = mode is PlacementMode.HOME_TEACHING
    school = organisations.special_school_of if at_home else organisations.ordinary_school_of
    return Placement(
        authority=f"education-{cast.county}",
        mode=mode,
        school=school(cast.county),
        site=None,
        decided_on=_decided_on(dice, begins),
        starts_on=begins,
        ends_on=None,
        reasons=REASONS | {PlacementStep.SPECIAL_SCHOOL: SkipReason.NEEDS_FULL_TIME_NURSING} if at_home else {},
    )


def _at_school(dice: Random, cast: Cast, begins: date) -> Placement:
    special = happens(dice, Chance.SPECIAL_SCHOOL)
    earlier = (PlacementStep.NEARBY_ORDINARY, PlacementStep.DESIGNATED_ORDINARY) if special else ()
    school = organisations.special_school_of if special else organisations.ordinary_school_of
    return Placement(
        authority=f"education-{cast.county}",
        mode=PlacementMode.SPECIAL_SCHOOL if special else PlacementMode.REGULAR_CLASS,
        school=school(cast.county),
        site=None,
        decided_on=_decided_on(dice, begins),
        starts_on=begins,
        ends_on=None,
        reasons={step: REASONS[step] for step in earlier},
    )


def _first_school_year(born: date) -> int:
    """Return the year in which compulsory schooling begins: six years old on 31 August (handbook §4)."""
    return born.year + SCHOOL_AGE + ((born.month, born.day) > CUT_OFF)


def _counted_days(cast: Cast) -> list[date]:
    """Return the school days of the figures' period, for the children of whom they tell."""
    if cast.role not in TAUGHT_ON_SITE | {Role.ORDINARY_SCHOOL}:
        return []
    return [day for day in days.days(source().period.since, days.last_day()) if days.is_school_day(day)]


def _term(dice: Random, cast: Cast) -> date:
    in_spring = cast.role in EDUCATED and happens(dice, Chance.BEGAN_IN_SPRING)
    return SPRING_2024 if in_spring else AUTUMN_2023


def _decided_on(dice: Random, begins: date) -> date:
    if begins != SPRING_2024:
        return days.a_workday(dice, date(begins.year, 6, 19), date(begins.year, 7, 31))
    return days.a_workday(dice, date(2024, 1, 8), date(2024, 2, 7))


def _status(dice: Random, cast: Cast, day: date) -> AttendanceStatus:
    if cast.role is not Role.ONLY_ABSENT and (days.in_full_week(day) or happens(dice, Chance.SCHOOL_DAY_PRESENT)):
        return AttendanceStatus.PRESENT
    return dice.choice((AttendanceStatus.ABSENT, AttendanceStatus.LEAVE))


def _stay(dice: Random, cast: Cast, admitted_on: date, ended_on: date | None) -> Stay:
    boards = age_in_years(cast.born, admitted_on) >= BOARDING_AGE
    modes = (CustodyMode.WEEKDAY_BOARDING, CustodyMode.FULL_BOARDING) if boards else (CustodyMode.DAY,)
    shown = cast.county == organisations.SHOWN_COUNTY and cast.variant % SHOWN_EVERY == 0
    by_centre = happens(dice, Chance.CARED_FOR_BY_CENTRE) and not shown
    home = cast.centre if by_centre else organisations.care_home_of(cast.county)
    reason = CustodyEndReason.RETURNED_HOME if ended_on else None
    return Stay(home, dice.choice(modes), admitted_on, ended_on, reason)
