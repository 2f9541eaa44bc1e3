"""School age: who is without a placement, who comes next September, the calendar."""

from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.education.api.forms import Given, View
from services.education.domain.calendar import SchoolPolicy, Season, Term, school_year, terms_of
from services.education.domain.placement import Placement
from services.education.domain.school_age import (
    Unplaced,
    births_of_next_year,
    births_of_school_age,
    compulsory_age,
    explain_compulsory_age,
    without_placement,
)
from services.education.repository.lists import of_next_year, unplaced
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.events.education import PlacementEndReason, PlacementMode
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page
from shared.rulebook.explanation import Explanation
from shared.stage import page

router = APIRouter(prefix="/v1", tags=["school age"])

On = Annotated[date | None, Query(description="As of this day; today unless given.")]


class UnplacedOut(View):
    """A child of compulsory age without a placement: since when and why."""

    case_id: UUID
    county: str
    compulsory_from: date
    compulsory_until: date
    watched_since: date | None
    since: date
    why: Unplaced
    end_reason: PlacementEndReason | None = Field(description="Why its last placement ended, where it was ended.")
    explanation: Explanation


class ComingOut(View):
    """A child whose compulsory schooling begins with the next school year."""

    case_id: UUID
    county: str
    compulsory_from: date
    watched_since: date | None
    decided: PlacementMode | None = Field(description="Form of schooling decided for the first day; absent when none.")


class CalendarOut(BaseModel):
    """The calendar of a school year."""

    policy: str
    first: date
    last: date
    terms: list[Term]
    pre_registration: Term
    assessment: Term
    placement: Term
    cut_off: date
    next_year_starts: date


@router.get("/school-age/unplaced")
async def children_without_placement(
    actor: Annotated[Actor, may(Act.READ_SCHOOL_AGE)],
    reading: Read,
    given: Given,
    on: On = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[UnplacedOut]:
    """List the children of compulsory age in the authority's region who have no placement, with since when and why."""
    day = on or clock.today()
    policy = given.policies.in_force(day)
    wanted = unplaced(actor, births_of_school_age(day, policy), day)
    shape = partial(_unplaced, day=day, policy=policy)
    return await page(reading, wanted, wanted.selected_columns.case_id, after, limit, shape)


@router.get("/school-age/next-september")
async def children_of_next_year(
    actor: Annotated[Actor, may(Act.READ_SCHOOL_AGE)],
    reading: Read,
    given: Given,
    on: On = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[ComingOut]:
    """List the children whose compulsory schooling begins with the next school year, and what is decided for them."""
    day = on or clock.today()
    policy = given.policies.in_force(day)
    wanted = of_next_year(actor, births_of_next_year(day, policy), day)
    shape = partial(_coming, policy=policy)
    return await page(reading, wanted, wanted.selected_columns.case_id, after, limit, shape)


@router.get("/school-calendar")
async def school_calendar(
    actor: Annotated[Actor, may(Act.READ_SCHOOL_CALENDAR)], given: Given, on: On = None
) -> CalendarOut:
    """Show the calendar of the school year of a day: terms, and the months of registration and placement."""
    del actor
    day = on or clock.today()
    policy = given.policies.in_force(day)
    year = school_year(day, policy)

    def of(season: Season) -> Term:
        return season.of(year.last.year)

    return CalendarOut(
        policy=policy.policy,
        first=year.first,
        last=year.last,
        terms=list(terms_of(year, policy)),
        pre_registration=of(policy.pre_registration.value),
        assessment=of(policy.assessment.value),
        placement=of(policy.placement.value),
        cut_off=policy.cut_off.value.of(year.last.year),
        next_year_starts=policy.year_starts.value.of(year.last.year),
    )


def _placements(row: Any) -> list[tuple[Placement, str | None]]:  # noqa: ANN401 - a row has the columns of its statement
    return [
        (
            Placement(
                UUID(one["id"]), PlacementMode(one["mode"]), None, _day(one["starts_on"]), _day_or_none(one["last_day"])
            ),
            one["end_reason"],
        )
        for one in row.placements or ()
    ]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _day_or_none(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _unplaced(row: Any, *, day: date, policy: SchoolPolicy) -> UnplacedOut:  # noqa: ANN401 - as above
    had = _placements(row)
    age = compulsory_age(row.birth_date, policy)
    last = max((one for one in had if one[0].starts_on <= day), key=lambda one: one[0].starts_on, default=None)
    ended = PlacementEndReason(last[1]) if last and last[1] else None
    missing = without_placement(age, [placement for placement, _ in had], day, ended)
    assert missing is not None  # noqa: S101 - the list holds none but these
    return UnplacedOut(
        case_id=row.case_id,
        county=row.county,
        compulsory_from=age.first,
        compulsory_until=age.last,
        watched_since=row.watched_since,
        since=missing.since,
        why=missing.why,
        end_reason=missing.reason,
        explanation=explain_compulsory_age(row.birth_date, day, policy),
    )


def _coming(row: Any, *, policy: SchoolPolicy) -> ComingOut:  # noqa: ANN401 - as above
    first = compulsory_age(row.birth_date, policy).first
    on_first_day = [placement.mode for placement, _ in _placements(row) if placement.covers(first)]
    return ComingOut(
        case_id=row.case_id,
        county=row.county,
        compulsory_from=first,
        watched_since=row.watched_since,
        decided=on_first_day[-1] if on_first_day else None,
    )
