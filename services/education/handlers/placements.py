"""Decisions of the expert committee: place, change, end, dispute."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from services.education import errors
from services.education.domain.ending import end_on_death, end_placement, replace
from services.education.domain.licences import Licence, check_site, explain_site
from services.education.domain.placement import (
    Placement,
    PlacementOrder,
    Pupil,
    decide_placement,
    explain_order,
)
from services.education.domain.reviews import keep_placement
from services.education.domain.standing import Family
from services.education.repository import EducationUnitOfWork
from shared import clock
from shared.access.policy import Actor
from shared.contracts.envelope import Event
from shared.contracts.events.education import PlacementDecided, PlacementEnded, PlacementEndReason
from shared.errors import CaseNotFound, InTheFuture, NotFound
from shared.ids import new_record
from shared.rulebook.explanation import Explanation

Decision = tuple[UUID, Explanation]


async def decide(case: UUID, region: str, order: PlacementOrder, uow: EducationUnitOfWork) -> Decision:
    """Place a child of the authority's region; return the placement's id and how it came about."""
    family = await uow.children.held(case, inside=region)
    pupil = _pupil(case, family, uow)
    earlier = await uow.placements.of(case)
    policy = uow.policies.in_force(order.decided_on)
    licences = await uow.licences.of(order.site) if order.site else []
    check_site(order, licences, policy)
    fact = decide_placement(pupil, order, earlier, policy, today=clock.today())
    await _keep(case, pupil, order, fact, earlier, uow)
    return fact.placement, _explained(explain_order(pupil, order, policy), order, licences)


def _pupil(case: UUID, family: Family, uow: EducationUnitOfWork) -> Pupil:
    if family.shown_as.case != case:
        raise errors.ChildMerged(survivor=str(family.shown_as.case))
    pupil = family.pupil(uow.policy)
    if pupil is None:
        raise CaseNotFound
    return pupil


async def _keep(
    case: UUID,
    pupil: Pupil,
    order: PlacementOrder,
    fact: PlacementDecided,
    earlier: Collection[Placement],
    uow: EducationUnitOfWork,
) -> None:
    await keep_ends(earlier, replace(earlier, fact), fact.decided_on, uow)
    await uow.placements.add(case, pupil.county, fact, order)
    uow.record(case, fact, occurred_at=fact.decided_on)
    if pupil.died_on is not None:
        placed = Placement(fact.placement, fact.mode, None, fact.starts_on, fact.ends_on, fact.school, case)
        await keep_ends([placed], end_on_death([placed], pupil.died_on), pupil.died_on, uow)


def _explained(explanation: Explanation, order: PlacementOrder, licences: Iterable[Licence]) -> Explanation:
    return explanation.model_copy(update={"steps": (*explanation.steps, *explain_site(order, licences))})


async def keep_ends(
    placements: Iterable[Placement],
    ended: Collection[PlacementEnded],
    on: date,
    uow: EducationUnitOfWork,
    *,
    caused_by: Event | None = None,
) -> None:
    """Keep and record the ends of placements, each in the case that it is about."""
    cases = {placement.id: placement.case for placement in placements}
    await uow.placements.end(ended)
    for fact in ended:
        case = cases[fact.placement]
        if case is not None:
            uow.record(case, fact, occurred_at=on, caused_by=caused_by)


async def end(key: UUID, actor: Actor, ended_on: date, reason: PlacementEndReason, uow: EducationUnitOfWork) -> None:
    """End a placement that the actor answers for."""
    placement = await held_placement(key, actor, uow)
    fact = end_placement(placement, ended_on, reason, actor.org_type, await uow.placements.last_recorded(key))
    await keep_ends([placement], [fact], clock.today(), uow)


async def held_placement(key: UUID, actor: Actor, uow: EducationUnitOfWork) -> Placement:
    """Return a placement that the actor sees in full, and hold its child. Raises NotFound."""
    found = await uow.placements.readable(key, actor, uow.visible_after_days)
    if found is None or found.case is None:
        raise NotFound(kind="placement")
    await uow.children.held(found.case)
    again = await uow.placements.readable(key, actor, uow.visible_after_days)
    return again or found


async def review(key: UUID, actor: Actor, reviewed_on: date, review_by: date | None, uow: EducationUnitOfWork) -> None:
    """Keep a placement after its review by the committee."""
    placement = await held_placement(key, actor, uow)
    last = await uow.placements.reviewed_on(key)
    fact = keep_placement(placement, reviewed_on, review_by, last, today=clock.today())
    await uow.placements.review(fact)
    assert placement.case is not None  # noqa: S101 - a placement that is held has its case
    uow.record(placement.case, fact, occurred_at=fact.reviewed_on)


async def raise_dispute(key: UUID, actor: Actor, raised_on: date, note: str, uow: EducationUnitOfWork) -> UUID:
    """Keep that a guardian disputes a placement; the expert committee answers (教育条例)."""
    if raised_on > clock.today():
        raise InTheFuture(field="raised_on")
    placement = await held_placement(key, actor, uow)
    dispute = new_record()
    await uow.placements.raise_dispute(dispute, placement, raised_on, note)
    return dispute


async def settle_dispute(
    key: UUID, dispute: UUID, actor: Actor, settled_on: date, answer: str, uow: EducationUnitOfWork
) -> None:
    """Keep the committee's answer. Where it changes the placement, that is a new decision."""
    placement = await held_placement(key, actor, uow)
    raised_on = await uow.placements.dispute_raised_on(dispute, placement)
    if raised_on is None:
        raise NotFound(kind="dispute")
    if settled_on > clock.today():
        raise InTheFuture(field="settled_on")
    if settled_on < raised_on:
        raise errors.PeriodReversed
    if not await uow.placements.settle_dispute(dispute, placement, settled_on, answer):
        raise errors.DisputeSettledBefore
