"""What opens duties: facts of a row's kind, or what a maker finds in the book. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.duties.duty import Opening, first_day_of
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.table import DutyRow
from services.timeline.domain.noted import Noted
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Ground:
    """What openings are looked for in: a book, as far as a moment, under some limits."""

    book: CaseBook
    now: datetime
    limits: DutyLimits


Maker = Callable[[DutyRow, Ground], Iterable[Opening]]


@rule("timeline.duty-opening", "assumed", zh="一项事实满足事项表某行的条件，即产生该行的事项")
def opened_by_facts(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty for each fact that a row of the table names, where it says until when (handbook §1.4, §3.3, §5)."""
    for condition in row.opens:
        for fact in ground.book.of(condition.kind):
            counted_from = row.due.counted_from
            if condition.takes(fact) and (counted_from is None or fact.data.get(counted_from) is not None):
                yield _opening(row, fact, ground)


def _opening(row: DutyRow, fact: Noted, ground: Ground) -> Opening:
    field = row.due.at_least_from
    reckoned = reckon(row, first_day_of(fact, row.due.counted_from), ground.limits, fact.day(field) if field else None)
    return Opening(row, fact, reckoned.stands_from or fact.occurred_at, reckoned)


def openings(row: DutyRow, ground: Ground, makers: Mapping[str, Maker]) -> Iterable[Opening]:
    """Return all openings of a row."""
    return (makers[row.maker] if row.maker else opened_by_facts)(row, ground)
