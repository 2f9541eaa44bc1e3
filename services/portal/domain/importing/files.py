"""An uploaded file, a workbook (XLSX) or text (CSV), as rows of text. Nothing in it is ever computed."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from services.portal.errors import FileBroken, FileLocked, FileTooLarge, FileTooOld

MOST_MEGABYTES = 4
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_LINES = 5000
MOST_ROWS = MOST_LINES + 20
"""The lines, and what may stand above the headings."""
MOST_SHEETS = 10
MOST_COLUMNS = 60
LONGEST_CELL = 2000
EXACT_BELOW = 10**15
"""A workbook keeps no more than 15 digits of a number."""
PACKED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
FORMULA, ROUNDED = "formula", "rounded"


@dataclass(frozen=True, slots=True)
class Row:
    """A row in which something stands: its number as a spreadsheet shows it, its texts, and cells that tell no text."""

    number: int
    texts: Sequence[str]
    flaws: Mapping[int, str] = field(default_factory=dict)


def sheets_of(content: bytes) -> Iterator[list[Row]]:
    """Yield the sheets of a file, blank rows left out. Raises what the file is refused with."""
    if len(content) > MOST_BYTES:
        raise FileTooLarge(limit=MOST_MEGABYTES)
    if content.startswith(OLD):
        raise FileLocked if ENCRYPTED in content else FileTooOld
    return _workbook(content) if content.startswith(PACKED) else iter([_text(content)])


def _workbook(content: bytes) -> Iterator[list[Row]]:
    try:
        with ZipFile(BytesIO(content)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
    except BadZipFile as error:
        raise FileBroken from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise FileTooLarge(limit=MOST_MEGABYTES)
    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        for sheet in [one for one in book.worksheets if one.sheet_state == "visible"][:MOST_SHEETS]:
            yield list(islice(_rows(sheet.iter_rows(max_col=MOST_COLUMNS)), MOST_ROWS + 1))
    except Exception as error:  # a file of anybody may break its reader in any way
        raise FileBroken from error


def _rows(rows: Iterable[Sequence[Any]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        texts = [_said(cell.value) for cell in cells]
        if any(texts):
            yield Row(number, texts, {place: flaw for place, cell in enumerate(cells) if (flaw := _flaw(cell))})


def _flaw(cell: Any) -> str:  # noqa: ANN401 - the library's cells have no common type
    if cell.data_type == "f":
        return FORMULA
    number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return ROUNDED if number and abs(cell.value) >= EXACT_BELOW else ""


def _said(value: object) -> str:
    """Return a cell as text: days as ISO writes them, times as a clock shows them, numbers without a needless point."""
    if isinstance(value, datetime | date | time | timedelta):
        return _when(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()[:LONGEST_CELL]


def _when(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"


def _text(content: bytes) -> list[Row]:
    text = _decoded(content)
    try:
        rows = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
        filled = (Row(number, _plain(row)) for number, row in enumerate(rows, start=1) if any(map(str.strip, row)))
        return list(islice(filled, MOST_ROWS + 1))
    except csv.Error as error:
        raise FileBroken from error


def _plain(row: Sequence[str]) -> list[str]:
    return [unquoted(cell.strip()[:LONGEST_CELL]) for cell in row[:MOST_COLUMNS]]


def _decoded(content: bytes) -> str:
    """Read text as spreadsheets write it: UTF-8, UTF-16 with its mark, or GB18030. Raises FileBroken."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileBroken


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def quoted(text: str) -> str:
    """Return a text as it may stand in a CSV that a spreadsheet opens: never taken for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def unquoted(text: str) -> str:
    """Return a text without the sign that kept it from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text
