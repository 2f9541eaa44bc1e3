"""Re-screening and recheck by the county institution (孤独症规范; handbook §1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.screening.domain.ages import check_screening_age
from services.screening.domain.closing import closed
from services.screening.domain.instruments import (
    DqBand,
    Quotients,
    abc_positive,
    any_domain_low,
    check_quotients,
    deviates,
    dq_band,
    m_chat_23_positive,
)
from services.screening.domain.protocol import CdssIi, Protocol
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.domain.tracing import trace_day
from services.screening.errors import FindingNeeded, InstrumentNotForCategory, InstrumentsForAge
from shared.ages import age_in_months, anniversary
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    ClosingReason,
    Instrument,
    RecheckBasis,
    RecheckScheduled,
    RescreeningOutcome,
    RescreeningRecorded,
    SuspicionState,
)

RESCREENABLE = frozenset({SuspicionState.RESCREEN_REFERRED, SuspicionState.RECHECK_DUE})


class Concern(StrEnum):
    """What history or observation showed; always taken (孤独症规范; handbook §1.4)."""

    LANGUAGE = "language"
    COMMUNICATION = "communication"
    STEREOTYPY = "stereotypy"
    NARROW_INTEREST = "narrow_interest"


@dataclass(frozen=True, slots=True)
class Rescreening:
    """What the county institution found: history always, then the scales of the child's age or a judged finding."""

    id: UUID
    on: date
    concerns: frozenset[Concern] = frozenset()
    m_chat_23: Mapping[int, bool] | None = None
    abc: int | None = None
    cdss_ii: Quotients | None = None
    examined_by: frozenset[Instrument] = frozenset()
    finding: RescreeningOutcome | None = None

    @property
    def scales(self) -> frozenset[Instrument]:
        given = {
            Instrument.M_CHAT_23: self.m_chat_23,
            Instrument.ABC: self.abc,
            Instrument.CDSS_II: self.cdss_ii,
        }
        return frozenset(instrument for instrument, answer in given.items() if answer is not None)

    @property
    def instruments(self) -> frozenset[Instrument]:
        return self.scales | self.examined_by


@dataclass(frozen=True, slots=True)
class Judgement:
    """Result of a re-screening, and whether a clinician should look at it."""

    outcome: RescreeningOutcome
    clinician_alert: bool = False


@dataclass(frozen=True, slots=True)
class Rescreened:
    """A decision, and the fact of the re-screening itself that comes first among its facts."""

    decision: Decision
    fact: RescreeningRecorded


def record_rescreening(suspicion: Suspicion, rescreening: Rescreening, by: ActorRef, protocol: Protocol) -> Rescreened:
    """Judge a re-screening and move the suspicion on.

    Abnormal goes to diagnosis; a total of 70-79 is rechecked within 3 months; so is a first normal result; a normal
    recheck ends it. Raises NotOwner before the referral to the institution is accepted.
    """
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(RESCREENABLE, "rescreening")
    suspicion.must_have_begun_by(rescreening.on)
    check_screening_age(suspicion.child.born, rescreening.on, protocol.age_limits)
    judgement = judge(suspicion, rescreening, protocol)
    follows = _follows(suspicion, rescreening.on, judgement.outcome, protocol)
    # A normal recheck leaves the suspicion where it was; that it is closed then is a fact of its own.
    state = follows.suspicion.state if follows.suspicion.active else suspicion.state
    fact = _recorded(suspicion, rescreening, judgement, state, protocol)
    return Rescreened(Decision(follows.suspicion, (fact, *follows.facts)), fact)


def judge(suspicion: Suspicion, rescreening: Rescreening, protocol: Protocol) -> Judgement:
    """Apply the re-screen rule of the category (handbook §1.4)."""
    if suspicion.category in protocol.rescreening.developmental.value:
        return _judge_scales(suspicion, rescreening, protocol)
    return _judge_examination(suspicion, rescreening, protocol)


def _judge_scales(suspicion: Suspicion, rescreening: Rescreening, protocol: Protocol) -> Judgement:
    required = protocol.rescreening.instruments_at(age_in_months(suspicion.child.born, rescreening.on))
    if rescreening.scales != frozenset(required) or rescreening.examined_by:
        raise InstrumentsForAge(category=suspicion.category.value, required=[code.value for code in required])
    if rescreening.finding is not None or rescreening.cdss_ii is None:
        raise FindingNeeded
    check_quotients(rescreening.cdss_ii, protocol.cdss_ii)
    return _read(rescreening, _checklist_positive(rescreening, protocol), rescreening.cdss_ii, protocol.cdss_ii)


