"""The school calendar and the figures of schooling, by version: every date and number of §4 stands in a policy file."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.events.education import PlacementMode
from shared.policyfile import Figure, Policies, PolicyVersion, read_policies
from shared.rulebook.registry import rule
from shared.workdays import calendar

BUILT_IN = Path(__file__).parent
"""Folder of the province's file; a county with a calendar of its own names another folder in the settings."""

SUNDAY = 6
A_DAY = timedelta(days=1)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class YearDay(_Part):
    """A day that comes every year."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    def of(self, year: int) -> date:
        """Return the day in a year; 29 February is the 28th where there is none."""
        return date(year, self.month, 28 if (self.month, self.day) == (2, 29) else self.day)


class Season(_Part):
    """Days of a year in a row, both included; one that ends before it begins ends in the year after."""

    first: YearDay
    last: YearDay

    def of(self, year: int) -> "Term":
        """Return the days of the season that begins in a year."""
        last = self.last.of(year)
        first = self.first.of(year)
        return Term(first=first, last=last if last >= first else self.last.of(year + 1))


class Term(_Part):
    """A school term, both days included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the term."""
        return self.first <= day <= self.last


class SchoolPolicy(PolicyVersion):
    """One version of a county's figures of schooling, as its file says it."""

    school_age: Figure[int] = Field(title="入学年龄", description="Age at which compulsory schooling begins (§4).")
    cut_off: Figure[YearDay] = Field(
        title="入学年龄截止日", description="Day by which a child has turned that age to start in the same year (§4)."
    )
    year_starts: Figure[YearDay] = Field(title="学年开始日", description="First day of the school year (§4).")
    compulsory_years: Figure[int] = Field(title="义务教育年限", description="Years of compulsory schooling (§4).")
    pre_registration: Figure[Season] = Field(
        title="入学登记期", description="When lists of federation and health are matched to education (§4)."
    )
    assessment: Figure[Season] = Field(title="入学评估期", description="When the expert committee assesses (§4).")
    placement: Figure[Season] = Field(title="入学安置期", description="When the expert committee places (§4).")
    usual_terms: Figure[tuple[Season, ...]] = Field(
        title="学期", description="Terms of a school year for which no exact dates are given (§4)."
    )
    terms: Figure[tuple[Term, ...]] = Field(title="各学年学期起止", description="Exact terms of single years (§4).")
    school_weeks: Figure[int] = Field(title="学年教学周数", description="School weeks of a school year (§4).")
    home_hours_per_year: Figure[int] = Field(
        title="送教上门年课时", description="Class hours of home teaching in a school year, at least (§4)."
    )
    class_hour_minutes: Figure[int] = Field(
        title="课时长度", description="Length of a class hour in minutes; a visit holds no more of them (§4)."
    )
    behind_from_hours: Figure[int] = Field(
        title="送教课时滞后预警", description="Class hours behind pace from which a gap is noticed: one week's (§4)."
    )
    gap_school_days: Figure[int] = Field(
        title="缺勤预警学日数", description="School days in a row without attendance that make a gap (§4)."
    )
    deferral_months: Figure[int] = Field(
        title="延缓入学复核期", description="Longest deferral before its yearly review, months (§4)."
    )
    refuse_unlicensed_sites: Figure[bool] = Field(
        title="无资质教学点不予安置",
        description="Whether a placement at a site without a valid licence is refused, not only left uncounted (§4).",
    )
    resource_room_pupils: Figure[int] = Field(
        title="资源教室学生数", description="Pupils with disabilities from which an ordinary school owes a room (§4)."
    )
    enrolment_modes: Figure[tuple[PlacementMode, ...]] = Field(
        title="入学率计入的安置方式", description="Forms of schooling that count into the enrolment rate (§4)."
    )
    enrolment_threshold_percent: Figure[int] = Field(
        title="入学率标准", description="Enrolment rate that inspection asks for, percent (§4)."
    )

    @property
    def hours_per_week(self) -> int:
        """Pace of home teaching: the year's hours over its weeks."""
        return self.home_hours_per_year.value // self.school_weeks.value


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year: from its first day to the day before the next one's."""

    first: date
    last: date


def read_school_policies(folder: Path = BUILT_IN) -> Policies[SchoolPolicy]:
    """Read the policy files of a folder."""
    return read_policies(SchoolPolicy, folder, "SCHOOL-*.json")


@rule("education.school-year", "assumed", zh="学年起止", setting="EDUCATION_POLICY_FOLDER: year_starts")
def school_year(day: date, policy: SchoolPolicy) -> SchoolYear:
    """Return the school year in which a day lies, from 1 September by default (handbook §4)."""
    first = policy.year_starts.value.of(day.year)
    if day < first:
        first = policy.year_starts.value.of(day.year - 1)
    return SchoolYear(first, policy.year_starts.value.of(first.year + 1) - A_DAY)


@rule("education.terms", "assumed", zh="学年的学期", setting="EDUCATION_POLICY_FOLDER: terms, usual_terms")
def terms_of(year: SchoolYear, policy: SchoolPolicy) -> tuple[Term, ...]:
    """Return the terms of a school year: its exact dates, or the usual ones where none are given (handbook §4)."""
    exact = tuple(term for term in policy.terms.value if year.first <= term.first <= year.last)
    return exact or tuple(_usual(season, year) for season in policy.usual_terms.value)


def _usual(season: Season, year: SchoolYear) -> Term:
    term = season.of(year.first.year)
    return term if term.first >= year.first else season.of(year.first.year + 1)


@rule("education.current-term", "assumed", zh="所在学期")
def term_of(day: date, policy: SchoolPolicy) -> Term:
    """Return the term of a day; in the holidays the next one (handbook §4)."""
    year = school_year(day, policy)
    after = school_year(year.last + A_DAY, policy)
    return next(term for term in (*terms_of(year, policy), *terms_of(after, policy)) if term.last >= day)


@rule("education.school-day", "assumed", zh="在校日：学期内的工作日")
def is_school_day(day: date, policy: SchoolPolicy) -> bool:
    """Tell whether school is held on a day: inside a term, no weekend and no public holiday (handbook §4)."""
    return calendar().works_on(day) and any(term.holds(day) for term in terms_of(school_year(day, policy), policy))


def school_days(first: date, last: date, policy: SchoolPolicy) -> list[date]:
    """Return the school days from one day to another, both included."""
    days: list[date] = []
    year = school_year(first, policy)
    while year.first <= last:
        of_year = _days_of(year, policy)
        days += of_year[bisect_left(of_year, first) : bisect_right(of_year, last)]
        year = school_year(year.last + A_DAY, policy)
    return days


@lru_cache(maxsize=256)
def _days_of(year: SchoolYear, policy: SchoolPolicy) -> tuple[date, ...]:
    days = (year.first + timedelta(days=number) for number in range((year.last - year.first).days + 1))
    return tuple(day for day in days if is_school_day(day, policy))


@rule("education.weeks-completed", "assumed", zh="已完成的教学周数")
def weeks_completed(first: date, last: date, policy: SchoolPolicy) -> int:
    """Return how many school weeks lie between two days of one school year and are over (handbook §4).

    A week counts with its first school day and is over on its Sunday; a school year has no more than its 36 weeks.
    """
    sundays = {day + timedelta(days=SUNDAY - day.weekday()) for day in school_days(first, last, policy)}
    return min(sum(sunday <= last for sunday in sundays), policy.school_weeks.value)
