"""Placements: decide, change, end, review, dispute."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.education.api.forms import Given, Uow, View
from services.education.domain.placement import PlacementOrder
from services.education.handlers import placements as handlers
from services.education.repository.placements import disputes_of, of_form, readable_placements, reviews_due
from shared import clock
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.education import PlacementEndReason, PlacementMode, PlacementStep, SkipReason
from shared.errors import CaseNotFound
from shared.http.doors import Read, may, service_of
from shared.http.paging import After, Limit, Page
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Day, page

router = APIRouter(prefix="/v1", tags=["placements"])

SITES = frozenset({OrgType.REHAB_CENTRE, OrgType.CARE_HOME})
Words = Annotated[str, Field(min_length=1, max_length=2000, description="Free text; stays with education.")]


class PlacementIn(Body):
    """A decision of the county expert committee (残疾人教育条例 art. 20)."""

    mode: PlacementMode
    school: UUID | None = Field(default=None, description="School that keeps the roll.")
    site: UUID | None = Field(default=None, description="Institution of the teaching site.")
    decided_on: Day
    starts_on: Day
    ends_on: Day | None = Field(default=None, description="Last day, itself included.")
    reasons: dict[PlacementStep, SkipReason] = Field(default={}, description="Why earlier steps do not serve.")
    applied_on: Day | None = Field(default=None, description="Guardian's application; a deferral needs one.")
    review_by: Day | None = Field(default=None, description="Day by which the decision is looked at again.")

    @property
    def order(self) -> PlacementOrder:
        """The order as the rules take it."""
        return PlacementOrder(**{name: getattr(self, name) for name in PlacementIn.model_fields})


class EndIn(Body):
    """The end of a placement."""

    ended_on: Day = Field(description="First day without it.")
    reason: PlacementEndReason


class ReviewIn(Body):
    """A review that keeps the placement; a change is a new decision."""

    reviewed_on: Day
    review_by: Day | None = Field(default=None, description="Day by which it is looked at again; none unless given.")


class DisputeIn(Body):
    """A guardian's dispute over a placement, for the expert committee."""

    raised_on: Day
    note: Words


class AnswerIn(Body):
    """The expert committee's answer to a dispute."""

    settled_on: Day
    answer: Words


class SkippedOut(View):
    """An earlier step of the order that was passed over, and why."""

    step: PlacementStep
    reason: SkipReason


class PlacementOut(View):
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
    applied_on: date | None
    review_by: date | None
    reviewed_on: date | None = Field(description="Day of the last review that kept it.")
    end_reason: PlacementEndReason | None
    skipped: list[SkippedOut]
    stub: bool = Field(description="Shown without places and reasons: the child moved away, or consent is withdrawn.")


class DisputeOut(View):
    """A dispute over a placement."""

    id: UUID
    placement_id: UUID
    case_id: UUID
    raised_on: date
    note: str | None
    settled_on: date | None
    answer: str | None


def shown(row: object) -> PlacementOut:
    """Return a placement as its reader may see it."""
    out = PlacementOut.model_validate(row)
    if not out.stub:
        return out
    nothing: dict[str, object] = dict.fromkeys(("school", "site", "applied_on", "review_by", "reviewed_on"))
    return out.model_copy(update=nothing | {"skipped": []})


@router.post("/cases/{case}/placements", status_code=201)
async def decide_placement(
    case: CaseId,
    body: PlacementIn,
    actor: Annotated[Actor, may(Act.DECIDE_PLACEMENT)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Decide where a child of the authority's region goes to school; a later decision replaces the earlier."""
    organisations = service_of(request).organisations
    if body.school is not None:
        school = await organisations.get(body.school, field_name="school", needed=frozenset({OrgType.SCHOOL}))
        await uow.licences.know_school(school.id, school.region)
    if body.site is not None:
        await organisations.get(body.site, field_name="site", needed=SITES)
    placement, explanation = await handlers.decide(case, actor.region, body.order, uow)
    return await uow.commit(record=placement, explanation=explanation)


@router.get("/cases/{case}/placements")
async def placements_of(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_PLACEMENT)], reading: Read, given: Given
) -> list[PlacementOut]:
    """List the placements of a child, as far as the actor may see them."""
    wanted = readable_placements(actor, given.rules.visible_after_days, case)
    rows = (await reading.session.execute(wanted)).all()
    if not rows:
        raise CaseNotFound
    await reading.shown({case, *(row.case_id for row in rows)})
    return [shown(row) for row in rows]


@router.get("/placements")
async def placements(
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
    mode: PlacementMode | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[PlacementOut]:
    """List the placements that the actor may see: an institution's own, an authority's region.

    With `mode` only those of one form of schooling that have not ended.
    """
    wanted = readable_placements(actor, given.rules.visible_after_days)
    wanted = wanted if mode is None else of_form(wanted, mode, clock.today())
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, shown)


@router.get("/placements/reviews-due")
async def placements_to_review(
    actor: Annotated[Actor, may(Act.READ_PLACEMENT)],
    reading: Read,
    given: Given,
    until: Annotated[date | None, Query(description="Reviews due by this day; today unless given.")] = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[PlacementOut]:
    """List the placements that are to be looked at again: every deferral yearly, others as decided.

    Who was placed anew, or whose placement was ended, is not on the list; a placement that only ran out still is.
    """
    wanted = reviews_due(actor, given.rules.visible_after_days, until or clock.today())
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, shown)


@router.post("/placements/{placement}/reviews", status_code=201)
async def review_placement(
    placement: UUID, body: ReviewIn, actor: Annotated[Actor, may(Act.DECIDE_PLACEMENT)], uow: Uow
) -> Receipt:
    """Keep a placement after the committee's review; a change, and every further deferral, is a new decision."""
    await handlers.review(placement, actor, body.reviewed_on, body.review_by, uow)
    return await uow.commit(record=placement)


@router.post("/placements/{placement}/end")
async def end_placement(
    placement: UUID, body: EndIn, actor: Annotated[Actor, may(Act.END_PLACEMENT)], uow: Uow
) -> Receipt:
    """End a placement: the school when its pupil leaves, the authority on review."""
    await handlers.end(placement, actor, body.ended_on, body.reason, uow)
    return await uow.commit(record=placement)


@router.post("/placements/{placement}/disputes", status_code=201)
async def raise_dispute(
    placement: UUID, body: DisputeIn, actor: Annotated[Actor, may(Act.DISPUTE_PLACEMENT)], uow: Uow
) -> Receipt:
    """Enter a guardian's dispute over a placement."""
    return await uow.commit(record=await handlers.raise_dispute(placement, actor, body.raised_on, body.note, uow))


@router.post("/placements/{placement}/disputes/{dispute_id}/answer")
async def answer_dispute(
    placement: UUID,
    dispute_id: UUID,
    body: AnswerIn,
    actor: Annotated[Actor, may(Act.DISPUTE_PLACEMENT)],
    uow: Uow,
) -> Receipt:
    """Enter the expert committee's answer to a dispute."""
    await handlers.settle_dispute(placement, dispute_id, actor, body.settled_on, body.answer, uow)
    return await uow.commit(record=dispute_id)


@router.get("/placements/{placement}/disputes")
async def disputes(
    placement: UUID,
    actor: Annotated[Actor, may(Act.DISPUTE_PLACEMENT)],
    reading: Read,
    given: Given,
    limit: Limit = 50,
    after: After = None,
) -> Page[DisputeOut]:
    """List the disputes over a placement."""
    wanted = disputes_of(actor, given.rules.visible_after_days, placement)
    return await page(reading, wanted, wanted.selected_columns.id, after, limit, DisputeOut.model_validate)
