"""Initial screening (孤独症规范; handbook §1.3): its rule, and the suspicion that an abnormal result opens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from services.screening.domain import newborn_hearing
from services.screening.domain.ages import check_screening_age
from services.screening.domain.closing import closed
from services.screening.domain.newborn_hearing import counts_as_second, is_newborn_hearing
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Child, Decision, Suspicion, opened
from services.screening.domain.tracing import trace_day
from services.screening.domain.warning_signs import Column, table
from services.screening.errors import FindingNeeded, InstrumentNotForCategory, WrongSigns
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef, Fact
from shared.contracts.events.screening import (
    ClosingReason,
    Instrument,
    Regression,
    ScreeningOutcome,
    ScreeningRecorded,
    SuspicionState,
)
from shared.errors import Refusal
from shared.rulebook.explanation import Explanation, Step, step
from shared.rulebook.registry import rule

REGRESSED = frozenset({Regression.LANGUAGE, Regression.SOCIAL, Regression.BOTH})


@dataclass(frozen=True, slots=True)
class InitialScreening:
    """What the screener found. Signs are answered one by one; other instruments carry the examiner's finding."""

    id: UUID
    category: ScreeningCategory
    instrument: Instrument
    on: date
    signs: Mapping[str, bool] = field(default_factory=dict)
    regression: Regression = Regression.NOT_ASKED
    finding: ScreeningOutcome | None = None

    @property
    def positive_signs(self) -> frozenset[str]:
        return frozenset(sign for sign, positive in self.signs.items() if positive)


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of an initial screening, and how one comes to it."""

    outcome: ScreeningOutcome
    steps: tuple[Step, ...]

    def explained(self, protocol: Protocol) -> Explanation:
        """Return the result with its steps."""
        return Explanation(
            rule="screening.initial-screen", policy=protocol.policy, outcome=self.outcome.value, steps=self.steps
        )


@dataclass(frozen=True, slots=True)
class Screened:
    """The fact of the screening, what else follows, the suspicion if there is one now, and the explanation."""

    fact: ScreeningRecorded
    suspicion: Suspicion | None
    explanation: Explanation
    follows: tuple[Fact, ...] = ()


def record_screening(
    child: Child, screening: InitialScreening, known: Suspicion | None, by: ActorRef, protocol: Protocol
) -> Screened:
    """Judge an initial screening; an abnormal one opens a suspicion unless one of the category is active already."""
    check_screening_age(child.born, screening.on, protocol.age_limits)
    judged = judge(child, screening, protocol)
    follows = _follows(child, screening, judged.outcome, known, by, protocol)
    suspicion = follows.suspicion if follows else known
    # A newborn that passes leaves the suspicion where it was; that it is closed then is a fact of its own.
    ends = follows is not None and not follows.suspicion.active
    fact = _fact(child, screening, judged.outcome, known if ends else suspicion, protocol)
    return Screened(fact, suspicion, judged.explained(protocol), follows.facts if follows else ())


def preview(child: Child, screening: InitialScreening, protocol: Protocol) -> Explanation:
    """Explain what the result of a screening would be, under the checks that hold when it is recorded."""
    check_screening_age(child.born, screening.on, protocol.age_limits)
    return judge(child, screening, protocol).explained(protocol)


def explained_again(
    child: Child, kept: InitialScreening, outcome: ScreeningOutcome, protocol: Protocol
) -> Explanation | None:
    """Explain a screening that was recorded before; none where a later protocol would judge it otherwise."""
    by_signs = kept.instrument is Instrument.WARNING_SIGNS
    try:
        judged = judge(child, kept if by_signs else replace(kept, finding=outcome), protocol)
    except Refusal:
        return None
    return judged.explained(protocol) if judged.outcome is outcome else None


@rule(
    "screening.initial-screen",
    "source",
    zh="初筛：该年龄任一预警征象阳性，或任何年龄语言、社交能力缺失或倒退，即为异常",
)
def judge(child: Child, screening: InitialScreening, protocol: Protocol) -> Judged:
    """Call an initial screening abnormal with one positive sign of the age, or with absence or regression at any age.

    Other instruments carry the examiner's finding (孤独症规范; handbook §1.3). Raises for a wrong instrument or answer.
    """
    _must_fit(screening, protocol)
    if screening.instrument is Instrument.WARNING_SIGNS:
        return _judge_signs(child, screening)
    if screening.finding is None or screening.signs or screening.regression is not Regression.NOT_ASKED:
        raise FindingNeeded
    found = step(
        "examiner-finding", "The examiner found: {finding}.", "检查者结论：{finding}。",
        holds=screening.finding is ScreeningOutcome.ABNORMAL, finding=screening.finding.value,
    )  # fmt: skip
    return Judged(screening.finding, (found,))


@rule("screening.initial-instruments", "assumed", zh="初筛工具按类别配置")
def _must_fit(screening: InitialScreening, protocol: Protocol) -> None:
    """Refuse an instrument that is not one of the category's (残疾筛查规范, its annexes unread; handbook §1.4)."""
    allowed = protocol.initial.instruments.value[screening.category]
    if screening.instrument not in allowed:
        raise InstrumentNotForCategory(category=screening.category.value, allowed=[code.value for code in allowed])


