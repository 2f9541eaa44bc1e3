"""Commands that find out: register a child, screen, re-screen, diagnose (handbook §1.3, §1.4)."""

from uuid import UUID

from services.screening.domain import diagnosis, initial, registry, rescreening
from services.screening.domain.diagnosis import Diagnosis
from services.screening.domain.initial import InitialScreening
from services.screening.domain.registry import NewChild
from services.screening.domain.rescreening import Rescreening
from services.screening.domain.suspicion import Decision
from services.screening.handlers import identity
from services.screening.handlers.together import keep, suspicion_of
from services.screening.repository.registry import Part
from services.screening.repository.unit_of_work import ScreeningUnitOfWork
from services.screening.tables import Basis
from shared import clock, ids
from shared.access.policy import Actor
from shared.contracts.codes import ScreeningCategory
from shared.rulebook.explanation import Explanation


async def register_child(child: NewChild, actor: Actor, uow: ScreeningUnitOfWork) -> UUID:
    """Register a child and return its case."""
    today = clock.today()
    registered = registry.register(child, today, uow.protocol(today))
    case = ids.new_case()
    for refusal in (await uow.registry.add({case: registered}, actor)).values():
        raise refusal
    await uow.registry.take_part(Part(case, actor.organisation, Basis.REGISTERED, child.registered_on or today))
    await identity.tell_apart(case, child.another_than, actor, uow)
    uow.record(case, registered.fact, occurred_at=child.registered_on or clock.now())
    return case


async def record_screening(
    case: UUID, screening: InitialScreening, actor: Actor, uow: ScreeningUnitOfWork
) -> Explanation:
    """Record an initial screening and, when it is abnormal, the suspicion that it opens."""
    child = await uow.registry.locked(case, actor)
    known = await uow.suspicions.known(child, screening.category)
    case = known.child.case if known and known.active else child.case
    child.must_live_on(screening.on)
    screened = initial.record_screening(child, screening, known, uow.actor, uow.protocol(screening.on))
    await uow.records.add_screenings((case, screening, screened.fact))
    await uow.registry.take_part(Part(case, actor.organisation, Basis.SCREENED, screening.on))
    uow.record(case, screened.fact, occurred_at=screening.on)
    if screened.suspicion is not None:
        await keep(Decision(screened.suspicion, screened.follows), screening.on, uow)
    return screened.explanation


async def record_rescreening(
    case: UUID, category: ScreeningCategory, found: Rescreening, actor: Actor, uow: ScreeningUnitOfWork
) -> Explanation:
    """Record a re-screening or recheck by the institution that accepted the child."""
    suspicion = await suspicion_of(case, category, actor, uow)
    rescreened = rescreening.record_rescreening(suspicion, found, uow.actor, uow.protocol(found.on))
    await uow.records.add_rescreening(suspicion, found, rescreened.fact)
    await keep(rescreened.decision, found.on, uow)
    return rescreened.explanation


async def record_diagnosis(case: UUID, made: Diagnosis, actor: Actor, uow: ScreeningUnitOfWork) -> Explanation:
    """Record a diagnosis; where nothing was suspected, the case starts with it (handbook §1.5)."""
    child = await uow.registry.locked(case, actor)
    known = await uow.suspicions.known(child, made.category)
    screened = await uow.records.was_screened(case, made.category)
    protocol = uow.protocol(made.on)
    if known is not None and known.active:
        decision = diagnosis.record_diagnosis(known, made, uow.actor, protocol, screened=screened)
    else:
        decision = diagnosis.start_by_diagnosis(child, made, known, uow.actor, protocol, screened=screened)
    disagrees = diagnosis.aid_disagrees(made, protocol.cars)
    await uow.records.add_diagnosis(decision.suspicion, made, aid_disagrees=disagrees, screened=screened)
    await keep(decision, made.on, uow)
    return diagnosis.explained(made, protocol, screened=screened)
