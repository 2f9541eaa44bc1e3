"""Re-screening and recheck by the county institution (孤独症规范; handbook §1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.screening.domain.ages import check_screening_age
from services.screening.domain.closing import closed
from services.screening.domain.instruments import (
    Development,
    Quotients,
    Reading,
    read_abc,
    read_cdss_ii,
    read_m_chat_23,
)
from services.screening.domain.newborn_hearing import awaiting, clock, scheduled
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.domain.tracing import trace_day
from services.screening.errors import FindingNeeded, InstrumentNotForCategory, InstrumentsForAge
from shared.ages import age_in_months, anniversary
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    ClosingReason,
    Instrument,
    RecheckBasis,
    RescreeningOutcome,
    RescreeningRecorded,
    SuspicionState,
)
from shared.rulebook.explanation import Explanation, Step, step
from shared.rulebook.registry import rule

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
    """Result of a re-screening, whether a clinician should look at it, and how one comes to it."""

    outcome: RescreeningOutcome
    steps: tuple[Step, ...] = ()
    clinician_alert: bool = False


@dataclass(frozen=True, slots=True)
class Rescreened:
    """A decision, the fact of the re-screening that comes first among its facts, and the explanation."""

    decision: Decision
    fact: RescreeningRecorded
    explanation: Explanation


def record_rescreening(suspicion: Suspicion, rescreening: Rescreening, by: ActorRef, protocol: Protocol) -> Rescreened:
    """Judge a re-screening and move the suspicion on.

    Abnormal goes to diagnosis; a total of 70-79 is rechecked within 3 months; so is a first normal result; a normal
    recheck ends it. Raises NotOwner before the referral to the institution is accepted.
    """
    suspicion.must_belong_to(by.organisation)
    suspicion.must_be_in(RESCREENABLE, "rescreening")
    suspicion.must_have_begun_by(rescreening.on)
    check_screening_age(suspicion.child.born, rescreening.on, protocol.age_limits)
    judgement = judge(suspicion.child.born, suspicion.category, rescreening, protocol)
    follows = _follows(suspicion, rescreening, judgement.outcome, protocol)
    # A normal recheck leaves the suspicion where it was; that it is closed then is a fact of its own.
    state = follows.suspicion.state if follows.suspicion.active else suspicion.state
    fact = _recorded(suspicion, rescreening, judgement, state, protocol)
    decision = Decision(follows.suspicion, (fact, *follows.facts))
    return Rescreened(decision, fact, explained(judgement, protocol))


def explained(judgement: Judgement, protocol: Protocol) -> Explanation:
    """Return how a judgement came about."""
    outcome = judgement.outcome.value
    return Explanation(rule="screening.re-screen", policy=protocol.policy, outcome=outcome, steps=judgement.steps)


@rule(
    "screening.re-screen",
    "source",
    zh="复筛：病史观察、M-CHAT/ABC、儿心量表任一异常即为异常；总分70—79为临界，3个月内复查",
)
def judge(born: date, category: ScreeningCategory, rescreening: Rescreening, protocol: Protocol) -> Judgement:
    """Call a re-screening abnormal by history, checklist, disorder or deviation; borderline at 70-79; else normal.

    Other categories carry the examiner's finding (孤独症规范; handbook §1.4).
    """
    if category in protocol.rescreening.developmental.value:
        return _judge_scales(born, category, rescreening, protocol)
    return _judge_examination(category, rescreening, protocol)


@rule(
    "screening.rescreening-instruments",
    "source",
    zh="复筛工具：18月龄以下儿心量表；18至24月龄加M-CHAT；24月龄及以上加ABC",
)
def instruments_for(born: date, on: date, protocol: Protocol) -> tuple[Instrument, ...]:
    """Say which scales a child of an age is re-screened with (孤独症规范; handbook §1.4)."""
    return protocol.rescreening.instruments_at(age_in_months(born, on))


@rule("screening.clinician-alert", "assumed", zh="总分70—79且有能区低于70：复查并提示医生关注")
def needs_a_clinician(scale: Development) -> bool:
    """Tell whether a borderline total with a low domain needs a clinician's eye; the norm is silent (handbook §1.4)."""
    return scale.borderline and bool(scale.low_domains)


def _judge_scales(born: date, category: ScreeningCategory, rescreening: Rescreening, protocol: Protocol) -> Judgement:
    required = instruments_for(born, rescreening.on, protocol)
    if rescreening.scales != frozenset(required) or rescreening.examined_by:
        raise InstrumentsForAge(category=category.value, required=[code.value for code in required])
    if rescreening.finding is not None or rescreening.cdss_ii is None:
        raise FindingNeeded
    scale = read_cdss_ii(rescreening.cdss_ii, protocol.cdss_ii)
    return _read(rescreening, _checklist(rescreening, protocol), scale)


