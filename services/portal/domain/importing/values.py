"""What stands in the cells of a line, read as its columns say."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.portal.domain.day_sheet import clock_time
from services.portal.domain.importing.lines import CellKind, Column, Line
from services.portal.domain.typed import day_of

Codes = Mapping[str, Mapping[str, str]]
"""By column, the code of each word that may be chosen there."""


@dataclass(frozen=True, slots=True)
class Values:
    """What could be read, and by column why the rest could not; what is empty is neither."""

    read: Mapping[str, str]
    flaws: Mapping[str, str]


def values_of(line: Line, columns: Sequence[Column], codes: Codes) -> Values:
    """Read the cells of a line."""
    read, flaws = {}, {}
    for column in columns:
        text = line.cells.get(column.name, "").strip()
        value = _value(text, column, codes)
        if text and not value:
            flaws[column.name] = column.kind.value
        elif text:
            read[column.name] = value
    return Values(read, flaws)


def word_of(text: str) -> str:
    """Return a word as words are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _value(text: str, column: Column, codes: Codes) -> str:
    if column.kind is CellKind.CHOICE:
        return codes[column.name].get(word_of(text), "")
    if column.kind is CellKind.DAY:
        day = day_of(text)
        return day.isoformat() if day else ""
    if column.kind is CellKind.CLOCK:
        clock = clock_time(text)
        return f"{clock:%H%M}" if clock else ""
    return unicodedata.normalize("NFKC", text) if column.kind is CellKind.DIGITS else text
