"""Door of a clerk who is about to register a child: is it known already, and what would its screening say?"""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request

from services.screening.api.identities import likely_ones
from services.screening.api.imports import ImportItem
from services.screening.api.tools import tools_of
from services.screening.api.views import LikelyOut, PreviewOut
from services.screening.domain.ages import check_not_in_future
from services.screening.domain.initial import preview as judged
from services.screening.domain.merging import traits_of
from services.screening.domain.registry import NewChild, register
from services.screening.domain.suspicion import Child
from services.screening.domain.warning_signs import categories_suggested_by
from services.screening.repository.merges import Merges
from services.screening.repository.registry import Registry
from shared import clock, ids
from shared.access.policy import Act, Actor
from shared.http.doors import Read, Reading, may
from shared.rulebook.explanation import Explanation

router = APIRouter(tags=["children"])

MOST = 10


@router.post("/v1/children/preview")
async def preview(
    body: ImportItem, actor: Annotated[Actor, may(Act.REGISTER_CHILD)], reading: Read, request: Request
) -> PreviewOut:
    """Return what would be found if a child and its screening were sent: likely duplicates, and the verdict.

    Compared are the children of whom the caller may know; of another one's child nothing is told but that a number is
    taken, as registering it would. Nothing is written but the log of reading.
    """
    today, tools = clock.today(), tools_of(request)
    child = body.child.new_child()
    registered = register(child, today, tools.protocols.in_force(today))
    screening = body.command().screening
    holders = await Registry(reading.session, tools.vault).holders(registered.identity, actor)
    likely = await _likely(child, actor, reading, request)
    known = next((case for case in holders if case is not None), None)
    await reading.shown({one.case for one in likely} | ({known} if known else set()), act=Act.COMPARE_CHILDREN)
    return PreviewOut(
        number_known=bool(holders),
        known_as=known,
        likely=likely,
        verdict=_verdict(child, body, request),
        suggested_categories=list(categories_suggested_by(screening.positive_signs if screening else frozenset())),
    )


async def _likely(child: NewChild, actor: Actor, reading: Reading, request: Request) -> list[LikelyOut]:
    tools = tools_of(request)
    merges = Merges(reading.session, tools.vault, actor.ref)
    traits = await merges.traits(await merges.born_on(child.birth_date, child.region, actor), actor)
    own = traits_of(child.sex.value, child.birth_date, asdict(child.identity))
    return likely_ones(own, traits, tools.registry_policies.in_force(clock.today()))[:MOST]


def _verdict(child: NewChild, body: ImportItem, request: Request) -> Explanation | None:
    screening = body.command().screening
    if screening is None:
        return None
    check_not_in_future(screening.on, clock.today(), "on")
    protocol = tools_of(request).protocols.in_force(screening.on)
    return judged(Child(ids.new_case(), child.birth_date), screening, protocol)
