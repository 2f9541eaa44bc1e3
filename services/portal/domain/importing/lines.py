"""The lines of an upload: what was typed, what was found of it, what somebody decided."""

import json
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from services.portal.domain.importing.files import MOST_LINES, Row
from services.portal.errors import FileEmpty, FileTooLong, HeadingsMissing, HeadingsTwice, HeadingsUnknown

LOOK_FOR_HEADINGS = 20
ENOUGH_HEADINGS = 3
PART = 50
"""How many lines are checked and taken over at once."""


class CellKind(StrEnum):
    """How what stands in a column is read."""

    TEXT = "text"
    DIGITS = "digits"
    DAY = "day"
    CLOCK = "clock"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a template."""

    name: str
    kind: CellKind = CellKind.TEXT
    needed: bool = False
    """Whether a file must have it; what a line must have is said of the line."""


class LineStanding(StrEnum):
    """What is to become of a line."""

    NEW = "new"
    READY = "ready"
    WRONG = "wrong"
    KNOWN = "known"
    ALIKE = "alike"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an upload."""

    number: int
    cells: Mapping[str, str]
    flaws: Mapping[str, str] = field(default_factory=dict)
    """By column, why it cannot be read."""
    standing: LineStanding = LineStanding.NEW
    said: str = ""
    """What the service says of it."""
    named: Sequence[str] = ()
    """Columns that the service names."""
    first: int | None = None
    """The earlier line that says the same."""
    alike: Sequence[str] = ()
    """Cases that may be the same child."""
    choice: str = ""
    """What somebody decided: another child, or the same one and its case."""
    sends: Mapping[str, Any] | None = None

    @property
    def same(self) -> str:
        """The case of which somebody decided that it is this child."""
        return self.choice.removeprefix("same:") if self.choice.startswith("same:") else ""

    @property
    def goes(self) -> bool:
        """Whether it is taken over."""
        return self.standing is LineStanding.READY or bool(self.choice)

    @property
    def choices(self) -> list[str]:
        """What may be decided of it."""
        same = [f"same:{case}" for case in self.alike]
        return ["other", *same] if self.standing is LineStanding.ALIKE else same

    def decided(self, choice: str) -> Self:
        """Return the line with a decision; one that is not offered is none."""
        return replace(self, choice=choice if choice in self.choices else "")

    def wrong(self, said: str = "", named: Sequence[str] = (), **flaws: str) -> Self:
        """Return the line as one that cannot be taken over."""
        return replace(self, standing=LineStanding.WRONG, said=said, named=named, flaws={**self.flaws, **flaws})

    def unless_repeated(self) -> Self:
        """Return the line; one that says the same as an earlier one cannot be taken over."""
        return self if self.first is None else self.wrong(self.said, self.named)

    def refused(self, said: str) -> Self:
        """Return the line as one that the service did not take."""
        return replace(self, standing=LineStanding.REFUSED, said=said, choice="", sends=None)


@dataclass(frozen=True, slots=True)
class Table:
    """What stands below the headings of a file."""

    lines: Sequence[Line]
    unknown: Sequence[str] = ()
    """Headings that mean nothing here; their columns are left out."""


def table_of(sheets: Iterable[Sequence[Row]], columns: Sequence[Column], headings: Mapping[str, str]) -> Table:
    """Find the headings in a file and read what stands below them; `headings` tells the column of each.

    Raises HeadingsUnknown, HeadingsTwice, HeadingsMissing, FileEmpty or FileTooLong.
    """
    for rows in sheets:
        for place, row in enumerate(rows[:LOOK_FOR_HEADINGS]):
            known = {
                cell: headings[heading_of(text)] for cell, text in enumerate(row.texts) if heading_of(text) in headings
            }
            if len(known) >= ENOUGH_HEADINGS:
                return _table(row, rows[place + 1 :], columns, known)
    raise HeadingsUnknown


def heading_of(text: str) -> str:
    """Return a heading as headings are compared: whatever the width, the case, the spaces and a star."""
    return "".join(unicodedata.normalize("NFKC", text).replace("*", "").split()).casefold()


def _table(head: Row, rows: Sequence[Row], columns: Sequence[Column], known: Mapping[int, str]) -> Table:
    names = list(known.values())
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise HeadingsTwice(columns=twice)
    if missing := [column.name for column in columns if column.needed and column.name not in names]:
        raise HeadingsMissing(columns=missing)
    lines = [line for row in rows if any((line := _line(row, known)).cells.values())]
    if not lines:
        raise FileEmpty
    if len(lines) > MOST_LINES:
        raise FileTooLong(limit=MOST_LINES)
    return Table(lines, [text for cell, text in enumerate(head.texts) if text and cell not in known])


def _line(row: Row, known: Mapping[int, str]) -> Line:
    texts = dict(enumerate(row.texts))
    cells = {name: texts.get(cell, "") for cell, name in known.items()}
    return Line(row.number, cells, {known[cell]: flaw for cell, flaw in row.flaws.items() if cell in known})


def marked_repeats(lines: Sequence[Line], keys: Callable[[Line], Iterable[Hashable]]) -> list[Line]:
    """Return the lines, those that say the same as an earlier one marked with it."""
    first: dict[Hashable, int] = {}
    marked = []
    for line in lines:
        own = list(keys(line))
        before = min((first[key] for key in own if key in first), default=None)
        marked.append(replace(line, first=before))
        first |= {key: line.number for key in own if key not in first}
    return marked


def parts_of(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """Return the lines in parts that are checked and taken over at once."""
    return [lines[start : start + PART] for start in range(0, len(lines), PART)]


def text_of(lines: Iterable[Line]) -> str:
    """Return lines as they are sealed."""
    return json.dumps([asdict(line) for line in lines], ensure_ascii=False)


def lines_of(text: str) -> list[Line]:
    """Read lines that were sealed."""
    return [Line(**{**one, "standing": LineStanding(one["standing"])}) for one in json.loads(text)]
