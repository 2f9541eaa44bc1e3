"""A line of a centre's file: a session of one of its own children, who needs no resident number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.portal.domain.day_sheet import Row, clock_time
from services.portal.domain.importing.lines import CellKind, Column, Line
from services.portal.domain.importing.values import Codes, values_of, word_of
from services.portal.domain.typed import day_of

COLUMNS = (
    Column("case"),
    Column("name"),
    Column("day", CellKind.DAY, needed=True),
    Column("start", CellKind.CLOCK, needed=True),
    Column("end", CellKind.CLOCK, needed=True),
    Column("therapist", needed=True),
    Column("discipline", CellKind.CHOICE, needed=True),
    Column("mode", CellKind.CHOICE, needed=True),
    Column("attended", CellKind.CHOICE),
    Column("words"),
    Column("proof", CellKind.CHOICE),
)
NEEDED = ("day", "start", "end", "therapist", "discipline", "mode")
FILLED_IN = ("case", "name")
"""What the template says of each child by itself: a line with nothing more is no session."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A child as it is enrolled with the centre."""

    case: str
    shown_as: str
    enrolment: str
    since: date
    over: date
    name: str
    visit: str = ""

    def on(self, day: date) -> bool:
        """Tell whether it is enrolled on a day."""
        return self.since <= day < self.over


@dataclass(frozen=True, slots=True)
class Centre:
    """Whom a centre's lines may name."""

    id: UUID
    children: Sequence[Trained]
    therapists: Mapping[str, Sequence[str]]
    """Ids by name; a name that two people bear has two."""

    def therapist(self, text: str) -> tuple[str, str]:
        """Return whom a line names, or why nobody."""
        ids = {one for found in self.therapists.values() for one in found}
        named = [one for name, found in self.therapists.items() if word_of(name) == word_of(text) for one in found]
        found = [text.lower()] if text.lower() in ids else named
        return (found[0], "") if len(found) == 1 else ("", "two_people" if found else "therapist")

    def child(self, case: str, name: str, day: date) -> tuple[Trained | None, dict[str, str]]:
        """Return the child that a line names by case or by name, or why none."""
        wanted = case.lower()
        by_case = [one for one in self.children if wanted in (one.case, one.shown_as)]
        named = [one for one in self.children if word_of(one.name) == word_of(name)] if name else []
        if case and by_case and name and by_case[0].name and word_of(by_case[0].name) != word_of(name):
            return None, {"name": "other_name"}
        there = [one for one in (by_case if case else named) if one.on(day)]
        column = "case" if case else "name"
        if len({one.shown_as for one in there}) > 1:
            return None, {column: "two_children"}
        if len(there) != 1:
            return None, {column: "two_enrolments" if there else "child"}
        return there[0], {}


def read_session(line: Line, codes: Codes, centre: Centre) -> Line:
    """Return a line with what is sent of it, or with what cannot be read."""
    values = values_of(line, COLUMNS, codes)
    missing = {name: "missing" for name in NEEDED if not line.cells.get(name)}
    flaws = {**missing, **values.flaws, **line.flaws}
    therapist, nobody = centre.therapist(values.read.get("therapist", ""))
    if nobody and "therapist" not in flaws:
        flaws["therapist"] = nobody
    day = day_of(values.read.get("day", ""))
    if day is None:
        return line.wrong(**flaws)
    child, unknown = centre.child(values.read.get("case", ""), values.read.get("name", ""), day)
    flaws |= unknown
    if flaws or child is None:
        return line.wrong(**flaws)
    return replace(line, sends=_row(child, {**values.read, "therapist": therapist}).line(day, centre.id))


def _row(child: Trained, read: Mapping[str, str]) -> Row:
    typed = {name: read.get(name, "") for name in ("start", "end", "mode", "therapist", "discipline", "words", "proof")}
    return Row(child.enrolment, child.case, visit=child.visit, attended=read.get("attended", "yes"), **typed)


def says_something(line: Line) -> bool:
    """Tell whether a line is more than a child of the template of whom nothing was typed."""
    return any(text for name, text in line.cells.items() if name not in FILLED_IN)


def same_session(line: Line) -> Iterator[tuple[str, ...]]:
    """Yield by what two lines are the same session: child, day and beginning."""
    day = day_of(line.cells.get("day", ""))
    child = line.cells.get("case", "").lower() or word_of(line.cells.get("name", ""))
    if day and child:
        start = line.cells.get("start", "")
        yield (child, day.isoformat(), str(clock_time(start) or start))


def days_asked(lines: Sequence[Line]) -> list[date]:
    """Return the first and the last day of some lines: who is enrolled on both is asked of both at once."""
    days = sorted(day for line in lines if (day := day_of(line.cells.get("day", ""))))
    return sorted({days[0], days[-1]}) if days else []


EXAMPLE: Mapping[str, str] = {
    "name": "童样例", "day": "2024-03-05", "start": "0900", "end": "0940", "therapist": "康复师样例",
    "discipline": "st", "mode": "individual", "attended": "yes", "words": "拼图", "proof": "signed",
}  # fmt: skip
"""An invented session."""
