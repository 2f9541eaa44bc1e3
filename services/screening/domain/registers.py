"""Registers that travel up (附件4, 附件6, 附件7) and the three official rates (孤独症规范; handbook §1.4, §1.5)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from pydantic import Field

from services.screening.domain.protocol import Protocol
from shared.rulebook.explanation import Explanation, Question, step
from shared.rulebook.registry import rule

HUNDRED = Decimal(100)
TENTH = Decimal("0.1")


class Register(StrEnum):
    """The registers of the norm, township to county to city."""

    INITIAL_ABNORMAL = "initial_abnormal"
    """附件4."""
    RESCREENING_ABNORMAL = "rescreening_abnormal"
    """附件6."""
    DIAGNOSIS_RESULTS = "diagnosis_results"
    """附件7."""


class RateName(StrEnum):
    """The three official rates."""

    INITIAL_SCREENING = "initial_screening"
    RESCREENING = "rescreening"
    DIAGNOSIS = "diagnosis"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with what it is made of; without a denominator there is no rate."""

    name: RateName
    numerator: int
    denominator: int | None
    percent: Decimal | None


@rule("screening.register-columns", "assumed", zh="登记表只显示表样所列项目，表样列名按配置")
def columns_of(register: Register, protocol: Protocol) -> tuple[str, ...]:
    """Say what a register shows: what its form holds, and nothing else (孤独症规范 附件4, 6, 7; handbook §1.4)."""
    return protocol.registers.value[register.value]


@rule("screening.official-rates", "source", zh="初筛率、复筛率、诊断率：分子除以分母×100%，分母未设定则不计算")
def rate(name: RateName, numerator: int, denominator: int | None) -> Rate:
    """Work out one of the three rates: screened, re-screened or diagnosed children by those they are counted of.

    Without a denominator, or one of nobody, there is no rate (孤独症规范; handbook §1.5).
    """
    if not denominator:
        return Rate(name, numerator, denominator, None)
    percent = (HUNDRED * numerator / denominator).quantize(TENTH, ROUND_HALF_UP)
    return Rate(name, numerator, denominator, percent)


class WorkOutARate(Question, of="screening.official-rates"):
    """What is one of the three official rates, of so many children?"""

    name: RateName = Field(description="Which of the three rates.")
    numerator: int = Field(description="Children above the line.")
    denominator: int | None = Field(default=None, description="Children below it; absent where nobody gave a number.")

    def explain(self) -> Explanation:
        found = rate(self.name, self.numerator, self.denominator)
        told = step(
            self.name.value, "{numerator} of {denominator} children.", "{denominator}名儿童中的{numerator}名。",
            numerator=found.numerator, denominator=found.denominator or "-",
        )  # fmt: skip
        outcome = f"{found.percent} %" if found.percent is not None else "no rate"
        return Explanation(rule=self.rule, outcome=outcome, steps=(told,))
