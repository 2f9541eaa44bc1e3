"""Referral slips: sending one does not discharge the sender; accepting one does (首筛负责制; handbook §1.4)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.screening.domain.ages import check_screening_age
from services.screening.domain.newborn_hearing import awaiting, clock, starts_newborn
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Child, Decision, Suspicion, opened
from services.screening.domain.tracing import AWAITED, trace_day
from services.screening.errors import BeforeReferral, NoSuspicion, ReferralAnswered, ReferralNotFound, ReferralOpen
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    ReferralAccepted,
    ReferralIssued,
    ReferralRejected,
    ReferralStep,
    RejectionReason,
    SuspicionState,
)
from shared.rulebook.registry import rule

REFERABLE = frozenset({SuspicionState.SCREEN_POSITIVE, *AWAITED})
"""States in which a child may be referred, for the first time or again."""


class ReferralStatus(StrEnum):
    """Life of a referral slip."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    """The suspicion ended before the slip was answered."""


class Escalation(StrEnum):
    """Who must act on a slip that nobody answered."""

    NONE = "none"
    SENDER = "sender"
    HEALTH_AUTHORITY = "health_authority"


@dataclass(frozen=True, slots=True)
class Referral:
    """A slip in two copies: one stays, one goes with the parents (附件3, 附件5)."""

    id: UUID
    case: UUID
    category: ScreeningCategory
    episode: int
    step: ReferralStep
    sender: UUID
    receiver: UUID
    issued_on: date
    answer_by: date
    status: ReferralStatus = ReferralStatus.OPEN
    answered_on: date | None = None
    consented: bool | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """What the sender writes on it."""

    id: UUID
    category: ScreeningCategory
    step: ReferralStep
    receiver: UUID
    on: date
    consented: bool | None = None
    """Whether the guardian agreed to the referral, where that was asked."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A decision with the slip it made, and the unanswered one that it replaces."""

    decision: Decision
    referral: Referral
    replaced: Referral | None


@rule("screening.referral", "assumed", zh="转诊由负责机构开具；同一疑似个案同时只有一张待答复的转诊单，逾期未答可改转")
def issue_referral(
    suspicion: Suspicion, slip: Slip, waiting: Referral | None, by: ActorRef, protocol: Protocol
) -> Issued:
    """Refer a child on: only the owner may, and only one slip of a suspicion awaits its answer (handbook §1.4).

    Raises ReferralOpen while a slip still waits for its answer; one that waited too long is replaced.
    """
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(REFERABLE, "referral")
    suspicion.must_have_begun_by(slip.on)
    if waiting and slip.on <= waiting.answer_by:
        raise ReferralOpen(referral=str(waiting.id), answer_by=waiting.answer_by.isoformat())
    referral = _referral(suspicion, slip, protocol)
    state = _state_after(suspicion, slip.step)
    trace_on = trace_day(state, slip.on, protocol.tracing)
    moved = suspicion.moved_or_waiting(state, slip.on, failed_traces=0, trace_on=trace_on)
    clocked = awaiting(moved, protocol)
    replaced = replace(waiting, status=ReferralStatus.REPLACED) if waiting else None
    told = clock(clocked, protocol) if clocked.recheck_due_on != suspicion.recheck_due_on else ()
    return Issued(Decision(clocked, (_issued(clocked, referral, replaced, protocol), *told)), referral, replaced)


@rule("screening.starts-by-referral", "assumed", zh="新生儿听力筛查后可直接转诊断，注明无筛查记录")
def start_by_referral(child: Child, slip: Slip, by: ActorRef, protocol: Protocol) -> Issued:
    """Let a case start at diagnosis for a child never screened here, as after newborn hearing screening.

    Handbook §1.5.
    """
    may_start = slip.category in protocol.referral.starts_without_screening.value
    if not may_start or slip.step is not ReferralStep.DIAGNOSIS:
        raise NoSuspicion(category=slip.category.value)
    check_screening_age(child.born, slip.on, protocol.age_limits)
    newborn = starts_newborn(slip.category, child.born, slip.on, protocol)
    suspicion = opened(child, slip.category, SuspicionState.DIAGNOSIS_REFERRED, by, slip.on)
    return issue_referral(suspicion.changed(newborn_hearing=newborn), slip, None, by, protocol)


