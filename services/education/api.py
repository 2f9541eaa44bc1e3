"""Education's doors: placements, attendance single and in batches, licences of institutions."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from services.education import handlers
from services.education.domain import Licence, PlacementOrder, SchoolDay
from services.education.repository import (
    EducationUnitOfWork,
    licences_of,
    readable_attendance,
    readable_placements,
)
from services.education.settings import Settings
from shared.access.policy import Act, Actor, covers
from shared.ages import anniversary
from shared.contracts.codes import OrgType
from shared.contracts.events.education import (
    AttendanceStatus,
    LicenceStage,
    PlacementMode,
    PlacementStep,
    SkipReason,
)
from shared.errors import CaseNotFound, NotAllowed, Refusal
from shared.http.doors import Read, may, service_of, writing
from shared.http.paging import After, Limit, Page
from shared.http.problems import language_of
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day, page, settings

router = APIRouter(prefix="/v1", tags=["education"])

Uow = Annotated[EducationUnitOfWork, writing]
SITES = frozenset({OrgType.REHAB_CENTRE, OrgType.CARE_HOME})
LARGEST_BATCH = 1000


Given = Annotated[Settings, Depends(settings)]


class PlacementIn(Body):
    """A decision of the county expert committee (残疾人教育条例 art. 20)."""

    mode: PlacementMode
    school: UUID | None = Field(default=None, description="School that keeps the roll.")
    site: UUID | None = Field(default=None, description="Institution of the teaching site.")
    decided_on: Day
    starts_on: Day
    ends_on: Day | None = Field(default=None, description="Last day, itself included.")
    reasons: dict[PlacementStep, SkipReason] = Field(default={}, description="Why earlier steps do not serve.")

    @property
    def order(self) -> PlacementOrder:
        """The order as the rules take it."""
        return PlacementOrder(**{name: getattr(self, name) for name in PlacementIn.model_fields})


class DayIn(Body):
    """One child's day at the actor's own institution."""

    on: Day
    status: AttendanceStatus
    corrects: UUID | None = Field(default=None, description="Fact about this day that no longer holds.")

    @property
    def day(self) -> SchoolDay:
        """The day as the rules take it."""
        return SchoolDay(self.on, self.status, self.corrects)


class BatchDayIn(DayIn):
    """One child's day in a batch."""

    case: UUID


class BatchIn(Body):
    """Days of several children."""

    days: list[BatchDayIn] = Field(min_length=1, max_length=LARGEST_BATCH)


class LicenceIn(Body):
    """An education licence of an institution (handbook §4)."""

    number: str = Field(min_length=1, max_length=40, description="Number of the licence; stays with education.")
    stage: LicenceStage
    valid_from: Day
    valid_until: Day = Field(description="Last day, itself included.")
    partner_school: UUID = Field(description="School that keeps the roll.")


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


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SkippedOut(_Row):
    """An earlier step of the order that was passed over, and why."""

    step: PlacementStep
    reason: SkipReason


class PlacementOut(_Row):
    """A placement as it stands."""

    id: UUID
    case_id: UUID
    mode: PlacementMode
    school: UUID | None
    site: UUID | None
    decided_on: date
    starts_on: date
    ends_on: date | None
    last_day: date | None = Field(description="Last day in force, where another placement follows or it ends.")
    skipped: list[SkippedOut]


class AttendanceOut(_Row):
    """One recorded day; `said_by` is the fact to name in a correction."""

    day: date
    institution: UUID
    mode: PlacementMode
    status: AttendanceStatus
    said_by: UUID


class LicenceOut(_Row):
    """An education licence."""

    id: UUID
    institution: UUID
    number: str
    county: str
    stage: LicenceStage
    valid_from: date
    valid_until: date
    partner_school: UUID


@router.post("/cases/{case}/placements", status_code=201)
async def decide_placement(
    case: CaseId,
    body: PlacementIn,
    actor: Annotated[Actor, may(Act.DECIDE_PLACEMENT)],
    uow: Uow,
    request: Request,
    given: Given,
) -> Receipt:
    """Decide where a child of the authority's region goes to school."""
    organisations = service_of(request).organisations
    if body.school is not None:
        await organisations.get(body.school, field_name="school", needed=frozenset({OrgType.SCHOOL}))
    if body.site is not None:
        await organisations.get(body.site, field_name="site", needed=SITES)
    placement = await handlers.decide_placement(case, actor.region, body.order, given.policy, uow)
    return await uow.commit(record=placement)


