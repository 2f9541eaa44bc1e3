"""What a month of training is worth: integer fen, rounded down, never above a cap or the ceiling (handbook §3.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from pydantic import Field

from services.rehab.domain.fen import Fen
from services.rehab.errors import CostNeeded
from shared.ages import anniversary
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Plan:
    """What a signed plan of care says of money: its days, training days of a full month, training at home."""

    valid_from: date
    valid_until: date
    planned_days: int
    home_training: bool

    def holds_on(self, day: date) -> bool:
        """Tell whether the plan runs on a day; both ends belong to it."""
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class SessionDay:
    """Attended sessions of a child on a day that are alike: at home or not, with which proofs, during a rest or not."""

    day: date
    sessions: int
    home: bool = False
    visited: bool = False
    logged: bool = False
    resting: bool = False


@dataclass(frozen=True, slots=True)
class Attendance:
    """A month as it counts for money; `unproven` sessions at home and those `at_rest` do not."""

    sessions: int
    attended_days: int
    planned_days: int
    unproven: int = 0
    at_rest: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What an approval gives at most: for a month, for the year, and from how many days a month is full."""

    monthly_cap: int
    ceiling: int
    full_time_days: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What the month cost the centre, where it says so, and what medical insurance paid of it."""

    insurance_paid: int = 0
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What earlier lines of the child, of whatever centre, took of the same month and of the benefit year."""

    month: int = 0
    year: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """An amount, and how it came about."""

    amount: int
    explanation: Explanation


def last_day(first: date) -> date:
    """Return the last day of the month that begins on a day."""
    return anniversary(first, months=1) - timedelta(days=1)


@rule("rehab.home-session-counts", "assumed", zh="居家训练须有计划、入户记录和监护人确认的日志方可计入")
def counts(day: SessionDay, plans: Iterable[Plan]) -> bool:
    """Tell whether sessions count: at home only with plan, home visit and log of the guardian (handbook §3.2).

    They are recorded in any case: what was done with a child is never refused for want of a paper.
    """
    planned = any(plan.home_training and plan.holds_on(day.day) for plan in plans)
    return not day.home or (planned and day.visited and day.logged)


@rule("rehab.attendance", "assumed", zh="出勤天数按有到训记录的日期计；计划天数取当月有效的最近一份计划")
def attendance(first: date, days: Iterable[SessionDay], plans: Sequence[Plan]) -> Attendance:
    """Count a month: days with an attended session, against the days that the plan of the month names (handbook §3.2).

    Of several plans in a month the one that began last is the plan; without any, no days were planned. A session
    during leave or suspension is kept and not paid (§3.3).
    """
    happened = [day for day in days if first <= day.day <= last_day(first)]
    of_month = [day for day in happened if not day.resting]
    counting = [day for day in of_month if counts(day, plans)]
    running = [plan for plan in plans if plan.valid_from <= last_day(first) and first <= plan.valid_until]
    planned = max(running, key=attrgetter("valid_from")).planned_days if running else 0
    sessions = sum(day.sessions for day in counting)
    unproven = sum(day.sessions for day in of_month) - sessions
    at_rest = sum(day.sessions for day in happened) - sessions - unproven
    return Attendance(sessions, len({day.day for day in counting}), planned, unproven, at_rest)


@rule(
    "rehab.month-amount", "assumed", zh="月补助：出勤满16天按月上限，不足按出勤÷计划天数；先医保后救助，不超过年度上限"
)
def month_amount(limits: Limits, month: Attendance, bill: Bill, taken: Taken) -> Settled:
    """Work out a month: the cap from 16 attended days, below that attended ÷ planned days of it (handbook §3.2).

    Insurance goes first: assistance pays at most what of the cost it left. Then what earlier lines left of the child's
    month and year, at all centres, is the bound. Every division is rounded down to whole fen. Raises CostNeeded.
    """
    if bill.insurance_paid and bill.cost is None:
        raise CostNeeded(insurance_paid=Fen(bill.insurance_paid))
    earned = _earned(limits, month)
    bounds = [earned, max(limits.monthly_cap - taken.month, 0), max(limits.ceiling - taken.year, 0)]
    if bill.cost is not None:
        bounds.append(max(bill.cost - bill.insurance_paid, 0))
    amount = min(bounds)
    steps = (*_days(limits, month, earned), *_bounds(limits, bill, taken), _result(amount))
    return Settled(amount, Explanation(rule="rehab.month-amount", outcome=str(amount), steps=steps))


