"""Residence moves transfer ownership instead of opening a second case (handbook §1.4)."""

from datetime import date
from uuid import UUID

from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.domain.tracing import trace_day
from shared.contracts.events.screening import OwnershipTransferred, SuspicionState
from shared.rulebook.registry import rule

TRANSFERABLE = frozenset(
    {
        SuspicionState.SCREEN_POSITIVE,
        SuspicionState.RESCREEN_REFERRED,
        SuspicionState.RECHECK_DUE,
        SuspicionState.DIAGNOSIS_REFERRED,
        SuspicionState.LOST_TO_FOLLOW_UP,
    }
)
"""States in which primary care and the county institution answer for a child; a hospital keeps what it diagnoses."""


@rule(
    "screening.transfer-of-ownership",
    "assumed",
    zh="居住地迁移时个案责任转移至新居住地机构，不另立个案；诊断后的个案仍归诊断医院",
)
def transfer(suspicion: Suspicion, to: UUID, on: date, protocol: Protocol) -> Decision | None:
    """Let an institution where the child lives now own the case: no second one is opened (handbook §1.4).

    None where nothing moves: it owns the case already, or a hospital that diagnoses the child does.
    """
    if suspicion.owner == to or suspicion.state not in TRANSFERABLE or on < suspicion.opened_on:
        return None
    trace_on = trace_day(suspicion.state, max(on, suspicion.recheck_due_on or on), protocol.tracing)
    moved = suspicion.changed(owner=to, failed_traces=0, trace_on=trace_on)
    fact = OwnershipTransferred(
        category=suspicion.category,
        previous=suspicion.owner,
        owner=to,
        transferred_on=on,
        state=moved.state,
        policy=protocol.policy,
    )
    return Decision(moved, (fact,))
