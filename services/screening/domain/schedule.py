"""What is due for a child: which check-up owes which check, done, late or missed.

公卫规范, 眼保健规范; handbook §1.2.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.screening.domain.figures import CheckUp
from services.screening.domain.newborn_hearing import HearingStep, hearing_due
from services.screening.domain.protocol import Protocol
from shared.ages import birthday
from shared.contracts.events.screening import Instrument, ScreeningRound
from shared.rulebook.registry import rule


class CheckStatus(StrEnum):
    """How it stands with one check of one check-up."""

    DONE = "done"
    DONE_LATE = "done_late"
    """After the window, before the next check-up took its place."""
    DUE = "due"
    OVERDUE = "overdue"
    """The window is over; it can still be done until the next check-up begins."""
    MISSED = "missed"
    UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True)
class Done:
    """A check that a child had."""

    instrument: Instrument
    on: date


@dataclass(frozen=True, slots=True)
class OwedCheck:
    """A check that a check-up owes, its window, and how it stands."""

    round: ScreeningRound
    check: Instrument
    since: date
    until: date
    """Last day of the window."""
    status: CheckStatus
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """A check-up of one child: its window, and the day on which the next one takes its place."""

    round: ScreeningRound
    since: date
    until: date
    replaced_on: date

    def status(self, done_on: date | None, today: date) -> CheckStatus:
        if done_on is not None:
            return CheckStatus.DONE if done_on < self.until else CheckStatus.DONE_LATE
        if today < self.since:
            return CheckStatus.UPCOMING
        if today < self.until:
            return CheckStatus.DUE
        return CheckStatus.OVERDUE if today < self.replaced_on else CheckStatus.MISSED


@rule(
    "screening.rounds-owe-checks", "source", zh="各次健康检查应做项目：眼保健13次、预警征象11次、听力行为4次、视力3次"
)
def checks_of(round_: ScreeningRound, protocol: Protocol) -> tuple[Instrument, ...]:
    """Say which checks a check-up owes: eye care 13 times, warning signs 11, hearing 4, vision 3.

    (公卫规范, 眼保健规范, 孤独症规范; handbook §1.2)
    """
    return tuple(check for check, rounds in protocol.checks.value.items() if round_ in rounds)


@rule("screening.due-for-a-child", "assumed", zh="逐项列出儿童应做、逾期与漏检的检查；窗口后至下一次检查前补做算迟检")
def due_for(born: date, done: Iterable[Done], today: date, protocol: Protocol) -> list[OwedCheck]:
    """List every check of every check-up with its window: done, done late, due, overdue, missed or to come.

    Handbook §1.2.

    A check made after its window counts, late, until the next check-up that owes it begins; the last one until the
    next check-up of any kind.
    """
    had = sorted(done, key=lambda one: one.on)
    owed = [one for check in protocol.checks.value for one in _of_check(check, born, had, today, protocol)]
    order = list(ScreeningRound)
    return sorted(owed, key=lambda one: (order.index(one.round), one.check.value))


def _of_check(
    check: Instrument, born: date, had: Sequence[Done], today: date, protocol: Protocol
) -> Iterator[OwedCheck]:
    days = [one.on for one in had if one.instrument is check]
    for span in _spans(check, born, protocol):
        done_on = next((on for on in days if span.since <= on < span.replaced_on), None)
        last_day = date.fromordinal(span.until.toordinal() - 1)
        yield OwedCheck(span.round, check, span.since, last_day, span.status(done_on, today), done_on)


def _spans(check: Instrument, born: date, protocol: Protocol) -> Iterator[_Span]:
    rows = [row for row in protocol.check_ups.value if check in checks_of(row.round, protocol)]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        since, until = _window(check, row, born, protocol)
        replaced_on = following.since.reached_on(born) if following else _next_check_up(row, born, protocol)
        once = check is Instrument.NEWBORN_HEARING
        yield _Span(row.round, since, until, until if once else max(replaced_on, until))


def _next_check_up(row: CheckUp, born: date, protocol: Protocol) -> date:
    """A check that no later check-up owes can be made up for until the next one of any kind."""
    rows = protocol.check_ups.value
    place = rows.index(row) + 1
    last_day = birthday(born, protocol.age_limits.screening_years.value)
    return rows[place].since.reached_on(born) if place < len(rows) else last_day


def _window(check: Instrument, row: CheckUp, born: date, protocol: Protocol) -> tuple[date, date]:
    """A newborn's hearing is screened from birth on, and again by 42 days when it was missed (新生儿筛查规范)."""
    if check is Instrument.NEWBORN_HEARING:
        by = hearing_due(born, HearingStep.RESCREENING, protocol)
        return born, date.fromordinal(by.toordinal() + 1)
    return row.since.reached_on(born), row.until.reached_on(born)
