"""School terms of a placement: when a programme is due. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from services.timeline.domain.casebook import CaseBook, Span
from services.timeline.domain.duties.duty import Opening
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.openings import Ground
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.table import DutyRow
from services.timeline.domain.noted import Noted
from shared.clock import moment_of
from shared.contracts.events.education import IepAgreed, PlacementDecided, PlacementEnded, PlacementMode
from shared.rulebook.registry import rule

AT_SCHOOL = frozenset(PlacementMode) - {PlacementMode.DEFERRED, PlacementMode.VOCATIONAL}
LONGEST_YEARS = 20


@rule("timeline.duty-iep", "assumed", zh="在校儿童每学期开始后一定天数内须商定个别化教育计划")
def programmes(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty in each term of a placement: a programme is agreed for it (特教提升; handbook §4)."""
    for placement in placements(ground.book):
        for first, following in _long_enough(placement, ground.limits):
            opening = _opening(row, placement, first, following, ground)
            yield opening
            if opening.opens_at > ground.now:
                break


def placements(book: CaseBook) -> tuple[Span, ...]:
    """Return the placements at a school, each to its end or to the next decision's first day."""
    spans = book.spans(PlacementDecided, PlacementEnded, "placement", since="starts_on", until="ended_on")
    begins = sorted(span.since for span in spans)
    return tuple(
        Span(span.key, span.since, _until(span, begins), span.opened, span.closed)
        for span in spans
        if span.opened.data["mode"] in AT_SCHOOL and span.opened.data.get("school")
    )


def _until(span: Span, begins: Iterable[date]) -> date | None:
    """Return the first day without a placement: it ended, its time is over, or another one began."""
    last = span.opened.data.get("ends_on")
    over = date.fromisoformat(last) + timedelta(days=1) if last else None
    following = next((day for day in begins if day > span.since), None)
    return min((day for day in (span.until, over, following) if day is not None), default=None)


def _long_enough(placement: Span, limits: DutyLimits) -> Iterator[tuple[date, date]]:
    """Yield the terms of a placement in which there is time for a programme: not the last days of one it came into."""
    agreed_in = timedelta(days=limits.iep_days)
    return ((first, following) for first, following in _terms(placement, limits) if first + agreed_in < following)


def _terms(placement: Span, limits: DutyLimits) -> Iterator[tuple[date, date]]:
    """Yield the terms of a placement as [first day, first day of the next); it may begin in the midst of one."""
    years = range(placement.since.year, placement.since.year + LONGEST_YEARS)
    starts = [date.fromisoformat(f"{year}-{day}") for year in years for day in sorted(limits.term_starts)]
    first = placement.since
    for following in (day for day in starts if day > placement.since):
        if placement.until is not None and first >= placement.until:
            return
        yield first, following
        first = following


def _opening(row: DutyRow, placement: Span, first: date, following: date, ground: Ground) -> Opening:
    def counts(fact: Noted) -> bool:
        if not fact.is_a(IepAgreed):
            return True
        return fact.day("term_from") < following and fact.day("term_until") >= first

    reckoned = reckon(row, first, ground.limits)
    planned = None if placement.closed else placement.until
    over = moment_of(min(following, planned or following))
    return Opening(
        row, placement.opened, moment_of(first), reckoned, key=first.isoformat(), lapses_at=over, counts=counts
    )
