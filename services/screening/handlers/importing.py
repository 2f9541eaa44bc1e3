"""Import from a clinic's own system: children with their initial screening, each item for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.screening.domain import initial, registry
from services.screening.domain.initial import InitialScreening, Screened
from services.screening.domain.registry import NewChild, Registered
from services.screening.domain.suspicion import Child
from services.screening.handlers import identity
from services.screening.repository.registry import Part
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from services.screening.tables import Basis
from shared import clock, ids
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


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An item that no rule refused: the child as it is to be kept, and the verdict of its screening."""

    case: UUID
    child: NewChild
    registered: Registered
    screening: InitialScreening | None
    screened: Screened | None


async def import_children(items: Sequence[ImportChild], actor: Actor, uow: ScreeningUnitOfWork) -> list[Imported]:
    """Import item by item, one statement per table; a refused item leaves nothing behind and stops no other."""
    prepared = [_prepared(item, uow) for item in items]
    arrivals = [one for one in prepared if isinstance(one, _Arrival)]
    refused = await uow.registry.add({one.case: one.registered for one in arrivals}, actor)
    await _keep([one for one in arrivals if one.case not in refused], actor, uow)
    if refused:
        await identity.doubt_registrations([one.child for one in arrivals if one.case in refused], uow)
    for one in arrivals:
        if one.case not in refused:
            await identity.tell_apart(one.case, one.child.another_than, actor, uow)
    return [_imported(one, refused) for one in prepared]


def _prepared(item: ImportChild, uow: ScreeningUnitOfWork) -> _Arrival | Refusal:
    today = clock.today()
    try:
        registered = registry.register(item.child, today, uow.protocol(today))
        case = ids.new_case()
        screened = _screened(Child(case, item.child.birth_date), item, uow)
    except Refusal as refusal:
        return refusal
    return _Arrival(case, item.child, registered, item.screening, screened)


def _screened(child: Child, item: ImportChild, uow: ScreeningUnitOfWork) -> Screened | None:
    if item.screening is None:
        return None
    return initial.record_screening(child, item.screening, None, uow.actor, uow.protocol(item.screening.on))


async def _keep(arrivals: Sequence[_Arrival], actor: Actor, uow: ScreeningUnitOfWork) -> None:
    organisation, today, now = actor.organisation, clock.today(), clock.now()
    screened = [(one.case, one.screening, one.screened) for one in arrivals if one.screening and one.screened]
    await uow.registry.take_part(
        *(Part(one.case, organisation, Basis.REGISTERED, one.child.registered_on or today) for one in arrivals),
        *(Part(case, organisation, Basis.SCREENED, screening.on) for case, screening, _ in screened),
    )
    await uow.records.add_screenings(*((case, screening, verdict.fact) for case, screening, verdict in screened))
    await uow.suspicions.save(*(verdict.suspicion for _, _, verdict in screened if verdict.suspicion))
    for one in arrivals:
        uow.record(one.case, one.registered.fact, occurred_at=one.child.registered_on or now)
    for case, screening, verdict in screened:
        for fact in (verdict.fact, *verdict.follows):
            uow.record(case, fact, occurred_at=screening.on)


def _imported(one: _Arrival | Refusal, refused: Mapping[UUID, Refusal]) -> Imported:
    if isinstance(one, Refusal):
        return Imported(refusal=one)
    refusal = refused.get(one.case)
    return Imported(refusal=refusal) if refusal else Imported(case=one.case)
