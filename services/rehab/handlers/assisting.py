"""Intakes answered, applications and decisions (国发20号; handbook §3.3 steps 1-4)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.rehab.domain import applying, approving, outlook
from services.rehab.domain.applying import needs_assessment_by
from services.rehab.domain.approving import Decision
from services.rehab.domain.assessing import AssessmentOrder, record_assessment
from services.rehab.domain.assistance import Application, ApplicationOrder, Child
from services.rehab.domain.outlook import Outlook
from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.handlers.checks import has_come, history, kept, lives
from services.rehab.repository import RehabUnitOfWork, Repositories
from shared.access.policy import Actor
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import ContactOutcome, Material, RefusalReason
from shared.contracts.events.screening import GuardianKind
from shared.policyfile import Policies
from shared.rulebook.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Contact:
    """What the family said when the federation informed it."""

    outcome: ContactOutcome
    on: date
    note: str | None


async def inform_family(
    case: UUID, category: RehabCategory, contact: Contact, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Answer an intake of the actor's region."""
    has_come(informed_on=contact.on)
    cases = await uow.records.children.cases_seen_by(actor, case)
    case = await uow.records.intakes.where(cases, category)
    child = await uow.records.children.held(case)
    intake = await uow.records.intakes.of(case, category)
    fact = applying.inform_family(category, intake.diagnosed_on, contact.outcome, contact.on)
    await uow.records.intakes.answer(case, fact, kept(contact.note, child))
    uow.record(case, fact, occurred_at=contact.on)


async def submit_application(
    case: UUID, order: ApplicationOrder, guardian: GuardianKind | None, actor: Actor, uow: RehabUnitOfWork
) -> UUID:
    """Receive an application and return its id."""
    has_come(submitted_on=order.submitted_on)
    child = await uow.records.children.held_by(actor, case)
    lives(child, order.submitted_on)
    known = await history(await uow.records.children.together(case), order.asked, uow.records)
    policy = uow.policies.in_force(order.submitted_on)
    fact = applying.submit_application(child, order, known, policy, uow.rules)
    assess_by = needs_assessment_by(order, uow.rules)
    await uow.records.assistance.submit(case, fact, order, guardian=guardian, assess_by=assess_by)
    uow.record(case, fact, occurred_at=order.submitted_on)
    return order.id


async def complete_application(
    application: UUID, materials: frozenset[Material], on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Receive the materials that an application lacked."""
    has_come(submitted_on=on)
    child, returned = await _opened(application, actor, uow)
    fact = applying.complete_application(returned, on, uow.policies.in_force(on), uow.rules)
    await uow.records.assistance.resubmit(fact, returned.materials | materials)
    uow.record(child.case, fact, occurred_at=on)


async def return_application(
    application: UUID, missing: frozenset[Material], on: date, note: str | None, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Reply that materials are missing."""
    has_come(returned_on=on)
    child, asked = await _opened(application, actor, uow)
    fact = applying.return_application(asked, missing, on)
    await uow.records.assistance.give_back(fact, kept(note, child))
    uow.record(child.case, fact, occurred_at=on)


async def withdraw_application(application: UUID, on: date, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Take an application back at the guardian's wish."""
    has_come(withdrawn_on=on)
    child, asked = await _opened(application, actor, uow)
    fact = applying.withdraw_application(asked, on, uow.policies.in_force(on))
    await uow.records.assistance.refuse(fact)
    uow.record(child.case, fact, occurred_at=on)


async def assess_need(case: UUID, application: UUID, order: AssessmentOrder, uow: RehabUnitOfWork) -> UUID:
    """Record what a hospital or centre found of the need behind an application, and return the record's id."""
    has_come(assessed_on=order.on)
    case = await uow.records.children.where_applied(case, application)
    child = await uow.records.children.held(case)
    asked = await uow.records.assistance.brought(case, application)
    fact = record_assessment(child, asked, order)
    await uow.records.assistance.assess(case, fact, order.estimate, kept(order.note, child))
    uow.record(case, fact, occurred_at=order.on)
    return order.id


async def check_eligibility(
    application: UUID, on: date, actor: Actor, uow: RehabUnitOfWork, *, experts_agree: bool
) -> Explanation:
    """Check an application item by item and return how it came out."""
    has_come(checked_on=on)
    child, asked = await _opened(application, actor, uow)
    known = await history(await uow.records.children.together(child.case), asked.asked, uow.records, asked)
    grounds = approving.grounds_of(child, asked, known, on, experts_agree=experts_agree)
    policy = uow.policies.in_force(on)
    fact, explanation = approving.check_eligibility(asked, grounds, actor.person, policy, uow.rules)
    await uow.records.assistance.check(fact, actor.person, experts_agree=grounds.experts_agree)
    uow.record(child.case, fact, occurred_at=on)
    return explanation


async def foresee(
    application: UUID, case: UUID, on: date, actor: Actor, books: Repositories, policies: Policies[AssistancePolicy],
    rules: Rules,
) -> Outlook:  # fmt: skip
    """Tell what a decision about an application of a child that the actor may see would rest on."""
    child, asked = await books.children.seen_by(actor, case), await books.assistance.application(application)
    known = await history(await books.children.together(case), asked.asked, books, asked)
    return outlook.foresee(child, asked, known, policies.in_force(on), on, rules)


async def approve_assistance(
    application: UUID, decision: Decision, actor: Actor, uow: RehabUnitOfWork
) -> tuple[UUID, Explanation]:
    """Approve an application under the policy of the day; return the approval's id and how it came about."""
    has_come(approved_on=decision.on)
    child, asked = await _opened(application, actor, uow)
    lives(child, decision.on)
    known = await history(await uow.records.children.together(child.case), asked.asked, uow.records, asked)
    policy = uow.policies.in_force(decision.on)
    fact, explanation = approving.approve_assistance(child, asked, known, policy, decision, uow.rules)
    await uow.records.approvals.approve(child.case, fact, actor.person)
    uow.record(child.case, fact, occurred_at=decision.on)
    return decision.approval, explanation


async def refuse_assistance(
    application: UUID, reasons: frozenset[RefusalReason], on: date, note: str | None, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Refuse an application, saying why."""
    has_come(refused_on=on)
    child, asked = await _opened(application, actor, uow)
    fact = applying.refuse_assistance(asked, reasons, on, uow.policies.in_force(on))
    await uow.records.assistance.refuse(fact, kept(note, child))
    uow.record(child.case, fact, occurred_at=on)


async def _opened(application: UUID, actor: Actor, uow: RehabUnitOfWork) -> tuple[Child, Application]:
    """Return an application that the actor may see, and its child, held."""
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    return child, await uow.records.assistance.application(application)
