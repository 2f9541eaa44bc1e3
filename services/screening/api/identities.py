"""Doors of who a child is: confirm its number, find likely duplicates, merge, take apart (handbook §1.4, §2.3)."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.screening.api.person_bodies import AnotherIn, ArrivalIn, ConfirmationIn, MergeIn, SettlementIn, UnmergeIn
from services.screening.api.tools import Uow, noted, tools_of
from services.screening.api.views import LikelyOut
from services.screening.domain.merging import Traits, common_traits, likeness
from services.screening.domain.registry_policy import RegistryPolicy
from services.screening.errors import DuplicateChild, IdentityConfirmedBefore
from services.screening.handlers import identity, person
from services.screening.repository.merges import Merges
from services.screening.repository.registry import Registry
from shared import clock
from shared.access.policy import Act, Actor
from shared.http.doors import Read, may
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt

router = APIRouter(prefix="/v1/cases/{case}", tags=["identity"])
arrivals = APIRouter(tags=["identity"])


@router.post("/identity", status_code=201)
async def confirm_identity(
    case: CaseId,
    body: ConfirmationIn,
    actor: Annotated[Actor, may(Act.CONFIRM_IDENTITY)],
    uow: Uow,
    request: Request,
) -> Receipt:
    """Give a newborn its resident number; the case stays the same. A contradiction is refused, and noted (F23)."""
    try:
        await identity.confirm(case, body.resident_number, body.confirmed_on, actor, uow)
    except (DuplicateChild, IdentityConfirmedBefore) as refusal:
        if not refusal.details.get("same"):
            await noted(request, actor, partial(identity.doubt_confirmation, case, body.resident_number, actor))
        raise
    return await uow.commit()


@arrivals.post("/v1/children/arrivals", status_code=201)
async def arrive(body: ArrivalIn, actor: Annotated[Actor, may(Act.RECEIVE_CHILD)], uow: Uow) -> Receipt:
    """Take over a child that moved here and is known elsewhere: its case comes along, no second one is opened."""
    case = await person.arrive(body.arrival(actor, uow.protocol(body.moved_on)), actor, uow)
    return await uow.commit(record=case)


@router.get("/duplicates")
async def duplicates(
    case: CaseId,
    actor: Annotated[Actor, may(Act.COMPARE_CHILDREN)],
    reading: Read,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> list[LikelyOut]:
    """Return children that are likely the same one, most likely first, each with what they have in common.

    Compared are children of the same birthday, 1,000 at most: those of the county first, then those of its city.
    """
    tools = tools_of(request)
    shown = (await Registry(reading.session, tools.vault).child(case, actor)).case_id
    merges = Merges(reading.session, tools.vault, actor.ref)
    traits = await merges.traits([shown, *await merges.born_alike(shown, actor)], actor)
    policy = tools.registry_policies.in_force(clock.today())
    apart = await merges.told_apart(shown)
    likely = likely_ones(traits.pop(shown), traits, policy)[:limit]
    found = [one.model_copy(update={"told_apart_at": apart.get(one.case)}) for one in likely]
    await reading.shown([shown, *(one.case for one in found)])
    return found


def likely_ones(own: Traits, others: Mapping[UUID, Traits], policy: RegistryPolicy) -> list[LikelyOut]:
    """Return those of some children that are likely the same one, most likely first."""
    scored = [(other, likeness(common_traits(own, theirs), policy)) for other, theirs in others.items()]
    likely = [one for one in scored if one[1].explanation.outcome == "likely"]
    found = sorted(likely, key=lambda one: (-one[1].score, one[0]))
    return [LikelyOut(case=other, score=one.score, explanation=one.explanation) for other, one in found]


@router.post("/others", status_code=201)
async def decide_apart(
    case: CaseId, body: AnotherIn, actor: Annotated[Actor, may(Act.MERGE_CHILDREN)], uow: Uow
) -> Receipt:
    """Decide that two children who are much alike are two; a later look at likely duplicates says so."""
    await identity.decide_apart(case, body.other, actor, uow)
    return await uow.commit(record=body.other)


@router.post("/doubts/settlement", status_code=201)
async def settle(
    case: CaseId, body: SettlementIn, actor: Annotated[Actor, may(Act.MERGE_CHILDREN)], uow: Uow
) -> Receipt:
    """Settle one doubt about a child's identity, after a look at its papers; its finding closes by itself."""
    await identity.settle(case, body.settlement(), actor, uow)
    return await uow.commit()


@router.post("/merges", status_code=201)
async def merge(case: CaseId, body: MergeIn, actor: Annotated[Actor, may(Act.MERGE_CHILDREN)], uow: Uow) -> Receipt:
    """Show two cases as one child under this one; nothing is lost, and it can be undone."""
    explanation = await identity.merge(body.command(case), actor, uow)
    return await uow.commit(explanation=explanation)


@router.post("/merges/{merged}/undoing", status_code=201)
async def unmerge(
    case: CaseId, merged: UUID, body: UnmergeIn, actor: Annotated[Actor, may(Act.MERGE_CHILDREN)], uow: Uow
) -> Receipt:
    """Show a merged case as a child of its own again."""
    await identity.unmerge(case, merged, body.on, actor, uow)
    return await uow.commit()
