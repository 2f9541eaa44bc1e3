"""What of a child's duties is not said yet: the difference between what facts say and what was concluded. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.timeline.domain.assessment import Assessed, Assessor, Conclusion, earliest
from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.duties.duty import Duty, End, escalation
from services.timeline.domain.duties.found import duties_of, nothing_owed_since
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.openings import Ground
from services.timeline.domain.duties.table import table
from services.timeline.domain.noted import Noted
from shared.contracts.events.timeline import DutyEnd, DutyMet, DutyMissed, DutyOpened, EscalationLevel

LEVELS = tuple(EscalationLevel)


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of a duty when it is opened; where any of it is another by now, it is opened anew."""

    owner: UUID | None
    owner_kind: str
    county: str | None
    opened_by: UUID
    opened_at: datetime
    due_at: datetime
    counted_from: date | datetime | None
    at_least_from: date | None


@dataclass(frozen=True, slots=True)
class Said:
    """The state of a duty after the timeline's own facts about it."""

    rule: str
    head: Head
    end: End | None = None
    level: EscalationLevel | None = None


def said(own: Iterable[Noted]) -> dict[tuple[UUID, UUID], Said]:
    """Return what was said of each duty, by case and duty, from own facts in the order of recording."""
    state: dict[tuple[UUID, UUID], Said] = {}
    for fact in own:
        if fact.is_a(DutyOpened):
            state[fact.case, fact.id_of("duty")] = _opened(fact)
        elif fact.is_a(DutyMet):
            key = (fact.case, fact.id_of("duty"))
            state[key] = replace(state[key], end=_ended(fact), level=None)
        elif fact.is_a(DutyMissed):
            key = (fact.case, fact.id_of("duty"))
            state[key] = replace(state[key], level=EscalationLevel(fact.data["level"]))
    return state


def _opened(fact: Noted) -> Said:
    data = fact.data
    head = Head(
        UUID(owner) if (owner := data.get("owner")) else None,
        str(data["owner_kind"]),
        data.get("county"),
        fact.id_of("opened_by"),
        fact.occurred_at,
        fact.moment("due_at"),
        fact.moment("from_moment") if data.get("from_moment") else _day(data.get("from_day")),
        _day(data.get("at_least_from")),
    )
    return Said(str(data["rule"]), head)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _ended(fact: Noted) -> End:
    met_by, fell_away = fact.data.get("met_by"), bool(fact.data.get("fell_away"))
    return End(DutyEnd(fact.data["outcome"]), UUID(met_by) if met_by else None, fact.moment("met_at"), fell_away)


def _head(duty: Duty) -> Head:
    counted_from, at_least_from = duty.reckoned.counted_from, duty.reckoned.at_least_from
    whose = (duty.owner, duty.owner_kind.value, duty.county)
    return Head(*whose, duty.opened_by, duty.opened_at, duty.due_at, counted_from, at_least_from)


def assessor(limits: DutyLimits) -> Assessor:
    """Return the assessor of duties under some limits."""

    def assess_duties(book: CaseBook, now: datetime) -> Assessed:
        found = duties_of(Ground(book, now, limits))
        before = said(book.own)
        conclusions = [
            one
            for duty in sorted(found.duties, key=lambda duty: (duty.opened_at, duty.row.id, duty.duty.hex))
            for one in _difference(book.case, duty, before.get((book.case, duty.duty)), now, limits)
        ]
        wanted = {(book.case, duty.duty) for duty in found.duties}
        conclusions.extend(_withdrawn(before, wanted, nothing_owed_since(book, now), now))
        return Assessed(
            tuple(conclusions), earliest((found.next_opening, _next_moment(book, found.duties, now, limits)))
        )

    return assess_duties


def _difference(case: UUID, duty: Duty, before: Said | None, now: datetime, limits: DutyLimits) -> Iterator[Conclusion]:
    """Yield what is to be said of a duty: that it stands so, that it ended, to whom it is shown."""
    head = _head(duty)
    if before is None or before.head != head or (before.end is not None and duty.end is None):
        yield Conclusion(case, _opening(duty), duty.opened_at)
        before = Said(duty.row.id, head)
    if duty.end is not None and duty.end != before.end:
        yield Conclusion(case, _end(duty.duty, duty.row.id, duty.end), duty.end.met_at)
    if duty.end is None:
        yield from _missed(case, duty, before.level, now, limits)


def _missed(
    case: UUID, duty: Duty, level: EscalationLevel | None, now: datetime, limits: DutyLimits
) -> Iterator[Conclusion]:
    shown = LEVELS.index(level) if level is not None else -1
    for since, reached in escalation(duty, limits)[shown + 1 :]:
        if since <= now:
            missed = DutyMissed(duty=duty.duty, rule=duty.row.id, level=reached, due_at=duty.due_at)
            yield Conclusion(case, missed, since)


def _withdrawn(
    before: Mapping[tuple[UUID, UUID], Said], wanted: set[tuple[UUID, UUID]], shut_by: UUID | None, now: datetime
) -> Iterator[Conclusion]:
    """Yield the end of duties whose ground fell away: a late fact or a correction, or the child has another case.

    What opened after a death that nobody knew of yet names the death, like what was open on its day. It is said of
    what was met, missed or void before too: whichever facts came first, no end stands on what never was a duty.
    """
    for (case, duty), state in before.items():
        reason = shut_by if _falls_away(state.rule) else None
        told = state.end is not None and state.end.fell_away and state.end.met_by in {None, reason}
        if (case, duty) not in wanted and not told:
            yield Conclusion(case, _end(duty, state.rule, End(DutyEnd.VOID, reason, now, fell_away=True)), now)


def _falls_away(rule: str) -> bool:
    row = table().get(rule)
    return row is not None and not row.survives


def _next_moment(book: CaseBook, duties: Iterable[Duty], now: datetime, limits: DutyLimits) -> datetime | None:
    """Return when a duty falls due or is shown higher up next, or a fact of later happens."""
    escalating = (since for duty in duties if duty.end is None for since, _ in escalation(duty, limits) if since > now)
    return earliest((*escalating, *(fact.occurred_at for fact in book.facts if fact.occurred_at > now)))


def _opening(duty: Duty) -> DutyOpened:
    begin = duty.reckoned.counted_from
    return DutyOpened(
        duty=duty.duty,
        rule=duty.row.id,
        owner=duty.owner,
        owner_kind=duty.owner_kind,
        county=duty.county,
        due_at=duty.due_at,
        opened_by=duty.opened_by,
        from_day=None if isinstance(begin, datetime) else begin,
        from_moment=begin if isinstance(begin, datetime) else None,
        at_least_from=duty.reckoned.at_least_from,
    )


def _end(duty: UUID, rule: str, end: End) -> DutyMet:
    return DutyMet(
        duty=duty, rule=rule, outcome=end.outcome, met_by=end.met_by, met_at=end.met_at, fell_away=end.fell_away
    )
