"""A planted fraud, and a finding as the timeline tells it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

CONSEQUENCES = frozenset({"F17"})
"""Whatever is logged or taken away after a month was claimed, the claim no longer fits the records."""


@dataclass(frozen=True, slots=True)
class Fraud:
    """One fraud that was planted: which rule should find it, where, and what was done."""

    rule: str
    case: str | None
    """None where any child of the institution may carry the finding."""
    institution: str | None
    """None where no institution is to blame: an identity."""
    month: str
    """As `2024-06`; of an occasion that lasts longer, one of its months."""
    done: str
    besides: frozenset[str] = field(default_factory=frozenset)
    """Rules that may rightly find something in the same case too: a consequence, neither planted nor a false alarm."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of the timeline."""

    rule: str
    case: str
    institution: str | None
    first_day: date
    last_day: date

    def is_about(self, fraud: Fraud) -> bool:
        """Tell whether this is what was planted."""
        same_child = fraud.case is None or fraud.case == self.case
        same_place = fraud.institution is None or fraud.institution == self.institution
        in_time = f"{self.first_day:%Y-%m}" <= fraud.month <= f"{self.last_day:%Y-%m}"
        return self.rule == fraud.rule and same_child and same_place and in_time

    def follows_from(self, fraud: Fraud) -> bool:
        """Tell whether a planted fraud explains this finding, though it was planted for another rule or month."""
        same_child = fraud.case == self.case
        at_the_house = fraud.case is None and fraud.institution == self.institution
        return (same_child or at_the_house) and self.rule in {fraud.rule, *fraud.besides, *CONSEQUENCES}


OF_THE_COHORT = frozenset({"F16"})
"""Rules by which the cohort itself is at fault: who was enrolled and never came was never evaluated, a few wait."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one rule."""

    rule: str
    planted: int
    found: int
    missed: tuple[Fraud, ...]
    of_the_cohort: tuple[Found, ...]
    """Findings that are right and were not planted: the invented cohort is so."""
    false_alarms: tuple[Found, ...]


def compare(planted: Iterable[Fraud], found: Iterable[Found]) -> list[Outcome]:
    """Compare what was planted with what was found, rule by rule, in the order of their codes."""
    frauds, findings = list(planted), list(found)
    rules = sorted({fraud.rule for fraud in frauds} | {finding.rule for finding in findings})
    return [_outcome(rule, frauds, findings) for rule in rules]


def _outcome(rule: str, frauds: list[Fraud], findings: list[Found]) -> Outcome:
    mine = [fraud for fraud in frauds if fraud.rule == rule]
    said = [finding for finding in findings if finding.rule == rule]
    missed = tuple(fraud for fraud in mine if not any(finding.is_about(fraud) for finding in said))
    besides = tuple(finding for finding in said if not any(finding.follows_from(fraud) for fraud in frauds))
    of_the_cohort, alarms = (besides, ()) if rule in OF_THE_COHORT else ((), besides)
    return Outcome(rule, len(mine), len(mine) - len(missed), missed, of_the_cohort, alarms)
