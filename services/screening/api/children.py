"""Doors of the registry: register a child, read a case file, resolve names."""

from typing import Annotated, Any

from fastapi import APIRouter, Request

from services.screening.api.bodies import ChildIn, ResolveIn
from services.screening.api.tools import Uow, tools_of
from services.screening.api.views import CaseOut, NameOut, without_detail
from services.screening.domain.warning_signs import categories_suggested_by
from services.screening.handlers import finding
from services.screening.repository.reading import CaseFiles
from services.screening.repository.registry import Registry
from shared.access.policy import Act, Actor
from shared.contracts.codes import OrgType
from shared.http.doors import Read, may
from shared.ids import CaseId
from shared.journal.unit_of_work import Receipt

router = APIRouter(tags=["children"])

SEES_DETAIL = frozenset({OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL, OrgType.HEALTH_AUTHORITY})


@router.post("/v1/children", status_code=201)
async def register_child(body: ChildIn, actor: Annotated[Actor, may(Act.REGISTER_CHILD)], uow: Uow) -> Receipt:
    """Register a child; the answer names its case. A number that is known already is refused."""
    case = await finding.register_child(body.new_child(), actor, uow)
    return await uow.commit(record=case)


@router.post("/v1/children/resolve")
async def resolve(
    body: ResolveIn, actor: Annotated[Actor, may(Act.RESOLVE_CHILDREN)], reading: Read, request: Request
) -> list[NameOut]:
    """Return the names behind cases that the caller may know of; of others not even that they exist."""
    registry = Registry(reading.session, tools_of(request).vault)
    names = await registry.identities(body.cases, actor, ("name",))
    await reading.shown(names)
    return [NameOut(case=case, name=fields["name"]) for case, fields in names.items()]


@router.get("/v1/cases/{case}")
async def case_file(
    case: CaseId, actor: Annotated[Actor, may(Act.READ_CHILD)], reading: Read, request: Request
) -> CaseOut:
    """Return a case file: the child and all that screening recorded; answers and scores on the health side only."""
    registry = Registry(reading.session, tools_of(request).vault)
    child = await registry.child(case, actor)
    identity = (await registry.identities([case], actor)).get(case)
    records = await CaseFiles(reading.session).records(case)
    await reading.shown([case])
    shown = _with_suggestions(records) if actor.org_type in SEES_DETAIL else without_detail(records)
    return CaseOut.model_validate(dict(child._mapping) | shown | {"identity": identity})  # noqa: SLF001 - SQLAlchemy's name


def _with_suggestions(records: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    for row in records["screenings"]:
        row["suggested_categories"] = categories_suggested_by(frozenset(row["positive_signs"]))
    return records
