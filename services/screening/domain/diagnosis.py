"""Diagnosis by a capable hospital (孤独症规范; handbook §1.4). A screening result is never one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.screening.domain.ages import check_registry_age
from services.screening.domain.figures import Cars
from services.screening.domain.follow_up import is_followed_up, wait_for_next
from services.screening.domain.instruments import check_cars, read_cars
from services.screening.domain.newborn_hearing import awaiting, clock, scheduled
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Child, Decision, Suspicion, opened
from services.screening.domain.tracing import trace_day
from services.screening.errors import InstrumentNotForCategory, RehabCategoryMismatch
from shared.ages import anniversary
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.envelope import ActorRef, Fact
from shared.contracts.events.screening import (
    DiagnosisOutcome,
    DiagnosisRecorded,
    Instrument,
    RecheckBasis,
    SuspicionState,
)
from shared.rulebook.explanation import Explanation, Step, step
from shared.rulebook.registry import rule

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
    instruments: frozenset[Instrument] = frozenset()


@rule("screening.diagnosis", "source", zh="诊断由接收转诊的医院作出；确诊须注明康复类别；暂不能确诊者2个月后复查")
def record_diagnosis(
    suspicion: Suspicion, diagnosis: Diagnosis, by: ActorRef, protocol: Protocol, *, screened: bool
) -> Decision:
    """Record the conclusion of a hospital that accepted the referral; undetermined means: again after 2 months.

    `screened` tells whether the child was ever screened for the category; if not, the fact says so (孤独症规范;
    handbook §1.4, §1.5).
    """
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(DIAGNOSABLE, "diagnosis")
    suspicion.must_have_begun_by(diagnosis.on)
    check_registry_age(suspicion.child.born, diagnosis.on, protocol.age_limits)
    if (diagnosis.outcome is DiagnosisOutcome.CONFIRMED) != (diagnosis.rehab_category is not None):
        raise RehabCategoryMismatch
    _must_fit(diagnosis, protocol)
    decided, clocks = _decided(suspicion, diagnosis, protocol)
    recorded = _recorded(decided, diagnosis, by, protocol, screened=screened)
    return Decision(decided, (recorded, *clocks))


@rule("screening.starts-by-diagnosis", "assumed", zh="医院可直接确诊从未筛查的儿童，并注明无筛查记录")
def start_by_diagnosis(
    child: Child, diagnosis: Diagnosis, before: Suspicion | None, by: ActorRef, protocol: Protocol, *, screened: bool
) -> Decision:
    """Record the diagnosis of a child of whom nothing was suspected: the case starts here (handbook §1.5)."""
    started = opened(child, diagnosis.category, SuspicionState.DIAGNOSIS_REFERRED, by, diagnosis.on, before)
    return record_diagnosis(started, diagnosis, by, protocol, screened=screened)


@rule("screening.aid-disagrees", "source", zh="CARS 与诊断结论不一致时提示复核，不拒绝")
def aid_disagrees(diagnosis: Diagnosis, scoring: Cars) -> bool:
    """Tell whether CARS points elsewhere than the conclusion does: worth a second look, no refusal.

    孤独症规范; handbook §1.4.
    """
    if diagnosis.cars is None:
        return False
    decided = diagnosis.outcome is not DiagnosisOutcome.UNDETERMINED
    autism = diagnosis.rehab_category is RehabCategory.AUTISM
    return decided and read_cars(diagnosis.cars, scoring).positive != autism


def explained(diagnosis: Diagnosis, protocol: Protocol, *, screened: bool) -> Explanation:
    """Return how a diagnosis stands: the clinician decides, the aid is read beside it."""
    aid = read_cars(diagnosis.cars, protocol.cars).steps if diagnosis.cars is not None else ()
    steps = (*aid, *_beside(diagnosis, protocol.cars), *(() if screened else (UNSCREENED,)))
    return Explanation(rule="screening.diagnosis", policy=protocol.policy, outcome=diagnosis.outcome.value, steps=steps)


UNSCREENED = step("no-screening-record", "No screening record for this category.", "该类别无筛查记录。", holds=True)


def _beside(diagnosis: Diagnosis, scoring: Cars) -> Iterator[Step]:
    named = diagnosis.rehab_category.value if diagnosis.rehab_category else "-"
    yield step(
        "clinician",
        "The clinician concluded: {outcome}, {named}.",
        "医师结论：{outcome}，{named}。",
        outcome=diagnosis.outcome.value,
        named=named,
    )
    if diagnosis.cars is not None:
        said = "The aid points elsewhere than the conclusion."
        yield step("aid-disagrees", said, "辅助量表与结论不一致。", holds=aid_disagrees(diagnosis, scoring))


@rule("screening.diagnosis-instruments", "assumed", zh="诊断工具按类别配置")
def _must_fit(diagnosis: Diagnosis, protocol: Protocol) -> None:
    """Refuse an instrument that is not one of the category's, and a CARS total off its scale (handbook §1.4)."""
    allowed = protocol.diagnosis.instruments.value[diagnosis.category]
    if not diagnosis.instruments <= frozenset(allowed):
        raise InstrumentNotForCategory(category=diagnosis.category.value, allowed=[code.value for code in allowed])
    if diagnosis.cars is not None:
        check_cars(diagnosis.cars, protocol.cars)


@rule("screening.undetermined-clock", "source", zh="暂不能确诊者2个月后复查")
def seen_again_on(on: date, protocol: Protocol) -> date:
    """Say when an undetermined child is seen again: after 2 months (孤独症规范; handbook §1.4)."""
    return anniversary(on, months=protocol.diagnosis.undetermined_recheck_months.value)


def _decided(suspicion: Suspicion, diagnosis: Diagnosis, protocol: Protocol) -> tuple[Suspicion, tuple[Fact, ...]]:
    """Return the suspicion after a diagnosis, and the clock that runs from it."""
    clear: dict[str, Any] = {"recheck_due_on": None, "recheck_basis": None, "failed_traces": 0, "trace_on": None}
    state, category = STATE_AFTER[diagnosis.outcome], diagnosis.rehab_category
    decided = suspicion.moved_or_waiting(state, diagnosis.on, rehab_category=category, **clear)
    if diagnosis.outcome is DiagnosisOutcome.UNDETERMINED:
        return _undetermined(decided, diagnosis.on, protocol)
    if diagnosis.outcome is DiagnosisOutcome.CONFIRMED and is_followed_up(category, protocol):
        return wait_for_next(decided, diagnosis.on, protocol)
    clocked = awaiting(decided, protocol)
    return clocked, clock(clocked, protocol)


def _undetermined(suspicion: Suspicion, on: date, protocol: Protocol) -> tuple[Suspicion, tuple[Fact, ...]]:
    basis, due_on = RecheckBasis.UNDETERMINED_DIAGNOSIS, seen_again_on(on, protocol)
    trace_on = trace_day(suspicion.state, due_on, protocol.tracing)
    waiting = suspicion.changed(recheck_due_on=due_on, recheck_basis=basis, trace_on=trace_on)
    return waiting, (scheduled(waiting, basis, due_on, protocol),)


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
