"""A line of a clinic's file: a child with its screening."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.portal.domain.importing.lines import CellKind, Column, Line
from services.portal.domain.importing.values import Codes, values_of
from services.portal.domain.report import Report
from services.portal.domain.typed import day_of
from shared.contracts.events.screening import Instrument
from shared.identifiers import resident_check

COLUMNS = (
    Column("name", needed=True),
    Column("resident_number", CellKind.DIGITS),
    Column("birth_certificate", CellKind.DIGITS),
    Column("sex", CellKind.CHOICE),
    Column("birth_date", CellKind.DAY),
    Column("region", CellKind.DIGITS),
    Column("address", needed=True),
    Column("guardian_name", needed=True),
    Column("guardian_phone", CellKind.DIGITS, needed=True),
    Column("guardian_resident_number", CellKind.DIGITS),
    Column("category", CellKind.CHOICE, needed=True),
    Column("on", CellKind.DAY, needed=True),
    Column("instrument", CellKind.CHOICE),
    Column("signs", CellKind.DIGITS),
    Column("regression", CellKind.CHOICE),
    Column("finding", CellKind.CHOICE),
)
FIRST_17 = "37999920220315001"
"""Of an invented number: no region is called 379999."""
NEEDED = ("name", "sex", "birth_date", "region", "address", "guardian_name", "guardian_phone", "category", "on")
NUMBERS = ("resident_number", "birth_certificate")
NONE_THERE = {"0", "无", "没有", "none", "no"}
SIGNS = re.compile(r"[1-4]([,;、. ]*[1-4])*")


def positive_signs(text: str) -> list[int] | None:
    """Read the numbers of the signs that are there: `0` for none of them, `1,3` or `13` for two; nothing is not asked.

    Raises ValueError for what is none of it.
    """
    narrow = unicodedata.normalize("NFKC", text).strip().casefold()
    if not narrow:
        return None
    if narrow in NONE_THERE:
        return []
    if not SIGNS.fullmatch(narrow):
        raise ValueError("no sign has such a number")
    return sorted({int(sign) for sign in re.findall("[1-4]", narrow)})


def read_child(line: Line, codes: Codes, region: str) -> Line:
    """Return a line with what is sent of it, or with what cannot be read."""
    values = values_of(line, COLUMNS, codes)
    report = Report.typed({"region": region, "instrument": Instrument.WARNING_SIGNS.value, **values.read})
    flaws = {**{name: "missing" for name in NEEDED if not report[name]}, **values.flaws, **line.flaws}
    signs: list[int] | None = None
    try:
        signs = positive_signs(line.cells.get("signs", ""))
    except ValueError:
        flaws["signs"] = "signs"
    if flaws:
        return line.wrong(**flaws)
    return replace(line, sends=report.item | ({} if signs is None else {"positive_signs": signs}))


def same_child(line: Line) -> Iterator[tuple[str, ...]]:
    """Yield by what two lines are the same child: a number, or name and birth date where one gives none."""
    numbers = [(name, _number(line.cells[name])) for name in NUMBERS if line.cells.get(name)]
    yield from numbers
    born = day_of(line.cells.get("birth_date", ""))
    if not numbers and born:
        yield ("", line.cells.get("name", ""), born.isoformat())


def _number(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


EXAMPLE: Mapping[str, str] = {
    "name": "童样例", "resident_number": FIRST_17 + resident_check(FIRST_17), "sex": "male", "birth_date": "2022-03-15",
    "region": "379999", "address": "虚构路1号", "guardian_name": "童大样", "guardian_phone": "00000000000",
    "category": "autism", "on": "2024-03-20", "instrument": "warning_signs", "signs": "1,3", "regression": "none",
}  # fmt: skip
"""An invented child."""
