"""What the school that keeps the roll does: enrol, agree on a programme, teach at home."""

from datetime import date
from uuid import UUID

from services.education import errors
from services.education.domain.home_teaching import Visit, record_visit
from services.education.domain.placement import Placement
from services.education.domain.roll import Programme, agree_iep, enrol_in_school
from services.education.handlers import dropout
from services.education.handlers.placements import held_placement
from services.education.repository import EducationUnitOfWork
from shared import clock
from shared.access.policy import Actor
from shared.errors import CaseNotFound, NotFound


async def enrol(key: UUID, actor: Actor, enrolled_on: date, uow: EducationUnitOfWork) -> UUID:
    """Take a child on the roll of the actor's school and return the entry's id."""
    placement, case = await _own(key, actor, uow)
    if await uow.schooling.enrolled(key):
        raise errors.OnTheRollBefore
    born = (await uow.children.held(case)).shown_as.born
    if born is None:
        raise CaseNotFound
    fact = enrol_in_school(placement, actor.organisation, born, enrolled_on, uow.policy, today=clock.today())
    await uow.schooling.enrol(case, fact)
    uow.record(case, fact, occurred_at=fact.enrolled_on)
    return fact.roll


async def agree(key: UUID, actor: Actor, programme: Programme, uow: EducationUnitOfWork) -> UUID:
    """Agree on a programme of one term for a child on the actor's roll and return its id."""
    placement, case = await _own(key, actor, uow)
    if not await uow.schooling.enrolled(key):
        raise errors.NotOnTheRoll
    held = await uow.schooling.terms_with_iep(key)
    fact = agree_iep(placement, actor.organisation, programme, held, uow.policy, today=clock.today())
    await uow.schooling.add_iep(case, fact, programme)
    uow.record(case, fact, occurred_at=fact.agreed_on)
    return fact.iep


async def teach_at_home(case: UUID, actor: Actor, visit: Visit, uow: EducationUnitOfWork) -> UUID:
    """Record a visit of home teaching and return its id; the gap of hours follows."""
    family = await uow.children.held(case)
    placements = await uow.placements.of(family.shown_as.case)
    own = {placement.id: placement for placement in placements if placement.school == actor.organisation}
    if not own:
        raise CaseNotFound
    standing = await uow.schooling.visits_on(family.shown_as.case, visit)
    fact = record_visit(placements, actor.organisation, visit, standing, uow.policy, now=clock.now())
    about = own[fact.placement].case or case
    said_by = uow.record(about, fact, occurred_at=fact.starts_at)
    await uow.schooling.keep_visit(about, fact, said_by)
    await dropout.after_visit(own[fact.placement], family, fact, uow)
    return fact.visit


async def _own(key: UUID, actor: Actor, uow: EducationUnitOfWork) -> tuple[Placement, UUID]:
    """A placement of the actor's own roll; one that it only teaches, or that is another's, is not found."""
    placement = await held_placement(key, actor, uow)
    if placement.school != actor.organisation or placement.case is None:
        raise NotFound(kind="placement")
    return placement, placement.case
