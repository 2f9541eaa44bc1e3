"""Yearly background checks of whoever works closely with children (未成年人保护法 art. 62; handbook §5).

A member of staff is an opaque id here; names and what a check found in words stay with the house's own files.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.custody.domain.rules import Rules
from shared.ages import anniversary
from shared.errors import InTheFuture
from shared.rulebook.registry import rule

ONE_DAY = timedelta(days=1)


class CheckResult(StrEnum):
    """What a background check said."""

    CLEAR = "clear"
    ON_RECORD = "on_record"


class CheckState(StrEnum):
    """Where a member of staff stands."""

    IN_ORDER = "in_order"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MUST_NOT_WORK = "must_not_work"


@dataclass(frozen=True, slots=True)
class Check:
    """One background check."""

    person: UUID
    checked_on: date
    result: CheckResult


@rule(
    "custody.staff-check",
    "source",
    zh="密切接触未成年人的人员每年查询一次违法犯罪记录",
    setting="CUSTODY_RULES__CHECK_MONTHS",
)
def next_check_on(checked_on: date, rules: Rules) -> date:
    """Say by which day the next background check is due: every year (未成年人保护法 art. 62; handbook §5)."""
    return anniversary(checked_on, months=rules.check_months)


@rule("custody.staff-standing", "source", zh="有违法犯罪记录者不得从业；未按期查询为逾期")
def standing(check: Check, rules: Rules, *, today: date) -> CheckState:
    """Tell how a member of staff stands after a check: with a record, none may work (未成年人保护法 art. 62; §5)."""
    if check.result is CheckResult.ON_RECORD:
        return CheckState.MUST_NOT_WORK
    due = next_check_on(check.checked_on, rules)
    if due < today:
        return CheckState.OVERDUE
    soon = due - timedelta(days=rules.check_notice_days) <= today
    return CheckState.DUE_SOON if soon else CheckState.IN_ORDER


def listed_when_due(rules: Rules, *, today: date) -> tuple[date, frozenset[CheckResult]]:
    """Return which last checks are not in order: those made by this day, and those with a result that bars from work.

    The day is the last one from which `standing` counts no longer as in order.
    """
    soon = today + timedelta(days=rules.check_notice_days)
    last = anniversary(soon, months=-rules.check_months)
    while next_check_on(last + ONE_DAY, rules) <= soon:
        last += ONE_DAY
    while next_check_on(last, rules) > soon:
        last -= ONE_DAY
    return last, frozenset({CheckResult.ON_RECORD})


def check_day(check: Check, *, today: date) -> None:
    """Refuse a check that was not made yet."""
    if check.checked_on > today:
        raise InTheFuture(field="checked_on")