def _judge_signs(child: Child, screening: InitialScreening) -> Judged:
    column = table().column_for(child.born, screening.on)
    if screening.signs.keys() != column.ids or screening.finding is not None:
        raise WrongSigns(expected=sorted(column.ids))
    abnormal = bool(screening.positive_signs) or screening.regression in REGRESSED
    outcome = ScreeningOutcome.ABNORMAL if abnormal else ScreeningOutcome.NORMAL
    return Judged(outcome, tuple(_signs_explained(column, screening)))


def _signs_explained(column: Column, screening: InitialScreening) -> Iterator[Step]:
    yield step("column", "Asked was column {age} of the table.", "所用为预警征象表 {age} 一栏。", age=column.age)
    for sign in column.signs:
        yield Step(code=f"sign-{sign.id}", holds=screening.signs[sign.id], en=sign.en, zh=sign.zh)
    yield step(
        "regression",
        "Absence or regression of language or social ability: {answer}.",
        "语言或社交能力缺失、倒退：{answer}。",
        holds=None if screening.regression is Regression.NOT_ASKED else screening.regression in REGRESSED,
        answer=screening.regression,
    )


def _follows(
    child: Child,
    screening: InitialScreening,
    outcome: ScreeningOutcome,
    known: Suspicion | None,
    by: ActorRef,
    protocol: Protocol,
) -> Decision | None:
    active = known if known and known.active else None
    if is_newborn_hearing(child.born, screening.on, screening.instrument, protocol):
        return _newborn(child, screening, outcome, known, by, protocol)
    if outcome is ScreeningOutcome.NORMAL or active:
        return None
    return Decision(opened(child, screening.category, SuspicionState.SCREEN_POSITIVE, by, screening.on, known), ())


def _newborn(
    child: Child,
    screening: InitialScreening,
    outcome: ScreeningOutcome,
    known: Suspicion | None,
    by: ActorRef,
    protocol: Protocol,
) -> Decision | None:
    """Passed ends what was suspected of a newborn's hearing; not passed is seen again, or goes to diagnosis."""
    active = known if known and known.active else None
    waits = active is not None and active.state is SuspicionState.SCREEN_POSITIVE and active.newborn_hearing
    if outcome is ScreeningOutcome.NORMAL:
        passed = active if waits else None
        return closed(passed, ClosingReason.NORMAL_ON_RECHECK, screening.on, protocol) if passed else None
    if active is not None and not waits:
        return None
    second = counts_as_second(known, child.born, screening.on, protocol)
    start = active or replace(
        opened(child, screening.category, SuspicionState.SCREEN_POSITIVE, by, screening.on, known), newborn_hearing=True
    )
    moved = _to_diagnosis(start, screening.on, protocol) if second else start
    clocked = newborn_hearing.awaiting(moved, protocol)
    return Decision(clocked, newborn_hearing.clock(clocked, protocol))


def _to_diagnosis(suspicion: Suspicion, on: date, protocol: Protocol) -> Suspicion:
    state = SuspicionState.DIAGNOSIS_REFERRED
    return suspicion.moved(state, on, failed_traces=0, trace_on=trace_day(state, on, protocol.tracing))


def _fact(
    child: Child,
    screening: InitialScreening,
    outcome: ScreeningOutcome,
    suspicion: Suspicion | None,
    protocol: Protocol,
) -> ScreeningRecorded:
    return ScreeningRecorded(
        screening=screening.id,
        category=screening.category,
        round=protocol.round_of(child.born, screening.on),
        instrument=screening.instrument,
        screened_on=screening.on,
        outcome=outcome,
        positive_signs=len(screening.positive_signs),
        regression=screening.regression,
        state=suspicion.state if suspicion else None,
        policy=protocol.policy,
    )