class SettleMonth(Question, of="rehab.month-amount"):
    """A month of a child at a centre: limits of the approval, attendance, cost, what was taken before."""

    limits: Limits = Field(description="What the approval gives at most.")
    month: Attendance = Field(description="Attendance of the month.")
    bill: Bill = Field(
        default=Bill(), description="What the month cost the centre, where it says so, and what insurance paid."
    )
    taken: Taken = Field(default=Taken(), description="What earlier lines took of the same month and year.")

    def explain(self) -> Explanation:
        """Work the month out."""
        return month_amount(self.limits, self.month, self.bill, self.taken).explanation


def _earned(limits: Limits, month: Attendance) -> int:
    if month.attended_days >= limits.full_time_days:
        return limits.monthly_cap
    if not month.planned_days:
        return 0
    return limits.monthly_cap * min(month.attended_days, month.planned_days) // month.planned_days


def _days(limits: Limits, month: Attendance, earned: int) -> list[Step]:
    steps = [
        step(
            "monthly-cap", "At most {cap} are paid for a month.", "每月最多 {cap}。",
            cap=Fen(limits.monthly_cap),
        ),
        step(
            "full-time", "{days} attended days; {full} make a full month.", "出勤 {days} 天；满 {full} 天为全月。",
            holds=month.attended_days >= limits.full_time_days, days=month.attended_days, full=limits.full_time_days,
        ),
        step(
            "earned", "With {planned} planned days that is {earned}.", "计划 {planned} 天，应计 {earned}。",
            planned=month.planned_days, earned=Fen(earned),
        ),
    ]  # fmt: skip
    if month.unproven:
        en = "{unproven} sessions at home lack plan, visit or log and do not count."
        zh = "{unproven} 次居家训练缺计划、入户记录或日志，不计入。"
        steps.append(step("home-proof", en, zh, holds=False, unproven=month.unproven))
    if month.at_rest:
        en, zh = "{n} sessions during leave or suspension do not count.", "{n} 次请假或暂停期间的训练不计入。"
        steps.append(step("at-rest", en, zh, holds=False, n=month.at_rest))
    return steps


def _bounds(limits: Limits, bill: Bill, taken: Taken) -> list[Step]:
    steps = [
        step(
            "left-of-month", "Earlier lines took {taken} of this month.", "本月此前已申报 {taken}。",
            taken=Fen(taken.month),
        ),
        step(
            "left-of-year", "Of {ceiling} of the year {left} are left.", "年度上限 {ceiling}，尚余 {left}。",
            holds=taken.year < limits.ceiling, ceiling=Fen(limits.ceiling),
            left=Fen(max(limits.ceiling - taken.year, 0)),
        ),
    ]  # fmt: skip
    if bill.cost is not None:
        en = "Of a cost of {cost} insurance paid {paid}; {rest} remain."
        zh = "费用 {cost}，医保支付 {paid}，余 {rest}。"
        rest = max(bill.cost - bill.insurance_paid, 0)
        steps.insert(
            0, step("insurance-first", en, zh, cost=Fen(bill.cost), paid=Fen(bill.insurance_paid), rest=Fen(rest))
        )
    return steps


def _result(amount: int) -> Step:
    return step("amount", "{amount} are paid.", "应付 {amount}。", holds=amount > 0, amount=Fen(amount))
