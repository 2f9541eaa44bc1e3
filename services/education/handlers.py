"""Commands of education: load, decide, save, record."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.education import domain
from services.education.repository import EducationUnitOfWork, Register
from shared import clock
from shared.contracts.events.education import AttendanceRecorded
from shared.errors import CaseNotFound, Refusal
from shared.stage import locked_child


@dataclass(frozen=True, slots=True)
class Recorded:
    """A day that was recorded, and whether it counts as education as things stand."""

    fact: UUID
    counts: bool


async def decide_placement(
    case: UUID, region: str, order: domain.PlacementOrder, policy: domain.Policy, uow: EducationUnitOfWork
) -> UUID:
    """Place a child of the authority's region and return the placement's id."""
    child = await locked_child(uow, case, inside=region)
    earlier = (await uow.placements_of([case])).get(case, [])
    fact = domain.decide_placement(child.born, order, earlier, policy, today=clock.today())
    await uow.add_placement(case, child.county, fact)
    uow.record(case, fact, occurred_at=fact.decided_on)
    return fact.placement


async def record_days(
    institution: UUID, days: Sequence[tuple[UUID, domain.SchoolDay]], uow: EducationUnitOfWork
) -> list[Recorded | Refusal]:
    """Record school days of an institution's children, each by itself: one refused does not stop the others."""
    register = await uow.register_of(institution, [(case, day.on) for case, day in days])
    results: list[Recorded | Refusal] = []
    kept: list[tuple[UUID, AttendanceRecorded, UUID]] = []
    for case, day in days:
        fact = _decide_day(institution, case, day, register)
        if isinstance(fact, Refusal):
            results.append(fact)
            continue
        said_by = register.held[case, day.on] = uow.record(case, fact, occurred_at=fact.on)
        kept.append((case, fact, said_by))
        results.append(Recorded(said_by, domain.counts(fact, register.licences)))
    await uow.keep_days(kept)
    return results


async def grant_licence(
    institution: UUID, region: str, number: str, licence: domain.Licence, uow: EducationUnitOfWork
) -> UUID:
    """Grant an institution an education licence and return its id."""
    fact = domain.grant_licence(licence, region, await uow.locked_licences_of(institution))
    await uow.add_licence(institution, number, fact)
    uow.record(institution, fact, occurred_at=clock.now())
    return fact.licence


def _decide_day(
    institution: UUID, case: UUID, day: domain.SchoolDay, register: Register
) -> AttendanceRecorded | Refusal:
    if case not in register.placements:
        return CaseNotFound()
    held = register.held.get((case, day.on))
    try:
        return domain.record_attendance(register.placements[case], institution, day, held, today=clock.today())
    except Refusal as refusal:
        return refusal
