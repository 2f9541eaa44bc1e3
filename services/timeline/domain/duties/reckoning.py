"""Until when a duty is due, counted from one day or moment; the only place where it is counted, with its steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import AwareDatetime, Field, field_validator

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.table import DutyRow, Unit, known, table
from shared.clock import local_date, moment_of
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule
from shared.workdays import calendar

RULE = "timeline.duty-due"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Until when, exclusive, and from when it stands open where not from its opening on; with the steps."""

    due_at: datetime
    stands_from: datetime | None
    counted_from: date | datetime
    at_least_from: date | None
    explanation: Explanation


@rule(RULE, "assumed", zh="事项到期时间：自起算日按天、工作日或小时计算，最后一日计入")
def reckon(
    row: DutyRow, counted_from: date | datetime, limits: DutyLimits, at_least_from: date | None = None
) -> Reckoned:
    """Count until when a duty is due: the last day belongs to it, a moment does not (handbook §0, §1.4, §3.3).

    `at_least_from` gives whoever learns late a time of their own (a child that is of school age when it becomes known).
    """
    due, limit = row.due, _limit(row.due.limit, limits)
    due_at = _COUNTED[due.unit](counted_from, limit, limits)
    steps = [_opened(row), _counted(row, counted_from, limit)]
    if at_least_from is not None and due.at_least is not None:
        later = _end_of(at_least_from + timedelta(days=_limit(due.at_least, limits)))
        due_at = max(due_at, later)
        steps.append(_at_least(at_least_from, _limit(due.at_least, limits), held=due_at == later))
    steps.append(step("due", "due before {due_at} in Shanghai", "应在 {due_at} 之前完成", due_at=due_at))
    notice = due_at - timedelta(days=_limit(due.notice, limits)) if due.notice and row.maker is None else None
    explanation = Explanation(rule=RULE, outcome=due_at.isoformat(), steps=tuple(steps))
    return Reckoned(due_at, notice, counted_from, at_least_from, explanation)


def _limit(name: str | None, limits: DutyLimits) -> int:
    return int(getattr(limits, name)) if name else 0


def _end_of(day: date) -> datetime:
    """Return the first instant that no longer belongs to a day."""
    return moment_of(day + ONE_DAY)


def _day_of(begin: date | datetime) -> date:
    return local_date(begin) if isinstance(begin, datetime) else begin


def _on(begin: date | datetime, limit: int, limits: DutyLimits) -> datetime:
    del limit, limits
    return begin if isinstance(begin, datetime) else _end_of(begin)


def _before(begin: date | datetime, limit: int, limits: DutyLimits) -> datetime:
    del limit, limits
    return moment_of(begin)


def _days(begin: date | datetime, limit: int, limits: DutyLimits) -> datetime:
    del limits
    return _end_of(_day_of(begin) + timedelta(days=limit))


def _working_days(begin: date | datetime, limit: int, limits: DutyLimits) -> datetime:
    return _end_of(calendar().add(_day_of(begin), limit, limits.days_off))


def _hours(begin: date | datetime, limit: int, limits: DutyLimits) -> datetime:
    del limits
    return moment_of(begin) + timedelta(hours=limit)


_COUNTED: Mapping[Unit, Callable[[date | datetime, int, DutyLimits], datetime]] = {
    Unit.ON: _on,
    Unit.BEFORE: _before,
    Unit.DAYS: _days,
    Unit.WORKING_DAYS: _working_days,
    Unit.HOURS: _hours,
}


def _opened(row: DutyRow) -> Step:
    ground = ", ".join(filter(None, (row.document, row.handbook)))
    return Step(code="duty", en=f"{row.en} ({ground}, {row.mark})", zh=f"{row.zh}（{ground}，{row.mark}）")


def _counted(row: DutyRow, begin: date | datetime, limit: int) -> Step:
    en, zh = WORDS[row.due.unit]
    setting = f" (TIMELINE_DUTIES__{row.due.limit.upper()})" if row.due.limit else ""
    return step("counted", f"{en}{setting}", f"{zh}{setting}", begin=begin, limit=limit)


def _at_least(begin: date, limit: int, *, held: bool) -> Step:
    return step(
        "at-least",
        "never less than {limit} days from {begin}",
        "自 {begin} 起不少于 {limit} 天",
        holds=held,
        limit=limit,
        begin=begin,
    )


WORDS = {
    Unit.ON: ("until {begin}, itself included", "至 {begin}（含当日）"),
    Unit.BEFORE: ("before {begin} begins", "在 {begin} 之前"),
    Unit.DAYS: ("{limit} days from {begin}", "自 {begin} 起 {limit} 天"),
    Unit.WORKING_DAYS: ("{limit} working days from {begin}", "自 {begin} 起 {limit} 个工作日"),
    Unit.HOURS: ("{limit} hours from {begin}", "自 {begin} 起 {limit} 小时"),
}


class WhenIsItDue(Question, of=RULE):
    """Until when a duty is due that is counted from a day or moment."""

    duty: str = Field(description="Row of the table of duties.", examples=["federation-report"])
    counted_from: date | AwareDatetime = Field(description="Day or moment from which it is counted.")
    at_least_from: date | None = Field(
        default=None, description="From when whoever learns late has a time of their own."
    )
    limits: DutyLimits = Field(default_factory=DutyLimits, description="A county's own limits.")

    @field_validator("duty")
    @classmethod
    def _is_in_the_table(cls, duty: str) -> str:
        return known(duty)

    def explain(self) -> Explanation:
        """Count, by the very function that opens duties."""
        return reckon(table()[self.duty], self.counted_from, self.limits, self.at_least_from).explanation
