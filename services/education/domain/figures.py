"""The enrolment rate of disabled children of compulsory age (均衡督导; handbook §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from services.education.domain.calendar import SchoolPolicy
from services.education.domain.placement import mode_rules
from shared.contracts.events.education import PlacementMode
from shared.rulebook.explanation import Explanation, step
from shared.rulebook.registry import rule

UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class EnrolmentRate:
    """How many disabled children of compulsory age are in a form of schooling that counts."""

    numerator: int
    denominator: int
    by_mode: Mapping[str, int]
    percent: Decimal | None
    threshold: int

    @property
    def met(self) -> bool | None:
        """Whether the threshold is met; none where there is no child."""
        return None if self.percent is None else self.numerator * 100 >= self.threshold * self.denominator


@rule("education.enrolment-rate", "source", zh="适龄残疾儿童入学率：随班就读、送教上门、特教学校占比，标准95%")
def enrolment_rate(by_mode: Mapping[str, int], policy: SchoolPolicy) -> EnrolmentRate:
    """Divide children in regular class, home teaching and special school by all of school age (均衡督导; handbook §4).

    `by_mode` counts every disabled child of compulsory age once, under its form of schooling or as unplaced.
    """
    counted = {mode.value for mode in policy.enrolment_modes.value}
    numerator = sum(count for mode, count in by_mode.items() if mode in counted)
    denominator = sum(by_mode.values())
    percent = (Decimal(numerator) * 100 / denominator).quantize(Decimal("0.01"), ROUND_DOWN) if denominator else None
    return EnrolmentRate(numerator, denominator, by_mode, percent, policy.enrolment_threshold_percent.value)


def explain_rate(rate: EnrolmentRate, policy: SchoolPolicy) -> Explanation:
    """Show the children by form of schooling, and the rate against the threshold."""
    modes = [*PlacementMode, UNPLACED]
    parts = tuple(
        step(
            str(mode).replace("_", "-"), "{mode}: {count} children.", "{mode_zh}：{count} 名儿童。",
            holds=mode in policy.enrolment_modes.value, count=rate.by_mode[str(mode)], mode=str(mode),
            mode_zh=mode_rules()[mode].zh if isinstance(mode, PlacementMode) else "未安置",
        )
        for mode in modes
        if rate.by_mode.get(str(mode))
    )  # fmt: skip
    whole = step(
        "rate", "{numerator} of {denominator}: {percent} % against {threshold} %.",
        "{denominator} 名中 {numerator} 名：{percent}%，标准 {threshold}%。",
        holds=rate.met, numerator=rate.numerator, denominator=rate.denominator,
        percent="-" if rate.percent is None else rate.percent, threshold=rate.threshold,
    )  # fmt: skip
    outcome = "-" if rate.percent is None else str(rate.percent)
    return Explanation(rule="education.enrolment-rate", policy=policy.policy, outcome=outcome, steps=(*parts, whole))