def _checklist(rescreening: Rescreening, protocol: Protocol) -> Reading:
    if rescreening.m_chat_23 is not None:
        return read_m_chat_23(rescreening.m_chat_23, protocol.m_chat_23)
    if rescreening.abc is not None:
        return read_abc(rescreening.abc, protocol.abc)
    return Reading(positive=False, steps=())


def _read(rescreening: Rescreening, checklist: Reading, scale: Development) -> Judgement:
    steps = (_history(rescreening), *checklist.steps, *scale.steps)
    if rescreening.concerns or checklist.positive or scale.disorder or scale.deviation:
        return Judgement(RescreeningOutcome.ABNORMAL, steps)
    if scale.borderline:
        return Judgement(RescreeningOutcome.BORDERLINE, steps, needs_a_clinician(scale))
    return Judgement(RescreeningOutcome.NORMAL, steps)


def _history(rescreening: Rescreening) -> Step:
    return step(
        "history",
        "History and observation: {concerns}.",
        "病史与观察：{concerns}。",
        holds=bool(rescreening.concerns),
        concerns=", ".join(sorted(rescreening.concerns)) or "-",
    )


@rule("screening.rescreening-examinations", "assumed", zh="视力、听力、肢体复筛由检查者判定，检查项目按类别配置")
def _judge_examination(category: ScreeningCategory, rescreening: Rescreening, protocol: Protocol) -> Judgement:
    """Take the examiner's finding for vision, hearing and limbs, whose cut-offs we have not read.

    残疾筛查规范; handbook §1.4.
    """
    allowed = protocol.rescreening.judged.value[category]
    if rescreening.scales or not rescreening.examined_by or not rescreening.examined_by <= frozenset(allowed):
        raise InstrumentNotForCategory(category=category.value, allowed=[code.value for code in allowed])
    if rescreening.finding is None or rescreening.finding is RescreeningOutcome.BORDERLINE:
        raise FindingNeeded
    found = step(
        "examiner-finding", "The examiner found: {finding}.", "检查者结论：{finding}。",
        holds=rescreening.finding is RescreeningOutcome.ABNORMAL, finding=rescreening.finding.value,
    )  # fmt: skip
    outcome = RescreeningOutcome.ABNORMAL if rescreening.concerns else rescreening.finding
    return Judgement(outcome, (_history(rescreening), found))


def _follows(
    suspicion: Suspicion, rescreening: Rescreening, outcome: RescreeningOutcome, protocol: Protocol
) -> Decision:
    """Return what a result leads to (handbook §1.4, column "next")."""
    on = rescreening.on
    if outcome is RescreeningOutcome.ABNORMAL:
        return _to_diagnosis(suspicion, on, protocol)
    if outcome is RescreeningOutcome.NORMAL and _ends(suspicion, rescreening):
        return closed(suspicion, ClosingReason.NORMAL_ON_RECHECK, on, protocol)
    borderline = outcome is RescreeningOutcome.BORDERLINE
    basis = RecheckBasis.BORDERLINE if borderline else RecheckBasis.NORMAL_RESCREENING
    return _to_recheck(suspicion, on, basis, protocol)


@rule("screening.normal-recheck-ends", "source", zh="首次复筛正常仍须复查一次；复查正常或新生儿听力复筛通过即结案")
def _ends(suspicion: Suspicion, rescreening: Rescreening) -> bool:
    """Tell whether a normal result ends it: a recheck, or a newborn's hearing that passed.

    孤独症规范; handbook §1.2, §1.4.
    """
    passed = suspicion.newborn_hearing and Instrument.NEWBORN_HEARING in rescreening.examined_by
    return passed or suspicion.state is SuspicionState.RECHECK_DUE


def _to_diagnosis(suspicion: Suspicion, on: date, protocol: Protocol) -> Decision:
    state = SuspicionState.DIAGNOSIS_REFERRED
    trace_on = trace_day(state, on, protocol.tracing)
    moved = suspicion.moved(state, on, recheck_due_on=None, recheck_basis=None, failed_traces=0, trace_on=trace_on)
    clocked = awaiting(moved, protocol)
    return Decision(clocked, clock(clocked, protocol))


@rule("screening.recheck-clock", "source", zh="临界或首次复筛正常者3个月内复查")
def recheck_by(on: date, protocol: Protocol) -> date:
    """Say by when a borderline or first normal result is rechecked: within 3 months (孤独症规范; handbook §1.4)."""
    return anniversary(on, months=protocol.rescreening.recheck_months.value)


def _to_recheck(suspicion: Suspicion, on: date, basis: RecheckBasis, protocol: Protocol) -> Decision:
    state, due_on = SuspicionState.RECHECK_DUE, recheck_by(on, protocol)
    moved = suspicion.moved_or_waiting(
        state,
        on,
        recheck_due_on=due_on,
        recheck_basis=basis,
        failed_traces=0,
        trace_on=trace_day(state, due_on, protocol.tracing),
    )
    return Decision(moved, (scheduled(moved, basis, due_on, protocol),))


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
