"""Findings of severity H hold claim lines: money, never the child's service (handbook §3.7, §0 rule 6).

Which lines a finding holds follows from what it is at the moment and what is claimed; so it does not matter in which
order a claim and a finding come, or whether a finding comes twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.rehab.domain.amounts import last_day
from shared.contracts.events.rehab import ClaimLineHeld, ClaimLineReleased, ReleaseReason
from shared.contracts.events.timeline import (
    FindingClosed,
    FindingCloseReason,
    FindingRaised,
    FindingReviewed,
    ReviewDecision,
    Severity,
)
from shared.rulebook.registry import rule

FREEING = {
    ReviewDecision.EXPLAINED: ReleaseReason.FINDING_EXPLAINED,
    ReviewDecision.DATA_ERROR: ReleaseReason.DATA_ERROR,
    ReviewDecision.CONFIRMED: None,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it stands; `freed` says why it holds nothing any more."""

    id: UUID
    case: UUID
    institution: UUID | None
    first_day: date
    last_day: date
    freed: ReleaseReason | None = None


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An unpaid line, and the findings that hold it now."""

    id: UUID
    claim: UUID
    institution: UUID
    month: date
    held_by: frozenset[UUID] = frozenset()


@rule("rehab.finding-raised", "assumed", zh="严重程度为 H 的线索暂缓结算；不再为 H 时解除")
def raised(case: UUID, said: FindingRaised, known: Finding | None) -> Finding | None:
    """Take a finding as the timeline raises it: severity H holds, also one that was freed before (handbook §3.7).

    One that is milder now and held before is freed; one that never held is none of ours.
    """
    freed = None if said.severity is Severity.HOLD else ReleaseReason.FACTS_CHANGED
    if freed and known is None:
        return None
    return Finding(said.finding, case, said.institution, said.first_day, said.last_day, freed)


@rule("rehab.finding-reviewed", "assumed", zh="复核为已说明或数据错误则解除，确认则继续暂缓")
def reviewed(finding: Finding, said: FindingReviewed) -> Finding:
    """Follow the reviewer: explained and data error free the lines, confirmed keeps them held (handbook §3.7).

    A finding whose ground fell away is not brought back by a review that comes late.
    """
    if finding.freed is ReleaseReason.FACTS_CHANGED:
        return finding
    return replace(finding, freed=FREEING[said.decision])


@rule("rehab.finding-closed", "assumed", zh="事实变化使线索不再成立则解除；因复核关闭的按复核结论")
def closed(finding: Finding, said: FindingClosed) -> Finding:
    """Free the lines of a finding whose ground fell away; a reviewed one keeps its verdict (handbook §3.7)."""
    changed = said.reason is FindingCloseReason.FACTS_CHANGED
    return replace(finding, freed=finding.freed or ReleaseReason.FACTS_CHANGED) if changed else finding


@rule("rehab.finding-holds", "assumed", zh="线索暂缓同一儿童、同一机构、月份重叠的未支付明细")
def holds(finding: Finding, line: OpenLine) -> bool:
    """Tell whether a finding holds a line: same institution, and its days meet the month of the line (handbook §3.7).

    A finding about no institution in particular holds the child's lines of all.
    """
    concerned = finding.institution is None or finding.institution == line.institution
    meets = finding.first_day <= last_day(line.month) and line.month <= finding.last_day
    return finding.freed is None and concerned and meets


def held_lines(findings: Iterable[Finding], lines: Sequence[OpenLine], on: date) -> list[ClaimLineHeld]:
    """Return a fact for each line that findings begin to hold."""
    return [
        ClaimLineHeld(claim=line.claim, line=line.id, institution=line.institution, finding=finding.id, held_on=on)
        for finding in findings
        for line in lines
        if finding.id not in line.held_by and holds(finding, line)
    ]


def released_lines(finding: Finding, lines: Sequence[OpenLine], on: date) -> list[ClaimLineReleased]:
    """Return a fact for each line that a finding no longer holds; it is free when no other finding holds it."""
    return [
        ClaimLineReleased(
            claim=line.claim, line=line.id, institution=line.institution, finding=finding.id,
            reason=finding.freed or ReleaseReason.FACTS_CHANGED, free=line.held_by == {finding.id}, released_on=on,
        )
        for line in lines
        if finding.id in line.held_by and not holds(finding, line)
    ]  # fmt: skip
