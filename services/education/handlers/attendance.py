"""Days at school: in batches and by the daily roster."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.education.domain.attendance import Roster, SchoolDay, call_the_roll, record_attendance
from services.education.domain.licences import counts
from services.education.domain.placement import in_force
from services.education.handlers import dropout
from services.education.repository import EducationUnitOfWork
from services.education.repository.attendance import Kept, Register
from shared import clock
from shared.contracts.events.education import AttendanceRecorded
from shared.errors import CaseNotFound, Refusal


@dataclass(frozen=True, slots=True)
class Recorded:
    """A day that was recorded, and whether it counts as education as things stand."""

    fact: UUID
    counts: bool


async def record_days(
    institution: UUID, days: Sequence[tuple[UUID, SchoolDay]], uow: EducationUnitOfWork
) -> list[Recorded | Refusal]:
    """Record school days of an institution's children, each by itself: one refused does not stop the others."""
    register = await uow.attendance.register_of(institution, [(case, day.on) for case, day in days])
    results: list[Recorded | Refusal] = []
    kept: list[Kept] = []
    for case, day in days:
        fact = _decide_day(institution, case, day, register)
        if isinstance(fact, Refusal):
            results.append(fact)
            continue
        shown_as = register.persons[case]
        about = _case_of(fact, shown_as, register)
        said_by = register.held[shown_as, day.on] = uow.record(about, fact, occurred_at=fact.on)
        kept.append((about, fact, said_by))
        results.append(Recorded(said_by, counts(fact, register.licences)))
    await uow.attendance.keep(kept)
    await dropout.after_days([fact for _, fact, _ in kept], uow)
    return results


async def call_roster(institution: UUID, said: Roster, uow: EducationUnitOfWork) -> list[Recorded | Refusal]:
    """Record the day of every expected child that has none yet: present, unless named."""
    expected = await uow.attendance.expected(institution, said.on)
    roster = call_the_roll(expected, said, uow.policies.in_force(said.on))
    recorded = await uow.attendance.statuses(institution, said.on, expected)
    days = [(case, SchoolDay(said.on, status)) for case, status in roster.items() if case not in recorded]
    return await record_days(institution, days, uow) if days else []


def _decide_day(institution: UUID, case: UUID, day: SchoolDay, register: Register) -> AttendanceRecorded | Refusal:
    shown_as = register.persons.get(case)
    if shown_as is None:
        return CaseNotFound()
    held = register.held.get((shown_as, day.on))
    own = register.placements.get(shown_as, ())
    try:
        return record_attendance(own, institution, day, held, today=clock.today())
    except Refusal as refusal:
        return refusal


def _case_of(fact: AttendanceRecorded, shown_as: UUID, register: Register) -> UUID:
    """A day is recorded in the case that its placement was decided for."""
    placement = in_force(register.placements[shown_as], fact.on)
    return placement.case if placement is not None and placement.case is not None else shown_as
