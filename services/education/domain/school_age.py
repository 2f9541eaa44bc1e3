"""School age: who is of it, from when to when, and who is without a placement (义务教育法; handbook §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.education.domain.calendar import SchoolPolicy, school_year
from services.education.domain.placement import Placement, in_force
from shared.ages import birthday
from shared.contracts.events.education import LicenceStage, PlacementEndReason, PlacementMode, SchoolAgeWatchOpened
from shared.rulebook.explanation import Explanation, Step, step
from shared.rulebook.registry import rule

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CompulsoryAge:
    """Compulsory schooling of one child, both days included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Births:
    """Birth dates of a group of children: after the first day, up to the second."""

    after: date
    until: date


@rule("education.compulsory-age", "source", zh="义务教育年龄：8月31日前满6周岁，9月1日入学，共九年")
def compulsory_age(born: date, policy: SchoolPolicy) -> CompulsoryAge:
    """Work out the compulsory years: from the September after the sixth birthday (义务教育法; handbook §4).

    The age is the law's, the cut-off and the first day of the year are the county's calendar.
    """
    turned = birthday(born, policy.school_age.value)
    year = turned.year if turned <= policy.cut_off.value.of(turned.year) else turned.year + 1
    first = policy.year_starts.value.of(year)
    return CompulsoryAge(first, policy.year_starts.value.of(year + policy.compulsory_years.value) - A_DAY)


def births_of_school_age(day: date, policy: SchoolPolicy) -> Births:
    """Return the birth dates of all children of compulsory age on a day: `compulsory_age` asked the other way round."""
    year = school_year(day, policy).first.year - policy.school_age.value
    cut_off = policy.cut_off.value
    return Births(cut_off.of(year - policy.compulsory_years.value), cut_off.of(year))


def births_of_next_year(day: date, policy: SchoolPolicy) -> Births:
    """Return the birth dates of all children whose compulsory schooling begins with the next school year."""
    next_year = births_of_school_age(school_year(day, policy).last + A_DAY, policy).until
    return Births(births_of_school_age(day, policy).until, next_year)


@rule("education.stage", "assumed", zh="学段：学前、义务教育、高中阶段")
def stage_on(born: date, day: date, policy: SchoolPolicy) -> LicenceStage:
    """Return the stage of education of a child on a day, 3 + 9 + 3 years (handbook §4)."""
    age = compulsory_age(born, policy)
    if day < age.first:
        return LicenceStage.PRESCHOOL
    return LicenceStage.COMPULSORY if day <= age.last else LicenceStage.SENIOR


@rule("education.school-age-watch", "source", zh="确诊儿童纳入学龄关注，直至安置")
def open_watch(born: date, county: str, on: date, policy: SchoolPolicy) -> SchoolAgeWatchOpened | None:
    """Watch a confirmed child until it is placed; none whose compulsory years are over (义务教育法; handbook §4)."""
    age = compulsory_age(born, policy)
    if on > age.last:
        return None
    return SchoolAgeWatchOpened(county=county, compulsory_from=age.first, compulsory_until=age.last, opened_on=on)


class Unplaced(StrEnum):
    """Why a child of compulsory age has no placement."""

    NEVER_DECIDED = "never_decided"
    DECIDED_FOR_LATER = "decided_for_later"
    DEFERRAL_OVER = "deferral_over"
    PLACEMENT_OVER = "placement_over"
    PLACEMENT_ENDED = "placement_ended"


@dataclass(frozen=True, slots=True)
class Missing:
    """A child of compulsory age without a placement: since when and why."""

    since: date
    why: Unplaced
    reason: PlacementEndReason | None = None


@rule("education.unplaced", "source", zh="义务教育年龄而无安置：自何日起、原因")
def without_placement(
    age: CompulsoryAge, placements: Iterable[Placement], day: date, ended: PlacementEndReason | None = None
) -> Missing | None:
    """Tell since when and why a child of compulsory age is not placed (义务教育法, 教育条例; handbook §4).

    `ended` is the reason for which its last placement ended, where it was ended. An approved deferral is a placement.
    """
    known = sorted(placements, key=lambda placement: placement.starts_on)
    if not age.holds(day) or in_force(known, day) is not None:
        return None
    begun = [placement for placement in known if placement.starts_on <= day]
    if not begun:
        return Missing(age.first, Unplaced.DECIDED_FOR_LATER if known else Unplaced.NEVER_DECIDED)
    last = begun[-1]
    since = max(age.first, (last.ends_on or day) + A_DAY)
    if ended is not None:
        return Missing(since, Unplaced.PLACEMENT_ENDED, ended)
    over = Unplaced.DEFERRAL_OVER if last.mode is PlacementMode.DEFERRED else Unplaced.PLACEMENT_OVER
    return Missing(since, over)


def explain_compulsory_age(born: date, day: date, policy: SchoolPolicy) -> Explanation:
    """Show how the compulsory years of a child come about, and whether a day lies in them."""
    age, turned = compulsory_age(born, policy), birthday(born, policy.school_age.value)
    steps = (_turned(turned, policy), _years(age, policy), _today(age, day))
    outcome = stage_on(born, day, policy).value
    return Explanation(rule="education.compulsory-age", policy=policy.policy, outcome=outcome, steps=steps)


def _turned(turned: date, policy: SchoolPolicy) -> Step:
    cut_off = policy.cut_off.value.of(turned.year)
    return step(
        "turned-by-cut-off",
        "Turns {age} on {turned}; the cut-off of that year is {cut_off}.",
        "{turned} 满 {age} 周岁；当年截止日为 {cut_off}。",
        holds=turned <= cut_off,
        age=policy.school_age.value,
        turned=turned,
        cut_off=cut_off,
    )


def _years(age: CompulsoryAge, policy: SchoolPolicy) -> Step:
    return step(
        "compulsory-years",
        "Compulsory schooling lasts {years} years: {first} to {last}.",
        "义务教育 {years} 年：{first} 至 {last}。",
        years=policy.compulsory_years.value,
        first=age.first,
        last=age.last,
    )


def _today(age: CompulsoryAge, day: date) -> Step:
    return step("of-age-on", "{day} lies inside these years.", "{day} 在此期间内。", holds=age.holds(day), day=day)
