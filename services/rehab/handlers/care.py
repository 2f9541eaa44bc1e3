"""Assessment at the start, plan of care, home visits (handbook §3.5)."""

from uuid import UUID

from services.rehab.domain import care
from services.rehab.domain.care import AssessmentOrder, PlanOrder, VisitOrder
from services.rehab.domain.enrolment import Enrolment
from services.rehab.handlers.checks import has_come
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor


async def record_assessment(enrolled: UUID, order: AssessmentOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Record the assessment that begins a service and return its id."""
    has_come(assessed_on=order.assessed_on)
    held = await _held(enrolled, actor, uow)
    category = await uow.records.plans.category_of(enrolled)
    fact = care.record_assessment(held, category, order, uow.rules)
    await uow.records.plans.assess(held, fact)
    uow.record(held.case, fact, occurred_at=order.assessed_on)
    return order.id


async def sign_plan(enrolled: UUID, order: PlanOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Keep a plan that was signed with the guardian and return its id."""
    has_come(signed_on=order.signed_on)
    held = await _held(enrolled, actor, uow)
    fact = care.sign_plan(held, order, await uow.records.plans.assessed_on(enrolled))
    await uow.records.plans.sign(held.case, fact, order, keeps_words=not await uow.records.children.erased([held.case]))
    uow.record(held.case, fact, occurred_at=order.signed_on)
    return order.id


async def record_visit(enrolled: UUID, order: VisitOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Keep a home visit and return its id; what travels of it is the session that stands on it."""
    has_come(visited_on=order.visited_on)
    held = await _held(enrolled, actor, uow)
    care.check_visit(held, order)
    await uow.records.plans.visit(held, order, keeps_words=not await uow.records.children.erased([held.case]))
    return order.id


async def _held(enrolled: UUID, actor: Actor, uow: RehabUnitOfWork) -> Enrolment:
    case = await uow.records.enrolments.case_of(enrolled, actor)
    await uow.hold([case])
    return await uow.records.enrolments.at_own(case, enrolled, actor)
