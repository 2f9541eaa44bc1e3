"""The two files behind the cohort: what the press conference said, and what is invented."""

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.codes import RehabCategory

Span = tuple[date, date]
"""First and last day, both included."""


class Role(StrEnum):
    """What a child is in the cohort for: to be counted, or to be wrongly counted by a careless indicator."""

    FOUND_IN_PROGRESS = "found_in_progress"
    """Newly found, on the way through the chain of screening."""
    FOUND_REHABILITATED = "found_rehabilitated"
    """Newly found and already in rehabilitation."""
    REHABILITATED = "rehabilitated"
    """Known from before, in rehabilitation, nothing else."""
    UNLICENSED_SITE = "unlicensed_site"
    """In rehabilitation; taught at an institution that never had a licence."""
    EXPIRED_LICENCE = "expired_licence"
    """In rehabilitation; taught at an institution whose licence ran out before the period."""
    BEFORE_LICENCE = "before_licence"
    """In rehabilitation; taught at a licensed institution, but only before its licence began."""
    ONLY_ABSENT = "only_absent"
    """In rehabilitation and care; placed at a licensed institution, never there on a school day."""
    ORDINARY_SCHOOL = "ordinary_school"
    """In rehabilitation; goes to a school, not to a teaching site."""
    CUSTODY_ONLY = "custody_only"
    """In rehabilitation and care, without schooling until after the period."""
    EDUCATED = "educated"
    """Educated at a licensed institution, not in care."""
    CUSTODY_BEFORE_SCHOOLING = "custody_before_schooling"
    """Educated at a licensed institution; had left care before that."""
    INTEGRATED = "integrated"
    """Rehabilitation, schooling and care at one time."""
    NEVER_CAME = "never_came"
    """Approved, never enrolled."""
    NEVER_ATTENDED = "never_attended"
    """Enrolled, missed every session."""
    ENDED_BEFORE = "ended_before"
    """Rehabilitation ended before the period."""
    SCREENED_NORMAL = "screened_normal"
    """Screened in the period, nothing found."""
    FOUND_BEFORE = "found_before"
    """Found before the period, confirmed in it."""
    LATELY = "lately"
    """Screened in the last weeks before today, long after the period: beside the cohort, never in its figures."""


class Chance(StrEnum):
    """Dice of the plan; how likely each is stands in the file."""

    SESSION_ATTENDED = "session_attended"
    SCHOOL_DAY_PRESENT = "school_day_present"
    UNDER_SEVEN = "under_seven"
    SCHOOL_AGE_ON_SITE = "school_age_on_site"
    BOY = "boy"
    GOES_ON = "goes_on"
    REGRESSED = "regressed"
    APPLIED_EARLY = "applied_early"
    LEFT_IN_SUMMER = "left_in_summer"
    ON_LEAVE_IN_SUMMER = "on_leave_in_summer"
    BEGAN_IN_SPRING = "began_in_spring"
    SPECIAL_SCHOOL = "special_school"
    TAUGHT_AT_HOME = "taught_at_home"
    DEFERRED = "deferred"
    CARED_FOR_BY_CENTRE = "cared_for_by_centre"
    HOME_FOR_SUMMER = "home_for_summer"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Part):
    """A county or the city."""

    region: str
    name: str


class Period(_Part):
    """The period of the figures, both days included."""

    since: date = Field(alias="from")
    to: date


class Source(_Part):
    """`cohort_2024.json`: figures of a real city programme."""

    source: str
    as_of: date
    period: Period
    city: Place
    counties: tuple[Place, ...]
    figures: dict[str, int]
    note: str


class Invention(_Part):
    """`invention.json`: how the rest is made up. `roles` are the children of the whole cohort."""

    note: str
    seed: int
    default_fraction: Decimal
    county_weights: dict[str, int]
    roles: dict[Role, int]
    category_weights: dict[RehabCategory, int]
    terms: tuple[Span, ...]
    days_off: tuple[Span, ...]
    full_week: Span
    slots: tuple[time, ...]
    session_minutes: int
    chances: dict[Chance, float]


def happens(dice: Random, chance: Chance) -> bool:
    """Throw the dice."""
    return dice.random() < invention().chances[chance]


@cache
def source() -> Source:
    """Read the figures."""
    return Source.model_validate_json(Path(__file__).with_name("cohort_2024.json").read_bytes())


@cache
def invention() -> Invention:
    """Read the invention."""
    return Invention.model_validate_json(Path(__file__).with_name("invention.json").read_bytes())
