"""Stage evaluations (handbook §3.5, §3.6)."""

from uuid import UUID

from services.rehab.domain import evaluation
from services.rehab.domain.evaluation import EvaluationOrder
from services.rehab.handlers.checks import has_come
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor


async def record_evaluation(
    case: UUID, enrolled: UUID, order: EvaluationOrder, actor: Actor, uow: RehabUnitOfWork
) -> UUID:
    """Record an evaluation of an enrolled child and return its id."""
    has_come(assessed_on=order.assessed_on)
    child = await uow.records.children.seen_by(actor, case)
    case = await uow.records.children.where_enrolled(case, enrolled)
    await uow.hold([case])
    held = await uow.records.enrolments.at_own(case, enrolled, actor)
    fact = evaluation.record_evaluation(held, child.born, order, uow.rules)
    await uow.records.evaluations.add(case, fact)
    uow.record(case, fact, occurred_at=order.assessed_on)
    return order.id
