"""Commands of the rehab service and its answers to other stages' facts: load, decide, save, record."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.rehab.domain import assistance, designation, enrolment, evaluation, sessions
from services.rehab.domain.assistance import ApplicationOrder, Decision
from services.rehab.domain.designation import DesignationOrder
from services.rehab.domain.enrolment import Enrolment, EnrolmentOrder
from services.rehab.domain.evaluation import EvaluationOrder
from services.rehab.domain.sessions import SessionOrder
from services.rehab.errors import NoConfirmedDiagnosis
from services.rehab.repository import RehabUnitOfWork
from shared import clock, ids
from shared.access.policy import Act, Actor, covers
from shared.contracts.events.rehab import (
    AssistanceItem,
    EligibilityBasis,
    EnrolmentEndReason,
    Material,
    RefusalReason,
    SuspensionReason,
)
from shared.contracts.events.screening import DiagnosisOutcome, DiagnosisRecorded
from shared.errors import CaseNotFound, InTheFuture, NotAllowed, Refusal
from shared.journal.reactions import Incoming

TRAINING = AssistanceItem.TRAINING


# What screening says


async def open_intake(incoming: Incoming[DiagnosisRecorded], uow: RehabUnitOfWork) -> None:
    """Open an intake for a confirmed diagnosis; the same category confirmed again opens no second one."""
    diagnosis = incoming.data
    if diagnosis.outcome is not DiagnosisOutcome.CONFIRMED or diagnosis.rehab_category is None:
        return
    child = await uow.records.children.held(incoming.event.case)
    fact = assistance.open_intake(child, diagnosis.rehab_category, diagnosis.diagnosed_on, uow.rules)
    if await uow.records.children.add_intake(child.case, fact, diagnosis.institution):
        uow.record(child.case, fact, occurred_at=incoming.event.occurred_at, caused_by=incoming.event)


# Institutions


async def grant_designation(institution: UUID, order: DesignationOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Designate an institution of the actor's region and return the agreement's id."""
    _has_authority(actor, order.county)
    held = await uow.records.designations.held_of(institution)
    fact = designation.grant_designation(order, held, uow.rules)
    await uow.records.designations.grant(institution, fact)
    uow.record(institution, fact, occurred_at=fact.valid_from)
    return order.id


