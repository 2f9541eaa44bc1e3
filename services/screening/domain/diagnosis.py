"""Diagnosis by a capable hospital (孤独症规范; handbook §1.4). A screening result is never one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.screening.domain.ages import check_registry_age
from services.screening.domain.instruments import cars_points_to_autism, check_cars
from services.screening.domain.protocol import Cars, Protocol
from services.screening.domain.suspicion import Child, Decision, Suspicion, opened
from services.screening.domain.tracing import trace_day
from services.screening.errors import RehabCategoryMismatch
from shared.ages import anniversary
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    DiagnosisOutcome,
    DiagnosisRecorded,
    RecheckBasis,
    RecheckScheduled,
    SuspicionState,
)

DIAGNOSABLE = frozenset({SuspicionState.DIAGNOSIS_REFERRED, SuspicionState.DIAGNOSIS_PENDING})

STATE_AFTER = {
    DiagnosisOutcome.CONFIRMED: SuspicionState.CONFIRMED,
    DiagnosisOutcome.EXCLUDED: SuspicionState.EXCLUDED,
    DiagnosisOutcome.UNDETERMINED: SuspicionState.DIAGNOSIS_PENDING,
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the hospital concluded."""

    id: UUID
    category: ScreeningCategory
    on: date
    outcome: DiagnosisOutcome
    rehab_category: RehabCategory | None = None
    cars: Decimal | None = None


def record_diagnosis(
    suspicion: Suspicion, diagnosis: Diagnosis, by: ActorRef, protocol: Protocol, *, screened: bool
) -> Decision:
    """Record the conclusion of a hospital that accepted the referral. Undetermined means: again after 2 months.

    `screened` tells whether the child was ever screened for the category; if not, the fact says so (handbook §1.5).
    """
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(DIAGNOSABLE, "diagnosis")
    suspicion.must_have_begun_by(diagnosis.on)
    check_registry_age(suspicion.child.born, diagnosis.on, protocol.age_limits)
    if (diagnosis.outcome is DiagnosisOutcome.CONFIRMED) != (diagnosis.rehab_category is not None):
        raise RehabCategoryMismatch
    if diagnosis.cars is not None:
        check_cars(diagnosis.cars, protocol.cars)
    decided = _decided(suspicion, diagnosis, protocol)
    recorded = _recorded(decided, diagnosis, by, protocol, screened=screened)
    return Decision(decided, (recorded, *_recheck(decided, protocol)))


def start_by_diagnosis(
    child: Child, diagnosis: Diagnosis, before: Suspicion | None, by: ActorRef, protocol: Protocol, *, screened: bool
) -> Decision:
    """Record the diagnosis of a child of whom nothing was suspected: the case starts here (handbook §1.5)."""
    started = opened(child, diagnosis.category, SuspicionState.DIAGNOSIS_REFERRED, by, diagnosis.on, before)
    return record_diagnosis(started, diagnosis, by, protocol, screened=screened)


def aid_disagrees(diagnosis: Diagnosis, scoring: Cars) -> bool:
    """Tell whether CARS points elsewhere than the conclusion does: worth a second look, no reason to refuse."""
    if diagnosis.cars is None:
        return False
    decided = diagnosis.outcome is not DiagnosisOutcome.UNDETERMINED
    autism = diagnosis.rehab_category is RehabCategory.AUTISM
    return decided and cars_points_to_autism(diagnosis.cars, scoring) != autism


def _decided(suspicion: Suspicion, diagnosis: Diagnosis, protocol: Protocol) -> Suspicion:
    state = STATE_AFTER[diagnosis.outcome]
    undetermined = diagnosis.outcome is DiagnosisOutcome.UNDETERMINED
    months = protocol.diagnosis.undetermined_recheck_months.value
    due_on = anniversary(diagnosis.on, months=months) if undetermined else None
    return suspicion.moved_or_waiting(
        state,
        rehab_category=diagnosis.rehab_category,
        recheck_due_on=due_on,
        failed_traces=0,
        trace_on=trace_day(state, due_on, protocol.tracing) if due_on else None,
    )


def _recheck(suspicion: Suspicion, protocol: Protocol) -> tuple[RecheckScheduled, ...]:
    if suspicion.recheck_due_on is None:
        return ()
    return (
        RecheckScheduled(
            category=suspicion.category,
            basis=RecheckBasis.UNDETERMINED_DIAGNOSIS,
            due_on=suspicion.recheck_due_on,
            state=suspicion.state,
            policy=protocol.policy,
        ),
    )


def _recorded(
    suspicion: Suspicion, diagnosis: Diagnosis, by: ActorRef, protocol: Protocol, *, screened: bool
) -> DiagnosisRecorded:
    return DiagnosisRecorded(
        diagnosis=diagnosis.id,
        category=suspicion.category,
        outcome=diagnosis.outcome,
        rehab_category=diagnosis.rehab_category,
        diagnosed_on=diagnosis.on,
        institution=by.organisation,
        no_screening_record=not screened,
        state=suspicion.state,
        policy=protocol.policy,
    )
