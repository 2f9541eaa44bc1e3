"""Door for a clinic's own system: children with their initial screening, in batches, a result per item."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.screening.api.bodies import Body, ChildIn, ScreeningIn
from services.screening.api.tools import Uow
from services.screening.handlers import importing
from services.screening.handlers.importing import ImportChild, Imported
from shared.access.policy import Act, Actor
from shared.http.doors import may
from shared.http.lines import refused
from shared.http.problems import language_of

router = APIRouter(tags=["import"])

LARGEST_BATCH = 500


class ImportItem(Body):
    """A child and, where there was one, its initial screening."""

    child: ChildIn
    screening: ScreeningIn | None = None

    def command(self) -> ImportChild:
        return ImportChild(self.child.new_child(), self.screening.screening() if self.screening else None)


class ImportIn(Body):
    """A batch of children."""

    items: list[ImportItem] = Field(min_length=1, max_length=LARGEST_BATCH)


class ImportResult(BaseModel):
    """What became of the item at this place."""

    place: int = Field(description="Place in the batch, from 0.")
    status: Literal["recorded", "refused"]
    case: UUID | None = None
    code: str | None = Field(default=None, description="Stable code of the refusal.")
    title: str | None = None
    details: dict[str, Any] = Field(default={}, description="Ids, codes and numbers of the refusal.")


class ImportOut(BaseModel):
    """The results of a batch, place by place."""

    results: list[ImportResult]


@router.post("/v1/children/import", status_code=200)
async def import_children(
    body: ImportIn, actor: Annotated[Actor, may(Act.REGISTER_CHILD)], uow: Uow, request: Request
) -> ImportOut:
    """Register and screen up to 500 children; a refused item leaves no trace and does not stop the others."""
    imported = await importing.import_children([item.command() for item in body.items], actor, uow)
    language = language_of(request)
    results = [_result(place, one, language) for place, one in enumerate(imported)]
    return await uow.commit(ImportOut(results=results))


def _result(place: int, imported: Imported, language: str) -> ImportResult:
    refusal = imported.refusal
    if refusal is None:
        return ImportResult(place=place, status="recorded", case=imported.case)
    return ImportResult(place=place, status="refused", **refused(refusal, language))
