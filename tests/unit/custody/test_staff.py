"""Background checks: whoever is not in order stands on the list of those who are due, and nobody else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.custody.domain.rules import Rules
from services.custody.domain.staff import Check, CheckResult, CheckState, listed_when_due, standing


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2025, 3, 1), date(2026, 1, 31), date(2026, 11, 23)])
@pytest.mark.parametrize("rules", [Rules(), Rules(check_months=6, check_notice_days=0)], ids=["yearly", "half-yearly"])
def test_the_list_of_the_due_holds_exactly_those_who_are_not_in_order(today, rules):
    last, barring = listed_when_due(rules, today=today)
    for ago in range(800):
        check = Check(uuid4(), today - timedelta(days=ago), CheckResult.CLEAR)
        in_order = standing(check, rules, today=today) is CheckState.IN_ORDER
        assert in_order == (check.checked_on > last), check.checked_on
    assert barring == {
        result
        for result in CheckResult
        if standing(Check(uuid4(), today, result), rules, today=today) is CheckState.MUST_NOT_WORK
    }
