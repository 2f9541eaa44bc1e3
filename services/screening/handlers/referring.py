"""Commands about referral slips (首筛负责制; handbook §1.4)."""

from datetime import date
from uuid import UUID

from services.screening.domain import referral
from services.screening.domain.ages import check_not_in_future
from services.screening.domain.referral import Issued, Referral, Slip
from services.screening.domain.suspicion import Child
from services.screening.handlers.together import keep
from services.screening.repository.registry import Part
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from services.screening.tables import Basis
from shared import clock
from shared.access.policy import Actor
from shared.contracts.events.screening import RejectionReason


async def issue_referral(case: UUID, slip: Slip, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Issue a slip; the receiver sees the child from now on, the sender stays owner."""
    child = await uow.registry.locked(case, actor)
    issued = await _issued(child, slip, uow)
    if issued.replaced is not None:
        await uow.suspicions.save_referral(issued.replaced)
        await uow.registry.part_ends(case, issued.replaced.id, slip.on)
    await uow.suspicions.save_referral(issued.referral)
    await uow.registry.take_part(Part(case, slip.receiver, Basis.REFERRED, slip.on, slip.id))
    await keep(issued.decision, slip.on, uow)


async def accept_referral(slip: UUID, on: date, actor: Actor, uow: ScreeningUnitOfWork) -> None:
    """Take a referred child over: ownership passes."""
    check_not_in_future(on, clock.today(), "on")
    child, waiting = await _referred(slip, actor, uow)
    suspicion = await uow.suspicions.get(child, waiting.category)
    decision, accepted = referral.accept_referral(suspicion, waiting, on, uow.actor)
    await uow.suspicions.save_referral(accepted)
    await keep(decision, on, uow)


async def reject_referral(
    slip: UUID, reason: RejectionReason, on: date, actor: Actor, uow: ScreeningUnitOfWork
) -> None:
    """Decline a referred child: the sender stays owner, and the receiver sees the child no longer."""
    check_not_in_future(on, clock.today(), "on")
    child, waiting = await _referred(slip, actor, uow)
    suspicion = await uow.suspicions.get(child, waiting.category)
    decision, rejected = referral.reject_referral(suspicion, waiting, reason, on, uow.actor)
    await uow.suspicions.save_referral(rejected, reason)
    await uow.registry.part_ends(child.case, slip, on)
    await keep(decision, on, uow)


async def _issued(child: Child, slip: Slip, uow: ScreeningUnitOfWork) -> Issued:
    protocol = uow.protocol(slip.on)
    known = await uow.suspicions.known(child, slip.category)
    if known is None:
        return referral.start_by_referral(child, slip, uow.actor, protocol)
    waiting = await uow.suspicions.waiting_referral(child, slip.category)
    return referral.issue_referral(known, slip, waiting, uow.actor, protocol)


async def _referred(slip: UUID, actor: Actor, uow: ScreeningUnitOfWork) -> tuple[Child, Referral]:
    """Return the child of a slip, locked, and then the slip as nobody else can change it any more."""
    found = await uow.suspicions.referral(slip, actor)
    child = await uow.registry.locked(found.case, actor)
    return child, await uow.suspicions.referral(slip, actor)
