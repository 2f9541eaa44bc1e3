"""The clocks of newborn hearing, "1-3-6": again by 42 days, audiology by 3 months, intervention by 6.

Handbook §1.2.
"""

from datetime import date, timedelta
from enum import StrEnum

from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Suspicion
from shared.ages import anniversary
from shared.contracts.codes import ScreeningCategory
from shared.contracts.events.screening import Instrument, RecheckBasis, RecheckScheduled, SuspicionState
from shared.rulebook.registry import rule


class HearingStep(StrEnum):
    """What a newborn's hearing awaits next."""

    RESCREENING = "rescreening"
    DIAGNOSIS = "diagnosis"
    INTERVENTION = "intervention"


STEP_OF = {
    SuspicionState.SCREEN_POSITIVE: HearingStep.RESCREENING,
    SuspicionState.RESCREEN_REFERRED: HearingStep.RESCREENING,
    SuspicionState.DIAGNOSIS_REFERRED: HearingStep.DIAGNOSIS,
    SuspicionState.CONFIRMED: HearingStep.INTERVENTION,
}


@rule(
    "screening.newborn-hearing",
    "source",
    zh="新生儿听力“1-3-6”：未通过或漏筛者42天内复筛，仍未通过3月龄内诊断，确诊者6月龄内干预",
)
def hearing_due(born: date, awaited: HearingStep, protocol: Protocol) -> date:
    """Say by which day the next step of newborn hearing is due (新生儿筛查规范; handbook §1.2)."""
    figures = protocol.newborn_hearing
    if awaited is HearingStep.RESCREENING:
        return born + timedelta(days=figures.rescreen_by_days.value)
    diagnosed = awaited is HearingStep.DIAGNOSIS
    months = figures.diagnosis_by_months if diagnosed else figures.intervention_by_months
    return anniversary(born, months=months.value)


@rule("screening.newborn-hearing-begins", "assumed", zh="不足干预期限月龄、因听力筛查进入的儿童适用“1-3-6”时限")
def is_newborn_hearing(born: date, on: date, instrument: Instrument, protocol: Protocol) -> bool:
    """Tell whether the clocks of newborn hearing hold: that instrument, before the age of intervention.

    Handbook §1.2.
    """
    return instrument is Instrument.NEWBORN_HEARING and on < hearing_due(born, HearingStep.INTERVENTION, protocol)


@rule("screening.newborn-hearing-second", "assumed", zh="复筛期限之后首次未通过者视为复筛未通过，直接转诊断")
def counts_as_second(suspicion: Suspicion | None, born: date, on: date, protocol: Protocol) -> bool:
    """Tell whether a result not passed is "still not passed": a second one, or one after the 42 days.

    Handbook §1.2.
    """
    again = suspicion is not None and suspicion.active and suspicion.newborn_hearing
    return again or on > hearing_due(born, HearingStep.RESCREENING, protocol)


def awaiting(suspicion: Suspicion, protocol: Protocol) -> Suspicion:
    """Return a newborn's suspicion with the clock of its state set; any other as it is."""
    step = STEP_OF.get(suspicion.state)
    if not suspicion.newborn_hearing or step is None:
        return suspicion
    due_on = hearing_due(suspicion.child.born, step, protocol)
    return suspicion.changed(recheck_due_on=due_on, recheck_basis=RecheckBasis.NEWBORN_HEARING)


def clock(suspicion: Suspicion, protocol: Protocol) -> tuple[RecheckScheduled, ...]:
    """Return the fact that tells of a newborn's clock, where one runs."""
    due_on = suspicion.recheck_due_on
    if suspicion.recheck_basis is not RecheckBasis.NEWBORN_HEARING or due_on is None:
        return ()
    return (scheduled(suspicion, RecheckBasis.NEWBORN_HEARING, due_on, protocol),)


def scheduled(suspicion: Suspicion, basis: RecheckBasis, due_on: date, protocol: Protocol) -> RecheckScheduled:
    """Return the fact that a child is to be seen again."""
    return RecheckScheduled(
        category=suspicion.category,
        basis=basis,
        due_on=due_on,
        trace_on=suspicion.trace_on,
        owner=suspicion.owner,
        state=suspicion.state,
        policy=protocol.policy,
    )


def starts_newborn(category: ScreeningCategory, born: date, on: date, protocol: Protocol) -> bool:
    """Tell whether a case of hearing that starts at diagnosis runs by the clocks of newborn hearing."""
    hearing = category is ScreeningCategory.HEARING
    return hearing and is_newborn_hearing(born, on, Instrument.NEWBORN_HEARING, protocol)
