"""What follows from what an institution did or was: children to transfer, money to recover. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.duties.duty import Opening
from services.timeline.domain.duties.openings import Ground
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.silence import enrolments
from services.timeline.domain.duties.table import DutyRow
from services.timeline.domain.noted import Noted
from shared.contracts.events.rehab import (
    ClaimLineHeld,
    ClaimSubmitted,
    DesignationGranted,
    DesignationRemoved,
    DesignationSuspended,
    PaymentMade,
    SessionRecorded,
)
from shared.contracts.events.timeline import FindingRaised, FindingReviewed, ReviewDecision, Severity
from shared.rulebook.registry import rule


@rule("timeline.duty-transfer", "assumed", zh="定点资格暂停或取消时在训的儿童，须先行转出")
def transfers(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty for a child that sits in an institution whose designation is suspended or removed (handbook §3.4)."""
    for enrolment in enrolments(ground.book):
        institution = ground.book.institutions.get(enrolment.opened.id_of("institution"))
        for fact in institution.of(DesignationSuspended, DesignationRemoved) if institution else ():
            day = fact.day("suspended_on" if fact.is_a(DesignationSuspended) else "removed_on")
            granted = institution.of(DesignationGranted) if institution else ()
            if enrolment.holds_on(day) and _covers(granted, fact, enrolment.opened):
                data = {**enrolment.opened.data, "designation": fact.data["designation"]}
                about = replace(enrolment.opened, data=data)
                reckoned = reckon(row, day, ground.limits)
                yield Opening(row, fact, fact.occurred_at, reckoned, key=enrolment.key.hex, about=about)


def _covers(granted: Iterable[Noted], fact: Noted, enrolment: Noted) -> bool:
    """Tell whether the agreement is the one under which the child is trained; of an unknown one it is assumed."""
    known = [one.data["categories"] for one in granted if one.data["designation"] == fact.data["designation"]]
    return not known or enrolment.data["category"] in known[-1]


@rule("timeline.duty-recovery", "assumed", zh="经确认的高严重度线索所涉、且已支付的结算行，须在期限内追回")
def recoveries(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty to recover what was paid for the sessions that a confirmed finding names (handbook §3.4, §3.7)."""
    raised = {fact.id_of("finding"): fact for fact in ground.book.own if fact.is_a(FindingRaised)}
    for review in ground.book.own:
        if not review.is_a(FindingReviewed) or review.data["decision"] != ReviewDecision.CONFIRMED:
            continue
        finding = raised.get(review.id_of("finding"))
        if finding is not None and finding.data["severity"] == Severity.HOLD:
            yield from _paid(row, review, finding, ground)


def _paid(row: DutyRow, review: Noted, finding: Noted, ground: Ground) -> Iterator[Opening]:
    for claim in ground.book.of(ClaimSubmitted):
        lines = _lines(claim, finding, ground.book)
        for payment in ground.book.of(PaymentMade):
            if lines & set(payment.data["lines"]):
                opens_at = max(review.occurred_at, payment.occurred_at)
                reckoned = reckon(row, opens_at, ground.limits)
                yield Opening(row, review, opens_at, reckoned, key=payment.id.hex, about=claim)


def _lines(claim: Noted, finding: Noted, book: CaseBook) -> set[str]:
    """Return the lines of a claim that a finding concerns: those that it held, and those of the months it names."""
    evidence = {UUID(fact) for fact in finding.data["evidence"]}
    months = {
        (session.data["enrolment"], _month(session.happened_on))
        for session in book.of(SessionRecorded)
        if _among(session, evidence)
    }
    held = {fact.data["line"] for fact in book.of(ClaimLineHeld) if fact.data["finding"] == finding.data["finding"]}
    lines = {line["line"] for line in claim.data["lines"]}
    return (lines & held) | {
        line["line"] for line in claim.data["lines"] if (line.get("enrolment"), line["month"]) in months
    }


def _among(fact: Noted, evidence: Collection[UUID]) -> bool:
    return any(one in evidence for one in fact.evidence)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