async def suspend_designation(
    agreement: UUID, on: date, reason: SuspensionReason, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Suspend an agreement in the actor's region; sitting children stay, nobody new comes."""
    _has_come(suspended_on=on)
    held = await uow.records.designations.held(agreement)
    _has_authority(actor, held.county)
    fact = designation.suspend_designation(held, on, reason)
    await uow.records.designations.suspend(fact)
    uow.record(held.institution, fact, occurred_at=on)


# Assistance


async def submit_application(case: UUID, order: ApplicationOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Receive an application and return its id."""
    _has_come(submitted_on=order.submitted_on)
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
    _has_come(submitted_on=on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    returned = await uow.records.assistance.application(application)
    fact = assistance.complete_application(returned, on, uow.policies.in_force(on), uow.rules)
    await uow.records.assistance.submit(child.case, fact, returned.materials | materials)
    uow.record(child.case, fact, occurred_at=on)


async def return_application(
    application: UUID, missing: frozenset[Material], on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Reply that materials are missing."""
    _has_come(returned_on=on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    fact = assistance.return_application(await uow.records.assistance.application(application), missing, on)
    await uow.records.assistance.give_back(fact)
    uow.record(child.case, fact, occurred_at=on)


async def approve_assistance(application: UUID, decision: Decision, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Approve an application under the policy of the day and return the approval's id."""
    _has_come(approved_on=decision.on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    asked = await uow.records.assistance.application(application)
    if asked.basis is EligibilityBasis.DIAGNOSIS and not await uow.records.children.has_diagnosis(
        child.case, asked.category
    ):
        raise NoConfirmedDiagnosis(category=asked.category)
    history = await uow.records.assistance.history(child.case, TRAINING)
    policy = uow.policies.in_force(decision.on)
    fact = assistance.approve_assistance(child, asked, history, policy, decision, uow.rules)
    await uow.records.assistance.approve(child.case, fact)
    uow.record(child.case, fact, occurred_at=decision.on)
    return decision.approval


async def refuse_assistance(
    application: UUID, reasons: frozenset[RefusalReason], on: date, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """Refuse an application, saying why."""
    _has_come(refused_on=on)
    child = await uow.records.children.held(await uow.records.assistance.case_of(application, actor))
    asked = await uow.records.assistance.application(application)
    fact = assistance.refuse_assistance(asked, reasons, on, uow.policies.in_force(on))
    await uow.records.assistance.refuse(fact)
    uow.record(child.case, fact, occurred_at=on)


# Enrolments


async def start_enrolment(case: UUID, approval: UUID, order: EnrolmentOrder, uow: RehabUnitOfWork) -> UUID:
    """Take a child in at the actor's own institution and return the enrolment's id."""
    _has_come(started_on=order.started_on)
    chosen = await uow.records.assistance.chosen(case, approval)
    held = await uow.records.designations.of(order.institution)
    earlier = await uow.records.enrolments.of_item(case, chosen.item)
    fact = enrolment.start_enrolment(chosen, order, held, earlier)
    await uow.records.enrolments.add(case, chosen.county, fact)
    uow.record(case, fact, occurred_at=order.started_on)
    return order.id


async def end_enrolment(
    enrolled: UUID, on: date, reason: EnrolmentEndReason, actor: Actor, uow: RehabUnitOfWork
) -> None:
    """End an enrolment with the actor's own institution."""
    _has_come(ended_on=on)
    case = await uow.records.enrolments.case_of(enrolled, actor)
    await uow.hold([case])
    held = await uow.records.enrolments.at_own(case, enrolled, actor)
    fact = enrolment.end_enrolment(held, on, reason, await uow.records.sessions.last_end(held))
    await uow.records.enrolments.end(fact)
    uow.record(case, fact, occurred_at=on)


async def record_evaluation(
    case: UUID, enrolled: UUID, order: EvaluationOrder, actor: Actor, uow: RehabUnitOfWork
) -> UUID:
    """Record an evaluation of an enrolled child and return its id."""
    _has_come(assessed_on=order.assessed_on)
    child = await uow.records.children.seen_by(actor, case)
    await uow.hold([case])
    held = await uow.records.enrolments.at_own(case, enrolled, actor)
    fact = evaluation.record_evaluation(held, child.born, order)
    await uow.records.evaluations.add(case, fact)
    uow.record(case, fact, occurred_at=order.assessed_on)
    return order.id


# Sessions


async def record_session(order: SessionOrder, actor: Actor, uow: RehabUnitOfWork) -> UUID:
    """Log one session and return its id. A refusal after the write rolls it back: so it needs one round trip less."""
    sessions.check_times(order.content, clock.now(), uow.rules)
    await uow.hold([order.case])
    session, fact_id = ids.new_record(), ids.new_fact()
    enrolled = await uow.records.sessions.add(session, order, fact_id, actor)
    fact = sessions.record_session(session, enrolled, order.content)
    uow.record(order.case, fact, occurred_at=fact.starts_at, fact_id=fact_id)
    return session


async def record_sessions(orders: Sequence[SessionOrder], actor: Actor, uow: RehabUnitOfWork) -> list[UUID | Refusal]:
    """Log a day of sessions: each becomes a session or is refused by itself; one statement per step for all."""
    await uow.hold({order.case for order in orders})
    own = await uow.records.enrolments.at_own_of_many({order.enrolment for order in orders}, actor)
    clashes = await uow.records.sessions.clashes([(order.case, order.times) for order in orders])
    day = _Day(own, uow)
    results = [day.take(order, clashes.get(place)) for place, order in enumerate(orders)]
    await uow.records.sessions.add_many(day.taken, actor)
    return results


class _Day:
    """The sessions of one batch that were taken so far."""

    def __init__(self, own: dict[UUID, Enrolment], uow: RehabUnitOfWork) -> None:
        self.own, self.uow, self.now = own, uow, clock.now()
        self.busy: dict[UUID, sessions.BusyTimes] = {}
        self.taken: list[tuple[UUID, SessionOrder, UUID]] = []

    def take(self, order: SessionOrder, clash: sessions.Interval | None) -> UUID | Refusal:
        try:
            return self._record(order, clash)
        except Refusal as refusal:
            return refusal

    def _record(self, order: SessionOrder, clash: sessions.Interval | None) -> UUID:
        sessions.check_times(order.content, self.now, self.uow.rules)
        enrolled = self.own.get(order.enrolment)
        if enrolled is None or enrolled.case != order.case:
            raise CaseNotFound
        fact = sessions.record_session(ids.new_record(), enrolled, order.content)
        if clash is not None:
            raise sessions.overlap(clash)
        self.busy.setdefault(order.case, sessions.BusyTimes()).add(*order.times)
        said_by = self.uow.record(order.case, fact, occurred_at=fact.starts_at)
        self.taken.append((fact.session, order, said_by))
        return fact.session


async def correct_session(session: UUID, correction: sessions.Correction, actor: Actor, uow: RehabUnitOfWork) -> None:
    """Correct a session of the actor's own institution, or make it void."""
    now = clock.now()
    case, enrolled = await uow.records.sessions.place_of(session, actor)
    await uow.hold([case])
    held = await uow.records.enrolments.at_own(case, enrolled, actor)
    fact = sessions.correct_session(await uow.records.sessions.logged(session), held, correction, now, uow.rules)
    said_by = uow.record(case, fact, occurred_at=now)
    await uow.records.sessions.correct(case, fact, said_by)


def _has_come(**days: date) -> None:
    """Refuse a day that lies in the future: a fact is something that happened."""
    for field, day in days.items():
        if day > clock.today():
            raise InTheFuture(field=field)


def _has_authority(actor: Actor, county: str) -> None:
    """Refuse a federation of another region; that the institution exists is no secret."""
    if not covers(actor.region, county):
        raise NotAllowed(act=Act.GRANT_DESIGNATION.value)
