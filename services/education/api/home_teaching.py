"""Home teaching: visits, and the class hours so far against the pace."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.education.api.forms import Given, Uow, View
from services.education.domain.calendar import school_year
from services.education.domain.home_teaching import Visit, explain_pace, pace
from services.education.handlers import schooling as handlers
from services.education.repository.schooling import readable_visits, taught_at_home
from shared import clock
from shared.access.policy import Act, Actor
from shared.errors import CaseNotFound
from shared.http.doors import Read, may
from shared.ids import CaseId, PersonId
from shared.journal.unit_of_work import Receipt
from shared.rulebook.explanation import Explanation
from shared.stage import Body, Moment

router = APIRouter(prefix="/v1", tags=["home teaching"])


class VisitIn(Body):
    """A teacher's visit at the child's home."""

    teacher: PersonId
    starts_at: Moment
    ends_at: Moment
    class_hours: int = Field(ge=1, le=12, description="Class hours given (课时).", strict=True)
    corrects: UUID | None = Field(default=None, description="Fact about this visit that no longer holds.")

    @property
    def visit(self) -> Visit:
        """The visit as the rules take it."""
        return Visit(self.teacher, self.starts_at, self.ends_at, self.class_hours, self.corrects)


class VisitOut(View):
    """A visit as it stands; `said_by` is the fact to name in a correction."""

    id: UUID
    teacher: UUID
    starts_at: datetime
    ends_at: datetime
    class_hours: int
    said_by: UUID


class HoursOut(BaseModel):
    """Class hours so far in a school year, against pace and target."""

    since: date
    day: date
    weeks: int = Field(description="School weeks that are over.")
    hours: int
    due: int = Field(description="Class hours due by the day: the pace.")
    target: int = Field(description="Class hours of the whole school year.")
    behind: int
    visits: list[VisitOut]
    explanation: Explanation


@router.post("/cases/{case}/home-visits", status_code=201)
async def record_visit(
    case: CaseId, body: VisitIn, actor: Annotated[Actor, may(Act.RECORD_HOME_TEACHING)], uow: Uow
) -> Receipt:
    """Record a visit to a child that the actor's school teaches at home."""
    return await uow.commit(record=await handlers.teach_at_home(case, actor, body.visit, uow))


@router.get("/cases/{case}/home-teaching")
async def hours_so_far(
    case: CaseId,
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
    on: Annotated[date | None, Query(description="As of this day; today unless given.")] = None,
) -> HoursOut:
    """Show the class hours of home teaching in the school year of a day, against pace and target."""
    day, visible_for = on or clock.today(), given.rules.visible_after_days
    placed = (await reading.session.execute(taught_at_home(actor, visible_for, case, day))).one_or_none()
    if placed is None:
        raise CaseNotFound
    await reading.shown({case, placed.case_id})
    policy = given.policies.in_force(day)
    day = min(day, placed.last_day or day)
    since = max(placed.starts_on, school_year(day, policy).first)
    visits = (await reading.session.execute(readable_visits(actor, visible_for, case, since, day))).all()
    reached = pace(sum(visit.class_hours for visit in visits), placed.starts_on, day, policy)
    return HoursOut(
        since=reached.since,
        day=day,
        weeks=reached.weeks,
        hours=reached.hours,
        due=reached.due,
        target=reached.target,
        behind=reached.behind,
        visits=[VisitOut.model_validate(visit) for visit in visits],
        explanation=explain_pace(reached, policy),
    )
