"""Initial screening (孤独症规范; handbook §1.3): its rule, and the suspicion that an abnormal result opens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.screening.domain.ages import check_screening_age
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Child, Suspicion, opened
from services.screening.domain.warning_signs import table
from services.screening.errors import FindingNeeded, InstrumentNotForCategory, WrongSigns
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import (
    Instrument,
    Regression,
    ScreeningOutcome,
    ScreeningRecorded,
    SuspicionState,
)

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
class Screened:
    """The fact, and the suspicion if there is one now."""

    fact: ScreeningRecorded
    suspicion: Suspicion | None


def record_screening(
    child: Child, screening: InitialScreening, known: Suspicion | None, by: ActorRef, protocol: Protocol
) -> Screened:
    """Judge an initial screening; an abnormal one opens a suspicion unless one of the category is active already."""
    check_screening_age(child.born, screening.on, protocol.age_limits)
    outcome = judge(child, screening, protocol)
    suspicion = known
    if outcome is ScreeningOutcome.ABNORMAL and not (known and known.active):
        suspicion = opened(child, screening.category, SuspicionState.SCREEN_POSITIVE, by, screening.on, before=known)
    return Screened(_fact(child, screening, outcome, suspicion, protocol), suspicion)


def judge(child: Child, screening: InitialScreening, protocol: Protocol) -> ScreeningOutcome:
    """Apply the initial-screen rule of the instrument (handbook §1.3)."""
    allowed = protocol.initial.instruments.value[screening.category]
    if screening.instrument not in allowed:
        raise InstrumentNotForCategory(category=screening.category.value, allowed=[code.value for code in allowed])
    if screening.instrument is Instrument.WARNING_SIGNS:
        return _judge_signs(child, screening)
    if screening.finding is None or screening.signs or screening.regression is not Regression.NOT_ASKED:
        raise FindingNeeded
    return screening.finding


def _judge_signs(child: Child, screening: InitialScreening) -> ScreeningOutcome:
    """Abnormal with one positive sign of the child's age column, or with absence or regression at any age."""
    column = table().column_for(child.born, screening.on)
    if screening.signs.keys() != column.ids or screening.finding is not None:
        raise WrongSigns(expected=sorted(column.ids))
    if screening.positive_signs or screening.regression in REGRESSED:
        return ScreeningOutcome.ABNORMAL
    return ScreeningOutcome.NORMAL


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
