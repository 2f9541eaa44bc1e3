"""Days at school: single, in batches, by the daily roster; a child's month."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from services.education.api.forms import Given, Uow, View
from services.education.domain.attendance import Roster, SchoolDay
from services.education.handlers import attendance as handlers
from services.education.repository.attendance import Attendance, readable_attendance
from services.education.repository.placements import readable_placements
from shared.access.policy import Act, Actor
from shared.ages import anniversary
from shared.contracts.events.education import AttendanceStatus, PlacementMode
from shared.errors import CaseNotFound, Refusal
from shared.http.doors import Read, may
from shared.http.problems import language_of
from shared.ids import CaseId
from shared.stage import Body, Day, Moment

router = APIRouter(prefix="/v1", tags=["attendance"])

LARGEST_BATCH = 1000
Cases = Annotated[list[UUID], Field(max_length=LARGEST_BATCH)]


class DayIn(Body):
    """One child's day at the actor's own institution."""

    on: Day
    status: AttendanceStatus
    corrects: UUID | None = Field(default=None, description="Fact about this day that no longer holds.")
    starts_at: Moment | None = Field(default=None, description="Arrival, where the school records it.")
    ends_at: Moment | None = Field(default=None, description="Departure, where the school records it.")

    @property
    def day(self) -> SchoolDay:
        """The day as the rules take it."""
        return SchoolDay(self.on, self.status, self.corrects, self.starts_at, self.ends_at)


class BatchDayIn(DayIn):
    """One child's day in a batch."""

    case: UUID


class BatchIn(Body):
    """Days of several children."""

    days: list[BatchDayIn] = Field(min_length=1, max_length=LARGEST_BATCH)


class RosterIn(Body):
    """One day of all children of the institution: present, unless named here."""

    on: Day
    absent: Cases = Field(default=[], description="Children who did not come.")
    on_leave: Cases = Field(default=[], description="Children on leave.")

    @property
    def roster(self) -> Roster:
        """The day as the rules take it."""
        return Roster(self.on, self.absent, self.on_leave)


class DayOut(BaseModel):
    """What became of one day: recorded, and whether it counts as education; or refused, with the stable code."""

    fact: UUID | None = None
    counts: bool | None = Field(default=None, description="Present, and at a teaching site under a valid licence.")
    code: str | None = None
    title: str | None = None


class BatchOut(BaseModel):
    """Results in the order of the batch."""

    recorded: int
    refused: int
    results: list[DayOut]


class AttendanceOut(View):
    """One recorded day; `said_by` is the fact to name in a correction."""

    day: date
    institution: UUID
    mode: PlacementMode
    status: AttendanceStatus
    starts_at: datetime | None
    ends_at: datetime | None
    said_by: UUID


class RosterOut(BaseModel):
    """A child that is to come on a day, and what is recorded of it."""

    case: UUID
    status: AttendanceStatus | None = Field(default=None, description="Absent while nothing is recorded.")
    said_by: UUID | None = Field(default=None, description="The fact to name in a correction.")


@router.post("/attendance/batch")
async def record_attendance_batch(
    body: BatchIn, actor: Annotated[Actor, may(Act.RECORD_ATTENDANCE)], uow: Uow, request: Request
) -> BatchOut:
    """Record up to 1,000 school days with a result per day; one refused does not stop the others."""
    days = [(entry.case, entry.day) for entry in body.days]
    outcomes = await handlers.record_days(actor.organisation, days, uow)
    return await uow.commit(_batch_out(outcomes, language_of(request)))


@router.post("/cases/{case}/attendance", status_code=201)
async def record_attendance(
    case: CaseId, body: DayIn, actor: Annotated[Actor, may(Act.RECORD_ATTENDANCE)], uow: Uow
) -> DayOut:
    """Record one school day of a child placed with the actor's institution."""
    (result,) = await handlers.record_days(actor.organisation, [(case, body.day)], uow)
    if isinstance(result, Refusal):
        raise result
    return await uow.commit(DayOut(fact=result.fact, counts=result.counts))


@router.post("/attendance/roster")
async def call_roster(
    body: RosterIn, actor: Annotated[Actor, may(Act.RECORD_ATTENDANCE)], uow: Uow, request: Request
) -> BatchOut:
    """Record the day of every child that is to come and has none yet: present, unless named absent or on leave."""
    outcomes = await handlers.call_roster(actor.organisation, body.roster, uow)
    return await uow.commit(_batch_out(outcomes, language_of(request)))


@router.get("/attendance/roster")
async def roster(
    on: Annotated[date, Query(description="The day.")],
    actor: Annotated[Actor, may(Act.RECORD_ATTENDANCE)],
    reading: Read,
) -> list[RosterOut]:
    """List the children who are to come to the actor's institution on a day, with what is recorded."""
    days = Attendance(reading.session)
    expected = await days.expected(actor.organisation, on)
    said = await days.statuses(actor.organisation, on, expected)
    await reading.shown(expected)
    return [_expected(case, said.get(case)) for case in expected]


@router.get("/cases/{case}/attendance")
async def attendance_of(
    case: CaseId,
    month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Month, as 2024-03.")],
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
) -> list[AttendanceOut]:
    """List a child's school days of a month: an institution its own, an authority all."""
    since, visible_for = date.fromisoformat(f"{month}-01"), given.rules.visible_after_days
    visible = readable_placements(actor, visible_for, case)
    if (await reading.session.execute(visible.limit(1))).first() is None:
        raise CaseNotFound
    await reading.shown([case])
    wanted = readable_attendance(actor, visible_for, case, since, anniversary(since, months=1))
    return [AttendanceOut.model_validate(row) for row in await reading.session.execute(wanted)]


def _expected(case: UUID, said: tuple[str, UUID] | None) -> RosterOut:
    status, fact = said or (None, None)
    return RosterOut.model_validate({"case": case, "status": status, "said_by": fact})


def _batch_out(outcomes: Sequence[handlers.Recorded | Refusal], language: str) -> BatchOut:
    results = [_day_out(outcome, language) for outcome in outcomes]
    recorded = sum(result.code is None for result in results)
    return BatchOut(recorded=recorded, refused=len(results) - recorded, results=results)


def _day_out(result: handlers.Recorded | Refusal, language: str) -> DayOut:
    if isinstance(result, Refusal):
        return DayOut(code=result.code, title=result.words(language))
    return DayOut(fact=result.fact, counts=result.counts)
