"""All duties of a child at a moment: openings, what ended them, whose they are. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.timeline.domain.assessment import earliest
from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.duties.consequences import recoveries, transfers
from services.timeline.domain.duties.duty import Duty, End, Opening, ended
from services.timeline.domain.duties.evaluations import stage_evaluations
from services.timeline.domain.duties.openings import Ground, Maker, openings
from services.timeline.domain.duties.schooling import first_placements, next_placements
from services.timeline.domain.duties.silence import rests_over, silences
from services.timeline.domain.duties.table import DutyRow, Ending, table
from services.timeline.domain.duties.terms import programmes
from services.timeline.domain.noted import Noted, read_id
from shared.clock import local_date
from shared.contracts.codes import OrgType
from shared.contracts.envelope import Fact
from shared.contracts.events.screening import (
    ChildErased,
    ConsentGiven,
    ConsentWithdrawn,
    DeathRegistered,
    OwnershipTransferred,
)
from shared.rulebook.registry import rule

MAKERS: Mapping[str, Maker] = {
    "silence": silences,
    "rest-over": rests_over,
    "placement-due": first_placements,
    "placement-again": next_placements,
    "stage-evaluation": stage_evaluations,
    "transfer-children": transfers,
    "money-recovery": recoveries,
    "iep-due": programmes,
}


@dataclass(frozen=True, slots=True)
class Shut:
    """A time in which nothing is owed to a child: it died, was erased, or its guardian withdrew consent."""

    fact: Noted
    until: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.fact.occurred_at <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Found:
    """The duties of a child, and the next moment at which another one opens by itself."""

    duties: tuple[Duty, ...]
    next_opening: datetime | None


def duties_of(ground: Ground, rows: Mapping[str, DutyRow] | None = None) -> Found:
    """Return every duty that the facts open up to now, each with its end where it has one."""
    closed = shut(ground.book)
    found = [opening for row in (rows or table()).values() for opening in openings(row, ground, MAKERS)]
    duties = [_duty(opening, ground, closed) for opening in found if opening.opens_at <= ground.now]
    coming = (moment for opening in found for moment in (opening.opens_at, opening.lapses_at) if moment is not None)
    later = (moment for moment in coming if moment > ground.now)
    return Found(tuple(_once(duty for duty in duties if duty is not None)), earliest(later))


@rule("timeline.duty-once", "assumed", zh="同一事项未了结时，相同事由不重复产生")
def _once(duties: Iterable[Duty]) -> Iterator[Duty]:
    """Leave out what is owed already: another of the same row and subject stands open (handbook §1.4)."""
    standing: dict[tuple[str, ...], Duty] = {}
    for duty in sorted(duties, key=lambda duty: duty.opened_at):
        before = standing.get(duty.subject) if duty.row.once else None
        if before is None or (before.end is not None and before.end.met_at <= duty.opened_at):
            standing[duty.subject] = duty
            yield duty


@rule(
    "timeline.duty-void",
    "assumed",
    zh="儿童死亡、信息注销或撤回同意后，未完成事项作废，不再产生新事项；资金与事件报告除外",
)
def shut(book: CaseBook) -> tuple[Shut, ...]:
    """Say when nothing is owed to a child, except money and reports of incidents (handbook §0, §1.4, §3.7)."""
    over = [Shut(fact, None) for fact in book.of(DeathRegistered, ChildErased)]
    return (*over, *(Shut(fact, _given_again(fact, book)) for fact in book.of(ConsentWithdrawn)))


def nothing_owed_since(book: CaseBook, now: datetime) -> UUID | None:
    """Return the fact since which nothing is owed to a child, where that is so now."""
    return next((one.fact.id for one in shut(book) if one.holds_at(now)), None)


def _given_again(withdrawn: Noted, book: CaseBook) -> datetime | None:
    given = (fact.occurred_at for fact in book.of(ConsentGiven) if fact.place() > withdrawn.place())
    return next(iter(given), None)


def _duty(opening: Opening, ground: Ground, closed: Sequence[Shut]) -> Duty | None:
    """Return the duty of an opening; None where it was done before it opened, or nothing is owed at that time."""
    row, closed = opening.row, () if opening.row.survives else closed
    if any(one.holds_at(opening.opens_at) and one.fact.occurred_at < opening.opens_at for one in closed):
        return None
    void = [one.fact for one in closed if opening.opens_at <= one.fact.occurred_at <= ground.now]
    void += _ending(row.void_by, opening, ground)
    end = ended(opening, _ending(row.met_by, opening, ground), void, ground.now)
    if end is not None and end.met_at < opening.opens_at:
        return None
    return Duty(
        opening.id,
        row,
        opening.fact.id,
        opening.opens_at,
        _owner(opening, end, ground.book),
        _kind(opening),
        _county(opening, end, ground),
        end,
        opening.reckoned,
        (row.id, *(str(opening.subject.data.get(name)) for name in row.once)),
    )


def _ending(endings: Iterable[Ending], opening: Opening, ground: Ground) -> list[Noted]:
    """Return the facts up to now that end a duty."""
    return [
        fact
        for ending in endings
        for fact in _told(ending.kind, opening, ground.book)
        if fact.occurred_at <= ground.now
        and ending.ends(opening.fact, opening.subject.data, fact)
        and opening.counts(fact)
    ]


def _told(kind: type[Fact], opening: Opening, book: CaseBook) -> Sequence[Noted]:
    """Return facts of a kind: about the child, or about the institution that the duty concerns."""
    if kind.about == "case":
        return book.of(kind)
    institution = book.institutions.get(opening.subject.id_of("institution"))
    return institution.of(kind) if institution else ()


def _kind(opening: Opening) -> OrgType:
    owner = opening.row.owner
    return owner.kinds.get(str(opening.subject.data.get(owner.by)), owner.kind) if owner.by else owner.kind


def _owner(opening: Opening, end: End | None, book: CaseBook) -> UUID | None:
    """Return the organisation that owes it; who took the case over with the child's residence owes it from then on."""
    owner, subject = opening.row.owner, opening.subject
    told = subject.data.get(owner.field) if owner.field else None
    named = read_id(told) if told else subject.actor if owner.recorder else None
    for fact in book.of(OwnershipTransferred) if named is not None else ():
        taken_over = fact.data["category"] == subject.data.get("category") and fact.id_of("previous") == named
        if taken_over and opening.opens_at <= fact.occurred_at and (end is None or fact.occurred_at < end.met_at):
            named = fact.id_of("owner")
    return named


def _county(opening: Opening, end: End | None, ground: Ground) -> str | None:
    """Return the county in whose lists it stands: where the child lives, else the one that the fact names."""
    lives_in = ground.book.county_on(local_date(end.met_at if end else ground.now))
    named = opening.row.owner.county
    return lives_in or (str(opening.subject.data[named]) if named else None)
