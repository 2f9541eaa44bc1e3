"""Until when a duty is due, with the steps; the same function answers `tongkang rules explain timeline.duty-due`."""

from datetime import date, datetime

import pytest
from pydantic import ValidationError

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.reckoning import WhenIsItDue, reckon
from services.timeline.domain.duties.table import DutyRow, table
from shared.clock import SHANGHAI, moment_of
from shared.rulebook.explanation import QUESTIONS

NINE = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rule", "begin", "first_day_after"),
    [
        ("exit-evaluation", date(2026, 3, 2), date(2026, 3, 17)),
        ("offer-again", date(2026, 3, 2), date(2026, 4, 2)),
        ("federation-report", date(2026, 3, 2), date(2026, 3, 10)),
        # Tomb-sweeping 4-6 April 2026 does not count.
        ("federation-report", date(2026, 4, 2), date(2026, 4, 11)),
        # Spring Festival 15-23 February 2026 is off; Saturday the 14th is worked instead.
        ("federation-report", date(2026, 2, 12), date(2026, 2, 27)),
        ("recheck-due", date(2026, 6, 2), date(2026, 6, 3)),
        ("placement-due", date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_the_last_day_belongs_to_the_time_and_holidays_are_no_working_days(rule, begin, first_day_after):
    assert reckon(table()[rule], begin, DutyLimits()).due_at == moment_of(first_day_after)


def test_hours_and_moments_are_exact():
    assert reckon(table()["incident-guardian"], NINE, DutyLimits()).due_at == NINE.replace(hour=10)
    assert reckon(table()["leave-return"], NINE, DutyLimits()).due_at == NINE


def test_a_county_s_own_limit_and_days_off_count():
    limits = DutyLimits(report_working_days=2, days_off=frozenset({date(2026, 3, 3)}))
    assert reckon(table()["federation-report"], date(2026, 3, 2), limits).due_at == moment_of(date(2026, 3, 6))


def test_who_learns_late_has_a_time_of_their_own():
    row = table()["placement-due"]
    late = reckon(row, date(2025, 9, 1), DutyLimits(), date(2026, 3, 2))
    early = reckon(row, date(2026, 9, 1), DutyLimits(), date(2026, 3, 2))
    assert (late.due_at, early.due_at) == (moment_of(date(2026, 4, 2)), moment_of(date(2026, 9, 1)))
    assert [step.holds for step in (late.explanation.steps[2], early.explanation.steps[2])] == [True, False]


def test_the_question_is_answered_by_the_function_that_opens_duties():
    asked = QUESTIONS["timeline.duty-due"].model_validate_json(
        '{"duty": "federation-report", "counted_from": "2026-03-02"}'
    )
    assert isinstance(asked, WhenIsItDue)
    expected = reckon(table()["federation-report"], date(2026, 3, 2), DutyLimits()).explanation
    assert asked.explain() == expected
    assert "5 working days from 2026-03-02 (TIMELINE_DUTIES__REPORT_WORKING_DAYS)" in expected.steps[1].en
    assert "确诊后报送残联" in expected.steps[0].zh


ROW = {
    "id": "any", "zh": "任", "en": "Any", "handbook": "§1.4", "mark": "assumed",
    "opens": [{"fact": "screening.referral_issued"}], "owner": {"kind": "mch"}, "due": {"unit": "days"}, "met_by": [],
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": []},
        {"opens": [{"fact": "screening.nothing_happened"}]},
        {"opens": [{"fact": "screening.referral_issued", "where": {"colour": ["red"]}}]},
        {"owner": {"kind": "mch", "field": "institution"}},
        {"due": {"unit": "days", "limit": "no_such_days"}},
        {"due": {"unit": "days", "counted_from": "ended_on"}},
        {"met_by": [{"fact": "screening.referral_accepted", "match": {"referral": "slip"}}]},
    ],
)
def test_a_row_that_names_what_is_not_there_is_refused(wrong):
    DutyRow.model_validate(ROW)
    with pytest.raises(ValidationError):
        DutyRow.model_validate(ROW | wrong)
