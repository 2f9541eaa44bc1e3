"""Findings and the lines that they hold (handbook §3.7)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rehab.domain.holds import Finding, OpenLine, closed, held_lines, holds, raised, released_lines, reviewed
from shared.contracts.events.rehab import ReleaseReason
from shared.contracts.events.timeline import (
    FindingClosed,
    FindingCloseReason,
    FindingRaised,
    FindingReviewed,
    ReviewDecision,
    Severity,
)

CASE, CENTRE, TODAY = uuid4(), uuid4(), date(2026, 4, 2)
FINDING = Finding(uuid4(), CASE, CENTRE, date(2026, 2, 27), date(2026, 3, 2))
LINE = OpenLine(uuid4(), uuid4(), CENTRE, date(2026, 3, 1))


def said(severity=Severity.HOLD, **changes):
    values = {
        "finding": FINDING.id, "rule": "F04", "rule_version": 1, "severity": severity, "institution": CENTRE,
        "first_day": FINDING.first_day, "last_day": FINDING.last_day, "evidence": (uuid4(),),
    } | changes  # fmt: skip
    return FindingRaised(**values)


def decided(decision):
    return FindingReviewed(finding=FINDING.id, rule="F04", decision=decision)


def over(reason=FindingCloseReason.FACTS_CHANGED):
    return FindingClosed(finding=FINDING.id, rule="F04", reason=reason)


@pytest.mark.parametrize(
    ("month", "meets"),
    [
        (date(2026, 1, 1), False),
        (date(2026, 2, 1), True),
        (date(2026, 3, 1), True),
        (date(2026, 4, 1), False),
    ],
)
def test_a_finding_holds_the_months_that_its_days_meet(month, meets):
    assert holds(FINDING, replace(LINE, month=month)) is meets


def test_a_finding_of_another_institution_holds_nothing_and_one_of_none_holds_all():
    assert not holds(replace(FINDING, institution=uuid4()), LINE)
    assert holds(replace(FINDING, institution=None), LINE)


def test_only_severity_h_holds_and_a_milder_one_frees_what_it_held():
    assert raised(CASE, said(), None) == FINDING
    assert raised(CASE, said(Severity.REVIEW), None) is None
    assert raised(CASE, said(Severity.NOTE), FINDING).freed is ReleaseReason.FACTS_CHANGED
    assert raised(CASE, said(), replace(FINDING, freed=ReleaseReason.DATA_ERROR)).freed is None


@pytest.mark.parametrize(
    ("decision", "freed"),
    [
        (ReviewDecision.EXPLAINED, ReleaseReason.FINDING_EXPLAINED),
        (ReviewDecision.DATA_ERROR, ReleaseReason.DATA_ERROR),
        (ReviewDecision.CONFIRMED, None),
    ],
)
def test_the_reviewer_decides(decision, freed):
    assert reviewed(FINDING, decided(decision)).freed is freed
    assert reviewed(replace(FINDING, freed=ReleaseReason.DATA_ERROR), decided(decision)).freed is freed


def test_changed_facts_free_a_finding_for_good_and_a_closed_review_keeps_its_verdict():
    gone = closed(FINDING, over())
    assert gone.freed is ReleaseReason.FACTS_CHANGED
    assert reviewed(gone, decided(ReviewDecision.CONFIRMED)) == gone
    assert closed(FINDING, over(FindingCloseReason.REVIEWED)) == FINDING
    explained = reviewed(FINDING, decided(ReviewDecision.EXPLAINED))
    assert closed(explained, over()).freed is ReleaseReason.FINDING_EXPLAINED


def test_what_is_held_already_is_not_held_again_and_what_is_free_not_freed_again():
    held = replace(LINE, held_by=frozenset({FINDING.id}))
    assert [fact.line for fact in held_lines([FINDING], [LINE, held], TODAY)] == [LINE.id]
    freed = replace(FINDING, freed=ReleaseReason.DATA_ERROR)
    assert released_lines(freed, [LINE], TODAY) == []
    (released,) = released_lines(freed, [held], TODAY)
    assert (released.reason, released.free) == (ReleaseReason.DATA_ERROR, True)
    (other,) = released_lines(freed, [replace(LINE, held_by=frozenset({FINDING.id, uuid4()}))], TODAY)
    assert other.free is False


steps = st.lists(st.sampled_from(["raise", "mild", *ReviewDecision, "gone", "closed"]), max_size=12)


@given(steps)
def test_after_any_course_a_line_is_held_exactly_when_its_finding_holds(course):
    finding, line = None, LINE
    for one in course:
        match one:
            case "raise":
                finding = raised(CASE, said(), finding)
            case "mild":
                finding = raised(CASE, said(Severity.NOTE), finding)
            case "gone" | "closed" if finding:
                reason = FindingCloseReason.FACTS_CHANGED if one == "gone" else FindingCloseReason.REVIEWED
                finding = closed(finding, over(reason))
            case ReviewDecision() if finding:
                finding = reviewed(finding, decided(one))
        if finding is None:
            continue
        if held_lines([finding], [line], TODAY):
            line = replace(line, held_by=frozenset({finding.id}))
        if released_lines(finding, [line], TODAY):
            line = replace(line, held_by=frozenset())
    assert bool(line.held_by) is (finding is not None and finding.freed is None)
