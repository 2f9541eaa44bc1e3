"""Schooling and care of one child: placement, school days, stay (handbook §4, §5)."""

from collections.abc import Iterator
from datetime import date
from random import Random

from deploy.simulator import days, organisations
from deploy.simulator.casting import EDUCATED, TAUGHT_ON_SITE, Cast
from deploy.simulator.journeys import Placement, SchoolDay, Stay
from deploy.simulator.sources import Chance, Role, happens, source
from shared.ages import age_in_years
from shared.contracts.events.custody import CustodyEndReason, CustodyMode
from shared.contracts.events.education import AttendanceStatus, PlacementMode, PlacementStep, SkipReason

AUTUMN_2023, SPRING_2024 = date(2023, 9, 1), date(2024, 2, 26)
BOARDING_AGE = 6
REASONS = {
    PlacementStep.NEARBY_ORDINARY: SkipReason.NEEDS_SPECIAL_SUPPORT,
    PlacementStep.DESIGNATED_ORDINARY: SkipReason.NO_PLACE_NEARBY,
    PlacementStep.SPECIAL_SCHOOL: SkipReason.IN_RESIDENTIAL_REHABILITATION,
}


def place(dice: Random, cast: Cast) -> Placement | None:
    """Return the child's placement: at its centre's teaching site, at a school, or none."""
    if cast.role in TAUGHT_ON_SITE:
        return _on_site(dice, cast)
    if cast.role is Role.ORDINARY_SCHOOL:
        return _at_school(dice, cast)
    return None


def attend(dice: Random, cast: Cast, placement: Placement | None) -> Iterator[SchoolDay]:
    """Yield the child's school days inside the period of the figures."""
    if placement is None:
        return
    first = max(placement.starts_on, source().period.since)
    last = min(placement.ends_on or days.last_day(), days.last_day())
    for day in days.days(first, last):
        if days.is_school_day(day):
            yield SchoolDay(placement.site or placement.school, day, _status(dice, cast, day))


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


def _at_school(dice: Random, cast: Cast) -> Placement:
    special = happens(dice, Chance.SPECIAL_SCHOOL)
    earlier = (PlacementStep.NEARBY_ORDINARY, PlacementStep.DESIGNATED_ORDINARY) if special else ()
    school = organisations.special_school_of if special else organisations.ordinary_school_of
    return Placement(
        authority=f"education-{cast.county}",
        mode=PlacementMode.SPECIAL_SCHOOL if special else PlacementMode.REGULAR_CLASS,
        school=school(cast.county),
        site=None,
        decided_on=_decided_on(dice, AUTUMN_2023),
        starts_on=AUTUMN_2023,
        ends_on=None,
        reasons={step: REASONS[step] for step in earlier},
    )


def _term(dice: Random, cast: Cast) -> date:
    in_spring = cast.role in EDUCATED and happens(dice, Chance.BEGAN_IN_SPRING)
    return SPRING_2024 if in_spring else AUTUMN_2023


def _decided_on(dice: Random, begins: date) -> date:
    if begins == AUTUMN_2023:
        return days.a_workday(dice, date(2023, 6, 19), date(2023, 7, 31))
    return days.a_workday(dice, date(2024, 1, 8), date(2024, 2, 7))


def _status(dice: Random, cast: Cast, day: date) -> AttendanceStatus:
    if cast.role is not Role.ONLY_ABSENT and (days.in_full_week(day) or happens(dice, Chance.SCHOOL_DAY_PRESENT)):
        return AttendanceStatus.PRESENT
    return dice.choice((AttendanceStatus.ABSENT, AttendanceStatus.LEAVE))


def _stay(dice: Random, cast: Cast, admitted_on: date, ended_on: date | None) -> Stay:
    boards = age_in_years(cast.born, admitted_on) >= BOARDING_AGE
    modes = (CustodyMode.WEEKDAY_BOARDING, CustodyMode.FULL_BOARDING) if boards else (CustodyMode.DAY,)
    home = cast.centre if happens(dice, Chance.CARED_FOR_BY_CENTRE) else organisations.care_home_of(cast.county)
    reason = CustodyEndReason.RETURNED_HOME if ended_on else None
    return Stay(home, dice.choice(modes), admitted_on, ended_on, reason)
