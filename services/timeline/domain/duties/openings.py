"""What opens duties: facts of a row's kind, or what a maker finds in the book. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.duties.duty import Opening, first_day_of
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.reckoning import ONE_DAY, Reckoned, reckon
from services.timeline.domain.duties.table import DutyRow
from services.timeline.domain.noted import Noted
from shared.clock import moment_of
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Ground:
    """What openings are looked for in: a book, as far as a moment, under some limits."""

    book: CaseBook
    now: datetime
    limits: DutyLimits


Maker = Callable[[DutyRow, Ground], Iterable[Opening]]


def facts_that_open(row: DutyRow, ground: Ground) -> Iterator[Noted]:
    """Yield the facts that a row of the table names."""
    for condition in row.opens:
        yield from filter(condition.takes, ground.book.of(condition.kind))


@rule("timeline.duty-opening", "assumed", zh="一项事实满足事项表某行的条件，即产生该行的事项")
def opened_by_facts(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty for each fact that a row of the table names, where it says until when (handbook §1.4, §3.3, §5)."""
    counted_from = row.due.counted_from
    for fact in facts_that_open(row, ground):
        if counted_from is None or fact.data.get(counted_from) is not None:
            yield opening_of(row, fact, ground)


def opening_of(row: DutyRow, fact: Noted, ground: Ground) -> Opening:
    """Return the opening of a row by a fact that says from when its time is counted."""
    field = row.due.at_least_from
    reckoned = reckon(row, first_day_of(fact, row.due.counted_from), ground.limits, fact.day(field) if field else None)
    return Opening(row, fact, _stands_from(row, fact, reckoned), reckoned)


def _stands_from(row: DutyRow, fact: Noted, reckoned: Reckoned) -> datetime:
    """Return from when it stands open: from some days before it is due, after a day, or from the fact on."""
    after = row.due.stands_after
    return moment_of(fact.day(after) + ONE_DAY) if after else reckoned.stands_from or fact.occurred_at


def openings(row: DutyRow, ground: Ground, makers: Mapping[str, Maker]) -> Iterable[Opening]:
    """Return all openings of a row."""
    return (makers[row.maker] if row.maker else opened_by_facts)(row, ground)
