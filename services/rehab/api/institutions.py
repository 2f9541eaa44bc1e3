"""Designated institutions and the policy files (handbook §3.2, §3.4). Both are public among organisations."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.rehab.api.forms import Flag, Open, Uow, View, page_of, settings_of
from services.rehab.domain.designation import DesignationOrder
from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.supervision import Score
from services.rehab.handlers import designating
from shared import ids
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType, RehabCategory
from shared.contracts.events.rehab import InstitutionGrade, OpeningHours, RemovalReason, SuspensionReason
from shared.http.doors import may, service_of
from shared.http.paging import After, Limit, Page, from_cursor
from shared.ids import OrganisationId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day

router = APIRouter(prefix="/v1", tags=["institutions"])


class DesignationIn(Body):
    """An agreement to be granted; without an end it runs for the default period."""

    categories: frozenset[RehabCategory] = Field(min_length=1)
    valid_from: Day
    valid_until: Day | None = None
    capacity: int = Field(ge=1, le=10_000, strict=True)
    legal_person: Flag = Field(description="The institution is a legal person; a branch is not.")
    hours: tuple[OpeningHours, ...] = Field(default=(), max_length=21, description="Opening hours by weekday.")

    def order(self, county: str) -> DesignationOrder:
        """Return the agreement under a fresh id."""
        return DesignationOrder(
            ids.new_record(), county, self.categories, self.valid_from, self.valid_until, self.capacity,
            legal_person=self.legal_person, hours=self.hours,
        )  # fmt: skip


class SuspensionIn(Body):
    """A suspension."""

    suspended_on: Day
    reason: SuspensionReason
    rectify_by: Day | None = Field(default=None, description="Without it the policy's days.")


class ReinstatementIn(Body):
    """The end of a suspension."""

    reinstated_on: Day


class RemovalIn(Body):
    """The end of an agreement before its time."""

    removed_on: Day
    reason: RemovalReason


class ScoreIn(Body):
    """The yearly score."""

    year: int = Field(ge=2000, le=2999, strict=True)
    score: int = Field(ge=0, le=100, strict=True)
    graded_on: Day


class DesignationView(View):
    """An agreement."""

    id: UUID
    institution: UUID
    county: str
    categories: list[RehabCategory]
    valid_from: date
    valid_until: date
    capacity: int
    hours: list[OpeningHours]
    suspended_on: date | None
    suspension_reason: SuspensionReason | None
    rectify_by: date | None
    removed_on: date | None
    removal_reason: RemovalReason | None


class GradeView(View):
    """A yearly score and its grade."""

    year: int
    score: int
    grade: InstitutionGrade
    graded_on: date
    policy: str


@router.post("/institutions/{institution}/designations", status_code=201)
async def grant_designation(
    institution: OrganisationId,
    body: DesignationIn,
    request: Request,
    actor: Annotated[Actor, may(Act.GRANT_DESIGNATION)],
    uow: Uow,
) -> Receipt:
    """Designate a rehabilitation institution of the federation's region."""
    kinds = frozenset({OrgType.REHAB_CENTRE})
    known = await service_of(request).organisations.get(institution, field_name="institution", needed=kinds)
    agreement = await designating.grant_designation(institution, body.order(known.region), actor, uow)
    receipt: Receipt = await uow.commit(record=agreement)
    return receipt


@router.post("/designations/{designation}/suspension", status_code=201)
async def suspend_designation(
    designation: UUID, body: SuspensionIn, actor: Annotated[Actor, may(Act.GRANT_DESIGNATION)], uow: Uow
) -> Receipt:
    """Suspend an agreement: no new enrolments from that day."""
    await designating.suspend_designation(designation, body.suspended_on, body.reason, body.rectify_by, actor, uow)
    receipt: Receipt = await uow.commit(record=designation)
    return receipt


@router.post("/designations/{designation}/reinstatement", status_code=201)
async def reinstate_designation(
    designation: UUID, body: ReinstatementIn, actor: Annotated[Actor, may(Act.GRANT_DESIGNATION)], uow: Uow
) -> Receipt:
    """Lift a suspension: rectification was checked and found good."""
    await designating.reinstate_designation(designation, body.reinstated_on, actor, uow)
    receipt: Receipt = await uow.commit(record=designation)
    return receipt


@router.post("/designations/{designation}/removal", status_code=201)
async def remove_designation(
    designation: UUID, body: RemovalIn, actor: Annotated[Actor, may(Act.GRANT_DESIGNATION)], uow: Uow
) -> Receipt:
    """End an agreement before its time; sitting children are transferred first."""
    await designating.remove_designation(designation, body.removed_on, body.reason, actor, uow)
    receipt: Receipt = await uow.commit(record=designation)
    return receipt


@router.post("/designations/{designation}/grades", status_code=201)
async def grade_designation(
    designation: UUID, body: ScoreIn, actor: Annotated[Actor, may(Act.GRANT_DESIGNATION)], uow: Uow
) -> Receipt:
    """Grade an institution for a year; one that failed is suspended until it rectifies."""
    score = Score(body.year, body.score, body.graded_on)
    why = await designating.grade_designation(designation, score, actor, uow)
    receipt: Receipt = await uow.commit(record=designation, explanation=why)
    return receipt


@router.get("/designations/{designation}/grades")
async def list_grades(
    designation: UUID, actor: Annotated[Actor, may(Act.READ_DESIGNATION)], books: Open
) -> list[GradeView]:
    """List the grades under an agreement, the newest first: one a year."""
    del actor
    return [GradeView.model_validate(row) for row in await books.records.designations.grades(designation)]


@router.get("/designations")
async def list_designations(
    actor: Annotated[Actor, may(Act.READ_DESIGNATION)],
    books: Open,
    institution: Annotated[UUID | None, Query(description="Only this institution's.")] = None,
    on: Annotated[Day | None, Query(description="Only those under which one may enrol on this day.")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[DesignationView]:
    """List agreements, oldest first."""
    del actor
    rows = await books.records.designations.listed(institution, on, from_cursor(after, UUID), limit)
    return page_of(DesignationView, rows, limit, lambda row: (row.id,))


@router.get("/policies")
async def list_policies(
    request: Request, actor: Annotated[Actor, may(Act.READ_DESIGNATION)]
) -> tuple[AssistancePolicy, ...]:
    """List the policy files with every figure and the ground it stands on, oldest first."""
    del actor
    return settings_of(request).policies.versions
