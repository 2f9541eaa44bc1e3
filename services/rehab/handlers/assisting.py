"""Applications and decisions (国发20号; handbook §3.3 steps 1-4)."""

from datetime import date
from uuid import UUID

from services.rehab.domain import assistance
from services.rehab.domain.assistance import ApplicationOrder, Decision
from services.rehab.errors import NoConfirmedDiagnosis
from services.rehab.handlers.checks import has_come
from services.rehab.repository import RehabUnitOfWork
from shared.access.policy import Actor
from shared.contracts.events.rehab import (
    AssistanceItem,
    EligibilityBasis,
    Material,
    RefusalReason,
)

TRAINING = AssistanceItem.TRAINING


async def submit_application(case: UUID, order: ApplicationOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Receive an application and return its id."""
    has_come(submitted_on=order.submitted_on)
    child = await uow.records.children.held_by(actor, case)
    history = await uow.records.assistance.history(case, TRAINING)
    policy = uow.policies.in_force(order.submitted_on)
    fact = assistance.submit_application(child, order, history, policy, uow.rules)
    await uow.records.assistance.submit(case, fact, order.materials)
    uow.record(case, fact, occurred_at=order.submitted_on)
    return order.id


async def complete_application(
    application: UUID, materials: frozenset[Material], on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Receive the materials that an application lacked."""
    has_come(submitted_on=on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    returned = await uow.records.assistance.application(application)
    fact = assistance.complete_application(returned, on, uow.policies.in_force(on), uow.rules)
    await uow.records.assistance.submit(child.case, fact, returned.materials | materials)
    uow.record(child.case, fact, occurred_at=on)


async def return_application(
    application: UUID, missing: frozenset[Material], on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Reply that materials are missing."""
    has_come(returned_on=on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    fact = assistance.return_application(await uow.records.assistance.application(application), missing, on)
    await uow.records.assistance.give_back(fact)
    uow.record(child.case, fact, occurred_at=on)


async def approve_assistance(application: UUID, decision: Decision, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Approve an application under the policy of the day and return the approval's id."""
    has_come(approved_on=decision.on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    asked = await uow.records.assistance.application(application)
    if asked.basis is EligibilityBasis.DIAGNOSIS and not await uow.records.children.has_diagnosis(
        child.case, asked.category
    ):
        raise NoConfirmedDiagnosis(category=asked.category)
    history = await uow.records.assistance.history(child.case, TRAINING)
    policy = uow.policies.in_force(decision.on)
    fact = assistance.approve_assistance(child, asked, history, policy, decision, uow.rules)
    await uow.records.assistance.approve(child.case, fact, actor.person)
    uow.record(child.case, fact, occurred_at=decision.on)
    return decision.approval


async def refuse_assistance(
    application: UUID, reasons: frozenset[RefusalReason], on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Refuse an application, saying why."""
    has_come(refused_on=on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    asked = await uow.records.assistance.application(application)
    fact = assistance.refuse_assistance(asked, reasons, on, uow.policies.in_force(on))
    await uow.records.assistance.refuse(fact)
    uow.record(child.case, fact, occurred_at=on)
