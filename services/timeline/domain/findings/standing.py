"""What is concluded from a verdict: findings raised, raised anew, closed; and what a person decided about them. Pure.

Everything follows from facts alone, the timeline's own among them, so a second look concludes nothing new.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.timeline.domain.findings.catalogue import table
from services.timeline.domain.findings.grounds import Flag
from services.timeline.domain.noted import Noted
from shared.contracts.envelope import Fact
from shared.contracts.events.timeline import (
    FindingClosed,
    FindingCloseReason,
    FindingRaised,
    FindingReviewed,
    ReviewDecision,
    Severity,
)


class FindingState(StrEnum):
    """How a finding stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    DATA_ERROR = "data_error"
    FACTS_CHANGED = "facts_changed"
    """Its ground fell away."""


STANDS = frozenset({FindingState.OPEN, FindingState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding after the facts about it."""

    finding: UUID
    case: UUID
    rule: str
    raised: UUID
    """The fact that raised it last."""
    said: Mapping[str, object]
    """Version, severity, institution, days and evidence, as that fact says them."""
    state: FindingState

    @property
    def evidence(self) -> frozenset[str]:
        """The facts on which it stood."""
        evidence = self.said["evidence"]
        return frozenset(evidence) if isinstance(evidence, list | tuple) else frozenset()


SAID = ("rule_version", "severity", "institution", "first_day", "last_day", "evidence")


def standing(own: Iterable[Noted]) -> dict[UUID, Standing]:
    """Return every finding of some cases as the timeline's own facts leave it, in the order of recording."""
    found: dict[UUID, Standing] = {}
    for fact in own:
        if fact.is_a(FindingRaised):
            found[fact.id_of("finding")] = _raised(fact)
        elif fact.is_a(FindingReviewed) or fact.is_a(FindingClosed):
            one = found[fact.id_of("finding")]
            found[one.finding] = replace(one, state=_after(one.state, fact))
    return found


def _raised(fact: Noted) -> Standing:
    said = {name: fact.data.get(name) for name in SAID}
    return Standing(fact.id_of("finding"), fact.case, fact.data["rule"], fact.id, said, FindingState.OPEN)


def _after(state: FindingState, fact: Noted) -> FindingState:
    if fact.is_a(FindingReviewed):
        return FindingState(fact.data["decision"])
    return FindingState.FACTS_CHANGED if fact.data["reason"] == FindingCloseReason.FACTS_CHANGED else state


@dataclass(frozen=True, slots=True)
class Concluded:
    """A fact that follows, and the case in which it is recorded."""

    case: UUID
    fact: Fact


def conclude(flags: Iterable[Flag], before: Mapping[UUID, Standing]) -> Iterator[Concluded]:
    """Yield what changes: a new flag is raised, a changed one raised anew, one without ground closed (§3.7)."""
    now = {flag.finding: flag for flag in flags}
    for flag in now.values():
        fact = raised(flag)
        known = before.get(flag.finding)
        if known is None or known.state is FindingState.FACTS_CHANGED:
            yield Concluded(flag.case, fact)
        elif _is_news(fact, known):
            yield Concluded(flag.case, fact.model_copy(update={"correction_of": known.raised}))
    for known in before.values():
        if known.finding not in now and known.state in STANDS:
            closed = FindingClosed(finding=known.finding, rule=known.rule, reason=FindingCloseReason.FACTS_CHANGED)
            yield Concluded(known.case, closed)


def raised(flag: Flag) -> FindingRaised:
    """Return the fact that raises a flag."""
    row = table()[flag.rule]
    return FindingRaised(
        finding=flag.finding,
        rule=flag.rule,
        rule_version=row.version,
        severity=row.severity_of(flag),
        institution=flag.institution,
        first_day=flag.first_day,
        last_day=flag.last_day,
        evidence=flag.evidence,
    )


def _is_news(fact: FindingRaised, known: Standing) -> bool:
    """Tell whether a finding says something else than before; a reviewed one when its evidence grew or it is graver."""
    said = fact.model_dump(mode="json", include=set(SAID))
    if known.state is FindingState.OPEN:
        return any(said[name] != _plain(known.said[name]) for name in SAID)
    return _is_graver(fact, known) or not frozenset(said["evidence"]) <= known.evidence


def _is_graver(fact: FindingRaised, known: Standing) -> bool:
    """Tell whether it holds money now that a person decided on as something milder."""
    weights = list(Severity)
    return weights.index(fact.severity) < weights.index(Severity(str(known.said["severity"])))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def reviewed(finding: UUID, rule: str, decision: ReviewDecision) -> list[Fact]:
    """Return the facts of a review: a confirmed finding stands, an explained one or a data error does not."""
    facts: list[Fact] = [FindingReviewed(finding=finding, rule=rule, decision=decision)]
    if decision is not ReviewDecision.CONFIRMED:
        facts.append(FindingClosed(finding=finding, rule=rule, reason=FindingCloseReason.REVIEWED))
    return facts