def _checklist_positive(rescreening: Rescreening, protocol: Protocol) -> bool:
    if rescreening.m_chat_23 is not None:
        return m_chat_23_positive(rescreening.m_chat_23, protocol.m_chat_23)
    return rescreening.abc is not None and abc_positive(rescreening.abc, protocol.abc)


def _read(rescreening: Rescreening, checklist_positive: bool, quotients: Quotients, scoring: CdssIi) -> Judgement:
    """Abnormal by history, checklist, disorder (total < 70) or deviation (total >= 80, a named domain < 70)."""
    band = dq_band(quotients.total, scoring)
    borderline = band is DqBand.BORDERLINE
    deviation = not borderline and deviates(quotients, scoring)
    if rescreening.concerns or checklist_positive or band is DqBand.DISORDER or deviation:
        return Judgement(RescreeningOutcome.ABNORMAL)
    if borderline:
        # The norm is silent on 70-79 with a low domain: recheck, and a clinician's eye ([assumed]).
        return Judgement(RescreeningOutcome.BORDERLINE, clinician_alert=any_domain_low(quotients, scoring))
    return Judgement(RescreeningOutcome.NORMAL)


def _judge_examination(suspicion: Suspicion, rescreening: Rescreening, protocol: Protocol) -> Judgement:
    """Take the examiner's finding: the cut-offs of 残疾筛查规范 for vision, hearing and limbs are not known to us."""
    allowed = protocol.rescreening.judged.value[suspicion.category]
    if rescreening.scales or not rescreening.examined_by or not rescreening.examined_by <= frozenset(allowed):
        raise InstrumentNotForCategory(category=suspicion.category.value, allowed=[code.value for code in allowed])
    if rescreening.finding is None or rescreening.finding is RescreeningOutcome.BORDERLINE:
        raise FindingNeeded
    return Judgement(RescreeningOutcome.ABNORMAL if rescreening.concerns else rescreening.finding)


def _follows(suspicion: Suspicion, on: date, outcome: RescreeningOutcome, protocol: Protocol) -> Decision:
    """Return what a result leads to (handbook §1.4, column "next")."""
    if outcome is RescreeningOutcome.ABNORMAL:
        return _to_diagnosis(suspicion, on, protocol)
    if outcome is RescreeningOutcome.NORMAL and suspicion.state is SuspicionState.RECHECK_DUE:
        return closed(suspicion, ClosingReason.NORMAL_ON_RECHECK, on, protocol)
    borderline = outcome is RescreeningOutcome.BORDERLINE
    basis = RecheckBasis.BORDERLINE if borderline else RecheckBasis.NORMAL_RESCREENING
    return _to_recheck(suspicion, on, basis, protocol)


def _to_diagnosis(suspicion: Suspicion, on: date, protocol: Protocol) -> Decision:
    state = SuspicionState.DIAGNOSIS_REFERRED
    trace_on = trace_day(state, on, protocol.tracing)
    return Decision(suspicion.moved(state, recheck_due_on=None, failed_traces=0, trace_on=trace_on), ())


def _to_recheck(suspicion: Suspicion, on: date, basis: RecheckBasis, protocol: Protocol) -> Decision:
    state = SuspicionState.RECHECK_DUE
    due_on = anniversary(on, months=protocol.rescreening.recheck_months.value)
    trace_on = trace_day(state, due_on, protocol.tracing)
    moved = suspicion.moved_or_waiting(state, recheck_due_on=due_on, failed_traces=0, trace_on=trace_on)
    fact = RecheckScheduled(
        category=suspicion.category, basis=basis, due_on=due_on, state=moved.state, policy=protocol.policy
    )
    return Decision(moved, (fact,))


def _recorded(
    suspicion: Suspicion, rescreening: Rescreening, judgement: Judgement, state: SuspicionState, protocol: Protocol
) -> RescreeningRecorded:
    return RescreeningRecorded(
        rescreening=rescreening.id,
        category=suspicion.category,
        rescreened_on=rescreening.on,
        instruments=tuple(sorted(rescreening.instruments)),
        outcome=judgement.outcome,
        recheck=suspicion.state is SuspicionState.RECHECK_DUE,
        clinician_alert=judgement.clinician_alert,
        state=state,
        policy=protocol.policy,
    )
