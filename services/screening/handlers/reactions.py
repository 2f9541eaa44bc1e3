"""Facts of later stages: the first screener sees the outcome, and whoever cares for a child may know its name."""

from datetime import timedelta

from services.screening.domain import closing
from services.screening.handlers.together import keep
from services.screening.repository.registry import Part
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from services.screening.tables import Basis
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded
from shared.contracts.events.education import PlacementDecided
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentStarted
from shared.journal.reactions import Incoming


async def hand_over(incoming: Incoming[EnrolmentStarted], uow: ScreeningUnitOfWork) -> None:
    """Rehabilitation began. What was never confirmed, was confirmed as something else, or has ended stays as it is."""
    event, started = incoming.event, incoming.data
    child = await uow.registry.known(event.case)
    if child is None:
        return
    enrolment, centre, on = started.enrolment, started.institution, started.started_on
    await uow.registry.take_part(Part(event.case, centre, Basis.ENROLLED, on, enrolment))
    protocol = uow.tools.protocols.in_force(on)
    for suspicion in await uow.suspicions.confirmed_as(child, started.category):
        decision = closing.begin_rehabilitation(suspicion, centre, enrolment, on, protocol)
        await keep(decision, on, uow, caused_by=event)


async def leave_centre(incoming: Incoming[EnrolmentEnded], uow: ScreeningUnitOfWork) -> None:
    """A centre knows the name of a child that left it for some time more (docs/access.md: 90 days)."""
    ended = incoming.data
    until = ended.ended_on + timedelta(days=uow.tools.visible_after_days)
    await uow.registry.part_ends(incoming.event.case, ended.enrolment, until)


async def join_school(incoming: Incoming[PlacementDecided], uow: ScreeningUnitOfWork) -> None:
    """School and teaching site learn the child's name; those of an earlier placement lose sight of it."""
    event, placed = incoming.event, incoming.data
    if await uow.registry.known(event.case) is None:
        return
    await uow.registry.other_parts_end(event.case, Basis.PLACED, placed.placement, placed.starts_on)
    institutions = [institution for institution in (placed.school, placed.site) if institution is not None]
    since, placement = placed.starts_on, placed.placement
    await uow.registry.take_part(*(Part(event.case, one, Basis.PLACED, since, placement) for one in institutions))
    if placed.ends_on is not None:
        await uow.registry.part_ends(event.case, placed.placement, placed.ends_on + timedelta(days=1))


async def enter_custody(incoming: Incoming[CustodyAdmitted], uow: ScreeningUnitOfWork) -> None:
    """The care home knows the child's name."""
    event, stay = incoming.event, incoming.data
    if await uow.registry.known(event.case) is not None:
        await uow.registry.take_part(Part(event.case, stay.institution, Basis.IN_CUSTODY, stay.admitted_on, stay.stay))


async def leave_custody(incoming: Incoming[CustodyEnded], uow: ScreeningUnitOfWork) -> None:
    """With the stay the care home's sight of the child ends."""
    await uow.registry.part_ends(incoming.event.case, incoming.data.stay, incoming.data.ended_on)