@router.get("/cases/{case}/placements")
async def placements_of(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_PLACEMENT)], reading: Read, given: Given
) -> list[PlacementOut]:
    """List the placements of a child, as far as the actor may see them."""
    rows = (await reading.session.execute(readable_placements(actor, given.visible_after_days, case))).all()
    if not rows:
        raise CaseNotFound
    await reading.shown([case])
    return [PlacementOut.model_validate(row) for row in rows]


@router.get("/placements")
async def placements(
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
    limit: Limit = 50,
    after: After = None,
) -> Page[PlacementOut]:
    """List the placements that the actor may see: an institution's own, an authority's region."""
    wanted = readable_placements(actor, given.visible_after_days)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, PlacementOut.model_validate)


@router.post("/cases/{case}/attendance", status_code=201)
async def record_attendance(
    case: CaseId, body: DayIn, actor: Annotated[Actor, may(Act.RECORD_ATTENDANCE)], uow: Uow
) -> DayOut:
    """Record one school day of a child placed with the actor's institution."""
    (result,) = await handlers.record_days(actor.organisation, [(case, body.day)], uow)
    if isinstance(result, Refusal):
        raise result
    return await uow.commit(DayOut(fact=result.fact, counts=result.counts))


@router.post("/attendance/batch")
async def record_attendance_batch(
    body: BatchIn, actor: Annotated[Actor, may(Act.RECORD_ATTENDANCE)], uow: Uow, request: Request
) -> BatchOut:
    """Record up to 1,000 school days with a result per day; one refused does not stop the others."""
    days = [(entry.case, entry.day) for entry in body.days]
    outcomes, language = await handlers.record_days(actor.organisation, days, uow), language_of(request)
    results = [_day_out(outcome, language) for outcome in outcomes]
    recorded = sum(result.code is None for result in results)
    return await uow.commit(BatchOut(recorded=recorded, refused=len(results) - recorded, results=results))


@router.get("/cases/{case}/attendance")
async def attendance_of(
    case: CaseId,
    month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Month, as 2024-03.")],
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
) -> list[AttendanceOut]:
    """List a child's school days of a month: an institution its own, an authority all."""
    since = date.fromisoformat(f"{month}-01")
    visible = readable_placements(actor, given.visible_after_days, case)
    if (await reading.session.execute(visible.limit(1))).first() is None:
        raise CaseNotFound
    await reading.shown([case])
    wanted = readable_attendance(actor, given.visible_after_days, case, since, anniversary(since, months=1))
    return [AttendanceOut.model_validate(row) for row in await reading.session.execute(wanted)]


@router.post("/institutions/{institution}/licences", status_code=201)
async def grant_licence(
    institution: UUID,
    body: LicenceIn,
    actor: Annotated[Actor, may(Act.GRANT_LICENCE)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Grant an institution of the authority's region an education licence."""
    organisations = service_of(request).organisations
    held_by = await organisations.get(institution, field_name="institution", needed=SITES)
    await organisations.get(body.partner_school, field_name="partner_school", needed=frozenset({OrgType.SCHOOL}))
    if not covers(actor.region, held_by.region):
        raise NotAllowed(act=Act.GRANT_LICENCE.value)
    licence = Licence(body.stage, body.valid_from, body.valid_until, body.partner_school)
    granted = await handlers.grant_licence(institution, held_by.region, body.number, licence, uow)
    return await uow.commit(record=granted)


@router.get("/institutions/{institution}/licences")
async def licences(
    institution: UUID, actor: Annotated[Actor, may(Act.READ_LICENCE)], reading: Read
) -> list[LicenceOut]:
    """List an institution's education licences; they are public."""
    del actor
    rows: Any = await reading.session.execute(licences_of(institution))
    return [LicenceOut.model_validate(row) for row in rows]


def _day_out(result: handlers.Recorded | Refusal, language: str) -> DayOut:
    if isinstance(result, Refusal):
        return DayOut(code=result.code, title=result.words(language))
    return DayOut(fact=result.fact, counts=result.counts)