@rule("screening.acceptance", "assumed", zh="接收机构接收转诊后，个案责任转移")
def accept_referral(suspicion: Suspicion, referral: Referral, on: date, by: ActorRef) -> tuple[Decision, Referral]:
    """Take a child over: the receiving institution is the owner from now on (handbook §1.4)."""
    _must_await_answer_of(referral, by, on)
    suspicion.must_be_in(AWAITED, "accept_referral")
    owned = replace(suspicion, owner=by.organisation)
    fact = ReferralAccepted(
        referral=referral.id,
        category=referral.category,
        step=referral.step,
        sender=referral.sender,
        receiver=referral.receiver,
        accepted_on=on,
        state=owned.state,
    )
    return Decision(owned, (fact,)), replace(referral, status=ReferralStatus.ACCEPTED, answered_on=on)


@rule("screening.rejection", "assumed", zh="接收机构不接收时，责任仍在转出机构")
def reject_referral(
    suspicion: Suspicion, referral: Referral, reason: RejectionReason, on: date, by: ActorRef
) -> tuple[Decision, Referral]:
    """Decline a child: the sender stays owner and refers elsewhere (handbook §1.4)."""
    _must_await_answer_of(referral, by, on)
    fact = ReferralRejected(
        referral=referral.id,
        category=referral.category,
        step=referral.step,
        sender=referral.sender,
        receiver=referral.receiver,
        rejected_on=on,
        reason=reason,
        state=suspicion.state,
    )
    return Decision(suspicion, (fact,)), replace(referral, status=ReferralStatus.REJECTED, answered_on=on)


@rule("screening.referral-escalation", "assumed", zh="转诊逾期未答：先由转出机构改转，再逾期7天报卫生健康部门")
def escalation(answer_by: date, today: date, protocol: Protocol) -> Escalation:
    """Say who must act on a slip nobody answered: the sender at once, the health authority a week later.

    Handbook §1.4.
    """
    if today <= answer_by:
        return Escalation.NONE
    late = today > answer_by + timedelta(days=protocol.referral.escalate_days.value)
    return Escalation.HEALTH_AUTHORITY if late else Escalation.SENDER


def _must_await_answer_of(referral: Referral, by: ActorRef, on: date) -> None:
    if referral.receiver != by.organisation:
        raise ReferralNotFound
    if referral.status is not ReferralStatus.OPEN:
        raise ReferralAnswered(status=referral.status.value)
    if on < referral.issued_on:
        raise BeforeReferral


def _state_after(suspicion: Suspicion, step: ReferralStep) -> SuspicionState:
    """A hospital that cannot decide may refer to another: the diagnosis stays pending."""
    if step is ReferralStep.RESCREENING:
        return SuspicionState.RESCREEN_REFERRED
    pending = suspicion.state is SuspicionState.DIAGNOSIS_PENDING
    return SuspicionState.DIAGNOSIS_PENDING if pending else SuspicionState.DIAGNOSIS_REFERRED


def _referral(suspicion: Suspicion, slip: Slip, protocol: Protocol) -> Referral:
    return Referral(
        id=slip.id,
        case=suspicion.child.case,
        category=slip.category,
        episode=suspicion.episode,
        step=slip.step,
        sender=suspicion.owner,
        receiver=slip.receiver,
        issued_on=slip.on,
        answer_by=slip.on + timedelta(days=protocol.referral.answer_days.value),
        consented=slip.consented,
    )


def _issued(suspicion: Suspicion, referral: Referral, replaced: Referral | None, protocol: Protocol) -> ReferralIssued:
    return ReferralIssued(
        referral=referral.id,
        category=referral.category,
        step=referral.step,
        sender=referral.sender,
        receiver=referral.receiver,
        issued_on=referral.issued_on,
        answer_by=referral.answer_by,
        replaces=replaced.id if replaced else None,
        trace_on=suspicion.trace_on,
        state=suspicion.state,
        policy=protocol.policy,
    )
