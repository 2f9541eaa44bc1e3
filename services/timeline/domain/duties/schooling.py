"""Compulsory age without a placement: never placed, or the placement is over and none follows. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from services.timeline.domain.casebook import CaseBook, Span
from services.timeline.domain.duties.duty import Opening
from services.timeline.domain.duties.openings import Ground, opening_of
from services.timeline.domain.duties.reckoning import reckon
from services.timeline.domain.duties.table import DutyRow
from services.timeline.domain.noted import Noted
from shared.clock import moment_of
from shared.contracts.events.education import (
    PlacementDecided,
    PlacementEnded,
    PlacementEndReason,
    PlacementMode,
    SchoolAgeWatchOpened,
)
from shared.rulebook.registry import rule

DONE = frozenset({PlacementEndReason.GRADUATED, PlacementEndReason.AGED_OUT, PlacementEndReason.DECEASED})
"""Ends after which no other placement is owed."""


@rule("timeline.duty-placement", "source", zh="学龄关注儿童须在义务教育开始前作出覆盖该日的安置决定")
def first_placements(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty with each watch: a placement that holds when compulsory age begins (教育条例; handbook §4).

    One that is over before, as a kindergarten's, or that was entered in error, does not meet it.
    """
    stands = {placement.opened.id: placement for placement in placements(ground.book)}
    for watch in ground.book.of(SchoolAgeWatchOpened):
        opening = opening_of(row, watch, ground)
        counts = _holds_from(watch.day("compulsory_from"), stands)
        yield Opening(row, watch, opening.opens_at, opening.reckoned, lapses_at=_over(watch), counts=counts)


def _over(watch: Noted) -> datetime:
    """Return when compulsory age is over: from then on no school is owed by law."""
    return moment_of(watch.day("compulsory_until") + timedelta(days=1))


def _holds_from(day: date, stands: Mapping[UUID, Span]) -> Callable[[Noted], bool]:
    def counts(fact: Noted) -> bool:
        placement = stands.get(fact.id)
        return placement is not None and (placement.until is None or placement.until > day)

    return counts


@rule("timeline.duty-placement-again", "source", zh="义务教育年龄内安置结束而无后续安置的，须重新安置")
def next_placements(row: DutyRow, ground: Ground) -> Iterable[Opening]:
    """Open a duty when a placement ends inside compulsory age and no other was decided by then (教育条例; handbook §4).

    A deferral is looked at again by a duty of its own.
    """
    known = placements(ground.book)
    for watch in ground.book.of(SchoolAgeWatchOpened)[:1]:
        for placement in known:
            over = placement.until
            if over is not None and _owes_another(placement, over, watch) and not _followed(placement, over, known):
                yield _placed_again(row, placement, over, _over(watch), ground)


def _placed_again(row: DutyRow, placement: Span, over: date, lapses_at: datetime, ground: Ground) -> Opening:
    ended, opens_at = placement.closed or placement.opened, moment_of(over)
    reckoned = reckon(row, over, ground.limits)
    return Opening(row, ended, opens_at, reckoned, lapses_at=lapses_at, counts=lambda fact: fact.occurred_at > opens_at)


def _owes_another(placement: Span, over: date, watch: Noted) -> bool:
    last, ended = watch.day("compulsory_until"), placement.closed.data["reason"] if placement.closed else None
    deferred = placement.opened.data["mode"] == PlacementMode.DEFERRED
    return watch.day("compulsory_from") < over <= last and not deferred and ended not in DONE


def _followed(placement: Span, over: date, known: Iterable[Span]) -> bool:
    """Tell whether another placement holds or was decided when one is over."""
    others = (other for other in known if other.key != placement.key and other.opened.occurred_at <= moment_of(over))
    return any(other.until is None or other.until > over for other in others)


def placements(book: CaseBook) -> tuple[Span, ...]:
    """Return the placements of every form, each to its end; without those that were entered in error."""
    spans = book.spans(PlacementDecided, PlacementEnded, "placement", since="starts_on", until="ended_on")
    return tuple(_to_its_end(span) for span in spans if not _in_error(span))


def _in_error(span: Span) -> bool:
    return span.closed is not None and span.closed.data["reason"] == PlacementEndReason.ENTERED_IN_ERROR


def _to_its_end(span: Span) -> Span:
    last = span.opened.data.get("ends_on")
    over = date.fromisoformat(last) + timedelta(days=1) if last else None
    until = min((day for day in (span.until, over) if day is not None), default=None)
    return Span(span.key, span.since, until, span.opened, span.closed)
