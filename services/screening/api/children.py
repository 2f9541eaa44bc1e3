"""Doors of the registry: register a child, read a case file, resolve names."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request

from services.screening.api.bodies import ChildIn, ResolveIn
from services.screening.api.case_views import CaseOut, StubOut
from services.screening.api.tools import Uow, noted, tools_of
from services.screening.api.views import NameOut, without_detail
from services.screening.domain.initial import InitialScreening, explained_again
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Child
from services.screening.domain.warning_signs import categories_suggested_by, table
from services.screening.errors import DuplicateChild
from services.screening.handlers import finding, identity
from services.screening.repository.reading import CaseFiles
from services.screening.repository.registry import Registry
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType, ScreeningCategory
from shared.contracts.events.screening import Instrument, Regression, ScreeningOutcome
from shared.errors import CaseNotFound
from shared.http.doors import Read, Reading, may
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt
from shared.policyfile import Policies

router = APIRouter(tags=["children"])

Records = dict[str, list[dict[str, Any]]]

SEES_DETAIL = frozenset({OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL, OrgType.HEALTH_AUTHORITY})


@router.post("/v1/children", status_code=201)
async def register_child(
    body: ChildIn, actor: Annotated[Actor, may(Act.REGISTER_CHILD)], uow: Uow, request: Request
) -> Receipt:
    """Register a child; the answer names its case. A number that is known already is refused, a contradiction noted."""
    child = body.new_child()
    try:
        case = await finding.register_child(child, actor, uow)
    except DuplicateChild:
        await noted(request, actor, partial(identity.doubt_registrations, [child]))
        raise
    return await uow.commit(record=case)


@router.post("/v1/children/resolve")
async def resolve(
    body: ResolveIn, actor: Annotated[Actor, may(Act.RESOLVE_CHILDREN)], reading: Read, request: Request
) -> list[NameOut]:
    """Return the names behind cases that the caller may know of; of others not even that they exist."""
    registry = Registry(reading.session, tools_of(request).vault)
    shown = await registry.shown(body.cases)
    names = await registry.identities(list(shown.values()), actor, ("name",))
    known = {case: one for case, one in shown.items() if one in names}
    await reading.shown(known)
    return [NameOut(case=case, name=names[one]["name"], shown_as=one) for case, one in known.items()]


@router.get("/v1/cases/{case}")
async def case_file(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_CHILD)], reading: Read, request: Request
) -> CaseOut | StubOut:
    """Return a case file: the child and all that screening recorded; answers and scores on the health side only.

    A merged case leads to the one under which the child is shown. Where the child moved away from, authorities see
    that it did, and where to.
    """
    registry = Registry(reading.session, tools_of(request).vault)
    try:
        child = await registry.child(case, actor)
    except CaseNotFound:
        if (stub := await registry.stub(case, actor)) is None:
            raise
        await reading.shown([case])
        return StubOut.model_validate(stub)
    return await _file(child, registry, actor, reading, tools_of(request).protocols)


async def _file(
    child: Any,  # noqa: ANN401 - a row
    registry: Registry,
    actor: Actor,
    reading: Reading,
    protocols: Policies[Protocol],
) -> CaseOut:
    identity = (await registry.identities([child.case_id], actor)).get(child.case_id)
    records = await CaseFiles(reading.session).records(child.case_id)
    await reading.shown([child.case_id])
    one = Child(child.case_id, child.birth_date)
    shown = _in_detail(records, one, protocols) if actor.org_type in SEES_DETAIL else without_detail(records)
    return CaseOut.model_validate(dict(child._mapping) | shown | {"identity": identity})  # noqa: SLF001 - SQLAlchemy's name


def _in_detail(records: Records, child: Child, protocols: Policies[Protocol]) -> Records:
    for row in records["screenings"]:
        row["suggested_categories"] = categories_suggested_by(frozenset(row["positive_signs"]))
        kept, outcome = _kept(child, row), ScreeningOutcome(row["outcome"])
        row["explanation"] = explained_again(child, kept, outcome, protocols.in_force(kept.on))
    return records


def _kept(child: Child, row: dict[str, Any]) -> InitialScreening:
    instrument, on = Instrument(row["instrument"]), row["screened_on"]
    asked = instrument is Instrument.WARNING_SIGNS
    signs = table().column_for(child.born, on).answered(row["positive_signs"]) if asked else {}
    category, regression = ScreeningCategory(row["category"]), Regression(row["regression"])
    return InitialScreening(row["id"], category, instrument, on, signs, regression)
