"""Import from a clinic's own system: children with their initial screening, each item for itself."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.screening.domain.initial import InitialScreening
from services.screening.domain.registry import NewChild
from services.screening.handlers import finding
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from shared.access.policy import Actor
from shared.errors import Refusal


@dataclass(frozen=True, slots=True)
class ImportChild:
    """A child of a clinic's system and, where there was one, its initial screening."""

    child: NewChild
    screening: InitialScreening | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an item: its case, or why it was refused."""

    case: UUID | None = None
    refusal: Refusal | None = None

    @property
    def details(self) -> dict[str, Any]:
        return self.refusal.details if self.refusal else {}


async def import_children(items: list[ImportChild], actor: Actor, uow: ScreeningUnitOfWork) -> list[Imported]:
    """Import item by item; a refused one leaves nothing behind and does not stop the others."""
    return [await _import(item, actor, uow) for item in items]


async def _import(item: ImportChild, actor: Actor, uow: ScreeningUnitOfWork) -> Imported:
    before = len(uow.recorded)
    try:
        async with uow.driver.transaction():
            case = await finding.register_child(item.child, actor, uow)
            if item.screening is not None:
                await finding.record_screening(case, item.screening, actor, uow)
    except Refusal as refusal:
        del uow.recorded[before:]
        return Imported(refusal=refusal)
    return Imported(case=case)
