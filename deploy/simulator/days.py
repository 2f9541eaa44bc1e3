"""The calendar of the cohort: working days, school days, days of sessions."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import chain
from random import Random

from deploy.simulator.sources import Span, invention, source
from shared.workdays import calendar

SATURDAY, SUNDAY = 5, 6


def days(first: date, last: date) -> Iterator[date]:
    """Yield every day from the first to the last, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@cache
def is_off(day: date) -> bool:
    """Tell whether a day is a Sunday or a public holiday: nobody works."""
    of_its_year = day in calendar().off or any(_in(day, span) for span in invention().days_off)
    return day.weekday() == SUNDAY or of_its_year


def is_workday(day: date) -> bool:
    """Tell whether clinics, hospitals and federations work."""
    return day.weekday() != SATURDAY and not is_off(day)


@cache
def is_school_day(day: date) -> bool:
    """Tell whether a day is a workday inside a term."""
    return is_workday(day) and any(_in(day, term) for term in terms(day))


def terms(until: date) -> list[Span]:
    """Return the school terms up to the one of a day: those that are known, and after them the usual ones."""
    known = invention().terms
    years = range(known[-1][1].year, until.year + 1)
    usual = (_usual_terms(year) for year in years)
    return [term for term in (*known, *chain(*usual)) if term[0] <= until]


def school_days_before(today: date, number: int) -> list[date]:
    """Return the last school days before a day, at most so many, of the weeks behind it; none in the holidays."""
    recent = days(today - timedelta(days=2 * number + 1), today - timedelta(days=1))
    return [day for day in recent if is_school_day(day)][-number:]


def in_full_week(day: date) -> bool:
    """Tell whether a day lies in the week in which every child of the cohort came to everything.

    So the cohort's figures hold by construction, whatever the dice say about single days.
    """
    return _in(day, invention().full_week)


def workday_from(day: date) -> date:
    """Return the day itself or the next workday."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def a_workday(dice: Random, first: date, last: date) -> date:
    """Return a workday between two days, both included; there must be one."""
    while not is_workday(day := first + timedelta(days=dice.randint(0, (last - first).days))):
        pass
    return day


def after(dice: Random, day: date, least: int, most: int) -> date:
    """Return a workday some days after a day; `most` allows for a weekend, longer holidays come on top."""
    return workday_from(day + timedelta(days=dice.randint(least, most)))


def last_day() -> date:
    """Return the last day of the plan, the day of the press conference."""
    return source().period.to


def _usual_terms(year: int) -> tuple[Span, Span]:
    return (date(year, 9, 1), date(year + 1, 1, 20)), (date(year + 1, 2, 24), date(year + 1, 7, 5))


def _in(day: date, span: Span) -> bool:
    return span[0] <= day <= span[1]
